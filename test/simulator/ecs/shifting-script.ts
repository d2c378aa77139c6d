/** The lifecycle stages of a service deployment that shifts traffic: the way to the new revision, and the way back. */
import type { ServiceDeploymentLifecycleStage } from '@aws-sdk/client-ecs'
import { hookProblems } from './deployment-failure.ts'
import type { LifecycleHooks } from './lifecycle-hooks.ts'
import type { Script } from './script.ts'
import { shiftSteps } from './shift-steps.ts'
import { type EcsState, now, type RolloutRecord, type ServiceDeploymentRecord, type ServiceRecord } from './state.ts'
import { checkTraffic, hasTestTraffic, shiftedBalancers, shiftTraffic, targetProblem } from './traffic.ts'

export interface Flight {
  readonly ecs: EcsState
  readonly service: ServiceRecord
  readonly record: ServiceDeploymentRecord
  readonly green: RolloutRecord
  /** Serves production until the shift, and after a roll back; a first deployment has none. */
  readonly blue: RolloutRecord | undefined
  /** Revisions of deployments that did not end: RECONCILE_SERVICE removes them. */
  readonly leftovers: readonly RolloutRecord[]
  readonly hooks: LifecycleHooks
  /** Alarms that were in ALARM at the start do not count. */
  readonly ignoredAlarms: ReadonlySet<string>
  isRollingBack: boolean
}

type Stage = ServiceDeploymentLifecycleStage | 'PRE_PRODUCTION_TRAFFIC_SHIFT'
type Traffic = 'production' | 'test'

/** In seconds; then the deployment rolls back (Developer Guide, "Amazon ECS blue/green service deployments workflow"). */
const longestStage = 86_400

export function update({ ecs, record }: Flight, members: Partial<ServiceDeploymentRecord['view']> = {}): void {
  Object.assign(record.view, members, { updatedAt: now(ecs) })
}

/** Ends when the new revision serves alone. A first deployment has nothing to wait for: no steps, no bake time. */
export function* shiftToGreen(flight: Flight): Script {
  const { ecs, service, green, blue, leftovers, hooks } = flight
  const configuration = flight.record.view.deploymentConfiguration
  setWeights(flight)
  yield { seconds: 1 }
  update(flight, { status: 'IN_PROGRESS', startedAt: now(ecs) })
  if (leftovers.length > 0) yield* reconcile(flight)
  checkTraffic(ecs, service)
  yield* hookStage(flight, 'PRE_SCALE_UP')
  yield* enter(flight, 'SCALE_UP')
  yield* scaleUp(flight, green)
  yield* hookStage(flight, 'POST_SCALE_UP')
  yield* enter(flight, 'TEST_TRAFFIC_SHIFT')
  yield* shift(flight, 'test', 100)
  yield* hooks.run('TEST_TRAFFIC_SHIFT')
  yield* hookStage(flight, 'POST_TEST_TRAFFIC_SHIFT')
  for (const { percent, bakeMinutes } of blue ? shiftSteps(configuration) : shiftSteps()) {
    yield* enter(flight, ecs.quirks.preProductionStageShown)
    yield* hooks.run('PRE_PRODUCTION_TRAFFIC_SHIFT')
    yield* enter(flight, 'PRODUCTION_TRAFFIC_SHIFT')
    yield* shift(flight, 'production', percent)
    yield* hooks.run('PRODUCTION_TRAFFIC_SHIFT')
    if (bakeMinutes > 0) yield { seconds: bakeMinutes * 60 }
  }
  yield* hookStage(flight, 'POST_PRODUCTION_TRAFFIC_SHIFT')
  yield* enter(flight, 'BAKE_TIME')
  if (blue) yield { seconds: (configuration?.bakeTimeInMinutes ?? 0) * 60 }
  yield* enter(flight, 'CLEAN_UP')
  if (blue) yield* remove(flight, blue)
}

