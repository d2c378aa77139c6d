import type { DeploymentEvent } from '../../../deployment/events.ts'
import { certain } from '../../../deployment/outcomes.ts'
import type { Cause } from '../../../diagnosis/cause.ts'
import type { RunTaskFailure } from '../../../ports.ts'
import { type Text, text, untrusted } from '../../../text.ts'
import type { EcsContext } from '../request/ecs-context.ts'
import type { OneOffTask } from '../request/service-request.ts'
import { explainFailures, explainTask, halfDone, type TaskSubject } from './explain-task.ts'
import type { FollowedLogs } from './follow-logs.ts'
import type { TasksResult } from './tasks-result.ts'
import type { SeenTask } from './watch-tasks.ts'

/** How one-off tasks ended. `started`: they were not to be awaited. `cause`: of a bad end. */
export interface TasksEnd extends TasksResult {
  readonly outcome: 'succeeded' | 'failed' | 'timed-out' | 'started'
  readonly cause?: Cause | undefined
}

/** What is known when no task is watched any more. */
export interface LastLook {
  readonly task: OneOffTask
  readonly seen: readonly SeenTask[]
  /** ARNs of those whose time was up. */
  readonly late: readonly string[]
  /** Those that were late and could not be stopped: why. */
  readonly unstopped?: Text | undefined
  /** Why tasks were not placed; empty where all were. */
  readonly failures: readonly RunTaskFailure[]
}

type Ending = Pick<TasksEnd, 'outcome' | 'cause'>

/** The verdict: what failed has precedence over what was late, and that over what was never placed. */
export async function* judgeTasks(
  look: LastLook,
  subject: TaskSubject,
  logs: FollowedLogs,
  { clock }: EcsContext,
): AsyncGenerator<DeploymentEvent, Ending> {
  const { seen, late, failures } = look
  const failed = seen.filter((each) => isFailed(each, late))
  const [first] = failed
  if (first?.task) {
    const explained = explainTask(first.task, first.end, subject, logs.tails())
    const cause = { ...explained.cause, what: ofSeveral(explained.cause.what, failed, seen) }
    yield { kind: 'explained', at: clock.now(), cause, evidence: explained.evidence }
    return { outcome: 'failed', cause }
  }
  const gone = seen.find(({ isMissing }) => isMissing)
  if (gone) return { outcome: 'failed', cause: lost(gone, subject) }
  if (late.length > 0) return { outcome: 'timed-out', cause: timedOut(look, subject) }
  if (failures.length > 0) return { outcome: 'failed', cause: notPlaced(failures, seen.length, subject) }
  return { outcome: 'succeeded' }
}

function isFailed({ arn, task, end }: SeenTask, late: readonly string[]): boolean {
  if (task === undefined || end.kind === 'moving' || end.kind === 'finished' || end.kind === 'succeeded') return false
  return !(late.includes(arn) && end.kind === 'stopped')
}

function ofSeveral(what: Text, failed: readonly SeenTask[], seen: readonly SeenTask[]): Text {
  return seen.length === 1 ? what : [...what, ` (${failed.length} of ${seen.length} tasks)`]
}

/** Why RunTask did not place tasks. `placed`: how many it did. */
export function notPlaced(failures: readonly RunTaskFailure[], placed: number, { what }: TaskSubject): Cause {
  const left =
    placed === 0
      ? text` No task was started.`
      : text` ${placed} ${placed === 1 ? 'task was' : 'tasks were'} started and ran to the end.`
  return explainFailures(failures, what, left)
}

function lost({ arn }: SeenTask, { what }: TaskSubject): Cause {
  return certain(
    'task-lost',
    what,
    text`DescribeTasks reports MISSING for ${untrusted(arn)}, which RunTask had started`,
    text`What became of it is unknown. Find it in the AWS console (stopped tasks are shown for an hour) and check what its command has done before you run the job again.`,
  )
}

function timedOut({ task, unstopped }: LastLook, { what }: TaskSubject): Cause {
  const { waitMinutes: minutes, onTimeout = 'stop' } = task
  const time = text`it was still running after ${minutes} ${minutes === 1 ? 'minute' : 'minutes'} (wait-for-minutes)`
  if (onTimeout === 'leave' || unstopped)
    return certain(
      'timed-out',
      what,
      text`${time}${unstopped ? text`, and could not be stopped: ${unstopped}` : ''}`,
      text`It continues without this run. Check its end in the AWS console, or raise wait-for-minutes.`,
    )
  const fix = text`${halfDone} Check that, then raise wait-for-minutes or correct what it waits for.`
  return certain('timed-out', what, text`${time}, and this run stopped it (StopTask)`, fix)
}
