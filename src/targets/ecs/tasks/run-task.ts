import { createHash } from 'node:crypto'
import { deadlineIn } from '../../../clock.ts'
import { startAgreement } from '../../../deployment/agreement.ts'
import type { DeploymentEvent } from '../../../deployment/events.ts'
import { certain } from '../../../deployment/outcomes.ts'
import { lookUntil, startPace, ticks } from '../../../deployment/pace.ts'
import { afterEndTime, forPreparation } from '../../../deployment/time-limits.ts'
import type { JsonObject, RunTaskRequest, Service, Task } from '../../../ports.ts'
import { asName, type Text, text, untrusted } from '../../../text.ts'
import type { EcsContext } from '../request/ecs-context.ts'
import { shortName } from '../request/revision-version.ts'
import type { ServiceEnd } from '../request/service-end.ts'
import type { OneOffTask } from '../request/service-request.ts'
import { networkOf } from './task-network.ts'

interface OneOff {
  readonly cluster: string
  readonly service: Service | undefined
  readonly definition: JsonObject
  readonly taskDefinition: string
  readonly task: OneOffTask
  readonly longestGap?: number | undefined
}

const phase = 'run-task'

/** Runs the task; undefined when it did what it should, otherwise the end of the deployment before it began. */
export async function* runOneOffTask(
  oneOff: OneOff,
  context: EcsContext,
): AsyncGenerator<DeploymentEvent, ServiceEnd | undefined> {
  const at = () => context.clock.now()
  yield { kind: 'phase', at: at(), name: phase, status: 'running' }
  const tasks = await forPreparation(context, oneOff.task).ecs.runTask(requestOf(oneOff))
  const arns = tasks.flatMap(({ taskArn }) => taskArn ?? [])
  if (arns.length > 0) {
    const left = `it had started the one-off task ${arns.join(' ')}, which may still be running`
    context.keep({ outputs: { 'run-task-arn': JSON.stringify(arns) }, left })
  }
  const detail = untrusted(arns.join(' '))
  if (!oneOff.task.awaitStop) {
    yield { kind: 'phase', at: at(), name: phase, status: 'succeeded', detail }
    return undefined
  }
  const problem = await waitForStop(oneOff, context, arns)
  yield { kind: 'phase', at: at(), name: phase, status: problem ? 'failed' : 'succeeded', detail }
  if (!problem) return undefined
  return {
    outcome: 'failed',
    cause: certain(
      'task-failed',
      text`the one-off task of ${asName(shortName(oneOff.taskDefinition))} failed, so the service was not changed`,
      problem,
      text`Check the log of the task, correct the cause and run the job again.`,
    ),
  }
}

function requestOf({ cluster, service, task, taskDefinition }: OneOff): RunTaskRequest {
  const strategy = task.capacityProviderStrategy ?? (task.launchType ? undefined : strategyOf(service))
  const launchType = strategy ? undefined : (task.launchType ?? (service ? service.launchType : 'FARGATE'))
  const network = networkOf(task, service)
  return {
    cluster,
    taskDefinition,
    startedBy: task.startedBy,
    ...(strategy ? { capacityProviderStrategy: strategy } : {}),
    ...(launchType ? { launchType } : {}),
    ...(network ? { networkConfiguration: network } : {}),
    ...(task.overrides ? { overrides: { containerOverrides: task.overrides } } : {}),
    ...(task.tags ? { tags: task.tags } : {}),
    ...(task.volumeConfigurations ? { volumeConfigurations: task.volumeConfigurations } : {}),
    ...(task.enableEcsManagedTags === undefined ? {} : { enableECSManagedTags: task.enableEcsManagedTags }),
    ...(task.propagateTags ? { propagateTags: task.propagateTags } : {}),
    clientToken: clientTokenOf(task, taskDefinition),
  }
}

/** RunTask takes at most 64 characters of 33 to 126. */
function clientTokenOf({ idempotencyKey }: OneOffTask, taskDefinition: string): string {
  return createHash('sha256').update(`${idempotencyKey} ${taskDefinition}`).digest('hex')
}

function strategyOf(service: Service | undefined): readonly JsonObject[] | undefined {
  const strategy = service?.capacityProviderStrategy ?? []
  if (strategy.length === 0) return undefined
  return strategy.map(({ capacityProvider = '', weight = 0, base = 0 }) => ({ capacityProvider, weight, base }))
}

/** What went wrong, or undefined. */
async function waitForStop(oneOff: OneOff, context: EcsContext, arns: readonly string[]): Promise<Text | undefined> {
  const minutes = oneOff.task.waitMinutes
  const pace = startPace(context.clock, oneOff.longestGap)
  const deadline = deadlineIn(context.clock, minutes * 60_000)
  const { ecs } = context.within(deadline + afterEndTime)
  const agree = startAgreement(context.clock)
  let last: Problem | undefined
  for await (const _ of ticks(context.clock, deadline, pace, context.signal)) {
    const reading = ecs.describeTasks(oneOff.cluster, arns)
    const tasks = (await lookUntil(context.clock, deadline, reading)) ?? []
    if (tasks.length < arns.length || tasks.some(({ lastStatus }) => lastStatus !== 'STOPPED')) continue
    const essential = essentialsOf(oneOff.definition)
    const problems = tasks.flatMap((task) => problemOf(task, essential) ?? [])
    last = problems.find(({ isStated }) => isStated) ?? problems[0]
    // An exit code is final; a missing one may appear in the next read.
    if (last === undefined || last.isStated || agree('unstarted')) return last?.why
  }
  return (
    last?.why ?? text`it was still running after ${minutes} ${minutes === 1 ? 'minute' : 'minutes'} (wait-for-minutes)`
  )
}

/** A container is essential unless it says otherwise (ECS API, ContainerDefinition). */
function essentialsOf(definition: JsonObject): ReadonlySet<string> {
  const containers = Array.isArray(definition.containerDefinitions) ? definition.containerDefinitions : []
  return new Set(containers.filter((container) => container.essential !== false).map(({ name }) => String(name)))
}

interface Problem {
  readonly why: Text
  readonly isStated: boolean
}

/** The exit codes of the essential containers decide; a helper that is ended with the task does not. */
function problemOf(task: Task, essential: ReadonlySet<string>): Problem | undefined {
  const counted = (task.containers ?? []).filter(({ name }) => name !== undefined && essential.has(name))
  const stopped = task.stoppedReason ? text` (${untrusted(task.stoppedReason)})` : text``
  const bad = counted.find(({ exitCode }) => exitCode !== undefined && exitCode !== 0)
  if (bad) {
    const reason = bad.reason ? text`, ${untrusted(bad.reason)}` : text``
    const why = text`container ${untrusted(bad.name ?? '')} exited with code ${bad.exitCode ?? ''}${reason}${stopped}`
    return { why, isStated: true }
  }
  const unstarted = counted.find(({ exitCode }) => exitCode === undefined)
  if (!unstarted && counted.length > 0) return undefined
  const reason = unstarted?.reason ? text`: ${untrusted(unstarted.reason)}` : text``
  const why = text`container ${untrusted(unstarted?.name ?? '')} never started${reason}${stopped}`
  return { why, isStated: task.stopCode === 'TaskFailedToStart' }
}
