/** `service-definition`: a service that is missing is made from a file, and its first deployment is watched to the end. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { createDeploy } from '../../src/actions/deploy/index.ts'
import { deployInputs } from '../../src/actions/inputs/deploy-inputs.ts'
import { deny, lag } from '../deployment/lag.ts'
import { newImage, region, rollingScene } from '../deployment/scene.ts'
import { seldom, some } from '../often.ts'
import { said } from '../refusal.ts'
import { fakeRunner, givenInputs } from '../runner/fake-runner.ts'
import { ask, seededTaskDefinition } from '../simulator/seeding.ts'
import type { Simulator } from '../simulator/simulator.ts'
import { emptyScene, environment } from './scene.ts'
import { step } from './step-scene.ts'

const definition = {
  desiredCount: 2,
  launchType: 'FARGATE',
  networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-0aaa1111'], securityGroups: ['sg-0ccc3333'] } },
  deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: true } },
}

interface Step {
  readonly content?: object | string
  readonly given?: Record<string, string>
  readonly file?: string
  readonly cancelAfterSeconds?: number
}

async function deploy(sim: Simulator, step: Step = {}) {
  const { content = definition, given = {}, file = 'service.json', cancelAfterSeconds } = step
  const runner = await fakeRunner({ clock: sim.clock.forProgram, environment })
  await mkdir(runner.workspace, { recursive: true })
  const written = typeof content === 'string' ? content : JSON.stringify(content)
  await writeFile(join(runner.workspace, file), written)
  const task = JSON.stringify(seededTaskDefinition(sim.world))
  await writeFile(join(runner.workspace, 'task.json'), task)
  const action = createDeploy({ requestHandler: sim.requestHandler, fetch: (url, init) => sim.fetch(url, init) })
  const inputs = givenInputs(deployInputs, {
    ...seldom,
    ...{ service: 'api', cluster: 'shop', 'task-definition': 'task.json', image: newImage },
    ...{ 'service-definition': file, ...given },
  })
  if (cancelAfterSeconds !== undefined) sim.clock.after(cancelAfterSeconds * 1000, () => runner.cancel())
  await action.main(inputs, runner).catch((error: unknown) => runner.lines.push(said(error)))
  return { runner, log: runner.lines.join('\n'), verdict: runner.outputs.verdict, action, inputs }
}

/** The definition of a service that CodeDeploy is going to deploy, with the load balancer that it needs. */
function withTaskSet(sim: Simulator): object {
  const { elbv2 } = sim.world.region(region)
  const { targetGroupArn } = elbv2.createTargetGroup('api-blue')
  elbv2.createListener(80, { [targetGroupArn]: 1 })
  const { deploymentConfiguration: _, ...rest } = definition
  const loadBalancers = [{ targetGroupArn, containerName: 'api', containerPort: 8080 }]
  return { ...rest, deploymentController: { type: 'CODE_DEPLOY' }, loadBalancers }
}

const serviceOf = (sim: Simulator) => sim.world.region(region).ecs.service('shop', 'api')
const crash = (sim: Simulator) => sim.world.scenarios.set(newImage, { kind: 'crash', exitCode: 1 })
const created = (sim: Simulator) => sim.recorder.all.filter(({ operation }) => operation === 'CreateService').length

