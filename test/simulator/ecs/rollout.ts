/** One deployment of a service: its entry in `deployments`, its service revision and its tasks. */
import type { TaskDefinition } from '@aws-sdk/client-ecs'
import { createRevision } from './service-revisions.ts'
import { type EcsState, now, type RolloutRecord, type ServiceRecord } from './state.ts'
import { startTaskGroup } from './task-groups.ts'

/** Without tasks yet: the scheduler scales it. `onChange` is called after every change of a count. */
export function createRollout(
  ecs: EcsState,
  service: ServiceRecord,
  definition: TaskDefinition,
  id: string,
  onChange: () => void,
): RolloutRecord {
  return {
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
    serviceRevisionArn: createRevision(ecs, service, definition),
    group: startTaskGroup(ecs, {
      clusterArn: service.clusterArn,
      serviceName: service.serviceName,
      taskDefinitionArn: definition.taskDefinitionArn ?? '',
      startedBy: id,
      desired: 0,
      loadBalancers: service.loadBalancers,
      onChange,
    }),
  }
}

/** Members that a deployment shows and its service does not. */
function configurationOf({ settings }: ServiceRecord) {
  const { volumeConfigurations, serviceConnectConfiguration, vpcLatticeConfigurations } = settings
  return {
    ...(volumeConfigurations && { volumeConfigurations }),
    ...(serviceConnectConfiguration && { serviceConnectConfiguration }),
    ...(vpcLatticeConfigurations && { vpcLatticeConfigurations }),
  }
}