/** Ends when the old revision serves alone again. Hooks of the traffic stages run here too. */
export function* shiftBack(flight: Flight, blue: RolloutRecord): Script {
  const { service, green, hooks } = flight
  keep(service, blue)
  if (blue.group.healthy < service.desiredCount) {
    yield* enter(flight, 'SCALE_UP')
    yield* scaleUp(flight, blue)
  }
  if ((green.traffic?.production ?? 0) > 0) {
    yield* enter(flight, 'PRODUCTION_TRAFFIC_SHIFT')
    yield* shift(flight, 'production', 0)
    yield* hooks.run('PRODUCTION_TRAFFIC_SHIFT')
  }
  if ((green.traffic?.test ?? 0) > 0) {
    yield* enter(flight, 'TEST_TRAFFIC_SHIFT')
    yield* shift(flight, 'test', 0)
    yield* hooks.run('TEST_TRAFFIC_SHIFT')
  }
  yield* enter(flight, 'CLEAN_UP')
  yield* remove(flight, green)
}

/** Its tasks are replaced when they stop: it serves. */
export function keep(service: ServiceRecord, { group }: RolloutRecord): void {
  group.thaw()
  if (group.desired > 0 && group.desired !== service.desiredCount) group.scaleTo(service.desiredCount)
}

function setWeights({ service, green, blue }: Flight): void {
  if (shiftedBalancers(service).length === 0) return
  const test = hasTestTraffic(service)
  green.traffic = { production: 0, ...(test && { test: 0 }) }
  if (blue) blue.traffic = { production: 100, ...(test && { test: 100 }) }
}

function* enter(flight: Flight, stage: Stage): Script {
  update(flight, { lifecycleStage: stage as ServiceDeploymentLifecycleStage })
  yield { seconds: flight.ecs.quirks.stageSeconds }
}

function* hookStage(flight: Flight, stage: Exclude<Stage, 'SCALE_UP' | 'BAKE_TIME' | 'CLEAN_UP'>): Script {
  yield* enter(flight, stage)
  yield* flight.hooks.run(stage)
}

/** What an earlier deployment left half done is put back, so that one revision serves and one target group is free. */
function* reconcile(flight: Flight): Script {
  const { ecs, service, blue, leftovers } = flight
  yield* enter(flight, 'RECONCILE_SERVICE')
  if (blue)
    for (const rollout of leftovers) {
      shiftTraffic(ecs, service, 'production', blue, rollout, 100)
      shiftTraffic(ecs, service, 'test', blue, rollout, 100)
    }
  for (const rollout of leftovers) yield* remove(flight, rollout)
  yield* flight.hooks.run('RECONCILE_SERVICE')
}

function* scaleUp({ ecs, service }: Flight, rollout: RolloutRecord): Script {
  rollout.group.scaleTo(service.desiredCount)
  const problem = targetProblem(ecs, service, rollout)
  if (problem) service.addEvent(problem)
  const isThere = () => rollout.group.healthy >= service.desiredCount && rollout.group.pending === 0
  const late = hookProblems.stageTimedOut('SCALE_UP')
  yield { until: () => problem === undefined && isThere(), seconds: longestStage, late }
}

function* remove({ service }: Flight, rollout: RolloutRecord): Script {
  rollout.group.scaleTo(0)
  const isGone = () => rollout.group.active === 0 && rollout.group.stopping === 0
  yield { until: isGone, seconds: longestStage, late: hookProblems.stageTimedOut('CLEAN_UP') }
  rollout.deployment.status = 'INACTIVE'
  service.rollouts = service.rollouts.filter((other) => other !== rollout)
}

function* shift(flight: Flight, kind: Traffic, percent: number): Script {
  const { ecs, service, green, blue } = flight
  shiftTraffic(ecs, service, kind, green, blue, percent)
  update(flight)
  const rules = shiftedBalancers(service).flatMap(({ advancedConfiguration: advanced }) => {
    const rule = kind === 'production' ? advanced?.productionListenerRule : advanced?.testListenerRule
    return rule === undefined ? [] : [rule]
  })
  const { networkLoadBalancerShiftSeconds, trafficShiftSeconds } = ecs.quirks
  if (rules.some((arn) => arn.includes(':listener/net/'))) yield { seconds: networkLoadBalancerShiftSeconds }
  else if (rules.length > 0) yield { seconds: trafficShiftSeconds }
}