describe('a missing service', () => {
  test('is not made before the environment that comes first was deployed to', async () => {
    const sim = emptyScene()
    const given = { environment: 'production', 'after-environment': 'staging', 'github-token': 'ghs_1' }
    const { runner } = await deploy(sim, { given })
    expect(runner.outputs).toMatchObject({ verdict: 'failed', 'cause-code': 'environment-order-unproven' })
    expect(sim.recorder.all.filter(({ operation }) => /^(Create|Register|Update)/.test(operation))).toEqual([])
    expect((await deploy(sim, { given: { ...given, 'dry-run': 'true' } })).runner.failed).toBe(false)
  })

  test('is made with the rendered definition, and watched until it runs', async () => {
    const sim = emptyScene()
    const { log, verdict, runner } = await deploy(sim)
    expect(verdict).toBe('succeeded')
    expect(runner.outputs['previous-task-definition-arn']).toBe('')
    expect(sim.recorder.calls('ecs', 'CreateService')[0]?.input.clientToken).toMatch(/^[!-~]{1,36}$/)
    expect(serviceOf(sim)).toMatchObject({
      status: 'ACTIVE',
      desiredCount: 2,
      taskDefinition: expect.stringMatching(/api:1$/),
    })
    expect(log).toMatch(/Creating service api in shop \(cluster shop, eu-west-1\): it does not exist yet/)
    expect(log).toMatch(/api \(shop\): deployed in/)
    expect(runner.summary).toMatch(/New service<\/th><td>created by this deployment/)
  })

  test.each([
    ['by ECS', definition, ['ListServiceDeployments']],
    ['by ECS', definition, []],
    ['by CodeDeploy', withTaskSet, []],
  ] as const)('that lags is not gone, and is watched until it runs: %s', async (_, given, denied) => {
    const sim = emptyScene()
    lag(sim, 4)
    if (denied.length > 0) deny(sim, denied)
    const content = typeof given === 'function' ? given(sim) : given
    const { verdict } = await deploy(sim, { content })
    expect(verdict).toBe('succeeded')
    expect(serviceOf(sim)).toMatchObject({ status: 'ACTIVE' })
  })

  test('is deployed to as usual the next time, and what the file has otherwise is said', async () => {
    const sim = emptyScene()
    await deploy(sim)
    const content = { ...definition, healthCheckGracePeriodSeconds: 30, desiredCount: 5 }
    const { log, verdict } = await deploy(sim, { content, given: { image: 'registry.example.com/api:v3' } })
    expect(verdict).toBe('succeeded')
    expect(serviceOf(sim)).toMatchObject({ desiredCount: 2 })
    expect(log).toMatch(
      /applies only when the service is created\. The existing service differs in: healthCheckGracePeriodSeconds\./,
    )
    expect(created(sim)).toBe(1)
    expect((await deploy(sim, { given: { image: 'registry.example.com/api:v4' } })).log).not.toMatch(/has it otherwise/)
  })

  test('that was deleted is made anew', async () => {
    const sim = rollingScene()
    ask(sim.world, region, 'DeleteService', { cluster: 'shop', service: 'api', force: true })
    sim.clock.advance(120_000)
    expect((await deploy(sim)).verdict).toBe('succeeded')
  })

  test('takes a file in YAML, and counts and tags from the inputs before it', async () => {
    const sim = emptyScene()
    const content = [
      '# of the shop',
      'serviceName: api',
      'cluster: shop',
      'taskDefinition: api',
      'launchType: FARGATE',
      'networkConfiguration: { awsvpcConfiguration: { subnets: [subnet-0aaa1111] } }',
    ].join('\n')
    const given = { 'desired-count': '3', 'propagate-tags': 'SERVICE' }
    expect((await deploy(sim, { file: 'service.yml', content, given })).verdict).toBe('succeeded')
    expect(serviceOf(sim)).toMatchObject({ desiredCount: 3, settings: { propagateTags: 'SERVICE' } })
  })

  test('gets the deployment settings of the inputs, which come before the file', async () => {
    const sim = emptyScene()
    const given = { 'circuit-breaker': 'on', 'minimum-healthy-percent': '50' }
    expect((await deploy(sim, { given })).verdict).toBe('succeeded')
    const breaker = { enable: true, rollback: false }
    expect(ask(sim.world, region, 'DescribeServices', { cluster: 'shop', services: ['api'] })).toMatchObject({
      services: [{ deploymentConfiguration: { minimumHealthyPercent: 50, deploymentCircuitBreaker: breaker } }],
    })
    const again = await deploy(sim, { given: { ...given, image: 'registry.example.com/api:v3' } })
    expect(again.log).not.toMatch(/has it otherwise|settings /)
  })

  test.each([
    ['that do not fit it', definition, { strategy: 'BLUE_GREEN' }, /bake-minutes is required with strategy/],
    [
      'of ECS, and is one of CodeDeploy',
      { ...definition, deploymentController: { type: 'CODE_DEPLOY' } },
      { alarms: 'api-5xx' },
      /does not support the input alarms/,
    ],
  ])('with settings %s is not made', async (_, content, given, cause) => {
    const sim = emptyScene()
    const { runner } = await deploy(sim, { content, given })
    expect(runner.outputs.cause).toMatch(cause)
    expect(sim.recorder.all.filter(({ operation }) => !/^(Describe|List|Get)/.test(operation))).toEqual([])
  })

  test('of CodeDeploy that is not waited for is watched by the id that was printed', async () => {
    const sim = emptyScene()
    const content = withTaskSet(sim)
    const given = { 'wait-for-service-stability': 'false' }
    const { runner } = await deploy(sim, { content, given })
    const id = runner.outputs['deployment-id'] ?? ''
    expect(runner.outputs).toMatchObject({ verdict: 'detached', 'codedeploy-deployment-id': '' })
    expect(id).toMatch(/^ecs-svc\//)
    expect(runner.outputs.cause).toMatch(/not watched/)
    expect(runner.lines.join('\n')).toContain(`deployment-id: ${id}.`)
    expect(runner.summary).not.toMatch(/aws deploy/)
    const again = await deploy(sim, { content, given: { 'deployment-id': id } })
    expect(again.verdict).toBe('succeeded')
    expect(again.runner.outputs).toMatchObject({ 'deployment-id': id, 'codedeploy-deployment-id': '' })
  })

  test('of CodeDeploy that fails is explained to whoever attaches', async () => {
    const sim = emptyScene()
    crash(sim)
    const content = withTaskSet(sim)
    const { runner } = await deploy(sim, { content, given: { 'wait-for-service-stability': 'false' } })
    const given = { 'deployment-id': runner.outputs['deployment-id'] ?? '' }
    const { verdict, log } = await deploy(sim, { content, given })
    expect(verdict).toBe('failed')
    expect(log).toMatch(/exit code 1\)/)
  })

  test('of CodeDeploy gets its first task set from ECS, which is watched', async () => {
    const sim = emptyScene()
    const { verdict } = await deploy(sim, { content: withTaskSet(sim) })
    expect(verdict).toBe('succeeded')
    expect(serviceOf(sim)?.taskSets).toMatchObject([{ status: 'PRIMARY', group: { running: 2 } }])
    const broken = emptyScene()
    crash(broken)
    const failed = await deploy(broken, { content: withTaskSet(broken) })
    expect(failed.verdict).toBe('failed')
    expect(failed.log).toMatch(/exit code 1\)[\s\S]*The service exists now/)
  })

  test('is only planned by a dry run', async () => {
    const sim = emptyScene()
    const { log, runner } = await deploy(sim, { given: { 'dry-run': 'true' } })
    expect(runner.failed).toBe(false)
    expect(log).toMatch(/Creating service api in shop/)
    expect(serviceOf(sim)).toBeUndefined()
    expect(sim.recorder.all.filter(({ operation }) => !/^(Describe|List|Get)/.test(operation))).toEqual([])
  })

  test('is an error without the input, which is named', async () => {
    const { log } = await deploy(emptyScene(), { given: { 'service-definition': '' } })
    expect(log).toMatch(/The cluster shop has no service api[\s\S]*set service-definition, an input/)
  })

  test('is made from the file that slipway.yml names, and a mistake in it is told with the key', async () => {
    const config = `version: 1
services: { api: { task-definition: task.json, service-definition: deploy/service.json } }
environments:
  staging:
    region: eu-west-1
    account: "111122223333"
    services: { api: { cluster: shop, service: api } }
`
    const task = JSON.stringify(seededTaskDefinition(emptyScene().world))
    const given = { environment: 'staging', image: newImage }
    const files = { 'slipway.yml': config, 'task.json': task, 'deploy/service.json': definition }
    const sim = emptyScene()
    const { outputs } = await step(sim, 'deploy', given, { files })
    expect(outputs.verdict).toBe('succeeded')
    expect(serviceOf(sim)).toMatchObject({ status: 'ACTIVE', desiredCount: 2 })
    const { log } = await step(emptyScene(), 'deploy', given, { files: { ...files, 'deploy/service.json': {} } })
    expect(log).toContain('services.api.service-definition (slipway.yml:2)')
  })
})

