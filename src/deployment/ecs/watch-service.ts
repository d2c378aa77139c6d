import type { Deadline } from '../../clock.ts'
import type { EcsDeployment, Service } from '../../ports.ts'
import { text, untrusted } from '../../text.ts'
import { type End, returning, stoppedByHand, supersededBy, timedOut } from '../end.ts'
import { primary, runningTaskDefinition } from '../engine.ts'
import type { DeploymentEvent } from '../event.ts'
import type { Rollout } from '../journey.ts'
import { lookUntil, type Pace, ticks } from '../watch.ts'
import { startServiceMessages } from './service-messages.ts'

/** A deployment that is watched by the service's own list of deployments. */
export interface Watched {
  readonly rollout: Rollout
  /** The ECS deployment that is ours. */
  readonly ours: EcsDeployment | undefined
  readonly deadline: Deadline
  readonly pace: Pace
}

/**
 * Watches the service itself, by `deployments[].rolloutState`: for updates that make no service deployment, and where
 * service deployments may not be read. ECS tells here that it rolls back only by the new primary deployment.
 */
export async function* watchService({ rollout, ours, deadline, pace }: Watched): AsyncGenerator<DeploymentEvent, End> {
  const { journey, request } = rollout
  const messages = startServiceMessages(rollout, ours)
  let failed = ours?.rolloutState === 'FAILED'
  let before = ''
  let service: Service | undefined
  for await (const _ of ticks(journey.clock, deadline, pace, journey.signal)) {
    const look = journey.ecs.describeService(request.cluster, request.service)
    const seen = await lookUntil(
      journey.clock,
      deadline,
      look.then((found) => ({ found })),
    )
    if (seen === undefined) continue
    service = seen.found
    if (service === undefined) return stoppedByHand(untrusted('the service was deleted'))
    yield* messages.news(service)
    const own = service.deployments?.find(({ id }) => id === ours?.id)
    const counts = own && tasksOf(own)
    if (counts && JSON.stringify(counts) !== before) {
      before = JSON.stringify(counts)
      yield { kind: 'tasks', at: journey.clock.now(), ...counts }
      pace.hurry()
    }
    const backNow = !failed && own?.rolloutState === 'FAILED' && isRollBackConfigured(service)
    failed ||= own?.rolloutState === 'FAILED'
    if (backNow) yield { kind: 'rolling-back', at: journey.clock.now(), ...reasonOf(own) }
    const end = endOf(service, own, failed, rollout)
    if (end) return end
  }
  const last = text`the service has ${service?.deployments?.length ?? 0} deployments in motion`
  return (failed ? returning : timedOut)(request, request.waitMinutes, last)
}

function endOf(service: Service, own: EcsDeployment | undefined, failed: boolean, rollout: Rollout): End | undefined {
  const current = primary(service)
  const isPrimary = own !== undefined && own.id === current?.id
  if (isPrimary && own.rolloutState === 'FAILED' && !isRollBackConfigured(service)) {
    return { outcome: 'failed', ...reasonOf(own) }
  }
  if (isPrimary) return isComplete(service, own) ? { outcome: 'succeeded', serving: rollout.taskDefinition } : undefined
  if (!current || !(failed || isRollback(current, rollout))) return supersededBy(current?.taskDefinition, current?.id)
  if (current.rolloutState === 'COMPLETED') {
    return { outcome: 'rolled-back', serving: runningTaskDefinition(service), ...reasonOf(own ?? current) }
  }
  return current.rolloutState === 'FAILED' ? { outcome: 'rollback-failed', ...reasonOf(current) } : undefined
}

/** Services behind a Classic Load Balancer have no `rolloutState`; their counts decide. */
function isComplete(service: Service, own: EcsDeployment): boolean {
  const rolledOut =
    own.rolloutState === undefined ? service.deployments?.length === 1 : own.rolloutState === 'COMPLETED'
  return rolledOut && (own.runningCount ?? 0) >= (own.desiredCount ?? 0) && (own.pendingCount ?? 0) === 0
}

/**
 * A deployment that was there before ours is primary again, or says so itself: ECS words the reason of a rollback
 * `ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/…`.
 */
function isRollback(current: EcsDeployment, { previousTaskDefinition, service }: Rollout): boolean {
  if (service.deployments?.some(({ id }) => id === current.id)) return true
  return (
    current.taskDefinition === previousTaskDefinition && /roll(ing|ed)? ?back/i.test(current.rolloutStateReason ?? '')
  )
}

function isRollBackConfigured({ deploymentConfiguration }: Service): boolean {
  return deploymentConfiguration?.deploymentCircuitBreaker?.rollback === true
}

function reasonOf(deployment: EcsDeployment | undefined) {
  const reason = deployment?.rolloutStateReason
  return reason ? { reason: untrusted(reason) } : {}
}

function tasksOf({ desiredCount = 0, runningCount = 0, pendingCount = 0, failedTasks = 0 }: EcsDeployment) {
  return { desired: desiredCount, running: runningCount, pending: pendingCount, failed: failedTasks }
}
