import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { DeploymentEvent } from '../../../src/deployment/events.ts'
import { fold, initialState } from '../../../src/deployment/state.ts'
import { isGood, type Outcome } from '../../../src/deployment/verdict.ts'
import { inParallel } from '../../../src/deployment/waves/parallel.ts'
import {
  foldWaves,
  initialWaves,
  isFailure,
  type WavesEvent,
  type WavesState,
} from '../../../src/deployment/waves/waves-state.ts'
import { wavesVerdict } from '../../../src/deployment/waves/waves-verdict.ts'
import { planInWords } from '../../../src/targets/ecs/prepare/plan-words.ts'
import { serviceNouns } from '../../../src/targets/ecs/request/service-nouns.ts'
import { renderText, text, untrusted } from '../../../src/text.ts'

const version = (revision: number) => ({
  id: `arn:aws:ecs:eu-west-1:111122223333:task-definition/api:${revision}`,
  label: `api:${revision}`,
})

const plan = planInWords({
  cluster: 'shop',
  service: 'api',
  region: 'eu-west-1',
  engine: 'ecs-rolling',
  from: version(1),
  changes: [],
  images: [],
  unchanged: false,
})

const cause = { code: 'x', what: text`It broke`, why: text`so`, fix: text`mend it`, confidence: 'certain' } as const

/** The events of one deployment that started and ended. */
function told(outcome: Outcome, at = 0): readonly DeploymentEvent[] {
  const started = {
    kind: 'started',
    at,
    deploymentId: 'd',
    consoleUrl: '',
    adopted: false,
    commands: { look: [] },
    outputs: {},
  } as const
  return [
    { kind: 'planned', at, plan },
    { kind: 'versioned', at, version: version(2), reused: false },
    ...(outcome === 'unchanged' || outcome === 'superseded' ? [] : [started]),
    { kind: 'finished', at, verdict: { outcome, ...(isGood(outcome) ? {} : { cause }) } },
  ]
}

const some = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('traffic' as const), at: fc.nat(1e6), percent: fc.nat(100) }),
    fc.record({
      kind: fc.constant('message' as const),
      at: fc.nat(1e6),
      message: fc.string().map(untrusted),
    }),
    fc.record({
      kind: fc.constant('phase' as const),
      at: fc.nat(1e6),
      name: fc.constantFrom('A', 'B'),
      status: fc.constantFrom('running' as const, 'succeeded' as const),
    }),
  ),
)

describe('the state of several services', () => {
  test('is for each of them its own events folded, however they are mixed', () => {
    fc.assert(
      fc.property(fc.array(some, { minLength: 1, maxLength: 5 }), fc.infiniteStream(fc.nat()), (streams, choices) => {
        const names = streams.map((_, index) => `s${index}`)
        const left = streams.map((events) => [...events])
        let state = initialWaves([names], 0)
        while (left.some((events) => events.length > 0)) {
          const open = left.flatMap((events, index) => (events.length > 0 ? [index] : []))
          const index = open[(choices.next().value ?? 0) % open.length] ?? 0
          const event = left[index]?.shift() as DeploymentEvent
          state = foldWaves(state, { kind: 'service', service: `s${index}`, event })
        }
        for (const [index, events] of streams.entries()) {
          const [first] = events
          const own = first && (events as readonly DeploymentEvent[]).reduce(fold, initialState(first.at))
          expect(state.services[index]?.state).toEqual(own)
        }
        expect(state.updatedAt).toBe(Math.max(0, ...streams.flat().map(({ at }) => at)))
      }),
    )
  })

  test('remembers the service that failed first, and no wait or newer run before it', () => {
    const end = (service: string, outcome: Outcome): WavesEvent => ({
      kind: 'service',
      service,
      event: { kind: 'finished', at: 1, verdict: { outcome, cause } },
    })
    const halted = (...events: readonly WavesEvent[]) =>
      events.reduce(foldWaves, initialWaves([['a', 'b', 'c']], 0)).halted
    expect(halted(end('a', 'succeeded'), end('b', 'unchanged'))).toBeUndefined()
    expect(halted(end('b', 'failed'), end('a', 'rolled-back'))).toBe('b')
    expect(halted(end('a', 'superseded'), end('b', 'failed'))).toBe('b')
    expect(halted(end('a', 'paused'), end('b', 'succeeded'))).toBe('a')
  })
})

