/** One deployment of a service: its entry in `deployments`, its service revision and its tasks. */
import type { LoadBalancer, TaskDefinition } from '@aws-sdk/client-ecs'
import { createRevision } from './service-revisions.ts'
import { type EcsState, now, type RolloutRecord, type ServiceDeploymentRecord, type ServiceRecord } from './state.ts'
import { startTaskGroup } from './task-groups.ts'

/** Without tasks yet: the scheduler scales it. `onChange` is called after every change of a count. */
export function createRollout(
  ecs: EcsState,
  service: ServiceRecord,
  definition: TaskDefinition,
  id: string,
  loadBalancers: readonly LoadBalancer[],
  onChange: () => void,
): RolloutRecord {
  return {
    loadBalancers,
    deployment: {
      id,
      status: 'PRIMARY',
      taskDefinition: definition.taskDefinitionArn,
      createdAt: now(ecs),
      updatedAt: now(ecs),
      rolloutState: 'IN_PROGRESS',
      rolloutStateReason: `ECS deployment ${id} in progress.`,
      ...configurationOf(service),
    },
    serviceRevisionArn: createRevision(ecs, service, definition, loadBalancers),
    group: startTaskGroup(ecs, {
      clusterArn: service.clusterArn,
      serviceName: service.serviceName,
      taskDefinitionArn: definition.taskDefinitionArn ?? '',
      startedBy: id,
      desired: 0,
      loadBalancers: loadBalancers.map(forTasks),
      onChange,
    }),
  }
}

const forTasks = ({ targetGroupArn, containerName, containerPort }: LoadBalancer) => ({
  ...(targetGroupArn !== undefined && { targetGroupArn }),
  ...(containerName !== undefined && { containerName }),
  ...(containerPort !== undefined && { containerPort }),
})

/** Members that a deployment shows and its service does not. */
function configurationOf({ settings }: ServiceRecord) {
  const { volumeConfigurations, serviceConnectConfiguration, vpcLatticeConfigurations } = settings
  return {
    ...(volumeConfigurations && { volumeConfigurations }),
    ...(serviceConnectConfiguration && { serviceConnectConfiguration }),
    ...(vpcLatticeConfigurations && { vpcLatticeConfigurations }),
  }
}

/** All others become ACTIVE and start no more tasks. */
export function makePrimary(ecs: EcsState, service: ServiceRecord, rollout: RolloutRecord): void {
  for (const other of service.rollouts) {
    if (other === rollout) continue
    other.deployment.status = 'ACTIVE'
    other.deployment.updatedAt = now(ecs)
    other.group.freeze()
  }
  service.rollouts = [rollout, ...service.rollouts.filter((other) => other !== rollout)]
  rollout.deployment.status = 'PRIMARY'
  service.taskDefinition = rollout.deployment.taskDefinition ?? ''
  rollout.group.thaw()
}

export const supersededReason = 'Service deployment stopped because a newer service deployment was started.'

/** The service deployment is over, be it as it may; its tasks stay as they are. */
export function endDeployment(
  ecs: EcsState,
  { view }: ServiceDeploymentRecord,
  status: 'SUCCESSFUL' | 'STOPPED' | 'ROLLBACK_SUCCESSFUL' | 'ROLLBACK_FAILED',
  reason?: string,
): void {
  const time = { finishedAt: now(ecs), updatedAt: now(ecs), ...(status === 'STOPPED' && { stoppedAt: now(ecs) }) }
  Object.assign(view, { status, ...time, ...(reason && { statusReason: reason }) })
  if (view.deploymentCircuitBreaker?.status === 'MONITORING')
    view.deploymentCircuitBreaker.status = 'MONITORING_COMPLETE'
  if (view.alarms?.status === 'MONITORING') view.alarms.status = 'MONITORING_COMPLETE'
}
