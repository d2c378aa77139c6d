import type { Deadline } from '../../../clock.ts'
import { returning, timedOut } from '../../../deployment/outcomes.ts'
import { lookUntil, type Pace, ticks } from '../../../deployment/pace.ts'
import type { Events } from '../../../deployment/target.ts'
import { afterEndTime, forPreparation, readAfterEnd, withDeadline } from '../../../deployment/time-limits.ts'
import { longestWatchMinutes, startWatchDeadline, watchMinutes } from '../../../deployment/watch-deadline.ts'
import { Failure } from '../../../failure.ts'
import type { DeploymentConfiguration, ServiceDeployment } from '../../../ports.ts'
import type { Untrusted } from '../../../text.ts'
import { canRollBack } from '../facts/rollback-target.ts'
import {
  isFarEnough,
  isNearEnd,
  isTriggered,
  lastSeen,
  progress,
  reasonOf,
  standingOf,
  triggeredAlarms,
} from '../facts/service-deployment.ts'
import type { Rollout } from '../request/ecs-context.ts'
import type { ServiceEnd } from '../request/service-end.ts'
import { reattach } from '../request/watch-again.ts'
import { shiftMinutes } from '../strategy/setting-changes.ts'
import { identified, type Own } from './deployment-reading.ts'
import { notStopped, startFailFast } from './fail-fast.ts'
import { isLeftToBreaker, signsOf } from './failure-signs.ts'
import { findServiceDeployment } from './find-service-deployment.ts'
import { hookWaits } from './hook-waits.ts'
import { startPauses } from './pause-watch.ts'
import { startDetails } from './service-deployment-details.ts'
import { type ServiceReads, startServiceReads } from './service-reads.ts'
import { endOfStopped, type Successor } from './successor.ts'

interface Watched {
  readonly rollout: Rollout
  /** ARN of our service deployment. */
  readonly arn: string
  /** The state just read: counts as the first poll. */
  readonly found?: ServiceDeployment | undefined
  readonly own: Own
  readonly deadline: Deadline
  readonly pace: Pace
}

/** The same, with the time that a strategy waits by itself on top of what the deployment may take. */
export function withBakeTimes(rollout: Rollout, configuration: DeploymentConfiguration | undefined): Rollout {
  const waitMinutes = watchMinutes(rollout.request.waitMinutes, shiftMinutes(configuration))
  return { ...rollout, request: { ...rollout.request, waitMinutes } }
}

/** Polls at which the breaker has fired and ECS has not reacted, after which ECS is considered stuck. */
const stalledReads = 3

/**
 * Watches one service deployment to its end: one cheap call per poll, the service's events at intervals. Its success counts once
 * the service shows the same.
 */
export async function* watchServiceDeployment(watched: Watched): Events<ServiceEnd> {
  const { rollout, arn, pace } = watched
  const { request } = rollout
  const { clock, signal } = rollout.context
  const deadline = startWatchDeadline(clock, watched.deadline)
  const pauses = startPauses(request)
  const failFast = startFailFast(rollout, pace)
  const details = startDetails(rollout, pace)
  const service = startServiceReads(rollout, watched.own, pace)
  const stops = startStops()
  let stopReason: Untrusted | undefined
  let { found } = watched
  let before: ServiceDeployment | undefined
  let triggered = 0
  for await (const _ of ticks(clock, deadline.at, pace, signal)) {
    const { ecs } = withDeadline(rollout.context, deadline.at() + afterEndTime)
    const now = found ?? (await lookUntil(clock, deadline.at(), ecs.describeServiceDeployment(arn)))
    found = undefined
    if (now === undefined) continue
    const isStopped = stopReason !== undefined
    const waits = pauses.update(hookWaits(now, request, isStopped), clock.now())
    const events = [...progress(before, now, clock.now()), ...waits]
    // First: whoever answers the pause does so before the next event.
    deadline.hold(pauses.isWaiting())
    yield* events
    yield* details(now)
    before = now
    stops.update(now, isStopped)
    triggered = isTriggered(now) ? triggered + 1 : 0
    const end = yield* endOf(now, triggered, watched, service)
    if (end) return pauses.explain({ ...end, triggeredAlarms: triggeredAlarms(now), stopped: stops.by(), stopReason })
    if (pauses.isWaiting() && request.onPause === 'leave') return { outcome: 'paused' }
    const isOpen = !isStopped && standingOf(now) === 'running' && !isLeftToBreaker(now, rollout)
    const same = isOpen ? await failFast.check(signsOf(now, service.failed())) : undefined
    if (same) {
      stopReason = same
      const given = yield* giveUp(watched, same)
      if (given) return given
      pace.hurry()
    }
    if (events.length > 0 || (isNearEnd(now) && !pauses.isWaiting())) pace.hurry()
    const overtaken = yield* service.poll(now, events.length > 0)
    if (overtaken) return overtaken
  }
  const [minutes, last, again] = [request.waitMinutes, lastSeen(before), reattach(arn, request)]
  const isReturning = before !== undefined && standingOf(before) === 'rolling-back'
  const late = isReturning ? returning(minutes, last, again) : timedOut(request, minutes, last, again)
  return pauses.overdue(longestWatchMinutes, arn) ?? late
}

