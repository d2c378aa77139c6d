import { type Text, text } from '../text.ts'
import type { AnswerCommands } from './commands.ts'

/** A wait of a deployment for an answer. */
export interface Pause {
  /** AWS's name of the wait. */
  readonly id: string
  /** Step of the deployment in which it waits; the same as `id` for a wait without a name of its own. */
  readonly stage: string
  /** When AWS stops waiting, in milliseconds since 1970. */
  readonly until?: number | undefined
  /** What AWS does when there is no answer. */
  readonly otherwise: 'continue' | 'roll-back'
  /** Permission to answer it, `ecs:ContinueServiceDeployment`. */
  readonly permission: string
  readonly commands: AnswerCommands
}

/** `timed-out`: no answer came, and AWS took its timeout action; `unknown`: AWS does not report how the wait ended. */
export type PauseAnswer = 'continue' | 'roll-back' | 'timed-out' | 'unknown'

/** How a pause can be answered, as the end of a sentence. */
export function whoMayAnswer({ permission }: Pause): Text {
  return text`actions/continue, or a principal with ${permission}`
}
