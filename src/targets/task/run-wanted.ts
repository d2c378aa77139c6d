import type { End } from '../../deployment/outcomes.ts'
import type { Events } from '../../deployment/target.ts'
import type { Terms } from '../../deployment/terms.ts'
import { register } from '../../task-definition/register.ts'
import type { EcsContext } from '../ecs/request/ecs-context.ts'
import { versionOf } from '../ecs/request/revision-version.ts'
import type { WantedDefinition } from '../ecs/request/service-request.ts'
import { runTasks, type TasksEnd } from '../ecs/tasks/run-task.ts'
import type { PreparedTask } from './requested.ts'

/** Registers the definition where it has to be, and runs the task of it. */
export async function* runWanted(
  { request, service, wanted, task }: PreparedTask,
  { longestGap }: Terms,
  context: EcsContext,
): Events<End> {
  const { arn, definition, reused } = await revisionOf(wanted, context)
  context.keep({ taskDefinition: arn })
  yield { kind: 'versioned', at: context.clock.now(), version: versionOf(arn), reused }
  if (task === undefined) return { outcome: 'succeeded' }
  // There is nothing that a cancel could go back to.
  context.keep({ stage: 'updating', isCreation: true })
  const oneOff = { cluster: request.cluster, service, definition, taskDefinition: arn, task, longestGap }
  const end = yield* runTasks(oneOff, watching(context))
  context.keep({ outputs: { 'run-task-arn': JSON.stringify(end.arns), ...request.outputsOf?.(end) } })
  return endOf(end)
}

async function revisionOf(wanted: WantedDefinition, context: EcsContext) {
  if (wanted.arn !== undefined) return { arn: wanted.arn, definition: wanted.definition, reused: true }
  const { taskDefinitionArn: arn, definition, reused } = await register(wanted.definition, context, wanted.original)
  return { arn, definition, reused }
}

/** What has started goes on without this run. */
function watching(context: EcsContext): EcsContext {
  return {
    ...context,
    keep: (part) => context.keep(part.tasks?.arns.length ? { ...part, stage: 'watching' } : part),
  }
}

function endOf({ outcome, cause }: TasksEnd): End {
  if (outcome === 'started') return { outcome: 'succeeded' }
  return { outcome, cause }
}
