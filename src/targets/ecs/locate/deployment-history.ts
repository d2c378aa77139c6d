import { arnBeside, parseArn, resourceName, withoutAccount } from '../../../arn.ts'
import { persistently } from '../../../deployment/agreement.ts'
import { unlessDenied } from '../../../deployment/optional-permission.ts'
import type { Outcome } from '../../../deployment/verdict.ts'
import { Failure, failureInOneLine } from '../../../failure.ts'
import type { CodeDeploy, CodeDeployDeployment, ServiceDeployment } from '../../../ports.ts'
import { setting, type Text, text, untrusted } from '../../../text.ts'
import { resolveRollbackId } from '../codedeploy/resolve-rollback-id.ts'
import { taskDefinitionOf } from '../codedeploy-group/appspec.ts'
import { locateGroup } from '../codedeploy-group/group-search.ts'
import { codeDeployConsoleUrl, serviceConsoleUrl } from '../facts/console-url.ts'
import { readService } from '../facts/read-service.ts'
import { isTriggered, reasonOf, standingOf, triggeredAlarms } from '../facts/service-deployment.ts'
import { engineOf, primary, requireService } from '../facts/service-facts.ts'
import type { CodeDeployRequest } from '../request/service-request.ts'
import { ownOf } from '../watch/deployment-reading.ts'
import { isMadeWith, slack } from '../watch/find-service-deployment.ts'
import { byService } from './history-by-service.ts'
import type { HistoryPorts, KnownDeployment } from './known-deployment.ts'

/** Where a deployment is looked for. */
export interface Where {
  readonly region: string
  readonly cluster: string
  /** Needed for all but a whole ARN and `d-…`. */
  readonly service: string | undefined
  /** What is said of the deployment group of a service of CodeDeploy. */
  readonly codeDeploy: CodeDeployRequest
}

/**
 * Finds a deployment by the ARN of a service deployment, with or without its account, CodeDeploy's `d-…`, ECS's
 * `ecs-svc/…` (while the service still shows it), or `newest`. Throws `inputs-invalid` when there is none, and what
 * `locateGroup` throws.
 */
export async function findDeployment(id: string, where: Where, ports: HistoryPorts): Promise<KnownDeployment> {
  if (id.startsWith('d-')) return await byCodeDeploy(id, where, ports)
  if (id.startsWith('arn:'))
    return await byEcs(requireFound(await ports.ecs.describeServiceDeployment(id), id, where), where, ports)
  const { cluster, service: name } = where
  if (name === undefined) throw unknown(id, where, text`an id of this form needs the inputs service and cluster`)
  const named = { cluster, service: name }
  const service = await requireService(await readService(ports, named), named, ports.ecs)
  if (id.startsWith('service-deployment/'))
    return await findDeployment(arnBeside(id, service.serviceArn ?? ''), where, ports)
  if (id === 'newest' && engineOf(service, name) === 'codedeploy') {
    const located = await locateGroup({ ...where, service: name }, service, ports, () => undefined)
    const { application, deploymentGroup } = located.name
    const [newest] = await ports.revisions.codeDeployDeployments(application, deploymentGroup)
    return await byCodeDeploy(requireFound(newest?.deploymentId, id, where), where, ports)
  }
  const isNewest = id === 'newest'
  const own = isNewest ? primary(service) : service.deployments?.find((deployment) => deployment.id === id)
  if (own === undefined)
    throw unknown(id, where, text`ecs:DescribeServices returns such an id only while the deployment has tasks`)
  // What is newer than the PRIMARY deployment was rolled back to it.
  const found = await persistently(ports, async () => {
    const since = own.createdAt && new Date(own.createdAt.getTime() - slack)
    const listed = await ports.ecs.listServiceDeployments(cluster, name, since)
    return isNewest ? listed[0] : listed.find(({ createdAt }) => createdAt && isMadeWith(createdAt, ownOf(own)))
  })
  return found ? await byEcs(found, where, ports) : byService(own, service, where)
}

/** CodeDeploy refuses an id that it does not know, or no longer knows. */
async function resolveId(id: string, where: Where, codeDeploy: CodeDeploy): ReturnType<typeof resolveRollbackId> {
  try {
    return await resolveRollbackId(id, codeDeploy)
  } catch (error) {
    if (error instanceof Failure && error.parts.code === 'aws-rejected')
      throw unknown(id, where, failureInOneLine(error.parts))
    throw error
  }
}

