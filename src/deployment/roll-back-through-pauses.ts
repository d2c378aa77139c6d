import type { Context } from './context.ts'
import { rollBack } from './roll-back.ts'
import type { Events, Target } from './target.ts'
import type { Terms } from './terms.ts'

/**
 * A rollback that this run begins itself, whose pauses are continued: what was live before needs no answer of a person, and users
 * have the failed version until it is live again.
 */
export async function* rollBackThroughPauses(target: Target, terms: Terms, context: Context): Events<void> {
  let id: string | undefined
  for await (const event of rollBack(target, terms, context)) {
    if (event.kind === 'started' || event.kind === 'identified') id = event.deploymentId
    yield event
    if (event.kind !== 'paused') continue
    const found = await target.find?.(id, terms, context)
    await found?.waits?.answer('continue', event.pause)
  }
}
