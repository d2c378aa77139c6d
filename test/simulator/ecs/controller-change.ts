/** UpdateService may hand a service from AWS CodeDeploy to Amazon ECS and back; what runs stays. */
import { AwsError, type SimulatedService } from '../contract.ts'
import { createScheduler } from './scheduler.ts'
import { createRevision } from './service-revisions.ts'
import { type EcsState, invalidParameter, now, type ServiceRecord, type TaskGroupRecord } from './state.ts'
import { findDefinition } from './task-definitions.ts'
import { balancersOf, createTaskSet, deleteTaskSet, setPrimary } from './task-sets.ts'

type Controller = SimulatedService['deploymentControllerType']

export function changeController(ecs: EcsState, service: ServiceRecord, controller: Controller): void {
  const before = service.deploymentControllerType
  if (controller === before) return
  if (before === 'CODE_DEPLOY' && controller === 'ECS') toEcs(ecs, service)
  else if (before === 'ECS' && controller === 'CODE_DEPLOY') toCodeDeploy(ecs, service)
  else
    throw new AwsError('UnsupportedFeatureException', 'The simulator does not know the EXTERNAL deployment controller.')
}

/** The primary task set becomes the deployment that completed last. */
function toEcs(ecs: EcsState, service: ServiceRecord): void {
  const primary = service.taskSets.find(({ status }) => status === 'PRIMARY')
  const definition = findDefinition(ecs, primary?.taskDefinitionArn ?? '')?.definition
  if (!primary || !definition) throw invalidParameter('The service has no primary task set.')
  for (const other of service.taskSets.filter((taskSet) => taskSet !== primary)) deleteTaskSet(service, other)
  const loadBalancers = balancersOf(service, primary)
  service.completed = {
    deployment: {
      id: primary.id,
      status: 'PRIMARY',
      taskDefinition: primary.taskDefinitionArn,
      createdAt: new Date(primary.createdAt),
      updatedAt: now(ecs),
      rolloutState: 'COMPLETED',
      rolloutStateReason: `ECS deployment ${primary.id} completed.`,
    },
    group: primary.group as TaskGroupRecord,
    serviceRevisionArn: createRevision(ecs, service, definition, loadBalancers),
    loadBalancers,
  }
  service.rollouts = [service.completed]
  service.taskSets.splice(0)
  service.deploymentControllerType = 'ECS'
  service.scheduler = createScheduler(ecs, service)
  wakeFor(ecs, service)
}

/** The tasks of a task set report to no scheduler: it looks at them every second, until they are gone. */
function wakeFor(ecs: EcsState, service: ServiceRecord): void {
  const imported = service.completed
  const look = () => {
    service.scheduler?.wake()
    const isThere = imported !== undefined && service.rollouts.includes(imported)
    if (isThere && service.deploymentControllerType === 'ECS') ecs.world.clock.after(1_000, look)
  }
  ecs.world.clock.after(1_000, look)
}

/** The tasks of the deployment that completed last are replaced by those of a task set. */
function toCodeDeploy(ecs: EcsState, service: ServiceRecord): void {
  const { completed } = service
  if (!completed || service.history[0]?.view.finishedAt === undefined)
    throw invalidParameter('The deployment controller cannot be changed while a deployment is in progress.')
  service.scheduler = undefined
  service.deploymentControllerType = 'CODE_DEPLOY'
  const taskSet = createTaskSet(ecs, service, {
    taskDefinitionArn: completed.deployment.taskDefinition ?? '',
    targetGroupArn: completed.loadBalancers[0]?.targetGroupArn ?? '',
    desired: service.desiredCount,
  })
  setPrimary(ecs, service, taskSet)
  for (const { group } of service.rollouts) group.scaleTo(0)
  service.rollouts = []
}
