import type { Text } from '../text.ts'

/** Where something is in the file that was given, counted from 1. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** One step that was rewritten or removed, and why. */
export interface Change extends Position {
  /** The action or the command that was there. */
  readonly before: string
  /** The action that is there now; undefined: the step was removed. */
  readonly after?: string | undefined
  readonly why: Text
}

/** Something that stays as it was, or that a person can improve, and why. */
export interface Remark extends Position {
  /** The action or the command. */
  readonly what: string
  readonly why: Text
}

/** A workflow, or a composite action, in Slipway's steps. */
export interface Migration {
  /** The whole file; the same text where nothing changed. */
  readonly text: string
  readonly changes: readonly Change[]
  /** Steps that could not be translated. */
  readonly left: readonly Remark[]
  /** What a person can improve afterwards. */
  readonly advice: readonly Remark[]
}

/** How the steps of Slipway are called. */
export interface MigrationOptions {
  /** `owner/repository@ref`. */
  readonly slipway: string
  /** ARN of the role that jobs assume in place of the static keys that they have; undefined: the keys stay. */
  readonly role?: string | undefined
}

/** The `uses:` of one of Slipway's actions, such as `your-org/slipway/actions/deploy@v1`. */
export function slipwayUses({ slipway }: MigrationOptions, action: string): string {
  const at = slipway.lastIndexOf('@')
  return `${slipway.slice(0, at)}/actions/${action}${slipway.slice(at)}`
}
