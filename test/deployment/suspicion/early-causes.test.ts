/** What fails while a deployment goes on is explained at once, on every engine; what goes well costs nothing. */
import { describe, expect, test } from '@jest/globals'
import type { DeploymentEvent } from '../../../src/deployment/events.ts'
import { fold, initialState } from '../../../src/deployment/state.ts'
import type { Cause } from '../../../src/diagnosis/cause.ts'
import { renderText } from '../../../src/text.ts'
import { onlyLong, some } from '../../often.ts'
import type { Behaviour } from '../../simulator/contract.ts'
import { seedNativeService } from '../../simulator/fixtures.ts'
import { createSimulator, type Simulator } from '../../simulator/simulator.ts'
import { codeDeployScene, type Ended, newImage, oldImage, region, rollingScene, run, servingImage } from '../scene.ts'

const second = 1000
const minute = 60 * second

function nativeScene(strategy: 'BLUE_GREEN' | 'LINEAR' | 'CANARY'): Simulator {
  const sim = createSimulator()
  seedNativeService(sim, { strategy })
  sim.recorder.clear()
  return sim
}

/** The three reads of service deployments are denied: the service itself is watched. */
function deniedScene(): Simulator {
  const sim = rollingScene()
  const operation = /^(List|Describe)Service(Deployments|Revisions)$/
  sim.faults.add({ operation, times: 999, effect: { kind: 'access-denied' } })
  return sim
}

const engines: readonly (readonly [string, () => Simulator])[] = [
  ['rolling', () => rollingScene()],
  ['rolling without a circuit breaker', () => rollingScene({ circuitBreaker: 'off' })],
  ['rolling, watched by the service', deniedScene],
  ['blue/green', () => nativeScene('BLUE_GREEN')],
  ['linear', () => nativeScene('LINEAR')],
  ['canary', () => nativeScene('CANARY')],
  ['CodeDeploy', () => codeDeployScene()],
]

const broken: readonly (readonly [string, Behaviour, RegExp])[] = [
  ['a crash', { kind: 'crash', exitCode: 3, afterSeconds: 8, log: ['no such table: orders'] }, /no such table: orders/],
  ['an unhealthy target', { kind: 'unhealthy', reason: 'Target.Timeout' }, /failed ELB health checks.*port 8080/],
  [
    'no capacity',
    { kind: 'no-capacity', reason: 'Capacity is unavailable at this time.' },
    /Capacity is unavailable at this time/,
  ],
  [
    'a missing image',
    {
      kind: 'fails-to-start',
      stoppedReason: 'CannotPullContainerError: failed to resolve reference registry.example.com/api:v2: not found',
    },
    /CannotPullContainerError.*registry\.example\.com\/api:v2/,
  ],
  [
    'a missing secret',
    {
      kind: 'fails-to-start',
      stoppedReason:
        "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: ResourceNotFoundException: Secrets Manager can't find the specified secret.",
    },
    /ResourceInitializationError/,
  ],
]

const sentence = ({ what, error = [], why }: Cause) =>
  renderText([...what, ': ', ...error, ': ', ...why], (words) => words)

/** Every suspicion of a run; undefined where one was dropped. */
function suspicions({ events }: Ended) {
  return events.flatMap((event) => (event.kind === 'suspected' ? [event.cause && sentence(event.cause)] : []))
}

const startedAt = ({ state }: Ended) => state.deployment?.startedAt ?? Number.NaN
const firstAt = ({ events }: Ended) => events.find(({ kind }) => kind === 'suspected')?.at ?? Number.NaN

describe.each(some(engines, 6))('%s', (engine, scene) => {
  test.each(some(broken, engine === 'rolling' ? 1 : 3))(
    '%s is explained long before the end, and as the end explains it',
    async (_name, behaviour, reason) => {
      const sim = scene()
      sim.world.scenarios.set(newImage, behaviour)
      const ended = await run(sim, { image: newImage, request: { failFastAfter: 3, waitMinutes: 20 } })
      expect(suspicions(ended).at(-1)).toMatch(reason)
      // A task that runs before it fails takes some seconds to start, and a target half a minute to be found unhealthy.
      expect(firstAt(ended) - startedAt(ended)).toBeLessThan(80 * second)
      expect(firstAt(ended)).toBeLessThan(ended.state.updatedAt - 15 * second)
      expect(ended.cause).toMatch(reason)
      expect(ended.state.suspected).toBeUndefined()
      expect(suspicions(ended).length).toBeLessThanOrEqual(4)
    },
  )

  test('a deployment that goes well costs no call for it, and suspects nothing', async () => {
    const sim = scene()
    sim.world.scenarios.set(newImage, { kind: 'healthy', startSeconds: 20 })
    const ended = await run(sim, { image: newImage, request: { failFastAfter: 3, waitMinutes: 60 } })
    expect(ended.outcome).toBe('succeeded')
    expect(suspicions(ended)).toEqual([])
    const operations = new Set(sim.recorder.all.map(({ operation }) => operation))
    for (const operation of ['DescribeTasks', 'DescribeTargetHealth', 'GetLogEvents', 'DescribeAlarms'])
      expect(operations).not.toContain(operation)
  })

  test('a task that fails once and is replaced is no cause of anything', async () => {
    const sim = scene()
    sim.world.scenarios.set(newImage, { kind: 'crash', exitCode: 3, afterSeconds: 2, log: ['no such table: orders'] })
    const onEvent = ({ kind }: DeploymentEvent) =>
      void (kind === 'suspected' && sim.world.scenarios.set(newImage, { kind: 'healthy' }))
    const ended = await run(sim, { image: newImage, request: { failFastAfter: 10, waitMinutes: 60 }, onEvent })
    expect(ended.outcome).toBe('succeeded')
    expect(suspicions(ended)[0]).toMatch(/no such table: orders/)
    expect(ended.state.suspected ?? ended.state.cause).toBeUndefined()
    expect(servingImage(sim)).toBe(newImage)
  })

  const also = engine === 'rolling' ? test : onlyLong(test)
  also('the looks go on while the evidence hangs or is denied', async () => {
    for (const kind of ['hang', 'access-denied'] as const) {
      const sim = scene()
      sim.world.scenarios.set(newImage, { kind: 'crash', exitCode: 3, afterSeconds: 2 })
      const operation = ['ListTasks', 'DescribeTasks', 'DescribeTargetHealth', 'GetLogEvents', 'DescribeTaskDefinition']
      const onEvent = (event: DeploymentEvent) =>
        void (event.kind === 'started' && sim.faults.add({ operation, times: 999, effect: { kind } }))
      const ended = await run(sim, { image: newImage, request: { failFastAfter: 0, waitMinutes: 6 }, onEvent })
      expect(['rolled-back', 'timed-out']).toContain(ended.outcome)
      expect(ended.error).toBeUndefined()
      // After that, the end waits for its own evidence.
      const until = ended.state.rollingBack?.since ?? startedAt(ended) + 6 * minute
      const ats = sim.recorder.all.map(({ at }) => at).filter((at) => at <= until)
      const gaps = ats.slice(1).map((at, index) => at - (ats[index] ?? at))
      expect(Math.max(...gaps)).toBeLessThan(11 * second)
    }
  })
})

