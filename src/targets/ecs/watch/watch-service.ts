import type { Deadline } from '../../../clock.ts'
import { startAgreement } from '../../../deployment/agreement.ts'
import type { DeploymentEvent } from '../../../deployment/events.ts'
import { returning, timedOut } from '../../../deployment/outcomes.ts'
import { lookUntil, type Pace, ticks } from '../../../deployment/pace.ts'
import type { EcsDeployment, Service } from '../../../ports.ts'
import { asName, text, untrusted } from '../../../text.ts'
import { hasRollbackTarget } from '../facts/service-facts.ts'
import { taskProgress } from '../facts/task-progress.ts'
import type { Rollout } from '../request/ecs-context.ts'
import { shortName } from '../request/revision-version.ts'
import type { ServiceEnd } from '../request/service-end.ts'
import { isScaled } from '../strategy/update-effects.ts'
import { type DeploymentReading, endByOthers, identified, type Own, startReadings } from './deployment-reading.ts'
import { startServiceMessages } from './service-messages.ts'

/** A deployment that is watched by the service's own list of deployments. */
export interface Watched {
  readonly rollout: Rollout
  readonly own: Own
  readonly deadline: Deadline
  readonly pace: Pace
}

/** What one poll leads to. `isStated`: stated by AWS, so that no other poll is needed. */
interface Conclusion {
  readonly end: ServiceEnd
  readonly isStated: boolean
}

/**
 * Watches the service itself, by `deployments[].rolloutState`: for updates that create no service deployment, and where service
 * deployments may not be read. Here ECS shows a rollback only by the new primary deployment.
 */
export async function* watchService({
  rollout,
  own,
  deadline,
  pace,
}: Watched): AsyncGenerator<DeploymentEvent, ServiceEnd> {
  const { context, request } = rollout
  const classify = startReadings(rollout, own)
  const progress = startProgressReports(rollout, own)
  const judge = startJudging(rollout)
  let last: Seen | undefined
  for await (const _ of ticks(context.clock, deadline, pace, context.signal)) {
    const reading = context.ecs.describeService(request.cluster, request.service)
    const seen = await lookUntil(
      context.clock,
      deadline,
      reading.then((service) => ({ service })),
    )
    if (seen === undefined) continue
    last = { ...seen, reading: classify(seen.service) }
    const events = progress.news(last)
    yield* events
    if (events.some(({ kind }) => kind === 'progress')) pace.hurry()
    const end = judge(last)
    if (end) return end
  }
  const { waitMinutes: minutes } = request
  return progress.isReturning() ? returning(minutes, lastSeen(last)) : timedOut(request, minutes, lastSeen(last))
}

/** What a poll shows, and what that means for our deployment. */
interface Seen {
  readonly service: Service | undefined
  readonly reading: DeploymentReading
}

/** Reports what differs from the previous poll. */
function startProgressReports(rollout: Rollout, own: Own) {
  const { clock } = rollout.context
  const messages = startServiceMessages(rollout, own)
  let isKnown = own.id !== undefined
  let isReturning = false
  let before = ''
  return {
    isReturning: () => isReturning,
    news({ service, reading }: Seen): readonly DeploymentEvent[] {
      const { mine, isFailed } = reading
      const events = [...messages.news(service)]
      if (!isKnown && reading.own.id !== undefined) events.push(identified(rollout, reading.own))
      isKnown ||= reading.own.id !== undefined
      const counts = mine && tasksOf(mine)
      if (counts && JSON.stringify(counts) !== before) events.push(taskProgress(clock.now(), counts))
      before = counts ? JSON.stringify(counts) : before
      if (!isReturning && isFailed && rollbackOf(service, mine) !== 'none') {
        isReturning = true
        events.push({ kind: 'rolling-back', at: clock.now(), ...reasonOf(mine) })
      }
      return events
    },
  }
}

