import type { Service } from '../../../ports.ts'
import { type Untrusted, untrusted } from '../../../text.ts'
import { countServices } from '../codedeploy-group/appspec-source.ts'
import { lacksTasks, primary } from '../facts/service-facts.ts'
import { shortName } from '../request/revision-version.ts'
import type { ServiceRequest } from '../request/service-request.ts'
import { differences } from './service-definition.ts'
import type { ServicePlan } from './service-plan.ts'

/**
 * What people should know before a deployment begins, because it decides what its end is worth. `isReturnable`: ECS has a
 * revision to roll back to.
 */
export function warningsBefore(
  request: ServiceRequest,
  service: Service,
  plan: ServicePlan,
  denied: readonly string[],
  isReturnable: boolean,
): readonly Untrusted[] {
  const found = [
    ...(plan.unchanged ? idle(request, service) : coming(request, service, plan, isReturnable)),
    ...unapplied(request, service, plan),
  ]
  const unread = denied.map(
    (action) => `Not authorized to perform ${action}: the current state of the service is only partly known.`,
  )
  return [...unread, ...found].map(untrusted)
}

function idle({ wait, dryRun }: ServiceRequest, service: Service): readonly string[] {
  const { desiredCount = 0, runningCount = 0 } = service
  if (!lacksTasks(service)) return []
  const waiting = wait && !dryRun ? ' The step waits until tasks keep running, for at most 5 minutes.' : ''
  return [
    `The service is already on this revision, but only ${runningCount} of ${desiredCount} tasks are running.${waiting}`,
  ]
}

function coming(
  request: ServiceRequest,
  service: Service,
  plan: ServicePlan,
  isReturnable: boolean,
): readonly string[] {
  const rolling = plan.engine === 'ecs-rolling'
  const services = plan.codeDeploy ? countServices(plan.codeDeploy.appSpec) : 0
  const otherwise = differences(request.serviceDefinition?.content ?? {}, service, request.settings)
  const count = (rolling ? request.desiredCount : undefined) ?? service.desiredCount
  const current = primary(service)
  const replaces = rolling && (request.onConflict === undefined || request.onConflict === 'stop')
  const busy = replaces && current?.rolloutState === 'IN_PROGRESS' && current.taskDefinition !== plan.to?.id
  const early = plan.settings?.find(({ name }) => name === 'early success')
  return [
    ...(count === 0 && service.schedulingStrategy !== 'DAEMON'
      ? ['The desired count is 0: no task will start, so this deployment does not test the new revision.']
      : []),
    ...(rolling && !isReturnable
      ? ['No deployment of this service has ever completed: ECS has no revision to roll back to.']
      : []),
    ...(early && early.to !== 'off'
      ? ['After an early success, neither the circuit breaker nor an alarm rolls back the service.']
      : []),
    ...(busy
      ? [`A deployment of ${shortName(current.taskDefinition ?? '')} is in progress; this one replaces it.`]
      : []),
    ...(otherwise.length > 0
      ? [
          `service-definition applies only when the service is created. The existing service differs in: ${otherwise.join(', ')}.`,
        ]
      : []),
    ...(services > 1 ? [`The AppSpec names ${services} services; a CodeDeploy deployment group deploys one.`] : []),
  ]
}

/** What is asked for and cannot be done with CodeDeploy (API UpdateService: what it takes for `CODE_DEPLOY`). */
function unapplied(request: ServiceRequest, service: Service, { engine }: ServicePlan): readonly string[] {
  if (engine !== 'codedeploy') return []
  const { desiredCount, volumeConfigurations } = request
  return [
    ...(desiredCount !== undefined && desiredCount !== service.desiredCount
      ? ['desired-count is not applied: CodeDeploy keeps the desired count of the service.']
      : []),
    ...(volumeConfigurations === undefined
      ? []
      : ['service-managed-ebs-volume is not applied: CodeDeploy does not change the volumes of a service.']),
  ]
}
