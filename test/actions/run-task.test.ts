/** The action run-task: the peers' rows T1 to T12, F10 and A4, and what people read and get of a task. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { startedByLock } from '../../src/targets/ecs/request/started-by.ts'
import { newImage, region } from '../deployment/scene.ts'
import { said } from '../refusal.ts'
import type { Behaviour } from '../simulator/contract.ts'
import { ask, seededTaskDefinition } from '../simulator/seeding.ts'
import type { Simulator } from '../simulator/simulator.ts'
import { here } from './scene.ts'
import { migrate, postStep, runStep, startedTasks, taskScene } from './task-scene.ts'

const isStopped = { kind: 'crash', exitCode: 0 } as const

test('T4, T5: network, launch type and platform are those of the service; T3: the command goes to its container', async () => {
  const sim = taskScene()
  const { outputs, isRed } = await runStep(sim, { ...migrate, 'environment-variables': 'MODE=all', cpu: '1024' })
  expect([isRed, outputs['exit-code'], outputs.verdict]).toEqual([false, '0', 'succeeded'])
  expect(sim.recorder.calls('ecs', 'RunTask')[0]?.input).toMatchObject({
    cluster: 'shop',
    launchType: 'FARGATE',
    networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-0aaa1111', 'subnet-0bbb2222'] } },
    overrides: {
      cpu: '1024',
      containerOverrides: [
        { name: 'api', command: ['bin/migrate', '--all'], environment: [{ name: 'MODE', value: 'all' }] },
      ],
    },
    startedBy: expect.stringMatching(/^slipway\/run\/[0-9a-f]{32}$/),
  })
  // T7: a revision with the image; the service is as it was.
  expect(sim.recorder.count('ecs', 'RegisterTaskDefinition')).toBe(1)
  expect(sim.recorder.count('ecs', 'UpdateService')).toBe(0)
})

test('T12, T10: what the task said is in the log, and its ends are in the outputs', async () => {
  const log = ['applying 1', 'applying 2', 'slipway-result: 42']
  const sim = taskScene({ ...isStopped, afterSeconds: 8, logEverySeconds: 2, log })
  sim.world.region(region).logs.ingestionSeconds = 2
  const { log: read, outputs, runner } = await runStep(sim)
  const printed = read.split('\n').filter((line) => line.includes('│'))
  expect(printed.map((line) => line.slice(line.indexOf('│')))).toEqual(log.map((line) => `│ ${line}`))
  const [task] = startedTasks(sim)
  expect(outputs).toMatchObject({
    'task-arns': JSON.stringify([task?.taskArn]),
    'task-arn': task?.taskArn,
    'task-id': task?.taskArn?.split('/').at(-1),
    'exit-codes': '[{"api":0}]',
    result: '42',
    'task-definition-arn': expect.stringContaining('task-definition/api:2'),
    'started-at': task?.startedAt?.toISOString(),
    'stopped-at': task?.stoppedAt?.toISOString(),
    'log-url': expect.stringContaining('#logsV2:log-groups/log-group/$252Fshop$252Fapi/log-events/api$252Fapi$252F'),
  })
  expect(runner.summary).toContain('api (shop): succeeded')
  // The runner prints saved state when debug logging is on.
  expect(JSON.stringify(runner.savedState)).not.toContain('applying')
})

test('T11: exit code, stop code and last log line are the cause', async () => {
  const sim = taskScene({ kind: 'crash', exitCode: 3, log: ['Error: relation "orders" does not exist'] })
  const { outputs, isRed, runner } = await runStep(sim)
  expect([isRed, outputs['exit-code'], outputs['cause-code']]).toEqual([true, '3', 'container-crashed'])
  expect(outputs.cause).toMatch(
    /^The one-off task of api:2 failed: Essential container in task exited \("api", exit code 3\): .*relation "orders" does not exist.*\(last log line\)/,
  )
  expect(runner.summary).toContain('Stopped tasks')
})

test('T9, F10: a sidecar that ends with the task does not fail it', async () => {
  const sidecar = { name: 'router', image: 'registry.example.com/router:1', essential: false }
  const sim = taskScene(isStopped)
  const definition = seededTaskDefinition(sim.world)
  const containerDefinitions = [...(definition.containerDefinitions ?? []), sidecar]
  ask(sim.world, region, 'RegisterTaskDefinition', { ...definition, containerDefinitions })
  const { outputs, isRed } = await runStep(sim, { ...migrate, 'task-definition': 'api', container: 'api' })
  expect([isRed, outputs['exit-code'], JSON.parse(outputs['exit-codes'] ?? '')]).toEqual([
    false,
    '0',
    [{ api: 0, router: 143 }],
  ])
})

describe('an essential sidecar', () => {
  const command = { kind: 'crash', exitCode: 0, afterSeconds: 60 } as const
  const handles = { ...command, afterSeconds: 600, onSigterm: { exitCode: 0, afterSeconds: 10 } } as const
  const sidecar = (exitCode: number, afterSeconds: number) => ({ kind: 'crash', exitCode, afterSeconds }) as const
  const cut = /Essential container in task exited \("envoy", exit code 1\).*exit code 0 of api does not prove/
  test.each<[string, Behaviour, Behaviour, boolean, RegExp]>([
    ['that fails first is the cause, though the command ends with 0 on SIGTERM', handles, sidecar(1, 30), true, cut],
    ['that ends first with 0, too', handles, sidecar(0, 30), true, /\("envoy", exit code 0\).*ended before api/],
    ['that is stopped with the task is not', command, { kind: 'healthy' }, false, /^$/],
    ['that fails after the command is not', command, sidecar(1, 300), false, /^$/],
  ])('%s', async (_, own, its, red, cause) => {
    const sim = taskScene(own)
    const envoy = { name: 'envoy', image: 'registry.example.com/envoy:1', essential: true }
    sim.world.scenarios.set(envoy.image, its)
    const definition = seededTaskDefinition(sim.world)
    const containerDefinitions = [...(definition.containerDefinitions ?? []), envoy]
    ask(sim.world, region, 'RegisterTaskDefinition', { ...definition, containerDefinitions })
    const { outputs, isRed } = await runStep(sim, { ...migrate, 'task-definition': 'api', container: 'api' })
    expect([isRed, outputs['exit-code']]).toEqual([red, '0'])
    expect(outputs.cause).toMatch(cause)
  })
})

test('a watched container that is not essential: the task is stopped once it has ended, and its exit code counts', async () => {
  const sim = taskScene({ kind: 'healthy' })
  const script = { name: 'script', image: 'registry.example.com/script:1', essential: false }
  sim.world.scenarios.set(script.image, { kind: 'crash', exitCode: 4, afterSeconds: 20 })
  const definition = seededTaskDefinition(sim.world)
  const containerDefinitions = [...(definition.containerDefinitions ?? []), script]
  ask(sim.world, region, 'RegisterTaskDefinition', { ...definition, containerDefinitions })
  const given = { ...here, 'task-definition': 'api', container: 'script', preflight: 'off' }
  const failed = await runStep(sim, given)
  expect([failed.isRed, failed.outputs['exit-code'], startedTasks(sim)[0]?.lastStatus]).toEqual([true, '4', 'STOPPED'])
  sim.world.scenarios.set(script.image, { kind: 'crash', exitCode: 0, afterSeconds: 20 })
  const ended = await runStep(sim, given)
  expect([ended.isRed, ended.outputs['exit-code'], ended.outputs.verdict]).toEqual([false, '0', 'succeeded'])
})

test('T6: several in parallel, each line with its task, one failure is enough', async () => {
  const sim = taskScene({ ...isStopped, log: ['shard done'] })
  const { outputs, log, isRed } = await runStep(sim, { ...migrate, count: '3' })
  expect([isRed, JSON.parse(outputs['exit-codes'] ?? '')]).toEqual([false, [{ api: 0 }, { api: 0 }, { api: 0 }]])
  const ids = startedTasks(sim).map(({ taskArn = '' }) => taskArn.split('/').at(-1)?.slice(0, 6))
  for (const id of ids) expect(log).toContain(`│ ${id} shard done`)
})

test('T8: wait-for running ends with the state, wait-for started at once', async () => {
  const running = await runStep(taskScene({ kind: 'healthy' }), { ...migrate, 'wait-for': 'running' })
  expect([running.isRed, running.log]).toEqual([false, expect.stringContaining(' RUNNING')])
  const sim = taskScene({ kind: 'healthy' })
  const started = await runStep(sim, { ...migrate, 'wait-for': 'started' })
  expect([started.isRed, sim.recorder.count('ecs', 'DescribeTasks')]).toEqual([false, 0])
})

test('A4: a task of seconds, never seen RUNNING, is judged by its exit code', async () => {
  const { isRed, outputs } = await runStep(taskScene({ ...isStopped, afterSeconds: 0 }), {
    ...migrate,
    'wait-for': 'running',
  })
  expect([isRed, outputs['exit-code']]).toEqual([false, '0'])
})

test('A4: no capacity is retried until the time for it is up, and is said', async () => {
  const sim = taskScene()
  const { quirks } = sim.world.region(region).ecs
  quirks.shortage = { reason: 'RESOURCE:MEMORY', until: sim.clock.now() + 90_000 }
  const passing = await runStep(sim)
  expect([passing.isRed, passing.log]).toEqual([
    false,
    expect.stringContaining('RunTask placed 0 of 1: RESOURCE:MEMORY'),
  ])
  const tokens = sim.recorder.calls('ecs', 'RunTask').map(({ input }) => input.clientToken)
  expect(new Set(tokens).size).toBe(tokens.length)
  quirks.shortage = { reason: 'RESOURCE:MEMORY' }
  const before = sim.clock.now()
  const lasting = await runStep(sim, { ...migrate, 'retry-on-capacity': '2' })
  expect(lasting.outputs).toMatchObject({
    verdict: 'failed',
    'cause-code': 'instance-memory',
    'exit-code': '',
    'task-arns': '[]',
  })
  expect(lasting.outputs.cause).toMatch(/RESOURCE:MEMORY: insufficient memory available on every container instance/)
  expect((sim.clock.now() - before) / 1000).toBeLessThan(150)
})

test('a quota fails at once', async () => {
  const sim = taskScene()
  sim.world.region(region).ecs.quirks.shortage = {
    reason: "You've reached the limit on the number of vCPUs you can run concurrently",
  }
  const { outputs } = await runStep(sim)
  expect([outputs['cause-code'], sim.recorder.count('ecs', 'RunTask')]).toEqual(['quota-reached', 1])
})

test('some of several are placed: they run to their end, and the step is red', async () => {
  const sim = taskScene()
  sim.world.region(region).ecs.quirks.shortage = { reason: 'ATTRIBUTE', detail: 'ecs.capability.gpu', places: 2 }
  const { outputs, isRed } = await runStep(sim, { ...migrate, count: '3' })
  expect([isRed, JSON.parse(outputs['exit-codes'] ?? '')]).toEqual([true, [{ api: 0 }, { api: 0 }]])
  expect(outputs.cause).toMatch(/ATTRIBUTE.*ecs.capability.gpu/)
})

test('Fargate Spot without capacity: Fargate on request', async () => {
  const spot = { 'capacity-provider-strategy': '[{"capacityProvider":"FARGATE_SPOT","weight":1}]' }
  const sim = taskScene()
  const reason = 'Capacity is unavailable at this time. Please try again later or in a different availability zone'
  sim.world.region(region).ecs.quirks.shortage = { reason, provider: 'FARGATE_SPOT' }
  const { isRed } = await runStep(sim, { ...migrate, ...spot, 'fall-back-to-fargate': 'true' })
  expect(isRed).toBe(false)
  expect(sim.recorder.calls('ecs', 'RunTask').map(({ input }) => input.capacityProviderStrategy)).toEqual([
    [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }],
    [{ capacityProvider: 'FARGATE', weight: 1 }],
  ])
  const without = await runStep(sim, { ...migrate, ...spot, 'retry-on-capacity': '0' })
  expect(without.outputs['cause-code']).toBe('capacity-unavailable')
})

const interrupted = {
  kind: 'taken-away',
  stopCode: 'SpotInterruption',
  stoppedReason: 'Your Spot Task was interrupted.',
} as const

test('an interrupted command is not run again by itself', async () => {
  const sim = taskScene(interrupted)
  const { outputs, isRed } = await runStep(sim)
  expect([isRed, outputs['cause-code'], sim.recorder.count('ecs', 'RunTask')]).toEqual([true, 'spot-interruption', 1])
  expect(outputs.cause).toContain('SpotInterruption')
})

test('retry-on-interruption starts it again', async () => {
  const sim = taskScene(interrupted)
  sim.clock.after(10_000, () => sim.world.scenarios.set(newImage, isStopped))
  const { outputs, isRed } = await runStep(sim, { ...migrate, 'retry-on-interruption': '3' })
  expect([isRed, outputs['exit-code']]).toEqual([false, '0'])
  expect(sim.recorder.count('ecs', 'RunTask')).toBeGreaterThan(1)
})

describe('time-out', () => {
  test('stops the task, waits for its last lines, and says what may be half done', async () => {
    const sim = taskScene({
      kind: 'healthy',
      log: ['working'],
      onSigterm: { exitCode: 0, afterSeconds: 9, log: 'cleaning up' },
    })
    const { outputs, log, isRed, runner } = await runStep(sim, { ...migrate, 'wait-for-minutes': '1' })
    expect([isRed, outputs.verdict]).toEqual([true, 'timed-out'])
    expect(log).toContain('│ cleaning up')
    expect(runner.summary).toContain('it may be half done')
    expect(startedTasks(sim).map(({ lastStatus }) => lastStatus)).toEqual(['STOPPED'])
  })

  test('leaves it on request', async () => {
    const sim = taskScene({ kind: 'healthy' })
    const { outputs } = await runStep(sim, { ...migrate, 'wait-for-minutes': '1', 'on-timeout': 'leave' })
    expect([outputs.verdict, sim.recorder.count('ecs', 'StopTask')]).toEqual(['timed-out', 0])
  })
})

describe('cancel', () => {
  const cancelled = async (given: Record<string, string>, after = 60_000) => {
    const sim = taskScene({ kind: 'healthy' })
    const main = await runStep(sim, given, { onRunner: (runner) => sim.clock.after(after, () => runner.cancel()) })
    const post = await postStep(sim, main.runner, given)
    sim.clock.advance(60_000)
    return { sim, main, post, states: startedTasks(sim).map(({ lastStatus }) => lastStatus) }
  }

  test('stops the task', async () => {
    const { main, post, states } = await cancelled(migrate)
    expect(main.isRed).toBe(true)
    expect(states).toEqual(['STOPPED'])
    expect(main.outputs.verdict).toBe('cancelled')
    expect(post.summary).toMatch(
      /this run stopped the one-off task .*StopTask.*, and what its command did may be half done/,
    )
  })

  test('leaves it on request', async () => {
    const { post, states } = await cancelled({ ...migrate, 'on-cancel': 'leave' })
    expect(states).toEqual(['RUNNING'])
    expect(post.summary).toMatch(/continues without this run .*on-cancel: leave/)
  })
})

test('a task that somebody stops is red, also with exit code 0', async () => {
  const sim = taskScene({ kind: 'healthy', onSigterm: { exitCode: 0 } })
  sim.clock.after(60_000, () => {
    const [task] = startedTasks(sim)
    ask(sim.world, region, 'StopTask', { cluster: 'shop', task: task?.taskArn, reason: 'by hand' })
  })
  const { outputs, isRed } = await runStep(sim)
  expect([isRed, outputs['cause-code']]).toEqual([true, 'task-stopped'])
  expect(outputs.cause).toContain('by a user other than this run (by hand)')
})

test('text of a container starts no command, and secrets of the overrides are not shown', async () => {
  const log = ['::error::gotcha', '##[group]x', 'token=s3cr3t-value-of-job', 'slipway-result: ::set-output name=a::b']
  const sim = taskScene({ ...isStopped, log })
  const { log: read, outputs } = await runStep(
    sim,
    { ...migrate, 'environment-from': 'DEPLOY_TOKEN' },
    { environment: { DEPLOY_TOKEN: 's3cr3t-value-of-job' } },
  )
  expect(read).not.toContain('s3cr3t-value-of-job')
  expect(outputs.result).toBe('│ ::set-output name=a::b')
})

test('the log is elsewhere: said, with the address of the console', async () => {
  const sim = taskScene(isStopped, { container: { logConfiguration: { logDriver: 'awsfirelens' } } })
  const { log, outputs } = await runStep(sim)
  expect(log).toContain('The log is not shown here: container api logs with awsfirelens.')
  expect(outputs['log-url']).toMatch(
    /^https:\/\/eu-west-1.console.aws.amazon.com\/ecs\/v2\/clusters\/shop\/tasks\/[0-9a-f]{32}\/logs/,
  )
})

/** From the start of its containers to their end, of each task that ran, in the order of the starts. */
const spansOf = (sim: Simulator) =>
  startedTasks(sim)
    .filter(({ startedAt }) => startedAt !== undefined)
    .map(
      ({ startedAt, executionStoppedAt }) => [startedAt?.getTime() ?? 0, executionStoppedAt?.getTime() ?? 0] as const,
    )
    .toSorted((left, right) => left[0] - right[0])

