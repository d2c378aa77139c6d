import { failureWithOrigins } from '../origins.ts'
import { finish, finishByError } from '../targets/ecs/finish/verdict-cause.ts'
import type { ServiceRequest } from '../targets/ecs/request/service-request.ts'
import type { Context } from './context.ts'
import type { DeploymentRecord } from './deployment-record.ts'
import type { DeploymentEvent } from './events.ts'
import type { End } from './outcomes.ts'
import { withSuspicion } from './suspicion/with-suspicion.ts'

type Events<Result> = AsyncGenerator<DeploymentEvent, Result>

/**
 * A way from its beginning to the verdict, with a record of it kept for the post step. The last event is `finished`, also
 * after a cancel or an error; the error is thrown after it. A way without an end was a dry run.
 */
export async function* withRecord(
  request: ServiceRequest,
  context: Context,
  known: Partial<DeploymentRecord>,
  way: (kept: Context) => Events<End | undefined>,
): Events<void> {
  const { cluster, service, region, onCancel: policy } = request
  let record: DeploymentRecord = {
    cluster,
    service,
    region,
    policy,
    startedAt: context.clock.now(),
    stage: 'preparing',
    ...known,
  }
  const kept: Context = {
    ...context,
    keep(part) {
      record = { ...record, ...part }
      context.keep(record)
    },
  }
  kept.keep({})
  try {
    // Of a deployment that is stopped for its rollback, nobody asks why its tasks fail.
    const end = yield* request.isTurnedRound ? way(kept) : withSuspicion(way(kept), kept, () => record)
    if (end) yield* finish(end, { request, context: kept, record })
  } catch (thrown) {
    const error = failureWithOrigins(thrown, request.origins)
    yield* finishByError(error, { request, context: kept, record })
    if (!context.signal.aborted) throw error
  } finally {
    // Else the post step would take an error for a cancel, and tell everybody so.
    if (!context.signal.aborted) kept.keep({ stage: 'ended' })
  }
}