function requireFound<T>(found: T | undefined, id: string, where: Where): T {
  if (found === undefined)
    throw unknown(id, where, text`this account has none there; ECS keeps service deployments for 90 days`)
  return found
}

function unknown(id: string, { region }: Where, why: Text): Failure {
  return new Failure({
    code: 'inputs-invalid',
    what: text`The deployment ${untrusted(id)} of ${setting('deployment-id')} was not found in ${untrusted(region)}`,
    why,
    fix: text`Set ${setting('deployment-id')} to the ARN of a service deployment (aws ecs list-service-deployments), to CodeDeploy's d-…, or to newest with service and cluster.`,
  })
}

async function byEcs(
  deployment: ServiceDeployment,
  { region }: Where,
  { ecs }: HistoryPorts,
): Promise<KnownDeployment> {
  const arn = deployment.serviceDeploymentArn ?? ''
  const [, cluster = '', service = ''] = parseArn(arn)?.resource.split('/') ?? []
  const revision = async (of: string | undefined) =>
    of === undefined ? undefined : await unlessDenied(ecs.taskDefinitionOfRevision(of), () => undefined)
  const ended = deployment.finishedAt ?? deployment.stoppedAt
  return {
    engine: 'ecs-rolling',
    id: withoutAccount(arn),
    consoleUrl: serviceConsoleUrl(region, cluster, service),
    cluster,
    service,
    taskDefinition: await revision(deployment.targetServiceRevision?.arn),
    previousTaskDefinition: await revision(
      deployment.rollback?.serviceRevisionArn ?? deployment.sourceServiceRevisions?.[0]?.arn,
    ),
    outcome: outcomeOf(deployment),
    reason: reasonOf(deployment),
    triggeredAlarms: triggeredAlarms(deployment),
    startedAt: deployment.createdAt?.getTime() ?? 0,
    endedAt: ended?.getTime(),
  }
}

function outcomeOf(deployment: ServiceDeployment): Outcome | undefined {
  const standing = standingOf(deployment)
  switch (standing) {
    case 'running':
    case 'rolling-back':
      return undefined
    case 'stopped':
      return isTriggered(deployment) ? 'failed' : 'stopped'
    default:
      return standing
  }
}

async function byCodeDeploy(given: string, where: Where, { codeDeploy }: HistoryPorts): Promise<KnownDeployment> {
  const { id, deployment } = await resolveId(given, where, codeDeploy)
  const { applicationName = '', deploymentGroupName = '', errorInformation, createTime, completeTime } = deployment
  const group = await unlessDenied(
    codeDeploy.describeDeploymentGroup(applicationName, deploymentGroupName),
    () => undefined,
  )
  const [served] = group?.ecsServices ?? []
  const back = deployment.rollbackInfo?.rollbackDeploymentId
  const rollback = back === undefined ? undefined : await codeDeploy.describeDeployment(back)
  return {
    engine: 'codedeploy',
    id,
    consoleUrl: codeDeployConsoleUrl(where.region, id),
    cluster: served?.clusterName ?? resourceName(where.cluster),
    service: served?.serviceName ?? resourceName(where.service ?? ''),
    taskDefinition: taskDefinitionOf(deployment.revision),
    previousTaskDefinition: taskDefinitionOf(rollback?.revision ?? deployment.previousRevision),
    outcome: outcomeOfCodeDeploy(deployment, rollback),
    reason: errorInformation?.message ? untrusted(errorInformation.message) : undefined,
    startedAt: createTime?.getTime() ?? 0,
    endedAt: (rollback?.completeTime ?? completeTime)?.getTime(),
  }
}

function outcomeOfCodeDeploy(
  { status, errorInformation }: CodeDeployDeployment,
  rollback: CodeDeployDeployment | undefined,
): Outcome | undefined {
  if (status === 'Succeeded') return 'succeeded'
  if (status !== 'Failed' && status !== 'Stopped') return undefined
  if (rollback?.status === 'Succeeded') return 'rolled-back'
  if (rollback) return rollback.status === 'Failed' || rollback.status === 'Stopped' ? 'rollback-failed' : undefined
  const code = errorInformation?.code
  return status === 'Stopped' && (code === undefined || code === 'MANUAL_STOP') ? 'stopped' : 'failed'
}
