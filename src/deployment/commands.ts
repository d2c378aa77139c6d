import type { Text } from '../text.ts'

/** What a person can type in a shell to go on by hand; each line is a command, or a comment that begins with `#`. */
export interface Commands {
  /** Shows the deployment. */
  readonly look: readonly Text[]
  /** Stops it while it is in progress, and rolls back; absent: nothing to stop. */
  readonly stop?: readonly Text[] | undefined
  /** Goes back to a version whose label stands between the two; absent: no single command does. */
  readonly rollBackTo?: { readonly start: Text; readonly end: Text } | undefined
}

/** What answers a wait by hand: `prepare` first, then one of the two. */
export interface AnswerCommands {
  readonly prepare: readonly Text[]
  readonly goOn: readonly Text[]
  readonly rollBack: readonly Text[]
}