test('lines of a log that arrive late replace the first explanation, once', async () => {
  const sim = rollingScene({ desiredCount: 10 })
  sim.world.scenarios.set(newImage, { kind: 'crash', exitCode: 3, afterSeconds: 2, log: ['no such table: orders'] })
  const { handlers } = sim.world.region(region).logs
  const shown = handlers.GetLogEvents
  const begins = sim.clock.now()
  let first = Number.POSITIVE_INFINITY
  Object.assign(handlers, {
    GetLogEvents(...asked: Parameters<NonNullable<typeof shown>>) {
      first = Math.min(first, sim.clock.now())
      return sim.clock.now() - first < 5 * second ? { events: [] } : shown?.(...asked)
    },
  })
  const ended = await run(sim, { image: newImage, request: { failFastAfter: 0 } })
  const told = suspicions(ended)
  expect(first).toBeGreaterThan(begins)
  expect(told[0]).toMatch(/exit code 3\).*no log lines are available/)
  expect(told[1]).toMatch(/no such table: orders/)
  expect(told.filter((each) => each?.includes('no log lines'))).toHaveLength(1)
})

test('what fails again and again is looked into less and less often', async () => {
  const sim = codeDeployScene()
  sim.world.scenarios.set(newImage, { kind: 'crash', exitCode: 3, afterSeconds: 2 })
  await run(sim, { image: newImage, request: { failFastAfter: 0, waitMinutes: 30, longestGap: 20 * second } })
  expect(sim.recorder.count('elbv2', 'DescribeTargetHealth')).toBeLessThanOrEqual(20)
})

test('no placement for a minute is explained where ECS tells it in no event that is looked at meanwhile', async () => {
  const sim = nativeScene('BLUE_GREEN')
  sim.world.scenarios.set(newImage, { kind: 'no-capacity', reason: 'Capacity is unavailable at this time.' })
  const ended = await run(sim, { image: newImage, request: { failFastAfter: 0, waitMinutes: 20 } })
  expect(firstAt(ended) - startedAt(ended)).toBeLessThan(70 * second)
})

test('a deployment that is found again is explained from what failed before, and for the one that was stopped nobody asks', async () => {
  const sim = codeDeployScene()
  sim.world.scenarios.set(newImage, { kind: 'crash', exitCode: 3, afterSeconds: 2, log: ['no such table: orders'] })
  const first = await run(sim, { image: newImage, request: { wait: false } })
  sim.clock.advance(2 * minute)
  const ended = await run(sim, {
    request: { deploymentId: first.state.deployment?.id, waitMinutes: 2, failFastAfter: 0 },
  })
  expect(suspicions(ended)[0]).toMatch(/no such table: orders/)
})

test('an old task that is unhealthy is not suspected', async () => {
  const sim = rollingScene()
  sim.world.scenarios.set(newImage, { kind: 'healthy', startSeconds: 120 })
  const service = sim.world.region(region).ecs.service('shop', 'api')
  const ail = () => {
    const old = sim.world.region(region).ecs.service('shop', 'api')
    old?.addEvent('(task 0123456789abcdef0123456789abcdef) failed container health checks.')
  }
  const onEvent = ({ kind }: DeploymentEvent) => void (kind === 'started' && sim.clock.after(30 * second, ail))
  const ended = await run(sim, { image: newImage, onEvent })
  expect(service).toBeDefined()
  expect([ended.outcome, suspicions(ended)]).toEqual(['succeeded', []])
  expect(servingImage(sim)).not.toBe(oldImage)
})

test('the state has what is suspected until the end, or until the new tasks have recovered', () => {
  const cause: Cause = { code: 'out-of-memory', what: ['1 new task stopped'], why: [], fix: [], confidence: 'certain' }
  const told = fold(initialState(0), { kind: 'suspected', at: 1, cause })
  expect(told.suspected).toEqual(cause)
  expect(fold(told, { kind: 'suspected', at: 2, cause: undefined }).suspected).toBeUndefined()
  const over = fold(told, { kind: 'finished', at: 2, verdict: { outcome: 'succeeded' } })
  expect([over.suspected, over.cause]).toEqual([undefined, undefined])
})
