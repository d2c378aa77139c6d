import { Failure } from '../failure.ts'
import { asName, text } from '../text.ts'
import type { Context } from './context.ts'
import { deploy } from './deploy.ts'
import { certain, type End } from './outcomes.ts'
import type { Events, InFlight, Target } from './target.ts'
import type { Terms } from './terms.ts'
import type { Version } from './version.ts'
import { withRecord } from './with-record.ts'

/**
 * Takes a target back. A deployment that is in flight is stopped with rollback and followed to its end; otherwise the earlier
 * version that the target was opened with is deployed. The last event is `finished`, with `succeeded` when it is back and
 * `rollback-failed` when it is not; a dry run ends after `planned`.
 */
export async function* rollBack(target: Target, terms: Terms, context: Context): Events<void> {
  const found = await lookForMoving(target, terms, context)
  if ('fault' in found) yield* withRecord(target, terms, context, {}, () => failing(found.fault))
  else if (found.moving) yield* turnRound(found.moving, target, { ...terms, isTurnedRound: true }, context)
  else yield* asRollbackEvents(deploy(target, terms, context))
}

type Look = { readonly moving: InFlight | undefined } | { readonly fault: unknown }

/** A `Failure` of this read occurs again in the deployment, which reports it; any other error ends the rollback. */
async function lookForMoving(target: Target, terms: Terms, context: Context): Promise<Look> {
  try {
    return { moving: await target.inFlight?.(terms, context) }
  } catch (fault) {
    return fault instanceof Failure ? { moving: undefined } : { fault }
  }
}

async function* failing(fault: unknown): Events<undefined> {
  yield* []
  throw fault
}

async function* turnRound(moving: InFlight, target: Target, terms: Terms, context: Context): Events<void> {
  yield* withRecord(target, terms, context, moving.known, (kept) => wayBack(moving, terms, kept))
}

/** Undefined: a dry run. */
async function* wayBack(moving: InFlight, terms: Terms, context: Context): Events<End | undefined> {
  yield { kind: 'planned', at: context.clock.now(), plan: moving.plan }
  if (terms.dryRun) return undefined
  return asRollback(yield* moving.turnRound(terms, context), moving.version)
}

/** The verdict of the rollback, by the end of the stopped deployment of a version. */
export function asRollback(end: End, version: Version | undefined): End {
  if (end.outcome === 'rolled-back') return { outcome: 'succeeded', serving: end.serving }
  if (end.outcome === 'failed') return { ...end, outcome: 'rollback-failed' }
  if (end.outcome !== 'succeeded') return end
  const fix = text`Run the rollback again: it starts from the revision that is live now.`
  const why = text`the deployment of ${asName(version?.label ?? '')} had completed before it could be stopped`
  return {
    outcome: 'failed',
    serving: version,
    cause: certain('complete-already', text`nothing was rolled back`, why, fix),
  }
}

/** The events of a deployment, as what they mean for a rollback. */
async function* asRollbackEvents(events: Events<void>): Events<void> {
  let isStarted = false
  for await (const event of events) {
    if (event.kind === 'started') isStarted = true
    if (event.kind === 'finished') {
      yield { ...event, verdict: { ...event.verdict, outcome: outcomeOf(event.verdict.outcome, isStarted) } }
    } else yield event
  }
}

/** Where the target was taken away from the old version again, or left between two, the rollback failed. */
function outcomeOf(outcome: End['outcome'], isStarted: boolean): End['outcome'] {
  return isStarted && (outcome === 'failed' || outcome === 'rolled-back') ? 'rollback-failed' : outcome
}
