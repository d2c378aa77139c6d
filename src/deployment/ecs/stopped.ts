import type { EcsDeployment, Service } from '../../ports.ts'
import type { Untrusted } from '../../text.ts'
import { type End, stoppedByHand, supersededBy } from '../end.ts'
import { primary, runningTaskDefinition } from '../engine.ts'
import type { Rollout } from '../journey.ts'
import { afterwards } from '../patience.ts'

interface Stopped {
  readonly rollout: Rollout
  /** Our deployment in the service's own list. */
  readonly ours: EcsDeployment | undefined
  /** Whether the circuit breaker or an alarm fired. */
  readonly isTriggered: boolean
  readonly reason: Untrusted | undefined
}

/** ECS's reads are eventually consistent: the newer deployment may not show at the first look. Milliseconds between them. */
const looks = 3
const betweenLooks = 2_000

/** ECS stops a deployment for three reasons: it failed without a way back, a newer one came, or somebody asked for it. */
export async function endOfStopped({ rollout, ours, isTriggered, reason }: Stopped): Promise<End> {
  if (isTriggered) return { outcome: 'failed', reason }
  const { request, journey } = rollout
  for (let look = 1; ; look++) {
    const service = await afterwards(journey, ({ ecs }) => ecs.describeService(request.cluster, request.service))
    if (isReplaced(service, ours)) return superseded(service)
    if (service && primary(service)?.rolloutState === 'FAILED') return { outcome: 'failed', reason }
    if (look === looks) return { ...stoppedByHand(reason), serving: service && runningTaskDefinition(service) }
    await journey.clock.sleep(betweenLooks, journey.signal)
  }
}

/** True when the service wants to be at another deployment than ours, made after ours. */
export function isReplaced(service: Service | undefined, ours: EcsDeployment | undefined): boolean {
  const current = service && primary(service)
  if (!current?.id || !ours?.id || current.id === ours.id) return false
  return (current.createdAt?.getTime() ?? 0) >= (ours.createdAt?.getTime() ?? 0)
}

/** The end where the service is at a newer deployment than ours. */
export function superseded(service: Service | undefined): End {
  const current = service && primary(service)
  return supersededBy(current?.taskDefinition, current?.id)
}
