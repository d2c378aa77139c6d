import { CreateClusterCommand, ECSClient, RunTaskCommand } from '@aws-sdk/client-ecs'
import { describe, expect, test } from '@jest/globals'
import { seedRollingService } from '../simulator/fixtures.ts'
import { failure, simulated } from './simulated.ts'

describe('Amazon ECS', () => {
  test('lists are complete, however many pages they have', async () => {
    const { aws, simulator, clock } = simulated()
    const client = new ECSClient({
      region: 'eu-west-1',
      credentials: simulator.iam.root,
      requestHandler: simulator.requestHandler,
    })
    await client.send(new CreateClusterCommand({ clusterName: 'main' }))
    const container = { name: 'app', image: 'app:1', memory: 128 }
    await aws.ecs.registerTaskDefinition({ family: 'job', containerDefinitions: [container] })
    for (let batch = 0; batch < 13; batch++)
      await client.send(new RunTaskCommand({ cluster: 'main', taskDefinition: 'job', count: 10, startedBy: 'batch' }))
    await clock.sleep(1000)
    const tasks = await aws.ecs.listTasks('main', { startedBy: 'batch', desiredStatus: 'RUNNING' })
    expect(new Set(tasks.map(({ taskArn }) => taskArn)).size).toBe(130)
  })

  test('all service deployments since a moment are listed, newest first', async () => {
    const { aws, simulator, clock } = simulated({ minutes: 600 })
    seedRollingService(simulator)
    const since = new Date(clock.now())
    for (let count = 0; count < 25; count++) {
      await aws.ecs.updateService({ cluster: 'shop', service: 'api', forceNewDeployment: true })
      await clock.sleep(120_000)
    }
    const found = await aws.ecs.listServiceDeployments('shop', 'api', since)
    const times = found.map(({ createdAt }) => createdAt?.getTime() ?? 0)
    expect(times).toHaveLength(25)
    expect(times).toEqual([...times].sort((one, other) => other - one))
  })

  test('service deployments are asked for as far back as AWS takes, whatever time is given', async () => {
    const { aws, simulator, clock } = simulated({ minutes: 600 })
    seedRollingService(simulator)
    const given = [undefined, new Date(0), new Date(clock.now() - 100 * 24 * 3_600_000)]
    for (const since of given) expect(await aws.ecs.listServiceDeployments('shop', 'api', since)).toHaveLength(1)
    expect(simulator.recorder.calls('ecs', 'ListServiceDeployments').map(({ outcome }) => outcome)).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })

  test('a time that AWS does not take is one of which nothing is known; any other refusal is a failure', async () => {
    const { aws, simulator } = simulated()
    seedRollingService(simulator)
    const refuse = (message: string) =>
      simulator.faults.add({
        operation: 'ListServiceDeployments',
        effect: { kind: 'error', code: 'InvalidParameterException', message },
      })
    refuse('Before and After time filter must be within the last 3 months.')
    expect(await aws.ecs.listServiceDeployments('shop', 'api')).toEqual([])
    refuse('Service ARN is invalid.')
    expect((await failure(aws.ecs.listServiceDeployments('shop', 'api'))).code).toBe('aws-rejected')
  })

  test('a service that does not exist is undefined; a cluster that does not exist is a failure', async () => {
    const { aws, simulator } = simulated()
    seedRollingService(simulator)
    expect(await aws.ecs.describeService('shop', 'other')).toBeUndefined()
    expect((await failure(aws.ecs.describeService('other', 'api'))).code).toBe('service-not-found')
  })

  test('the task definition of a running service is found through its revision', async () => {
    const { aws, simulator } = simulated()
    seedRollingService(simulator)
    const service = await aws.ecs.describeService('shop', 'api')
    const revision = service?.currentServiceRevisions?.[0]?.arn ?? ''
    expect(await aws.ecs.taskDefinitionOfRevision(revision)).toBe(service?.taskDefinition)
  })

  test('an update sends what was asked and nothing else', async () => {
    const { aws, simulator } = simulated()
    seedRollingService(simulator)
    await aws.ecs.updateService({ cluster: 'shop', service: 'api', forceNewDeployment: true, desiredCount: undefined })
    const [update] = simulator.recorder.calls('ecs', 'UpdateService')
    expect(update?.input).toEqual({ cluster: 'shop', service: 'api', forceNewDeployment: true })
  })

  test('a one-off task is stopped, and a task that is long gone is no failure', async () => {
    const { aws, simulator, clock } = simulated()
    seedRollingService(simulator)
    const [task] = await aws.ecs.listTasks('shop', { service: 'api', desiredStatus: 'RUNNING' })
    await aws.ecs.stopTask('shop', task?.taskArn ?? '', 'x'.repeat(2000))
    await clock.sleep(60_000)
    expect((await aws.ecs.describeTasks('shop', [task?.taskArn ?? '']))[0]).toMatchObject({ lastStatus: 'STOPPED' })
    const gone = (task?.taskArn ?? '').replace(/[0-9a-f]{32}$/, '0'.repeat(32))
    await expect(aws.ecs.stopTask('shop', gone, 'cancelled')).resolves.toBeUndefined()
  })
})

