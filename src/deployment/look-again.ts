import { previousTaskDefinition, requireService, runningTaskDefinition } from './engine.ts'
import type { Rollout } from './journey.ts'
import { shortly } from './patience.ts'
import type { Prepared } from './prepare.ts'

/** What was read a moment ago is as good as read again: a look and a change are two calls in any case. Milliseconds. */
const fresh = 2_000

/**
 * The last look before the change: what somebody else did to the service since it was read, be it while a registration
 * was throttled or a one-off task ran, decides anew whether and how it may be changed. One call, and only where an order,
 * a policy or a count is to be kept and some time has gone by. Undefined: the service runs something else now.
 */
export async function lookAgain(rollout: Rollout, { running, readAt }: Prepared): Promise<Rollout | undefined> {
  const { request, journey } = rollout
  const { guard, onConflict, desiredCount } = request
  if (guard === undefined && onConflict === undefined && desiredCount === undefined) return rollout
  if (journey.clock.monotonic() - readAt < fresh) return rollout
  const { ecs } = shortly(journey, request)
  const service = await requireService(await ecs.describeService(request.cluster, request.service), request, ecs)
  if (runningTaskDefinition(service) !== running) return undefined
  return { ...rollout, service, previousTaskDefinition: previousTaskDefinition(service) }
}
