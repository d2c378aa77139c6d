import { type Text, text } from '../text.ts'
import type { AnswerCommands } from './commands.ts'
/** Tasks and traffic of one service revision (ECS) or task set (CodeDeploy). */
export interface RevisionDetails {
  /** `api:118`; the revision's own id where its task definition is not known. */
  readonly name: string
  /** `new`: what is being deployed; `old`: what served before. */
  readonly side: 'new' | 'old'
  /** Share of production traffic, 0 to 100; absent where the strategy shifts none. */
  readonly weight?: number | undefined
  readonly desired: number
  readonly running: number
  readonly pending: number
}

/** One run of a lifecycle hook (`lifecycleHookDetails` of ECS's ServiceDeployment). */
export interface HookDetails {
  readonly id: string
  /** `AWS_LAMBDA` or `PAUSE`. */
  readonly type: string
  /** ARN of the function, where it is one. */
  readonly target?: string | undefined
  /** AWAITING_ACTION, IN_PROGRESS, SUCCEEDED, FAILED or TIMED_OUT. */
  readonly status: string
  /** Milliseconds since 1970. */
  readonly expiresAt?: number | undefined
}

/** What AWS shows of a deployment beside its phases. */
export interface Details {
  readonly revisions: readonly RevisionDetails[]
  /** Failed tasks so far, and the number that ends the deployment (`deploymentCircuitBreaker`). */
  readonly circuitBreaker?:
    | { readonly status: string; readonly failures: number; readonly threshold?: number | undefined }
    | undefined
  readonly alarms?:
    | {
        readonly status: string
        readonly names: readonly string[]
        readonly triggered: readonly string[] /** True where the facts of the plan name them. */
        readonly isInPlan?: boolean
      }
    | undefined
  readonly hooks: readonly HookDetails[]
  /** When the bake time is over, in milliseconds since 1970; only while it runs. */
  readonly bakeEndsAt?: number | undefined
}

/** A wait for an answer: `PAUSE` hook of ECS (`ContinueServiceDeployment`), or READY_WAIT of CodeDeploy (`ContinueDeployment`). */
export interface Pause {
  /** Hook id of ECS, or `READY_WAIT`. */
  readonly id: string
  /** Lifecycle stage in which ECS waits, or `READY_WAIT`. */
  readonly stage: string
  /** When AWS stops waiting, in milliseconds since 1970. */
  readonly until?: number | undefined
  /** What AWS does when nobody answers: hook `timeoutAction` of ECS, `actionOnTimeout` of CodeDeploy. */
  readonly otherwise: 'continue' | 'roll-back'
  /** Permission to answer it, `ecs:ContinueServiceDeployment`. */
  readonly permission: string
  readonly commands: AnswerCommands
}

/** `timed-out`: nobody answered and AWS did what it does then; `unknown`: AWS does not say how the wait ended. */
export type PauseAnswer = 'continue' | 'roll-back' | 'timed-out' | 'unknown'

/** Who may answer a wait, as the end of a sentence. */
export function whoMayAnswer({ permission }: Pause): Text {
  return text`actions/continue, or a principal with ${permission}`
}
