import type { AnswerCommands } from './commands.ts'

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
  readonly commands: AnswerCommands
}

/** `timed-out`: nobody answered and AWS did what it does then; `unknown`: AWS does not say how the wait ended. */
export type PauseAnswer = 'continue' | 'roll-back' | 'timed-out' | 'unknown'
