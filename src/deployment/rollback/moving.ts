import type { EcsDeployment, Service, ServiceDeployment } from '../../ports.ts'
import { taskDefinitionOf } from '../codedeploy/appspec.ts'
import type { GroupName } from '../codedeploy/group.ts'
import { type Located, locateGroup } from '../codedeploy/group-search.ts'
import { deploymentMeant } from '../codedeploy/meant.ts'
import { standingOf } from '../ecs/service-deployment.ts'
import { engineOf, primary, requireService, runningTaskDefinition } from '../engine.ts'
import type { DeployRequest, Journey } from '../journey.ts'

/** A deployment of the service that is in flight. */
export type Moving = {
  readonly service: Service
  /** ARN of the revision that it deploys, where that is known. */
  readonly taskDefinition: string | undefined
  /** ARN of the revision that it would leave. */
  readonly from: string | undefined
  /** It goes back already. */
  readonly isReturning: boolean
} & (
  | { readonly engine: 'ecs-rolling'; readonly arn: string; readonly ours: EcsDeployment | undefined }
  | { readonly engine: 'codedeploy'; readonly id: string; readonly group: GroupName }
)

/** The service deployment is made in the same moment as the ECS deployment; their times may differ a little. */
const slack = 5_000

/** The deployment that is in flight, whoever began it. Throws what reading the service throws. */
export async function findMoving(request: DeployRequest, journey: Journey): Promise<Moving | undefined> {
  const { cluster, service: name } = request
  const service = await requireService(await journey.ecs.describeService(cluster, name), request, journey.ecs)
  return engineOf(service, name) === 'codedeploy'
    ? await movingByCodeDeploy(service, await locateGroup(request, service, journey, () => undefined), journey)
    : await movingByEcs(service, request, journey)
}

async function movingByEcs(service: Service, request: DeployRequest, { ecs }: Journey): Promise<Moving | undefined> {
  const ours = primary(service)
  if (ours?.rolloutState !== 'IN_PROGRESS') return undefined
  const since = new Date((ours.createdAt?.getTime() ?? 0) - slack)
  const listed = await ecs.listServiceDeployments(request.cluster, request.service, since)
  const named = service.currentServiceDeployment
  const deployment = listed.find(isUnfinished) ?? (named ? await ecs.describeServiceDeployment(named) : undefined)
  const arn = deployment?.serviceDeploymentArn
  if (!deployment || arn === undefined || !isUnfinished(deployment)) return undefined
  const [target, source] = [deployment.targetServiceRevision?.arn, deployment.sourceServiceRevisions?.[0]?.arn]
  return {
    engine: 'ecs-rolling',
    service,
    arn,
    ours,
    taskDefinition: target && (await ecs.taskDefinitionOfRevision(target)),
    from: source && (await ecs.taskDefinitionOfRevision(source)),
    isReturning: standingOf(deployment) === 'rolling-back',
  }
}

function isUnfinished(deployment: ServiceDeployment): boolean {
  const standing = standingOf(deployment)
  return standing === 'running' || standing === 'rolling-back'
}

async function movingByCodeDeploy(
  service: Service,
  { name: group, active: ids }: Located,
  { codeDeploy }: Journey,
): Promise<Moving | undefined> {
  const [active] = ids ?? []
  if (active === undefined) return undefined
  const { id, deployment, rollbackId } = await deploymentMeant(active, codeDeploy)
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
