import type { Context } from '../../../deployment/context.ts'
import type { DeploymentRecord } from '../../../deployment/deployment-record.ts'
import type { DeploymentEvent } from '../../../deployment/events.ts'
import { causeOf, certain, type End, reattach } from '../../../deployment/outcomes.ts'
import type { CancelPolicy } from '../../../deployment/policies.ts'
import { isBad } from '../../../deployment/verdict.ts'
import type { Cause } from '../../../diagnosis/cause.ts'
import { Failure } from '../../../failure.ts'
import { text, untrusted } from '../../../text.ts'
import { versionOf } from '../facts/revision-version.ts'
import type { ServiceRequest } from '../request/service-request.ts'

/** A deployment that is over: what was asked for, and what is kept of it. */
export interface Finished {
  readonly request: ServiceRequest
  readonly context: Context
  readonly record: DeploymentRecord
}

/** Explains a bad end and closes the stream with the verdict. */
export async function* finish(end: End, finished: Finished): AsyncGenerator<DeploymentEvent> {
  const { context, record } = finished
  let cause = end.cause
  if (isBad(end) && needsEvidence(end)) {
    // Loaded only now: a good end needs no diagnosis.
    const { examine } = await import('./explain-outcome.ts')
    const examined = yield* examine(end, record, context)
    cause = merge(end, examined)
  }
  if (cause && end.left) cause = { ...cause, fix: text`${cause.fix} ${end.left}` }
  // The service names the revision that a stopped deployment of ECS was on its way to.
  const isUnknown = end.outcome === 'stopped' && record.engine === 'ecs-rolling'
  const verdict = { outcome: end.outcome, serving: versionOf(isUnknown ? undefined : end.serving), cause }
  yield { kind: 'finished', at: context.clock.now(), verdict }
}

/** Where the engine knows the cause itself, evidence would only distract; a time-out may have any cause. */
function needsEvidence({ cause, outcome }: End): boolean {
  return cause === undefined || outcome === 'timed-out'
}

function merge({ cause }: End, examined: Cause | undefined): Cause | undefined {
  if (!cause || !examined) return cause ?? examined
  if (examined.isGeneral) return cause
  return {
    ...examined,
    what: text`${cause.what}: ${examined.what}`,
    fix: text`${examined.fix} ${cause.fix}`,
  }
}

/** Stages in which something may be on its way at AWS. */
const moving: readonly DeploymentRecord['stage'][] = ['updating', 'watching']
/** Errors after which it is not known whether a change was made. */
const unsure: readonly string[] = ['aws-unreachable', 'credentials-expired', 'cancelled', 'unexpected']

/** The verdict when an error or a cancel ended the watch: what was begun at AWS goes on without it. */
export async function* finishByError(
  error: unknown,
  { request, context, record }: Finished,
): AsyncGenerator<DeploymentEvent> {
  const at = context.clock.now()
  if (context.signal.aborted) {
    yield { kind: 'finished', at, verdict: { outcome: 'cancelled', cause: cancelled(record) } }
    return
  }
  const cause = error instanceof Failure ? causeOf(error) : unexpected(error)
  const goesOn = record.stage === 'watching' || (moving.includes(record.stage) && unsure.includes(cause.code))
  const verdict = goesOn
    ? ({ outcome: 'detached', cause: unwatched(cause, record, request) } as const)
    : ({ outcome: 'failed', serving: versionOf(record.previousTaskDefinition), cause } as const)
  yield { kind: 'finished', at, verdict }
}

function unexpected(error: unknown): Cause {
  const reason = error instanceof Error ? error.message : String(error)
  return certain(
    'unexpected',
    text`Internal error (a bug in Slipway)`,
    text`${untrusted(reason)}`,
    text`Report it, with the log of this step.`,
  )
}

function unwatched(cause: Cause, record: DeploymentRecord, request: ServiceRequest): Cause {
  const goesOn = request.isTurnedRound
    ? 'The rollback continues without this run.'
    : 'The deployment continues without this run; run this job again to watch it further.'
  return {
    ...cause,
    what: text`${cause.what}, so the deployment${named(record)} is no longer watched and its end is unknown`,
    fix: text`${cause.fix} ${goesOn}${reattach(idOf(record), request)}`,
  }
}

/** What follows a cancel, after "the deployment". */
const plans: Readonly<Record<CancelPolicy, string>> = {
  'stop-and-roll-back': 'stops and rolls back (on-cancel: stop-and-roll-back)',
  leave: 'continues without this run (on-cancel: leave)',
  'go-on': 'continues without this run, as it is a rollback',
}

function cancelled(record: DeploymentRecord): Cause {
  const isMoving = moving.includes(record.stage)
  return certain(
    'cancelled',
    text`The run was cancelled`,
    isMoving
      ? text`cancelled by a user or superseded by a newer run (concurrency) while the deployment${named(record)} was in progress`
      : text`cancelled by a user or superseded by a newer run (concurrency) before the service was changed`,
    isMoving
      ? text`At the end of this job the deployment ${plans[record.policy]}.`
      : text`Nothing was deployed. Run the job again to deploy.`,
  )
}

function idOf({ serviceDeploymentArn, deploymentId }: DeploymentRecord): string | undefined {
  return serviceDeploymentArn ?? deploymentId
}

function named({ deploymentId }: DeploymentRecord) {
  return deploymentId ? text` ${untrusted(deploymentId)}` : text``
}
