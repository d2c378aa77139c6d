/** After which ends of a deployment what a killed run left suspended is resumed: never what another deployment may have suspended. */
import { expect, test } from '@jest/globals'
import type { Context } from '../../../src/deployment/context.ts'
import type { Prepared, Ready, Target } from '../../../src/deployment/target.ts'
import type { Terms } from '../../../src/deployment/terms.ts'
import { Failure } from '../../../src/failure.ts'
import type { Scaling, SuspendedState } from '../../../src/ports.ts'
import { healingTarget } from '../../../src/targets/auto-scaling/index.ts'
import { text } from '../../../src/text.ts'
import { createClock } from '../../simulator/clock.ts'

type Ending = Awaited<ReturnType<ReturnType<Ready['change']>['next']>>['value']

async function deployed(end: object, terms: Partial<Terms> = { preflight: { only: false, secretKeys: true } }) {
  const states: SuspendedState[] = []
  const scaling: Scaling = {
    describeScalableTarget: async () => ({
      ScalableTargetARN: 'arn',
      SuspendedState: { DynamicScalingInSuspended: true },
    }),
    suspend: async (_, __, state) => void states.push(state),
    tags: async () => ({ 'slipway:suspended-scaling': 'in' }),
    tag: async () => undefined,
    untag: async () => undefined,
  }
  async function* change() {
    yield* []
    await Promise.resolve()
    return end as Ending & object
  }
  const prepared = { plan: {}, warnings: [], ready: async () => ({ change }) } as unknown as Prepared
  async function* prepare() {
    yield* []
    return prepared
  }
  const target = healingTarget({ prepare } as unknown as Target, { cluster: 'shop', service: 'api' }, scaling)
  const signal = new AbortController().signal
  const context = { clock: createClock({ kind: 'idle' }).forProgram, signal } as unknown as Context
  const found = await target.prepare(terms as Terms, context, undefined).next()
  const events = (await (found.value as Prepared).ready()).change()
  for (;;) if ((await events.next()).done) return states
}

const failure = new Failure({ code: 'deployment-conflict', what: text`x` })

test.each([
  ['success', { outcome: 'succeeded' }, true],
  ['a rollback', { outcome: 'rolled-back' }, true],
  ['a deployment that took its place', { outcome: 'superseded' }, false],
  ['one that is in the way', { kind: 'conflict', failure, isRollback: false }, false],
  ['a service that has changed', { kind: 'changed', failure }, false],
])('%s', async (_, end, isResumed) => {
  const resumed = {
    DynamicScalingInSuspended: false,
    DynamicScalingOutSuspended: false,
    ScheduledScalingSuspended: false,
  }
  expect(await deployed(end)).toEqual(isResumed ? [resumed] : [])
})

test('without preflight nothing is read, and nothing resumed', async () => {
  expect(await deployed({ outcome: 'succeeded' }, {})).toEqual([])
})
