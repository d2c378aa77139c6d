/** What is looked up only after certain failures, and how the cause is told then. */
import { describe, expect, test } from '@jest/globals'
import type { JsonObject } from '../../../../src/ports.ts'
import type { ServiceRequest } from '../../../../src/targets/ecs/request/service-request.ts'
import {
  codeDeployScene,
  newImage,
  oldImage,
  region,
  rollingScene,
  runSeldom as run,
  servingImage,
  withImage,
} from '../../../deployment/scene.ts'
import type { Simulator } from '../../../simulator/simulator.ts'

const host = `111122223333.dkr.ecr.${region}.amazonaws.com`
const image = `${host}/books:v2`
const vpc = 'vpc-0a1b2c3d4e5f60718'
const subnets = ['subnet-0aaa1111', 'subnet-0bbb2222']
const noRoute = 'subnet-0aaa1111 and subnet-0bbb2222 have no usable route to the internet'
const prefix = 'ResourceInitializationError: unable to pull secrets or registry auth: '
const said = {
  ecr: `${prefix}The task cannot pull registry auth from Amazon ECR: There is a connection issue between the task and Amazon ECR. Check your task network configuration. operation error ECR: GetAuthorizationToken, exceeded maximum number of attempts, 3, https response error StatusCode: 0, RequestID: , request send failed, Post "https://api.ecr.eu-west-1.amazonaws.com/": dial tcp 52.94.1.1:443: i/o timeout`,
  layers: `CannotPullContainerError: The task cannot pull ${image} from the registry ${image}. There is a connection issue between the task and the registry. Check your task network configuration. : failed to copy: httpReadSeeker: failed open: failed to do request: Get "https://prod-eu-west-1-starport-layer-bucket.s3.eu-west-1.amazonaws.com/x": dial tcp 52.218.1.1:443: i/o timeout`,
  logs: 'ResourceInitializationError: failed to validate logger args: The task cannot find the Amazon CloudWatch log group defined in the task definition. There is a connection issue between the task and Amazon CloudWatch. Check your network configuration. : signal: killed',
  secrets: `${prefix}unable to retrieve secret from asm: There is a connection issue between the task and AWS Secrets Manager. Check your task network configuration. failed to fetch secret arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf from secrets manager: operation error Secrets Manager: GetSecretValue, https response error StatusCode: 0, RequestID: , canceled, context deadline exceeded`,
}

/** The network of AWSome Books: every subnet is private, nothing leads to the internet, AWS is reached through endpoints. */
function awsomeBooks(scene: () => Simulator, endpoints: readonly string[]) {
  const sim = scene()
  const { ec2 } = sim.world.region(region)
  for (const id of subnets) ec2.subnet({ id, route: 'none' })
  for (const service of endpoints) ec2.endpoint({ service })
  return { sim, ec2 }
}

async function fails(sim: Simulator, stoppedReason: string) {
  sim.world.scenarios.set(image, { kind: 'fails-to-start', stoppedReason })
  return await run(sim, { image, request: { waitMinutes: 90, failFastAfter: 2 } })
}

const withStable = (cause: string) => cause.replaceAll(/vpce-[0-9a-f]{17}/g, 'vpce-1')

