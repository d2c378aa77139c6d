import type { Cause } from '../diagnosis/cause.ts'
import type { OwnCause } from '../diagnosis/cause-codes.ts'
import { type Failure, type FailureCode, reasonInOneLine } from '../failure.ts'
import { asName, type Text, text, type Untrusted, untrusted } from '../text.ts'
import type { Nouns } from './nouns.ts'
import type { Terms } from './terms.ts'
import { notWatchedCode, type Outcome } from './verdict.ts'
import type { Version } from './version.ts'

/** How a target saw its deployment end. `cause` where the target itself knows it; otherwise the evidence decides. */
export interface End {
  readonly outcome: Outcome
  /** What is live now, where that is proven. */
  readonly serving?: Version | undefined
  /** AWS's own words about the end. */
  readonly reason?: Untrusted | undefined
  /** Alarms of which AWS says that they ended it; empty where it does not name them. */
  readonly triggeredAlarms?: readonly string[] | undefined
  /** Whether this run or another user requested the stop that ended it; undefined where none was requested. */
  readonly stopped?: 'by-us' | 'by-others' | undefined
  /** What this run observed, where it asked for the stop. */
  readonly stopReason?: Untrusted | undefined
  readonly cause?: Cause | undefined
  /** What is left after a bad end and what to do about it, whatever the cause. */
  readonly left?: Text | undefined
}

/** An end that says nothing of what is live. */
type Unserved = Omit<End, 'serving'>

/** The end of a deployment whose place another one took, before it was complete or after. Version and id are those of the other. */
export function supersededBy(
  nouns: Nouns,
  version: Version | undefined,
  deploymentId: string | undefined,
  wasComplete = false,
): Unserved {
  const newer = deploymentId ? text`deployment ${untrusted(deploymentId)}` : text`a newer deployment`
  const what = version ? text` of ${asName(version.label)}` : []
  return {
    outcome: 'superseded',
    cause: certain(
      'superseded',
      wasComplete
        ? text`the deployment completed and was then superseded`
        : text`the deployment was superseded before it completed`,
      text`${newer}${what} was started by another user or run`,
      text`Nothing to do if that was intended. To deploy this ${nouns.version} after all, run this job again.`,
    ),
  }
}

/** Whether the rollback of a deployment in flight is what is asked for. */
type Asked = Pick<Terms, 'isTurnedRound'>

/** The end of a watch whose time was up. `again`: how it is watched further, where that is known. */
export function timedOut({ isTurnedRound }: Asked, minutes: number, last: Text, again: Text = []): Unserved {
  if (isTurnedRound) return returning(minutes, last, again)
  const fix = text`It continues without this run. Run the job again to watch it further (it is not started again), or raise wait-for-minutes.${again}`
  return late(text`the deployment did not complete within ${minutesOf(minutes)}`, last, fix)
}

/**
 * The end of a watch whose time was up while AWS takes the old version back. The same version again would be a new
 * deployment by then: nothing is picked up. `again`: how the rollback is watched further.
 */
export function returning(minutes: number, last: Text, again: Text = []): Unserved {
  const fix = text`It continues without this run. Wait until it ends before you deploy again, or raise wait-for-minutes.${again}`
  return late(text`the rollback did not complete within ${minutesOf(minutes)}`, last, fix)
}

function late(what: Text, last: Text, fix: Text): Unserved {
  return { outcome: 'timed-out', cause: certain('timed-out', what, last, fix) }
}

function minutesOf(minutes: number): string {
  return `${minutes} ${minutes === 1 ? 'minute' : 'minutes'}`
}

/** The end of a deployment that was stopped from outside of this run. `reason`: AWS's words for it. */
export function stoppedByHand(reason: Untrusted | undefined): Unserved {
  return {
    outcome: 'stopped',
    reason,
    cause: certain(
      'stopped',
      text`the deployment was stopped before it completed`,
      reason ? text`${reason}` : text`stopped manually (console, CLI or API) by a user other than this run`,
      text`Redeploy if this was unintended: run this job again. AWS CloudTrail has the user.`,
    ),
  }
}

/** The end of a run that was told not to wait. `again`: how it is watched after all, where that is known. */
export function notWatched(
  { isTurnedRound }: Asked,
  nouns: Nouns,
  again: Text = [],
): Unserved & { readonly cause: Cause } {
  return unwatched(text`the ${isTurnedRound ? 'rollback' : 'deployment'} was started and is not watched`, nouns, again)
}

/** The same of whatever was started; `more`: how to go on watching. */
export function unwatched(what: Text, { target }: Nouns, more: Text = []): Unserved & { readonly cause: Cause } {
  return {
    outcome: 'detached',
    cause: certain(
      notWatchedCode,
      what,
      text`wait-for-service-stability is false`,
      text`Check the ${target} in the AWS console, or set wait-for-service-stability to true.${more}`,
    ),
  }
}

/** What a failure says, as a cause. */
export function causeOf(failure: Failure): Cause {
  const { code, what, fix, docs, mistakes = [], marks = [] } = failure.parts
  return {
    ...certain(code, what, reasonInOneLine(failure.parts), fix ?? text`Correct it and run the job again.`),
    docs,
    mistakes: [...mistakes, ...marks],
  }
}

/** A cause that needs no evidence: the program saw it happen. */
export function certain(code: OwnCause | FailureCode, what: Text, why: Text, fix: Text): Cause {
  return { code, what, why, fix, confidence: 'certain' }
}

/** What an error that is no `Failure` says, as a cause. */
export function unexpected(error: unknown): Cause {
  const reason = error instanceof Error ? error.message : String(error)
  return certain(
    'unexpected',
    text`Internal error (a bug in Slipway)`,
    text`${untrusted(reason)}`,
    text`Report it, with the log of this step.`,
  )
}
