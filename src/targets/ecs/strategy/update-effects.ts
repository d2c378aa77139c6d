import type { Service } from '../../../ports.ts'
import { isExpress } from '../facts/express-mode.ts'
import { primary } from '../facts/service-facts.ts'
import type { Rollout } from '../request/ecs-context.ts'
import type { ServiceRequest } from '../request/service-request.ts'
import { settingsUpdate } from './service-settings.ts'

/** True when the requested count differs from the service's when it was last read. */
export function isScaled({ request: { desiredCount }, service }: Rollout): boolean {
  return desiredCount !== undefined && desiredCount !== service.desiredCount
}

/** A deployment of the same content that is in flight already, say from a run that was lost. */
export function isAdoptable(rollout: Rollout): boolean {
  const { request, service, taskDefinition } = rollout
  const current = primary(service)
  const plain = !request.forceNewDeployment && !isScaled(rollout) && request.volumeConfigurations === undefined
  const isThere = plain && current?.taskDefinition === taskDefinition && current.rolloutState === 'IN_PROGRESS'
  return isThere && settingsUpdate(request, service, 'ecs-rolling')?.members.loadBalancers === undefined
}

/**
 * Whether ECS creates a deployment for the update, by the documentation of each member of API UpdateService; `perhaps`: volumes,
 * which it compares to those of the service.
 */
export function makesDeployment(rollout: Rollout): 'yes' | 'no' | 'perhaps' {
  const { request, service, taskDefinition } = rollout
  const isOther = primary(service)?.taskDefinition !== taskDefinition
  if (isOther || isForced(rollout) || settingsUpdate(request, service, 'ecs-rolling')?.members.loadBalancers)
    return 'yes'
  return request.volumeConfigurations === undefined ? 'no' : 'perhaps'
}

/**
 * The API of an Express service forces no deployment: there a copy of the revision is registered, which is another one. So it is
 * where the same revision failed before and was left. `arn`: of the wanted revision, where it exists.
 */
export function isCopied({ forceNewDeployment }: ServiceRequest, service: Service, arn: string | undefined): boolean {
  const current = primary(service)
  const isStuck = current?.rolloutState === 'FAILED' && (arn === undefined || arn === current.taskDefinition)
  return isExpress(service) && (forceNewDeployment || isStuck)
}

/** The same revision failed here before and was left: ECS would take the update for no change and do nothing. */
export function isForced({ request, service, taskDefinition }: Rollout): boolean {
  const current = primary(service)
  const isStuck = current?.taskDefinition === taskDefinition && current.rolloutState === 'FAILED'
  return request.forceNewDeployment || isStuck
}
