import type { Task } from '@aws-sdk/client-ecs'
import { expect, test } from '@jest/globals'
import { createDeploy } from '../../../../src/actions/deploy/index.ts'
import { deployInputs } from '../../../../src/actions/inputs/deploy-inputs.ts'
import type { OneOffTask } from '../../../../src/targets/ecs/request/service-request.ts'
import { environment, here } from '../../../actions/scene.ts'
import { startedTasks } from '../../../actions/task-scene.ts'
import { newImage, oldImage, region, rollingScene, runSeldom as run, servingImage } from '../../../deployment/scene.ts'
import { fakeRunner, givenInputs } from '../../../runner/fake-runner.ts'
import type { Handler } from '../../../simulator/contract.ts'
import { createSteadyService, seedCluster } from '../../../simulator/seeding.ts'
import { createSimulator, type Simulator } from '../../../simulator/simulator.ts'

const task: OneOffTask = {
  subnets: [],
  securityGroups: [],
  startedBy: 'GitHub-Actions',
  awaitStop: true,
  waitMinutes: 10,
  idempotencyKey: 'run 1',
}

function withTask(sim: Simulator, more: Partial<OneOffTask> = {}) {
  return run(sim, { image: newImage, request: { runTask: { ...task, ...more }, waitMinutes: 20 } })
}

test("peers' F10: a one-off task that fails keeps the service as it is, with the exit code in the cause", async () => {
  const sim = rollingScene()
  sim.world.scenarios.set(newImage, { kind: 'crash', exitCode: 3 })
  const ended = await withTask(sim)
  expect(ended.outcome).toBe('failed')
  expect(ended.cause).toMatch(
    /the service was not changed \| Essential container in task exited \("api", exit code 3\)/,
  )
  expect(servingImage(sim)).toBe(oldImage)
  expect(sim.recorder.count('ecs', 'UpdateService')).toBe(0)
})

test("peers' F10: a task whose image cannot be pulled says so instead of [null]", async () => {
  const sim = rollingScene()
  const stoppedReason =
    'CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref docker.io/acme/api:v2: docker.io/acme/api:v2: not found'
  sim.world.scenarios.set(newImage, { kind: 'fails-to-start', stoppedReason })
  const ended = await withTask(sim)
  expect(ended.cause).toMatch(/CannotPullContainerError: image docker.io\/acme\/api:v2/)
})

test("the task runs in the service's own network and before the update", async () => {
  const sim = rollingScene()
  sim.world.scenarios.set(newImage, { kind: 'crash', exitCode: 0 })
  const ended = await withTask(sim)
  const operations = sim.recorder.all.map(({ operation }) => operation)
  expect(operations.indexOf('RunTask')).toBeLessThan(operations.indexOf('UpdateService'))
  expect(sim.recorder.calls('ecs', 'RunTask')[0]?.input).toMatchObject({
    launchType: 'FARGATE',
    networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-0aaa1111', 'subnet-0bbb2222'] } },
  })
  expect(ended.state.phases[0]).toMatchObject({ name: 'run-task', status: 'succeeded' })
})

const bridged = { networkMode: 'bridge' as const, requiresCompatibilities: ['EC2' as const] }

test.each([
  ['security groups', { securityGroups: ['sg-0aaa1111'] }, 'run-task-security-groups'],
  ['a public address', { assignPublicIp: 'ENABLED' }, 'run-task-assign-public-IP'],
] as const)('%s without any subnets are refused before anything is changed', async (_, more, input) => {
  const sim = createSimulator()
  const { taskDefinitionArn: taskDefinition } = seedCluster(sim.world, { taskDefinition: bridged })
  createSteadyService(sim.world, {}, { launchType: 'EC2', networkConfiguration: undefined, taskDefinition })
  sim.recorder.clear()
  const ended = await withTask(sim, more)
  expect(ended.outcome).toBe('failed')
  expect(ended.cause).toMatch(new RegExp(`${input} requires run-task-subnets.*the service has no subnets`))
  expect(sim.recorder.count('ecs', 'RegisterTaskDefinition')).toBe(0)
})

test.each([
  ['at a later look', 2, 'succeeded'],
  ['never', Number.POSITIVE_INFINITY, 'failed'],
])('a task that has stopped is judged by its exit code, which is shown %s', async (_, looks, outcome) => {
  const sim = rollingScene()
  sim.world.scenarios.set(newImage, { kind: 'crash', exitCode: 0 })
  const { handlers } = sim.world.region(region).ecs
  const describeTasks = handlers.DescribeTasks as Handler
  let stopped = 0
  const late: Handler = (input, call) => {
    const { tasks, ...rest } = describeTasks(input, call) as { tasks: readonly Task[] }
    const shown = tasks.map((one) => (one.lastStatus === 'STOPPED' && ++stopped <= looks ? withoutExitCodes(one) : one))
    return { ...rest, tasks: shown }
  }
  Object.assign(handlers, { DescribeTasks: late })
  const ended = await withTask(sim, { waitMinutes: 2 })
  // The new image ends by itself, so that the service cannot become steady.
  expect(ended.state.phases[0]?.status).toBe(outcome)
  if (outcome === 'failed')
    expect(ended.cause).toMatch(/container api has no exit code, so it is unknown whether its command has run/)
})

