import type { DeploymentEvent } from '../../../deployment/events.ts'
import { asName, text, untrusted } from '../../../text.ts'
import { variablesOf } from '../facts/definition-variables.ts'
import type { EcsContext } from '../request/ecs-context.ts'
import { shortName } from '../request/revision-version.ts'
import type { ServiceEnd } from '../request/service-end.ts'
import { startedByOf } from '../request/started-by.ts'
import { effectiveDefinition } from './effective-definition.ts'
import { followLogs } from './follow-logs.ts'
import { openStarter } from './start-tasks.ts'
import { openLock } from './task-lock.ts'
import { type OneOff, requireShortOverrides } from './task-request.ts'
import { tasksToEnd } from './tasks-to-end.ts'
import type { TasksEnd } from './tasks-verdict.ts'
import { essentialContainers, watchedContainers } from './watched-containers.ts'

export type { OneOff } from './task-request.ts'
export type { TasksEnd } from './tasks-verdict.ts'

/** Name of the phase of a task that has no name of its own. */
export const oneOffPhase = 'run-task'

/** Runs the task; undefined when it did what it should, otherwise the end of the deployment before it began. */
export async function* runOneOffTask(
  oneOff: OneOff,
  context: EcsContext,
): AsyncGenerator<DeploymentEvent, ServiceEnd | undefined> {
  const { outcome, cause } = yield* runTasks(oneOff, context)
  if (outcome === 'succeeded' || outcome === 'started') return undefined
  const left = oneOff.service ? text`, so the service was not changed` : text``
  return { outcome: 'failed', cause: cause && { ...cause, what: [...cause.what, ...left] } }
}

/** Runs one-off tasks to their end, as far as it is awaited. Stops them when their time is up. */
export async function* runTasks(oneOff: OneOff, context: EcsContext): AsyncGenerator<DeploymentEvent, TasksEnd> {
  requireShortOverrides(oneOff.task)
  const at = () => context.clock.now()
  yield { kind: 'phase', at: at(), name: oneOffPhase, status: 'running' }
  const run = openRun(oneOff, context)
  const end = yield* run.toEnd()
  const isGood = end.outcome === 'succeeded' || end.outcome === 'started'
  const detail = untrusted(run.all().join(' '))
  if (!isGood || oneOff.task.awaitStop) run.over()
  yield { kind: 'phase', at: at(), name: oneOffPhase, status: isGood ? 'succeeded' : 'failed', detail }
  return end
}

interface Run {
  toEnd(): AsyncGenerator<DeploymentEvent, TasksEnd>
  /** ARNs of all tasks that were started. */
  all(): readonly string[]
  /** Nothing of it runs any more. */
  over(): void
}

function openRun(oneOff: OneOff, context: EcsContext): Run {
  const { task, definition, cluster, service, taskDefinition } = oneOff
  const all: string[] = []
  const keep = keeper(oneOff, context)
  const starter = openStarter(oneOff, context, (arns) => {
    all.push(...arns.filter((arn) => !all.includes(arn)))
    keep(all)
  })
  const effective = effectiveDefinition(definition, task)
  const watched = watchedContainers(task, definition, service)
  const variables = variablesOf(effective, [cluster, service?.serviceName ?? ''])
  const logs = followLogs(
    {
      definition,
      containers: watched,
      isFollowed: task.followsLog ?? task.awaitStop,
      variables,
      marker: task.resultMarker,
      isSeveral: (task.count ?? 1) > 1,
    },
    context,
  )
  const essential = essentialContainers(definition)
  const { longestGap } = oneOff
  const watch = { cluster, watched, essential, logs, untilRunning: !task.awaitStop, longestGap }
  const lock = task.lock === undefined ? undefined : openLock(cluster, task.lock, task.waitMinutes, context)
  const subject = { definition, watched, what: text`the one-off task of ${asName(shortName(taskDefinition))} failed` }
  return {
    all: () => all,
    over: () => context.keep({ tasks: undefined, left: `the one-off task ${all.join(' ')} had ended before` }),
    toEnd: () => tasksToEnd({ task, starter, watch, subject, lock }, context),
  }
}

/** What the post step needs: before a RunTask, whose reply a kill may lose, and after it. */
function keeper({ cluster, task }: OneOff, context: EcsContext): (arns: readonly string[]) => void {
  const { onCancel = 'stop' } = task
  const startedBy = startedByOf(task)
  return (arns) => {
    const tasks = { cluster, startedBy, onCancel, arns }
    const [none, some] = [
      `RunTask was sent (startedBy ${startedBy}), and its task may run`,
      `it had started the one-off task ${arns.join(' ')}, which may still be running`,
    ]
    context.keep({ tasks, left: arns.length === 0 ? none : some })
    if (arns.length > 0) context.keep({ outputs: { 'run-task-arn': JSON.stringify(arns) } })
  }
}
