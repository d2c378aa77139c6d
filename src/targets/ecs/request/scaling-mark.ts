import { resourceName } from '../../../arn.ts'
import type { Scaling, SuspendedState } from '../../../ports.ts'

/**
 * The tag of a scalable target of which a run has suspended activities, with their names. It is put before they are suspended and
 * removed after they are resumed, so that the next run knows what a run that was killed has left.
 */
export const scalingMark = 'slipway:suspended-scaling'

/** Activities of Application Auto Scaling, and their members of `SuspendedState`. */
export const scalingActivities = {
  in: 'DynamicScalingInSuspended',
  out: 'DynamicScalingOutSuspended',
  scheduled: 'ScheduledScalingSuspended',
} as const satisfies Record<string, keyof SuspendedState>

/** Name of such an activity. */
export type ScalingActivity = keyof typeof scalingActivities

const names: Readonly<Record<ScalingActivity, string>> = {
  in: 'scale-in',
  out: 'scale-out',
  scheduled: 'scheduled actions',
}

/** `scale-in, scale-out`. */
export function activityWords(given: readonly ScalingActivity[]): string {
  return given.map((activity) => names[activity]).join(', ')
}

/** The activities that a tag of that key names. */
export function markedActivities(tags: Readonly<Record<string, string>>): readonly ScalingActivity[] {
  const given = tags[scalingMark]?.split(' ') ?? []
  return (Object.keys(scalingActivities) as readonly ScalingActivity[]).filter((activity) => given.includes(activity))
}

/** What runs of Slipway have suspended of a service and is suspended still. The tags are read only where something is. Throws `Failure`. */
export async function leftSuspended(
  scaling: Pick<Scaling, 'describeScalableTarget' | 'tags'>,
  cluster: string,
  service: string,
): Promise<readonly ScalingActivity[]> {
  const target = await scaling.describeScalableTarget(resourceName(cluster), resourceName(service))
  const { ScalableTargetARN: arn, SuspendedState: state = {} } = target ?? {}
  if (arn === undefined || !Object.values(scalingActivities).some((member) => state[member])) return []
  return markedActivities(await scaling.tags(arn)).filter((activity) => state[scalingActivities[activity]])
}
