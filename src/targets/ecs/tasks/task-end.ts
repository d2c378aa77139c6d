import type { Task } from '../../../ports.ts'

/**
 * What became of a one-off task.
 *
 * - `moving`: not over.
 * - `finished`: the watched containers have ended, and the task runs on, as none of them is essential.
 * - `succeeded`: they have ended with 0.
 * - `cut-short`: they have ended with 0, and another essential container has ended the task before. `isSeen`: a read had it so; else it
 *   failed by itself, and nothing shows that it did so later.
 * - `exited`: one of them ended with another code.
 * - `not-started`: one of them has no exit code. `isStated`: AWS says that the task failed to start; else a later read may have it.
 * - `interrupted`: AWS took its capacity or its host away; that is no fault of the command.
 * - `stopped`: a user or a program asked for it, so that not even 0 proves that the command was through.
 */
export type TaskEnd =
  | { readonly kind: 'moving' }
  | { readonly kind: 'finished'; readonly container: string; readonly exitCode: number }
  | { readonly kind: 'succeeded' }
  | {
      readonly kind: 'cut-short'
      readonly container: string
      readonly exitCode: number | undefined
      readonly isSeen: boolean
    }
  | { readonly kind: 'exited'; readonly container: string; readonly exitCode: number }
  | { readonly kind: 'not-started'; readonly container: string; readonly isStated: boolean }
  | { readonly kind: 'interrupted' }
  | { readonly kind: 'stopped' }

/** Stop codes of what AWS does for reasons of its own (ECS API, TaskStopCode). */
const interruptions = ['SpotInterruption', 'TerminationNotice', 'InfrastructureHealth']
/** Stop codes of requests. */
const requests = ['UserInitiated', 'ServiceSchedulerInitiated']
/** What containers end with that are ended with their task: SIGTERM and SIGKILL. */
const takenDown = [0, 137, 143]

/** Those of the containers that have ended. */
export function endedOf({ containers = [] }: Task, names: readonly string[]): readonly string[] {
  return containers.flatMap(({ name = '', lastStatus }) =>
    names.includes(name) && lastStatus === 'STOPPED' ? [name] : [],
  )
}

/**
 * Judges a task by its watched containers and by what stopped it. "If that container fails or stops for any reason, all other containers
 * that are part of the task are stopped" (API ContainerDefinition, `essential`), so 0 of a watched one is its own end only if it ended
 * first. `first`: which were the first that a read had as ended. Pure.
 */
export function judgeTask(
  task: Task,
  watched: readonly string[],
  essential: readonly string[],
  first: readonly string[] = [],
): TaskEnd {
  const { containers = [], lastStatus, desiredStatus, stopCode, stoppedReason = '' } = task
  const counted = watched.map((name) => containers.find((container) => container.name === name))
  const bad = counted.find((container) => container?.exitCode !== undefined && container.exitCode !== 0)
  if (lastStatus !== 'STOPPED') {
    const isThrough =
      counted.length > 0 && counted.every((one) => one?.lastStatus === 'STOPPED' && one.exitCode !== undefined)
    return isThrough && desiredStatus !== 'STOPPED'
      ? { kind: 'finished', container: bad?.name ?? '', exitCode: bad?.exitCode ?? 0 }
      : { kind: 'moving' }
  }
  const absent = watched.find((_, index) => counted[index]?.exitCode === undefined)
  if (stopCode === 'TaskFailedToStart')
    return { kind: 'not-started', container: absent ?? watched[0] ?? '', isStated: true }
  if (interruptions.includes(stopCode ?? '') || isInterruption(stoppedReason)) return { kind: 'interrupted' }
  if (requests.includes(stopCode ?? '')) return { kind: 'stopped' }
  if (bad) return { kind: 'exited', container: bad.name ?? '', exitCode: bad.exitCode ?? 0 }
  if (absent !== undefined || counted.length === 0)
    return { kind: 'not-started', container: absent ?? '', isStated: false }
  return cutShort(task, watched, essential, first) ?? { kind: 'succeeded' }
}

/** AWS gives no times of containers: what the reads have shown decides, and else their exit codes. */
function cutShort(
  { containers = [] }: Task,
  watched: readonly string[],
  essential: readonly string[],
  first: readonly string[],
): TaskEnd | undefined {
  const others = containers.filter(({ name = '' }) => essential.includes(name) && !watched.includes(name))
  const isWatched = first.some((name) => watched.includes(name))
  const isOther = others.some(({ name = '' }) => first.includes(name))
  if (isWatched && !isOther) return undefined
  const isSeen = isOther && !isWatched
  const found = others.find(({ name = '', exitCode = 0 }) =>
    isSeen ? first.includes(name) : !takenDown.includes(exitCode),
  )
  return found && { kind: 'cut-short', container: found.name ?? '', exitCode: found.exitCode, isSeen }
}

/** Where the stop code is not there yet. */
function isInterruption(reason: string): boolean {
  return /^Your Spot Task was interrupted|^Host EC2 \(instance [^)]*\) (?:terminated|stopped)/.test(reason)
}

/** True for an end after which nothing of the task runs. */
export function isOver({ kind }: TaskEnd): boolean {
  return kind !== 'moving' && kind !== 'finished'
}

/** Exit codes by the name of the container; of those that have one. */
export function exitCodesOf({ containers = [] }: Task): Readonly<Record<string, number>> {
  return Object.fromEntries(
    containers.flatMap(({ name, exitCode }) =>
      name === undefined || exitCode === undefined ? [] : [[name, exitCode]],
    ),
  )
}
