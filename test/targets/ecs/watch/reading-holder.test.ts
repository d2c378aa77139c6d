/** Whose the PRIMARY deployment of a service is, by one look at it. */
import { expect, test } from '@jest/globals'
import type { Service } from '../../../../src/ports.ts'
import { type Own, startReadings } from '../../../../src/targets/ecs/watch/deployment-reading.ts'

/** Seconds. */
const at = (seconds: number) => new Date(seconds * 1000)
const service = (id: string, taskDefinition: string, created: number, more: object = {}): Service => ({
  status: 'ACTIVE',
  taskDefinition,
  deployments: [{ id, status: 'PRIMARY', taskDefinition, createdAt: at(created), ...more }],
})

/** The service ran api:1 since second 100; ours is api:2. */
const before = service('old', 'api:1', 100)
/** It was made between our look at the service and the reply to our change. */
const unseen: Own = { from: 100_001, to: 200_000 }
/** It was shown to be made in second 150. */
const seen: Own = { id: 'own', from: 150_000, to: 150_000 }
const news = { events: [{ createdAt: at(160), message: 'x' }] }

function holder(own: Own, shown: Service, wanted = 'api:2') {
  const sight = startReadings({ taskDefinition: wanted, previousTaskDefinition: 'api:1', service: before }, own)
  return sight(shown).holder
}

test.each<[string, Own, Service, string, string?]>([
  ['the service as it was', unseen, before, 'unknown'],
  ['ours, for the first time', unseen, service('new', 'api:2', 150), 'ours'],
  ['what somebody deployed before us, after we had looked', unseen, service('theirs', 'api:3', 120), 'unknown'],
  ['what somebody deployed after us', unseen, service('theirs', 'api:3', 201), 'others'],
  ['the old revision anew, from before ours could be made', unseen, before, 'unknown', 'api:1'],
  ['ours', seen, service('own', 'api:2', 150), 'ours'],
  ['our revision, deployed again after us', seen, service('again', 'api:2', 170), 'ours'],
  ['the service as it was, without news', seen, before, 'unknown'],
  ['the former deployment, with news from after ours', seen, { ...before, ...news }, 'rollback'],
  ['another one after ours', seen, service('theirs', 'api:3', 170), 'others'],
  [
    'the old revision, by the word of ECS as a rollback',
    seen,
    service('back', 'api:1', 170, { rolloutStateReason: 'ECS deployment circuit breaker: rolling back to x' }),
    'rollback',
  ],
  [
    'the same revision, by the word of ECS as a rollback',
    seen,
    service('back', 'api:1', 170, { rolloutStateReason: 'ECS deployment circuit breaker: rolling back to x' }),
    'rollback',
    'api:1',
  ],
  ['the same revision, deployed again after us', seen, service('again', 'api:1', 170), 'ours', 'api:1'],
])('%s', (...[, own, shown, expected, wanted]) => {
  expect(holder(own, shown, wanted)).toBe(expected)
})

test.each(['api:2', 'api:1'])('after our deployment of %s has failed, the former revision is a rollback', (wanted) => {
  const sight = startReadings({ taskDefinition: wanted, previousTaskDefinition: 'api:1', service: before }, seen)
  expect(sight(service('own', wanted, 150, { rolloutState: 'FAILED' })).isFailed).toBe(true)
  expect(sight(service('back', 'api:1', 170))).toMatchObject({ holder: 'rollback', isFailed: true })
})
