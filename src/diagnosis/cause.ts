import type { Text } from '../text.ts'

/** The reason of a failure, as a person wants to read it: what failed, why, what to do. */
export interface Cause {
  /** Stable name of the kind of cause, for programs: `out-of-memory`, … All are in `docs/troubleshooting.md`. */
  readonly code: string
  /** What failed, such as `3 of 3 new tasks stopped`. No full stop. */
  readonly what: Text
  /** Why, such as `container "api" ran out of memory (exit code 137)`. No full stop. */
  readonly why: Text
  /** What to do, a sentence with a full stop. */
  readonly fix: Text
  /** Address of the page that says more. */
  readonly docs?: string | undefined
  /** How sure the reason is. A quotation is certain: that AWS says it is a fact. */
  readonly confidence: 'certain' | 'likely' | 'possible'
  /** True where it tells that something failed, and not why: what else is known of the end says more. */
  readonly isGeneral?: boolean | undefined
}
