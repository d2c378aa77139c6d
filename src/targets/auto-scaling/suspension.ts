import { resourceName } from '../../arn.ts'
import type { Scaling, SuspendedState } from '../../ports.ts'

/** A service of Amazon ECS, by names or ARNs. */
export interface ScaledService {
  readonly cluster: string
  readonly service: string
}

/**
 * The tag of a scalable target of which a run has suspended activities, with their names. It is put before they are suspended and
 * removed after they are resumed, so that the next run knows what a run that was killed has left.
 */
const mark = 'slipway:suspended-scaling'

const activities = {
  in: 'DynamicScalingInSuspended',
  out: 'DynamicScalingOutSuspended',
  scheduled: 'ScheduledScalingSuspended',
} as const satisfies Record<string, keyof SuspendedState>

type Activity = keyof typeof activities

const all = Object.keys(activities) as readonly Activity[]

/**
 * Suspends scale-in, scale-out and scheduled actions of a service (Application Auto Scaling, "Suspend and resume scaling"). Returns what
 * was done, as a sentence. Throws `Failure`.
 */
export async function suspendScaling(service: ScaledService, scaling: Scaling): Promise<string> {
  const found = await find(service, scaling)
  const name = resourceName(service.service)
  if (found === undefined) return `Auto scaling: ${name} has no scalable target, so nothing is suspended.`
  const { arn, state, marked } = found
  const ours = all.filter((activity) => marked.includes(activity) || !state[activities[activity]])
  if (ours.length === 0) return `Auto scaling of ${name} was suspended before this run, and stays so.`
  if (ours.length > marked.length) await scaling.tag(arn, mark, ours.join(' '))
  await scaling.suspend(
    found.cluster,
    found.service,
    stateOf(() => true),
  )
  return `Auto scaling of ${name} is suspended: ${words(ours)}.`
}

/** Resumes what runs of Slipway have suspended. Undefined: nothing was. Throws `Failure`. */
export async function resumeScaling(service: ScaledService, scaling: Scaling): Promise<string | undefined> {
  const found = await find(service, scaling)
  if (found === undefined || found.marked.length === 0) return undefined
  const { arn, state, marked } = found
  const isStill = (activity: Activity) => !marked.includes(activity) && (state[activities[activity]] ?? false)
  await scaling.suspend(found.cluster, found.service, stateOf(isStill))
  await scaling.untag(arn, mark)
  return `Auto scaling of ${found.service} is resumed: ${words(marked)}.`
}

interface Found {
  readonly cluster: string
  readonly service: string
  readonly arn: string
  readonly state: SuspendedState
  readonly marked: readonly Activity[]
}

async function find(named: ScaledService, scaling: Scaling): Promise<Found | undefined> {
  const [cluster, service] = [resourceName(named.cluster), resourceName(named.service)]
  const target = await scaling.describeScalableTarget(cluster, service)
  const arn = target?.ScalableTargetARN
  if (target === undefined || arn === undefined) return undefined
  const given = (await scaling.tags(arn))[mark]?.split(' ') ?? []
  const marked = all.filter((activity) => given.includes(activity))
  return { cluster, service, arn, state: target.SuspendedState ?? {}, marked }
}

function stateOf(isSuspended: (activity: Activity) => boolean): SuspendedState {
  return Object.fromEntries(all.map((activity) => [activities[activity], isSuspended(activity)]))
}

function words(given: readonly Activity[]): string {
  const names = { in: 'scale-in', out: 'scale-out', scheduled: 'scheduled actions' }
  return given.map((activity) => names[activity]).join(', ')
}
