import { resourceName, withoutAccount } from '../../arn.ts'
import { type Deadline, deadlineIn } from '../../clock.ts'
import { Failure } from '../../failure.ts'
import type { EcsDeployment, Service } from '../../ports.ts'
import { untrusted } from '../../text.ts'
import { serviceConsoleUrl } from '../console.ts'
import type { End } from '../end.ts'
import { notWatched } from '../end.ts'
import { isSteady, primary } from '../engine.ts'
import type { DeploymentEvent } from '../event.ts'
import type { Rollout } from '../journey.ts'
import { aftermath, shortly, until } from '../patience.ts'
import { type SettingsUpdate, settingsUpdate, updateSettings } from '../strategy/service-settings.ts'
import { type Pace, startPace } from '../watch.ts'
import { findServiceDeployment } from './find-service-deployment.ts'
import type { Watched } from './watch-service.ts'
import { watchServiceDeployment, withBakeTimes } from './watch-service-deployment.ts'

type Events<Result> = AsyncGenerator<DeploymentEvent, Result>

/**
 * Deploys by ECS itself: updates the service, then watches the service deployment that this update made, never "the
 * newest". Where it cannot be found or read, the service's own deployments are watched instead, with a warning.
 */
export async function* rollOut(rollout: Rollout): Events<End> {
  const { request, service } = rollout
  const settings = settingsUpdate(request, service, 'ecs-rolling')
  const adopted = isAdoptable(rollout)
  if (settings === undefined) return yield* follow(rollout, adopted ? service : await update(rollout), adopted)
  if (adopted) return yield* follow(rollout, await updateSettings(rollout, settings), adopted)
  const updated = await update(rollout, settings)
  if (isSameDeployment(rollout, updated)) return { outcome: 'succeeded', serving: rollout.taskDefinition }
  const { deploymentConfiguration = service.deploymentConfiguration } = settings.members
  return yield* follow({ ...rollout, service: { ...service, deploymentConfiguration } }, updated, adopted)
}

/**
 * ECS starts no deployment for another deployment configuration or other tags alone (API UpdateService, each "doesn't
 * trigger a new service deployment"); they hold from the next one on. Changed load balancers do start one.
 */
function isSameDeployment(rollout: Rollout, updated: Service): boolean {
  return !isScaled(rollout) && isSteady(updated) && primary(updated)?.id === primary(rollout.service)?.id
}

/** True when another count is asked for than the service had when it was read last. */
function isScaled({ request: { desiredCount }, service }: Rollout): boolean {
  return desiredCount !== undefined && desiredCount !== service.desiredCount
}

/** Watches what the change made of the service; `updated` is the service in the answer to it. */
export async function* follow(begun: Rollout, updated: Service, adopted: boolean): Events<End> {
  const rollout = withBakeTimes(begun, begun.service.deploymentConfiguration)
  const { request, journey } = rollout
  const ours = primary(updated)
  const changed = adopted || ours?.id !== primary(rollout.service)?.id
  const deadline = deadlineIn(journey.clock, request.waitMinutes * 60_000)
  const createdAt = changed ? ours?.createdAt?.getTime() : undefined
  journey.keep({ stage: 'watching', deploymentId: ours?.id, createdAt })
  yield started(rollout, ours, adopted)
  if (!request.wait) return notWatched(request, ours?.id)
  const pace = startPace(journey.clock, request.longestGap)
  const limited = { ...rollout, journey: until(journey, deadline + aftermath) }
  // ECS makes no service deployment for an update that changes nothing but the desired count (or nothing at all).
  if (!changed) return yield* watchServiceItself({ rollout: limited, ours, deadline, pace })
  return yield* watch(rollout, limited, updated, deadline, pace)
}

/** `limited`: with no more time for AWS than the deadline leaves. A watch with pauses limits itself. */
async function* watch(
  rollout: Rollout,
  limited: Rollout,
  updated: Service,
  deadline: Deadline,
  pace: Pace,
): Events<End> {
  const ours = primary(updated)
  try {
    const found = await findServiceDeployment({ rollout: limited, updated, ours, deadline, pace })
    const arn = found?.serviceDeploymentArn
    if (arn !== undefined) {
      rollout.journey.keep({ serviceDeploymentArn: arn })
      yield { kind: 'identified', at: rollout.journey.clock.now(), deploymentId: withoutAccount(arn) }
      return yield* watchServiceDeployment({ rollout, arn, found, ours, deadline, pace })
    }
    yield warning(rollout, 'ECS shows no service deployment for this update. The service itself is watched instead.')
  } catch (error) {
    if (!(error instanceof Failure) || error.parts.code !== 'permission-missing') throw error
    yield warning(
      rollout,
      'The credentials do not allow ecs:ListServiceDeployments, ecs:DescribeServiceDeployments or ' +
        'ecs:DescribeServiceRevisions. The service itself is watched instead, which shows less and is less exact.',
    )
  }
  return yield* watchServiceItself({ rollout: limited, ours, deadline, pace })
}

async function* watchServiceItself(watched: Watched): Events<End> {
  const { watchService } = await import('./watch-service.ts')
  return yield* watchService(watched)
}

/** A deployment of the same content that is in flight already, say from a run that was lost. */
export function isAdoptable(rollout: Rollout): boolean {
  const { request, service, taskDefinition } = rollout
  const current = primary(service)
  const plain = !request.forceNewDeployment && !isScaled(rollout) && request.volumeConfigurations === undefined
  const isThere = plain && current?.taskDefinition === taskDefinition && current.rolloutState === 'IN_PROGRESS'
  return isThere && settingsUpdate(request, service, 'ecs-rolling')?.members.loadBalancers === undefined
}

/** Sends only what was asked for: an empty list of volumes would remove them, a count would undo autoscaling. */
async function update(rollout: Rollout, settings?: SettingsUpdate): Promise<Service> {
  const { request, journey, service, taskDefinition } = rollout
  journey.keep({ stage: 'updating', engine: 'ecs-rolling', taskDefinition })
  return await shortly(journey, request).ecs.updateService({
    cluster: request.cluster,
    service: request.service,
    taskDefinition,
    ...(isScaled(rollout) ? { desiredCount: request.desiredCount } : {}),
    ...(request.forceNewDeployment || isStuck(service, taskDefinition) ? { forceNewDeployment: true } : {}),
    ...(request.volumeConfigurations === undefined ? {} : { volumeConfigurations: request.volumeConfigurations }),
    ...settings?.members,
  })
}

/** The same revision failed here before and was left; ECS would take the update for no change and do nothing. */
function isStuck(service: Service, taskDefinition: string): boolean {
  const current = primary(service)
  return current?.taskDefinition === taskDefinition && current.rolloutState === 'FAILED'
}

function started(
  { request, journey, service }: Rollout,
  ours: EcsDeployment | undefined,
  adopted: boolean,
): DeploymentEvent {
  const cluster = resourceName(service.clusterArn ?? request.cluster)
  return {
    kind: 'started',
    at: journey.clock.now(),
    engine: 'ecs-rolling',
    deploymentId: ours?.id ?? '',
    consoleUrl: serviceConsoleUrl(request.region, cluster, service.serviceName ?? request.service),
    adopted,
  }
}

function warning({ journey }: Rollout, message: string): DeploymentEvent {
  return { kind: 'warning', at: journey.clock.now(), message: untrusted(message) }
}
