import type { Deadline } from '../../clock.ts'
import { Failure } from '../../failure.ts'
import type { DeploymentConfiguration, EcsDeployment, ServiceDeployment } from '../../ports.ts'
import { renderText, text, type Untrusted, untrusted } from '../../text.ts'
import { type End, returning, timedOut } from '../end.ts'
import { hasRollbackTarget, runningTaskDefinition } from '../engine.ts'
import type { DeploymentEvent } from '../event.ts'
import { startFailFast } from '../fail-fast.ts'
import type { Rollout } from '../journey.ts'
import { aftermath, afterwards, aside, shortly, until } from '../patience.ts'
import { hookWaits, startPauses } from '../pause/pauses.ts'
import { shiftMinutes } from '../strategy/change.ts'
import { lookUntil, type Pace, ticks } from '../watch.ts'
import { longestWatchMinutes, startWatchDeadline, watchMinutes } from '../watch-deadline.ts'
import { isFarEnough, isTriggered, progress, reasonOf, standingOf, triggeredAlarms } from './service-deployment.ts'
import { startDetails } from './service-deployment-details.ts'
import { startServiceMessages } from './service-messages.ts'
import { endOfStopped, isReplaced, superseded } from './stopped.ts'

interface Watched {
  readonly rollout: Rollout
  /** ARN of our service deployment. */
  readonly arn: string
  /** What has just been seen of it: counts as the first look. */
  readonly found?: ServiceDeployment | undefined
  /** Our deployment in the service's own list. */
  readonly ours: EcsDeployment | undefined
  readonly deadline: Deadline
  readonly pace: Pace
}

/** The same, with the time that a strategy waits by itself on top of what the deployment may take. */
export function withBakeTimes(rollout: Rollout, configuration: DeploymentConfiguration | undefined): Rollout {
  const waitMinutes = watchMinutes(rollout.request.waitMinutes, shiftMinutes(configuration))
  return { ...rollout, request: { ...rollout.request, waitMinutes } }
}

/** Looks at which the breaker has fired and ECS has not moved, after which ECS is taken to be stuck. */
const stalledLooks = 3

/** Watches one service deployment to its end: one cheap call per look, the service's events now and then. */
export async function* watchServiceDeployment(watched: Watched): AsyncGenerator<DeploymentEvent, End> {
  const { rollout, arn, pace } = watched
  const { clock, signal } = rollout.journey
  const deadline = startWatchDeadline(clock, watched.deadline)
  const pauses = startPauses(rollout.request)
  const failFast = startFailFast(rollout, pace)
  const details = startDetails(rollout, pace)
  const service = startServiceLooks(watched)
  const stops = startStops()
  let isStopped = false
  let { found } = watched
  let before: ServiceDeployment | undefined
  let triggered = 0
  for await (const _ of ticks(clock, deadline.at, pace, signal)) {
    const { ecs } = until(rollout.journey, deadline.at() + aftermath)
    const now = found ?? (await lookUntil(clock, deadline.at(), ecs.describeServiceDeployment(arn)))
    found = undefined
    if (now === undefined) continue
    const events = [...progress(before, now, clock.now()), ...pauses.look(hookWaits(now, isStopped), clock.now())]
    yield* events
    yield* details(now)
    deadline.hold(pauses.isWaiting())
    before = now
    stops.look(now, isStopped)
    triggered = isTriggered(now) ? triggered + 1 : 0
    const end = await endOf(now, triggered, watched)
    if (end) return pauses.explain({ ...end, triggeredAlarms: triggeredAlarms(now), stopped: stops.by() })
    if (isFarEnough(now, rollout.request.waitFor)) return { outcome: 'succeeded', serving: rollout.taskDefinition }
    if (pauses.isWaiting() && rollout.request.onPause === 'leave') return { outcome: 'paused' }
    const isOpen = !isStopped && standingOf(now) === 'running' && !isLeftToBreaker(now, rollout)
    const same = isOpen ? await failFast.look(signsOf(now, service.failed())) : undefined
    if (same) {
      isStopped = true
      const given = yield* giveUp(watched, same)
      if (given) return given
      pace.hurry()
    }
    if (events.length > 0 || (isNearEnd(now) && !pauses.isWaiting())) pace.hurry()
    const overtaken = yield* service.look(now, events.length > 0)
    if (overtaken) return overtaken
  }
  const { request } = rollout
  const late = before && standingOf(before) === 'rolling-back' ? returning : timedOut
  return pauses.overdue(longestWatchMinutes, arn) ?? late(request, request.waitMinutes, lastSeen(before), arn)
}

/** Whether somebody asked for a stop, by the two statuses that only a request brings about (API StopServiceDeployment). */
function startStops() {
  let by: End['stopped']
  return {
    by: () => by,
    look({ status = '' }: ServiceDeployment, isOurs: boolean) {
      if (isOurs) by = 'by-us'
      else if (/^(?:STOP|ROLLBACK)_REQUESTED$/.test(status)) by ??= 'by-others'
    },
  }
}

