/** Clusters: names that tasks and services live under. Capacity is of no concern here. */
import type { Cluster, CreateClusterRequest, DescribeClustersRequest } from '@aws-sdk/client-ecs'
import { AwsError, type Handlers } from '../contract.ts'
import { arn, nameOf } from '../identifiers.ts'
import { type ClusterRecord, type EcsState, invalidParameter } from './state.ts'
import { refuseEmptyTags } from './task-definition-rules.ts'

const clusterName = /^[a-zA-Z0-9][\w-]{0,254}$/

/** The cluster of a request, by name or ARN; `default` when none is named. Throws ClusterNotFoundException. */
export function findCluster(ecs: EcsState, reference = 'default'): ClusterRecord {
  const found = ecs.clusters.get(nameOf(reference))
  if (!found || found.isDeleted || (reference.startsWith('arn:') && found.clusterArn !== reference))
    throw new AwsError('ClusterNotFoundException', 'Cluster not found.')
  return found
}

function describe(ecs: EcsState, cluster: ClusterRecord, withTags: boolean): Cluster {
  const tasks = [...ecs.tasks.values()].filter(({ task }) => task.clusterArn === cluster.clusterArn)
  const services = [...ecs.services.values()].filter((service) => service.clusterArn === cluster.clusterArn)
  return {
    clusterArn: cluster.clusterArn,
    clusterName: cluster.clusterName,
    status: cluster.isDeleted ? 'INACTIVE' : 'ACTIVE',
    registeredContainerInstancesCount: 0,
    runningTasksCount: tasks.filter(({ task }) => task.lastStatus === 'RUNNING').length,
    pendingTasksCount: tasks.filter(({ task }) => task.lastStatus === 'PENDING' || task.lastStatus === 'PROVISIONING')
      .length,
    activeServicesCount: services.filter((service) => service.status === 'ACTIVE').length,
    statistics: [],
    tags: withTags ? cluster.tags : [],
    settings: [],
    capacityProviders: ['FARGATE', 'FARGATE_SPOT'],
    defaultCapacityProviderStrategy: [],
  }
}

export const clusterHandlers = (ecs: EcsState): Handlers => ({
  CreateCluster: (input: CreateClusterRequest) => {
    const name = input.clusterName ?? 'default'
    if (!clusterName.test(name)) throw invalidParameter('Invalid cluster name.')
    refuseEmptyTags(input.tags)
    const existing = ecs.clusters.get(name)
    const cluster = (existing?.isDeleted ? undefined : existing) ?? {
      clusterName: name,
      clusterArn: arn('ecs', ecs.region, ecs.world.accountId, `cluster/${name}`),
      tags: input.tags ?? [],
    }
    ecs.clusters.set(name, cluster)
    return { cluster: describe(ecs, cluster, true) }
  },
  DescribeClusters: (input: DescribeClustersRequest) => {
    const wanted = input.clusters?.length ? input.clusters : ['default']
    if (wanted.length > 100) throw invalidParameter('Cluster list cannot have more than 100 elements.')
    const found = wanted.map((reference) => ({ reference, cluster: ecs.clusters.get(nameOf(reference)) }))
    return {
      clusters: found.flatMap(({ cluster }) =>
        cluster ? [describe(ecs, cluster, input.include?.includes('TAGS') ?? false)] : [],
      ),
      failures: found
        .filter(({ cluster }) => !cluster)
        .map(({ reference }) => ({
          arn: reference.startsWith('arn:')
            ? reference
            : arn('ecs', ecs.region, ecs.world.accountId, `cluster/${reference}`),
          reason: 'MISSING',
        })),
    }
  },
  ListClusters: () => ({ clusterArns: [...ecs.clusters.values()].map((cluster) => cluster.clusterArn) }),
  DeleteCluster: (input: { cluster?: string }) => {
    const cluster = findCluster(ecs, input.cluster)
    const services = [...ecs.services.values()].some(
      (service) => service.clusterArn === cluster.clusterArn && service.status !== 'INACTIVE',
    )
    if (services)
      throw new AwsError('ClusterContainsServicesException', 'The Cluster cannot be deleted while Services are active.')
    cluster.isDeleted = true
    return { cluster: describe(ecs, cluster, false) }
  },
})