/** The end, as soon as AWS states it or polls agree on it. */
function startJudging(rollout: Rollout): (seen: Seen) => ServiceEnd | undefined {
  const agree = startAgreement(rollout.context.clock)
  const hasNewCount = ({ service }: Seen) => service?.desiredCount !== rollout.service.desiredCount
  let wasScaled = !isScaled(rollout)
  // After a rollback ECS no longer lists our deployment, and the one that serves again has another reason: `… completed.`
  let failed: EcsDeployment | undefined
  return (seen) => {
    wasScaled ||= hasNewCount(seen)
    const { mine } = seen.reading
    if (mine?.rolloutState === 'FAILED') failed = mine
    const found = conclude(seen, mine ?? failed, rollout)
    // A response with the previous count is outdated, unless autoscaling has restored the count.
    const isOld = found?.end.outcome === 'succeeded' && isScaled(rollout) && !hasNewCount(seen)
    const counted = isOld && !wasScaled ? undefined : found
    const isAgreed = agree(counted && `${counted.end.outcome} ${seen.reading.current?.id}`)
    return counted && ((counted.isStated && !isOld) || isAgreed) ? counted.end : undefined
  }
}

/** `mine`: our deployment, as it was listed last. */
function conclude(
  { service, reading }: Seen,
  mine: EcsDeployment | undefined,
  rollout: Rollout,
): Conclusion | undefined {
  const { holder, current, isFailed } = reading
  const theirs = endByOthers(reading)
  if (theirs) return { end: theirs, isStated: false }
  if (service === undefined || current === undefined) return undefined
  const { rolloutState: state, taskDefinition: serving } = current
  const reason = reasonOf(mine ?? current)
  if (holder === 'rollback' && state === 'COMPLETED')
    return { end: { outcome: 'rolled-back', serving, ...reason }, isStated: isFailed }
  if (holder === 'rollback' && state === 'FAILED')
    return { end: { outcome: 'rollback-failed', ...reason }, isStated: isFailed }
  if (holder !== 'ours') return undefined
  if (isComplete(service, current)) return { end: { outcome: 'succeeded', serving }, isStated: true }
  const rollback = rollbackOf(service, mine)
  if (state !== 'FAILED' || (rollback === 'due' && hasRollbackTarget(rollout.service))) return undefined
  return { end: { outcome: 'failed', ...reason }, isStated: rollback === 'none' }
}

/** Services behind a Classic Load Balancer have no `rolloutState`; their counts decide. */
function isComplete({ deployments = [] }: Service, current: EcsDeployment): boolean {
  const { rolloutState, runningCount = 0, desiredCount = 0, pendingCount = 0 } = current
  const rolledOut = rolloutState === undefined ? deployments.length === 1 : rolloutState === 'COMPLETED'
  return rolledOut && runningCount >= desiredCount && pendingCount === 0
}

/** Whether ECS rolls back by itself after this failure. AWS does not say when blue/green, linear and canary ones do not. */
function rollbackOf(service: Service | undefined, mine: EcsDeployment | undefined): 'due' | 'possible' | 'none' {
  const { strategy = 'ROLLING', deploymentCircuitBreaker: breaker, alarms } = service?.deploymentConfiguration ?? {}
  const isByBreaker = /circuit breaker/i.test(mine?.rolloutStateReason ?? '')
  if (breaker?.rollback || (alarms?.rollback && !isByBreaker)) return 'due'
  return strategy === 'ROLLING' ? 'none' : 'possible'
}

function reasonOf(deployment: EcsDeployment | undefined) {
  const reason = deployment?.rolloutStateReason
  return reason ? { reason: untrusted(reason) } : {}
}

function tasksOf({ desiredCount = 0, runningCount = 0, pendingCount = 0, failedTasks = 0 }: EcsDeployment) {
  return { desired: desiredCount, running: runningCount, pending: pendingCount, failed: failedTasks }
}

function lastSeen(last: Seen | undefined) {
  const { service, reading } = last ?? {}
  const { taskDefinition } = reading?.current ?? {}
  if (reading?.own.id !== undefined || taskDefinition === undefined)
    return text`the service has ${service?.deployments?.length ?? 0} deployments in progress`
  return text`the PRIMARY deployment of the service is still ${asName(shortName(taskDefinition))}`
}
