/** The service scheduler of the ECS deployment controller: one rolling deployment at a time, until it completes, fails or is superseded. */
import type { TaskDefinition } from '@aws-sdk/client-ecs'
import { AwsError } from '../contract.ts'
import { deploymentId } from '../identifiers.ts'
import { circuitBreaker } from './circuit-breaker.ts'
import * as events from './events.ts'
import { moveTasks } from './rolling-arithmetic.ts'
import { createRollout } from './rollout.ts'
import { recordServiceDeployment } from './service-revisions.ts'
import {
  clientException,
  type EcsState,
  here,
  now,
  type RolloutRecord,
  type ServiceDeploymentRecord,
  type ServiceRecord,
  type ServiceScheduler,
} from './state.ts'

interface InFlight {
  readonly record: ServiceDeploymentRecord
  /** The deployment that is being brought up: the new one, or while rolling back the last good one. */
  target: RolloutRecord
  /** Where a roll back would go: the newest deployment that completed. */
  readonly candidate: RolloutRecord | undefined
  /** Alarms that were in ALARM at the start do not count (Developer Guide, "How CloudWatch alarms detect deployment failures"). */
  readonly ignoredAlarms: ReadonlySet<string>
  rollingBack: boolean
  /** Virtual milliseconds since which all tasks are there and healthy. */
  settledAt: number | undefined
}

type Failure = 'circuit breaker' | 'alarm' | 'request'

const mostDeployments = 5
/** How long the scheduler watches healthy tasks before it calls the service steady. */
const steadySeconds = 5

const reasons: Record<Failure, string> = {
  'circuit breaker': 'the circuit breaker threshold was exceeded',
  alarm: 'one or more deployment alarms were triggered',
  request: 'a stop was requested',
}

