import { deadlineIn } from '../../clock.ts'
import type { Untrusted } from '../../text.ts'
import { agreed, patient } from '../agreement.ts'
import { type End, stoppedByHand } from '../end.ts'
import type { Rollout } from '../journey.ts'
import { aftermath, afterwards } from '../patience.ts'
import { type Own, ownOf, type Sighting, startSightings, superseded } from './sighting.ts'

interface Stopped {
  readonly rollout: Rollout
  readonly own: Own
  /** Whether the circuit breaker or an alarm fired. */
  readonly isTriggered: boolean
  readonly reason: Untrusted | undefined
}

/**
 * ECS stops a deployment for three reasons: it failed without a way back, a newer one came, or somebody asked for it. A newer
 * one of the same revision carries on what was asked for: it is what is returned then.
 */
export async function endOfStopped({ rollout, own, isTriggered, reason }: Stopped): Promise<End | Own> {
  if (isTriggered) return { outcome: 'failed', reason }
  const { cluster, service } = rollout.request
  const sight = startSightings(rollout, own)
  const deadline = deadlineIn(rollout.journey.clock, aftermath)
  const look = async () =>
    sight(await afterwards(rollout.journey, ({ ecs }) => ecs.describeService(cluster, service), deadline))
  const seen = await agreed(rollout.journey, look, (one) => isClear(one, own) || one.current?.id, patient)
  if (seen?.holder === 'others') return superseded(seen)
  if (seen?.holder === 'ours' && seen.current && seen.current.id !== own.id) return ownOf(seen.current)
  if (seen?.current?.rolloutState === 'FAILED') return { outcome: 'failed', reason }
  return { ...stoppedByHand(reason), serving: seen?.current?.taskDefinition }
}

/** A newer deployment and a failure are seen once; that there is neither may be the service as it was. */
function isClear({ holder, current }: Sighting, own: Own): boolean {
  return holder === 'others' || (holder === 'ours' && (current?.id !== own.id || current?.rolloutState === 'FAILED'))
}
