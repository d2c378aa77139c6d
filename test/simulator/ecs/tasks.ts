/** The life of a task, from PROVISIONING to STOPPED, as its story has it. */
import type { LoadBalancer, Tag, TaskDefinition, TaskOverride, TaskStopCode } from '@aws-sdk/client-ecs'
import { nameOf } from '../identifiers.ts'
import { type AwsvpcConfiguration, type EcsState, now, type TaskGroupRecord, type TaskRecord } from './state.ts'
import { followTargets } from './task-health.ts'
import { createRecord } from './task-record.ts'
import { type ContainerStory, logStream } from './task-story.ts'

export interface TaskStart {
  readonly clusterArn: string
  readonly definition: TaskDefinition
  readonly startedBy?: string | undefined
  /** `service:api` or `family:migrate`. */
  readonly groupName: string
  readonly group?: TaskGroupRecord
  readonly serviceName?: string
  readonly loadBalancers?: readonly LoadBalancer[]
  readonly healthCheckGracePeriodSeconds?: number
  readonly awsvpc?: AwsvpcConfiguration | undefined
  readonly launchType?: string | undefined
  readonly provider?: string | undefined
  readonly overrides?: TaskOverride | undefined
  readonly tags?: readonly Tag[]
  /** Told of every change of state. `failed` when the task ended by itself or by its health checks. */
  readonly onChange?: (change: {
    readonly task: TaskRecord
    readonly failed?: boolean
    readonly turnedHealthy?: boolean
  }) => void
}

/** Why a task ends, in AWS's words. */
export interface TaskEnd {
  readonly stopCode: TaskStopCode
  readonly stoppedReason: string
  /** The task did not end because somebody asked for it. */
  readonly failed?: boolean
}

/** Stopped tasks stay visible for an hour at least (API DescribeTasks). */
const visibleAfterStop = 3_600_000

const seconds = (ecs: EcsState, from: number, to: number) => (from + ecs.world.random() * (to - from)) * 1000

export function startTask(ecs: EcsState, start: TaskStart): TaskRecord {
  const record = createRecord(ecs, start, (stopping, end) => endTask(ecs, stopping, start, end))
  const { task, story } = record
  ecs.tasks.set(task.taskArn ?? '', record)
  const change = (lastStatus: string) => {
    task.lastStatus = lastStatus
    task.version = (task.version ?? 0) + 1
    start.onChange?.({ task: record })
  }
  const next = (milliseconds: number, action: () => void) =>
    record.timers.push(ecs.world.clock.after(milliseconds, action))

  next(seconds(ecs, 6, 10), () => {
    task.pullStartedAt = now(ecs)
    for (const attachment of task.attachments ?? []) attachment.status = 'ATTACHED'
    change('PENDING')
    if (story.kind === 'fails-to-start') {
      next(story.afterSeconds === undefined ? seconds(ecs, 5, 15) : story.afterSeconds * 1000, () => {
        const blamed = task.containers?.find((container) => container.name === story.container)
        if (blamed && story.containerReason) blamed.reason = story.containerReason.slice(0, 1024)
        endTask(ecs, record, start, { stopCode: 'TaskFailedToStart', stoppedReason: story.stoppedReason, failed: true })
      })
      return
    }
    next(seconds(ecs, 10, 20), () => {
      task.pullStoppedAt = now(ecs)
      change('ACTIVATING')
      next(seconds(ecs, 3, 6), () => run(ecs, record, start, story.containers, change))
    })
  })
  return record
}

/** Drains its connections, where it has any, then stops it. A task that is stopping already is left alone. */
export function endTask(ecs: EcsState, record: TaskRecord, start: TaskStart, end: TaskEnd): void {
  const { task } = record
  if (task.desiredStatus === 'STOPPED') return
  const registered = (start.loadBalancers?.length ?? 0) > 0 && task.lastStatus === 'RUNNING'
  for (const timer of record.timers.splice(0)) timer.cancel()
  Object.assign(task, {
    desiredStatus: 'STOPPED',
    stopCode: end.stopCode,
    stoppedReason: end.stoppedReason,
    stoppingAt: now(ecs),
  })
  record.healthy = false
  if (registered)
    for (const { targetGroupArn } of start.loadBalancers ?? [])
      if (targetGroupArn) ecs.world.region(ecs.region).elbv2.deregister(targetGroupArn, record.address)

  const exited = task.containers?.some((container) => container.lastStatus === 'STOPPED') ?? false
  const change = (lastStatus: string) => {
    task.lastStatus = lastStatus
    task.version = (task.version ?? 0) + 1
    start.onChange?.({ task: record })
  }
  const finish = () => {
    stopContainers(record)
    task.executionStoppedAt = now(ecs)
    change('DEPROVISIONING')
    const usual = seconds(ecs, 6, 12)
    const { deprovisioningSeconds } = ecs.quirks
    ecs.world.clock.after(deprovisioningSeconds === undefined ? usual : deprovisioningSeconds * 1000, () => {
      task.stoppedAt = now(ecs)
      task.connectivity = 'DISCONNECTED'
      for (const attachment of task.attachments ?? []) attachment.status = 'DELETED'
      record.forgottenAt = ecs.world.clock.now() + visibleAfterStop
      record.group?.tasks.delete(record)
      change('STOPPED')
    })
  }
  task.lastStatus = registered && !exited ? 'DEACTIVATING' : 'STOPPING'
  start.onChange?.({ task: record, failed: end.failed ?? false })
  // The other containers get SIGTERM when an essential one has ended (API ContainerDefinition, `essential`).
  const slowestOther = exited ? warnContainers(ecs, record) : undefined
  if (slowestOther !== undefined) ecs.world.clock.after(slowestOther * 1000, finish)
  else if (exited || end.stopCode === 'TaskFailedToStart') finish()
  else
    ecs.world.clock.after(registered ? ecs.quirks.drainSeconds * 1000 : 0, () => {
      change('STOPPING')
      const usual = seconds(ecs, 2, 5)
      const slowest = warnContainers(ecs, record)
      ecs.world.clock.after(slowest === undefined ? usual : slowest * 1000, finish)
    })
}

