/** Table A2 of one-off tasks: which container counts, what each end means, and which reasons of RunTask pass. Pure. */
import { describe, expect, test } from '@jest/globals'
import { Failure } from '../../../../src/failure.ts'
import type { JsonObject, Task } from '../../../../src/ports.ts'
import { variablesOf } from '../../../../src/targets/ecs/facts/definition-variables.ts'
import type { EcsContext } from '../../../../src/targets/ecs/request/ecs-context.ts'
import { effectiveDefinition } from '../../../../src/targets/ecs/tasks/effective-definition.ts'
import { followLogs } from '../../../../src/targets/ecs/tasks/follow-logs.ts'
import { logOf } from '../../../../src/targets/ecs/tasks/log-place.ts'
import { startLines } from '../../../../src/targets/ecs/tasks/printed-lines.ts'
import { isCapacity, mayPass, reasonsInWords } from '../../../../src/targets/ecs/tasks/run-task-failures.ts'
import { openStarter, type Starter } from '../../../../src/targets/ecs/tasks/start-tasks.ts'
import { judgeTask } from '../../../../src/targets/ecs/tasks/task-end.ts'
import type { TaskLock } from '../../../../src/targets/ecs/tasks/task-lock.ts'
import { tasksToEnd } from '../../../../src/targets/ecs/tasks/tasks-to-end.ts'
import { watchedContainers } from '../../../../src/targets/ecs/tasks/watched-containers.ts'
import { renderText, text } from '../../../../src/text.ts'
import { createClock } from '../../../simulator/clock.ts'

const api = { name: 'api', image: 'api:1' }
const envoy = { name: 'envoy', image: 'envoy:1' }
const router = { name: 'router', image: 'fluent-bit:1', essential: false }
const served = { loadBalancers: [{ containerName: 'envoy', containerPort: 8080 }] }

test.each([
  ['the one that is named', { container: 'router' }, [api, router], undefined, ['router']],
  [
    'the one with another command',
    {
      overrides: [
        { name: 'api', command: ['m'] },
        { name: 'envoy', environment: [] },
      ],
    },
    [api, envoy],
    served,
    ['api'],
  ],
  ['the only one that is overridden', { overrides: [{ name: 'api', cpu: 256 }] }, [api, envoy], served, ['api']],
  [
    'none of two that are overridden alike',
    {
      overrides: [
        { name: 'api', cpu: 1 },
        { name: 'router', cpu: 1 },
      ],
    },
    [api, router],
    undefined,
    ['api'],
  ],
  ['the only essential one', {}, [router, api], undefined, ['api']],
  ['the one that the load balancer knows', {}, [api, envoy], served, ['envoy']],
  ['all that are essential', {}, [api, envoy, router], undefined, ['api', 'envoy']],
] as const)('watched: %s', (_, task, containerDefinitions, service, expected) => {
  expect(watchedContainers(task, { containerDefinitions }, service)).toEqual(expected)
})

type Exits = Readonly<Record<string, number | undefined>>

function stopped(stopCode: string | undefined, exits: Exits, more: Partial<Task> = {}): Task {
  const containers = Object.entries(exits).map(([name, exitCode]) => ({ name, lastStatus: 'STOPPED', exitCode }))
  return { lastStatus: 'STOPPED', desiredStatus: 'STOPPED', stopCode, containers, ...more } as Task
}

const exited = 'EssentialContainerExited'

