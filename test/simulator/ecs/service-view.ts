/** A service as DescribeServices and the replies of its mutations show it. */
import type { Deployment, Service } from '@aws-sdk/client-ecs'
import { listed, taskCounts } from './service-revisions.ts'
import type { EcsState, RolloutRecord, ServiceRecord } from './state.ts'
import { describeTaskSet } from './task-sets.ts'

/** `inReply`: of an update, whose reply may still name the service deployment before. */
export function describeService(
  ecs: EcsState,
  service: ServiceRecord,
  options: { withTags?: boolean; inReply?: boolean } = {},
): Service {
  const groups = [...service.rollouts, ...service.taskSets].map(({ group }) => group)
  const isEcs = service.deploymentControllerType === 'ECS'
  const {
    volumeConfigurations: _volumes,
    serviceConnectConfiguration: _connect,
    vpcLatticeConfigurations: _lattice,
    ...settings
  } = service.settings
  const current = currentDeployment(ecs, service, options.inReply ?? false)
  return {
    serviceArn: service.serviceArn,
    serviceName: service.serviceName,
    clusterArn: service.clusterArn,
    loadBalancers: service.loadBalancers,
    serviceRegistries: [],
    status: service.status,
    desiredCount: service.desiredCount,
    runningCount: groups.reduce((sum, group) => sum + group.running, 0),
    pendingCount: groups.reduce((sum, group) => sum + group.pending, 0),
    platformVersion: 'LATEST',
    platformFamily: 'Linux',
    // Of an Express service only its deployments name it (kayac/ecspresso#902).
    ...(service.express === undefined && { taskDefinition: service.taskDefinition }),
    resourceManagementType: service.express === undefined ? 'CUSTOMER' : 'ECS',
    ...structuredClone(settings),
    deploymentController: { type: service.deploymentControllerType },
    deployments: isEcs ? service.rollouts.map((rollout) => describeDeployment(service, rollout)) : [],
    ...(!isEcs && { taskSets: service.taskSets.map((taskSet) => describeTaskSet(service, taskSet)) }),
    ...(current && { currentServiceDeployment: current }),
    ...(isEcs && { currentServiceRevisions: service.rollouts.map(taskCounts) }),
    events: [...service.events],
    createdAt: new Date(service.createdAt),
    createdBy: `arn:aws:iam::${ecs.world.accountId}:role/slipway-infrastructure`,
    ...(options.withTags && { tags: service.tags }),
  }
}

function currentDeployment(ecs: EcsState, service: ServiceRecord, inReply: boolean): string | undefined {
  const [newest, before] = service.history
  if (inReply) return (ecs.quirks.updateReplyNamesNewDeployment ? newest : before)?.view.serviceDeploymentArn
  return listed(ecs, service)[0]?.view.serviceDeploymentArn
}

function describeDeployment(service: ServiceRecord, { deployment, group }: RolloutRecord): Deployment {
  const { launchType, networkConfiguration, capacityProviderStrategy } = service.settings
  return {
    ...deployment,
    desiredCount: deployment.status === 'PRIMARY' ? service.desiredCount : group.desired,
    pendingCount: group.pending,
    runningCount: group.running,
    failedTasks: group.consecutiveFailures,
    ...(launchType && { launchType }),
    ...(capacityProviderStrategy && { capacityProviderStrategy }),
    platformVersion: '1.4.0',
    platformFamily: 'Linux',
    ...(networkConfiguration && { networkConfiguration }),
  }
}
