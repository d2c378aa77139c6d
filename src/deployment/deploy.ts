import { deadlineIn } from '../clock.ts'
import type { Context } from './context.ts'
import type { End } from './outcomes.ts'
import { runDeployment } from './run-deployment.ts'
import type { Events, Target } from './target.ts'
import type { Terms } from './terms.ts'
import { withRecord } from './with-record.ts'

/**
 * Deploys to one target, from reading it to the verdict. The last event is `finished`, also after a cancel or an error;
 * the error is thrown after it. A dry run ends after `planned`.
 */
export async function* deploy(target: Target, terms: Terms, context: Context): Events<void> {
  const { deploymentId: id } = terms
  yield* withRecord(target, terms, context, {}, async function* (kept) {
    if (id === undefined) return yield* retryWhileBusy(target, terms, kept)
    const { watchFound } = await import('./watch-found.ts')
    return yield* watchFound(id, target, terms, kept)
  })
}

/** How often the target may be changed by others just before our own change. */
const mostChanges = 5

/**
 * Tries until no other deployment is in progress. Every try reads the state anew, as the request may depend on it.
 * Undefined: a dry run, which starts nothing.
 */
async function* retryWhileBusy(target: Target, terms: Terms, context: Context): Events<End | undefined> {
  const deadline = deadlineIn(context.clock, terms.waitMinutes * 60_000)
  for (let changes = 0; ; ) {
    const result = yield* runDeployment(target, terms, context)
    if (result === undefined || !('kind' in result)) return result
    context.keep({ stage: 'preparing' })
    if (result.kind === 'conflict') {
      const { settleConflict } = await import('./conflict.ts')
      yield* settleConflict(result, terms, context, deadline)
    } else if (++changes > mostChanges) throw result.failure
  }
}
