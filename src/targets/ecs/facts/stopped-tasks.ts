import type { JsonObject, Task } from '../../../ports.ts'
import { containersOf, textIn } from '../../../task-definition/members.ts'
import { untrusted } from '../../../text.ts'
import type { StoppedContainer, StoppedTaskGroup } from './deployment-evidence.ts'

/** Groups stopped tasks by what stopped them, the largest group first, the newest task of each as the example. */
export function groupTasks(tasks: readonly Task[], definition: JsonObject | undefined): readonly StoppedTaskGroup[] {
  const newestFirst = [...tasks].sort((left, right) => stoppedAt(right) - stoppedAt(left))
  const groups = new Map<string, Task[]>()
  for (const task of newestFirst) {
    const key = signature(task)
    groups.set(key, [...(groups.get(key) ?? []), task])
  }
  return [...groups.values()]
    .map((members) => describe(members, definition))
    .sort((left, right) => right.count - left.count)
}

/**
 * The container because of which a task stopped: the essential one whose end weighs most. A container that ECS took down
 * with the task (143, SIGTERM) or that never ran is not it, nor one that may end without the task (not essential).
 */
export function failedContainer({ containers }: StoppedTaskGroup): StoppedContainer | undefined {
  const ended = containers.filter(({ essential }) => essential).filter((container) => weight(container) > 0)
  return ended.reduce<StoppedContainer | undefined>(
    (worst, container) => (worst && weight(worst) >= weight(container) ? worst : container),
    undefined,
  )
}

/** 137 (SIGKILL) without a reason is also the exit code of a container that ignores SIGTERM when the task is stopped. */
function weight({ exitCode, reason }: StoppedContainer): number {
  if (reason && /^OutOfMemory/.test(reason.untrusted)) return 6
  if (exitCode === undefined) return reason ? 4 : 0
  return exitCode === 143 ? 1 : exitCode === 0 ? 2 : exitCode === 137 ? 3 : 5
}

function describe(members: readonly Task[], definition: JsonObject | undefined): StoppedTaskGroup {
  const [newest] = members
  return {
    count: members.length,
    stopCode: newest?.stopCode,
    stoppedReason: newest?.stoppedReason === undefined ? undefined : untrusted(newest.stoppedReason),
    exampleTaskArn: newest?.taskArn ?? '',
    zone: newest?.availabilityZone,
    containers: (newest?.containers ?? []).map(({ name = '', image, exitCode, reason, healthStatus }) => {
      const defined = containersOf(definition).find((container) => textIn(container, 'name') === name)
      return {
        name,
        image,
        exitCode,
        reason: reason === undefined ? undefined : untrusted(reason),
        essential: defined?.essential !== false,
        hasHealthCheck: defined?.healthCheck !== undefined,
        healthStatus,
        memory: memoryOf(defined) ?? memoryOf(definition),
      }
    }),
  }
}

/** MiB: a number in a container, a text in a task (ECS API, TaskDefinition). */
function memoryOf(owner: JsonObject | undefined): number | undefined {
  const memory = Number(owner?.memory ?? Number.NaN)
  return Number.isFinite(memory) ? memory : undefined
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

/** ECS scales the new revision in when it rolls back; a task stopped for that proves nothing. */
export function isOwnFailure(
  task: Task,
  { taskDefinition, since }: { readonly taskDefinition: string; readonly since: number },
): boolean {
  const isRevision = taskDefinition === '' || task.taskDefinitionArn === taskDefinition
  const isScaling = /^Scaling activity initiated|^Service deployment|scaled? (in|down)/i.test(task.stoppedReason ?? '')
  return isRevision && !isScaling && (task.createdAt?.getTime() ?? since) >= since
}
