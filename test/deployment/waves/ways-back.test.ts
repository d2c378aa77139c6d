import { describe, expect, test } from '@jest/globals'
import type { DeploymentEvent } from '../../../src/deployment/events.ts'
import { type DeploymentState, initialState } from '../../../src/deployment/state.ts'
import type { Outcome } from '../../../src/deployment/verdict.ts'
import { initialWaves } from '../../../src/deployment/waves/waves-state.ts'
import { settledRollback, waysBack } from '../../../src/deployment/waves/ways-back.ts'
import { ecsInFlight } from '../../../src/targets/ecs/index.ts'
import { planInWords } from '../../../src/targets/ecs/prepare/plan-words.ts'
import type { EcsAccess } from '../../../src/targets/ecs/request/ecs-context.ts'

const version = (revision: number) => ({ id: `api:${revision}`, label: `api:${revision}` })

const plan = planInWords({
  cluster: 'shop',
  service: 'api',
  region: 'eu-west-1',
  engine: 'ecs-rolling',
  from: version(1),
  to: version(2),
  changes: [],
  images: [],
  unchanged: false,
})

const deployment = { id: 'd', consoleUrl: undefined, adopted: false, startedAt: 0, commands: { look: [] }, outputs: {} }
const deployed: DeploymentState = { ...initialState(0), plan, deployment, verdict: { outcome: 'succeeded' } }
const target = ecsInFlight({ cluster: 'shop', service: 'api', region: 'eu-west-1', codeDeploy: {} }, {} as EcsAccess)
const terms = { waitMinutes: 30 }

/** Names of the services whose rollback begins after a cancel, where this much of a rollback is known. */
function begun(back: Partial<DeploymentState> | undefined): readonly string[] {
  const state = initialWaves([['api']], 0)
  const services = state.services.map((service) => ({
    ...service,
    state: deployed,
    ...(back && { back: { ...initialState(0), ...back } }),
  }))
  return waysBack([[{ name: 'api', target, terms }]], { ...state, services }, 'cancel').flatMap((wave) =>
    wave.map(({ name }) => name),
  )
}

describe('after a cancel, the rollback of a service that was deployed', () => {
  test.each<readonly [string, Partial<DeploymentState> | undefined, boolean]>([
    ['begins', undefined, true],
    [
      'begins again where a cancel ended it before it had changed anything',
      { verdict: { outcome: 'cancelled' } },
      true,
    ],
    ['is left to itself once it has started', { deployment, verdict: { outcome: 'cancelled' } }, false],
    ['is left to itself while it is being prepared by this run', {}, false],
    ['is not tried again after a failure', { verdict: { outcome: 'failed' } }, false],
  ])('%s', (_, back, isBegun) => {
    expect(begun(back)).toEqual(isBegun ? ['api'] : [])
  })
})

describe('a rollback that is read after a cancel', () => {
  const ended = (outcome: Outcome, serving?: number): DeploymentEvent => ({
    kind: 'finished',
    at: 0,
    verdict: { outcome, serving: serving === undefined ? undefined : version(serving) },
  })
  const record = { to: version(1), from: version(2) }
  test.each<readonly [string, DeploymentEvent, typeof record, Outcome]>([
    ['succeeded where its version is deployed', ended('cancelled', 1), record, 'succeeded'],
    ['stays cancelled where the former version is', ended('cancelled', 2), record, 'cancelled'],
    ['stays cancelled where neither is known', ended('cancelled'), record, 'cancelled'],
    ['stays failed', ended('failed', 1), record, 'failed'],
    ['of settings alone stays cancelled', ended('cancelled', 1), { ...record, from: version(1) }, 'cancelled'],
  ])('%s', (_, event, kept, outcome) => {
    expect(settledRollback(event, kept)).toMatchObject({ verdict: { outcome } })
  })
})
