import {
  CreateClusterCommand,
  CreateServiceCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
} from '@aws-sdk/client-ecs'
import { describe, expect, test } from '@jest/globals'
import type { JsonObject } from '../../src/ports.ts'
import { some, times } from '../often.ts'
import type { SimulatorOptions } from '../simulator/simulator.ts'
import { failure, lost, simulated, unanswered } from './simulated.ts'

const revision = (tag: string) => ({
  family: 'api',
  containerDefinitions: [{ name: 'api', image: `api:${tag}`, memory: 128, environment: [{ name: 'TAG', value: tag }] }],
})

/** A cluster `main` with a service `api` on its first revision. */
async function withService(options: Parameters<typeof simulated>[0] = {}, world: SimulatorOptions = {}) {
  const session = simulated(options, world)
  const { simulator } = session
  const client = new ECSClient({
    region: 'eu-west-1',
    credentials: simulator.iam.root,
    requestHandler: simulator.requestHandler,
  })
  await client.send(new CreateClusterCommand({ clusterName: 'main' }))
  await client.send(new RegisterTaskDefinitionCommand(revision('1')))
  await client.send(
    new CreateServiceCommand({ cluster: 'main', serviceName: 'api', taskDefinition: 'api:1', desiredCount: 1 }),
  )
  await session.clock.sleep(120_000)
  simulator.recorder.clear()
  return session
}

/** All service deployments of `api`, newest first, once ECS lists the last one. */
async function deployments({ aws, clock }: Awaited<ReturnType<typeof withService>>) {
  await clock.sleep(5000)
  return aws.ecs.listServiceDeployments('main', 'api', new Date(0))
}

const either = some([...lost, ...unanswered], 2)

