import { type Deadline, deadlineIn } from '../../../clock.ts'
import { patient, startAgreement } from '../../../deployment/agreement.ts'
import type { DeploymentEvent } from '../../../deployment/events.ts'
import { lookUntil, ticks } from '../../../deployment/pace.ts'
import { afterEndTime } from '../../../deployment/time-limits.ts'
import type { Task } from '../../../ports.ts'
import { untrusted } from '../../../text.ts'
import type { EcsContext } from '../request/ecs-context.ts'
import type { FollowedLogs } from './follow-logs.ts'
import { endedOf, isOver, judgeTask, type TaskEnd } from './task-end.ts'

/** A task as it was read last. */
export interface SeenTask {
  readonly arn: string
  /** Undefined: DescribeTasks has not had it. */
  readonly task: Task | undefined
  readonly end: TaskEnd
  /** DescribeTasks reports MISSING for it, and has for longer than it may right after RunTask. */
  readonly isMissing?: true
  /** The containers that the first read with an ended one had as ended. */
  readonly first?: readonly string[] | undefined
}

/** How tasks are watched. */
export interface TaskWatch {
  readonly cluster: string
  readonly watched: readonly string[]
  readonly essential: readonly string[]
  readonly logs: FollowedLogs
  /** True: until they run, or have ended before that was seen. */
  readonly untilRunning: boolean
  readonly longestGap: number | undefined
}

/** While a state is about to change; while the log is followed; and in a task that has run for long. Milliseconds. */
const [closeGap, usualGap, longGap] = [2_000, 2_500, 5_000]
const [shortTime, longTime] = [30_000, 600_000]
/** How long DescribeTasks may answer MISSING after RunTask. Milliseconds. */
const missingTime = 60_000

/** Reads until every task has ended, as far as `untilRunning` wants it, or the deadline is over. Returns what was read last. */
export async function* watchTasks(
  watch: TaskWatch,
  arns: readonly string[],
  context: EcsContext,
  deadline: Deadline,
): AsyncGenerator<DeploymentEvent, readonly SeenTask[]> {
  const { clock, signal } = context
  const { ecs } = context.within(deadline + afterEndTime)
  const agreements = new Map(arns.map((arn) => [arn, startAgreement(clock)]))
  const gone = startAgreement(clock, patient)
  const since = clock.monotonic()
  let seen: readonly SeenTask[] = arns.map((arn) => ({ arn, task: undefined, end: { kind: 'moving' } }))
  const pace = { gap: () => gapOf(seen, watch, clock.monotonic() - since) * (0.9 + clock.random() / 5) }
  for await (const _ of ticks(clock, deadline, pace, signal)) {
    const read = await lookUntil(clock, deadline, ecs.describeTasks(watch.cluster, arns))
    if (read !== undefined) {
      const before = seen
      seen = seen.map((each) => judged(each, read.find(({ taskArn }) => taskArn === each.arn) ?? each.task, watch))
      yield* changes(before, seen, context)
      const isLost = seen.some(({ task }) => task === undefined) && clock.monotonic() - since > missingTime
      if (gone(isLost ? 'gone' : undefined)) return seen.map(withMissing)
    }
    const tasks = seen.flatMap(({ task }) => task ?? [])
    yield* watch.logs.read(tasks)
    // An exit code is final; a missing one may appear in the next read.
    const sure = seen.map(({ arn, end }) => {
      const isOpen = end.kind === 'not-started' && !end.isStated
      return agreements.get(arn)?.(isOpen ? 'unstarted' : undefined) || !isOpen
    })
    if (seen.every((each, index) => sure[index] && isDone(each, watch))) break
  }
  return seen
}

function judged({ arn, first: known }: SeenTask, task: Task | undefined, { watched, essential }: TaskWatch): SeenTask {
  if (task === undefined) return { arn, task, end: { kind: 'moving' } }
  const ended = endedOf(task, [...watched, ...essential])
  const first = known ?? (ended.length > 0 ? ended : undefined)
  return { arn, task, first, end: judgeTask(task, watched, essential, first) }
}

function withMissing(seen: SeenTask): SeenTask {
  return seen.task === undefined ? { ...seen, isMissing: true } : seen
}

function isDone({ task, end }: SeenTask, { untilRunning }: TaskWatch): boolean {
  return end.kind !== 'moving' || (untilRunning && task?.lastStatus === 'RUNNING')
}

/** A task is looked at more often while it starts or ends: the last look then comes soon after its end. */
function gapOf(seen: readonly SeenTask[], { longestGap }: TaskWatch, age: number): number {
  const isChanging = seen.some(({ task, end }) => !isOver(end) && task?.lastStatus !== 'RUNNING')
  const gap = isChanging || age < shortTime ? closeGap : age < longTime ? usualGap : longGap
  return longestGap === undefined ? gap : isChanging ? Math.min(gap, longestGap) : longestGap
}

const shownStates = ['RUNNING', 'STOPPED']

function* changes(
  before: readonly SeenTask[],
  now: readonly SeenTask[],
  { clock }: EcsContext,
): Generator<DeploymentEvent> {
  for (const [index, { arn, task }] of now.entries()) {
    const { lastStatus = '', stopCode, stoppedReason } = task ?? {}
    if (before[index]?.task?.lastStatus === lastStatus || !shownStates.includes(lastStatus)) continue
    const why = lastStatus === 'STOPPED' ? [stopCode, stoppedReason].filter((words) => words !== undefined) : []
    const words = [`task ${arn.slice(arn.lastIndexOf('/') + 1)} ${lastStatus}`, ...why]
    yield { kind: 'message', at: clock.now(), message: untrusted(words.join(': ')) }
  }
}

/** Longest `stopTimeout` (ECS developer guide, Fargate), and the time that AWS takes beside it. Milliseconds. */
const stopTime = (120 + 60) * 1000

/** Stops tasks, and waits until they have ended, so that their log is whole. Returns what was read last. */
export async function* stopTasks(
  watch: TaskWatch,
  running: readonly string[],
  reason: string,
  context: EcsContext,
): AsyncGenerator<DeploymentEvent, readonly SeenTask[]> {
  const deadline = deadlineIn(context.clock, stopTime)
  const { ecs } = context.within(deadline)
  await stopEach(running, (arn) => ecs.stopTask(watch.cluster, arn, reason))
  const ending = { ...watch, untilRunning: false }
  for (;;) {
    const seen = yield* watchTasks(ending, running, context, deadline)
    // Watched containers may have ended while the task does still.
    const isAwaited = seen.some(({ end }) => end.kind === 'finished')
    if (!isAwaited || context.clock.monotonic() >= deadline) return seen
    await context.clock.sleep(closeGap, context.signal)
  }
}

/** Stops each, also where one cannot be stopped; that failure is thrown afterwards. */
export async function stopEach(arns: readonly string[], stop: (arn: string) => Promise<void>): Promise<void> {
  const results = await Promise.allSettled(arns.map(stop))
  const failed = results.find((result) => result.status === 'rejected')
  if (failed) throw failed.reason
}
