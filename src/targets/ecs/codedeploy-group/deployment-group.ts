import { resourceName } from '../../../arn.ts'
import { unlessDenied } from '../../../deployment/optional-permission.ts'
import { Failure } from '../../../failure.ts'
import type { DeploymentGroup, JsonObject, Service } from '../../../ports.ts'
import { isEqual } from '../../../task-definition/equal.ts'
import { quoted, setting, type Text, text, untrusted } from '../../../text.ts'
import type { Conflict } from '../facts/conflicting-deployment.ts'
import { withoutOrigin } from '../facts/origin-tags.ts'
import type { EcsContext } from '../request/ecs-context.ts'
import type { CodeDeployRequest, ServiceRequest, WantedDefinition } from '../request/service-request.ts'
import { appSpecOf, completeAppSpec, sameAppSpec, taskDefinitionIn } from './appspec.ts'
import { type GroupName, groupNameOf } from './group-name.ts'

/** A deployment of the wanted content that is in flight already. */
export interface InFlight {
  readonly kind: 'in-flight'
  readonly deploymentId: string
  readonly taskDefinition: string
  /** With its tags, where it may be read. */
  readonly definition: JsonObject | undefined
}

/** The AppSpec for a revision: the one that was given, completed, or one made from the service. JSON text. */
export function appSpecFor(request: ServiceRequest, service: Service, taskDefinitionArn: string): string {
  const { appSpec, appSpecSource } = request.codeDeploy
  if (appSpec === undefined) return appSpecOf(service, taskDefinitionArn)
  return completeAppSpec(appSpec, taskDefinitionArn, appSpecSource)
}

/**
 * What CodeDeploy does with the service at this moment: undefined for nothing, a deployment of the same content, or
 * another one, which is a conflict: a group has one active deployment at a time. Where the list is not allowed, CodeDeploy
 * itself refuses a second one, only later. `active`: id of what the group is busy with.
 */
export async function findInFlight(
  request: ServiceRequest,
  context: EcsContext,
  service: Service,
  wanted: WantedDefinition,
  active: string | undefined,
): Promise<InFlight | Conflict | undefined> {
  if (active === undefined) return undefined
  const name = groupNameOf(request)
  const { revision, creator, description } = await context.codeDeploy.describeDeployment(active)
  const appSpec = revision?.appSpecContent?.content
  const taskDefinition = appSpec && taskDefinitionIn(appSpec)
  const isRollback = creator === 'codeDeployRollback'
  const definition = taskDefinition
    ? await unlessDenied(context.ecs.describeTaskDefinition(taskDefinition), () => undefined)
    : undefined
  if (appSpec && taskDefinition && !isRollback) {
    const hasContent = definition !== undefined && isEqual(wanted.definition, withoutOrigin(definition))
    const isWanted = wanted.arn === undefined ? hasContent : taskDefinition === wanted.arn
    if (isWanted && sameAppSpec(appSpec, appSpecFor(request, service, taskDefinition)))
      return { kind: 'in-flight', deploymentId: active, taskDefinition, definition }
  }
  const failure = conflict(name, active, isRollback, description)
  return { kind: 'conflict', failure, codeDeployId: active, isRollback, definition }
}

/** A rollback is awaited, and never stopped: it restores a good state. */
function conflict(name: GroupName, id: string, isRollback: boolean, description: string | undefined): Failure {
  const wait = text`set ${setting('on-conflict')} to wait`
  const command = `aws deploy stop-deployment --auto-rollback-enabled --deployment-id ${id}`
  const end = text`${wait} or stop; or stop it: ${quoted(command)}`
  return new Failure({
    code: 'deployment-conflict',
    what: text`The deployment group ${untrusted(name.deploymentGroup)} already has an active ${isRollback ? 'rollback' : 'deployment'}, ${untrusted(id)}`,
    why: text`a CodeDeploy deployment group runs one deployment at a time (DeploymentLimitExceededException)${description ? text`; its description: ${untrusted(description)}` : ''}`,
    fix: text`Run this job again when it has ended, or ${isRollback ? wait : end}. Nothing has been changed.`,
  })
}

/** The group, checked to be the one of this service. Throws `service-unsupported` when it is missing or another's. */
export async function requireGroup(
  context: Pick<EcsContext, 'codeDeploy'>,
  name: GroupName,
  service?: Service,
): Promise<DeploymentGroup> {
  const group = await context.codeDeploy.describeDeploymentGroup(name.application, name.deploymentGroup)
  if (group === undefined) throw groupMissing(name)
  const serves = group.ecsServices ?? []
  if (service && serves.length > 0 && !serves.some((one) => isOf(one, service))) {
    throw new Failure({
      code: 'service-unsupported',
      what: text`The deployment group ${untrusted(name.deploymentGroup)} deploys another service: ${untrusted(serves.map(({ clusterName, serviceName }) => `${clusterName}/${serviceName}`).join(', '))}`,
      fix: text`Set ${setting('codedeploy-deployment-group')} to the group of ${untrusted(service.serviceName ?? '')}.`,
    })
  }
  return group
}

/** By both names: services of several clusters may have the same one. */
function isOf(
  { clusterName, serviceName }: NonNullable<DeploymentGroup['ecsServices']>[number],
  service: Service,
): boolean {
  const isInCluster = clusterName === undefined || resourceName(clusterName) === resourceName(service.clusterArn ?? '')
  return isInCluster && serviceName === service.serviceName
}

/** The failure for a group that does not exist. `more`: what else was searched. */
export function groupMissing({ application, deploymentGroup }: GroupName, more: Text = []): Failure {
  return new Failure({
    code: 'service-unsupported',
    what: text`CodeDeploy has no deployment group ${untrusted(deploymentGroup)} in an application ${untrusted(application)}${more.length > 0 ? text`, ${more}` : []}`,
    why: text`the deployment controller CODE_DEPLOY requires a deployment group`,
    fix: text`Correct ${setting('codedeploy-application')} and ${setting('codedeploy-deployment-group')}.`,
  })
}

/** A request to the group that was found, by the AppSpec that was found, if there is one. */
export function withGroup<Request extends Pick<ServiceRequest, 'codeDeploy'>>(
  request: Request,
  found: GroupName & Pick<CodeDeployRequest, 'appSpec'>,
): Request {
  return { ...request, codeDeploy: { ...request.codeDeploy, ...found } }
}