describe('a private network', () => {
  test.each([
    ['rolling', rollingScene],
    ['CodeDeploy', codeDeployScene],
  ])('%s: the endpoint that is missing is named, and what would be missing next', async (_, scene) => {
    const { sim } = awsomeBooks(scene, ['logs'])
    const { outcome, cause } = await fails(sim, said.ecr)
    expect(outcome).toBe('rolled-back')
    expect(cause).toMatch(/^(?:\d+ of \d+ new tasks|The new task) could not start \| /)
    expect(cause).toContain(
      `cannot reach Amazon ECR from the subnets of the task (i/o timeout): ${vpc} has no endpoint com.amazonaws.eu-west-1.ecr.api, and ${noRoute} | Create the interface endpoint com.amazonaws.eu-west-1.ecr.api in ${vpc}`,
    )
    expect(cause).toContain(
      'The task also needs com.amazonaws.eu-west-1.ecr.dkr, com.amazonaws.eu-west-1.s3, which are missing too.',
    )
    expect(servingImage(sim)).toBe(oldImage)
  })

  test.each([
    ['layers', ['ecr.api', 'ecr.dkr', 'logs'], 's3', 'Create the gateway endpoint com.amazonaws.eu-west-1.s3'],
    ['logs', ['ecr.api', 'ecr.dkr', 's3'], 'logs', 'Create the interface endpoint com.amazonaws.eu-west-1.logs'],
  ] as const)('%s: only that endpoint', async (what, endpoints, missing, fix) => {
    const { sim } = awsomeBooks(rollingScene, endpoints)
    const { cause } = await fails(sim, said[what])
    expect(cause).toContain(`${vpc} has no endpoint com.amazonaws.eu-west-1.${missing}, and ${noRoute} | ${fix}`)
    expect(cause).not.toMatch(/next/)
  })

  test('secrets that the definition names', async () => {
    const { sim } = awsomeBooks(rollingScene, ['ecr.api', 'ecr.dkr', 's3', 'logs'])
    const valueFrom = sim.world.region(region).secretsmanager.put('db', 'x')
    sim.world.scenarios.set(image, { kind: 'fails-to-start', stoppedReason: said.secrets })
    const wanted: ServiceRequest['wanted'] = async (_, current) => {
      const [container] = withImage(current, image).containerDefinitions as readonly JsonObject[]
      const containerDefinitions = [{ ...container, secrets: [{ name: 'DB', valueFrom }] }]
      return { definition: { ...current, containerDefinitions } }
    }
    const { cause } = await run(sim, { request: { wanted, waitMinutes: 90 } })
    expect(cause).toContain(`${vpc} has no endpoint com.amazonaws.eu-west-1.secretsmanager, and ${noRoute}`)
  })

  const all = ['ecr.dkr', 's3', 'logs']
  test.each([
    ['private DNS', { privateDns: false }, 'private DNS is disabled for the endpoint'],
    ['a security group', { securityGroups: ['sg-0shut'] }, 'does not allow inbound TCP 443 from the tasks'],
    ['nothing else', {}, 'although the endpoint com.amazonaws.eu-west-1.ecr.api of vpc-0a1b2c3d4e5f60718 is available'],
  ])('the endpoint is there, and it is %s', async (_, endpoint, why) => {
    const { sim, ec2 } = awsomeBooks(rollingScene, all)
    ec2.securityGroup({ id: 'sg-0shut', ingressPorts: [443], ingressFrom: ['sg-0other'] })
    ec2.endpoint({ service: 'ecr.api', ...endpoint })
    expect(withStable((await fails(sim, said.ecr)).cause)).toContain(why)
  })

  test('a NAT gateway leads out, so it is something else', async () => {
    const { cause } = await fails(rollingScene(), said.ecr)
    expect(cause).toContain('although they have a route to the internet | Check the NAT gateway')
  })

  test('permissions that are missing are named, and the rest is told', async () => {
    const { sim } = awsomeBooks(rollingScene, ['logs'])
    sim.faults.add({ service: 'ec2', times: 99, effect: { kind: 'access-denied' } })
    const { cause, state } = await fails(sim, said.ecr)
    expect(cause).toContain('cannot reach Amazon ECR from the subnets of the task (i/o timeout) | ')
    expect(cause).toContain('Allow ec2:DescribeSubnets to the deploying role to get the missing part of the network.')
    expect(state.evidence?.missingPermissions.map(({ action }) => action)).toEqual(['ec2:DescribeSubnets'])
  })

  test('an EC2 that does not answer holds up nothing', async () => {
    const { sim } = awsomeBooks(rollingScene, ['logs'])
    sim.faults.add({ service: 'ec2', times: 99, effect: { kind: 'hang' } })
    const { cause, outcome } = await fails(sim, said.ecr)
    expect([outcome, cause]).toEqual(['rolled-back', expect.stringContaining('cannot reach Amazon ECR')])
  })

  test.each([
    ['is healthy', { kind: 'healthy' }],
    ['crashes', { kind: 'crash', exitCode: 1 }],
  ] as const)('nobody looks at it when the new version %s', async (_, behaviour) => {
    const sim = rollingScene()
    sim.world.scenarios.set(newImage, behaviour)
    await run(sim, { image: newImage, request: { waitMinutes: 90 } })
    const others = sim.iam.actionsUsed().filter((action) => /^(?:ec2|cloudwatch):|^iam:[GS]/.test(action))
    expect(others).toEqual([])
  })
})

describe('an alarm', () => {
  const reason = 'Threshold Crossed: 1 datapoint [12.0 (21/11/26 05:30:00)] was greater than the threshold (10.0).'
  const goesOff = async (sim: Simulator, during: string, after?: 'OK') => {
    const { cloudwatch } = sim.world.region(region)
    sim.world.scenarios.set(newImage, { kind: 'healthy' })
    return await run(sim, {
      image: newImage,
      request: { waitMinutes: 120 },
      onEvent(event) {
        if (event.kind === during) cloudwatch.setState('api-5xx', 'ALARM', reason)
        if (event.kind === 'rolling-back' && after) cloudwatch.setState('api-5xx', after, 'fine again')
      },
    })
  }

  test.each([
    ['rolling', () => rollingScene({ alarms: ['api-5xx'] }), 'progress'],
    ['CodeDeploy', () => codeDeployScene({ alarms: ['api-5xx'], terminationWaitMinutes: 5 }), 'traffic'],
  ])('%s: is named with its reason', async (_, scene, during) => {
    const { outcome, cause } = await goesOff(scene(), during)
    expect(outcome).toBe('rolled-back')
    expect(cause).toMatch(/alarm api-5xx went into ALARM .*: `Threshold Crossed: 1 datapoint \[12\.0/)
  })

  test('that is silent again is called so', async () => {
    const { cause } = await goesOff(rollingScene({ alarms: ['api-5xx'] }), 'progress', 'OK')
    expect(cause).toMatch(/alarm api-5xx went into ALARM and is OK again/)
  })

  test('without the permission, it is named', async () => {
    const sim = rollingScene({ alarms: ['api-5xx'] })
    sim.faults.add({ operation: 'DescribeAlarms', times: 9, effect: { kind: 'access-denied' } })
    const { cause } = await goesOff(sim, 'progress')
    expect(cause).toMatch(/alarm api-5xx went into ALARM \| .*Allow cloudwatch:DescribeAlarms to the deploying role/)
  })
})
