import { persistently } from '../../../deployment/agreement.ts'
import type { Service } from '../../../ports.ts'
import type { EcsContext } from '../request/ecs-context.ts'
import type { ServiceRequest } from '../request/service-request.ts'
import { isConsistent } from './service-facts.ts'

/** True for a response that contains an existing service, and does not contradict itself. */
export function isSound(service: Service | undefined): boolean {
  return service !== undefined && service.status !== 'INACTIVE' && isConsistent(service)
}

/**
 * Reads the service; again, up to three times within four seconds, where the response is insufficient: because it contradicts
 * itself, or contains no service. Returns the last response.
 */
export async function readService(
  context: Pick<EcsContext, 'ecs' | 'clock' | 'signal'>,
  { cluster, service }: Pick<ServiceRequest, 'cluster' | 'service'>,
  isEnough: (seen: Service | undefined) => boolean = isSound,
): Promise<Service | undefined> {
  let last: Service | undefined
  await persistently(context, async () => {
    last = await context.ecs.describeService(cluster, service)
    return isEnough(last) || undefined
  })
  return last
}
