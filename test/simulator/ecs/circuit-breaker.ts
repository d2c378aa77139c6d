/** The deployment circuit breaker: how many failed tasks in a row end a deployment. */
import type { DeploymentConfiguration, ServiceDeploymentCircuitBreaker } from '@aws-sdk/client-ecs'
import type { ServiceRecord, TaskGroupRecord } from './state.ts'

/**
 * `BOUNDED_PERCENT` 50 by default: half of the desired count, at least 3 and at most 200 (Developer Guide, "How the Amazon
 * ECS deployment circuit breaker detects failures").
 */
export function failureThreshold(desired: number, configuration: DeploymentConfiguration | undefined): number {
  const { type = 'BOUNDED_PERCENT', value = 50 } = configuration?.deploymentCircuitBreaker?.thresholdConfiguration ?? {}
  if (type === 'COUNT') return value
  const share = Math.ceil((desired * value) / 100)
  return type === 'BOUNDED_PERCENT' ? Math.min(200, Math.max(3, share)) : Math.max(1, share)
}

/** `failedBefore`: what the group had failed when it was brought up. */
export function circuitBreaker(
  service: ServiceRecord,
  group: TaskGroupRecord,
  failedBefore = 0,
): { readonly view: ServiceDeploymentCircuitBreaker; readonly tripped: boolean; readonly rollback: boolean } {
  const configuration = service.settings.deploymentConfiguration
  const { enable = false, rollback = false, resetOnHealthyTask = true } = configuration?.deploymentCircuitBreaker ?? {}
  const threshold = failureThreshold(service.desiredCount, configuration)
  const failureCount = resetOnHealthyTask ? group.consecutiveFailures : group.failed - failedBefore
  return {
    view: enable
      ? { status: 'MONITORING', failureCount, threshold }
      : { status: 'DISABLED', failureCount: 0, threshold: 0 },
    tripped: enable && failureCount >= threshold,
    rollback,
  }
}
