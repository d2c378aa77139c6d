import { type Deadline, deadlineIn } from '../../../clock.ts'
import { persistently } from '../../../deployment/agreement.ts'
import { lookUntil, type Pace, ticks } from '../../../deployment/pace.ts'
import { forPreparation } from '../../../deployment/time-limits.ts'
import type { Service } from '../../../ports.ts'
import { primary } from '../facts/service-facts.ts'
import type { Rollout } from '../request/ecs-context.ts'
import { makesDeployment } from '../strategy/update-effects.ts'
import { type Own, ownOf, startReadings } from './deployment-reading.ts'

/** How long ECS may take to show what an update has made: it does not say. Milliseconds. */
export const untilShown = 60_000

/**
 * The deployment that an update made, by the service in the reply to it. A reply may still have the deployments from before:
 * then it is known only that it was made since the PRIMARY one of that time, and by now.
 */
function ownInReply({ service, taskDefinition, context }: Rollout, updated: Service): Own {
  const [before, current] = [primary(service), primary(updated)]
  const isNew = current?.taskDefinition === taskDefinition && current.id !== before?.id
  if (current && isNew) return ownOf(current)
  return { from: (before?.createdAt?.getTime() ?? 0) + 1, to: context.clock.now() }
}

/**
 * Completes an unknown id and creation time, once a read of the service contains them; unchanged where none does within a minute.
 */
export async function awaitOwn(rollout: Rollout, own: Own, deadline: Deadline, pace: Pace): Promise<Own> {
  const { clock, signal } = rollout.context
  const until = Math.min(deadline, deadlineIn(clock, untilShown))
  const read = startReads(rollout, own)
  for await (const _ of ticks(clock, until, pace, signal)) {
    const shown = await lookUntil(clock, deadline, read())
    if (shown) return shown
    pace.hurry()
  }
  return own
}

/**
 * The deployment of an update, by its reply or by later reads; undefined where ECS created none. `isLikely`: it may have created
 * one for settings that UpdateService does not know.
 */
export async function ownOfUpdate(rollout: Rollout, updated: Service, isLikely = false): Promise<Own | undefined> {
  const known = makesDeployment(rollout)
  const isMade = known === 'no' && isLikely ? 'perhaps' : known
  // ECS makes no service deployment for an update that changes nothing but the desired count (or nothing at all).
  if (isMade === 'no') return undefined
  const own = ownInReply(rollout, updated)
  if (own.id !== undefined) return own
  const context = forPreparation(rollout.context, rollout.request)
  const shown = await persistently(context, startReads({ ...rollout, context }, own))
  return shown ?? (isMade === 'yes' ? own : undefined)
}

function startReads(rollout: Rollout, own: Own): () => Promise<Own | undefined> {
  const { cluster, service } = rollout.request
  const classify = startReadings(rollout, own)
  return async () => {
    const { own: seen } = classify(await rollout.context.ecs.describeService(cluster, service))
    return seen.id === undefined ? undefined : seen
  }
}
