import { resourceName } from '../../../arn.ts'
import type { ReadFact } from '../../../diagnosis/read-fact.ts'
import type { Scaling, Service } from '../../../ports.ts'
import { leftSuspended, type ScalingActivity } from '../request/scaling-mark.ts'
import { roomOf } from './judge-rollout.ts'

/** What a run of Slipway that was killed has left suspended; only for `doctor`. */
export async function gatherSuspension(
  service: Service | undefined,
  scaling: Scaling,
  readFact: ReadFact,
): Promise<readonly ScalingActivity[]> {
  if (service === undefined) return []
  const { clusterArn = '', serviceName = '' } = service
  const shows = 'whether a run of Slipway has left auto scaling suspended'
  const read = () => scaling.describeScalableTarget(resourceName(clusterArn), serviceName)
  const target = await readFact('application-autoscaling:DescribeScalableTargets', shows, read)
  const known = {
    describeScalableTarget: async () => target?.value,
    tags: async (arn: string) =>
      (await readFact('application-autoscaling:ListTagsForResource', shows, () => scaling.tags(arn)))?.value ?? {},
  }
  return await leftSuspended(known, clusterArn, serviceName)
}

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
