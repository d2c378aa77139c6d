import type { Mistake } from '../mistake.ts'
import type { Text } from '../text.ts'

/** The reason of a failure: what failed, AWS's own name for it, why, what to do. Views join them to one sentence. */
export interface Cause {
  /** Stable name of the kind of cause, for programs: `out-of-memory`, … All are in `docs/troubleshooting.md`. */
  readonly code: string
  /** What failed, such as `3 of 3 new tasks stopped`. No full stop. */
  readonly what: Text
  /**
   * AWS's own name or words for it, as it spells them and people search for them, such as `OutOfMemoryError`; with the
   * facts that belong to it in brackets. A fact, however sure the reason is.
   */
  readonly error?: Text | undefined
  /** Why, such as `container "api" ran out of memory (limit 512 MiB, exit code 137, SIGKILL)`. No full stop. */
  readonly why: Text
  /** What to do, a sentence with a full stop. */
  readonly fix: Text
  /** Address of the page with details. */
  readonly docs?: string | undefined
  /** Lines of files to mark; what they say is in the why. */
  readonly mistakes?: readonly Mistake[] | undefined
  /** How certain `why` is. A quotation is certain: AWS's message is a fact. */
  readonly confidence: 'certain' | 'likely' | 'possible'
  /** True where it names that something failed, and not why: other evidence of the end is more specific. */
  readonly isGeneral?: boolean | undefined
}
