import { deadlineIn, remaining } from '../../../clock.ts'
import type { DeploymentEvent } from '../../../deployment/events.ts'
import { certain } from '../../../deployment/outcomes.ts'
import type { Cause } from '../../../diagnosis/cause.ts'
import { Failure, failureInOneLine } from '../../../failure.ts'
import type { Task } from '../../../ports.ts'
import { asName, renderText, type Text, text, untrusted } from '../../../text.ts'
import type { EcsContext } from '../request/ecs-context.ts'
import { shortName } from '../request/revision-version.ts'
import { ownIdentity } from '../request/started-by.ts'
import { unstoppedTasks } from './task-lock.ts'
import type { OneOff } from './task-request.ts'

/** Between two looks at tasks that are to end. Milliseconds. */
const gap = 5_000

/**
 * What an earlier attempt of this run left running when it was killed with its post step. ARNs: tasks of the same revision, which are
 * watched in the place of new ones. Others are waited for: a migration does not run beside itself. Empty: nothing runs.
 */
export async function* tasksOfEarlierAttempt(
  { cluster, task, taskDefinition }: OneOff,
  context: EcsContext,
): AsyncGenerator<DeploymentEvent, readonly string[] | Cause> {
  const { clock, signal } = context
  const keys = task.startedBy === undefined && task.lock === undefined ? (task.earlierKeys ?? []) : []
  if (keys.length === 0) return []
  const deadline = deadlineIn(clock, task.waitMinutes * 60_000)
  for (let told = false; ; told = true) {
    const left = await tasksOf(keys, cluster, context)
    if (left instanceof Failure) {
      yield event(
        'warning',
        text`Whether a task of an earlier attempt still runs is unknown: ${failureInOneLine(left.parts)}.`,
        context,
      )
      return []
    }
    const [first] = left
    if (first === undefined) return []
    if (left.every((each) => isSame(each, taskDefinition))) {
      yield event('note', text`${nameOf(first)} still runs. It is watched, and no other is started.`, context)
      return left.flatMap(({ taskArn }) => taskArn ?? [])
    }
    if (!told) yield event('note', text`${nameOf(first)} still runs; waiting for its end.`, context)
    if (remaining(clock, deadline) === 0) return stillRuns(first, task.waitMinutes)
    await clock.sleep(Math.min(gap, remaining(clock, deadline)), signal)
  }
}

async function tasksOf(
  keys: readonly string[],
  cluster: string,
  { ecs, signal }: EcsContext,
): Promise<readonly Task[] | Failure> {
  try {
    return (await Promise.all(keys.map((key) => unstoppedTasks(ecs, cluster, ownIdentity(key))))).flat()
  } catch (error) {
    if (!(error instanceof Failure) || signal.aborted) throw error
    return error
  }
}

function isSame({ desiredStatus, taskDefinitionArn = '' }: Task, wanted: string): boolean {
  return desiredStatus !== 'STOPPED' && shortName(taskDefinitionArn) === shortName(wanted)
}

function nameOf({ taskArn = '', taskDefinitionArn = '' }: Task): Text {
  return text`The task ${untrusted(taskArn)} of ${asName(shortName(taskDefinitionArn))}, of an earlier attempt of this run,`
}

function stillRuns(task: Task, minutes: number): Cause {
  return certain(
    'task-failed',
    text`no task was started`,
    text`${nameOf(task)} still ran after ${minutes} minutes`,
    text`Wait until it has ended, or stop it if it hangs. Then run the job again.`,
  )
}

function event(kind: 'note' | 'warning', words: Text, { clock }: EcsContext): DeploymentEvent {
  return { kind, at: clock.now(), message: untrusted(renderText(words, (theirs) => theirs)) }
}
