import { failureWithOrigins } from '../origins.ts'
import type { Context } from './context.ts'
import type { DeploymentRecord } from './deployment-record.ts'
import type { End } from './outcomes.ts'
import { redactEvents } from './redact-events.ts'
import { withSuspicion } from './suspicion/with-suspicion.ts'
import type { Events, Target } from './target.ts'
import type { Terms } from './terms.ts'
import { finish, finishByError } from './verdict-cause.ts'

/**
 * A way from its beginning to the verdict, with a record of it kept for the post step, and without values that no text may show.
 * The last event is `finished`, also after a cancel or an error; the error is thrown after it. A way without an end was a dry run.
 */
export async function* withRecord(
  target: Target,
  terms: Terms,
  context: Context,
  known: Partial<DeploymentRecord>,
  way: (kept: Context) => Events<End | undefined>,
): Events<void> {
  yield* redactEvents(target, recorded(target, terms, context, known, way))
}

async function* recorded(
  target: Target,
  terms: Terms,
  context: Context,
  known: Partial<DeploymentRecord>,
  way: (kept: Context) => Events<End | undefined>,
): Events<void> {
  let record: DeploymentRecord = {
    policy: terms.onCancel,
    startedAt: context.clock.now(),
    stage: 'preparing',
    ...known,
    target: target.kind,
    own: { ...target.own, ...known.own },
  }
  const kept: Context = {
    ...context,
    keep(part) {
      record = { ...record, ...part, own: { ...record.own, ...part.own } }
      context.keep(record)
    },
  }
  kept.keep({})
  try {
    // Of a deployment that is stopped for its rollback, nobody asks why its parts fail.
    const end = yield* terms.isTurnedRound ? way(kept) : withSuspicion(way(kept), target, kept, () => record)
    if (end) yield* finish(end, { target, context: kept, record })
  } catch (thrown) {
    const error = failureWithOrigins(thrown, terms.origins)
    yield* finishByError(error, { target, context: kept, record }, terms)
    if (!context.signal.aborted) throw error
    context.interrupted?.(error)
  } finally {
    // Else the post step would take an error for a cancel, and tell everybody so.
    if (!context.signal.aborted) kept.keep({ stage: 'ended' })
  }
}
