/** Services by the references that requests use. */
import { AwsError } from '../contract.ts'
import { nameOf } from '../identifiers.ts'
import { findCluster } from './clusters.ts'
import type { EcsState, ServiceRecord } from './state.ts'

/** By name or ARN; undefined when there is none. Throws ClusterNotFoundException. INACTIVE services are found for a while. */
export function lookUpService(
  ecs: EcsState,
  cluster: string | undefined,
  reference: string,
): ServiceRecord | undefined {
  const found = ecs.services.get(`${findCluster(ecs, cluster).clusterName}/${nameOf(reference)}`)
  return reference.startsWith('arn:') && found?.serviceArn !== reference ? undefined : found
}

/** Throws ServiceNotFoundException when there is none, ServiceNotActiveException when it was deleted. */
export function findService(ecs: EcsState, cluster: string | undefined, reference: string): ServiceRecord {
  const found = lookUpService(ecs, cluster, reference)
  if (!found) throw new AwsError('ServiceNotFoundException', 'Service not found.')
  return found
}

export function findActiveService(ecs: EcsState, cluster: string | undefined, reference: string): ServiceRecord {
  const found = findService(ecs, cluster, reference)
  if (found.status !== 'ACTIVE') throw new AwsError('ServiceNotActiveException', 'Service was not ACTIVE.')
  return found
}
