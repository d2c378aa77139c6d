/** Early success criteria of rolling deployments: enough healthy tasks end a deployment before the service is steady. */
import type { RolloutRecord, ServiceRecord } from './state.ts'

const criteriaOf = (service: ServiceRecord) => {
  const criteria = service.settings.deploymentConfiguration?.earlySuccessCriteria
  return criteria?.enable ? criteria : undefined
}

const hasShare = (service: ServiceRecord, { group }: RolloutRecord, percent: number) =>
  group.active > 0 && group.healthy >= Math.ceil((service.desiredCount * percent) / 100)

/**
 * Whether the new revision has `healthyPercent` of the desired count healthy and, with BLOCKING, the old tasks are gone;
 * undefined without criteria (API DeploymentEarlySuccessCriteria). What is missing follows after the end.
 */
export function enoughHealthy(service: ServiceRecord, target: RolloutRecord): boolean | undefined {
  const criteria = criteriaOf(service)
  if (!criteria) return undefined
  const isCleanedUp = criteria.sourceServiceRevisionCleanup === 'DEFERRED' || service.rollouts.length === 1
  return hasShare(service, target, criteria.healthyPercent ?? 100) && isCleanedUp
}

/** With BLOCKING the old tasks have to go before the deployment succeeds: as soon as enough new ones are healthy. */
export function removesSourcesAtOnce(service: ServiceRecord, target: RolloutRecord): boolean {
  const criteria = criteriaOf(service)
  return (
    criteria?.sourceServiceRevisionCleanup === 'BLOCKING' && hasShare(service, target, criteria.healthyPercent ?? 100)
  )
}
