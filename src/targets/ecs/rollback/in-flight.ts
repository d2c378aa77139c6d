import { persistently } from '../../../deployment/agreement.ts'
import { unlessDenied } from '../../../deployment/optional-permission.ts'
import type { Service, ServiceDeployment } from '../../../ports.ts'
import { resolveRollbackId } from '../codedeploy/resolve-rollback-id.ts'
import { taskDefinitionOf } from '../codedeploy-group/appspec.ts'
import type { GroupName } from '../codedeploy-group/group-name.ts'
import { type Located, locateGroup } from '../codedeploy-group/group-search.ts'
import { readService } from '../facts/read-service.ts'
import { standingOf } from '../facts/service-deployment.ts'
import { engineOf, primary, requireService, runningTaskDefinition } from '../facts/service-facts.ts'
import type { EcsContext } from '../request/ecs-context.ts'
import type { ServiceRequest } from '../request/service-request.ts'
import type { Own } from '../watch/deployment-reading.ts'
import { ownBeside, slack } from '../watch/find-service-deployment.ts'

/** A deployment of the service that is in flight. */
export type Moving = {
  readonly service: Service
  /** ARN of the revision that it deploys, where that is known. */
  readonly taskDefinition: string | undefined
  /** ARN of the revision that it would leave. */
  readonly from: string | undefined
  /** It is rolling back already. */
  readonly isReturning: boolean
} & (
  | { readonly engine: 'ecs-rolling'; readonly arn: string; readonly own: Own }
  | { readonly engine: 'codedeploy'; readonly id: string; readonly group: GroupName }
)

/** The deployment in flight, of any origin. Throws what reading the service throws. */
export async function findMoving(request: ServiceRequest, context: EcsContext): Promise<Moving | undefined> {
  const { service: name } = request
  const service = await requireService(await readService(context, request), request, context.ecs)
  return engineOf(service, name) === 'codedeploy'
    ? await movingByCodeDeploy(service, await locateGroup(request, service, context, () => undefined), context)
    : await movingByEcs(service, request, context)
}

async function movingByEcs(first: Service, request: ServiceRequest, context: EcsContext): Promise<Moving | undefined> {
  const deployment = await unfinishedOf(first, request, context)
  const { serviceDeploymentArn: arn, targetServiceRevision: target, sourceServiceRevisions: sources } = deployment ?? {}
  if (deployment === undefined || arn === undefined) return undefined
  // The service may have been read before the deployment began.
  const service = isInMotion(first) ? first : ((await readService(context, request, isInMotion)) ?? first)
  const { ecs } = context
  const taskDefinition = target?.arn && (await ecs.taskDefinitionOfRevision(target.arn))
  const source = sources?.[0]?.arn
  return {
    engine: 'ecs-rolling',
    service,
    arn,
    own: ownBeside(deployment, taskDefinition ?? '', service),
    taskDefinition,
    from: source && (await ecs.taskDefinitionOfRevision(source)),
    isReturning: standingOf(deployment) === 'rolling-back',
  }
}

function isInMotion(service: Service | undefined): boolean {
  return service !== undefined && primary(service)?.rolloutState === 'IN_PROGRESS'
}

/** The service deployment that has not ended. Where the service is in motion, it is read several times. */
async function unfinishedOf(
  service: Service,
  { cluster, service: name }: ServiceRequest,
  context: EcsContext,
): Promise<ServiceDeployment | undefined> {
  const { ecs } = context
  const { createdAt } = primary(service) ?? {}
  const since = createdAt && new Date(createdAt.getTime() - slack)
  const listed = async () => (await ecs.listServiceDeployments(cluster, name, since)).find(isUnfinished)
  if (!isInMotion(service)) return await unlessDenied(listed(), () => undefined)
  const { currentServiceDeployment: arn } = service
  return await persistently(context, async () => {
    const current = (await listed()) ?? (arn ? await ecs.describeServiceDeployment(arn) : undefined)
    return current && isUnfinished(current) ? current : undefined
  })
}

function isUnfinished(deployment: ServiceDeployment): boolean {
  const standing = standingOf(deployment)
  return standing === 'running' || standing === 'rolling-back'
}

async function movingByCodeDeploy(
  service: Service,
  { name: group, active: ids }: Located,
  { codeDeploy }: EcsContext,
): Promise<Moving | undefined> {
  const [active] = ids ?? []
  if (active === undefined) return undefined
  const { id, deployment, rollbackId } = await resolveRollbackId(active, codeDeploy)
  const taskDefinition = taskDefinitionOf(deployment.revision)
  const running = runningTaskDefinition(service)
  return {
    engine: 'codedeploy',
    service,
    id,
    group,
    taskDefinition,
    from: taskDefinitionOf(deployment.previousRevision) ?? (running === taskDefinition ? undefined : running),
    isReturning: rollbackId !== undefined,
  }
}
