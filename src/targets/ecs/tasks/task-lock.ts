import { type Deadline, deadlineIn, remaining } from '../../../clock.ts'
import type { DeploymentEvent } from '../../../deployment/events.ts'
import { certain } from '../../../deployment/outcomes.ts'
import type { Cause } from '../../../diagnosis/cause.ts'
import type { Task } from '../../../ports.ts'
import { asName, text, untrusted } from '../../../text.ts'
import type { EcsContext } from '../request/ecs-context.ts'
import { startedByLock } from '../request/started-by.ts'

/** A name that one task of a cluster holds at a time, of whatever repository: the tasks themselves are the lock. */
export interface TaskLock {
  /** Waits until no task holds it. Returns the task that still holds it when the time is up. */
  wait(): AsyncGenerator<DeploymentEvent, Task | undefined>
  /** After the start, who was first: two runs may start at the same moment, and reads are late. Undefined: this run. */
  holder(own: readonly string[]): Promise<Task | undefined>
}

/** Between two looks while another task holds the lock, and right after the start. Milliseconds. */
const [gap, closeGap] = [5_000, 2_000]
/** ListTasks may not have a task that was started a moment ago. */
const looksAfterStart = 3

/** The lock of a name in a cluster. */
export function openLock(cluster: string, lock: string, minutes: number, context: EcsContext): TaskLock {
  const { clock, signal, ecs } = context
  const startedBy = startedByLock(lock)
  const deadline: Deadline = deadlineIn(clock, minutes * 60_000)
  const holders = async () => (await unstoppedTasks(ecs, cluster, startedBy)).toSorted(byAge)
  return {
    async *wait() {
      for (let told = false; ; told = true) {
        const [first] = await holders()
        if (first === undefined) return undefined
        const message = untrusted(`lock ${lock}: held by task ${first.taskArn}; waiting`)
        if (!told) yield { kind: 'message', at: clock.now(), message }
        if (remaining(clock, deadline) === 0) return first
        await clock.sleep(Math.min(gap * (0.8 + clock.random() * 0.4), remaining(clock, deadline)), signal)
      }
    },
    async holder(own) {
      for (let looks = 1; ; looks++) {
        const [first] = await holders()
        if (first && !own.includes(first.taskArn ?? '')) return first
        if (looks === looksAfterStart) return undefined
        await clock.sleep(closeGap, signal)
      }
    },
  }
}

/** Tasks of which something may run: one that is to stop runs on until its containers have ended. */
export async function unstoppedTasks(
  ecs: EcsContext['ecs'],
  cluster: string,
  startedBy: string,
): Promise<readonly Task[]> {
  const states = ['RUNNING', 'STOPPED'] as const
  const lists = await Promise.all(states.map((desiredStatus) => ecs.listTasks(cluster, { startedBy, desiredStatus })))
  return lists.flat().filter(({ lastStatus }) => lastStatus !== 'STOPPED')
}

/** By AWS's own clock; two of the same millisecond by their ARNs, so that both runs conclude the same. */
function byAge(one: Task, other: Task): number {
  const [first, second] = [one.createdAt?.getTime() ?? 0, other.createdAt?.getTime() ?? 0]
  return first - second || (one.taskArn ?? '').localeCompare(other.taskArn ?? '')
}

/** The end of a run that did not get the lock. */
export function locked(lock: string, { taskArn = '' }: Task, minutes: number): Cause {
  return certain(
    'task-locked',
    text`no task was started: lock ${asName(lock)} is held`,
    text`task ${untrusted(taskArn)} still ran after ${minutes} minutes (wait-for-minutes)`,
    text`Wait until it has ended, or stop it if it hangs. Then run the job again.`,
  )
}

/** The end of a run whose task had begun before it was known that another one was first. */
export function collided(lock: string, { taskArn = '' }: Task): Cause {
  return certain(
    'task-locked',
    text`two tasks held lock ${asName(lock)} at the same time`,
    text`task ${untrusted(taskArn)} was started at the same moment and was first, and the command of this run had begun when it was stopped (StopTask)`,
    text`Check what both commands have done, then run the job again.`,
  )
}
