import type { JsonObject, Task } from '../ports.ts'
import { textIn } from '../task-definition/members.ts'
import { untrusted } from '../text.ts'
import type { StoppedContainer, StoppedTaskGroup } from './evidence.ts'

/** Groups stopped tasks by what stopped them, the largest group first, the newest task of each as the example. */
export function groupTasks(tasks: readonly Task[], containers: readonly JsonObject[]): readonly StoppedTaskGroup[] {
  const newestFirst = [...tasks].sort((left, right) => stoppedAt(right) - stoppedAt(left))
  const groups = new Map<string, Task[]>()
  for (const task of newestFirst) {
    const key = signature(task)
    groups.set(key, [...(groups.get(key) ?? []), task])
  }
  return [...groups.values()]
    .map((members) => describe(members, containers))
    .sort((left, right) => right.count - left.count)
}

/**
 * The container because of which a task stopped: an essential one that ended with an error, else an essential one that
 * ended at all. A sidecar that was taken down with the task is not it.
 */
export function failedContainer({ containers }: StoppedTaskGroup): StoppedContainer | undefined {
  const essential = containers.filter((container) => container.essential)
  const failed = essential.filter(({ exitCode, reason }) => (exitCode ?? 0) !== 0 || reason !== undefined)
  // 143 is SIGTERM: what ECS sends to the rest of a task once one container has ended.
  return (
    failed.find(({ exitCode }) => exitCode !== 143) ??
    failed[0] ??
    essential.find(({ exitCode }) => exitCode !== undefined)
  )
}

function describe(members: readonly Task[], containers: readonly JsonObject[]): StoppedTaskGroup {
  const [newest] = members
  return {
    count: members.length,
    stopCode: newest?.stopCode,
    stoppedReason: newest?.stoppedReason === undefined ? undefined : untrusted(newest.stoppedReason),
    exampleTaskArn: newest?.taskArn ?? '',
    containers: (newest?.containers ?? []).map(({ name = '', image, exitCode, reason }) => {
      const defined = containers.find((container) => textIn(container, 'name') === name)
      return {
        name,
        image,
        exitCode,
        reason: reason === undefined ? undefined : untrusted(reason),
        essential: defined?.essential !== false,
        memory: typeof defined?.memory === 'number' ? defined.memory : undefined,
      }
    }),
  }
}

/** What makes two stops the same: all but ids, addresses and times. */
function signature({ stopCode, stoppedReason = '', containers = [] }: Task): string {
  const ends = containers.map(({ name, exitCode, reason = '' }) => `${name} ${exitCode} ${normal(reason)}`)
  return [stopCode, normal(stoppedReason), ...ends.sort()].join('\n')
}

function normal(reason: string): string {
  return reason.slice(0, 2000).replace(/[0-9a-f]{8,}(-[0-9a-f]{4,})*|\d+(\.\d+){3}(:\d+)?|\d{4}-\d\d-\d\dT\S+/g, '#')
}

function stoppedAt(task: Task): number {
  return task.stoppedAt?.getTime() ?? 0
}
