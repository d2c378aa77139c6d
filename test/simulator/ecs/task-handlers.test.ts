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
  const { sim, home, ecs } = createClients()
  await ecs.send(new CreateClusterCommand({ clusterName: 'shop' }))
  home.logs.createGroup('/shop/migrate')
  sim.world.scenarios.set('migrate', behaviour)
  const definition = seededTaskDefinition(sim.world, { service: 'migrate', image: 'registry.example.com/api:migrate' })
  await ecs.send(new RegisterTaskDefinitionCommand(definition))
  const input = { cluster: 'shop', taskDefinition: 'migrate', networkConfiguration }
  const describeTask = async (taskArn: string) =>
    (await ecs.send(new DescribeTasksCommand({ cluster: 'shop', tasks: [taskArn] }))).tasks![0]!
  return { sim, ecs, input, describeTask }
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
    [{ cluster: 'gone' }, 'Cluster not found.'],
  ])('refuses %j', async (change, message) => {
    const { ecs, input } = await setUp()
    await expect(ecs.send(new RunTaskCommand({ ...input, ...change }))).rejects.toThrow(message)
  })
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