describe('the verdict of all', () => {
  const state = (ends: readonly (readonly [Outcome, Outcome?])[]): WavesState => {
    const names = ends.map((_, index) => `s${index}`)
    const events = ends.flatMap(([outcome, back], index): readonly WavesEvent[] => {
      const service = `s${index}`
      return [
        ...told(outcome, index).map((event) => ({ kind: 'service', service, event }) as const),
        ...(back ? told(back, 100).map((event) => ({ kind: 'put-back', service, event }) as const) : []),
      ]
    })
    return events.reduce(foldWaves, initialWaves([names], 0))
  }

  test.each<[string, readonly (readonly [Outcome, Outcome?])[], Outcome]>([
    ['all good', [['succeeded'], ['unchanged']], 'succeeded'],
    ['nothing to do', [['unchanged'], ['unchanged']], 'unchanged'],
    ['nobody watches', [['detached'], ['unchanged']], 'detached'],
    ['one rolled back alone', [['rolled-back'], ['unchanged']], 'rolled-back'],
    ['all are back', [['succeeded', 'succeeded'], ['rolled-back']], 'rolled-back'],
    [
      'a failed one is back too',
      [
        ['succeeded', 'succeeded'],
        ['failed', 'succeeded'],
      ],
      'rolled-back',
    ],
    ['one stays on the new version', [['succeeded'], ['rolled-back']], 'failed'],
    ['one that timed out stays', [['succeeded', 'succeeded'], ['timed-out']], 'timed-out'],
    ['a stopped one is where it was left', [['succeeded', 'succeeded'], ['stopped']], 'stopped'],
    ['one cannot go back', [['succeeded', 'rollback-failed'], ['rolled-back']], 'rollback-failed'],
    ['one could not by itself', [['succeeded', 'succeeded'], ['rollback-failed']], 'rollback-failed'],
    ['an older commit', [['succeeded'], ['superseded']], 'superseded'],
    ['one waits', [['succeeded'], ['paused']], 'paused'],
  ])('%s', (_, ends, expected) => {
    const asked = (verdict: WavesState): WavesState =>
      expected === 'detached' ? { ...verdict, halted: undefined } : verdict
    const verdict = wavesVerdict(asked(state(ends)), false, serviceNouns)
    expect(verdict.outcome).toBe(expected)
    const first = ends.findIndex(([outcome]) => !isGood(outcome))
    if (first >= 0 && expected !== 'detached')
      expect(renderText(verdict.cause?.what ?? [], (theirs) => theirs)).toBe(`s${first}: It broke`)
  })

  test('is good only when every service is, and says rolled-back only when none is left on the new version', () => {
    const outcomes = fc.constantFrom<Outcome>(
      'succeeded',
      'unchanged',
      'failed',
      'rolled-back',
      'rollback-failed',
      'stopped',
      'superseded',
      'timed-out',
    )
    const back = fc.option(fc.constantFrom<Outcome>('succeeded', 'unchanged', 'rollback-failed', 'failed'), {
      nil: undefined,
    })
    fc.assert(
      fc.property(fc.array(fc.tuple(outcomes, back), { minLength: 1, maxLength: 6 }), (given) => {
        // Nothing goes back unless something failed, and only what was changed.
        const failed = given.some(([outcome]) => isFailure(outcome))
        const ends = given.map(([outcome, way]) =>
          failed && ['succeeded', 'failed', 'timed-out'].includes(outcome)
            ? ([outcome, way] as const)
            : ([outcome] as const),
        )
        const { outcome } = wavesVerdict(state(ends), false, serviceNouns)
        expect(isGood(outcome)).toBe(ends.every(([own]) => isGood(own)))
        const isBack = ([own, way]: readonly [Outcome, Outcome?]) =>
          ['unchanged', 'rolled-back', 'superseded'].includes(own) || (way !== undefined && isGood(way))
        if (outcome === 'rolled-back') expect(ends.every(isBack)).toBe(true)
        if (ends.some(([own, way]) => own === 'rollback-failed' || (way && !isGood(way))))
          expect(outcome).toBe('rollback-failed')
      }),
    )
  })
})

describe('generators side by side', () => {
  test('give all their events in their own order, no more of them at once than allowed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.nat(3), { maxLength: 6 }), { maxLength: 12 }),
        fc.integer({ min: 1, max: 5 }),
        async (streams, most) => {
          let running = 0
          let highest = 0
          const starts = streams.map(
            (turns, stream) =>
              async function* () {
                highest = Math.max(highest, ++running)
                for (const [index, wait] of turns.entries()) {
                  for (let turn = 0; turn < wait; turn++) await Promise.resolve()
                  yield { stream, index }
                }
                running--
              },
          )
          const seen: { stream: number; index: number }[] = []
          for await (const event of inParallel(starts, { most }, () => true)) seen.push(event)
          for (const [stream, turns] of streams.entries())
            expect(seen.filter((event) => event.stream === stream).map(({ index }) => index)).toEqual([...turns.keys()])
          expect(highest).toBeLessThanOrEqual(most)
        },
      ),
    )
  })

  test('begin nothing new once it is said to stop, and are followed to their ends', async () => {
    const begun: number[] = []
    const starts = [0, 1, 2, 3].map(
      (index) =>
        async function* () {
          begun.push(index)
          yield index
          yield index
        },
    )
    let events = 0
    for await (const _ of inParallel(starts, { most: 2 }, () => events === 0)) events++
    expect(begun).toEqual([0, 1])
    expect(events).toBe(4)
  })
})
