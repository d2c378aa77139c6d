import { deadlineIn } from '../../../clock.ts'
import type { Changed } from '../../../deployment/conflict.ts'
import { certain, type End } from '../../../deployment/outcomes.ts'
import { startPace, ticks } from '../../../deployment/pace.ts'
import type { Service } from '../../../ports.ts'
import { asName, text } from '../../../text.ts'
import { readService } from '../facts/read-service.ts'
import { lacksTasks, primary, requireService, runningTaskDefinition } from '../facts/service-facts.ts'
import type { EcsContext } from '../request/ecs-context.ts'
import { shortName } from '../request/revision-version.ts'
import type { ServiceRequest } from '../request/service-request.ts'
import { changed } from './obstacles.ts'

/** Tasks that were stopped a moment ago are replaced within this time, or something is wrong with them. Minutes. */
const longest = 5
/** More time for a task that began to run shortly before. Milliseconds. */
const settling = 60_000

/** A program that crashes at its start runs for a moment: so many reads in a row must show a task. */
const looks = 3

/** True where tasks are wanted and none runs: AWS calls such a deployment complete, and it serves nothing. */
function servesNothing(service: Service): boolean {
  return lacksTasks(service) && !service.runningCount
}

/**
 * Waits until a task runs of a service that is on the wanted revision already, `running`. Undefined once one does, or none is
 * wanted. Costs no call where all run.
 */
export async function awaitRunning(
  running: string,
  service: Service,
  request: ServiceRequest,
  context: EcsContext,
): Promise<End | Changed | undefined> {
  if (!lacksTasks(service)) return undefined
  const minutes = Math.min(longest, request.waitMinutes)
  const { clock, signal } = context
  const end = deadlineIn(clock, minutes * 60_000)
  // The tasks of its deployment that have stopped since are the evidence.
  context.keep({ taskDefinition: running, createdAt: primary(service)?.createdAt?.getTime() })
  let desired = service.desiredCount
  let served = 0
  const deadline = () => end + (served > 0 ? settling : 0)
  for await (const _ of ticks(clock, deadline, startPace(clock, request.longestGap), signal)) {
    const seen = await requireService(await readService(context, request), request, context.ecs)
    if (runningTaskDefinition(seen) !== running) return changed(service)
    served = servesNothing(seen) ? 0 : served + 1
    if (served === looks) return undefined
    desired = seen.desiredCount
  }
  const cause = certain(
    'no-task-running',
    text`0 of ${String(desired)} tasks keep running`,
    text`it was on ${asName(shortName(running))} before this run, and within ${String(minutes)} min none of its tasks kept running`,
    text`Nothing was deployed. Correct what stops its tasks, or deploy another revision.`,
  )
  return { outcome: 'failed', cause: { ...cause, isGeneral: true } }
}
