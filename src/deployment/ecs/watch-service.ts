import type { Deadline } from '../../clock.ts'
import type { EcsDeployment, Service } from '../../ports.ts'
import { text, untrusted } from '../../text.ts'
import { startAgreement } from '../agreement.ts'
import { type End, returning, shortName, stoppedByHand, timedOut } from '../end.ts'
import { hasRollbackTarget, primary } from '../engine.ts'
import type { DeploymentEvent } from '../event.ts'
import type { Rollout } from '../journey.ts'
import { lookUntil, type Pace, ticks } from '../watch.ts'
import { startServiceMessages } from './service-messages.ts'
import { identified, type Own, type Sighting, startSightings, superseded } from './sighting.ts'
import { isScaled } from './update.ts'

/** A deployment that is watched by the service's own list of deployments. */
export interface Watched {
  readonly rollout: Rollout
  readonly own: Own
  readonly deadline: Deadline
  readonly pace: Pace
}

/** What one look leads to. `isStated`: by AWS's word, so that no other look is needed. */
interface Conclusion {
  readonly end: End
  readonly isStated: boolean
}

/**
 * Watches the service itself, by `deployments[].rolloutState`: for updates that make no service deployment, and where
 * service deployments may not be read. ECS tells here that it rolls back only by the new primary deployment.
 */
export async function* watchService({ rollout, own, deadline, pace }: Watched): AsyncGenerator<DeploymentEvent, End> {
  const { journey, request } = rollout
  const messages = startServiceMessages(rollout, own)
  const sight = startSightings(rollout, own)
  const agree = startAgreement(journey.clock)
  let isKnown = own.id !== undefined
  let isReturning = false
  let before = ''
  let service: Service | undefined
  let wasThere = primary(rollout.service) !== undefined
  let wasScaled = !isScaled(rollout)
  for await (const _ of ticks(journey.clock, deadline, pace, journey.signal)) {
    const look = journey.ecs.describeService(request.cluster, request.service)
    const seen = await lookUntil(
      journey.clock,
      deadline,
      look.then((found) => ({ found })),
    )
    if (seen === undefined) continue
    service = seen.found
    const sighting = sight(service)
    yield* messages.news(service)
    if (!isKnown && sighting.own.id !== undefined) yield identified(rollout, sighting.own)
    isKnown ||= sighting.own.id !== undefined
    const counts = sighting.mine && tasksOf(sighting.mine)
    if (counts && JSON.stringify(counts) !== before) {
      before = JSON.stringify(counts)
      yield { kind: 'tasks', at: journey.clock.now(), ...counts }
      pace.hurry()
    }
    const backNow: boolean = !isReturning && sighting.isFailed && rollbackOf(service, sighting) !== 'none'
    isReturning ||= backNow
    wasThere ||= sighting.current !== undefined
    wasScaled ||= hasNewCount(service, rollout)
    if (backNow) yield { kind: 'rolling-back', at: journey.clock.now(), ...reasonOf(sighting.mine) }
    const found = service && !isGone(service) ? conclude(service, sighting, rollout, wasScaled) : gone(wasThere)
    const isAgreed = agree(found && `${found.end.outcome} ${sighting.current?.id}`)
    if (found && (found.isStated || isAgreed)) return found.end
  }
  return (isReturning ? returning : timedOut)(request, request.waitMinutes, lastSeen(service, isKnown))
}

function isGone({ status = '' }: Service): boolean {
  return status === 'DRAINING' || status === 'INACTIVE'
}

/** A service that was made a moment ago may not be shown yet. */
function gone(wasThere: boolean): Conclusion | undefined {
  return wasThere ? { end: stoppedByHand(untrusted('the service was deleted')), isStated: false } : undefined
}

function conclude(service: Service, sighting: Sighting, rollout: Rollout, wasScaled: boolean): Conclusion | undefined {
  const { holder, current, mine, isFailed } = sighting
  const state = current?.rolloutState
  const reason = reasonOf(mine ?? current)
  if (holder === 'others') return { end: superseded(sighting), isStated: false }
  if (holder === 'rollback' && state === 'COMPLETED')
    return { end: { outcome: 'rolled-back', serving: current?.taskDefinition, ...reason }, isStated: isFailed }
  if (holder === 'rollback' && state === 'FAILED')
    return { end: { outcome: 'rollback-failed', ...reason }, isStated: isFailed }
  if (holder !== 'ours' || current === undefined) return undefined
  if (isComplete(service, current)) {
    const end: End = { outcome: 'succeeded', serving: current.taskDefinition }
    // Where it has the count from before again, autoscaling took it back, or the look is of that time.
    return wasScaled ? { end, isStated: !isScaled(rollout) || hasNewCount(service, rollout) } : undefined
  }
  const rollback = rollbackOf(service, sighting)
  if (state !== 'FAILED' || (rollback === 'due' && hasRollbackTarget(rollout.service))) return undefined
  return { end: { outcome: 'failed', ...reason }, isStated: rollback === 'none' }
}

/** Services behind a Classic Load Balancer have no `rolloutState`; their counts decide. */
function isComplete({ deployments = [] }: Service, current: EcsDeployment): boolean {
  const { rolloutState, runningCount = 0, desiredCount = 0, pendingCount = 0 } = current
  const rolledOut = rolloutState === undefined ? deployments.length === 1 : rolloutState === 'COMPLETED'
  return rolledOut && runningCount >= desiredCount && pendingCount === 0
}

function hasNewCount(service: Service | undefined, { service: before }: Rollout): boolean {
  return service !== undefined && service.desiredCount !== before.desiredCount
}

/** Whether ECS rolls back by itself after this failure. AWS does not say when blue/green, linear and canary ones do not. */
function rollbackOf(service: Service | undefined, { mine }: Sighting): 'due' | 'possible' | 'none' {
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

function lastSeen(service: Service | undefined, isKnown: boolean) {
  const current = service && primary(service)
  if (isKnown || current === undefined)
    return text`the service has ${service?.deployments?.length ?? 0} deployments in motion`
  return text`the PRIMARY deployment of the service is still ${untrusted(shortName(current.taskDefinition ?? ''))}`
}