test.each([
  ['has ended', { ...isStopped, afterSeconds: 60 }, { 'wait-for-minutes': '30' }, [0, 0]],
  // Stopped after a minute, killed two minutes later.
  [
    'was stopped and does not heed SIGTERM',
    { kind: 'healthy', onSigterm: 'ignored' },
    { 'wait-for-minutes': '4' },
    [1, 1],
  ],
] as const)(
  'a lock: the second waits until the containers of a task that %s are gone',
  async (_, behaviour, more, red) => {
    const sim = taskScene(behaviour, { container: { stopTimeout: 120 } })
    const given = { ...migrate, ...more, lock: 'orders-db' }
    const first = runStep(sim, { ...given, ...(behaviour.kind === 'healthy' && { 'wait-for-minutes': '1' }) })
    const late = behaviour.kind === 'healthy' ? sim.clock.forProgram.sleep(40_000) : Promise.resolve()
    const steps = await Promise.all([first, late.then(() => runStep(sim, given))])
    const spans = spansOf(sim)
    expect(steps.map(({ isRed }) => Number(isRed))).toEqual(red)
    expect(spans).toHaveLength(2)
    expect(spans[1]?.[0]).toBeGreaterThanOrEqual(spans[0]?.[1] ?? Number.NaN)
  },
)

