/** Keeps tasks of one definition at a count, replaces those that stop by themselves, and tells the service's events. */
import type { Tag } from '@aws-sdk/client-ecs'
import type { TaskGroupOptions } from '../contract.ts'
import { nameOf } from '../identifiers.ts'
import * as events from './events.ts'
import { type EcsState, invalidParameter, type ServiceRecord, type TaskGroupRecord, type TaskRecord } from './state.ts'
import { findDefinition } from './task-definitions.ts'
import { launchProblem } from './task-story.ts'
import { startTask, type TaskStart } from './tasks.ts'

/** The service scheduler waits at most 15 minutes between attempts (Developer Guide, "Service throttle logic"). */
const longestDelay = 900
const shortestDelay = 5
/** How long the same complaint is not repeated, in milliseconds. */
const throttleEvent = 1_800_000

export interface GroupOptions extends TaskGroupOptions {
  /** Names the task set in events. */
  readonly taskSet?: string
}

export function startTaskGroup(ecs: EcsState, options: GroupOptions): TaskGroupRecord {
  const definition = findDefinition(ecs, options.taskDefinitionArn)?.definition
  if (!definition) throw invalidParameter('TaskDefinition not found.')
  const tasks = new Set<TaskRecord>()
  const state = { desired: options.desired, failed: 0, consecutive: 0, frozen: false, toldAt: Number.NEGATIVE_INFINITY }
  let attempt: { cancel(): void } | undefined

  const service = (): ServiceRecord | undefined =>
    ecs.services.get(`${nameOf(options.clusterArn)}/${options.serviceName}`)
  const tell = (message: string, taskSet: string | undefined) =>
    service()?.addEvent(`${events.ofService(options.serviceName, taskSet)} ${message}`)
  const wanted = () => [...tasks].filter(({ task }) => task.desiredStatus === 'RUNNING')
  const running = () => wanted().filter(({ task }) => task.lastStatus === 'RUNNING')
  const changed = () => options.onChange(group)

  const template = (): TaskStart => ({
    clusterArn: options.clusterArn,
    definition,
    startedBy: options.startedBy,
    groupName: `service:${options.serviceName}`,
    serviceName: options.serviceName,
    group,
    loadBalancers: [...options.loadBalancers],
    ...(service()?.settings.healthCheckGracePeriodSeconds !== undefined && {
      healthCheckGracePeriodSeconds: service()?.settings.healthCheckGracePeriodSeconds ?? 0,
    }),
    awsvpc: service()?.settings.networkConfiguration?.awsvpcConfiguration,
    launchType: service()?.settings.launchType,
    tags: propagatedTags(ecs, service(), options.taskDefinitionArn),
    onChange: ({ task, failed, turnedHealthy }) => {
      if (turnedHealthy) state.consecutive = 0
      if (failed) {
        if (task.task.startedAt) tellDeregistered(1)
        fail()
      }
      if (!failed && task.task.lastStatus === 'RUNNING' && !turnedHealthy) tellRegistered()
      changed()
    },
  })
  const tellRegistered = () => {
    for (const { targetGroupArn } of options.loadBalancers)
      if (targetGroupArn) tell(events.registered(1, targetGroupArn), options.taskSet)
  }

  const tellDeregistered = (count: number) => {
    const balanced = options.loadBalancers.flatMap(({ targetGroupArn }) => targetGroupArn ?? [])
    for (const targetGroupArn of balanced) tell(events.deregistered(count, targetGroupArn), undefined)
    if (balanced.length > 0) tell(events.draining(count), options.startedBy)
  }

  const fail = () => {
    state.failed++
    state.consecutive++
    if (state.frozen) state.desired = wanted().length
    const since = ecs.world.clock.now() - state.toldAt
    if (since > throttleEvent && state.consecutive >= Math.max(3, state.desired * 2)) {
      state.toldAt = ecs.world.clock.now()
      tell(events.inconsistent, options.taskSet)
    }
    fill(Math.min(longestDelay, shortestDelay * 2 ** Math.floor(state.consecutive / Math.max(1, state.desired))))
  }

  /** Starts what is missing, all at once, `delay` seconds from now. */
  const fill = (delay: number) => {
    if (state.frozen || attempt || wanted().length >= state.desired) return
    attempt = ecs.world.clock.after(delay * 1000, () => {
      attempt = undefined
      const missing = state.frozen ? 0 : state.desired - wanted().length
      if (missing <= 0) return
      const problem = launchProblem(ecs, definition)
      if (problem) {
        tell(problem, options.taskSet)
        fail()
      } else launch(missing)
      changed()
    })
  }

  const launch = (count: number) => {
    const launched = Array.from({ length: count }, () => {
      const record = startTask(ecs, template())
      tasks.add(record)
      return record.task.taskArn ?? ''
    })
    tell(events.started(launched), options.taskSet)
  }

  const shrink = () => {
    const surplus = wanted().length - state.desired
    if (surplus <= 0) return
    const inOrder = [...wanted()].sort((a, b) => Number(a.healthy) - Number(b.healthy))
    const leaving = inOrder.slice(0, surplus)
    const connected = leaving.filter(({ task }) => task.lastStatus === 'RUNNING').length
    tell(events.stopped(leaving.map(({ task }) => task.taskArn ?? '')), undefined)
    if (connected > 0) tellDeregistered(connected)
    const kind = options.taskSet ? 'taskSet' : 'deployment'
    for (const record of leaving) {
      record.stop({
        stopCode: 'ServiceSchedulerInitiated',
        stoppedReason: `Scaling activity initiated by (${kind} ${options.startedBy})`,
      })
    }
  }

  const group: TaskGroupRecord = {
    startedBy: options.startedBy,
    taskDefinitionArn: options.taskDefinitionArn,
    tasks,
    get desired() {
      return state.desired
    },
    get running() {
      return running().length
    },
    get pending() {
      return wanted().length - running().length
    },
    get healthy() {
      return running().filter(({ healthy }) => healthy).length
    },
    get failed() {
      return state.failed
    },
    get active() {
      return wanted().length
    },
    get stopping() {
      return tasks.size - wanted().length
    },
    get consecutiveFailures() {
      return state.consecutive
    },
    scaleTo: (count) => {
      state.desired = count
      shrink()
      fill(1 + ecs.world.random() * 2)
    },
    freeze: () => {
      state.frozen = true
      state.desired = wanted().length
      attempt?.cancel()
      attempt = undefined
    },
    thaw: () => {
      state.frozen = false
      state.consecutive = 0
    },
  }
  fill(1 + ecs.world.random() * 2)
  return group
}

/** Tags that a service hands on to its tasks (API CreateService, `propagateTags`). */
function propagatedTags(ecs: EcsState, service: ServiceRecord | undefined, taskDefinitionArn: string): Tag[] {
  const { propagateTags, enableECSManagedTags } = service?.settings ?? {}
  const own = propagateTags === 'SERVICE' ? service?.tags : undefined
  const ofDefinition = propagateTags === 'TASK_DEFINITION' ? findDefinition(ecs, taskDefinitionArn)?.tags : undefined
  const managed = enableECSManagedTags ? [{ key: 'aws:ecs:serviceName', value: service?.serviceName ?? '' }] : []
  return [...(own ?? ofDefinition ?? []), ...managed]
}