/** The rows of table A2, the peers' F10 and A4 among them. */
test.each<[string, Task, object]>([
  ['exit code 0', stopped(exited, { api: 0 }), { kind: 'succeeded' }],
  [
    'GuardDuty ended with the task (METR/hawk#281)',
    stopped(exited, { api: 0, 'aws-guardduty-agent': 137 }),
    { kind: 'succeeded' },
  ],
  ['a log router ended 143 (F10)', stopped(exited, { api: 0, router: 143 }), { kind: 'succeeded' }],
  ['a sidecar failed that is not essential', stopped(exited, { api: 0, router: 1 }), { kind: 'succeeded' }],
  [
    'an essential sidecar failed',
    stopped(exited, { api: 0, envoy: 1 }),
    { kind: 'cut-short', container: 'envoy', exitCode: 1, isSeen: false },
  ],
  ['exit code 1 (F10)', stopped(exited, { api: 1 }), { kind: 'exited', container: 'api', exitCode: 1 }],
  [
    'the command failed, the sidecar did not',
    stopped(exited, { envoy: 0, api: 3 }),
    { kind: 'exited', container: 'api', exitCode: 3 },
  ],
  ['killed', stopped(exited, { api: 137 }), { kind: 'exited', container: 'api', exitCode: 137 }],
  [
    'no exit code (F10)',
    stopped('TaskFailedToStart', { api: undefined }),
    { kind: 'not-started', container: 'api', isStated: true },
  ],
  [
    'no exit code yet',
    stopped(exited, { api: undefined, envoy: 0 }),
    { kind: 'not-started', container: 'api', isStated: false },
  ],
  ['no containers', stopped(exited, {}), { kind: 'not-started', isStated: false }],
  ['Spot', stopped('SpotInterruption', { api: 143 }), { kind: 'interrupted' }],
  ['Spot, and the command handles SIGTERM with 0', stopped('SpotInterruption', { api: 0 }), { kind: 'interrupted' }],
  ['host terminated', stopped('TerminationNotice', { api: undefined }), { kind: 'interrupted' }],
  ['host unhealthy', stopped('InfrastructureHealth', { api: 1 }), { kind: 'interrupted' }],
  [
    'Spot, before the stop code is there',
    stopped(undefined, { api: 143 }, { stoppedReason: 'Your Spot Task was interrupted.' }),
    { kind: 'interrupted' },
  ],
  ['stopped by a user', stopped('UserInitiated', { api: 143 }), { kind: 'stopped' }],
  [
    'stopped by a user, and the command handles SIGTERM with 0',
    stopped('UserInitiated', { api: 0 }),
    { kind: 'stopped' },
  ],
  [
    'running',
    { lastStatus: 'RUNNING', desiredStatus: 'RUNNING', containers: [{ name: 'api', lastStatus: 'RUNNING' }] },
    { kind: 'moving' },
  ],
  ['stopping', stopped(exited, { api: 0 }, { lastStatus: 'DEPROVISIONING' }), { kind: 'moving' }],
  [
    'ended while the task runs on',
    stopped(undefined, { api: 2 }, { lastStatus: 'RUNNING', desiredStatus: 'RUNNING' }),
    { kind: 'finished', container: 'api', exitCode: 2 },
  ],
  [
    'a task of seconds that was never seen RUNNING',
    stopped(exited, { api: 0 }, { startedAt: undefined }),
    { kind: 'succeeded' },
  ],
])('end: %s', (_, task, expected) => {
  expect(judgeTask(task, ['api'], ['api', 'envoy'])).toMatchObject(expected)
})

test.each<[string, Exits, readonly string[], object]>([
  ['the command ended first', { api: 0, envoy: 1 }, ['api'], { kind: 'succeeded' }],
  [
    'an essential sidecar ended first',
    { api: 0, envoy: 0 },
    ['envoy'],
    { kind: 'cut-short', exitCode: 0, isSeen: true },
  ],
  ['it was killed first', { api: 0, envoy: 137 }, ['envoy'], { kind: 'cut-short', container: 'envoy', isSeen: true }],
  ['both ended between two reads', { api: 0, envoy: 143 }, ['api', 'envoy'], { kind: 'succeeded' }],
  ['both ended, and the sidecar failed', { api: 0, envoy: 2 }, ['api', 'envoy'], { kind: 'cut-short', isSeen: false }],
  ['a sidecar that is not essential ended first', { api: 0, router: 1 }, [], { kind: 'succeeded' }],
  ['the command failed after it', { api: 3, envoy: 1 }, ['envoy'], { kind: 'exited', container: 'api', exitCode: 3 }],
])('order: %s', (_, exits, first, expected) => {
  expect(judgeTask(stopped(exited, exits), ['api'], ['api', 'envoy'], first)).toMatchObject(expected)
})

test.each([
  ['RESOURCE:CPU', true, true],
  ['RESOURCE:MEMORY', true, true],
  ['RESOURCE:ENI', true, true],
  ['AGENT', true, false],
  ['Capacity is unavailable at this time. Please try again later or in a different availability zone', true, true],
  ['The tasks provisioning capacity limit was exceeded.', true, false],
  ["You've reached the limit on the number of vCPUs you can run concurrently", false, false],
  ["You've reached the limit on the number of tasks you can run concurrently", false, false],
  ['ATTRIBUTE', false, false],
  ['MISSING', false, false],
  ['LOCATION', false, false],
  ['something new', false, false],
])('reason %s passes: %s; lacks capacity: %s', (reason, passes, lacks) => {
  expect([mayPass([{ reason }]), isCapacity([{ reason }])]).toEqual([passes, lacks])
  expect(mayPass([{ reason: 'AGENT' }, { reason }])).toBe(passes)
})

test('reasons are said once, with their number', () => {
  const failures = [{ reason: 'AGENT' }, { reason: 'ATTRIBUTE', detail: 'ecs.capability.x' }, { reason: 'AGENT' }]
  expect(reasonsInWords(failures)).toBe('AGENT (2 tasks); ATTRIBUTE: ecs.capability.x')
  expect(mayPass([])).toBe(false)
})

