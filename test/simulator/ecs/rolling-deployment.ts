/** Rolling deployments: one at a time, until it completes, fails or is superseded. Keeps the service's tasks at their count between deployments too. */
import type { TaskDefinition } from '@aws-sdk/client-ecs'
import { deploymentId } from '../identifiers.ts'
import { circuitBreaker } from './circuit-breaker.ts'
import { alarmsView, firingAlarm, namesOfAlarms } from './deployment-alarms.ts'
import { failures, noCandidate, rolledBackBecause } from './deployment-failure.ts'
import { enoughHealthy, removesSourcesAtOnce } from './early-success.ts'
import * as events from './events.ts'
import { beginChange } from './former.ts'
import { unknownHook } from './lifecycle-hooks.ts'
import { moveTasks } from './rolling-arithmetic.ts'
import { type RollingHooks, startRollingHooks } from './rolling-hooks.ts'
import { endDeployment, makePrimary, supersededReason } from './rollout.ts'
import { recordServiceDeployment } from './service-revisions.ts'
import {
  type DeploymentEngine,
  type EcsState,
  here,
  now,
  type RolloutRecord,
  type ServiceDeploymentRecord,
  type ServiceRecord,
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
  /** Tasks of the target that had failed before it was brought up. */
  failedBefore: number
  /** Virtual milliseconds since which all tasks are there and healthy. */
  settledAt: number | undefined
  hooks?: RollingHooks | undefined
}

type Failure = keyof typeof failures

/** How long the scheduler watches healthy tasks before it calls the service steady. */
const steadySeconds = 5

interface Rollouts {
  /** While another engine moves the service's tasks. */
  isBusy(): boolean
  create(definition: TaskDefinition, id: string): RolloutRecord
}

