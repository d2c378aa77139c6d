import { deadlineIn } from '../../../clock.ts'
import type { DeploymentEvent } from '../../../deployment/events.ts'
import type { Cause } from '../../../diagnosis/cause.ts'
import { Failure, failureInOneLine } from '../../../failure.ts'
import { type Text, untrusted } from '../../../text.ts'
import type { EcsContext } from '../request/ecs-context.ts'
import type { OneOffTask } from '../request/service-request.ts'
import type { TaskSubject } from './explain-task.ts'
import type { StartedTasks, Starter } from './start-tasks.ts'
import { collided, locked, type TaskLock } from './task-lock.ts'
import { resultOf } from './tasks-result.ts'
import { judgeTasks, type LastLook, notPlaced, type TasksEnd } from './tasks-verdict.ts'
import { type SeenTask, stopTasks, type TaskWatch, watchTasks } from './watch-tasks.ts'

/** What a run of tasks consists of. */
export interface TasksRun {
  readonly lock: TaskLock | undefined
  readonly task: OneOffTask
  readonly starter: Starter
  readonly watch: TaskWatch
  readonly subject: TaskSubject
}

/** Starts the tasks and watches them, as far as they are awaited; what AWS takes away is started again where that is wanted. */
export async function* tasksToEnd(run: TasksRun, context: EcsContext): AsyncGenerator<DeploymentEvent, TasksEnd> {
  const { task, watch, subject } = run
  const { logs, watched } = watch
  const begun = yield* startFirst(run, context)
  if ('code' in begun) return { ...resultOf([], watched, logs), outcome: 'failed', cause: begun }
  const { arns, failures } = begun
  if (arns.length === 0)
    return { ...resultOf([], watched, logs), outcome: 'failed', cause: notPlaced(failures, 0, subject) }
  if (!task.awaitStop && !task.awaitRunning && failures.length === 0)
    return { ...resultOf(arns.map(unseen), watched, logs), outcome: 'started' }
  const look = yield* watchWithRetries(run, arns, context)
  if (task.awaitStop) yield* logs.drain(look.seen.flatMap((each) => each.task ?? []))
  const last = { ...look, failures: [...failures, ...look.failures] }
  const ending = yield* judgeTasks(last, subject, logs, context)
  return { ...resultOf(last.seen, watched, logs), ...ending }
}

/** Starts the tasks, where none of an earlier attempt runs still. */
async function* startFirst(run: TasksRun, context: EcsContext): AsyncGenerator<DeploymentEvent, StartedTasks | Cause> {
  const earlier = yield* run.starter.adopt()
  if ('code' in earlier) return earlier
  return earlier.length > 0 ? { arns: earlier, failures: [] } : yield* startLocked(run, context)
}

/** Starts the tasks; with a lock, once no other task holds it. The cause where it was not to be had. */
async function* startLocked(
  { task, starter, watch, lock }: TasksRun,
  context: EcsContext,
): AsyncGenerator<DeploymentEvent, StartedTasks | Cause> {
  const { count = 1, lock: name = '', waitMinutes } = task
  if (lock === undefined) return yield* starter.start(count)
  for (;;) {
    const held = yield* lock.wait()
    if (held) return locked(name, held, waitMinutes)
    const started = yield* starter.start(count)
    const first = started.arns.length > 0 ? await lock.holder(started.arns) : undefined
    if (first === undefined) return started
    const message = untrusted(`lock ${name}: task ${first.taskArn} was started first; stopping the task of this run`)
    yield { kind: 'message', at: context.clock.now(), message }
    const ended = yield* stopTasks(watch, started.arns, `Slipway: lock ${name} is held by ${first.taskArn}`, context)
    if (!ended.every(hasNeverRun)) return collided(name, first)
  }
}

/** Proven to have run no command. A container may run before all of its task do, which is when `startedAt` is set. */
function hasNeverRun({ task }: SeenTask): boolean {
  const { lastStatus, startedAt, containers = [] } = task ?? {}
  return (
    lastStatus === 'STOPPED' && startedAt === undefined && containers.every(({ exitCode }) => exitCode === undefined)
  )
}

