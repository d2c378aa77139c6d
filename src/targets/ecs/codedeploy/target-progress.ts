import type { DeploymentEvent, PhaseStatus } from '../../../deployment/events.ts'
import type { WaitGoal } from '../../../deployment/policies.ts'
import type { EcsTarget } from '../../../ports.ts'
import { untrusted } from '../../../text.ts'
import { taskProgress } from '../facts/task-progress.ts'

const statuses: Readonly<Record<string, PhaseStatus>> = {
  Pending: 'pending',
  InProgress: 'running',
  Succeeded: 'succeeded',
  Failed: 'failed',
  Skipped: 'skipped',
  Unknown: 'pending',
}

type LifecycleEvent = NonNullable<EcsTarget['lifecycleEvents']>[number]

/** Changes between two reads of the target of a CodeDeploy deployment, as events with CodeDeploy's own times. */
export function targetProgress(before: EcsTarget | undefined, now: EcsTarget, at: number): readonly DeploymentEvent[] {
  const known = new Map((before?.lifecycleEvents ?? []).map((event) => [event.lifecycleEventName, event.status]))
  const moved = (now.lifecycleEvents ?? []).filter((event) => known.get(event.lifecycleEventName) !== event.status)
  return [
    ...moved.flatMap((event) => phases(event, known.get(event.lifecycleEventName), at)),
    ...traffic(before, now, at),
    ...tasks(before, now, at),
  ]
}

/** A lifecycle event that began and ended between two reads is reported with its beginning, so that its duration is right. */
function phases(event: LifecycleEvent, known: string | undefined, at: number): readonly DeploymentEvent[] {
  const name = event.lifecycleEventName
  const status = statuses[event.status ?? ''] ?? 'pending'
  if (name === undefined || (status === 'pending' && known === undefined)) return []
  const [start, end] = [event.startTime?.getTime(), event.endTime?.getTime()]
  const problem = event.diagnostics?.message
  const detail = status === 'failed' && problem ? { detail: untrusted(problem) } : {}
  const making = name === 'Install' ? { makesUnits: true } : {}
  if (status === 'running' || status === 'pending') return [{ kind: 'phase', at: start ?? at, name, status, ...making }]
  const beginning: DeploymentEvent = { kind: 'phase', at: start ?? at, name, status: 'running', ...making }
  const ending: DeploymentEvent = { kind: 'phase', at: end ?? at, name, status, ...detail }
  return known === 'InProgress' || start === undefined ? [ending] : [beginning, ending]
}

function traffic(before: EcsTarget | undefined, now: EcsTarget, at: number): readonly DeploymentEvent[] {
  const percent = green(now)?.trafficWeight
  if (percent === undefined || percent === (green(before)?.trafficWeight ?? 0)) return []
  return [{ kind: 'traffic', at, percent }]
}

function tasks(before: EcsTarget | undefined, now: EcsTarget, at: number): readonly DeploymentEvent[] {
  const [old, set] = [green(before), green(now)]
  if (set?.runningCount === undefined) return []
  const { desiredCount: desired = 0, runningCount: running, pendingCount: pending = 0 } = set
  if (old?.desiredCount === desired && old.runningCount === running && old.pendingCount === pending) return []
  return [taskProgress(at, { desired, running, pending, failed: 0 })]
}

/** True when the deployment has reached the goal of the watch: an event has succeeded after which only waits follow. */
export function hasReached(target: EcsTarget | undefined, goal: WaitGoal | undefined): boolean {
  if (goal === undefined || goal === 'terminated') return false
  const last = goal === 'traffic-shifted' ? 'AllowTraffic' : 'AfterAllowTraffic'
  const event = target?.lifecycleEvents?.find(({ lifecycleEventName }) => lifecycleEventName === last)
  return event?.status === 'Succeeded'
}

/** What the green tasks show; CodeDeploy does not count those that failed. */
export function signsOf(target: EcsTarget) {
  const { desiredCount: desired = 0, runningCount: running = 0 } = green(target) ?? {}
  return { desired, running, failed: 0 }
}

/** The task set of the deployment. */
export function green(target: EcsTarget | undefined) {
  return target?.taskSetsInfo?.find(({ taskSetLabel }) => taskSetLabel === 'Green')
}