test.each([
  [{ image: newImage }, 'one of task-definition, service and environment is required'],
  [{ ...migrate, lock: 'a', 'started-by': 'me' }, 'lock and started-by are mutually exclusive'],
  [{ ...migrate, 'override-container-command': 'x' }, 'command and override-container-command are mutually exclusive'],
  [{ ...migrate, container: 'web' }, 'Correct the input container.'],
  [{ ...migrate, 'override-container': 'web' }, 'Correct the input override-container.'],
  [
    { ...migrate, image: '', container: 'web' },
    'container names web, and the task definition has no such container; it has api',
  ],
  [
    { ...migrate, overrides: '{"containerOverrides":[{"name":"web"}]}' },
    'overrides names web, and the task definition has no such container; it has api',
  ],
  [
    { ...migrate, overrides: '{"containerOverrides":[{"name":"api","command":["x"]}]}' },
    'command and overrides both set the command of container api',
  ],
  [{ ...migrate, 'environment-from': 'NOPE' }, 'environment-from: the step has no variable NOPE'],
  [{ ...migrate, command: `echo ${'x'.repeat(9000)}` }, 'RunTask takes at most 8192 characters'],
])('refuses what makes no sense before anything is changed: %#', async (given, words) => {
  const sim = taskScene()
  const { error, log, isRed } = await runStep(sim, given as Record<string, string>)
  expect(isRed).toBe(true)
  expect(`${error === undefined ? '' : said(error)} ${log}`).toContain(words)
  expect(sim.recorder.count('ecs', 'RegisterTaskDefinition') + sim.recorder.count('ecs', 'RunTask')).toBe(0)
})

