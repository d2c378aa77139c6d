import type { Watchman } from '../../../deployment/commit-guard.ts'
import type { Prepared } from '../../../deployment/target.ts'
import { text } from '../../../text.ts'
import type { Reading } from './read-site.ts'

/** Whether the live release may be replaced, by its commit. */
export function judgementOf({ found }: Reading, watchman: Watchman | undefined): Prepared['judgement'] {
  const { live } = found.state
  if (watchman === undefined) return Promise.resolve({ kind: 'pass' })
  const unmarked = { why: text`it was deployed without a commit`, fix: text`Deploy it once from a workflow` }
  return watchman.judge(live && { origin: live.origin, unmarked })
}
