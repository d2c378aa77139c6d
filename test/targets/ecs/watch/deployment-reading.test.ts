/** Whose a service is by one look at it, and how our own deployment is told from those of others. */
import { describe, expect, test } from '@jest/globals'
import type { EcsDeployment, Service } from '../../../../src/ports.ts'
import type { Rollout } from '../../../../src/targets/ecs/request/ecs-context.ts'
import {
  type DeploymentReading,
  endByOthers,
  identified,
  type Own,
  ownOf,
  startReadings,
} from '../../../../src/targets/ecs/watch/deployment-reading.ts'
import { awaitOwn, ownOfUpdate } from '../../../../src/targets/ecs/watch/own-deployment.ts'
import { plain } from '../../../refusal.ts'
import { createClock } from '../../../simulator/clock.ts'

const start = Date.UTC(2026, 10, 20, 9)
const at = (seconds: number) => new Date(start + seconds * 1000)
const deployment = (
  id: number,
  revision: number,
  seconds: number,
  more: Partial<EcsDeployment> = {},
): EcsDeployment => ({
  id: `ecs-svc/${id}`,
  status: 'PRIMARY',
  taskDefinition: `api:${revision}`,
  rolloutState: 'IN_PROGRESS',
  createdAt: at(seconds),
  ...more,
})
const old = deployment(1, 1, -3600, { rolloutState: 'COMPLETED' })
const ours = deployment(2, 2, 0)
const active = (one: EcsDeployment): EcsDeployment => ({ ...one, status: 'ACTIVE' })
const event = (seconds: number, message = 'has started 2 tasks.') => ({
  id: `${seconds}`,
  createdAt: at(seconds),
  message,
})
const shown = (deployments: readonly EcsDeployment[], events: Service['events'] = []): Service => ({
  status: 'ACTIVE',
  deployments: [...deployments],
  events,
})

const known: Own = ownOf(ours)
/** Made between the start and two seconds later, by a reply that did not say more. */
const unknown: Own = { from: start, to: at(2).getTime() }

/** What the last of these looks shows. */
function seen(
  looks: readonly (Service | undefined)[],
  own = known,
  before: Service = { deployments: [old] },
): DeploymentReading {
  const sight = startReadings({ taskDefinition: 'api:2', previousTaskDefinition: 'api:1', service: before }, own)
  return looks.map(sight).at(-1) as DeploymentReading
}

const failed = { ...ours, rolloutState: 'FAILED' } as const
const failedEvent = event(5, '(service api) (deployment ecs-svc/2) deployment failed: tasks failed to start.')
const back = (reason: string) =>
  deployment(1, 1, -3600, { rolloutState: 'IN_PROGRESS', rolloutStateReason: reason } as Partial<EcsDeployment>)

describe('the PRIMARY deployment is', () => {
  test.each<[DeploymentReading['holder'], string, readonly (Service | undefined)[], Own?]>([
    ['ours', 'by its id', [shown([ours, active(old)])]],
    ['ours', 'of our revision, though somebody has deployed it once more since', [shown([deployment(3, 2, 1)])]],
    ['ours', 'of our revision and made in our time, where the id was not known', [shown([ours])], unknown],
    ['unknown', 'the one before ours, as reads lag', [shown([old])]],
    ['unknown', 'the one before ours, and the newest event is older, too', [shown([old], [event(-1)])]],
    ['unknown', 'the one before ours, and ours has not been shown yet', [shown([old], [event(9)])], unknown],
    ['unknown', 'another one of the time in which ours was made', [shown([deployment(3, 3, 1)])], unknown],
    ['unknown', 'of our revision, but was there before', [shown([deployment(1, 2, 0)])], unknown],
    ['unknown', 'not shown', [shown([active(ours)])]],
    ['unknown', 'of a service that is not shown', [undefined]],
    ['rollback', 'the one before ours again, as an event of our time proves', [shown([old], [event(0)])]],
    [
      'unknown',
      'the one before ours, said to be a rollback: ours may have replaced it',
      [shown([back('rolling back')])],
    ],
    [
      'others',
      'a newer one of the revision before, after such a look',
      [shown([back('rolling back')]), shown([deployment(3, 1, 9)])],
    ],
    [
      'rollback',
      'said to be one, with an event of our time',
      [shown([back('rolling back to ecs-svc/1.')], [event(9)])],
    ],
    [
      'rollback',
      'said to be one, in one word',
      [shown([deployment(3, 1, 9, { rolloutStateReason: 'Rollback' } as object)])],
    ],
    [
      'rollback',
      'a new one of the revision before, after ours has failed',
      [shown([failed, active(old)]), shown([deployment(3, 1, 9)])],
    ],
    [
      'rollback',
      'a new one of the revision before, after an event said that ours has failed',
      [shown([deployment(3, 1, 9)], [failedEvent])],
    ],
    [
      'rollback',
      'still the same that was said to be one',
      [shown([deployment(3, 1, 9, { rolloutStateReason: 'rolled back' } as object)]), shown([deployment(3, 1, 9)])],
    ],
    ['others', 'a newer one of another revision', [shown([deployment(3, 3, 1)])]],
    ['others', 'a newer one of the revision before, though ours has not failed', [shown([deployment(3, 1, 9)])]],
    [
      'others',
      'a newer one of another revision, after ours has failed',
      [shown([failed]), shown([deployment(3, 3, 9)])],
    ],
    ['others', 'one that was made after ours must have been', [shown([deployment(3, 3, 2)])], unknown],
  ])('%s: %s', (holder, _, looks, ...[own]) => {
    expect(seen(looks, own).holder).toBe(holder)
  })

  test('shown as it is, beside ours', () => {
    const { current, mine, own } = seen([shown([old, active(ours)], [event(9)])])
    expect([current, mine, own]).toEqual([old, active(ours), known])
  })
})

