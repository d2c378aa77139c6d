import type { Changed, Obstacle } from '../../../deployment/conflict.ts'
import { readBesideWatch } from '../../../deployment/time-limits.ts'
import { Failure } from '../../../failure.ts'
import type { Service } from '../../../ports.ts'
import { asName, setting, text, untrusted } from '../../../text.ts'
import type { Conflict } from '../facts/conflicting-deployment.ts'
import { provenanceOf } from '../facts/origin-tags.ts'
import { primary } from '../facts/service-facts.ts'
import type { EcsContext } from '../request/ecs-context.ts'
import { shortName } from '../request/revision-version.ts'
import type { ServiceRequest } from '../request/service-request.ts'
import type { Reading } from './read-target.ts'
import type { ServicePlan } from './service-plan.ts'

/** Where the blocking deployment is not known. Milliseconds. */
const unknownPause = 15_000

/** The deployment in progress that ours would replace, by the ECS deployment controller. */
export function rollingConflict(service: Service, taskDefinition: string | undefined): Conflict | undefined {
  const current = primary(service)
  if (current?.rolloutState !== 'IN_PROGRESS' || current.taskDefinition === taskDefinition) return undefined
  const target = current.taskDefinition ? text` of ${asName(shortName(current.taskDefinition))}` : text``
  const failure = new Failure({
    code: 'deployment-conflict',
    what: text`The service ${untrusted(service.serviceName ?? '')} already has a deployment${target} in progress`,
    why: text`its PRIMARY deployment has rolloutState IN_PROGRESS, and this deployment would replace it`,
    fix: text`Run this job again when that deployment has ended; or set ${setting('on-conflict')} to wait, or to stop to replace it. Nothing has been changed.`,
  })
  return { kind: 'conflict', failure, isRollback: false }
}

/** ECS itself lets a newer deployment replace one that is in progress, and so does Slipway unless it is told not to. */
export function conflictOf(
  request: ServiceRequest,
  { engine, service }: Pick<Reading, 'engine' | 'service'>,
  decided: ServicePlan,
): Conflict | undefined {
  const isAllowed = engine === 'codedeploy' || request.onConflict === undefined || request.onConflict === 'stop'
  return isAllowed ? undefined : rollingConflict(service, decided.to?.id)
}

/** Another user or run deployed the service between our read and our change. */
export function changed({ serviceName = '' }: Service): Changed {
  const failure = new Failure({
    code: 'deployment-conflict',
    what: text`The service ${untrusted(serviceName)} was repeatedly changed by another user or run while this run prepared its deployment`,
    fix: text`Let one workflow at a time deploy it (concurrency in the workflow), then run this job again. Nothing has been changed.`,
  })
  return { kind: 'changed', failure }
}

/** A conflict, with how it is watched and stopped. Nothing of ECS's own is stopped: a new deployment replaces it anyway. */
export function obstacleOf(conflict: Conflict, request: ServiceRequest, context: EcsContext): Obstacle {
  const { failure, codeDeployId: id, isRollback, definition } = conflict
  const stop = id === undefined ? undefined : () => context.codeDeploy.stopDeployment(id, true)
  const isOver = () => (id === undefined ? isSettled(request, context) : hasEnded(id, context))
  return {
    kind: 'conflict',
    failure,
    id,
    isRollback,
    provenance: provenanceOf(definition),
    ...(stop && { stop }),
    isOver,
  }
}

async function hasEnded(id: string, context: EcsContext): Promise<boolean> {
  const other = await readBesideWatch(context, ({ codeDeploy }) => codeDeploy.describeDeployment(id))
  return /^(Succeeded|Failed|Stopped)$/.test(other?.status ?? '')
}

async function isSettled({ cluster, service }: ServiceRequest, context: EcsContext): Promise<boolean> {
  const { clock, signal } = context
  const now = await readBesideWatch(context, ({ ecs }) => ecs.describeService(cluster, service))
  if (now === undefined || primary(now)?.rolloutState === 'IN_PROGRESS') return false
  // A service of CodeDeploy shows nothing here: a group that may not be listed is tried again after a pause.
  if (primary(now) === undefined) await clock.sleep(unknownPause, signal)
  return true
}
