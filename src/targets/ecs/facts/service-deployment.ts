import type { DeploymentEvent } from '../../../deployment/events.ts'
import type { WaitGoal } from '../../../deployment/policies.ts'
import type { ServiceDeployment } from '../../../ports.ts'
import { type Text, text, type Untrusted, untrusted } from '../../../text.ts'
import { taskProgress } from './task-progress.ts'

/** What a service deployment's status means, by the nine statuses of the API. Unknown ones count as still running. */
export type Standing = 'running' | 'rolling-back' | 'succeeded' | 'stopped' | 'rolled-back' | 'rollback-failed'

const standings: Readonly<Record<string, Standing>> = {
  PENDING: 'running',
  IN_PROGRESS: 'running',
  STOP_REQUESTED: 'running',
  ROLLBACK_REQUESTED: 'rolling-back',
  ROLLBACK_IN_PROGRESS: 'rolling-back',
  SUCCESSFUL: 'succeeded',
  STOPPED: 'stopped',
  ROLLBACK_SUCCESSFUL: 'rolled-back',
  ROLLBACK_FAILED: 'rollback-failed',
}

/** The state of a service deployment. A status that this version does not know is `running`. */
export function standingOf(deployment: ServiceDeployment): Standing {
  return standings[deployment.status ?? ''] ?? 'running'
}

/** True when the circuit breaker or an alarm ended the deployment, whatever its present status. */
export function isTriggered({ deploymentCircuitBreaker, alarms }: ServiceDeployment): boolean {
  return deploymentCircuitBreaker?.status === 'TRIGGERED' || alarms?.status === 'TRIGGERED'
}

/** The alarms that ended the deployment; empty where ECS does not name them, undefined where none did. */
export function triggeredAlarms({ alarms }: ServiceDeployment): readonly string[] | undefined {
  const { status, alarmNames = [], triggeredAlarmNames = [] } = alarms ?? {}
  if (triggeredAlarmNames.length > 0) return triggeredAlarmNames
  if (status !== 'TRIGGERED') return undefined
  return alarmNames.length === 1 ? alarmNames : []
}

/** AWS's words about the end. */
export function reasonOf({ statusReason }: ServiceDeployment): Untrusted | undefined {
  return statusReason ? untrusted(statusReason) : undefined
}

/** Stages after which all traffic is on the new revision; after the last of them its checks are over, too. */
const shifted = ['POST_PRODUCTION_TRAFFIC_SHIFT', 'BAKE_TIME', 'CLEAN_UP']
const baked = 'CLEAN_UP'

/** Stages in which new tasks are made. */
const making = ['RECONCILE_SERVICE', 'SCALE_UP']

/** True when a deployment in progress has reached the goal of the watch. A rolling one shifts its traffic task by task. */
export function isFarEnough(deployment: ServiceDeployment, goal: WaitGoal | undefined): boolean {
  const { lifecycleStage = '', targetServiceRevision: target, sourceServiceRevisions: sources = [] } = deployment
  if (goal === undefined || goal === 'terminated' || standingOf(deployment) !== 'running') return false
  if (goal === 'baked') return lifecycleStage === baked
  const isComplete = (target?.requestedTaskCount ?? 0) > 0 && target?.runningTaskCount === target?.requestedTaskCount
  const isAlone = isComplete && sources.every(({ runningTaskCount = 0 }) => runningTaskCount === 0)
  return shifted.includes(lifecycleStage) || (isAlone && target?.requestedProductionTrafficWeight === undefined)
}

/** True when all new tasks run: what is left is soon over. */
export function isNearEnd({ targetServiceRevision: target }: ServiceDeployment): boolean {
  return target?.requestedTaskCount !== undefined && target.runningTaskCount === target.requestedTaskCount
}

/** Its progress, for a report at the end of the watch time. */
export function lastSeen(last: ServiceDeployment | undefined): Text {
  if (last === undefined) return text`ecs:DescribeServiceDeployments did not return it`
  if (standingOf(last) === 'succeeded')
    return text`its status is ${untrusted(last.status ?? '')}, but the PRIMARY deployment in ecs:DescribeServices is of another revision`
  const { requestedTaskCount, runningTaskCount } = last.targetServiceRevision ?? {}
  const status = text`its status is still ${untrusted(last.status ?? 'unknown')}`
  if (runningTaskCount === undefined || requestedTaskCount === undefined) return status
  return text`${status}, with ${runningTaskCount} of ${requestedTaskCount} new tasks running`
}

/** Changes between two reads of a service deployment, as events. */
export function progress(
  before: ServiceDeployment | undefined,
  now: ServiceDeployment,
  at: number,
): readonly DeploymentEvent[] {
  return [
    ...stages(before, now, at),
    ...tasks(before, now, at),
    ...traffic(before, now, at),
    ...rollback(before, now, at),
  ]
}

/** The API names the stage that runs; the one before it is over when the name changes. */
function stages(before: ServiceDeployment | undefined, now: ServiceDeployment, at: number): readonly DeploymentEvent[] {
  const [left, entered] = [before?.lifecycleStage, now.lifecycleStage]
  const standing = standingOf(now)
  const ended = standing !== 'running' && (before === undefined || standingOf(before) === 'running')
  const outcome = standing === 'succeeded' || standing === 'running' ? 'succeeded' : 'failed'
  const events: DeploymentEvent[] = []
  if (left && left !== entered) events.push({ kind: 'phase', at, name: left, status: outcome })
  if (entered && entered !== left && standing === 'running') {
    const makesUnits = making.includes(entered)
    events.push({ kind: 'phase', at, name: entered, status: 'running', ...(makesUnits && { makesUnits }) })
  }
  if (entered && entered === left && ended) events.push({ kind: 'phase', at, name: entered, status: outcome })
  return events
}

function tasks(before: ServiceDeployment | undefined, now: ServiceDeployment, at: number): readonly DeploymentEvent[] {
  const [old, counts] = [before && countsOf(before), countsOf(now)]
  if (!counts || JSON.stringify(old) === JSON.stringify(counts)) return []
  return [taskProgress(at, counts)]
}

function countsOf({ targetServiceRevision: target, deploymentCircuitBreaker }: ServiceDeployment) {
  if (target?.runningTaskCount === undefined) return undefined
  return {
    desired: target.requestedTaskCount ?? 0,
    running: target.runningTaskCount,
    pending: target.pendingTaskCount ?? 0,
    failed: deploymentCircuitBreaker?.failureCount ?? 0,
  }
}

function traffic(
  before: ServiceDeployment | undefined,
  now: ServiceDeployment,
  at: number,
): readonly DeploymentEvent[] {
  const old = before?.targetServiceRevision?.requestedProductionTrafficWeight
  const percent = now.targetServiceRevision?.requestedProductionTrafficWeight
  if (percent === undefined || percent === old) return []
  // A rolling deployment has no weights to shift and may say 100 from the start.
  if (percent === 100 && old === undefined) return []
  return [{ kind: 'traffic', at, percent }]
}

function rollback(
  before: ServiceDeployment | undefined,
  now: ServiceDeployment,
  at: number,
): readonly DeploymentEvent[] {
  const isBack = (deployment: ServiceDeployment) =>
    ['rolling-back', 'rolled-back', 'rollback-failed'].includes(standingOf(deployment))
  if (!isBack(now) || (before && isBack(before))) return []
  const reason = now.rollback?.reason ?? now.statusReason
  return [{ kind: 'rolling-back', at, ...(reason ? { reason: untrusted(reason) } : {}) }]
}
