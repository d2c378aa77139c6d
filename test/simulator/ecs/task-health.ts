/** Health of running tasks: load balancer targets and container health checks, and what the service scheduler does about them. */
import { nameOf } from '../identifiers.ts'
import { describeTarget } from './events.ts'
import { type EcsState, here, type TaskRecord } from './state.ts'
import type { ContainerBehaviour, ContainerStory } from './task-story.ts'
import type { TaskEnd, TaskStart } from './tasks.ts'

type Unhealthy = Extract<ContainerBehaviour, { kind: 'unhealthy' }>

interface Health {
  readonly State: string
  readonly Reason?: string
  readonly Description?: string
}

const registering: Health = {
  State: 'initial',
  Reason: 'Elb.RegistrationInProgress',
  Description: 'Target registration is in progress',
}

/** Sentences of Elastic Load Balancing, which service events repeat. */
function describeReason({ reason, responseCode }: Unhealthy): string {
  if (reason === 'Target.ResponseCodeMismatch') return `Health checks failed with these codes: [${responseCode ?? 503}]`
  return reason === 'Target.Timeout' ? 'Request timed out' : 'Health checks failed'
}

/** Registers a task that runs with its target groups, and watches its health until it stops. */
export function followTargets(
  ecs: EcsState,
  record: TaskRecord,
  start: TaskStart,
  stories: readonly ContainerStory[],
  end: (end: TaskEnd) => void,
): void {
  const after = (secondsLater: number, action: () => void) =>
    record.timers.push(ecs.world.clock.after(secondsLater * 1000, action))
  const balancers = (start.loadBalancers ?? []).filter((balancer) => balancer.targetGroupArn !== undefined)
  const grace = start.healthCheckGracePeriodSeconds ?? 0
  const turnHealthy = () => {
    if (isDoomed(stories)) return
    record.healthy = true
    start.onChange?.({ task: record, turnedHealthy: true })
  }
  const behaviourOf = (name?: string) => stories.find(({ container }) => container.name === name)?.behaviour

  followContainers(record, stories, after)
  let waitingFor = balancers.length
  for (const { targetGroupArn = '', containerName, containerPort = 0 } of balancers) {
    const behaviour = behaviourOf(containerName)
    let health = registering
    here(ecs).elbv2.register(targetGroupArn, { id: record.address, port: containerPort, health: () => health })
    if (behaviour?.kind === 'unhealthy') {
      const description = describeReason(behaviour)
      const found = Math.max(ecs.quirks.unhealthyAfterSeconds, 1)
      after(found, () => {
        health = { State: 'unhealthy', Reason: behaviour.reason, Description: description }
      })
      after(Math.max(found, grace) + 2, () => {
        const taskId = nameOf(record.task.taskArn ?? '')
        service(ecs, start)?.addEvent(
          `${describeTarget(taskId, containerPort, targetGroupArn)} due to (reason ${description})`,
        )
        end({
          stopCode: 'ServiceSchedulerInitiated',
          stoppedReason: `Task failed ELB health checks in (target-group ${targetGroupArn})`,
          failed: true,
        })
      })
      continue
    }
    const startSeconds = (behaviour?.kind === 'healthy' && behaviour.startSeconds) || 5
    after(startSeconds + 5 + ecs.world.random() * 10, () => {
      if (isDoomed(stories)) return
      health = { State: 'healthy' }
      waitingFor--
      if (waitingFor === 0) turnHealthy()
    })
  }
  if (balancers.length > 0) return
  const failing = stories.find(({ container, behaviour }) => behaviour.kind === 'unhealthy' && container.healthCheck)
  if (failing && start.group) {
    after(Math.max(ecs.quirks.unhealthyAfterSeconds, grace) + 2, () => {
      service(ecs, start)?.addEvent(`(task ${nameOf(record.task.taskArn ?? '')}) failed container health checks.`)
      end({ stopCode: 'ServiceSchedulerInitiated', stoppedReason: 'Task failed container health checks', failed: true })
    })
    return
  }
  const slowest = Math.max(
    ...stories.map(({ behaviour }) => (behaviour.kind === 'healthy' && behaviour.startSeconds) || 5),
  )
  after(slowest, turnHealthy)
}

const service = (ecs: EcsState, start: TaskStart) =>
  ecs.services.get(`${nameOf(start.clusterArn)}/${start.serviceName}`)

/** Whether it will end so soon that no health check should call it healthy before: otherwise chance would tell the story. */
function isDoomed(stories: readonly ContainerStory[]): boolean {
  return stories.some(({ container, behaviour }) => {
    if (behaviour.kind === 'healthy' || behaviour.kind === 'unhealthy') return false
    return (container.essential ?? true) && (behaviour.afterSeconds ?? 0) <= 30
  })
}

/** `healthStatus` of containers with a health check, and of the task they make up. */
function followContainers(
  record: TaskRecord,
  stories: readonly ContainerStory[],
  after: (seconds: number, action: () => void) => void,
): void {
  const checked = stories.filter(({ container }) => container.healthCheck)
  for (const { container, behaviour } of checked) {
    const view = record.task.containers?.find((candidate) => candidate.name === container.name)
    const startSeconds = (behaviour.kind === 'healthy' && behaviour.startSeconds) || 5
    after(startSeconds + (behaviour.kind === 'unhealthy' ? 10 : 0), () => {
      if (view) view.healthStatus = behaviour.kind === 'unhealthy' ? 'UNHEALTHY' : 'HEALTHY'
      const states =
        record.task.containers?.filter((one) => checked.some((story) => story.container.name === one.name)) ?? []
      record.task.healthStatus = states.some((one) => one.healthStatus === 'UNHEALTHY')
        ? 'UNHEALTHY'
        : states.every((one) => one.healthStatus === 'HEALTHY')
          ? 'HEALTHY'
          : 'UNKNOWN'
    })
  }
}
