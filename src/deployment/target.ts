import type { Cause } from '../diagnosis/cause.ts'
import type { EvidenceReport } from '../diagnosis/evidence-report.ts'
import type { Finding } from '../diagnosis/finding.ts'
import type { Text, Untrusted } from '../text.ts'
import type { Judgement, Watchman } from './commit-guard.ts'
import type { Changed, Obstacle } from './conflict.ts'
import type { Context } from './context.ts'
import type { DeploymentRecord } from './deployment-record.ts'
import type { Gauge } from './details.ts'
import type { DeploymentEvent } from './events.ts'
import type { Nouns } from './nouns.ts'
import type { End } from './outcomes.ts'
import type { Pause } from './pause.ts'
import type { Plan } from './plan.ts'
import type { Terms } from './terms.ts'
import type { Version } from './version.ts'

/** What happens on the way to a result, in order. */
export type Events<Result> = AsyncGenerator<DeploymentEvent, Result>

/**
 * One thing that can be deployed to, opened for one run with what is wanted and its access to AWS. It knows one service of
 * AWS, and reports what is specific to it as text in events; everything else is common to all. Members that a target leaves out,
 * it does not support. All members throw `Failure`.
 */
export interface Target {
  /** By which the post step opens it again: `ecs`. */
  readonly kind: string
  /** What it and its versions are called in a sentence, and its name: `api`. */
  readonly nouns: Nouns
  readonly name: string
  /** Whether AWS carries a deployment on that no run watches any more. */
  readonly goesOn: boolean
  /** What the record has of it from the beginning. Only the target reads it; plain JSON. */
  readonly own: object
  /** The value without what no text may show, as far as that is known by now. Every event goes through it. */
  conceal<Value>(value: Value): Value
  /** Reads what is live and what is wanted, and decides. Changes nothing, also where another deployment is in progress. */
  prepare(terms: Terms, context: Context, watchman: Watchman | undefined): Events<Prepared>
  /** Reports foreseeable failures before anything is changed; throws what blocks the deployment. Undefined: nothing more is known. */
  lookAhead?(terms: Terms, context: Context): Events<Seen | undefined>
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
  /** Doubts about the choice of the version; reported right after the plan. */
  readonly doubts?: readonly Untrusted[]
  readonly warnings: readonly Untrusted[]
  /** For `doctor`: those of the warnings that are findings, and notes. */
  readonly findings?: readonly Finding[] | undefined
  /** How long the deployment may take, for credentials that expire; undefined: it is not waited for. */
  readonly minutes: number | undefined
  /** Whether the watchman lets what is live be replaced; asked for while the rest is read. */
  readonly judgement: Promise<Judgement>
  /** What is judged, where that is not what the plan says to be live: a version that is on its way. */
  readonly judged?: Version | undefined
  /** Stages at which the deployment pauses for an answer; undefined: unknown. */
  readonly pauses?: readonly string[] | undefined
  /** Another deployment, beside which AWS takes none; the plan is made anew once it is over. */
  readonly obstacle?: Obstacle | undefined
  /** Another deployment that ours would replace, though it is to be waited for, or to be left. */
  readonly replaces?: Obstacle | undefined
  /** Where the plan does nothing: whether that is so. Changes nothing. Default: it is. */
  confirm?(): Events<End | Changed>
  /** Where the plan does nothing: what is changed all the same, such as the marks of what is live. Never in a dry run. */
  mark?(): Events<void>
  /** What must hold before the change; throws where it does not. Changes nothing. */
  ready(): Promise<Ready>
}

/** What is seen of a deployment ahead, for what is done around it. */
export type Seen = Pick<Prepared, 'plan' | 'pauses'>

/** A deployment that can begin. */
export interface Ready {
  readonly warnings?: readonly Untrusted[]
  /** Reports the findings of the preflight, once; throws where one blocks the deployment. */
  check?(): Events<void>
  /**
   * Makes the change, reports `versioned` and `started`, and watches it to its end. Heeds the signal, and `wait`, `waitMinutes` and
   * `waitFor` of the terms. Keeps the stage `updating` before the call that begins the deployment.
   */
  change(): Events<End | Obstacle | Changed>
}

/** A deployment that was begun by another run or user. */
export interface Found {
  /** The id in reports. */
  readonly id: string
  /** With the versions before and after it. */
  readonly plan: Plan
  /** As in `Prepared`. */
  readonly minutes: number | undefined
  readonly warnings: readonly Untrusted[]
  readonly known: Partial<DeploymentRecord>
  readonly started: Extract<DeploymentEvent, { kind: 'started' }>
  /** To its end. `answered`: ids of waits that were just answered. */
  watch(answered: readonly string[]): Events<End>
  /** How another job watches it to its end. */
  readonly watchAgain: Text
  readonly waits?: AnswerableWaits
  /** Stops it with rollback, which `watch` sees. Throws `deployment-conflict` where it has ended. */
  stop?(): Promise<void>
}

/** The waits of a deployment for an answer. */
export interface AnswerableWaits {
  /** The open pauses; read again where there is none. */
  situation(decision: PauseDecision): Promise<Situation>
  /** False: nothing waited there any more. */
  answer(answer: PauseDecision['answer'], pause: Pause): Promise<boolean>
}

/** The answer to a pause. */
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
  /** Gauges from the evidence. */
  readonly gauges?: readonly Gauge[] | undefined
  /** Whether to report it during the deployment; `partial`: later log lines may add to it. */
  readonly standing: 'proven' | 'partial' | 'open'
}

/** A deployment that has been, or is on its way without this run, as if it had been watched. */
export interface EarlierDeployment {
  readonly name: string
  /** What it is a part of. */
  readonly home: { readonly kind: string; readonly name: string }
  /** Milliseconds since 1970. */
  readonly startedAt: number
  readonly isOver: boolean
  readonly events: readonly DeploymentEvent[]
}
