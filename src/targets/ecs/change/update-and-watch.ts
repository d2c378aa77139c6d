import { resourceName, withoutAccount } from '../../../arn.ts'
import { type Deadline, deadlineIn } from '../../../clock.ts'
import type { DeploymentEvent } from '../../../deployment/events.ts'
import { notWatched } from '../../../deployment/outcomes.ts'
import { type Pace, startPace } from '../../../deployment/pace.ts'
import type { Events } from '../../../deployment/target.ts'
import { afterEndTime, withDeadline } from '../../../deployment/time-limits.ts'
import { Failure } from '../../../failure.ts'
import type { Service } from '../../../ports.ts'
import { untrusted } from '../../../text.ts'
import { serviceConsoleUrl } from '../facts/console-url.ts'
import { isExpress } from '../facts/express-mode.ts'
import { isSteady, primary } from '../facts/service-facts.ts'
import { startedEvent } from '../facts/started-event.ts'
import type { Rollout } from '../request/ecs-context.ts'
import type { ServiceEnd } from '../request/service-end.ts'
import { serviceNouns } from '../request/service-nouns.ts'
import { reattach } from '../request/watch-again.ts'
import { settingsUpdate, updateSettings } from '../strategy/service-settings.ts'
import { isAdoptable, isScaled, makesDeployment } from '../strategy/update-effects.ts'
import { identified, type Own, ownOf } from '../watch/deployment-reading.ts'
import { findServiceDeployment } from '../watch/find-service-deployment.ts'
import { awaitOwn, ownOfUpdate } from '../watch/own-deployment.ts'
import type { Watched } from '../watch/watch-service.ts'
import { watchServiceDeployment, withBakeTimes } from '../watch/watch-service-deployment.ts'
import { update } from './update-service.ts'

/**
 * Deploys by ECS itself: updates the service, then watches the service deployment that this update made, never "the
 * newest". Where it cannot be found or read, the service's own deployments are watched instead, with a warning.
 */
export async function* rollOut(rollout: Rollout): Events<ServiceEnd> {
  const { request, service } = rollout
  const settings = settingsUpdate(request, service, 'ecs-rolling')
  const adopted = isAdoptable(rollout)
  if (settings === undefined) return yield* adopted ? adopt(rollout) : follow(rollout, await update(rollout))
  if (adopted) {
    await updateSettings(rollout, settings)
    return yield* adopt(rollout)
  }
  const updated = await update(rollout, settings)
  if (isSettled(rollout, updated)) return { outcome: 'succeeded', serving: rollout.taskDefinition }
  const { deploymentConfiguration = service.deploymentConfiguration } = settings.members
  return yield* follow({ ...rollout, service: { ...service, deploymentConfiguration } }, updated)
}

/**
 * ECS starts no deployment for another deployment configuration or other tags alone (API UpdateService, each "doesn't
 * trigger a new service deployment"); they hold from the next one on. True where the service is complete as it is wanted.
 */
function isSettled(rollout: Rollout, updated: Service): boolean {
  const isSame = makesDeployment(rollout) === 'no' && !isScaled(rollout)
  return isSame && isSteady(updated) && primary(updated)?.taskDefinition === rollout.taskDefinition
}

/** Watches a deployment that is in flight already. */
export function adopt(rollout: Rollout): Events<ServiceEnd> {
  const current = primary(rollout.service)
  return startWatch(rollout, rollout.service, current ? { own: ownOf(current), adopted: true } : { adopted: true })
}

/**
 * Watches what the change made of the service; `updated` is the service in the answer to it. `isLikely`: ECS may have started a
 * deployment for other settings than those of UpdateService.
 */
export async function* follow(rollout: Rollout, updated: Service, isLikely?: boolean): Events<ServiceEnd> {
  return yield* startWatch(rollout, updated, { own: await ownOfUpdate(rollout, updated, isLikely), adopted: false })
}

interface WatchedDeployment {
  /** Undefined: no deployment was made. */
  readonly own?: Own | undefined
  readonly adopted: boolean
}

async function* startWatch(
  original: Rollout,
  updated: Service,
  { own, adopted }: WatchedDeployment,
): Events<ServiceEnd> {
  const rollout = withBakeTimes(original, original.service.deploymentConfiguration)
  const { request, context, service } = rollout
  const deadline = deadlineIn(context.clock, request.waitMinutes * 60_000)
  const current = own ?? ownOf(primary(service) ?? {})
  context.keep({ stage: 'watching', deploymentId: current.id, createdAt: own?.id === undefined ? undefined : own.from })
  yield started(rollout, current.id, adopted)
  if (!request.wait) return notWatched(request, serviceNouns, reattach(current.id, request))
  const pace = startPace(context.clock, request.longestGap)
  const limited = { ...rollout, context: withDeadline(context, deadline + afterEndTime) }
  if (own === undefined) return yield* watchServiceItself({ rollout: limited, own: current, deadline, pace })
  return yield* watch(rollout, limited, { updated, own, deadline, pace })
}

interface Made {
  readonly updated: Service
  readonly own: Own
  readonly deadline: Deadline
  readonly pace: Pace
}

/** `limited`: with no more time for AWS than the deadline leaves. A watch with pauses limits itself. */
async function* watch(
  rollout: Rollout,
  limited: Rollout,
  { updated, own: made, deadline, pace }: Made,
): Events<ServiceEnd> {
  const { context } = rollout
  const own = made.id === undefined ? await awaitOwn(limited, made, deadline, pace) : made
  if (made.id === undefined && own.id !== undefined) yield identified(rollout, own)
  try {
    const found = await findServiceDeployment({ rollout: limited, updated, own, deadline, pace })
    const arn = found?.serviceDeploymentArn
    if (arn !== undefined) {
      context.keep({ serviceDeploymentArn: arn })
      yield { kind: 'identified', at: context.clock.now(), deploymentId: withoutAccount(arn) }
      return yield* watchServiceDeployment({ rollout, arn, found, own, deadline, pace })
    }
    yield warning(
      rollout,
      'ecs:ListServiceDeployments returned no service deployment for this update: this run watches the service (ecs:DescribeServices) instead.',
    )
  } catch (error) {
    if (!(error instanceof Failure) || error.parts.code !== 'permission-missing') throw error
    yield warning(
      rollout,
      'Not authorized to perform ecs:ListServiceDeployments, ecs:DescribeServiceDeployments or ' +
        'ecs:DescribeServiceRevisions: this run watches the service (ecs:DescribeServices) instead, with less detail.',
    )
  }
  return yield* watchServiceItself({ rollout: limited, own, deadline, pace })
}

async function* watchServiceItself(watched: Watched): Events<ServiceEnd> {
  const { watchService } = await import('../watch/watch-service.ts')
  return yield* watchService(watched)
}

function started({ request, context, service }: Rollout, id: string | undefined, adopted: boolean): DeploymentEvent {
  const cluster = resourceName(service.clusterArn ?? request.cluster)
  const consoleUrl = serviceConsoleUrl(request.region, cluster, service.serviceName ?? request.service)
  const at = context.clock.now()
  const engine = 'ecs-rolling'
  return startedEvent(
    { at, engine, deploymentId: id ?? '', consoleUrl, adopted, isExpress: isExpress(service) },
    request,
  )
}

function warning({ context }: Rollout, message: string): DeploymentEvent {
  return { kind: 'warning', at: context.clock.now(), message: untrusted(message) }
}