function unseen(arn: string): SeenTask {
  return { arn, task: undefined, end: { kind: 'moving' } }
}

async function* watchWithRetries(
  run: TasksRun,
  arns: readonly string[],
  context: EcsContext,
): AsyncGenerator<DeploymentEvent, LastLook> {
  const { task, watch } = run
  const deadline = deadlineIn(context.clock, task.waitMinutes * 60_000)
  let seen = yield* watchTasks(watch, arns, context, deadline)
  let failures: LastLook['failures'] = []
  for (let retries = task.interruptionRetries ?? 0; retries > 0 && failures.length === 0; retries--) {
    const kept = seen.filter(({ end }) => end.kind !== 'interrupted')
    if (kept.length === seen.length) break
    // The lock ended with its task, and another run may have it by now.
    const again = yield* startLocked({ ...run, task: { ...task, count: seen.length - kept.length } }, context)
    if ('code' in again) break
    failures = again.failures
    seen = [...kept, ...(yield* watchTasks(watch, again.arns, context, deadline))]
  }
  return { ...(yield* endAll(task, watch, seen, context)), task, failures }
}

/** Ends what runs still: tasks whose watched containers have ended, and those whose time is up. */
async function* endAll(
  task: OneOffTask,
  watch: TaskWatch,
  seen: readonly SeenTask[],
  context: EcsContext,
): AsyncGenerator<DeploymentEvent, Pick<LastLook, 'seen' | 'late' | 'unstopped'>> {
  const done = seen.filter(({ end }) => end.kind === 'finished')
  const late = seen.filter((each) => each.end.kind === 'moving' && !isRunning(each, watch))
  const ended = yield* stopped(watch, done, 'Slipway: the command has ended', context)
  const isLeft = task.onTimeout === 'leave'
  const why = `Slipway: still running after ${task.waitMinutes} minutes (wait-for-minutes)`
  const cut = yield* stopped(watch, isLeft ? [] : late, why, context)
  const news = new Map([...ended.seen.map(asFinished(done)), ...cut.seen].map((each) => [each.arn, each]))
  const now = seen.map((each) => news.get(each.arn) ?? each)
  const isCut = (arn: string) => late.some((each) => each.arn === arn)
  const stillLate = now.filter(({ arn, end }) => isCut(arn) && (end.kind === 'moving' || end.kind === 'stopped'))
  return { seen: now, late: stillLate.map(({ arn }) => arn), unstopped: cut.unstopped }
}

function isRunning({ task }: SeenTask, { untilRunning }: TaskWatch): boolean {
  return untilRunning && task?.lastStatus === 'RUNNING'
}

/** The exit code that was there before this run stopped the task is the end, not the stop. */
function asFinished(done: readonly SeenTask[]): (seen: SeenTask) => SeenTask {
  return (seen) => {
    const before = done.find(({ arn }) => arn === seen.arn)?.end
    if (before?.kind !== 'finished') return seen
    const { container, exitCode } = before
    return { ...seen, end: exitCode === 0 ? { kind: 'succeeded' } : { kind: 'exited', container, exitCode } }
  }
}

/** Stops these, as far as AWS lets it be done. */
async function* stopped(
  watch: TaskWatch,
  tasks: readonly SeenTask[],
  reason: string,
  context: EcsContext,
): AsyncGenerator<DeploymentEvent, { readonly seen: readonly SeenTask[]; readonly unstopped?: Text }> {
  if (tasks.length === 0) return { seen: [] }
  try {
    return {
      seen: yield* stopTasks(
        watch,
        tasks.map(({ arn }) => arn),
        reason,
        context,
      ),
    }
  } catch (error) {
    if (!(error instanceof Failure) || context.signal.aborted) throw error
    return { seen: tasks, unstopped: failureInOneLine(error.parts) }
  }
}
