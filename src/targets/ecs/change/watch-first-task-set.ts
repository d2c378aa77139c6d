import { deadlineIn } from '../../../clock.ts'
import { startAgreement } from '../../../deployment/agreement.ts'
import type { DeploymentEvent } from '../../../deployment/events.ts'
import { stoppedByHand, supersededBy, timedOut } from '../../../deployment/outcomes.ts'
import { lookUntil, startPace, ticks } from '../../../deployment/pace.ts'
import { afterEndTime, withDeadline } from '../../../deployment/time-limits.ts'
import type { Service, TaskSet } from '../../../ports.ts'
import { text, untrusted } from '../../../text.ts'
import { taskProgress } from '../facts/task-progress.ts'
import type { Rollout } from '../request/ecs-context.ts'
import { versionOf } from '../request/revision-version.ts'
import type { ServiceEnd } from '../request/service-end.ts'
import { reattach } from '../request/watch-again.ts'
import { startFailFast } from '../watch/fail-fast.ts'
import { startServiceMessages } from '../watch/service-messages.ts'

/**
 * Watches the task set that ECS makes for a new service of CodeDeploy, until it is steady: no deployment of either makes
 * it (CreateService answers such a service with a task set and without deployments). ECS never gives it up; what fails is
 * seen in its tasks. `id`: of the task set.
 */
export async function* watchFirstTaskSet(
  begun: Rollout,
  id: string | undefined,
): AsyncGenerator<DeploymentEvent, ServiceEnd> {
  const { request } = begun
  const deadline = deadlineIn(begun.context.clock, request.waitMinutes * 60_000)
  const pace = startPace(begun.context.clock, request.longestGap)
  const context = withDeadline(begun.context, deadline + afterEndTime)
  const rollout = { ...begun, context }
  const { clock, ecs, signal } = context
  const messages = startServiceMessages(rollout, undefined)
  const failFast = startFailFast(rollout, pace)
  const agree = startAgreement(clock)
  let before = ''
  for await (const _ of ticks(clock, deadline, pace, signal)) {
    const reading = ecs.describeService(request.cluster, request.service).then((found) => ({ found }))
    const seen = await lookUntil(clock, deadline, reading)
    if (seen === undefined) continue
    const set = primarySet(seen.found)
    // The first reads may not contain the new task set.
    const wasShown = before !== ''
    const isReplaced = set !== undefined && set.taskDefinition !== rollout.taskDefinition
    if (agree(wasShown && (isReplaced || set === undefined) ? (set?.id ?? 'gone') : undefined)) return endByOthers(set)
    if (set === undefined || isReplaced) continue
    yield* messages.news(seen.found)
    const { computedDesiredCount: desired = 0, runningCount: running = 0, pendingCount: pending = 0 } = set
    const counts = { desired, running, pending, failed: 0 }
    if (JSON.stringify(counts) !== before) {
      before = JSON.stringify(counts)
      yield taskProgress(clock.now(), counts)
      pace.hurry()
    }
    if (set.stabilityStatus === 'STEADY_STATE') return { outcome: 'succeeded', serving: set.taskDefinition }
    const reason = await failFast.check(counts)
    if (reason) return { outcome: 'failed', reason }
  }
  const last = text`the stabilityStatus of its first task set is not STEADY_STATE`
  return timedOut(request, request.waitMinutes, last, reattach(id, request))
}

/** The end by another task set, or by the deletion of the service. */
function endByOthers(set: TaskSet | undefined): ServiceEnd {
  if (set === undefined) return stoppedByHand(untrusted('the service was deleted'))
  return supersededBy(versionOf(set.taskDefinition), set.externalId)
}

function primarySet(service: Service | undefined): TaskSet | undefined {
  return service?.status === 'ACTIVE' ? service.taskSets?.find(({ status }) => status === 'PRIMARY') : undefined
}
