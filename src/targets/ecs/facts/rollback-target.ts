import { readAfterEnd } from '../../../deployment/time-limits.ts'
import type { Service } from '../../../ports.ts'
import type { EcsContext } from '../request/ecs-context.ts'
import type { ServiceRequest } from '../request/service-request.ts'
import { standingOf } from './service-deployment.ts'
import { hasRollbackTarget } from './service-facts.ts'

/**
 * Whether ECS has a revision to roll back to. DescribeServices does not return a complete deployment of which no task runs
 * any more (minimumHealthyPercent 0, or a watch that began late); ListServiceDeployments does, and is asked only then.
 */
export async function canRollBack(
  service: Service,
  { cluster, service: name }: Pick<ServiceRequest, 'cluster' | 'service'>,
  context: EcsContext,
): Promise<boolean> {
  if (hasRollbackTarget(service)) return true
  const listed = await readAfterEnd(context, ({ ecs }) => ecs.listServiceDeployments(cluster, name))
  return listed?.some((one) => /^(succeeded|rolled-back)$/.test(standingOf(one))) ?? false
}