describe('a first deployment that fails', () => {
  test.each([
    ['with a circuit breaker', definition],
    ['without one', { ...definition, deploymentConfiguration: {} }],
  ])('%s has failed, for the right reason, and the words say what is left', async (_, content) => {
    const sim = emptyScene()
    crash(sim)
    const { log, verdict } = await deploy(sim, { content })
    expect(verdict).toBe('failed')
    expect(log).toMatch(/exit code 1\)/)
    expect(log).toMatch(/The service exists now, with [01] of 2 tasks running/)
    expect(log).toMatch(/aws ecs delete-service --force --cluster shop --service api/)
    sim.world.scenarios.set('registry.example.com/api:fixed', { kind: 'healthy' })
    expect((await deploy(sim, { given: { image: 'registry.example.com/api:fixed' } })).verdict).toBe('succeeded')
  })

  test('that is cancelled says that nothing is rolled back, and why', async () => {
    const sim = emptyScene()
    sim.world.scenarios.set(newImage, { kind: 'healthy', startSeconds: 240 })
    const { runner, action, inputs, verdict } = await deploy(sim, { cancelAfterSeconds: 60 })
    expect(verdict).toBe('cancelled')
    const post = await fakeRunner({ clock: sim.clock.forProgram, environment, state: runner.savedState })
    await action.post?.(inputs, post)
    expect(post.lines.join('\n')).toMatch(
      /had been created and keeps starting its tasks: a new service has no earlier revision to roll back to/,
    )
    expect(serviceOf(sim)).toMatchObject({ status: 'ACTIVE' })
  })
})

