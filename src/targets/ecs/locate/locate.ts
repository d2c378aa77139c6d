import { arnBeside, placeOf, resourceName, withoutAccount } from '../../../arn.ts'
import { deadlineIn } from '../../../clock.ts'
import { persistently } from '../../../deployment/agreement.ts'
import { unlessDenied } from '../../../deployment/optional-permission.ts'
import { startPace } from '../../../deployment/pace.ts'
import { forPreparation, readAfterEnd } from '../../../deployment/time-limits.ts'
import { Failure } from '../../../failure.ts'
import type { CodeDeployDeployment, DeploymentGroup, Service, ServiceDeployment } from '../../../ports.ts'
import { setting, type Text, text, untrusted } from '../../../text.ts'
import { resolveRollbackId } from '../codedeploy/resolve-rollback-id.ts'
import { taskDefinitionOf } from '../codedeploy-group/appspec.ts'
import { isSound, readService } from '../facts/read-service.ts'
import { requireService, runningTaskDefinition } from '../facts/service-facts.ts'
import type { EcsContext } from '../request/ecs-context.ts'
import type { ServiceRequest } from '../request/service-request.ts'
import { type Own, ownOf } from '../watch/deployment-reading.ts'
import { findServiceDeployment, ownBeside } from '../watch/find-service-deployment.ts'

/** The longest that a hook waits. Milliseconds. */
const longestPause = 14 * 24 * 3_600_000

/** A deployment that runs, or ran, without us. */
export type Located = {
  readonly service: Service
  /** The id in reports: `service-deployment/…`, CodeDeploy's `d-…`, or `ecs-svc/…` of a task set. */
  readonly id: string
  readonly taskDefinition: string
  readonly previous: string | undefined
  readonly startedAt: Date | undefined
} & (
  | {
      readonly kind: 'service-deployment'
      readonly engine: 'ecs-rolling'
      readonly arn: string
      readonly own: Own
      readonly deployment: ServiceDeployment
    }
  | {
      readonly kind: 'codedeploy'
      readonly engine: 'codedeploy'
      readonly deployment: CodeDeployDeployment
      /** Id of its rollback, where it was found by that. */
      readonly rollbackId: string | undefined
      readonly group: DeploymentGroup | undefined
    }
  /** The first task set of a service that CodeDeploy deploys: ECS made it with the service, and no deployment did. */
  | { readonly kind: 'task-set'; readonly engine: 'codedeploy' }
)

/**
 * Finds a deployment of the service: `d-…`, `ecs-svc/…` of a deployment or a task set, or a service deployment with or
 * without its account. Throws `deployment-not-found`.
 */
export async function locate(id: string, request: ServiceRequest, context: EcsContext): Promise<Located> {
  // The first read may not contain a deployment that has just started.
  const isShown = (seen: Service | undefined) =>
    isSound(seen) && (!id.startsWith('ecs-svc/') || deploymentsOf(seen).some((one) => one.id === id))
  const hurried = forPreparation(context, request)
  const read = await readService(hurried, request, isShown)
  const service = await requireService(read, request, hurried.ecs)
  const set = service.taskSets?.find((candidate) => candidate.id === id)
  const deploymentId = set?.externalId ?? id
  if (deploymentId.startsWith('d-')) return await locateCodeDeploy(deploymentId, service, request, context)
  const { taskDefinition, createdAt: startedAt } = set ?? {}
  // Once a deployment has taken its place, it is over with the first one.
  if (taskDefinition !== undefined && set?.status === 'PRIMARY')
    return { kind: 'task-set', engine: 'codedeploy', service, id, taskDefinition, previous: undefined, startedAt }
  const arn = id.startsWith('ecs-svc/')
    ? await findArn(id, service, request, context)
    : arnBeside(id, service.serviceArn ?? '')
  return await locateEcs(arn, service, request, context)
}

function deploymentsOf({ deployments = [], taskSets = [] }: Service = {}) {
  return [...deployments, ...taskSets]
}

async function findArn(id: string, service: Service, request: ServiceRequest, context: EcsContext): Promise<string> {
  const ours = service.deployments?.find((deployment) => deployment.id === id)
  const { taskDefinition } = ours ?? {}
  if (ours === undefined || taskDefinition === undefined)
    throw notFound(id, service, await whatBecame(request, context))
  const rollout = { request, context, service, taskDefinition, previousTaskDefinition: undefined }
  const own = ownOf(ours)
  const pace = startPace(context.clock, request.longestGap)
  const deadline = deadlineIn(context.clock, request.waitMinutes * 60_000)
  const found = await findServiceDeployment({ rollout, updated: service, own, deadline, pace })
  if (found?.serviceDeploymentArn === undefined)
    throw notFound(
      id,
      service,
      text`ecs:ListServiceDeployments does not return it; ECS keeps service deployments for 90 days`,
    )
  return found.serviceDeploymentArn
}

