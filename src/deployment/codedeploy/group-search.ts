import { resourceName } from '../../arn.ts'
import { Failure } from '../../failure.ts'
import type { DeploymentGroup, Service } from '../../ports.ts'
import { type Text, text, untrusted } from '../../text.ts'
import type { DeployRequest, Journey } from '../journey.ts'
import { unlessDenied } from '../permitted.ts'
import { type GroupName, groupMissing, groupNameOf } from './group.ts'

/** A group that is there, and what it is busy with. */
export interface Located {
  readonly name: GroupName
  /** Ids of its active deployments; undefined where they may not be listed. */
  readonly active: readonly string[] | undefined
}

type Wish = Pick<DeployRequest, 'cluster' | 'service' | 'codeDeploy'>

/**
 * The deployment group of a service: the one that the inputs name, or that has the name that the ECS console gives, or
 * the only one of all that deploys this service. Listing its deployments tells that it is there, so that no call is
 * made for that alone. Throws `service-unsupported` when it is missing, or when several come into question.
 */
export async function locateGroup(
  request: Wish,
  service: Service,
  journey: Pick<Journey, 'codeDeploy'>,
  onDenied: () => void,
): Promise<Located> {
  const { codeDeploy } = journey
  const usual = groupNameOf(request)
  const list = ({ application, deploymentGroup }: GroupName) =>
    unlessDenied(codeDeploy.listActiveDeployments(application, deploymentGroup), onDenied)
  try {
    const active = await list(usual)
    if (active) return { name: usual, active }
    if (await isThere(usual, journey)) return { name: usual, active: undefined }
  } catch (error) {
    if (!(error instanceof Failure) || error.parts.code !== 'aws-rejected' || (await isThere(usual, journey)))
      throw error
  }
  const name = await search(request, usual, service, journey)
  return { name, active: await list(name) }
}

async function isThere({ application, deploymentGroup }: GroupName, { codeDeploy }: Pick<Journey, 'codeDeploy'>) {
  return (await codeDeploy.describeDeploymentGroup(application, deploymentGroup)) !== undefined
}

async function search(
  { cluster, service, codeDeploy: given }: Wish,
  usual: GroupName,
  { clusterArn, serviceName }: Service,
  { codeDeploy }: Pick<Journey, 'codeDeploy'>,
): Promise<GroupName> {
  if (given.application !== undefined && given.deploymentGroup !== undefined) throw groupMissing(usual)
  const names = [resourceName(clusterArn ?? cluster), serviceName ?? resourceName(service)] as const
  const { groups, isComplete } = await codeDeploy.findDeploymentGroups(...names, given.application)
  const found = groups
    .map(nameOf)
    .filter(({ deploymentGroup }) => (given.deploymentGroup ?? deploymentGroup) === deploymentGroup)
  const [only, ...others] = found
  if (only === undefined) throw groupMissing(usual, noneOf(names, isComplete))
  if (others.length === 0) return only
  const list = found.map(({ application, deploymentGroup }) => `${deploymentGroup} (application ${application})`)
  throw new Failure({
    code: 'service-unsupported',
    what: text`Several deployment groups of CodeDeploy deploy the service ${untrusted(names[1])}`,
    why: text`these are ${untrusted(list.sort().join(', '))}`,
    fix: text`Name the right one in the inputs codedeploy-application and codedeploy-deployment-group. Nothing has been changed.`,
  })
}

function nameOf({ applicationName = '', deploymentGroupName = '' }: DeploymentGroup): GroupName {
  return { application: applicationName, deploymentGroup: deploymentGroupName }
}

function noneOf([cluster, service]: readonly [string, string], isComplete: boolean): Text {
  const how = isComplete ? '' : ' of those that were looked through, the first 200 applications,'
  return text`and no other group${how} deploys ${untrusted(`${cluster}/${service}`)}`
}
