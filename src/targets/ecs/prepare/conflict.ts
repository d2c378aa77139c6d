import { type Deadline, remaining } from '../../../clock.ts'
import type { Context } from '../../../deployment/context.ts'
import type { DeploymentEvent } from '../../../deployment/events.ts'
import { shortName } from '../../../deployment/outcomes.ts'
import { startPace, ticks } from '../../../deployment/pace.ts'
import type { ConflictPolicy } from '../../../deployment/policies.ts'
import { readBesideWatch } from '../../../deployment/time-limits.ts'
import { Failure, failureInOneLine } from '../../../failure.ts'
import type { Service } from '../../../ports.ts'
import { asName, renderText, setting, text, type Untrusted, untrusted } from '../../../text.ts'
import type { Changed, Conflict } from '../facts/obstacle.ts'
import { primary } from '../facts/service-facts.ts'
import type { ServiceRequest } from '../request/service-request.ts'

const phase = 'other-deployment'
/** Where it is not known what stands in the way. Milliseconds. */
const blindPause = 15_000

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

/** Somebody deployed the service in the moment between our look and our change. */
export function changed({ serviceName = '' }: Service): Changed {
  const failure = new Failure({
    code: 'deployment-conflict',
    what: text`The service ${untrusted(serviceName)} was repeatedly changed by another user or run while this run prepared its deployment`,
    fix: text`Let one workflow at a time deploy it (concurrency in the workflow), then run this job again. Nothing has been changed.`,
  })
  return { kind: 'changed', failure }
}

/** What would become of a deployment that such a conflict stands in the way of, for whoever only asks. */
export function foresee(conflict: Conflict, { onConflict = 'fail' }: Pick<ServiceRequest, 'onConflict'>): Untrusted {
  const found = renderText(text`${failureInOneLine(conflict.failure.parts)}.`, (theirs) => theirs)
  const first = toStop(conflict, onConflict)
    ? 'This deployment would stop another one first.'
    : 'This deployment would wait for another one first.'
  return untrusted(`${onConflict === 'fail' ? 'This deployment would fail.' : first} ${found}`)
}

/** Does with a conflict what the policy says; afterwards the deployment is prepared anew. Throws the conflict's failure. */
export async function* settleConflict(
  conflict: Conflict,
  request: ServiceRequest,
  context: Context,
  deadline: Deadline,
): AsyncGenerator<DeploymentEvent> {
  const policy = request.onConflict ?? 'fail'
  if (policy === 'fail') throw conflict.failure
  if (remaining(context.clock, deadline) === 0) throw outlasted(conflict, request, 'Nothing')
  yield { kind: 'phase', at: context.clock.now(), name: phase, status: 'running', detail: detailOf(conflict) }
  const stopped = toStop(conflict, policy)
  if (stopped !== undefined) await context.codeDeploy.stopDeployment(stopped, true)
  const isOver = await waitForEnd(conflict, request, context, deadline)
  yield { kind: 'phase', at: context.clock.now(), name: phase, status: isOver ? 'succeeded' : 'failed' }
  if (!isOver) throw outlasted(conflict, request, stopped ? 'Its stop was requested; nothing else' : 'Nothing')
}

/** Id of what is stopped: never a rollback, and nothing of ECS's own, which a new deployment replaces anyway. */
function toStop({ codeDeployId, isRollback }: Conflict, policy: ConflictPolicy): string | undefined {
  return policy === 'stop' && !isRollback ? codeDeployId : undefined
}

/** For who has waited already. `changed`: what has been changed, as the beginning of a sentence. */
function outlasted({ failure }: Conflict, { waitMinutes }: ServiceRequest, changed: string): Failure {
  const { code, what, why = [] } = failure.parts
  return new Failure({
    code,
    what: text`${what}, which has not ended after a wait of ${waitMinutes} ${waitMinutes === 1 ? 'minute' : 'minutes'}`,
    why,
    fix: text`Check in the AWS console why it does not end, and run this job again when it has ended; or raise wait-for-minutes. ${changed} has been changed.`,
  })
}

function detailOf({ codeDeployId, isRollback }: Conflict) {
  const kind = isRollback ? 'rollback' : 'deployment'
  return untrusted(`waiting for ${codeDeployId ? `the ${kind} ${codeDeployId}` : `a ${kind} by another user or run`}`)
}

async function waitForEnd(
  { codeDeployId }: Conflict,
  { cluster, service, longestGap }: ServiceRequest,
  context: Context,
  deadline: Deadline,
): Promise<boolean> {
  const { clock, signal } = context
  const pace = startPace(clock, longestGap)
  for await (const _ of ticks(clock, deadline, pace, signal)) {
    if (codeDeployId !== undefined) {
      const other = await readBesideWatch(context, ({ codeDeploy }) => codeDeploy.describeDeployment(codeDeployId))
      if (/^(Succeeded|Failed|Stopped)$/.test(other?.status ?? '')) return true
      continue
    }
    const now = await readBesideWatch(context, ({ ecs }) => ecs.describeService(cluster, service))
    if (now && primary(now)?.rolloutState !== 'IN_PROGRESS') {
      // A service of CodeDeploy shows nothing here: a group that may not be listed is tried again after a pause.
      if (primary(now) === undefined) await clock.sleep(blindPause, signal)
      return true
    }
  }
  return false
}
