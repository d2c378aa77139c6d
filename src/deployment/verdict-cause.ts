import { deadlineIn } from '../clock.ts'
import type { Cause } from '../diagnosis/cause.ts'
import { Failure, failureInOneLine } from '../failure.ts'
import { renderText, type Text, text, untrusted, withoutStop } from '../text.ts'
import type { Context } from './context.ts'
import type { DeploymentRecord } from './deployment-record.ts'
import type { Nouns } from './nouns.ts'
import { causeOf, certain, type End, unexpected } from './outcomes.ts'
import { lookUntil } from './pace.ts'
import type { CancelPolicy } from './policies.ts'
import type { Events, Target } from './target.ts'
import type { Terms } from './terms.ts'
import { isBad } from './verdict.ts'

/** A deployment that is over: what it was of, and what is kept of it. */
export interface Finished {
  readonly target: Target
  readonly context: Context
  readonly record: DeploymentRecord
}

/** Explains a bad end and closes the stream with the verdict. */
export async function* finish(end: End, finished: Finished): Events<void> {
  const { outcome, serving } = end
  let cause = end.cause
  if (isBad(end) && needsEvidence(end)) cause = merge(end, yield* examine(end, finished))
  if (cause && end.left) cause = { ...cause, fix: text`${cause.fix} ${end.left}` }
  yield { kind: 'finished', at: finished.context.clock.now(), verdict: { outcome, serving, cause } }
}

/** Where the target knows the cause itself, evidence would only distract; a time-out and a general cause may have any reason. */
function needsEvidence({ cause, outcome }: End): boolean {
  return cause === undefined || cause.isGeneral === true || outcome === 'timed-out'
}

/** What looking for the reason may take: it must not hold up the verdict when AWS does not answer. Milliseconds. */
const longest = 40_000

/** Explains a failed deployment by its evidence. An error here is a warning: the verdict stays. */
async function* examine(end: End, { target, record, context }: Finished): Events<Cause | undefined> {
  const { clock, signal } = context
  if (target.explain === undefined) return undefined
  try {
    const explained = await lookUntil(clock, deadlineIn(clock, longest), target.explain(end, record, context, longest))
    if (explained === undefined) return undefined
    const { cause, evidence, gauges } = explained
    yield { kind: 'explained', at: clock.now(), cause, evidence, ...(gauges && { gauges }) }
    return cause
  } catch (error) {
    // A call that a cancel has ended is a `Failure`, and the end was known before it.
    if (signal.aborted && !(error instanceof Failure)) throw error
    const why = error instanceof Failure ? failureInOneLine(error.parts) : causeInOneLine(unexpected(error))
    const message = `The cause could not be determined: ${renderText(why, (theirs) => theirs)}.`
    yield { kind: 'warning', at: clock.now(), message: untrusted(message) }
    return undefined
  }
}

function causeInOneLine({ what, why, fix }: Cause): Text {
  return text`${what}: ${why}. ${withoutStop(fix)}`
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
export async function* finishByError(error: unknown, finished: Finished, terms: Terms): Events<void> {
  const { target, context, record } = finished
  const at = context.clock.now()
  if (context.signal.aborted) {
    yield { kind: 'finished', at, verdict: { outcome: 'cancelled', cause: cancelled(record, target) } }
    return
  }
  const cause = error instanceof Failure ? causeOf(error) : unexpected(error)
  const isBegun = record.stage === 'watching' || (moving.includes(record.stage) && unsure.includes(cause.code))
  const verdict =
    isBegun && target.goesOn
      ? ({ outcome: 'detached', cause: unwatched(cause, finished, terms) } as const)
      : ({ outcome: 'failed', serving: isBegun ? undefined : record.from, cause } as const)
  yield { kind: 'finished', at, verdict }
}

function unwatched(cause: Cause, { target, record }: Finished, terms: Terms): Cause {
  const { work } = target.nouns
  const goesOn = work
    ? work.goesOn
    : terms.isTurnedRound
      ? 'The rollback continues without this run.'
      : 'The deployment continues without this run; run this job again to watch it further.'
  return {
    ...cause,
    what: text`${cause.what}, so the ${work?.name ?? 'deployment'}${named(record)} is no longer watched and its end is unknown`,
    fix: text`${cause.fix} ${goesOn}${target.watchAgain?.(record, terms) ?? []}`,
  }
}

/** What follows a cancel, after "the deployment". */
const plans: Readonly<Record<CancelPolicy, string>> = {
  'stop-and-roll-back': 'stops and rolls back (on-cancel: stop-and-roll-back)',
  stop: 'is stopped (on-cancel: stop)',
  leave: 'continues without this run (on-cancel: leave)',
  'go-on': 'continues without this run, as it is a rollback',
}

function cancelled(record: DeploymentRecord, { nouns }: Target): Cause {
  if (record.unfinished !== undefined) return unproven(record, record.unfinished, nouns)
  const work = nouns.work?.name ?? 'deployment'
  const isMoving = moving.includes(record.stage)
  return certain(
    'cancelled',
    text`The run was cancelled`,
    isMoving
      ? text`cancelled by a user or superseded by a newer run (concurrency) while the ${work}${named(record)} was in progress`
      : text`cancelled by a user or superseded by a newer run (concurrency) before ${beginning(record, nouns)}`,
    isMoving
      ? text`At the end of this job the ${work} ${plans[record.policy]}.`
      : text`Nothing was deployed. Run the job again to deploy.`,
  )
}

/** A complete deployment cannot be stopped any more. */
function unproven(record: DeploymentRecord, steps: string, { version }: Nouns): Cause {
  return certain(
    'cancelled',
    text`The run was cancelled`,
    text`cancelled by a user or superseded by a newer run (concurrency) when the deployment${named(record)} was complete and ${untrusted(steps)} was not`,
    text`The new ${version} stays live without that. To undo it, run the rollback workflow (actions/rollback).`,
  )
}

function beginning({ left }: DeploymentRecord, { target }: Nouns): Text {
  return left === undefined ? text`the ${target} was changed` : text`a deployment began; ${untrusted(left)}`
}

function named({ deploymentId }: DeploymentRecord) {
  return deploymentId ? text` ${untrusted(deploymentId)}` : text``
}
