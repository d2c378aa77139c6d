import type { Cause } from '../diagnosis/cause.ts'
import type { EvidenceReport } from '../diagnosis/evidence-report.ts'
import type { Text, Untrusted } from '../text.ts'
import type { Judgement, Watchman } from './commit-guard.ts'
import type { Changed, Obstacle } from './conflict.ts'
import type { Context } from './context.ts'
import type { DeploymentRecord } from './deployment-record.ts'
import type { Gauge } from './details.ts'
import type { DeploymentEvent } from './events.ts'
import type { End } from './outcomes.ts'
import type { Pause } from './pause.ts'
import type { Plan } from './plan.ts'
import type { Terms } from './terms.ts'
import type { Version } from './version.ts'

/** What happens on the way to a result, in order. */
export type Events<Result> = AsyncGenerator<DeploymentEvent, Result>

/**
 * One thing that can be deployed to, opened for one run with what is wanted and its access to AWS. It knows one service of
 * AWS and tells what only that has as words and rows in events; everything else is the same for all. What a target leaves out,
 * it cannot do. All of it throws `Failure`.
 */
export interface Target {
  /** By which the post step opens it again: `ecs`. */
  readonly kind: string
  /** What it is in a sentence, and its name: `service`, `api`. */
  readonly noun: string
  readonly name: string
  /** What the record has of it from the beginning. Only the target reads it; plain JSON. */
  readonly own: object
  /** The value without what no text may show, as far as that is known by now. Every event goes through it. */
  conceal<Value>(value: Value): Value
  /** Reads what is live and what is wanted, and decides. Changes nothing, also where another deployment is in progress. */
  prepare(terms: Terms, context: Context, watchman: Watchman | undefined): Events<Prepared>
  /** Tells what can be known to fail before anything is changed; throws what blocks the deployment. */
  lookAhead?(terms: Terms, context: Context): Events<void>
  /** A deployment that was begun before. Without an id the one in flight; undefined: there is none. */
  find?(id: string | undefined, terms: Terms, context: Context): Promise<Found | undefined>
  /** What is in flight and is stopped where this target goes back; undefined: nothing is. */
  inFlight?(terms: Terms, context: Context): Promise<InFlight | undefined>
  /** The same target at an earlier version: a rollback is a deployment of what is there already. */
  earlier?(goal: Earlier): Target
  /**
   * Evidence and cause of an end, or of what fails while the deployment goes on. `time`: milliseconds after which it is
   * undefined, as the verdict does not wait.
   */
  explain?(known: Known, record: DeploymentRecord, context: Context, time: number): Promise<Explained | undefined>
  /** How another job watches what the record is of. */
  watchAgain?(record: DeploymentRecord, terms: Terms): Text
}

/** What is there, and what will be done about it. */
export interface Prepared {
  readonly plan: Plan
  /** What may be wrong with the choice of the version; told right after the plan. */
  readonly doubts?: readonly Untrusted[]
  readonly warnings: readonly Untrusted[]
  /** How long the deployment may take, for credentials that expire; undefined: it is not waited for. */
  readonly minutes: number | undefined
  /** Whether what is live may be replaced; asked for while the rest is read. */
  readonly judgement: Promise<Judgement>
  /** What is judged, where that is not what the plan says to be live: a version that is on its way. */
  readonly judged?: Version | undefined
  /** Another deployment, beside which AWS takes none; the plan is made anew once it is over. */
  readonly obstacle?: Obstacle | undefined
  /** Another deployment that ours would replace, though it is to be waited for, or to be left. */
  readonly replaces?: Obstacle | undefined
  /** What must hold before the change; throws where it does not. */
  require?(): Events<void>
  /** Tells what a preflight has found, once; throws where something blocks the deployment. */
  check?(): Events<void>
  /** Where the plan does nothing: what is left to do, such as marking what is live. */
  confirm?(): Events<End | Changed>
  /** Makes the change, tells `versioned` and `started`, and watches it to its end. */
  change(): Events<End | Obstacle | Changed>
}

/** A deployment that was begun by another run or user. */
export interface Found {
  /** As people see it. */
  readonly id: string
  readonly from?: Version | undefined
  readonly to?: Version | undefined
  /** Tells what a deployment of our own tells before it is watched. `isTakenBack`: it is about to be rolled back. */
  begin(isTakenBack: boolean): Events<void>
  /** To its end. `answered`: ids of waits that were just answered. */
  watch(answered: readonly string[]): Events<End>
  /** How another job watches it to its end. */
  readonly watchAgain: Text
  readonly waits?: AnswerableWaits
}

/** The waits of a deployment for an answer. */
export interface AnswerableWaits {
  /** What is there to be answered; looked at again where that is nothing. */
  situation(decision: PauseDecision): Promise<Situation>
  /** False: nothing waited there any more. */
  answer(answer: PauseDecision['answer'], pause: Pause): Promise<boolean>
}

/** What somebody decided. */
export interface PauseDecision {
  readonly answer: 'continue' | 'roll-back'
  /** Only the waits at this stage; all when undefined. */
  readonly stage: string | undefined
}

/** What a deployment does, as far as answers go. */
export type Situation =
  | { readonly kind: 'waits'; readonly pauses: readonly Pause[]; readonly says: string }
  /** `answered`: a wait of it is over; `moving`: it has not waited yet; `ended`: or on its way back. */
  | { readonly kind: 'answered' | 'moving' | 'ended'; readonly says: string }

/** A deployment that is stopped with rollback, or rolls back already. */
export interface InFlight {
  readonly plan: Plan
  /** What it deploys, where that is known. */
  readonly version?: Version | undefined
  readonly known: Partial<DeploymentRecord>
  /** Stops it and watches its rollback. `terms`: those of a deployment that is turned round. */
  turnRound(terms: Terms, context: Context): Events<End>
}

/** What is deployed instead of what is live. */
export interface Earlier {
  readonly to: Version
  /** What must be live still: no newer version is replaced. */
  readonly from: Version
  /** As the end of a sentence. */
  readonly why: string
  /** `undo` of the plan of the deployment that is taken back. */
  readonly undo?: unknown
}

/** What is known of a failed deployment, or of one that is failing. */
export type Known = Pick<End, 'outcome' | 'reason' | 'triggeredAlarms' | 'stopped' | 'stopReason'>

/** The cause of a failed deployment, with the evidence behind it. */
export interface Explained {
  readonly cause: Cause
  readonly evidence: EvidenceReport
  /** What the evidence tells of gauges. */
  readonly gauges?: readonly Gauge[] | undefined
  /** Whether it is worth telling while the deployment goes on; `partial`: logs that arrive late may tell more. */
  readonly standing: 'proven' | 'partial' | 'open'
}

/** A deployment that has been, or is on its way without this run, as if it had been watched. */
export interface Past {
  readonly name: string
  /** What it is a part of. */
  readonly home: { readonly kind: string; readonly name: string }
  /** Milliseconds since 1970. */
  readonly startedAt: number
  readonly isOver: boolean
  readonly events: readonly DeploymentEvent[]
}
