import { resourceName, withoutAccount } from '../../../arn.ts'
import { deadlineIn } from '../../../clock.ts'
import { type End, notWatched } from '../../../deployment/outcomes.ts'
import { startPace } from '../../../deployment/pace.ts'
import type { Plan } from '../../../deployment/plan.ts'
import type { Events, InFlight } from '../../../deployment/target.ts'
import { forPreparation } from '../../../deployment/time-limits.ts'
import { Failure } from '../../../failure.ts'
import { untrusted } from '../../../text.ts'
import { deployByCodeDeploy } from '../codedeploy/blue-green.ts'
import { requireGroup } from '../codedeploy-group/deployment-group.ts'
import { serviceConsoleUrl } from '../facts/console-url.ts'
import { isExpress } from '../facts/express-mode.ts'
import { startedEvent } from '../facts/started-event.ts'
import { planInWords } from '../prepare/plan-words.ts'
import type { EcsContext, Rollout } from '../request/ecs-context.ts'
import { keptPart } from '../request/ecs-record.ts'
import { shortName, versionOf } from '../request/revision-version.ts'
import { endOf, type ServiceEnd } from '../request/service-end.ts'
import { serviceNouns } from '../request/service-nouns.ts'
import type { ServiceRequest } from '../request/service-request.ts'
import { reattach } from '../request/watch-again.ts'
import { watchServiceDeployment } from '../watch/watch-service-deployment.ts'
import type { Moving } from './in-flight.ts'
import type { RestoreRequest } from './restore-revision.ts'

/** A deployment in flight, which is stopped with rollback. One that is rolling back already is only watched. */
export function inFlightOf(moving: Moving, request: RestoreRequest): Omit<InFlight, 'turnRound'> {
  const { engine, from: previousTaskDefinition, taskDefinition } = moving
  return {
    plan: planOf(moving, request),
    version: versionOf(taskDefinition),
    known: keptPart({ engine, previousTaskDefinition, taskDefinition }),
  }
}

/** Stops it, and watches the rollback to its end. */
export async function* turnRound(moving: Moving, request: ServiceRequest, context: EcsContext): Events<End> {
  const end = yield* moving.engine === 'codedeploy'
    ? byCodeDeploy(moving, request, context)
    : byEcs(moving, request, context)
  return endOf(end, moving.engine)
}

function planOf(moving: Moving, { cluster, service, region }: RestoreRequest): Plan {
  const { engine, isReturning } = moving
  const id = engine === 'codedeploy' ? moving.id : shortName(moving.arn)
  const what = moving.taskDefinition ? ` of ${shortName(moving.taskDefinition)}` : ''
  const basis = isReturning
    ? `deployment ${id} is already rolling back, and this run watches it`
    : `deployment ${id}${what} is in progress; this run stops it with rollback`
  return planInWords({
    cluster,
    service,
    region,
    engine,
    strategy: moving.service.deploymentConfiguration?.strategy,
    from: versionOf(moving.taskDefinition),
    to: versionOf(moving.from),
    changes: [],
    images: [],
    unchanged: false,
    basis: untrusted(basis),
  })
}

async function* byEcs(
  moving: Extract<Moving, { engine: 'ecs-rolling' }>,
  request: ServiceRequest,
  context: EcsContext,
): Events<ServiceEnd> {
  const { arn, own, service, isReturning } = moving
  const deploymentId = withoutAccount(arn)
  context.keep({ stage: 'updating', deploymentId, serviceDeploymentArn: arn })
  if (!isReturning) await unlessEnded(forPreparation(context, request).ecs.rollBackServiceDeployment(arn))
  context.keep({ stage: 'watching' })
  const cluster = resourceName(service.clusterArn ?? request.cluster)
  const consoleUrl = serviceConsoleUrl(request.region, cluster, service.serviceName ?? request.service)
  const at = context.clock.now()
  yield startedEvent(
    { at, engine: 'ecs-rolling', deploymentId, consoleUrl, adopted: true, isExpress: isExpress(service) },
    request,
  )
  if (!request.wait) return notWatched(request, serviceNouns, reattach(arn, request))
  const deadline = deadlineIn(context.clock, request.waitMinutes * 60_000)
  const rollout = rolloutOf(moving, request, context)
  const pace = startPace(context.clock, request.longestGap)
  return yield* watchServiceDeployment({ rollout, arn, own, deadline, pace })
}

/** The status of a deployment that has ended in the meantime shows how. */
async function unlessEnded(stop: Promise<void>): Promise<void> {
  try {
    await stop
  } catch (error) {
    if (!(error instanceof Failure) || error.parts.code !== 'deployment-conflict') throw error
  }
}

async function* byCodeDeploy(
  moving: Extract<Moving, { engine: 'codedeploy' }>,
  request: ServiceRequest,
  context: EcsContext,
): Events<ServiceEnd> {
  const { id, group: name, service, isReturning } = moving
  const preparing = forPreparation(context, request)
  const group = await requireGroup(preparing, name, service)
  context.keep({ stage: 'updating', deploymentId: id, codeDeploy: name })
  if (!isReturning) await preparing.codeDeploy.stopDeployment(id, true)
  // This stop rolls back whatever the group's settings for others.
  const events = [...(group.autoRollbackConfiguration?.events ?? []), 'DEPLOYMENT_STOP_ON_REQUEST']
  const returning = { ...group, autoRollbackConfiguration: { enabled: true, events } }
  const inFlight = {
    kind: 'in-flight',
    deploymentId: id,
    taskDefinition: moving.taskDefinition ?? '',
    definition: {},
  } as const
  return yield* deployByCodeDeploy(rolloutOf(moving, request, context), returning, inFlight)
}

function rolloutOf(moving: Moving, request: ServiceRequest, context: EcsContext): Rollout {
  const { service, taskDefinition = '', from } = moving
  return { request, context, service, taskDefinition, previousTaskDefinition: from }
}
