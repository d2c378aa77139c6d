import type { ServiceDeployment } from '../../../ports.ts'
import type { Rollout } from '../request/ecs-context.ts'

/** The circuit breaker is about to do the same, with a well-known message. */
export function isLeftToBreaker(
  { deploymentCircuitBreaker: breaker }: ServiceDeployment,
  { request }: Rollout,
): boolean {
  return (
    breaker?.status === 'MONITORING' && (breaker.threshold ?? Number.POSITIVE_INFINITY) <= (request.failFastAfter ?? 0)
  )
}

/** Task counts of the new revision for fail-fast. `failed`: failed tasks as the service counts them. */
export function signsOf(
  { targetServiceRevision: target, deploymentCircuitBreaker: breaker }: ServiceDeployment,
  failed: number,
) {
  return {
    desired: target?.requestedTaskCount ?? 0,
    running: target?.runningTaskCount ?? 0,
    failed: Math.max(failed, breaker?.failureCount ?? 0),
  }
}