describe('our deployment', () => {
  test('is known by its id from the look that shows it on, whichever is PRIMARY', () => {
    const { own, mine } = seen([shown([old, active(ours)]), shown([old])], unknown)
    expect([own, mine]).toEqual([known, undefined])
  })

  test.each<[string, EcsDeployment]>([
    ['of another revision', deployment(2, 3, 0)],
    ['from before', deployment(2, 2, -1)],
    ['that was there before', { ...ours, id: 'ecs-svc/1' }],
    ['without a time', deployment(2, 2, 0, { createdAt: undefined } as object)],
  ])('is none %s', (_, other) => {
    expect(seen([shown([other])], unknown).own).toEqual(unknown)
  })

  test('stays the first that was shown', () => {
    expect(seen([shown([ours]), shown([deployment(3, 2, 5)])], unknown).own).toEqual(known)
  })

  test('is looked for in the time that AWS says it was made; without one, in all of it', () => {
    expect(ownOf(ours)).toEqual({ id: 'ecs-svc/2', from: start, to: start })
    expect(ownOf({ id: 'ecs-svc/2' })).toEqual({ id: 'ecs-svc/2', from: 0, to: Number.POSITIVE_INFINITY })
  })

  test('is kept for the post step, and told', () => {
    const kept: unknown[] = []
    const context = { keep: (part: unknown) => kept.push(part), clock: { now: () => start } }
    expect(identified({ context } as unknown as Rollout, known)).toEqual({
      kind: 'identified',
      at: start,
      deploymentId: 'ecs-svc/2',
    })
    expect(kept).toEqual([{ deploymentId: 'ecs-svc/2', createdAt: start }])
  })
})

describe('AWS has said that ours failed', () => {
  test.each<[boolean, string, readonly Service[]]>([
    [false, 'not while it is in progress', [shown([ours], [event(3)])]],
    [true, 'by its state', [shown([failed])]],
    [true, 'by its state, at an earlier look', [shown([failed]), shown([ours])]],
    [true, 'by an event', [shown([ours], [failedEvent])]],
    [false, 'not by an event from before', [shown([ours], [{ ...failedEvent, createdAt: at(-1) }])]],
    [
      false,
      'not by an event about another one',
      [shown([ours], [event(5, '(deployment ecs-svc/3) deployment failed')])],
    ],
    [false, 'not by an event without words', [shown([ours], [{ createdAt: at(5) }])]],
    [true, 'by going back', [shown([back('rolling back to ecs-svc/1')], [event(9)])]],
    [false, 'not by a rollback that ours may have replaced', [shown([back('rolling back to ecs-svc/1')])]],
    [false, 'not by the state of another one', [shown([ours, { ...active(old), rolloutState: 'FAILED' }])]],
  ])('%s: %s', (expected, _, looks) => {
    expect(seen(looks).isFailed).toBe(expected)
  })
})

describe('a service is gone', () => {
  const status = (value: string): Service => ({ ...shown([ours]), status: value })
  test.each<[boolean, string, readonly (Service | undefined)[], Service?]>([
    [false, 'not while it is there', [shown([ours])]],
    [true, 'when it is not there any more', [undefined]],
    [true, 'while it is being deleted', [status('DRAINING')]],
    [true, 'when it was deleted', [status('INACTIVE')]],
    [false, 'not where it was made a moment ago and is not shown yet', [undefined], {}],
    [false, 'not where nothing ran in it before and it is not shown', [undefined], { deployments: [] }],
    [true, 'when it was shown since and is not any more', [shown([ours]), undefined], {}],
  ])('%s: %s', (expected, _, looks, ...[before]) => {
    expect(seen(looks, known, before).isGone).toBe(expected)
  })
})