const awslogs = (options: Readonly<Record<string, string>>): JsonObject => ({
  containerDefinitions: [{ name: 'api', logConfiguration: { logDriver: 'awslogs', options } }],
})

describe('where the log is', () => {
  test('with a group and a prefix', () => {
    const definition = awslogs({ 'awslogs-group': '/a', 'awslogs-stream-prefix': 'p', 'awslogs-region': 'us-east-1' })
    expect(logOf(definition, 'api', 't1')).toEqual({
      kind: 'stream',
      place: { logGroup: '/a', logStream: 'p/api/t1', region: 'us-east-1' },
    })
  })
  test.each([
    [awslogs({ 'awslogs-group': '/a' }), 'container api has no awslogs-stream-prefix, so its log stream is unknown'],
    [
      { containerDefinitions: [{ name: 'api', logConfiguration: { logDriver: 'awsfirelens' } }] },
      'container api logs with awsfirelens',
    ],
    [{ containerDefinitions: [{ name: 'api' }] }, 'container api has no logConfiguration'],
  ])('elsewhere: %j', (definition, why) => {
    const log = logOf(definition, 'api', 't1')
    expect(log.kind === 'elsewhere' && renderText(log.why, (theirs) => theirs)).toBe(why)
  })
})

describe('lines on their way into the log', () => {
  const key = ['-----BEGIN RSA PRIVATE KEY-----', 'MIIEowIBAAKCAQEA', 'x0y1z2', '-----END RSA PRIVATE KEY-----']

  test.each([1, 2, 3])('a key that arrives in two reads is hidden whole: cut after line %i', (cut) => {
    const lines = startLines([], undefined)
    const all = [
      ...lines.take(['before', ...key.slice(0, cut)]),
      ...lines.take([...key.slice(cut), 'after']),
      ...lines.end(),
    ]
    expect(all.join('\n')).toMatch(/^before\n[^M]*after$/)
    expect(all.join('\n')).not.toMatch(/x0y1z2|MIIEow/)
  })

  test('values of variables are hidden, those of overrides too', () => {
    const base = {
      containerDefinitions: [{ name: 'api', environment: [{ name: 'DB_PASSWORD', value: 'hunter2hunter' }] }],
    }
    const overrides = [{ name: 'api', environment: [{ name: 'API_TOKEN', value: 'tok-0123456789' }] }]
    const lines = startLines(variablesOf(effectiveDefinition(base, { overrides })), undefined)
    expect(lines.take(['a hunter2hunter b tok-0123456789'])).toEqual(['a ***(DB_PASSWORD) b ***(API_TOKEN)'])
  })

  test('after 10,000 lines only the last 200 are shown', () => {
    const lines = startLines([], 'result:')
    const first = lines.take(Array.from({ length: 10_000 }, (_, index) => `line ${index}`))
    const more = lines.take([...Array.from({ length: 500 }, (_, index) => `late ${index}`), 'result: 42'])
    const end = lines.end()
    expect([first.length, more.length, end.length]).toEqual([10_000, 0, 201])
    expect([end[0], end[1], end.at(-1)]).toEqual([
      '… 301 lines are not shown; the log stream has them. The last 200:',
      'late 301',
      'result: 42',
    ])
    expect(lines.result()).toBe('42')
    expect(lines.tail()).toHaveLength(20)
  })

  test('the last line with the marker counts, also one without a value', () => {
    const lines = startLines([], 'result:')
    lines.take(['result: 1', ' result: 2', 'x result: 3', 'result:'])
    expect(lines.result()).toBe('')
  })
})

test('tasks that RunTask returns neither as started nor as failed are not there', async () => {
  const clock = createClock({ kind: 'idle' }).forProgram
  const ecs = { runTask: async () => ({ tasks: [{ taskArn: 'arn:aws:ecs:eu-west-1:1:task/shop/1' }], failures: [] }) }
  const context = { clock, signal: new AbortController().signal, within: () => ({ ecs }) } as unknown as EcsContext
  const task = { subnets: [], securityGroups: [], startedBy: 'x', awaitStop: true, waitMinutes: 5, idempotencyKey: 'k' }
  const oneOff = { cluster: 'shop', service: undefined, definition: {}, taskDefinition: 'api:7', task }
  const { value } = await openStarter(oneOff, context, () => undefined)
    .start(3)
    .next()
  expect(value).toEqual({
    arns: ['arn:aws:ecs:eu-west-1:1:task/shop/1'],
    failures: [{ reason: 'RunTask returned no reason for 2 tasks that it did not start' }],
  })
})

