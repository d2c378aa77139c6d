import type { Service } from '../ports.ts'
import { type Untrusted, untrusted } from '../text.ts'
import { countServices } from './codedeploy/appspec-source.ts'
import { differences } from './ecs/service-definition.ts'
import { shortName } from './end.ts'
import { hasRollbackTarget, primary } from './engine.ts'
import type { DeployRequest } from './journey.ts'
import type { Plan } from './plan.ts'

/** What people should know before a deployment begins, because it decides what its end is worth. */
export function warningsBefore(
  request: DeployRequest,
  service: Service,
  plan: Plan,
  denied: readonly string[],
): readonly Untrusted[] {
  const found = [
    ...(plan.unchanged ? idle(service) : coming(request, service, plan)),
    ...unapplied(request, service, plan),
  ]
  const blind = denied.map(
    (action) => `The credentials do not allow ${action}, so what is there already is not fully known.`,
  )
  return [...blind, ...found].map(untrusted)
}

function idle({ desiredCount = 0, runningCount = 0 }: Service): readonly string[] {
  if (runningCount >= desiredCount) return []
  return [`The service runs this version already, but only ${runningCount} of ${desiredCount} tasks are running.`]
}

function coming(request: DeployRequest, service: Service, plan: Plan): readonly string[] {
  const rolling = plan.engine === 'ecs-rolling'
  const services = plan.codeDeploy ? countServices(plan.codeDeploy.appSpec) : 0
  const otherwise = differences(request.serviceDefinition?.content ?? {}, service, request.settings)
  const count = (rolling ? request.desiredCount : undefined) ?? service.desiredCount
  const current = primary(service)
  const replaces = rolling && (request.onConflict === undefined || request.onConflict === 'stop')
  const busy = replaces && current?.rolloutState === 'IN_PROGRESS' && current.taskDefinition !== plan.taskDefinition
  const early = plan.settings?.find(({ name }) => name === 'early success')
  return [
    ...(count === 0 && service.schedulingStrategy !== 'DAEMON'
      ? ['The desired count is 0: no task will start, so this deployment proves nothing about the new version.']
      : []),
    ...(rolling && !hasRollbackTarget(service)
      ? ['No deployment of this service was ever complete: there is nothing that ECS could roll back to.']
      : []),
    ...(early && early.to !== 'off'
      ? ['After an early success neither the circuit breaker nor an alarm rolls the service back.']
      : []),
    ...(busy
      ? [`A deployment of ${shortName(current.taskDefinition ?? '')} is in progress; this one replaces it.`]
      : []),
    ...(otherwise.length > 0
      ? [`service-definition only makes a missing service. This one has it otherwise: ${otherwise.join(', ')}.`]
      : []),
    ...(services > 1
      ? [`The AppSpec names ${services} services; a deployment group of CodeDeploy deploys one of them.`]
      : []),
  ]
}

/** What is asked for and cannot be done with CodeDeploy (API UpdateService: what it takes for `CODE_DEPLOY`). */
function unapplied(request: DeployRequest, service: Service, { engine }: Plan): readonly string[] {
  if (engine !== 'codedeploy') return []
  const { desiredCount, volumeConfigurations } = request
  return [
    ...(desiredCount !== undefined && desiredCount !== service.desiredCount
      ? ['desired-count is not applied: CodeDeploy keeps the count that the service has.']
      : []),
    ...(volumeConfigurations === undefined
      ? []
      : ['service-managed-ebs-volume is not applied: a service that CodeDeploy deploys gets no other volumes.']),
  ]
}
