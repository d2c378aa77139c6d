/** Task sets: what AWS CodeDeploy makes of a service, one per revision. */
import type { DescribeTaskSetsRequest, TaskSet } from '@aws-sdk/client-ecs'
import { AwsError, type Handlers, type TaskSetRecord, type TaskSetTarget } from '../contract.ts'
import { arn, deploymentId, nameOf } from '../identifiers.ts'
import { findActiveService } from './find-service.ts'
import { beginChange } from './former.ts'
import { type EcsState, here, invalidParameter, type ServiceRecord } from './state.ts'
import { activeDefinition } from './task-definitions.ts'
import { startTaskGroup } from './task-groups.ts'

export function createTaskSet(
  ecs: EcsState,
  service: ServiceRecord,
  options: {
    externalId?: string
    taskDefinitionArn: string
    targetGroupArn: string
    target?: TaskSetTarget
    desired: number
  },
): TaskSetRecord {
  if (service.deploymentControllerType === 'ECS')
    throw invalidParameter('The service must use the EXTERNAL or CODE_DEPLOY deployment controller.')
  const definition = activeDefinition(ecs, options.taskDefinitionArn)
  if (!here(ecs).elbv2.targetGroup(options.targetGroupArn))
    throw invalidParameter(`The target group ${options.targetGroupArn} does not exist.`)
  const id = deploymentId(ecs.world)
  const taskSet: TaskSetRecord = {
    id,
    taskSetArn: arn(
      'ecs',
      ecs.region,
      ecs.world.accountId,
      `task-set/${nameOf(service.clusterArn)}/${service.serviceName}/${id}`,
    ),
    ...(options.externalId !== undefined && { externalId: options.externalId }),
    taskDefinitionArn: definition.taskDefinitionArn ?? '',
    targetGroupArn: options.targetGroupArn,
    ...(options.target && { target: options.target }),
    group: startTaskGroup(ecs, {
      clusterArn: service.clusterArn,
      serviceName: service.serviceName,
      taskDefinitionArn: definition.taskDefinitionArn ?? '',
      startedBy: id,
      desired: options.desired,
      loadBalancers: balancersOf(service, options),
      taskSet: id,
      onChange: () => tellSteady(service),
    }),
    status: 'ACTIVE',
    createdAt: ecs.world.clock.now(),
  }
  service.taskSets.push(taskSet)
  return taskSet
}

/** The load balancers of a service as a task set has them. */
export function balancersOf(
  { loadBalancers }: Pick<ServiceRecord, 'loadBalancers'>,
  { targetGroupArn, target }: Pick<TaskSetRecord, 'targetGroupArn' | 'target'>,
) {
  return loadBalancers.map((balancer) => ({ ...balancer, ...target, targetGroupArn }))
}

/** Told once per steady state: again only after something else has happened. */
function tellSteady(service: ServiceRecord): void {
  const isSteady = service.taskSets.every(
    ({ group, status }) => status !== 'DRAINING' && group.healthy === group.desired && group.pending === 0,
  )
  const message = `(service ${service.serviceName}) has reached a steady state.`
  if (isSteady && service.events[0]?.message !== message) service.addEvent(message)
}

export function deleteTaskSet(service: ServiceRecord, taskSet: TaskSetRecord): void {
  taskSet.status = 'DRAINING'
  taskSet.group.scaleTo(0)
  service.taskSets.splice(service.taskSets.indexOf(taskSet), 1)
}

export function setPrimary(ecs: EcsState, service: ServiceRecord, taskSet: TaskSetRecord): void {
  beginChange(ecs, service)
  for (const other of service.taskSets) if (other.status === 'PRIMARY') other.status = 'ACTIVE'
  taskSet.status = 'PRIMARY'
  service.taskDefinition = taskSet.taskDefinitionArn
  service.loadBalancers = service.loadBalancers.map((balancer) => ({
    ...balancer,
    targetGroupArn: taskSet.targetGroupArn,
  }))
}

export function describeTaskSet(service: ServiceRecord, { group, ...taskSet }: TaskSetRecord): TaskSet {
  const isSteady = group.healthy === group.desired && group.pending === 0
  const { launchType, networkConfiguration } = service.settings
  return {
    id: taskSet.id,
    taskSetArn: taskSet.taskSetArn,
    serviceArn: service.serviceArn,
    clusterArn: service.clusterArn,
    startedBy: 'CODE_DEPLOY',
    ...(taskSet.externalId !== undefined && { externalId: taskSet.externalId }),
    status: taskSet.status,
    taskDefinition: taskSet.taskDefinitionArn,
    computedDesiredCount: group.desired,
    pendingCount: group.pending,
    runningCount: group.running,
    createdAt: new Date(taskSet.createdAt),
    updatedAt: new Date(taskSet.createdAt),
    ...(launchType && { launchType }),
    platformVersion: '1.4.0',
    platformFamily: 'Linux',
    ...(networkConfiguration && { networkConfiguration }),
    loadBalancers: balancersOf(service, taskSet),
    serviceRegistries: [],
    scale: { value: 100, unit: 'PERCENT' },
    stabilityStatus: isSteady ? 'STEADY_STATE' : 'STABILIZING',
    stabilityStatusAt: new Date(taskSet.createdAt),
    tags: [],
  }
}

export const taskSetHandlers = (ecs: EcsState): Handlers => ({
  DescribeTaskSets: (input: DescribeTaskSetsRequest) => {
    const service = findActiveService(ecs, input.cluster, input.service ?? '')
    if (service.deploymentControllerType === 'ECS')
      throw new AwsError(
        'InvalidParameterException',
        'Amazon ECS only supports task sets for services with the EXTERNAL or CODE_DEPLOY deployment controller.',
      )
    const wanted = input.taskSets?.map(nameOf)
    const isWanted = ({ id }: TaskSetRecord) => wanted?.includes(nameOf(id)) ?? true
    const missing = (input.taskSets ?? []).filter(
      (reference) => !service.taskSets.some(({ id }) => nameOf(id) === nameOf(reference)),
    )
    return {
      taskSets: service.taskSets.filter(isWanted).map((taskSet) => describeTaskSet(service, taskSet)),
      failures: missing.map((reference) => ({ arn: reference, reason: 'MISSING' })),
    }
  },
})
