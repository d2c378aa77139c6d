import { GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import {
  CreateClusterCommand,
  DescribeTasksCommand,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  StopTaskCommand,
} from '@aws-sdk/client-ecs'
import { describe, expect, test } from '@jest/globals'
import type { Behaviour } from '../contract.ts'
import { seededTaskDefinition } from '../fixtures.ts'
import { createClients } from './rig.ts'

const networkConfiguration = { awsvpcConfiguration: { subnets: ['subnet-1'] } }

async function setUp(behaviour: Behaviour = { kind: 'crash', exitCode: 0 }) {
  const { sim, home, ecs, logs } = createClients()
  await ecs.send(new CreateClusterCommand({ clusterName: 'shop' }))
  home.logs.createGroup('/shop/migrate')
  sim.world.scenarios.set('migrate', behaviour)
  const definition = seededTaskDefinition(sim.world, { service: 'migrate', image: 'registry.example.com/api:migrate' })
  await ecs.send(new RegisterTaskDefinitionCommand(definition))
  const input = { cluster: 'shop', taskDefinition: 'migrate', networkConfiguration }
  const describeTask = async (taskArn: string) =>
    (await ecs.send(new DescribeTasksCommand({ cluster: 'shop', tasks: [taskArn] }))).tasks![0]!
  return { sim, home, ecs, logs, input, describeTask }
}

describe('RunTask', () => {
  test.each<[Behaviour, object]>([
    [{ kind: 'crash', exitCode: 0 }, { exitCode: 0 }],
    [{ kind: 'crash', exitCode: 3 }, { exitCode: 3 }],
    [{ kind: 'out-of-memory' }, { exitCode: 137, reason: 'OutOfMemoryError: Container killed due to memory usage' }],
  ])('runs one task to its end: %j', async (behaviour, container) => {
    const { sim, ecs, input, describeTask } = await setUp(behaviour)
    const overrides = { containerOverrides: [{ name: 'api', command: ['migrate'] }] }
    const { tasks, failures } = await ecs.send(new RunTaskCommand({ ...input, startedBy: 'slipway', overrides }))
    expect([tasks!.length, failures]).toEqual([1, []])
    expect(tasks![0]).toMatchObject({
      lastStatus: 'PROVISIONING',
      startedBy: 'slipway',
      group: 'family:migrate',
      overrides,
    })
    sim.clock.advance(90_000)
    const task = await describeTask(tasks![0]!.taskArn!)
    expect(task).toMatchObject({ lastStatus: 'STOPPED', stopCode: 'EssentialContainerExited', containers: [container] })
    expect(task.stoppedAt!.getTime()).toBeGreaterThan(task.startedAt!.getTime())
  })

  test('starts one task only for the same client token, and refuses the token for anything else', async () => {
    const { ecs, input } = await setUp()
    const run = (more: object = {}) => ecs.send(new RunTaskCommand({ ...input, clientToken: 'token-1', ...more }))
    const [first, second] = [await run(), await run()]
    expect(second.tasks![0]!.taskArn).toBe(first.tasks![0]!.taskArn)
    expect((await ecs.send(new ListTasksCommand({ cluster: 'shop' }))).taskArns).toHaveLength(1)
    await expect(run({ count: 2 })).rejects.toMatchObject({
      name: 'ConflictException',
      resourceIds: [first.tasks![0]!.taskArn],
    })
  })

  test('reports that there is no room', async () => {
    const { ecs, input } = await setUp({ kind: 'no-capacity', reason: 'Capacity is unavailable at this time.' })
    const { tasks, failures } = await ecs.send(new RunTaskCommand(input))
    expect([tasks, failures]).toEqual([[], [{ reason: 'Capacity is unavailable at this time.' }]])
  })

  test.each([
    [
      { networkConfiguration: undefined },
      "Network Configuration must be provided when networkMode 'awsvpc' is specified.",
    ],
    [{ taskDefinition: 'gone' }, 'TaskDefinition not found.'],
    [
      { overrides: { containerOverrides: [{ name: 'web' }] } },
      'Override for container named web is not a container in the TaskDefinition.',
    ],
    [{ count: 11 }, 'Count must be between 1 and 10.'],
    [{ group: 'service:api' }, 'Invalid namespace for group.'],
    [{ propagateTags: 'SERVICE' as const }, 'SERVICE is not a valid value for propagateTags.'],
    [{ clientToken: 'a token' }, 'clientToken must be between 1 and 64 characters.'],
    [
      { launchType: 'FARGATE' as const, capacityProviderStrategy: [{ capacityProvider: 'FARGATE' }] },
      'Specifying both a launch type and capacity provider strategy is not supported.',
    ],
    [
      { overrides: { containerOverrides: [{ name: 'api', command: ['x'.repeat(8192)] }] } },
      'Container Overrides length must be at most 8192',
    ],
    [{ cluster: 'gone' }, 'Cluster not found.'],
  ])('refuses %j', async (change, message) => {
    const { ecs, input } = await setUp()
    await expect(ecs.send(new RunTaskCommand({ ...input, ...change }))).rejects.toThrow(message)
  })
})

test('RunTask names the tasks that it started and the failures of the others, and repeats both for the same token', async () => {
  const { sim, home, ecs, input } = await setUp()
  home.ecs.quirks.shortage = { reason: 'RESOURCE:MEMORY', places: 2, until: sim.clock.now() + 60_000 }
  const three = { ...input, count: 3, clientToken: 'token-1' }
  const first = await ecs.send(new RunTaskCommand(three))
  expect([first.tasks!.length, first.failures]).toEqual([2, [{ reason: 'RESOURCE:MEMORY' }]])
  sim.clock.advance(61_000)
  const again = await ecs.send(new RunTaskCommand(three))
  expect(again.tasks!.map(({ taskArn }) => taskArn)).toEqual(first.tasks!.map(({ taskArn }) => taskArn))
  const other = await ecs.send(new RunTaskCommand({ ...three, clientToken: 'token-2' }))
  expect([other.tasks!.length, other.failures]).toEqual([3, []])
})

test('RunTask refuses a task beyond 500 in PROVISIONING', async () => {
  const { sim, ecs, input } = await setUp()
  for (let started = 0; started < 500; started += 10) await ecs.send(new RunTaskCommand({ ...input, count: 10 }))
  await expect(ecs.send(new RunTaskCommand(input))).rejects.toThrow('tasks provisioning capacity limit was exceeded')
  sim.clock.advance(15_000)
  expect((await ecs.send(new RunTaskCommand(input))).tasks).toHaveLength(1)
})

test('a new task is MISSING for a while', async () => {
  const { sim, home, ecs, input } = await setUp()
  home.ecs.quirks.taskShownAfterSeconds = 20
  const { tasks } = await ecs.send(new RunTaskCommand(input))
  const look = () => ecs.send(new DescribeTasksCommand({ cluster: 'shop', tasks: [tasks![0]!.taskArn!] }))
  expect((await look()).failures).toMatchObject([{ reason: 'MISSING' }])
  sim.clock.advance(21_000)
  expect((await look()).tasks).toHaveLength(1)
})

test.each([
  [{ onSigterm: 'ignored' as const }, 30, 137],
  [{ onSigterm: { exitCode: 0, afterSeconds: 12 } }, 12, 0],
])('StopTask waits for a container as %j', async (more, seconds, exitCode) => {
  const { sim, ecs, input, describeTask } = await setUp({ kind: 'healthy', ...more })
  const { tasks } = await ecs.send(new RunTaskCommand(input))
  const task = tasks![0]!.taskArn!
  sim.clock.advance(60_000)
  await ecs.send(new StopTaskCommand({ cluster: 'shop', task, reason: 'time is up' }))
  sim.clock.advance(60_000)
  const { containers, stoppingAt, executionStoppedAt } = await describeTask(task)
  expect(containers![0]!.exitCode).toBe(exitCode)
  expect((executionStoppedAt!.getTime() - stoppingAt!.getTime()) / 1000).toBe(seconds)
})

test('lines of a container come one after the other, and reads have them later', async () => {
  const { sim, home, ecs, input, logs } = await setUp({
    kind: 'crash',
    exitCode: 0,
    afterSeconds: 9,
    logEverySeconds: 4,
    log: ['a', 'b', 'c', 'd'],
  })
  home.logs.ingestionSeconds = 3
  const { tasks } = await ecs.send(new RunTaskCommand(input))
  const logStreamName = `migrate/api/${tasks![0]!.taskArn!.split('/').at(-1)}`
  const read = async () =>
    (
      await logs.send(new GetLogEventsCommand({ logGroupName: '/shop/migrate', logStreamName, startFromHead: true }))
    ).events!.map(({ message }) => message)
  await expect(read()).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
  sim.clock.advance(90_000)
  expect(await read()).toEqual(['a', 'b', 'c'])
})

test('StopTask ends a task with the reason that was given', async () => {
  const { sim, ecs, input, describeTask } = await setUp({ kind: 'healthy' })
  const { tasks } = await ecs.send(new RunTaskCommand(input))
  const task = tasks![0]!.taskArn!
  sim.clock.advance(60_000)
  await ecs.send(new StopTaskCommand({ cluster: 'shop', task, reason: 'Cancelled by the workflow' }))
  sim.clock.advance(60_000)
  expect(await describeTask(task)).toMatchObject({
    lastStatus: 'STOPPED',
    stopCode: 'UserInitiated',
    stoppedReason: 'Cancelled by the workflow',
    containers: [{ exitCode: 143 }],
  })
  await expect(ecs.send(new StopTaskCommand({ cluster: 'shop', task: 'gone' }))).rejects.toThrow(
    'The referenced task was not found.',
  )
})

test('ListTasks filters and pages, DescribeTasks names what is missing', async () => {
  const { ecs, input } = await setUp()
  for (const startedBy of ['a', 'b']) await ecs.send(new RunTaskCommand({ ...input, count: 10, startedBy }))
  const list = async (more: object) =>
    (await ecs.send(new ListTasksCommand({ cluster: 'shop', ...more }))).taskArns!.length
  expect(await list({ startedBy: 'a' })).toBe(10)
  expect(await list({ family: 'migrate' })).toBe(20)
  expect(await list({ family: 'other' })).toBe(0)
  expect(await list({ desiredStatus: 'STOPPED' })).toBe(0)
  const first = await ecs.send(new ListTasksCommand({ cluster: 'shop', maxResults: 15 }))
  const second = await ecs.send(new ListTasksCommand({ cluster: 'shop', maxResults: 15, nextToken: first.nextToken }))
  expect(new Set([...first.taskArns!, ...second.taskArns!]).size).toBe(20)
  expect(second.nextToken).toBeUndefined()
  await expect(list({ serviceName: 'gone' })).rejects.toMatchObject({ name: 'ServiceNotFoundException' })
  const { failures } = await ecs.send(new DescribeTasksCommand({ cluster: 'shop', tasks: ['gone'] }))
  expect(failures).toEqual([{ arn: 'arn:aws:ecs:eu-west-1:111122223333:task/shop/gone', reason: 'MISSING' }])
})
