import { resourceName } from '../../../arn.ts'
import { unlessDenied } from '../../../deployment/optional-permission.ts'
import { Failure } from '../../../failure.ts'
import type { CodeDeploy, DeploymentGroup, Service } from '../../../ports.ts'
import { setting, type Text, text, untrusted } from '../../../text.ts'
import type { EcsContext } from '../request/ecs-context.ts'
import type { CodeDeployRequest, ServiceRequest } from '../request/service-request.ts'
import { groupMissing } from './deployment-group.ts'
import { type GroupName, groupNameOf } from './group-name.ts'

/** An existing group, with its active deployment. */
export interface Located {
  readonly name: GroupName
  /** Ids of its active deployments; undefined where they may not be listed. */
  readonly active: readonly string[] | undefined
}

/** A service, and the settings that name its group. */
export type GroupWish = Pick<ServiceRequest, 'cluster' | 'service' | 'codeDeploy'>

/**
 * The deployment group of a service: the one that the inputs name, or that has the name that the ECS console gives, or the only
 * one of all that deploys this service. Listing its deployments proves that it exists, which saves a call. Throws
 * `service-unsupported` when it is missing, or when there are several candidates.
 */
export async function locateGroup(
  request: GroupWish,
  service: Service,
  context: Pick<EcsContext, 'codeDeploy'>,
  onDenied: () => void,
): Promise<Located> {
  const { codeDeploy } = context
  const usual = groupNameOf(request)
  const list = ({ application, deploymentGroup }: GroupName) =>
    unlessDenied(codeDeploy.listActiveDeployments(application, deploymentGroup), onDenied)
  try {
    const active = await list(usual)
    if (active) return { name: usual, active }
    if (await isThere(usual, context)) return { name: usual, active: undefined }
  } catch (error) {
    if (!(error instanceof Failure) || error.parts.code !== 'aws-rejected' || (await isThere(usual, context)))
      throw error
  }
  const name = nameOf(await searchGroup(request, service, codeDeploy))
  return { name, active: await list(name) }
}

async function isThere({ application, deploymentGroup }: GroupName, { codeDeploy }: Pick<EcsContext, 'codeDeploy'>) {
  return (await codeDeploy.describeDeploymentGroup(application, deploymentGroup)) !== undefined
}

/**
 * The only group of all that deploys the service, as far as the wish leaves open which one. Throws `service-unsupported`
 * when it leaves nothing open, when there is none, or when there are several.
 */
export async function searchGroup(
  wish: GroupWish,
  { clusterArn, serviceName }: Service,
  codeDeploy: Pick<CodeDeploy, 'findDeploymentGroups'>,
): Promise<DeploymentGroup> {
  const { cluster, service, codeDeploy: given } = wish
  const usual = groupNameOf(wish)
  if (given.application !== undefined && given.deploymentGroup !== undefined) throw groupMissing(usual)
  const names = [resourceName(clusterArn ?? cluster), serviceName ?? resourceName(service)] as const
  const { groups, isComplete } = await codeDeploy.findDeploymentGroups(...names, given.application)
  const isWished = ({ deploymentGroupName }: DeploymentGroup) =>
    given.deploymentGroup === undefined || given.deploymentGroup === deploymentGroupName
  const found = groups.filter(isWished)
  const [only, ...others] = found
  if (only === undefined) throw groupMissing(usual, noneOf(names, given, isComplete))
  if (others.length === 0) return only
  const list = found
    .map(nameOf)
    .map(({ application, deploymentGroup }) => `${deploymentGroup} (application ${application})`)
  throw new Failure({
    code: 'service-unsupported',
    what: text`Several CodeDeploy deployment groups deploy the service ${untrusted(names[1])}`,
    why: text`found ${untrusted(list.sort().join(', '))}`,
    fix: text`Set ${setting('codedeploy-application')} and ${setting('codedeploy-deployment-group')} to one of them. Nothing has been changed.`,
  })
}

function nameOf({ applicationName = '', deploymentGroupName = '' }: DeploymentGroup): GroupName {
  return { application: applicationName, deploymentGroup: deploymentGroupName }
}

function noneOf(
  [cluster, service]: readonly [string, string],
  { application, deploymentGroup }: CodeDeployRequest,
  isComplete: boolean,
): Text {
  const which = deploymentGroup ? ' of that name' : application ? ' of that application' : ''
  const how = isComplete ? '' : ' (of the first 200 applications, which were searched)'
  return text`and no other group${which}${how} deploys ${untrusted(`${cluster}/${service}`)}`
}