test('the log of a task that has ended is read to its end, however long it is, or said to be cut', async () => {
  const clock = createClock({ kind: 'idle' }).forProgram
  const shown = async (pages: number, unreachable = 0) => {
    let failures = unreachable
    const logPage = async ({ token = '0' }: { readonly token?: string | undefined }) => {
      const page = Number(token)
      if (page === pages - 1 && failures-- > 0)
        throw new Failure({ code: 'aws-unreachable', what: text`x`, fix: text`y` })
      return page === pages ? { messages: [], token } : { messages: [`line ${page}`], token: String(page + 1) }
    }
    const within = () => ({ evidence: { logPage } })
    const context = { clock, signal: new AbortController().signal, within } as unknown as EcsContext
    const options = { 'awslogs-group': '/ecs/api', 'awslogs-stream-prefix': 'ecs' }
    const definition = { containerDefinitions: [{ ...api, logConfiguration: { logDriver: 'awslogs', options } }] }
    const wanted = {
      definition,
      containers: ['api'],
      isFollowed: true,
      variables: [],
      marker: 'line',
      isSeveral: false,
    }
    const logs = followLogs(wanted, context)
    const task: Task = {
      taskArn: 'task/shop/1',
      lastStatus: 'STOPPED',
      containers: [{ name: 'api', lastStatus: 'STOPPED' }],
    }
    const notes: string[] = []
    let lines = 0
    for (const events of [logs.read([task]), logs.drain([task])])
      for await (const event of events)
        if (event.kind === 'output') lines += event.lines.length
        else if (event.kind === 'note') notes.push(event.message.untrusted)
    return [lines, logs.result(), ...notes]
  }
  expect(await shown(45)).toEqual([45, '44'])
  expect(await shown(45, 2)).toEqual([45, '44'])
  expect(await shown(5, 1000)).toEqual([4, '3', expect.stringMatching(/^The log is not complete: CloudWatch Logs/)])
})

/** A run with a lock, whose tasks are seen so, one after the other. `rivals`: how often another task turns out to be first. */
async function withLock(seen: readonly (Partial<Task> | undefined)[], rivals: number, interruptionRetries: number) {
  const clock = createClock({ kind: 'idle' }).forProgram
  const count = { starts: 0, waits: 0 }
  let left = rivals
  const ecs = {
    stopTask: async () => undefined,
    describeTasks: async (_: string, [taskArn]: readonly string[]) => {
      const found = seen[count.starts - 1]
      return found ? [{ ...found, taskArn }] : []
    },
  }
  const context = { clock, signal: new AbortController().signal, within: () => ({ ecs }) } as unknown as EcsContext
  const lock: TaskLock = {
    async *wait() {
      yield* []
      count.waits++
      return undefined
    },
    holder: async () => (left-- > 0 ? { taskArn: 'task/shop/other' } : undefined),
  }
  const starter: Starter = {
    async *adopt() {
      yield* []
      return []
    },
    async *start() {
      yield* []
      return { arns: ++count.starts > seen.length ? [] : [`task/shop/${count.starts}`], failures: [] }
    },
  }
  const none = { subnets: [], securityGroups: [], startedBy: 'x', waitMinutes: 5, idempotencyKey: 'k' }
  const task = { ...none, awaitStop: true, lock: 'db', interruptionRetries }
  const isSeveral = false
  const what = { definition: {}, containers: ['api'], isFollowed: false, variables: [], marker: undefined, isSeveral }
  const names = { cluster: 'shop', watched: ['api'], essential: ['api'] }
  const watch = { ...names, logs: followLogs(what, context), untilRunning: false, longestGap: undefined }
  const subject = { definition: {}, watched: ['api'], what: text`x` }
  const events = tasksToEnd({ lock, task, starter, watch, subject }, context)
  let next = await events.next()
  while (!next.done) next = await events.next()
  return { ...count, outcome: next.value.outcome, code: next.value.cause?.code }
}

test.each<[string, Partial<Task> | undefined, number]>([
  ['never ran', { lastStatus: 'STOPPED' }, 2],
  ['ran', { lastStatus: 'STOPPED', startedAt: new Date(0) }, 1],
  [
    'had a container that ran before the others did',
    { lastStatus: 'STOPPED', containers: [{ name: 'api', exitCode: 0 }] },
    1,
  ],
  ['is not shown any more', undefined, 1],
])('a task that lost its lock and %s', async (_, seen, starts) => {
  const ended = await withLock([seen], 1, 0)
  expect([ended.starts, ended.code === 'task-locked']).toEqual([starts, starts === 1])
})

test('a task that is started again after an interruption waits for its lock again', async () => {
  const interrupted = { lastStatus: 'STOPPED', stopCode: 'SpotInterruption' } as const
  const good = { lastStatus: 'STOPPED', containers: [{ name: 'api', exitCode: 0 }] }
  expect(await withLock([interrupted, good], 0, 1)).toEqual({
    starts: 2,
    waits: 2,
    outcome: 'succeeded',
    code: undefined,
  })
})