/** Looks at the service beside its deployment, as often as the pace allows: events, failed tasks, and who took its place. */
function startServiceLooks({ rollout, ours, pace }: Watched) {
  const messages = startServiceMessages(rollout, ours)
  const { cluster, service: name } = rollout.request
  let failed = 0
  let replaced = 0
  return {
    /** New tasks that failed, as far as ECS counts them. */
    failed: () => failed,
    /** The end where another deployment has taken the place of ours. */
    async *look(now: ServiceDeployment, isMoving: boolean): AsyncGenerator<DeploymentEvent, End | undefined> {
      if (!pace.aside(isMoving || replaced > 0)) return undefined
      const service = await aside(rollout.journey, ({ ecs }) => ecs.describeService(cluster, name))
      yield* messages.news(service)
      failed = service?.deployments?.find(({ id }) => id === ours?.id)?.failedTasks ?? failed
      replaced = standingOf(now) === 'running' && isReplaced(service, ours) ? replaced + 1 : 0
      // Twice, as the first look may have met the beginning of ECS's own rollback.
      return replaced > 1 ? superseded(service) : undefined
    },
  }
}

/** The circuit breaker is about to do the same, and says so in words that people know. */
function isLeftToBreaker({ deploymentCircuitBreaker: breaker }: ServiceDeployment, { request }: Rollout): boolean {
  return (
    breaker?.status === 'MONITORING' && (breaker.threshold ?? Number.POSITIVE_INFINITY) <= (request.failFastAfter ?? 0)
  )
}

function signsOf(
  { targetServiceRevision: target, deploymentCircuitBreaker: breaker }: ServiceDeployment,
  failed: number,
) {
  return {
    desired: target?.requestedTaskCount ?? 0,
    running: target?.runningTaskCount ?? 0,
    failed: Math.max(failed, breaker?.failureCount ?? 0),
  }
}

/** Stops the deployment with rollback; the end where there is nothing to go back to. */
async function* giveUp({ rollout, arn }: Watched, reason: Untrusted): AsyncGenerator<DeploymentEvent, End | undefined> {
  const { journey, service, request } = rollout
  if (!hasRollbackTarget(service)) return { outcome: 'failed', reason }
  try {
    await shortly(journey, request).ecs.rollBackServiceDeployment(arn)
    yield { kind: 'rolling-back', at: journey.clock.now(), reason }
  } catch (error) {
    if (!(error instanceof Failure) || !/^(permission-missing|deployment-conflict)$/.test(error.parts.code)) throw error
    const message = `${reason.untrusted}, but the deployment could not be stopped: ${renderText(error.parts.what, (theirs) => theirs)}.`
    yield { kind: 'warning', at: journey.clock.now(), message: untrusted(message) }
  }
  return undefined
}

async function endOf(now: ServiceDeployment, triggered: number, watched: Watched): Promise<End | undefined> {
  const { rollout } = watched
  const reason = reasonOf(now)
  switch (standingOf(now)) {
    case 'succeeded':
      return { outcome: 'succeeded', serving: rollout.taskDefinition }
    case 'rolled-back':
      return { outcome: 'rolled-back', serving: await rolledBackTo(now, rollout), reason }
    case 'rollback-failed':
      return { outcome: 'rollback-failed', reason }
    case 'stopped':
      return await endOfStopped({ rollout, ours: watched.ours, isTriggered: isTriggered(now), reason })
    case 'running':
      return isStalled(triggered, rollout) ? { outcome: 'failed', reason } : undefined
    case 'rolling-back':
      return undefined
  }
}

/** The breaker fired and ECS will do no more: it is not told to roll back, or has nothing to roll back to. */
function isStalled(triggered: number, { service }: Rollout): boolean {
  if (triggered === 0) return false
  if (!service.deploymentConfiguration?.deploymentCircuitBreaker?.rollback) return true
  return triggered >= stalledLooks && !hasRollbackTarget(service)
}

async function rolledBackTo(now: ServiceDeployment, { request, journey }: Rollout): Promise<string | undefined> {
  const revision = now.rollback?.serviceRevisionArn
  const known = revision && (await afterwards(journey, ({ ecs }) => ecs.taskDefinitionOfRevision(revision)))
  if (known) return known
  const service = await afterwards(journey, ({ ecs }) => ecs.describeService(request.cluster, request.service))
  return service && runningTaskDefinition(service)
}

function isNearEnd({ targetServiceRevision: target }: ServiceDeployment): boolean {
  return target?.requestedTaskCount !== undefined && target.runningTaskCount === target.requestedTaskCount
}

function lastSeen(last: ServiceDeployment | undefined) {
  if (last === undefined) return text`ECS did not show the deployment`
  const { requestedTaskCount, runningTaskCount } = last.targetServiceRevision ?? {}
  const status = text`its status is still ${untrusted(last.status ?? 'unknown')}`
  if (runningTaskCount === undefined || requestedTaskCount === undefined) return status
  return text`${status}, with ${runningTaskCount} of ${requestedTaskCount} new tasks running`
}
