import { Failure } from '../../../failure.ts'
import type { Ecs, Service } from '../../../ports.ts'
import { type Text, text, untrusted } from '../../../text.ts'

/** The engine of a deployment, by the service's `deploymentController` and `strategy`. */
export type Engine = 'ecs-rolling' | 'codedeploy'

/**
 * The engine of a service, by its deployment controller. ECS's own blue/green, linear and canary strategies run through the same
 * update and the same service deployment as rolling ones (DescribeServiceDeployments), so one engine watches all four. Throws
 * `service-unsupported`.
 */
export function engineOf(service: Service, name: string): Engine {
  if (service.status === 'DRAINING') {
    throw unsupported(
      text`The service ${untrusted(name)} is being deleted: its status is DRAINING`,
      text`Wait until its status is INACTIVE, create it again, and run this job again.`,
    )
  }
  const controller = service.deploymentController?.type ?? 'ECS'
  if (controller === 'ECS') return 'ecs-rolling'
  if (controller === 'CODE_DEPLOY') return 'codedeploy'
  throw unsupported(
    text`The service ${untrusted(name)} has the deployment controller ${untrusted(controller)}, which Slipway does not support`,
    text`Use the deployment controller ECS (rolling, blue/green, linear and canary) or CODE_DEPLOY.`,
  )
}

/** Throws `service-not-found` for a service that is not there, or not any more. */
export async function requireService(
  service: Service | undefined,
  where: { readonly cluster: string; readonly service: string },
  ecs: Pick<Ecs, 'explainMissingService'>,
): Promise<Service> {
  if (service !== undefined && service.status !== 'INACTIVE') return service
  throw await ecs.explainMissingService(where.cluster, where.service, service ? 'INACTIVE' : 'MISSING')
}

function unsupported(what: Text, fix: Text): Failure {
  return new Failure({ code: 'service-unsupported', what, fix })
}

/** True where fewer tasks run than are wanted. */
export function lacksTasks({ desiredCount = 0, runningCount = 0 }: Service): boolean {
  return runningCount < desiredCount
}

/** True for a service that is being deleted, or was: its deployments and task sets may still be listed. */
export function isDeleted({ status = '' }: Service): boolean {
  return /^(DRAINING|INACTIVE)$/.test(status)
}

/** The deployment that a service wants to be at, by ECS's own word. */
export function primary(service: Service) {
  return service.deployments?.find(({ status }) => status === 'PRIMARY')
}

/** What a service wants to run: ARN. With CodeDeploy, the task set that has the traffic decides. */
export function runningTaskDefinition(service: Service): string | undefined {
  const taskSet = service.taskSets?.find(({ status }) => status === 'PRIMARY')
  return taskSet?.taskDefinition ?? primary(service)?.taskDefinition ?? service.taskDefinition
}

/** The live revision until a new deployment is complete: the newest complete one, or the one being deployed. */
export function previousTaskDefinition(service: Service): string | undefined {
  const complete = service.deployments?.find(({ rolloutState }) => rolloutState === 'COMPLETED')
  return complete?.taskDefinition ?? runningTaskDefinition(service)
}

/**
 * False for a read that contradicts itself, as none of an active service does for long: its PRIMARY deployment is of the
 * task definition that the service names (API Service, `taskDefinition`); with CodeDeploy one task set is PRIMARY.
 */
export function isConsistent(service: Service): boolean {
  const { status = 'ACTIVE', deploymentController: { type = 'ECS' } = {}, taskSets = [], taskDefinition } = service
  if (type === 'CODE_DEPLOY') return taskSets.some((set) => set.status === 'PRIMARY')
  if (type !== 'ECS' || status !== 'ACTIVE') return true
  const current = primary(service)
  return current !== undefined && (taskDefinition === undefined || taskDefinition === current.taskDefinition)
}

/** True when nothing is in motion: one deployment, and it is complete. CodeDeploy's own deployments are not seen here. */
export function isSteady(service: Service): boolean {
  const deployments = service.deployments ?? []
  return (
    deployments.length <= 1 && deployments.every(({ rolloutState }) => (rolloutState ?? 'COMPLETED') === 'COMPLETED')
  )
}

/**
 * The revision to which ECS itself can roll back: the newest complete deployment (ECS developer guide, "deployment circuit
 * breaker"). A service that never completed one has none, and its failed deployment stalls instead.
 */
export function hasRollbackTarget(service: Service): boolean {
  return (service.deployments ?? []).some(({ rolloutState }) => rolloutState === 'COMPLETED')
}
