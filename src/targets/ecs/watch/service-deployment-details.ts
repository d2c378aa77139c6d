import { resourceName } from '../../../arn.ts'
import type { Details, Share } from '../../../deployment/details.ts'
import type { DeploymentEvent } from '../../../deployment/events.ts'
import { unlessDenied } from '../../../deployment/optional-permission.ts'
import type { Pace } from '../../../deployment/pace.ts'
import { readBesideWatch } from '../../../deployment/time-limits.ts'
import type { ServiceDeployment, ServiceRevisionSummary } from '../../../ports.ts'
import { standingOf } from '../facts/service-deployment.ts'
import type { Rollout } from '../request/ecs-context.ts'
import { shortName } from '../request/revision-version.ts'
import { stepMinutes } from '../strategy/setting-changes.ts'
import { alarmGauge, bakeGauge, breakerGauge, breakerLimit, hookGauge, together } from './gauges.ts'

type Events = AsyncGenerator<DeploymentEvent, void>

/** Since when the deployment is in its stage, and has its share of the traffic. */
interface Since {
  readonly stage: string | undefined
  readonly stageAt: number
  readonly weight: number | undefined
  readonly weightAt: number
}

/** Reports what ECS shows of a service deployment beside its phases, whenever that differs from the previous read. */
export function startDetails(rollout: Rollout, pace: Pace): (now: ServiceDeployment) => Events {
  const { clock } = rollout.context
  const nameRevision = startNames(rollout, pace)
  let since: Since | undefined
  let told = ''
  return async function* (now) {
    const at = clock.now()
    since = sinceWhen(since, now, at)
    await nameRevision.learn(now)
    const details = detailsOf(now, since, at, nameRevision.of)
    const written = JSON.stringify([details, unsaid(now, nameRevision.of)])
    if (written === told) return
    told = written
    yield { kind: 'details', at, details }
  }
}

/** Names of revisions as `api:118`: what is known anyway, otherwise by one call for each, as far as the pace allows. */
function startNames({ taskDefinition, previousTaskDefinition, context }: Rollout, pace: Pace) {
  const known = new Map<string, string>()
  let isDenied = false
  return {
    of: (arn: string) => known.get(arn) ?? resourceName(arn),
    async learn({ targetServiceRevision: target, sourceServiceRevisions: sources = [] }: ServiceDeployment) {
      if (target?.arn) known.set(target.arn, shortName(taskDefinition))
      const [only] = sources
      if (sources.length === 1 && only?.arn && previousTaskDefinition)
        known.set(only.arn, shortName(previousTaskDefinition))
      for (const { arn } of sources) {
        if (arn === undefined || known.has(arn) || isDenied || !pace.aside(true)) continue
        const read = readBesideWatch(context, ({ ecs }) => ecs.taskDefinitionOfRevision(arn))
        const found = await unlessDenied(read, () => {
          isDenied = true
        })
        if (found) known.set(arn, shortName(found))
      }
    },
  }
}

/** The first read is late by an unknown time, so AWS's own time of the last change is used there. */
function sinceWhen(before: Since | undefined, now: ServiceDeployment, at: number): Since {
  const stage = now.lifecycleStage
  const weight = now.targetServiceRevision?.requestedProductionTrafficWeight
  const changedAt = before === undefined ? Math.min(at, now.updatedAt?.getTime() ?? at) : at
  return {
    stage,
    stageAt: before !== undefined && before.stage === stage ? before.stageAt : changedAt,
    weight,
    weightAt: before !== undefined && before.weight === weight ? before.weightAt : changedAt,
  }
}

/** What is no detail, and worth an event all the same: by its time the log dates what AWS says late. */
function unsaid(
  { targetServiceRevision: target, sourceServiceRevisions: sources = [], ...now }: ServiceDeployment,
  nameOf: (arn: string) => string,
) {
  const revisions = [...(target ? [target] : []), ...sources].map((revision) => [
    nameOf(revision.arn ?? ''),
    revision.requestedTaskCount,
    revision.runningTaskCount,
    revision.pendingTaskCount,
  ])
  const { status, failureCount } = now.deploymentCircuitBreaker ?? {}
  return [revisions, status, failureCount, now.alarms?.status, now.lifecycleHookDetails]
}

function detailsOf(now: ServiceDeployment, since: Since, at: number, nameOf: (arn: string) => string): Details {
  const { targetServiceRevision: target, sourceServiceRevisions: sources = [] } = now
  const { deploymentCircuitBreaker: breaker, alarms, lifecycleHookDetails: hooks = [] } = now
  const { status = 'unknown', alarmNames: names = [], triggeredAlarmNames = [] } = alarms ?? {}
  // A rolling deployment shifts nothing, and may have weights all the same.
  const isShifting = (now.deploymentConfiguration?.strategy ?? 'ROLLING') !== 'ROLLING'
  const share = (
    side: Share['side'],
    { arn = '', requestedProductionTrafficWeight: percent }: ServiceRevisionSummary,
  ) => (isShifting && percent !== undefined ? [{ version: nameOf(arn), side, percent }] : [])
  const shares = [...(target ? share('new', target) : []), ...sources.flatMap((source) => share('old', source))]
  const triggered = names.length > 0 ? triggeredAlarmNames : []
  return {
    ...together(
      breakerGauge(breaker),
      alarmGauge({ status, names, triggered }),
      hookGauge(hooks),
      bakeGauge(bakeEnd(now, since, at), shares.find(({ side }) => side === 'new')?.percent),
    ),
    shares,
    failureLimit: breakerLimit(breaker),
    fired: triggered,
  }
}

/**
 * The bake time runs in the stage BAKE_TIME. ECS does not show the waits between two steps of traffic: they are at least
 * as long as the step's own bake time from the moment at which the share changed.
 */
function bakeEnd(now: ServiceDeployment, since: Since, at: number): number | undefined {
  if (standingOf(now) !== 'running') return undefined
  const { deploymentConfiguration: configuration, lifecycleStage: stage } = now
  const isBaking = stage === 'BAKE_TIME'
  const isBetween = stage === 'PRODUCTION_TRAFFIC_SHIFT' && (since.weight ?? 0) > 0 && (since.weight ?? 0) < 100
  const [from, minutes] = isBaking
    ? [since.stageAt, configuration?.bakeTimeInMinutes ?? 0]
    : [since.weightAt, isBetween ? stepMinutes(configuration) : 0]
  const end = from + minutes * 60_000
  return minutes > 0 && end > at ? end : undefined
}
