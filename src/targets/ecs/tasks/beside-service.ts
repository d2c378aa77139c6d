import type { Clock } from '../../../clock.ts'
import type { Context } from '../../../deployment/context.ts'
import type { Events } from '../../../deployment/target.ts'
import type { Cause } from '../../../diagnosis/cause.ts'
import { openKnownDefinitions } from '../finish/known-definitions.ts'
import type { EcsAccess, EcsContext } from '../request/ecs-context.ts'
import { type KeptTasks, keptPart } from '../request/ecs-record.ts'
import type { NamedTask, ServiceChange } from '../request/service-request.ts'

/** Runs a task beside a service, with this revision; shows no value of its variables. Undefined: it succeeded. Throws `Failure`. */
export async function* runTaskBeside(
  { task, phase }: { readonly task: NamedTask; readonly phase: string },
  revision: string,
  { cluster, service }: Pick<ServiceChange, 'cluster' | 'service'>,
  aws: EcsAccess,
  context: Context,
): Events<Cause | undefined> {
  const { runServiceTask } = await import('./release-task.ts')
  const definitions = openKnownDefinitions({ cluster, service })
  const keep: EcsContext['keep'] = (part) => context.keep(keptPart(part))
  const own: EcsContext = { ...definitions.reading(aws), ...context, keep }
  const events = runServiceTask(task, phase, revision, { cluster, service }, own)
  for (;;) {
    const { done, value } = await events.next()
    if (done) return definitions.conceal(value)
    yield definitions.conceal(value)
  }
}

/** For a post step: stops one-off tasks that may run. Returns what became of them, as the end of a sentence. Throws `Failure`. */
export async function stopTasksBeside(tasks: KeptTasks, aws: EcsAccess, clock: Clock): Promise<string> {
  const { settleTasks } = await import('./settle-tasks.ts')
  return (await settleTasks(tasks, { ...aws, clock })).words
}
