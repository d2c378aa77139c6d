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

async function* recorded(...[target, terms, context, known, way]: Parameters<typeof withRecord>): Events<void> {
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
    // A deployment that is stopped for its rollback needs no explanation of its failures.
    const told = keeping(way(kept), () => record, kept)
    const end = yield* terms.isTurnedRound ? told : withSuspicion(told, target, kept, () => record)
    if (end) yield* finish(end, { target, context: kept, record })
  } catch (thrown) {
    const error = failureWithOrigins(thrown, terms.origins)
    yield* finishByError(error, { target, context: kept, record }, terms)
    if (!context.signal.aborted) throw error
    context.interrupted?.(error)
  } finally {
    // Else the post step would take an error for a cancel, and report it as one.
    if (!context.signal.aborted) kept.keep({ stage: 'ended' })
  }
}

/** Keeps what the events name and the target has not kept itself, so that a cancel after one of them finds it. */
async function* keeping<Result>(
  events: Events<Result>,
  recordOf: () => DeploymentRecord,
  { keep }: Context,
): Events<Result> {
  for (;;) {
    const { done, value } = await events.next()
    if (done) return value
    const { to, stage, deploymentId } = recordOf()
    if (value.kind === 'versioned' && to === undefined) keep({ to: value.version })
    if (value.kind === 'started' && (stage !== 'watching' || deploymentId === undefined))
      keep({ stage: 'watching', deploymentId: deploymentId ?? value.deploymentId })
    yield value
  }
}