function withoutExitCodes(task: Task): Task {
  return { ...task, containers: (task.containers ?? []).map(({ exitCode: _, ...container }) => container) }
}

test('row F12: a lost reply of RunTask runs no second task', async () => {
  const sim = rollingScene()
  sim.faults.add({ operation: 'RunTask', effect: { kind: 'apply-then-drop' } })
  const ended = await withTask(sim, { awaitStop: false })
  expect(ended.outcome).toBe('succeeded')
  expect(new Set(sim.recorder.calls('ecs', 'RunTask').map(({ input }) => input.clientToken)).size).toBe(1)
  expect(JSON.parse(ended.record.outputs?.['run-task-arn'] ?? '')).toHaveLength(1)
})

test('the log of the task is shown, and a task whose time is up is stopped', async () => {
  const sim = rollingScene()
  sim.world.scenarios.set(newImage, { kind: 'healthy', log: ['migrating orders'] })
  const ended = await withTask(sim, { waitMinutes: 2 })
  expect(ended.outcome).toBe('failed')
  expect(ended.cause).toMatch(
    /service was not changed \| it was still running after 2 minutes \(wait-for-minutes\), and this run stopped it \(StopTask\) \| What the command did until then stays: it may be half done/,
  )
  const shown = ended.events.flatMap((event) => (event.kind === 'output' ? event.lines : []))
  expect(shown.map(({ untrusted }) => untrusted)).toEqual(['migrating orders'])
  expect(sim.recorder.count('ecs', 'StopTask')).toBe(1)
  expect(sim.recorder.count('ecs', 'UpdateService')).toBe(0)
})

test.each([
  ['stop-and-roll-back', 'STOPPED', /this run stopped the one-off task .*half done/],
  ['leave', 'RUNNING', /continues without this run/],
])('a cancel while the task runs, with on-cancel: %s', async (policy, status, words) => {
  const sim = rollingScene()
  sim.world.scenarios.set(newImage, { kind: 'healthy' })
  const given = {
    ...here,
    image: newImage,
    'run-task': 'true',
    'wait-for-task-stopped': 'true',
    preflight: 'off',
    guard: 'off',
    'on-cancel': policy,
  }
  const world = { requestHandler: sim.requestHandler, fetch: (url: string, init: RequestInit) => sim.fetch(url, init) }
  const main = await fakeRunner({ clock: sim.clock.forProgram, environment })
  sim.clock.after(60_000, () => main.cancel())
  await createDeploy(world).main(givenInputs(deployInputs, given), main)
  const post = await fakeRunner({ clock: sim.clock.forProgram, environment, state: main.savedState })
  await createDeploy(world).post?.(givenInputs(deployInputs, given), post)
  sim.clock.advance(60_000)
  expect(startedTasks(sim).map(({ lastStatus }) => lastStatus)).toEqual([status])
  expect(post.summary).toMatch(words)
  expect(sim.recorder.count('ecs', 'UpdateService')).toBe(0)
})

test('a cancel without a service stops the task, too', async () => {
  const sim = rollingScene()
  sim.world.scenarios.set(newImage, { kind: 'healthy' })
  const given = {
    ...{
      cluster: 'shop',
      'task-definition': 'api',
      image: newImage,
      'run-task': 'true',
      'wait-for-task-stopped': 'true',
    },
    ...{ 'run-task-subnets': 'subnet-0aaa1111', preflight: 'off', guard: 'off' },
  }
  const world = { requestHandler: sim.requestHandler, fetch: (url: string, init: RequestInit) => sim.fetch(url, init) }
  const main = await fakeRunner({ clock: sim.clock.forProgram, environment })
  sim.clock.after(60_000, () => main.cancel())
  await createDeploy(world)
    .main(givenInputs(deployInputs, given), main)
    .catch(() => undefined)
  const post = await fakeRunner({ clock: sim.clock.forProgram, environment, state: main.savedState })
  await createDeploy(world).post?.(givenInputs(deployInputs, given), post)
  sim.clock.advance(60_000)
  expect(startedTasks(sim).map(({ lastStatus }) => lastStatus)).toEqual(['STOPPED'])
})