describe('one service is made only', () => {
  test.each(['apply-then-drop', 'truncate', 'reset'] as const)('when the reply to it is lost (%s)', async (kind) => {
    const sim = emptyScene()
    sim.faults.add({ operation: 'CreateService', effect: { kind } })
    expect((await deploy(sim)).verdict).toBe('succeeded')
    expect(serviceOf(sim)).toMatchObject({ rollouts: [{}] })
  })

  test('when it cannot be seen yet after a lost reply: the token makes the second request the first one', async () => {
    const sim = emptyScene()
    sim.faults.add({ operation: 'CreateService', effect: { kind: 'apply-then-drop' } })
    sim.faults.add({ operation: 'DescribeServices', skip: 1, times: 3, effect: { kind: 'stale-read', calls: 3 } })
    expect((await deploy(sim)).verdict).toBe('succeeded')
    expect(created(sim)).toBe(2)
  })

  test('when somebody else makes it in the meantime, it is deployed to', async () => {
    const sim = emptyScene()
    const run = () => {
      const other = { ...definition, cluster: 'shop', serviceName: 'api', taskDefinition: 'other' }
      ask(sim.world, region, 'CreateService', other)
    }
    sim.faults.add({ operation: 'CreateService', effect: { kind: 'callback', run } })
    const { verdict, runner } = await deploy(sim, { given: { guard: 'off' } })
    expect(verdict).toBe('succeeded')
    expect(runner.outputs['previous-task-definition-arn']).toMatch(/other:1$/)
  })
})

