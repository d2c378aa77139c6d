import { resourceName } from '../../arn.ts'
import type { Scaling, SuspendedState } from '../../ports.ts'
import {
  activityWords,
  markedActivities,
  type ScalingActivity,
  scalingActivities,
  scalingMark,
} from '../ecs/request/scaling-mark.ts'

/** A service of Amazon ECS, by names or ARNs. */
export interface ScaledService {
  readonly cluster: string
  readonly service: string
}

const all = Object.keys(scalingActivities) as readonly ScalingActivity[]

/**
 * Suspends scale-in, scale-out and scheduled actions of a service (Application Auto Scaling, "Suspend and resume scaling"). Returns what
 * was done, as a sentence. Throws `Failure`.
 */
export async function suspendScaling(service: ScaledService, scaling: Scaling): Promise<string> {
  const found = await find(service, scaling)
  const name = resourceName(service.service)
  if (found === undefined) return `Auto scaling: ${name} has no scalable target, so nothing is suspended.`
  const { arn, state, marked } = found
  const ours = all.filter((activity) => marked.includes(activity) || !state[scalingActivities[activity]])
  if (ours.length === 0) return `Auto scaling of ${name} was suspended before this run, and stays so.`
  if (ours.length > marked.length) await scaling.tag(arn, scalingMark, ours.join(' '))
  await scaling.suspend(
    found.cluster,
    found.service,
    stateOf(() => true),
  )
  return `Auto scaling of ${name} is suspended: ${activityWords(ours)}.`
}

/** Resumes what runs of Slipway have suspended. Undefined: nothing was. Throws `Failure`. */
export async function resumeScaling(service: ScaledService, scaling: Scaling): Promise<string | undefined> {
  const found = await find(service, scaling)
  if (found === undefined || found.marked.length === 0) return undefined
  const { arn, state, marked } = found
  const isStill = (activity: ScalingActivity) =>
    !marked.includes(activity) && (state[scalingActivities[activity]] ?? false)
  await scaling.suspend(found.cluster, found.service, stateOf(isStill))
  await scaling.untag(arn, scalingMark)
  return `Auto scaling of ${found.service} is resumed: ${activityWords(marked)}.`
}

interface Found {
  readonly cluster: string
  readonly service: string
  readonly arn: string
  readonly state: SuspendedState
  readonly marked: readonly ScalingActivity[]
}

async function find(named: ScaledService, scaling: Scaling): Promise<Found | undefined> {
  const [cluster, service] = [resourceName(named.cluster), resourceName(named.service)]
  const target = await scaling.describeScalableTarget(cluster, service)
  const arn = target?.ScalableTargetARN
  if (target === undefined || arn === undefined) return undefined
  const marked = markedActivities(await scaling.tags(arn))
  return { cluster, service, arn, state: target.SuspendedState ?? {}, marked }
}

function stateOf(isSuspended: (activity: ScalingActivity) => boolean): SuspendedState {
  return Object.fromEntries(all.map((activity) => [scalingActivities[activity], isSuspended(activity)]))
}
