import { deadlineIn } from '../clock.ts'
import { runDeployment } from '../targets/ecs/change/run-deployment.ts'
import { settleConflict } from '../targets/ecs/prepare/conflict.ts'
import type { ServiceRequest } from '../targets/ecs/request/service-request.ts'
import type { Context } from './context.ts'
import type { DeploymentEvent } from './events.ts'
import type { End } from './outcomes.ts'
import { redactEvents } from './redact-events.ts'
import { withRecord } from './with-record.ts'

type Events<Result> = AsyncGenerator<DeploymentEvent, Result>

/**
 * Deploys one service, from reading it to the verdict. The last event is `finished`, also after a cancel or an error;
 * the error is thrown after it. A dry run ends after `planned`.
 */
export async function* deploy(request: ServiceRequest, context: Context): Events<void> {
  yield* redactEvents(request, context, (asked, seen) =>
    withRecord(asked, seen, {}, (kept) => retryWhileBusy(asked, kept)),
  )
}

/** How often the service may be changed by others just before our own change. */
const mostChanges = 5

/**
 * Tries until nobody else is in the way. Every try begins with reading, as what was wanted may depend on what was there.
 * Undefined: a dry run, which has no end because it has no beginning.
 */
async function* retryWhileBusy(request: ServiceRequest, context: Context): Events<End | undefined> {
  if (request.deploymentId !== undefined) {
    const { attach } = await import('../targets/ecs/locate/attach.ts')
    return yield* attach(request.deploymentId, request, context)
  }
  const deadline = deadlineIn(context.clock, request.waitMinutes * 60_000)
  for (let changes = 0; ; ) {
    const result = yield* runDeployment(request, context)
    if (result === undefined || !('kind' in result)) return result
    context.keep({ stage: 'preparing' })
    if (result.kind === 'conflict') yield* settleConflict(result, request, context, deadline)
    else if (++changes > mostChanges) throw result.failure
  }
}
