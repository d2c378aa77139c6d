import { resourceName } from '../../../arn.ts'
import { invalid } from '../../../document/document.ts'
import type { Mistake } from '../../../mistake.ts'
import type { Json, JsonObject, Service } from '../../../ports.ts'
import { isList, isObject, textIn } from '../../../task-definition/members.ts'
import { setting, type Text, text, untrusted } from '../../../text.ts'
import type { Engine } from '../request/ecs-record.ts'
import { type DeploymentSettings, givenNames } from '../request/requested-settings.ts'
import { wantedServiceDefinition } from '../request/service-definition-file.ts'
import type { ServiceDefinition, ServiceRequest } from '../request/service-request.ts'
import { arrange } from '../strategy/arrange-strategy.ts'

const controllers = ['ECS', 'CODE_DEPLOY']

/**
 * Holds a service definition against what is asked for. Throws `file-invalid` when it names another service, cluster or
 * family, says how often a service runs nowhere, or has what only the program may say.
 */
export function checkServiceDefinition(
  { file, content, at = () => ({ file }) }: ServiceDefinition,
  { cluster, service, desiredCount }: Pick<ServiceRequest, 'cluster' | 'service' | 'desiredCount'>,
  family: string | undefined,
): void {
  const { serviceName, cluster: itsCluster, taskDefinition, clientToken, schedulingStrategy } = content
  const controller = controllerOf(content)
  const itsFamily = typeof taskDefinition === 'string' ? resourceName(taskDefinition).split(':')[0] : undefined
  const problems: Mistake[] = []
  const report = (member: string, message: Text) => void problems.push({ ...at([member]), message })
  const differs = (member: string, theirs: Json | undefined, asked: string | undefined, source: Text) => {
    if (theirs === undefined || asked === undefined || resourceName(String(theirs)) === resourceName(asked)) return
    report(member, text`${member} is ${untrusted(String(theirs))}, but ${source} is ${untrusted(resourceName(asked))}`)
  }
  differs('serviceName', serviceName, service, text`${setting('service')}`)
  differs('cluster', itsCluster, cluster, text`${setting('cluster')}`)
  differs('taskDefinition', itsFamily, family, text`the family of the task definition`)
  if (clientToken !== undefined)
    report('clientToken', text`clientToken is set by Slipway, so that a retry creates no second service`)
  if (!controllers.includes(controller))
    report(
      'deploymentController',
      text`deploymentController must be one of ${controllers.join(', ')}, not ${untrusted(controller)}`,
    )
  if (content.desiredCount === undefined && desiredCount === undefined && schedulingStrategy !== 'DAEMON')
    report('desiredCount', text`desiredCount is missing, and ${setting('desired-count')} is empty`)
  if (problems.length > 0) throw invalid(problems, wantedServiceDefinition)
}

/** The deployment controller that a definition asks for. */
function controllerOf({ deploymentController }: JsonObject): string {
  return textIn(isObject(deploymentController) ? deploymentController : undefined, 'type') ?? 'ECS'
}

/** With the controller CODE_DEPLOY, ECS itself makes the first task set; CodeDeploy comes with the second version. */
export function engineFor(definition: JsonObject): Engine {
  return controllerOf(definition) === 'CODE_DEPLOY' ? 'codedeploy' : 'ecs-rolling'
}

/** The definition with the deployment settings that are asked for beside it, which come first. Throws as `arrange` does. */
export function withSettings(content: JsonObject, request: ServiceRequest): JsonObject {
  const planned: Service = { ...content, serviceName: resourceName(request.service) }
  const { deploymentConfiguration, loadBalancers } = arrange(request, planned, engineFor(content)) ?? {}
  // JSON again, as the file is: without members that are undefined.
  const settled: JsonObject = JSON.parse(JSON.stringify({ deploymentConfiguration, loadBalancers }))
  return { ...content, ...settled }
}

/** Members that identify the service, or are requests of their own: nothing to compare. */
const notCompared = ['serviceName', 'cluster', 'taskDefinition', 'desiredCount', 'clientToken', 'role', 'tags']

/** What deployment settings decide, where some are asked for. */
const settable = ['deploymentConfiguration', 'loadBalancers']

/** Members of a definition that a service has otherwise. What ECS does not show of a service is not compared. */
export function differences(
  definition: JsonObject,
  service: Service,
  settings?: DeploymentSettings,
): readonly string[] {
  const shown = service as JsonObject
  const left = givenNames(settings).length > 0 ? [...notCompared, ...settable] : notCompared
  return Object.entries(definition)
    .filter(([name, value]) => !left.includes(name) && shown[name] !== undefined && !isPart(value, shown[name]))
    .map(([name]) => name)
}

/** ECS fills up what is not given, and does not promise the order of subnets and security groups. */
function isPart(given: Json | undefined, shown: Json | undefined): boolean {
  if (given === null || given === undefined) return true
  if (isList(given)) {
    if (!isList(shown) || shown.length !== given.length) return false
    return given.every((item) => shown.some((candidate) => isPart(item, candidate)))
  }
  if (!isObject(given)) return given === shown
  return isObject(shown) && Object.entries(given).every(([name, value]) => isPart(value, shown[name]))
}
