import type { DeploymentEvent } from '../../../deployment/events.ts'
import { certain } from '../../../deployment/outcomes.ts'
import type { Events } from '../../../deployment/target.ts'
import { forPreparation } from '../../../deployment/time-limits.ts'
import type { Cause } from '../../../diagnosis/cause.ts'
import { Failure } from '../../../failure.ts'
import type { JsonObject, Service } from '../../../ports.ts'
import { register } from '../../../task-definition/register.ts'
import { asName, text, untrusted } from '../../../text.ts'
import { withoutOrigin } from '../facts/origin-tags.ts'
import { readService } from '../facts/read-service.ts'
import { requireService } from '../facts/service-facts.ts'
import type { EcsContext } from '../request/ecs-context.ts'
import { shortName } from '../request/revision-version.ts'
import type { ServiceEnd } from '../request/service-end.ts'
import type { NamedTask, ServiceRequest } from '../request/service-request.ts'
import { checkContainer, containerOf, definitionFor, withOverrides } from './named-task.ts'
import { oneOffPhase, runOneOffTask, runTasks } from './run-task.ts'

/** Where a task runs: beside a service, with a revision of it. */
interface Beside {
  readonly cluster: string
  readonly service: Service | undefined
  readonly definition: JsonObject
  readonly taskDefinition: string
  readonly longestGap?: number | undefined
}

/**
 * The tasks before a deployment, in their order; the end of the deployment where one fails. Each runs once, however often the deployment
 * is tried while others change the service: how long AWS keeps a client token is not documented.
 */
export async function* runTasksBefore(
  { runTask, tasksBefore = [], tasksRan = new Set() }: Pick<ServiceRequest, 'runTask' | 'tasksBefore' | 'tasksRan'>,
  beside: Beside,
  context: EcsContext,
): Events<ServiceEnd | undefined> {
  if (runTask && !(yield* hasRun(oneOffPhase, tasksRan, context))) {
    const end = yield* runOneOffTask({ ...beside, task: runTask }, context)
    if (end) return end
    tasksRan.add(oneOffPhase)
  }
  for (const task of tasksBefore) {
    context.signal.throwIfAborted()
    const phase = `Task ${task.name}`
    if (yield* hasRun(phase, tasksRan, context)) continue
    const cause = yield* runNamedTask(task, beside, phase, context)
    if (cause)
      return {
        outcome: 'failed',
        cause: { ...cause, what: [...cause.what, ', so the service was not changed'] },
      }
    tasksRan.add(phase)
    const left = `the task ${task.name} had run, and what it changed stays`
    context.keep({ left })
  }
  return undefined
}

async function* hasRun(phase: string, ran: ReadonlySet<string>, { clock }: EcsContext): Events<boolean> {
  if (!ran.has(phase)) return false
  const message = untrusted(`${phase}: has run in this step before, and is not run again.`)
  yield { kind: 'note', at: clock.now(), message }
  return true
}

/** A task beside a service that is deployed: of the revision that is known by its ARN. Undefined: it ended well. */
export async function* runServiceTask(
  task: NamedTask,
  phase: string,
  revision: string,
  { cluster, service: name, longestGap }: Pick<ServiceRequest, 'cluster' | 'service' | 'longestGap'>,
  context: EcsContext,
): Events<Cause | undefined> {
  const { ecs } = forPreparation(context, task.task)
  const service = await requireService(
    await readService({ ...context, ecs }, { cluster, service: name }),
    { cluster, service: name },
    ecs,
  )
  const definition = await ecs.describeTaskDefinition(revision)
  if (definition === undefined)
    throw new Failure({
      code: 'revision-gone',
      what: text`The task definition ${asName(shortName(revision))} does not exist`,
      fix: text`Deploy again: the task ${asName(task.name)} runs with the revision of the service.`,
    })
  return yield* runNamedTask(
    task,
    { cluster, service, definition, taskDefinition: revision, longestGap },
    phase,
    context,
  )
}

async function* runNamedTask(
  task: NamedTask,
  beside: Beside,
  phase: string,
  context: EcsContext,
): Events<Cause | undefined> {
  const where = task.image === undefined ? beside : yield* withImage(task, beside, context)
  const container = task.image === undefined ? containerOf(task, where.definition) : checkContainer
  const { outcome, cause } = yield* renamed(
    runTasks({ ...where, task: withOverrides(task, container, phase) }, context),
    phase,
  )
  if (outcome === 'succeeded' || outcome === 'started') return undefined
  const what = text`the task ${asName(task.name)} of ${asName(shortName(where.taskDefinition))} failed`
  const fix = text`Check the log of the task, correct the cause and run the job again.`
  // Of a lock that is held, the cause says all: no task was started.
  if (cause?.code === 'task-locked') return cause
  return cause ? { ...cause, what } : certain('task-failed', what, text`it failed`, fix)
}

async function* withImage(task: NamedTask, beside: Beside, context: EcsContext): Events<Beside> {
  const { ecs } = forPreparation(context, task.task)
  const { taskDefinitionArn, definition } = await register(definitionFor(task, withoutOrigin(beside.definition)), {
    ecs,
  })
  yield* []
  return { ...beside, definition, taskDefinition: taskDefinitionArn }
}

/** Several tasks of a deployment are apart by their names. */
async function* renamed<Result>(events: AsyncGenerator<DeploymentEvent, Result>, name: string): Events<Result> {
  for (;;) {
    const { done, value } = await events.next()
    if (done) return value
    yield value.kind === 'phase' && value.name === oneOffPhase ? { ...value, name } : value
  }
}
