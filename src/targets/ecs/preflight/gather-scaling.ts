import { resourceName } from '../../../arn.ts'
import type { ReadFact } from '../../../diagnosis/read-fact.ts'
import type { Scaling, Service } from '../../../ports.ts'
import { roomOf } from './judge-rollout.ts'

/** Whether autoscaling may change the count of a service; read only where it decides whether the service can deploy at all. */
export async function gatherScaling(
  service: Service | undefined,
  scaling: Scaling,
  readFact: ReadFact,
): Promise<boolean | undefined> {
  if (service === undefined) return undefined
  const room = roomOf(service)
  if (!room?.isStuck || room.isAlwaysStuck) return undefined
  const { clusterArn = '', serviceName = '' } = service
  const read = () => scaling.describeScalableTarget(resourceName(clusterArn), serviceName)
  const shows = 'whether autoscaling may change the desired count'
  const seen = await readFact('application-autoscaling:DescribeScalableTargets', shows, read)
  return seen && seen.value !== undefined
}
