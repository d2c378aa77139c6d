import { deadlineIn } from '../clock.ts'
import { attempt } from './attempt.ts'
import { settleConflict } from './conflict.ts'
import type { End } from './end.ts'
import type { DeploymentEvent } from './event.ts'
import type { DeployRequest, Journey } from './journey.ts'
import { recorded } from './recorded.ts'
import { redactEvents } from './redact-events.ts'

type Events<Result> = AsyncGenerator<DeploymentEvent, Result>

/**
 * Deploys one service, from reading it to the verdict. The last event is `finished`, also after a cancel or an error;
 * the error is thrown after it. A dry run ends after `planned`.
 */
export async function* deploy(request: DeployRequest, journey: Journey): Events<void> {
  yield* redactEvents(request, journey, (asked, seen) => recorded(asked, seen, {}, (kept) => travel(asked, kept)))
}

/** How often the service may be changed by others just before our own change. */
const mostChanges = 5

/**
 * Tries until nobody else is in the way. Every try begins with reading, as what was wanted may depend on what was there.
 * Undefined: a dry run, which has no end because it has no beginning.
 */
async function* travel(request: DeployRequest, journey: Journey): Events<End | undefined> {
  if (request.deploymentId !== undefined) {
    const { attach } = await import('./attach.ts')
    return yield* attach(request.deploymentId, request, journey)
  }
  const deadline = deadlineIn(journey.clock, request.waitMinutes * 60_000)
  for (let changes = 0; ; ) {
    const result = yield* attempt(request, journey)
    if (result === undefined || !('kind' in result)) return result
    journey.keep({ stage: 'preparing' })
    if (result.kind === 'conflict') yield* settleConflict(result, request, journey, deadline)
    else if (++changes > mostChanges) throw result.failure
  }
}