test('a file that slipway.yml names and that is missing is named by its key', async () => {
  const config = `version: 1
services:
  api: { task-definition: td.json }
environments: { staging: { region: eu-west-1, account: "111122223333", services: { api: { cluster: shop, service: api } } } }
`
  const given = { service: 'api', environment: 'staging', config: 'slipway.yml', command: 'x', image: newImage }
  const { log } = await runStep(taskScene(), given, {
    onRunner: ({ workspace }) => writeFileSync(join(workspace, 'slipway.yml'), config),
  })
  expect(log).toContain('The file "td.json" of services.api.task-definition (slipway.yml:3) cannot be read')
})

test('a cancel while a lock is waited for: nothing was run, and that is said', async () => {
  const sim = taskScene({ kind: 'crash', exitCode: 0, afterSeconds: 600 })
  await runStep(sim, { ...migrate, 'started-by': startedByLock('orders'), 'wait-for': 'started' })
  const given = { ...migrate, lock: 'orders' }
  const { runner } = await runStep(sim, given, {
    onRunner: (one) => void sim.clock.after(120_000, () => one.cancel()),
  })
  const { summary } = await postStep(sim, runner, given)
  expect(summary).toMatch(
    /The run was cancelled: no one-off task was started\.\n+.*Nothing was run\. Run the job again\./,
  )
  expect(startedTasks(sim)).toHaveLength(1)
})

test('a task that DescribeTasks has not shown when the time is up is stopped', async () => {
  const sim = taskScene({ kind: 'healthy' })
  sim.faults.add({ operation: 'DescribeTasks', times: 1000, effect: { kind: 'http', status: 503 } })
  const { outputs } = await runStep(sim, { ...migrate, 'wait-for-minutes': '1' })
  expect(sim.recorder.count('ecs', 'StopTask')).toBe(1)
  expect([outputs.verdict, outputs.cause]).toEqual([
    'timed-out',
    expect.stringMatching(/still running after 1 minute \(wait-for-minutes\), and this run stopped it/),
  ])
})

test('a result that is too long for an output is none, instead of a part of it', async () => {
  const long = `slipway-result: {"keys": "${'k'.repeat(70_000)}"}`
  const { outputs, log, isRed } = await runStep(taskScene({ kind: 'crash', exitCode: 0, log: [long] }))
  expect([isRed, outputs.result]).toEqual([false, ''])
  expect(log).toContain('The result is not set: its line has more than 10000 characters.')
})
