import type { Clock } from '../../../clock.ts'
import { unlessDenied } from '../../../deployment/optional-permission.ts'
import type { Pace } from '../../../deployment/pace.ts'
import { readBesideWatch } from '../../../deployment/time-limits.ts'
import { type Failure, failureInOneLine } from '../../../failure.ts'
import { renderText, text, type Untrusted, untrusted } from '../../../text.ts'
import type { StoppedTaskGroup } from '../facts/deployment-evidence.ts'
import { unplaceable } from '../facts/placement.ts'
import { groupTasks, isOwnFailure } from '../facts/stopped-tasks.ts'
import type { Rollout } from '../request/ecs-context.ts'

/** What a poll of a deployment shows at no extra call. */
export interface Signs {
  readonly desired: number
  readonly running: number
  /** Tasks that failed, as far as AWS counts them. */
  readonly failed: number
  /** Seen by an earlier poll: it may have progressed since. */
  readonly isOld?: boolean
}

/** Detects new tasks that fail with the same cause, long before a threshold or a timeout of AWS is reached. */
export interface FailFast {
  /**
   * The message, once, when `fail-fast-after` of them failed or none can be placed. Reads the tasks only when there is a sign.
   */
  check(signs: Signs): Promise<Untrusted | undefined>
}

/** Without any progress the tasks are read nevertheless: AWS does not count those that ran for a moment. Milliseconds. */
const unreportedWait = 30_000
/** Once some have failed, the next poll comes sooner. Milliseconds. */
const failedWait = 12_000
/** How far the runner's clock may be ahead of AWS's. Milliseconds. */
const clockSkew = 60_000

/** Of one deployment. Every additional call to AWS is charged to the pace. */
export function startFailFast(rollout: Rollout, pace: Pace): FailFast {
  const { clock } = rollout.context
  const limit = rollout.request.failFastAfter ?? 0
  const since = clock.now() - clockSkew
  const alertness = startAlertness(clock, limit)
  let isAllowed = limit > 0
  let empty = 0
  const onDenied = () => {
    isAllowed = false
  }
  return {
    async check(signs) {
      if (!isAllowed || !alertness.isDue(signs)) return undefined
      const group = await largestFailure(rollout, since, pace, onDenied)
      if (group !== undefined) alertness.raise()
      empty = group === undefined ? empty + 1 : 0
      // A task that cannot be placed stays so; that is read every other time.
      const isUnplaced = isAllowed && empty > 0 && empty % 2 === 0
      const reason = isUnplaced ? await unplaced(rollout, since, pace, onDenied) : repeatedFailure(group, limit)
      // Reported once: without permission to stop the deployment, the watch continues.
      if (reason) isAllowed = false
      return reason
    },
  }
}

/** When the tasks are worth a read: as many failed as matter, or there was no progress for some time. */
function startAlertness(clock: Clock, limit: number) {
  let [running, most, fallen, known] = [0, 0, 0, 0]
  let calm = clock.monotonic()
  let waits = unreportedWait
  return {
    /** Some have failed: the next poll comes sooner. */
    raise: () => {
      waits = failedWait
    },
    isDue(signs: Signs): boolean {
      // More than ever: tasks that come and go are no progress.
      if (signs.running > most) calm = clock.monotonic()
      most = Math.max(most, signs.running)
      fallen += Math.max(0, running - signs.running)
      running = signs.running
      const failed = Math.max(signs.failed, fallen)
      const isSeen = failed >= limit && failed > known
      // The state may have changed since; only after failures that is no reason to wait for the next poll.
      const isWorth = waits === failedWait || !signs.isOld
      const isStuck = isWorth && signs.running < signs.desired && clock.monotonic() - calm >= waits
      if (!isSeen && !isStuck) return false
      known = failed
      calm = clock.monotonic()
      return true
    },
  }
}

/** The most stopped tasks of the new revision with the same failure; undefined: none failed. */
async function largestFailure(
  { context, request: { cluster, service }, taskDefinition }: Rollout,
  since: number,
  pace: Pace,
  onDenied: () => void,
): Promise<StoppedTaskGroup | undefined> {
  pace.spend()
  const read = readBesideWatch(context, ({ ecs }) => ecs.listTasks(cluster, { service, desiredStatus: 'STOPPED' }))
  const tasks = await unlessDenied(read, onDenied)
  // Only where there are any, they are described.
  if (tasks && tasks.length > 0) pace.spend()
  const [largest] = groupTasks(tasks?.filter((task) => isOwnFailure(task, { taskDefinition, since })) ?? [], undefined)
  return largest
}

/** What to say where ECS cannot place any task. */
async function unplaced(
  { context, request: { cluster, service } }: Rollout,
  since: number,
  pace: Pace,
  onDenied: () => void,
): Promise<Untrusted | undefined> {
  pace.spend()
  const read = readBesideWatch(context, ({ ecs }) => ecs.describeService(cluster, service))
  return unplaceable(await unlessDenied(read, onDenied), since, context.clock.now())
}

/** A warning: the deployment should have been stopped for this reason, and AWS refused. */
export function notStopped(reason: Untrusted, refusal: Failure): Untrusted {
  const message = text`${reason}, but this run could not stop the deployment: ${failureInOneLine(refusal.parts)}.`
  return untrusted(renderText(message, (theirs) => theirs))
}

function repeatedFailure(group: StoppedTaskGroup | undefined, limit: number): Untrusted | undefined {
  if (group === undefined || group.count < limit) return undefined
  return untrusted(`${group.count} new tasks failed with the same error (fail-fast-after: ${limit})`)
}