describe('row F12: a mutation whose reply was lost happens once', () => {
  test.each(either)('a task definition is registered once: $kind', async (effect) => {
    const { aws, simulator } = await withService()
    simulator.faults.add({ operation: 'RegisterTaskDefinition', effect })
    const stored = await aws.ecs.registerTaskDefinition(revision('2'))
    expect(stored.revision).toBe(2)
    expect((await aws.ecs.describeTaskDefinition('api'))?.revision).toBe(2)
  })

  test.each(either)('tags tell one registration from another: $kind', async (effect) => {
    const { aws, simulator } = await withService()
    const tagged = { ...revision('1'), tags: [{ key: 'commit', value: '5f0c3a9' }] }
    simulator.faults.add({ operation: 'RegisterTaskDefinition', effect })
    const stored = await aws.ecs.registerTaskDefinition(tagged)
    expect(stored).toMatchObject({ revision: 2, tags: tagged.tags })
    expect((await aws.ecs.describeTaskDefinition('api'))?.revision).toBe(2)
  })

  const container = { name: 'api', image: 'api:2', memory: 128 }
  test.each<[string, JsonObject]>([
    [
      'sizes in units',
      { cpu: '.25 vCPU', memory: '0.5 GB', requiresCompatibilities: ['FARGATE'], networkMode: 'awsvpc' },
    ],
    ['a role by its name', { taskRoleArn: 'api', executionRoleArn: 'api-execution' }],
    ['defaults left out', { containerDefinitions: [{ ...container, healthCheck: { command: ['CMD', 'true'] } }] }],
    ['empty members', { containerDefinitions: [{ ...container, environment: [], cpu: 0 }], volumes: [] }],
    ['a tag without a value', { tags: [{ key: 'team' }, { value: '2', key: 'commit' }] }],
  ])('a definition with %s is registered once', async (_, members) => {
    const { aws, simulator } = await withService()
    simulator.faults.add({ operation: 'RegisterTaskDefinition', effect: { kind: 'apply-then-drop' } })
    const written = { family: 'api', containerDefinitions: [container], ...members }
    expect((await aws.ecs.registerTaskDefinition(written)).revision).toBe(2)
  })

  test.each(either)('a service is updated to one new deployment: $kind', async (effect) => {
    const session = await withService()
    const { aws, simulator } = session
    await aws.ecs.registerTaskDefinition(revision('2'))
    simulator.faults.add({ operation: 'UpdateService', effect })
    const service = await aws.ecs.updateService({ cluster: 'main', service: 'api', taskDefinition: 'api:2' })
    expect(service.taskDefinition).toMatch(/:task-definition\/api:2$/)
    expect(await deployments(session)).toHaveLength(2)
  })

  test.each(either)('settings are set, and start no deployment: $kind', async (effect) => {
    const session = await withService()
    const { aws, simulator } = session
    simulator.faults.add({ operation: 'UpdateService', effect })
    const deploymentConfiguration = {
      bakeTimeInMinutes: 3,
      deploymentCircuitBreaker: { enable: true, rollback: true, thresholdConfiguration: { type: 'COUNT', value: 7 } },
      lifecycleHooks: [],
    }
    const service = await aws.ecs.updateService({ cluster: 'main', service: 'api', deploymentConfiguration })
    expect(service.deploymentConfiguration).toMatchObject(deploymentConfiguration)
    expect(await deployments(session)).toHaveLength(1)
  })

  test.each(either)('a forced deployment is started once: $kind', async (effect) => {
    const session = await withService()
    const { aws, simulator } = session
    simulator.faults.add({ operation: 'UpdateService', effect })
    await aws.ecs.updateService({ cluster: 'main', service: 'api', forceNewDeployment: true })
    expect(await deployments(session)).toHaveLength(2)
  })

  test.each(either)('a one-off task is started once: $kind', async (effect) => {
    const { aws, simulator } = await withService()
    simulator.faults.add({ operation: 'RunTask', effect })
    const request = { cluster: 'main', taskDefinition: 'api:1', startedBy: 'slipway', clientToken: 'run-7' }
    const { tasks: started } = await aws.ecs.runTask(request)
    const tasks = await aws.ecs.listTasks('main', { startedBy: 'slipway', desiredStatus: 'RUNNING' })
    expect(tasks.map(({ taskArn }) => taskArn)).toEqual(started.map(({ taskArn }) => taskArn))
  })

  test.each(either)('a repository is made once: $kind', async (effect) => {
    const { aws, simulator } = simulated()
    simulator.faults.add({ operation: 'CreateRepository', effect })
    const made = await aws.ecr.createRepository('api', { immutableTags: true })
    expect(made).toEqual({ repository: await aws.ecr.describeRepository('api'), created: true })
    expect(made.repository).toMatchObject({ name: 'api', immutableTags: true })
  })

  test('replies that are lost again and again still end in one deployment', async () => {
    const session = await withService()
    const { aws, simulator } = session
    simulator.faults.add({ operation: 'UpdateService', times: 1, effect: { kind: 'reset' } })
    simulator.faults.add({ operation: 'UpdateService', skip: 1, times: 1, effect: { kind: 'apply-then-drop' } })
    simulator.faults.add({ operation: 'DescribeServices', skip: 1, times: 3, effect: { kind: 'http', status: 500 } })
    await aws.ecs.updateService({ cluster: 'main', service: 'api', forceNewDeployment: true })
    expect(await deployments(session)).toHaveLength(2)
  })

  test('every registration over a line that loses most replies makes one revision (REGISTRATIONS)', async () => {
    const { aws, simulator } = await withService({ minutes: 24 * 60 })
    simulator.faults.add({ operation: 'RegisterTaskDefinition', probability: 0.5, effect: { kind: 'apply-then-drop' } })
    simulator.faults.add({ operation: 'RegisterTaskDefinition', probability: 0.2, effect: { kind: 'reset' } })
    for (let count = 2; count <= times('REGISTRATIONS', 20, 300); count++)
      expect((await aws.ecs.registerTaskDefinition(revision(String(count)))).revision).toBe(count)
  })
})

describe('row F17: a registration is worth keeping when the update is denied', () => {
  test('both facts are known, and the next run finds the revision', async () => {
    const { aws, simulator } = await withService()
    const stored = await aws.ecs.registerTaskDefinition(revision('2'))
    simulator.iam.allow('ecs:Describe*', 'ecs:RegisterTaskDefinition')
    const request = { cluster: 'main', service: 'api', taskDefinition: String(stored.taskDefinitionArn) }
    const said = await failure(aws.ecs.updateService(request))
    expect(said.code).toBe('permission-missing')
    expect(said.what).toContain('ecs:UpdateService')
    expect(await aws.ecs.describeTaskDefinition('api')).toMatchObject({ taskDefinitionArn: stored.taskDefinitionArn })
  })
})

describe('a deployment that is to be rolled back', () => {
  test('is stopped once, also when the reply is lost and when it goes back already', async () => {
    const session = await withService()
    const { aws, simulator } = session
    await aws.ecs.registerTaskDefinition(revision('2'))
    await aws.ecs.updateService({ cluster: 'main', service: 'api', taskDefinition: 'api:2' })
    const [deployment] = await deployments(session)
    const arn = deployment?.serviceDeploymentArn ?? ''
    simulator.faults.add({ operation: 'StopServiceDeployment', effect: { kind: 'apply-then-drop' } })
    await aws.ecs.rollBackServiceDeployment(arn)
    await aws.ecs.rollBackServiceDeployment(arn)
    expect(simulator.recorder.count('ecs', 'StopServiceDeployment')).toBe(1)
    expect((await aws.ecs.describeServiceDeployment(arn))?.status).toMatch(/ROLLBACK/)
  })
})
