import { createHash } from 'node:crypto'
import { deadlineIn, remaining } from '../../../clock.ts'
import type { Events } from '../../../deployment/target.ts'
import { Failure } from '../../../failure.ts'
import type { RunTaskRequest, Task } from '../../../ports.ts'
import { text, untrusted } from '../../../text.ts'
import type { EcsContext, EcsPorts } from '../request/ecs-context.ts'

/** Milliseconds between two looks at the task that holds a lock. */
const pause = 5_000
/** Within it the order of two tasks is not certain. Milliseconds, as the next. */
const sameTime = 2_000
const longestBreak = 15_000

/** `startedBy` of all tasks with a lock: at most 128 letters, digits, `-`, `/` and `_` (API RunTask). */
export function lockMark(name: string): string {
  return `slipway-lock/${name}`
}

interface Lock {
  readonly cluster: string
  /** As it is written. */
  readonly name: string
  /** How long it is waited for. */
  readonly minutes: number
}

/** Waits until no task with the lock is left in the cluster. Throws `task-failed` where that takes too long. */
export async function* awaitLock(lock: Lock, context: EcsContext): Events<void> {
  const [holder] = await holders(lock, context)
  if (holder === undefined) return
  const message = untrusted(`Waiting for the lock ${lock.name}: task ${nameOf(holder)} holds it.`)
  yield { kind: 'note', at: context.clock.now(), message }
  await free(lock, context)
}

/**
 * The same context, in which RunTask starts a task with the lock alone. Of two runs that looked at the same time, the one whose
 * task is the later stops it while it is still provisioned, waits and starts another; at the same time, both do.
 */
export function holdingLock(lock: Lock, context: EcsContext): EcsContext {
  return { ...context, ...portsWith(lock, context, context) }
}

function portsWith(lock: Lock, ports: EcsPorts, context: EcsContext): Pick<EcsPorts, 'ecs' | 'within'> {
  const runTask = (request: RunTaskRequest) => startAlone(lock, request, { ...context, ...ports })
  return {
    ecs: { ...ports.ecs, runTask },
    within(deadline) {
      const hurried = ports.within(deadline)
      return { ...hurried, ...portsWith(lock, hurried, context) }
    },
  }
}

async function startAlone(lock: Lock, request: RunTaskRequest, context: EcsContext): Promise<readonly Task[]> {
  const { ecs } = context
  for (let attempt = 0; ; attempt++) {
    const clientToken = attempt === 0 ? request.clientToken : tokenOf(request.clientToken, attempt)
    const own = await ecs.runTask({ ...request, startedBy: lockMark(lock.name), clientToken })
    const arns = own.map(({ taskArn }) => taskArn)
    const others = (await holders(lock, context)).filter(({ taskArn }) => !arns.includes(taskArn))
    if (!others.some((other) => own.some((task) => isBefore(other, task)))) return own
    const reason = `Another task holds the lock ${lock.name}`
    for (const { taskArn = '' } of own) await ecs.stopTask(request.cluster, taskArn, reason)
    // Two runs that have stopped for each other start again at different times.
    await context.clock.sleep(sameTime + context.clock.random() * longestBreak, context.signal)
    await free(lock, context)
  }
}

function tokenOf(token: string, attempt: number): string {
  return createHash('sha256').update(`${token} ${attempt}`).digest('hex')
}

/** Also one of about the same time: the other run has looked, perhaps, before ours was there. */
function isBefore(one: Task, other: Task): boolean {
  return (one.createdAt?.getTime() ?? 0) <= (other.createdAt?.getTime() ?? 0) + sameTime
}

async function free(lock: Lock, context: EcsContext): Promise<void> {
  const { clock, signal } = context
  const deadline = deadlineIn(clock, lock.minutes * 60_000)
  for (;;) {
    const [holder] = await holders(lock, context)
    if (holder === undefined) return
    if (remaining(clock, deadline) === 0) throw held(lock, holder)
    await clock.sleep(Math.min(pause, remaining(clock, deadline)), signal)
  }
}

/** Tasks that have not ended; one that is being stopped still runs its program. */
async function holders({ cluster, name }: Lock, { ecs }: Pick<EcsPorts, 'ecs'>): Promise<readonly Task[]> {
  const startedBy = lockMark(name)
  const [running, stopping] = await Promise.all([
    ecs.listTasks(cluster, { startedBy, desiredStatus: 'RUNNING' }),
    ecs.listTasks(cluster, { startedBy, desiredStatus: 'STOPPED' }),
  ])
  return [...running, ...stopping].filter(({ lastStatus }) => lastStatus !== 'STOPPED')
}

function nameOf({ taskArn = '' }: Task): string {
  return taskArn.split('/').at(-1) ?? ''
}

function held({ name, minutes }: Lock, holder: Task): Failure {
  return new Failure({
    code: 'task-failed',
    what: text`The task was not started: the lock ${untrusted(name)} was held for ${minutes} minutes`,
    why: text`task ${untrusted(holder.taskArn ?? '')} has the same lock (startedBy ${untrusted(lockMark(name))})`,
    fix: text`Wait until it ends, or stop it with aws ecs stop-task, then run the job again.`,
  })
}