export function createScheduler(ecs: EcsState, service: ServiceRecord): ServiceScheduler {
  let inFlight: InFlight | undefined
  let tick: { readonly at: number; cancel(): void } | undefined
  let listening = false

  const wake = (milliseconds = 1000) => {
    const at = ecs.world.clock.now() + milliseconds
    if (tick && tick.at <= at) return
    tick?.cancel()
    const { cancel } = ecs.world.clock.after(milliseconds, () => {
      tick = undefined
      run()
    })
    tick = { at, cancel }
  }

  const newRollout = (definition: TaskDefinition, id = deploymentId(ecs.world)) =>
    createRollout(ecs, service, definition, id, () => wake())

  const makePrimary = (rollout: RolloutRecord) => {
    for (const other of service.rollouts) {
      if (other === rollout) continue
      other.deployment.status = 'ACTIVE'
      other.deployment.updatedAt = now(ecs)
      other.group.freeze()
    }
    service.rollouts = [rollout, ...service.rollouts.filter((other) => other !== rollout)]
    rollout.deployment.status = 'PRIMARY'
    service.taskDefinition = rollout.deployment.taskDefinition ?? ''
    rollout.group.thaw()
  }

  const alarmNames = () => {
    const { alarms } = service.settings.deploymentConfiguration ?? {}
    return alarms?.enable ? (alarms.alarmNames ?? []) : []
  }

  const onAlarm = (name: string) => {
    if (!inFlight || inFlight.rollingBack || !alarmNames().includes(name) || inFlight.ignoredAlarms.has(name)) return
    if (here(ecs).cloudwatch.state(name)?.state !== 'ALARM') return
    inFlight.record.view.alarms = { status: 'TRIGGERED', alarmNames: alarmNames(), triggeredAlarmNames: [name] }
    fail(inFlight, 'alarm', service.settings.deploymentConfiguration?.alarms?.rollback ?? false)
  }

  const listen = () => {
    if (listening || alarmNames().length === 0) return
    listening = true
    here(ecs).cloudwatch.onChange(onAlarm)
  }

  const deploy = (definition: TaskDefinition) => {
    if (service.rollouts.filter(({ deployment }) => deployment.rolloutState !== 'COMPLETED').length >= mostDeployments)
      throw clientException(`${mostDeployments} active deployments exist, unable to create new deployment.`)
    if (inFlight) end(inFlight, 'STOPPED', 'Service deployment stopped because a newer service deployment was started.')
    listen()
    const sources = [...service.rollouts]
    const target = newRollout(definition)
    const ignoredAlarms = new Set(alarmNames().filter((name) => here(ecs).cloudwatch.state(name)?.state === 'ALARM'))
    makePrimary(target)
    const record = recordServiceDeployment(ecs, service, target, sources)
    inFlight = { record, target, candidate: service.completed, ignoredAlarms, rollingBack: false, settledAt: undefined }
    if (alarmNames().length > 0)
      record.view.alarms = {
        status: ignoredAlarms.size > 0 ? 'DISABLED' : 'MONITORING',
        alarmNames: alarmNames(),
        triggeredAlarmNames: [],
      }
    wake()
  }

  /** The service deployment is over, be it as it may; its tasks stay as they are. */
  const end = (
    flight: InFlight,
    status: 'SUCCESSFUL' | 'STOPPED' | 'ROLLBACK_SUCCESSFUL' | 'ROLLBACK_FAILED',
    reason?: string,
  ) => {
    const { view } = flight.record
    Object.assign(view, {
      status,
      finishedAt: now(ecs),
      updatedAt: now(ecs),
      ...(status === 'STOPPED' && { stoppedAt: now(ecs) }),
    })
    if (reason) view.statusReason = reason
    if (view.deploymentCircuitBreaker?.status === 'MONITORING')
      view.deploymentCircuitBreaker.status = 'MONITORING_COMPLETE'
    if (view.alarms?.status === 'MONITORING') view.alarms.status = 'MONITORING_COMPLETE'
    if (inFlight === flight) inFlight = undefined
  }

  const fail = (flight: InFlight, failure: Failure, mayRollBack: boolean) => {
    const { deployment, group } = flight.target
    const verdict = failure === 'alarm' ? 'alarm detected' : 'tasks failed to start'
    if (failure !== 'request') {
      deployment.rolloutState = 'FAILED'
      deployment.rolloutStateReason = `${failure === 'alarm' ? 'ECS deployment failed' : 'ECS deployment circuit breaker'}: ${verdict}.`
      service.addEvent(events.failed(deployment.id ?? '', verdict))
    }
    deployment.updatedAt = now(ecs)
    group.freeze()
    if (flight.rollingBack)
      return end(flight, 'ROLLBACK_FAILED', `Service deployment rollback failed because ${reasons[failure]}.`)
    if (!mayRollBack) return end(flight, 'STOPPED', `Service deployment stopped because ${reasons[failure]}.`)
    if (!flight.candidate) return end(flight, 'ROLLBACK_FAILED', 'No rollback candidate was found to run the rollback.')
    rollBack(flight, flight.candidate, failure)
  }

  const rollBack = (flight: InFlight, candidate: RolloutRecord, failure: Failure) => {
    const statusReason = `Service deployment rolled back because ${reasons[failure]}.`
    const isThere = service.rollouts.includes(candidate)
    const definition = ecs.families.get(candidate.deployment.taskDefinition?.replace(/.*\/|:\d+$/g, '') ?? '')
    const previous = definition?.find((one) => one.definition.taskDefinitionArn === candidate.deployment.taskDefinition)
    const target = isThere || !previous ? candidate : newRollout(previous.definition, candidate.deployment.id)
    const id = target.deployment.id ?? ''
    target.deployment.rolloutState = 'IN_PROGRESS'
    target.deployment.rolloutStateReason = `ECS deployment circuit breaker: rolling back to deploymentId ${id}.`
    service.addEvent(events.rollingBack(id))
    makePrimary(target)
    Object.assign(flight, { target, rollingBack: true, settledAt: undefined })
    Object.assign(flight.record.view, {
      status: 'ROLLBACK_IN_PROGRESS',
      statusReason,
      updatedAt: now(ecs),
      rollback: { reason: statusReason, startedAt: now(ecs), serviceRevisionArn: target.serviceRevisionArn },
    })
    wake()
  }

  const complete = (flight: InFlight) => {
    const { deployment } = flight.target
    const id = deployment.id ?? ''
    deployment.rolloutState = 'COMPLETED'
    deployment.rolloutStateReason = `ECS deployment ${id} completed.`
    deployment.updatedAt = now(ecs)
    service.completed = flight.target
    service.addEvent(events.completed(id))
    service.addEvent(events.steady)
    end(flight, flight.rollingBack ? 'ROLLBACK_SUCCESSFUL' : 'SUCCESSFUL')
  }

  const run = () => {
    const [primary, ...older] = service.rollouts
    if (!primary) return
    const isStalled = primary.deployment.rolloutState === 'FAILED'
    if (!isStalled && moveTasks(service, primary, older) === 'deadlocked') tellOnce(service, events.deadlocked)
    for (const gone of older.filter(({ group }) => group.active === 0 && group.stopping === 0)) {
      gone.deployment.status = 'INACTIVE'
      service.rollouts.splice(service.rollouts.indexOf(gone), 1)
    }
    if (inFlight) watch(inFlight)
  }

  const watch = (flight: InFlight) => {
    const { view } = flight.record
    if (view.status === 'PENDING')
      Object.assign(view, { status: 'IN_PROGRESS', startedAt: now(ecs), updatedAt: now(ecs) })
    const breaker = circuitBreaker(service, flight.target.group)
    if (!flight.rollingBack) view.deploymentCircuitBreaker = breaker.view
    if (breaker.tripped) {
      view.deploymentCircuitBreaker = { ...breaker.view, status: 'TRIGGERED' }
      return fail(flight, 'circuit breaker', breaker.rollback)
    }
    const { group } = flight.target
    const isThere = group.healthy >= service.desiredCount && group.pending === 0 && service.rollouts.length === 1
    if (!isThere) {
      flight.settledAt = undefined
      return
    }
    flight.settledAt ??= ecs.world.clock.now()
    const bake = alarmNames().length > 0 && !flight.rollingBack ? ecs.quirks.alarmBakeSeconds : steadySeconds
    const remaining = flight.settledAt + bake * 1000 - ecs.world.clock.now()
    if (remaining <= 0) complete(flight)
    else wake(remaining)
  }

  const stop = (serviceDeploymentArn: string, stopType: 'ABORT' | 'ROLLBACK') => {
    const flight = inFlight
    if (!flight || flight.record.view.serviceDeploymentArn !== serviceDeploymentArn)
      throw new AwsError('ConflictException', 'The service deployment is in a terminal state and cannot be stopped.')
    if (flight.rollingBack) return
    flight.record.view.status = stopType === 'ABORT' ? 'STOP_REQUESTED' : 'ROLLBACK_REQUESTED'
    ecs.world.clock.after(2000, () => {
      if (inFlight === flight && !flight.rollingBack) fail(flight, 'request', stopType === 'ROLLBACK')
    })
  }

  return { deploy, stop, wake: () => wake() }
}

function tellOnce(service: ServiceRecord, message: string): void {
  if (!service.events.some((event) => event.message.endsWith(message))) service.addEvent(message)
}