/** Whether a stop was requested, by the two statuses that only a request causes (API StopServiceDeployment). */
function startStops() {
  let by: ServiceEnd['stopped']
  return {
    by: () => by,
    update({ status = '' }: ServiceDeployment, isOurs: boolean) {
      if (isOurs) by = 'by-us'
      else if (/^(?:STOP|ROLLBACK)_REQUESTED$/.test(status)) by ??= 'by-others'
    },
  }
}

/** Stops the deployment with rollback; the end where there is no revision to roll back to. */
async function* giveUp({ rollout, arn }: Watched, reason: Untrusted): Events<ServiceEnd | undefined> {
  const { context, service, request } = rollout
  if (!(await canRollBack(service, request, context))) return { outcome: 'failed', reason }
  try {
    await forPreparation(context, request).ecs.rollBackServiceDeployment(arn)
    yield { kind: 'rolling-back', at: context.clock.now(), reason, isOurs: true }
  } catch (error) {
    if (!(error instanceof Failure) || !/^(permission-missing|deployment-conflict)$/.test(error.parts.code)) throw error
    yield { kind: 'warning', at: context.clock.now(), message: notStopped(reason, error) }
  }
  return undefined
}

async function* endOf(
  now: ServiceDeployment,
  triggered: number,
  watched: Watched,
  service: ServiceReads,
): Events<ServiceEnd | undefined> {
  const { rollout } = watched
  const { request } = rollout
  const reason = reasonOf(now)
  switch (standingOf(now)) {
    case 'succeeded':
      return yield* service.prove({ outcome: 'succeeded' })
    case 'rolled-back': {
      const end = { outcome: 'rolled-back', serving: await rolledBackTo(now, rollout), reason } as const
      return request.isTurnedRound ? yield* service.prove(end, end.serving ?? '') : end
    }
    case 'rollback-failed':
      return { outcome: 'rollback-failed', reason }
    case 'stopped': {
      const end = await endOfStopped(now, rollout, watched.own)
      return 'outcome' in end ? end : yield* carryOn(watched, end)
    }
    case 'running':
      if (isFarEnough(now, request.waitFor)) return yield* service.prove({ outcome: 'succeeded' })
      return triggered >= stalledReads && (await isStalled(now, rollout)) ? { outcome: 'failed', reason } : undefined
    case 'rolling-back':
      return undefined
  }
}

async function* carryOn(
  { rollout, arn: other, deadline, pace }: Watched,
  { own, deployment }: Successor,
): Events<ServiceEnd> {
  if (own.id !== undefined) yield identified(rollout, own)
  const search = { rollout, updated: rollout.service, own, other, deadline, pace }
  const found = deployment ?? (await findServiceDeployment(search))
  const arn = found?.serviceDeploymentArn
  if (arn !== undefined) return yield* watchServiceDeployment({ rollout, arn, found, own, deadline, pace })
  const { watchService } = await import('./watch-service.ts')
  return yield* watchService({ rollout, own, deadline, pace })
}

/** The breaker or an alarm fired, and ECS does no more: rollback is off, or there is no revision to roll back to. */
async function isStalled(
  { alarms, deploymentConfiguration }: ServiceDeployment,
  { service, request, context }: Rollout,
): Promise<boolean> {
  const { deploymentCircuitBreaker, alarms: watched } = deploymentConfiguration ?? service.deploymentConfiguration ?? {}
  const isDue = alarms?.status === 'TRIGGERED' ? watched?.rollback : deploymentCircuitBreaker?.rollback
  return !isDue || !(await canRollBack(service, request, context))
}

/** ARN of what a rollback leads to, where service revisions may be read. */
async function rolledBackTo(now: ServiceDeployment, { context }: Rollout): Promise<string | undefined> {
  const revision = now.rollback?.serviceRevisionArn
  return revision && (await readAfterEnd(context, ({ ecs }) => ecs.taskDefinitionOfRevision(revision)))
}
