import type { Cause } from '../diagnosis/cause.ts'
import type { Version } from './version.ts'

/**
 * How a deployment ended. Only `succeeded` and `unchanged` are good ends.
 *
 * | outcome           | what serves traffic now                                                        |
 * |-------------------|--------------------------------------------------------------------------------|
 * | succeeded         | the new revision                                                               |
 * | unchanged         | the wanted revision did already; nothing was changed                           |
 * | failed            | unknown or mixed: the deployment failed and nothing was rolled back            |
 * | rolled-back       | the previous revision again                                                    |
 * | rollback-failed   | unknown: the rollback failed too                                              |
 * | stopped           | whatever the person or program that stopped it left                            |
 * | superseded        | a newer deployment, by another user or run, replaced it                        |
 * | timed-out         | unknown: the deployment still ran at the deadline                              |
 * | cancelled         | by policy: rolled back, or still rolling out; the message says which           |
 * | paused            | the old revision, or both by weight: the deployment waits for an answer, see `continue` |
 * | detached          | unknown: still running, but no longer watched; the message says how to re-attach |
 */
export type Outcome =
  | 'succeeded'
  | 'unchanged'
  | 'failed'
  | 'rolled-back'
  | 'rollback-failed'
  | 'stopped'
  | 'superseded'
  | 'timed-out'
  | 'cancelled'
  | 'paused'
  | 'detached'

/** How a deployment ended. */
export interface Verdict {
  readonly outcome: Outcome
  /** What is live now, where that is known. */
  readonly serving?: Version | undefined
  /** Why, unless the outcome is good. */
  readonly cause?: Cause | undefined
}

/** True when the service runs what was wanted. */
export function isGood(outcome: Outcome): boolean {
  return outcome === 'succeeded' || outcome === 'unchanged'
}

/** Started and not watched, as requested (`wait-for-service-stability: false`). */
export function isUnwatched({ outcome, cause }: Pick<Verdict, 'outcome' | 'cause'>): boolean {
  return outcome === 'detached' && cause?.code === notWatchedCode
}

/** `code` of the cause of a deployment that is not watched on purpose. */
export const notWatchedCode = 'not-watched'

/** Asked for, and the deployment goes on: neither good nor bad. */
export function isOpen(verdict: Pick<Verdict, 'outcome' | 'cause'>): boolean {
  return verdict.outcome === 'paused' || isUnwatched(verdict)
}

/** The deployment itself is over, and did not reach the end of the phase in which it was. */
export function isEnded(outcome: Outcome): boolean {
  return /^(?:failed|rolled-back|rollback-failed|stopped|superseded)$/.test(outcome)
}

/** Something went wrong. */
export function isBad(verdict: Pick<Verdict, 'outcome' | 'cause'>): boolean {
  return !isGood(verdict.outcome) && !isOpen(verdict)
}
