import { Failure, failureInOneLine } from '../failure.ts'
import { renderText, untrusted } from '../text.ts'
import type { Context } from './context.ts'
import type { Pause } from './pause.ts'
import { rollBack } from './roll-back.ts'
import type { Events, Target } from './target.ts'
import type { Terms } from './terms.ts'

/**
 * A rollback whose pauses are continued: what was live before needs no answer of a person, and users have the failed version until it
 * is live again. Where the run is not authorized to answer, the pause is waited for, with a warning.
 */
export async function* rollBackThroughPauses(target: Target, terms: Terms, context: Context): Events<void> {
  let id: string | undefined
  for await (const event of rollBack(target, terms, context)) {
    if (event.kind === 'started' || event.kind === 'identified') id = event.deploymentId
    yield event
    if (event.kind === 'paused') yield* goOn(event.pause, id, target, terms, context)
  }
}

async function* goOn(
  pause: Pause,
  id: string | undefined,
  ...[target, terms, context]: Parameters<typeof rollBack>
): Events<void> {
  try {
    const found = await target.find?.(id, terms, context)
    await found?.waits?.answer('continue', pause)
  } catch (error) {
    if (!(error instanceof Failure) || error.parts.code !== 'permission-missing') throw error
    const why = renderText(failureInOneLine(error.parts), (theirs) => theirs)
    const message = `The rollback is paused at ${pause.stage}, and this run could not continue it: ${why}.`
    yield { kind: 'warning', at: context.clock.now(), message: untrusted(message) }
  }
}