test('what others have brought about is an end: a newer deployment, or no service any more', () => {
  const told = (looks: readonly (Service | undefined)[]) => {
    const end = endByOthers(seen(looks))
    return end && [end.outcome, plain(end.cause?.why)]
  }
  expect(told([shown([ours])])).toBeUndefined()
  expect(told([shown([old], [event(9)])])).toBeUndefined()
  expect(told([undefined])).toEqual(['stopped', 'the service was deleted'])
  expect(told([shown([deployment(3, 3, 9)])])?.[0]).toBe('superseded')
  expect(told([shown([deployment(3, 3, 9)])])?.[1]).toMatch(/ecs-svc\/3|api:3/)
})

/** An update of `api:1` to the revision, the reply to it, and what looks show after that; `looks`: how many there were. */
function updating(revision: string, answers: readonly Service[], request: object = {}, before: Service = shown([old])) {
  const clock = createClock({ kind: 'idle' }, start, () => 0.5).forProgram
  let looks = 0
  const ecs = { describeService: async () => answers[Math.min(looks++, answers.length - 1)] }
  const context = { clock, ecs, signal: new AbortController().signal, within: () => ({ ecs }) }
  const rollout = {
    context,
    service: before,
    taskDefinition: revision,
    previousTaskDefinition: 'api:1',
    request: { cluster: 'shop', service: 'api', waitMinutes: 30, ...request },
  } as unknown as Rollout
  return { rollout, clock, looks: () => looks, took: () => (clock.now() - start) / 1000 }
}

describe('what an update made', () => {
  test('is what its reply shows', async () => {
    const { rollout, looks } = updating('api:2', [])
    expect(await ownOfUpdate(rollout, shown([ours, active(old)]))).toEqual(known)
    expect(looks()).toBe(0)
  })

  test('is what a later look shows where the reply has the deployments from before', async () => {
    const { rollout, took } = updating('api:2', [shown([old]), shown([deployment(2, 2, 0), active(old)])])
    expect(await ownOfUpdate(rollout, shown([old]))).toEqual(known)
    expect(took()).toBe(2)
  })

  test('was made after the one before and by now, where three looks do not show it', async () => {
    const { rollout, looks } = updating('api:2', [shown([old])])
    expect(await ownOfUpdate(rollout, shown([old]))).toEqual({ from: at(-3600).getTime() + 1, to: start })
    expect(looks()).toBe(3)
    const bare = updating('api:2', [{}], {}, {})
    expect(await ownOfUpdate(bare.rollout, {})).toEqual({ from: 1, to: start })
  })

  test('of the same revision anew is not the one from before', async () => {
    const again = deployment(2, 1, 0)
    const { rollout } = updating('api:1', [shown([old]), shown([again])], { forceNewDeployment: true })
    expect(await ownOfUpdate(rollout, shown([old]))).toEqual(ownOf(again))
  })

  test('is nothing where only the count changes, and nobody looks', async () => {
    const { rollout, looks } = updating('api:1', [shown([old])], { desiredCount: 4 })
    expect([await ownOfUpdate(rollout, shown([old])), looks()]).toEqual([undefined, 0])
  })

  test('may be nothing where ECS compares volumes: what looks do not show was not made', async () => {
    const { rollout, looks } = updating('api:1', [shown([old])], { volumeConfigurations: [] })
    expect([await ownOfUpdate(rollout, shown([old])), looks()]).toEqual([undefined, 3])
  })
})

describe('what is not known of it yet', () => {
  const pace = {
    gap: () => 5_000,
    hurried: 0,
    hurry: () => void pace.hurried++,
    spend: () => undefined,
    aside: () => false,
  }

  test('is waited for, with the looks coming sooner', async () => {
    pace.hurried = 0
    const { rollout, clock, took } = updating('api:2', [shown([old]), shown([old]), shown([ours])])
    expect(await awaitOwn(rollout, unknown, clock.monotonic() + 600_000, pace)).toEqual(known)
    expect([took(), pace.hurried]).toEqual([10, 2])
  })

  test.each([
    ['a minute', 600, 60],
    ['the deadline', 20, 20],
  ])('stays so after %s', async (_, seconds, waited) => {
    const { rollout, clock, took } = updating('api:2', [shown([old])])
    expect(await awaitOwn(rollout, unknown, clock.monotonic() + seconds * 1000, pace)).toEqual(unknown)
    expect(took()).toBe(waited)
  })
})
