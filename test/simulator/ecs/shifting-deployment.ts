/** Service deployments that shift traffic: BLUE_GREEN, LINEAR and CANARY. What may happen to them at any time, and their ends. */
import type { TaskDefinition } from '@aws-sdk/client-ecs'
import { deploymentId } from '../identifiers.ts'
import { circuitBreaker } from './circuit-breaker.ts'
import { alarmsView, firingAlarm, namesOfAlarms } from './deployment-alarms.ts'
import { failures, noCandidate, rolledBackBecause } from './deployment-failure.ts'
import * as events from './events.ts'
import { beginChange } from './former.ts'
import { createLifecycleHooks } from './lifecycle-hooks.ts'
import { endDeployment, makePrimary, supersededReason } from './rollout.ts'
import { createPlayer, type Script } from './script.ts'
import { recordServiceDeployment } from './service-revisions.ts'
import { type Flight, keep, shiftBack, shiftToGreen, update } from './shifting-script.ts'
import { type DeploymentEngine, type EcsState, here, now, type RolloutRecord, type ServiceRecord } from './state.ts'

interface Rollouts {
  create(definition: TaskDefinition, id: string, source: RolloutRecord | undefined): RolloutRecord
}

type Ending = Parameters<typeof endDeployment>[2]

/** From the request to stop until something happens. */
const stopSeconds = 2

export function createShiftingEngine(ecs: EcsState, service: ServiceRecord, rollouts: Rollouts): DeploymentEngine {
  let flight: Flight | undefined
  let isListening = false
  const player = createPlayer(ecs.world.clock, (reason) => fail(reason))

  const listen = () => {
    if (isListening) return
    isListening = true
    here(ecs).cloudwatch.onChange(() => wake())
  }

  const deploy = (definition: TaskDefinition) => {
    listen()
    const sources = [...service.rollouts]
    const blue = service.completed && sources.includes(service.completed) ? service.completed : undefined
    const green = rollouts.create(definition, deploymentId(ecs.world), blue)
    makePrimary(ecs, service, green)
    if (blue) keep(service, blue)
    const record = recordServiceDeployment(ecs, service, green, sources)
    const { view } = record
    const names = namesOfAlarms(service)
    const ignoredAlarms = new Set(names.filter((name) => here(ecs).cloudwatch.state(name)?.state === 'ALARM'))
    if (names.length > 0) view.alarms = alarmsView(names, ignoredAlarms)
    view.lifecycleHookDetails = []
    const { lifecycleHooks = [] } = service.settings.deploymentConfiguration ?? {}
    const hooks = createLifecycleHooks(ecs, view, lifecycleHooks, () => player.wake())
    const leftovers = sources.filter((rollout) => rollout !== blue)
    flight = { ecs, service, record, green, blue, leftovers, hooks, ignoredAlarms, isRollingBack: false }
    player.play(forward(flight))
  }

  function* forward(current: Flight): Script {
    yield* shiftToGreen(current)
    complete(current, current.green, 'SUCCESSFUL')
  }

  function* back(current: Flight, blue: RolloutRecord): Script {
    yield* shiftBack(current, blue)
    complete(current, blue, 'ROLLBACK_SUCCESSFUL')
  }

  const complete = (current: Flight, rollout: RolloutRecord, status: Ending) => {
    const id = rollout.deployment.id ?? ''
    beginChange(ecs, service)
    Object.assign(rollout.deployment, {
      rolloutState: 'COMPLETED',
      rolloutStateReason: `ECS deployment ${id} completed.`,
      updatedAt: now(ecs),
    })
    service.completed = rollout
    service.addEvent(events.completed(id))
    service.addEvent(events.steady)
    end(current, status)
  }

  const end = (current: Flight, status: Ending, reason?: string) => {
    current.hooks.cancel()
    player.stop()
    endDeployment(ecs, current.record, status, reason)
    if (flight === current) flight = undefined
  }

  const fail = (reason: string, mayRollBack = true) => {
    const current = flight
    if (!current) return
    beginChange(ecs, service)
    current.hooks.cancel()
    player.stop()
    if (current.isRollingBack)
      return end(current, 'ROLLBACK_FAILED', `Service deployment rollback failed because ${reason}`)
    const { deployment, group } = current.green
    const why = rolledBackBecause(reason)
    // As with a rolling deployment: what somebody stops has not failed.
    if (reason !== failures.request) {
      deployment.rolloutState = 'FAILED'
      deployment.rolloutStateReason = `ECS deployment failed: ${why}`
      service.addEvent(events.failed(deployment.id ?? '', why.replace(/\.$/, '')))
    }
    if (mayRollBack && current.blue) return rollBack(current, current.blue, why)
    group.freeze()
    if (mayRollBack) end(current, 'ROLLBACK_FAILED', noCandidate)
    else end(current, 'STOPPED', `Service deployment stopped because ${reason}`)
  }

  const rollBack = (current: Flight, blue: RolloutRecord, statusReason: string) => {
    current.isRollingBack = true
    blue.deployment.rolloutState = 'IN_PROGRESS'
    service.addEvent(events.rollingBack(blue.deployment.id ?? ''))
    makePrimary(ecs, service, blue)
    const rollback = { reason: statusReason, startedAt: now(ecs), serviceRevisionArn: blue.serviceRevisionArn }
    update(current, { status: 'ROLLBACK_IN_PROGRESS', statusReason, rollback })
    player.play(back(current, blue))
  }

  /** The desired count, the circuit breaker and the alarms. */
  const monitor = (current: Flight) => {
    const { view } = current.record
    if (current.isRollingBack || view.status !== 'IN_PROGRESS') return
    for (const { group } of [current.green, ...(current.blue ? [current.blue] : [])])
      if (group.desired > 0 && group.desired !== service.desiredCount) group.scaleTo(service.desiredCount)
    const breaker = circuitBreaker(service, current.green.group)
    if (ecs.quirks.circuitBreakerForAllStrategies) {
      view.deploymentCircuitBreaker = breaker.tripped ? { ...breaker.view, status: 'TRIGGERED' } : breaker.view
      if (breaker.tripped) return fail(failures.circuitBreaker, breaker.rollback)
    }
    const alarm = firingAlarm(ecs, service, current.ignoredAlarms)
    if (alarm === undefined) return
    view.alarms = { status: 'TRIGGERED', alarmNames: [...namesOfAlarms(service)], triggeredAlarmNames: [alarm] }
    fail(failures.alarm, service.settings.deploymentConfiguration?.alarms?.rollback ?? false)
  }

  const request = (current: Flight, reason: string, isRollback: boolean) => {
    player.stop()
    current.hooks.cancel()
    update(current, { status: isRollback ? 'ROLLBACK_REQUESTED' : 'STOP_REQUESTED' })
    ecs.world.clock.after(stopSeconds * 1000, () => {
      if (flight === current) fail(reason, isRollback)
    })
  }

  const wake = () => {
    if (flight) monitor(flight)
    player.wake()
  }

  return {
    get inFlight() {
      return flight?.record
    },
    deploy,
    supersede: () => {
      if (flight) end(flight, 'STOPPED', supersededReason)
    },
    stop: (stopType) => {
      if (!flight || flight.isRollingBack || flight.record.view.status?.endsWith('_REQUESTED')) return
      request(flight, failures.request, stopType === 'ROLLBACK')
    },
    answer: (hookId, action) => {
      const current = flight
      const problem = current?.hooks.answer(hookId, action)
      if (current && problem !== undefined) request(current, problem, true)
    },
    wake,
  }
}