describe('Amazon ECR', () => {
  test('a login gives what a registry wants', async () => {
    const { aws, clock } = simulated()
    const { endpoint, username, password, expiresAt } = await aws.ecr.login()
    expect(endpoint).toBe('https://111122223333.dkr.ecr.eu-west-1.amazonaws.com')
    expect(username).toBe('AWS')
    expect(password.length).toBeGreaterThan(10)
    expect(expiresAt.getTime()).toBeGreaterThan(clock.now())
  })

  test('two jobs that make the same repository both get it', async () => {
    const { aws } = simulated()
    const make = () => aws.ecr.createRepository('team/api', { immutableTags: true, tags: { team: 'shop' } })
    const [one, other] = await Promise.all([make(), make()])
    expect(one.repository).toEqual(other.repository)
    expect([one.created, other.created].toSorted()).toEqual([false, true])
    expect(one.repository).toEqual({
      name: 'team/api',
      arn: 'arn:aws:ecr:eu-west-1:111122223333:repository/team/api',
      uri: '111122223333.dkr.ecr.eu-west-1.amazonaws.com/team/api',
      immutableTags: true,
      encryption: { type: 'AES256' },
      scanOnPush: false,
    })
  })

  test('an image or repository that is not there has no digest', async () => {
    const { aws } = simulated()
    expect(await aws.ecr.imageDigest('api', { tag: 'v1' })).toBeUndefined()
    await aws.ecr.createRepository('api', { immutableTags: false })
    expect(await aws.ecr.imageDigest('api', { digest: `sha256:${'0'.repeat(64)}` })).toBeUndefined()
  })
})

describe('evidence', () => {
  test('targets and log lines are read, also from another region', async () => {
    const { aws, simulator } = simulated()
    const { elbv2 } = simulator.world.region('eu-west-1')
    const { targetGroupArn } = elbv2.createTargetGroup('api')
    const health = () => ({ State: 'unhealthy', Reason: 'Target.Timeout', Description: 'Request timed out' })
    elbv2.createListener(80, { [targetGroupArn]: 1 })
    elbv2.register(targetGroupArn, { id: '10.0.0.7', port: 8080, health })
    expect(await aws.evidence.targetHealth(targetGroupArn)).toEqual([
      { target: '10.0.0.7:8080', state: 'unhealthy', reason: 'Target.Timeout', description: 'Request timed out' },
    ])
    const { logs } = simulator.world.region('us-east-1')
    logs.createGroup('/ecs/api')
    for (const line of ['one', 'two', 'three']) logs.put('/ecs/api', 'api/api/1', line)
    expect(await aws.evidence.logTail('/ecs/api', 'api/api/1', 2, 'us-east-1')).toEqual(['two', 'three'])
    expect(await aws.evidence.logTail('/ecs/api', 'api/api/1', 2)).toEqual([])
  })
})
