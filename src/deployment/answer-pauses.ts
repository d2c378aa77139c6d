import { Failure } from '../failure.ts'
import { text, untrusted } from '../text.ts'
import type { Context } from './context.ts'
import { causeOf, certain, type End } from './outcomes.ts'
import type { Pause } from './pause.ts'
import { asRollback } from './roll-back.ts'
import type { AnswerableWaits, Events, Found, PauseDecision, Situation, Target } from './target.ts'
import type { Terms } from './terms.ts'
import { tellFound } from './watch-found.ts'
import { withRecord } from './with-record.ts'

/**
 * Answers what a deployment waits for, then watches it to its end. `deploymentId` of the terms names the deployment;
 * without it, the one that is in flight is meant. The last event is `finished`: after `roll-back` with `succeeded` when
 * the target is back, as a rollback has it.
 */
export async function* answerPauses(
  decision: PauseDecision,
  target: Target,
  asked: Terms,
  context: Context,
): Events<void> {
  const terms = { ...asked, isTurnedRound: decision.answer === 'roll-back' }
  yield* withRecord(target, terms, context, {}, (kept) => way(decision, target, terms, kept))
}

async function* way(decision: PauseDecision, target: Target, terms: Terms, context: Context): Events<End> {
  const isBack = decision.answer === 'roll-back'
  const found = await target.find?.(terms.deploymentId, terms, context)
  if (found?.waits === undefined) throw nothingToContinue(target)
  yield* tellFound(found, terms, context)
  const seen = await found.waits.situation(decision)
  const refused = refusalOf(decision, seen, found)
  if (refused) return refused
  if (seen.kind !== 'waits') yield { kind: 'warning', at: context.clock.now(), message: untrusted(seen.says) }
  try {
    const answered = yield* give(decision, seen, found.waits, context)
    const end = yield* found.watch(answered)
    return isBack ? wentBack(end, found) : end
  } catch (error) {
    if (!(error instanceof Failure) || error.parts.code !== 'permission-missing') throw error
    return { outcome: 'detached', cause: causeOf(error) }
  }
}

function nothingToContinue({ noun, name }: Target): Failure {
  return new Failure({
    code: 'deployment-not-found',
    what: text`The ${noun} ${untrusted(name)} has no paused deployment to continue`,
    why: text`none of its deployments is in progress`,
    fix: text`Check the ${noun} in the AWS console: the deployment may have ended, or its pause may have timed out and rolled it back.`,
  })
}

/** Without a pause there is nothing to answer; an answer does not roll back what another user has continued. */
function refusalOf({ answer, stage }: PauseDecision, seen: Situation, { id, watchAgain }: Found): End | undefined {
  const pauses = seen.kind === 'waits' ? pausesAt(stage, seen.pauses) : []
  const goesOn = seen.kind === 'ended' || (seen.kind === 'answered' && answer === 'continue')
  if (goesOn || pauses.length > 0) return undefined
  const where = stage === undefined ? '' : text` at ${untrusted(stage)}`
  return {
    outcome: 'detached',
    cause: certain(
      'nothing-to-answer',
      text`The deployment ${untrusted(id)} is not paused${where}`,
      text`${untrusted(seen.says)}`,
      seen.kind === 'answered'
        ? text`It was already continued. To undo the deployment, run the rollback workflow (actions/rollback).`
        : text`No answer was sent, and the deployment continues. Run this job again once it is paused${stage === undefined ? '' : ' there'}; a deploy job with on-pause: leave ends at that point.${watchAgain}`,
    ),
  }
}

/** Gives the answers, each told as what it does. Returns the ids of the waits that are over now. */
async function* give(
  { answer, stage }: PauseDecision,
  seen: Situation,
  waits: AnswerableWaits,
  { clock }: Context,
): Events<readonly string[]> {
  if (seen.kind !== 'waits') return []
  const pauses = pausesAt(stage, seen.pauses)
  for (const pause of pauses) {
    yield { kind: 'paused', at: clock.now(), pause }
    const isOurs = await waits.answer(answer, pause)
    yield { kind: 'resumed', at: clock.now(), id: pause.id, answer: isOurs ? answer : 'unknown' }
    if (isOurs) continue
    const message = `The pause at ${pause.stage} had already ended when this answer was sent: another user or run answered it, or it timed out.`
    yield { kind: 'warning', at: clock.now(), message: untrusted(message) }
  }
  return pauses.map(({ id }) => id)
}

function wentBack(end: End, { plan: { from, to } }: Found): End {
  // Before the traffic has moved there is nothing to bring back: the new version is only taken away.
  if (end.outcome === 'stopped' && end.serving !== undefined && end.serving.id === from?.id)
    return { outcome: 'succeeded', serving: end.serving }
  return asRollback(end, to)
}

/** The waits that a decision is about. */
export function pausesAt(stage: string | undefined, pauses: readonly Pause[]): readonly Pause[] {
  return stage === undefined ? pauses : pauses.filter((pause) => pause.stage.toLowerCase() === stage.toLowerCase())
}
