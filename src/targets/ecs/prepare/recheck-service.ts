import { agreed } from '../../../deployment/agreement.ts'
import { forPreparation } from '../../../deployment/time-limits.ts'
import { readService } from '../facts/read-service.ts'
import { isSteady, previousTaskDefinition, requireService, runningTaskDefinition } from '../facts/service-facts.ts'
import type { EcsContext, Rollout } from '../request/ecs-context.ts'
import type { ServiceRequest } from '../request/service-request.ts'
import type { Reading } from './read-target.ts'

/** What was read a moment ago is as good as read again: a look and a change are two calls in any case. Milliseconds. */
const fresh = 2_000

/**
 * The last read before the change: what another user changed in the service since it was read, such as while a registration
 * was throttled or a one-off task ran, decides anew whether and how it may be changed. One call, and only where an order,
 * a policy or a count is to be kept and some time has gone by. Undefined: the service runs something else now.
 */
export async function recheckService(rollout: Rollout, { running, readAt }: Reading): Promise<Rollout | undefined> {
  const { request, context } = rollout
  const { guard, onConflict, desiredCount } = request
  if (guard === undefined && onConflict === undefined && desiredCount === undefined) return rollout
  if (context.clock.monotonic() - readAt < fresh) return rollout
  const hurried = forPreparation(context, request)
  const service = await requireService(await readService(hurried, request), request, hurried.ecs)
  if (runningTaskDefinition(service) !== running) return undefined
  return { ...rollout, service, previousTaskDefinition: previousTaskDefinition(service) }
}

/**
 * Whether a service still runs the same revision, once reads agree. For a service that was just changed, as one read
 * may show it as it was before.
 */
export async function isStill(
  running: string | undefined,
  { cluster, service }: ServiceRequest,
  context: EcsContext,
): Promise<boolean> {
  const read = () => context.ecs.describeService(cluster, service)
  const isSame = (seen: Awaited<ReturnType<typeof read>>) =>
    seen !== undefined && isSteady(seen) && runningTaskDefinition(seen) === running
  const seen = await agreed(context, read, (one) => !isSame(one) || running)
  return isSame(seen)
}
