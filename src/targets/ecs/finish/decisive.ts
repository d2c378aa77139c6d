import type { Cause } from '../../../diagnosis/cause.ts'
import type { Evidence, ServiceEvent, TargetHealth } from '../facts/deployment-evidence.ts'
import { isPlacementProblem, launched } from '../facts/service-events.ts'

/**
 * Whether evidence that was gathered while a deployment goes on shows that something of the new revision has failed: a task
 * stopped, a target is unhealthy, a task cannot be placed, or AWS itself gives the deployment up. `now`: milliseconds since 1970.
 */
export function isDecisive(evidence: Evidence, now: number): boolean {
  const { stoppedTasks, targetHealth, serviceEvents, statusReason, codeDeploy, triggeredAlarms = [] } = evidence
  return (
    stoppedTasks.length > 0 ||
    targetHealth.some((target) => hasFailed(target, evidence, now)) ||
    hasUnhealthyEvent(serviceEvents) ||
    isShortOfTasks(serviceEvents) ||
    statusReason !== undefined ||
    codeDeploy?.message !== undefined ||
    triggeredAlarms.length > 0
  )
}

/** ECS reports it only once the grace period is over. */
function hasUnhealthyEvent(events: readonly ServiceEvent[]): boolean {
  return events.some(({ about, message }) => about === 'new' && /is unhealthy in/.test(message.untrusted))
}

/** What could not be placed before ECS started a task is overcome. */
function isShortOfTasks(events: readonly ServiceEvent[]): boolean {
  const last = events.findLastIndex(({ message }) => launched(message.untrusted) > 0)
  return events.slice(last + 1).some(({ message }) => isPlacementProblem(message.untrusted))
}

/**
 * Within the grace period a program may still be starting: only what no start changes counts (ELB API, TargetHealth `Reason`;
 * `healthCheckGracePeriodSeconds` of the service).
 */
function hasFailed(target: TargetHealth, { gracePeriodSeconds = 0 }: Evidence, now: number): boolean {
  if (target.isNew !== true) return false
  const isOver = target.runningSince !== undefined && now >= target.runningSince + gracePeriodSeconds * 1000
  return gracePeriodSeconds === 0 || isOver || isDefinite(target)
}

/** A program that has started far enough to refuse a path does not find it later; one that is not up yet answers 5xx or not at all. */
function isDefinite({ reason = '', description }: TargetHealth): boolean {
  if (/^Target\.(?:NotInUse|IpUnusable|InvalidState)$/.test(reason)) return true
  const codes = /codes: \[([^\]]{1,40})\]/.exec(description?.untrusted ?? '')?.[1]
  return reason === 'Target.ResponseCodeMismatch' && codes !== undefined && /^[34]\d\d$/.test(codes) && codes !== '429'
}

/** Whether a cause says more than that something failed for an unknown reason. */
export function isSpecific({ code, isGeneral = false }: Cause): boolean {
  return !(isGeneral && code === 'unexplained')
}

/** Whether logs that arrive late may add to it: a container ended by itself, and none of its log can be read so far. */
export function isPartial({ stoppedTasks, logs, logGroups = [], missingPermissions }: Evidence): boolean {
  const hasEnded = stoppedTasks.some(({ stopCode }) => stopCode === 'EssentialContainerExited')
  const isDenied = missingPermissions.some(({ action }) => action.startsWith('logs:'))
  return hasEnded && logs.length === 0 && logGroups.length > 0 && !isDenied
}