/** ECS forgets the id of a deployment that has ended badly. What the newest service deployment says may explain that. */
async function whatBecame({ cluster, service }: ServiceRequest, context: EcsContext): Promise<Text> {
  const since = new Date(context.clock.now() - longestPause)
  const [newest] = (await readAfterEnd(context, ({ ecs }) => ecs.listServiceDeployments(cluster, service, since))) ?? []
  const gone = text`the service no longer lists it`
  if (newest === undefined) return gone
  const reason = newest.statusReason ? text`: ${untrusted(newest.statusReason)}` : ''
  return text`${gone}; its newest service deployment is ${untrusted(newest.status ?? '')}${reason}`
}

async function locateEcs(
  arn: string,
  service: Service,
  request: ServiceRequest,
  context: EcsContext,
): Promise<Located> {
  const preparing = forPreparation(context, request)
  const { ecs } = preparing
  const deployment = await persistently(preparing, () => ecs.describeServiceDeployment(arn))
  const target = deployment?.targetServiceRevision?.arn
  const taskDefinition = target && (await ecs.taskDefinitionOfRevision(target))
  if (!deployment || !taskDefinition)
    throw notFound(
      arn,
      service,
      text`ecs:DescribeServiceDeployments does not return it; ECS keeps service deployments for 90 days`,
    )
  if (deployment.serviceArn !== service.serviceArn)
    throw notFound(arn, service, text`it is of the service ${untrusted(resourceName(deployment.serviceArn ?? ''))}`)
  const [source] = deployment.sourceServiceRevisions ?? []
  const previous = source?.arn === undefined ? undefined : await ecs.taskDefinitionOfRevision(source.arn)
  const own = ownBeside(deployment, taskDefinition, service)
  const id = withoutAccount(arn)
  const kind = 'service-deployment'
  const startedAt = deployment.createdAt
  return { kind, engine: 'ecs-rolling', service, id, taskDefinition, previous, startedAt, arn, own, deployment }
}

async function locateCodeDeploy(
  given: string,
  service: Service,
  request: ServiceRequest,
  context: EcsContext,
): Promise<Located> {
  const { codeDeploy } = forPreparation(context, request)
  const { id, deployment, rollbackId } = await resolveRollbackId(given, codeDeploy)
  const taskDefinition = taskDefinitionOf(deployment.revision)
  if (taskDefinition === undefined)
    throw notFound(
      id,
      service,
      text`it has no AppSpec for Amazon ECS, or the credentials are not authorized to perform codedeploy:GetApplicationRevision`,
    )
  const { applicationName = '', deploymentGroupName = '' } = deployment
  const group = await unlessDenied(
    codeDeploy.describeDeploymentGroup(applicationName, deploymentGroupName),
    () => undefined,
  )
  const serves = group?.ecsServices ?? []
  if (serves.length > 0 && !serves.some(({ serviceName }) => serviceName === service.serviceName))
    throw notFound(
      id,
      service,
      text`it is of the service ${untrusted(serves.map(({ serviceName }) => serviceName).join(', '))}`,
    )
  // A group's first deployment has no previous revision; until its old tasks are ended, their set names it.
  const beside = [runningTaskDefinition(service), ...(service.taskSets ?? []).map((set) => set.taskDefinition)]
  const previous = taskDefinitionOf(deployment.previousRevision) ?? beside.find((arn) => arn !== taskDefinition)
  const kind = 'codedeploy'
  const startedAt = deployment.createTime
  return { kind, engine: kind, service, id, taskDefinition, previous, startedAt, deployment, group, rollbackId }
}

function notFound(id: string, { serviceName = '', serviceArn = '' }: Service, why: Text): Failure {
  return new Failure({
    code: 'deployment-not-found',
    what: text`The service ${untrusted(serviceName)} (${untrusted(placeOf(serviceArn))}) has no deployment ${untrusted(id)}`,
    why,
    fix: text`Correct ${setting('deployment-id')}, or check that ${setting('cluster')}, ${setting('service')} and ${setting('aws-region')} are those of that deployment.`,
  })
}