test.each<[string, object | string, RegExp, Record<string, string>?]>(
  some(
    [
      [
        'an unknown member',
        { ...definition, launchTipe: 'EC2' },
        /service\.json:1:\d+: unknown parameter "launchTipe" \(did you mean launchType\?\)/,
      ],
      [
        'an unknown member within',
        { ...definition, networkConfiguration: { awsvpcConfiguration: { subnet: ['subnet-1'] } } },
        /unknown parameter "subnet" in networkConfiguration\.awsvpcConfiguration \(did you mean subnets\?\)/,
      ],
      ['a wrong type', { ...definition, desiredCount: 'two' }, /desiredCount must be a whole number, not text/],
      [
        'another service',
        { ...definition, serviceName: 'web' },
        /json:1:241: serviceName is web, but the input service is api/,
      ],
      [
        'another cluster',
        { ...definition, cluster: 'test' },
        /json:1:241: cluster is test, but the input cluster is shop/,
      ],
      [
        'another family',
        { ...definition, taskDefinition: 'web:3' },
        /json:1:241: taskDefinition is web, but the family of the task definition is api/,
      ],
      ['no count', { launchType: 'FARGATE' }, /desiredCount is missing, and the input desired-count is empty/],
      ['a token', { ...definition, clientToken: 'mine' }, /clientToken is set by Slipway/],
      [
        'a controller of others',
        { ...definition, deploymentController: { type: 'EXTERNAL' } },
        /deploymentController must be .* not EXTERNAL/,
      ],
      ['no JSON', '{ "desiredCount": ', /json:1:19: the text ends, but the "\{" is not closed/],
      [
        'a task definition',
        { containerDefinitions: [] },
        /service\.json: it is a task definition\. Give it in the input task-def/,
      ],
      ['a Compose file', { services: { api: { image: 'api' } } }, /service\.json: it is a Docker Compose file/],
    ],
    2,
  ),
)('a file with %s is refused before anything is changed', async (_, content, says) => {
  const sim = emptyScene()
  const { log, runner } = await deploy(sim, { content })
  expect(log).toMatch(says)
  expect(runner.outputs.verdict).not.toBe('succeeded')
  expect(sim.recorder.all.filter(({ operation }) => !/^(Describe|List|Get)/.test(operation))).toEqual([])
})

test("what ECS refuses is said in its words, with the name of the file's input", async () => {
  const sim = emptyScene()
  const { log, runner } = await deploy(sim, { content: { desiredCount: 1, launchType: 'FARGATE' } })
  expect(runner.outputs.verdict).toBe('failed')
  expect(log).toMatch(
    /refused ecs:CreateService for api: InvalidParameterException: Network Configuration must be provided[\s\S]*service-definition/,
  )
})

test('the answer of describe-services as it is makes the service, without what only AWS writes', async () => {
  const sim = emptyScene()
  const service = {
    ...definition,
    serviceArn: 'arn:aws:ecs:eu-west-1:111122223333:service/old/api',
    clusterArn: 'arn:aws:ecs:eu-west-1:111122223333:cluster/old',
    serviceName: 'api',
    status: 'ACTIVE',
    runningCount: 2,
    pendingCount: 0,
    platformVersion: 'LATEST',
    platformFamily: 'Linux',
    taskDefinition: 'arn:aws:ecs:eu-west-1:111122223333:task-definition/api:3',
    deployments: [{ id: 'ecs-svc/1', status: 'PRIMARY' }],
    events: [],
    roleArn: 'arn:aws:iam::111122223333:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS',
    createdAt: '2026-11-20T09:00:00.000Z',
    createdBy: 'arn:aws:iam::111122223333:user/ann',
    loadBalancers: [],
    serviceRegistries: [],
    placementConstraints: [],
    placementStrategy: [],
    healthCheckGracePeriodSeconds: 0,
    enableECSManagedTags: true,
    propagateTags: 'NONE',
    tags: [],
  }
  const { verdict } = await deploy(sim, { content: { services: [service], failures: [] } })
  expect(verdict).toBe('succeeded')
  const sent = sim.recorder.all.find(({ operation }) => operation === 'CreateService')?.input
  expect(Object.keys(sent ?? {}).sort()).toEqual([
    'clientToken',
    'cluster',
    'deploymentConfiguration',
    'desiredCount',
    'enableECSManagedTags',
    'launchType',
    'networkConfiguration',
    'platformVersion',
    'propagateTags',
    'serviceName',
    'taskDefinition',
  ])
})
