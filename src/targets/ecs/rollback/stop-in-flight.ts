import { resourceName, withoutAccount } from '../../../arn.ts'
import { deadlineIn } from '../../../clock.ts'
import type { Context, Rollout } from '../../../deployment/context.ts'
import type { DeploymentEvent } from '../../../deployment/events.ts'
import { certain, type End, notWatched, shortName } from '../../../deployment/outcomes.ts'
import { startPace } from '../../../deployment/pace.ts'
import { redactEvents } from '../../../deployment/redact-events.ts'
import { forPreparation } from '../../../deployment/time-limits.ts'
import { withRecord } from '../../../deployment/with-record.ts'
import { Failure } from '../../../failure.ts'
import { asName, text, untrusted } from '../../../text.ts'
import { deployByCodeDeploy } from '../codedeploy/blue-green.ts'
import { requireGroup } from '../codedeploy-group/deployment-group.ts'
import { serviceConsoleUrl } from '../facts/console-url.ts'
import { versionOf } from '../facts/revision-version.ts'
import { startedEvent } from '../facts/started-event.ts'
import { planInWords } from '../prepare/plan-words.ts'
import type { ServiceRequest } from '../request/service-request.ts'
import { watchServiceDeployment } from '../watch/watch-service-deployment.ts'
import type { Moving } from './in-flight.ts'

type Events<Result> = AsyncGenerator<DeploymentEvent, Result>

/**
 * Stops a deployment in flight with rollback, and watches the rollback to its end. A deployment that is rolling back already is
 * only watched. The last event is `finished`; a dry run ends after `planned`.
 */
export async function* turnRound(moving: Moving, request: ServiceRequest, context: Context): Events<void> {
  const { engine, from: previousTaskDefinition, taskDefinition } = moving
  const known = { engine, previousTaskDefinition, taskDefinition }
  const turning = { ...request, isTurnedRound: true }
  yield* redactEvents(turning, context, (asked, seen) =>
    withRecord(asked, seen, known, (kept) => wayBack(moving, asked, kept)),
  )
}

/** Undefined: a dry run. */
async function* wayBack(moving: Moving, request: ServiceRequest, context: Context): Events<End | undefined> {
  yield planned(moving, request, context)
  if (request.dryRun) return undefined
  const end = yield* moving.engine === 'codedeploy'
    ? byCodeDeploy(moving, request, context)
    : byEcs(moving, request, context)
  return asRollback(end, moving.taskDefinition)
}

function planned(moving: Moving, { cluster, service, region }: ServiceRequest, { clock }: Context): DeploymentEvent {
  const { engine, isReturning } = moving
  const id = engine === 'codedeploy' ? moving.id : shortName(moving.arn)
  const what = moving.taskDefinition ? ` of ${shortName(moving.taskDefinition)}` : ''
  const basis = isReturning
    ? `deployment ${id} is already rolling back, and this run watches it`
    : `deployment ${id}${what} is in progress; this run stops it with rollback`
  const plan = {
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
  }
  return { kind: 'planned', at: clock.now(), plan: planInWords(plan) }
}

async function* byEcs(
  moving: Extract<Moving, { engine: 'ecs-rolling' }>,
  request: ServiceRequest,
  context: Context,
): Events<End> {
  const { arn, own, service, isReturning } = moving
  const deploymentId = withoutAccount(arn)
  context.keep({ stage: 'updating', deploymentId, serviceDeploymentArn: arn })
  if (!isReturning) await unlessEnded(forPreparation(context, request).ecs.rollBackServiceDeployment(arn))
  context.keep({ stage: 'watching' })
  const cluster = resourceName(service.clusterArn ?? request.cluster)
  const consoleUrl = serviceConsoleUrl(request.region, cluster, service.serviceName ?? request.service)
  const at = context.clock.now()
  yield startedEvent({ at, engine: 'ecs-rolling', deploymentId, consoleUrl, adopted: true }, request)
  if (!request.wait) return notWatched(request, arn)
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
  context: Context,
): Events<End> {
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

function rolloutOf(moving: Moving, request: ServiceRequest, context: Context): Rollout {
  const { service, taskDefinition = '', from } = moving
  return { request, context, service, taskDefinition, previousTaskDefinition: from }
}

/** The verdict of the rollback, by the end of the stopped deployment. */
export function asRollback(end: End, taskDefinition = ''): End {
  if (end.outcome === 'rolled-back') return { outcome: 'succeeded', serving: end.serving }
  if (end.outcome === 'failed') return { ...end, outcome: 'rollback-failed' }
  if (end.outcome !== 'succeeded') return end
  const fix = text`Run the rollback again: it starts from the revision that is live now.`
  const why = text`the deployment of ${asName(shortName(taskDefinition))} had completed before it could be stopped`
  return {
    outcome: 'failed',
    serving: taskDefinition || undefined,
    cause: certain('complete-already', text`nothing was rolled back`, why, fix),
  }
}