export function createRollingEngine(ecs: EcsState, service: ServiceRecord, rollouts: Rollouts): DeploymentEngine {
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

  const onAlarm = () => {
    if (!inFlight || inFlight.rollingBack) return
    const name = firingAlarm(ecs, service, inFlight.ignoredAlarms)
    if (name === undefined) return
    inFlight.record.view.alarms = {
      status: 'TRIGGERED',
      alarmNames: [...namesOfAlarms(service)],
      triggeredAlarmNames: [name],
    }
    fail(inFlight, 'alarm', service.settings.deploymentConfiguration?.alarms?.rollback ?? false)
  }

  const listen = () => {
    if (listening) return
    listening = true
    here(ecs).cloudwatch.onChange(onAlarm)
  }

  const deploy = (definition: TaskDefinition) => {
    listen()
    const sources = [...service.rollouts]
    const target = rollouts.create(definition, deploymentId(ecs.world))
    const names = namesOfAlarms(service)
    const ignoredAlarms = new Set(names.filter((name) => here(ecs).cloudwatch.state(name)?.state === 'ALARM'))
    makePrimary(ecs, service, target)
    const record = recordServiceDeployment(ecs, service, target, sources)
    const flight: InFlight = {
      record,
      target,
      candidate: service.completed,
      ignoredAlarms,
      rollingBack: false,
      failedBefore: 0,
      settledAt: undefined,
    }
    inFlight = flight
    if (names.length > 0) record.view.alarms = alarmsView(names, ignoredAlarms)
    flight.hooks = startRollingHooks(ecs, service, record, {
      released: () => wake(),
      completed: () => complete(flight),
      failed: (reason) => fail(flight, 'request', true, reason),
    })
    wake()
  }

  const end = (flight: InFlight, status: Parameters<typeof endDeployment>[2], reason?: string) => {
    flight.hooks?.cancel()
    endDeployment(ecs, flight.record, status, reason)
    if (inFlight === flight) inFlight = undefined
  }

  const fail = (flight: InFlight, failure: Failure, mayRollBack: boolean, reason: string = failures[failure]) => {
    const { deployment, group } = flight.target
    beginChange(ecs, service)
    flight.hooks?.cancel()
    const verdict = failure === 'alarm' ? 'alarm detected' : 'tasks failed to start'
    if (failure !== 'request') {
      deployment.rolloutState = 'FAILED'
      deployment.rolloutStateReason = `${failure === 'alarm' ? 'ECS deployment failed' : 'ECS deployment circuit breaker'}: ${verdict}.`
      service.addEvent(events.failed(deployment.id ?? '', verdict))
    }
    deployment.updatedAt = now(ecs)
    group.freeze()
    if (flight.rollingBack)
      return end(flight, 'ROLLBACK_FAILED', `Service deployment rollback failed because ${reason}`)
    if (!mayRollBack) return end(flight, 'STOPPED', `Service deployment stopped because ${reason}`)
    if (!flight.candidate) return end(flight, 'ROLLBACK_FAILED', noCandidate)
    rollBack(flight, flight.candidate, rolledBackBecause(reason))
  }

  const rollBack = (flight: InFlight, candidate: RolloutRecord, statusReason: string) => {
    const isFormer = ecs.quirks.rollbackDeployment === 'former'
    const definition = ecs.families.get(candidate.deployment.taskDefinition?.replace(/.*\/|:\d+$/g, '') ?? '')
    const previous = definition?.find((one) => one.definition.taskDefinitionArn === candidate.deployment.taskDefinition)
    const isKept = (isFormer && service.rollouts.includes(candidate)) || !previous
    const id = candidate.deployment.id ?? ''
    const target = isKept ? candidate : rollouts.create(previous.definition, isFormer ? id : deploymentId(ecs.world))
    target.deployment.rolloutState = 'IN_PROGRESS'
    target.deployment.rolloutStateReason = `ECS deployment circuit breaker: rolling back to deploymentId ${id}.`
    service.addEvent(events.rollingBack(id))
    makePrimary(ecs, service, target)
    Object.assign(flight, { target, rollingBack: true, failedBefore: target.group.failed, settledAt: undefined })
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
    beginChange(ecs, service)
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
    if (!primary || rollouts.isBusy()) return
    const isStalled = primary.deployment.rolloutState === 'FAILED' || inFlight?.hooks?.isHeld
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
    const breaker = circuitBreaker(service, flight.target.group, flight.failedBefore)
    if (!flight.rollingBack) view.deploymentCircuitBreaker = breaker.view
    if (breaker.tripped) {
      view.deploymentCircuitBreaker = { ...breaker.view, status: 'TRIGGERED' }
      return fail(flight, 'circuitBreaker', breaker.rollback)
    }
    if (!flight.rollingBack && removesSourcesAtOnce(service, flight.target))
      for (const { group } of service.rollouts.slice(1)) if (group.active > 0) group.scaleTo(0)
    if (!isThere(flight)) {
      flight.settledAt = undefined
      return
    }
    flight.settledAt ??= ecs.world.clock.now()
    const bake = namesOfAlarms(service).length > 0 && !flight.rollingBack ? ecs.quirks.alarmBakeSeconds : steadySeconds
    const remaining = flight.settledAt + bake * 1000 - ecs.world.clock.now()
    if (remaining > 0) wake(remaining)
    else if (flight.hooks && !flight.rollingBack) flight.hooks.settled()
    else complete(flight)
  }

  const isThere = ({ target, rollingBack }: InFlight) => {
    if (!rollingBack && enoughHealthy(service, target) !== undefined) return enoughHealthy(service, target) ?? false
    const { group } = target
    return group.healthy >= service.desiredCount && group.pending === 0 && service.rollouts.length === 1
  }

  const request = (flight: InFlight, isRollback: boolean, reason?: string) => {
    flight.record.view.status = isRollback ? 'ROLLBACK_REQUESTED' : 'STOP_REQUESTED'
    ecs.world.clock.after(2000, () => {
      if (inFlight === flight && !flight.rollingBack) fail(flight, 'request', isRollback, reason)
    })
  }

  return {
    get inFlight() {
      return inFlight?.record
    },
    deploy,
    supersede: () => {
      if (inFlight) end(inFlight, 'STOPPED', supersededReason)
    },
    stop: (stopType) => {
      if (!inFlight || inFlight.rollingBack || inFlight.record.view.status?.endsWith('_REQUESTED')) return
      request(inFlight, stopType === 'ROLLBACK')
    },
    answer: (hookId, action) => {
      const flight = inFlight
      if (!flight?.hooks) throw unknownHook()
      const problem = flight.hooks.answer(hookId, action)
      if (problem !== undefined) request(flight, true, problem)
    },
    wake: () => wake(),
  }
}

function tellOnce(service: ServiceRecord, message: string): void {
  if (!service.events.some((event) => event.message.endsWith(message))) service.addEvent(message)
}