/** Whether DescribeTasks and ListTasks still know it. Forgets it when its hour is over. */
export function isVisible(ecs: EcsState, record: TaskRecord): boolean {
  if (record.forgottenAt === undefined || record.forgottenAt > ecs.world.clock.now()) return true
  ecs.tasks.delete(record.task.taskArn ?? '')
  return false
}

function run(
  ecs: EcsState,
  record: TaskRecord,
  start: TaskStart,
  stories: readonly ContainerStory[],
  change: (status: string) => void,
): void {
  const { task } = record
  task.startedAt = now(ecs)
  for (const container of task.containers ?? []) container.lastStatus = 'RUNNING'
  for (const story of stories) runContainer(ecs, record, start, story)
  change('RUNNING')
  followTargets(ecs, record, start, stories, (end) => endTask(ecs, record, start, end))
}

function runContainer(
  ecs: EcsState,
  record: TaskRecord,
  start: TaskStart,
  { container, behaviour }: ContainerStory,
): void {
  const view = record.task.containers?.find((candidate) => candidate.name === container.name)
  const destination = logStream(ecs, container, nameOf(record.task.taskArn ?? ''))
  const put = (line: string) => destination?.logs.put(destination.group, destination.stream, line)
  const gap = 'logEverySeconds' in behaviour ? (behaviour.logEverySeconds ?? 0) * 1000 : 0
  for (const [index, line] of (behaviour.log ?? []).entries())
    if (gap === 0) put(line)
    else record.timers.push(ecs.world.clock.after(index * gap, () => put(line)))
  if (!view || behaviour.kind === 'healthy' || behaviour.kind === 'unhealthy') return
  if (behaviour.kind === 'taken-away') {
    const { stopCode, stoppedReason, afterSeconds = 10 } = behaviour
    const end = () => endTask(ecs, record, start, { stopCode, stoppedReason, failed: true })
    record.timers.push(ecs.world.clock.after(afterSeconds * 1000, end))
    return
  }
  const isMemory = behaviour.kind === 'out-of-memory'
  const after = behaviour.afterSeconds ?? (isMemory ? 10 : 3)
  record.timers.push(
    ecs.world.clock.after(after * 1000, () => {
      view.lastStatus = 'STOPPED'
      view.exitCode = isMemory ? 137 : behaviour.exitCode
      if (isMemory) view.reason = 'OutOfMemoryError: Container killed due to memory usage'
      if (container.essential ?? true)
        endTask(ecs, record, start, {
          stopCode: 'EssentialContainerExited',
          stoppedReason: 'Essential container in task exited',
          failed: true,
        })
    }),
  )
}

const usualStopTimeout = 30

/** Sends SIGTERM to what runs still; returns the seconds until the last of them has ended, where a scenario says so. */
function warnContainers(ecs: EcsState, { task, story }: TaskRecord): number | undefined {
  const stories = story.kind === 'runs' ? story.containers : []
  const times = stories.flatMap(({ container, behaviour }) => {
    const isRunning = task.containers?.some(
      ({ name, lastStatus }) => name === container.name && lastStatus === 'RUNNING',
    )
    const end = 'onSigterm' in behaviour ? behaviour.onSigterm : undefined
    if (!isRunning || end === undefined) return []
    const limit = container.stopTimeout ?? usualStopTimeout
    if (end === 'ignored') return [limit]
    const destination = logStream(ecs, container, nameOf(task.taskArn ?? ''))
    if (end.log !== undefined) destination?.logs.put(destination.group, destination.stream, end.log)
    return [Math.min(limit, end.afterSeconds ?? 1)]
  })
  return times.length === 0 ? undefined : Math.max(...times)
}

/** The rest of the containers, killed with their task: SIGTERM ends them with 143; those that hang end with SIGKILL, 137. */
function stopContainers({ task, story }: TaskRecord): void {
  for (const container of task.containers ?? []) {
    const one =
      story.kind === 'runs' ? story.containers.find((each) => each.container.name === container.name) : undefined
    if (container.lastStatus === 'RUNNING') container.exitCode = one ? codeAfterSigterm(one) : 143
    container.lastStatus = 'STOPPED'
    // What is gone is not checked any more; that a check had failed stays to be seen.
    if (container.healthStatus !== 'UNHEALTHY') container.healthStatus = 'UNKNOWN'
  }
}

function codeAfterSigterm({ container, behaviour }: ContainerStory): number {
  const end = 'onSigterm' in behaviour ? behaviour.onSigterm : undefined
  if (end === undefined) return behaviour.kind === 'unhealthy' ? 137 : 143
  const isKilled = end === 'ignored' || (end.afterSeconds ?? 1) > (container.stopTimeout ?? usualStopTimeout)
  return isKilled ? 137 : end.exitCode
}
