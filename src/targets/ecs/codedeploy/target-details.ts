import type { Details, Share } from '../../../deployment/details.ts'
import type { DeploymentEvent } from '../../../deployment/events.ts'
import type { DeploymentGroup, EcsTarget } from '../../../ports.ts'
import type { Rollout } from '../request/ecs-context.ts'
import { shortName } from '../request/revision-version.ts'
import { alarmGauge } from '../watch/gauges.ts'

/** Reports the traffic of both task sets of a CodeDeploy deployment and its alarms, whenever they differ from the previous read. */
export function startTargetDetails(
  { context, taskDefinition, previousTaskDefinition }: Rollout,
  group: DeploymentGroup | undefined,
): (target: EcsTarget) => readonly DeploymentEvent[] {
  const names = { new: shortName(taskDefinition), old: shortName(previousTaskDefinition ?? 'the old version') }
  let reported = ''
  return (target) => {
    const details = detailsOf(target, group, names)
    // By the time of a change of the tasks the log dates what AWS says late.
    const written = JSON.stringify([details, countsOf(target)])
    if (written === reported) return []
    reported = written
    return [{ kind: 'details', at: context.clock.now(), details }]
  }
}

function countsOf({ taskSetsInfo = [] }: EcsTarget) {
  return taskSetsInfo
    .map((set) => `${set.taskSetLabel} ${set.desiredCount} ${set.runningCount} ${set.pendingCount}`)
    .toSorted()
}

function detailsOf(
  { taskSetsInfo = [] }: EcsTarget,
  group: DeploymentGroup | undefined,
  names: Readonly<Record<Share['side'], string>>,
): Details {
  const { enabled = false, alarms = [] } = group?.alarmConfiguration ?? {}
  const watched = enabled ? alarms.flatMap(({ name }) => name ?? []) : []
  const shares = taskSetsInfo.flatMap(({ taskSetLabel, trafficWeight: percent }) => {
    const side = taskSetLabel === 'Green' ? 'new' : 'old'
    return percent === undefined ? [] : [{ version: names[side], side, percent } as const]
  })
  return {
    ...alarmGauge({ status: 'MONITORING', names: watched, triggered: [], isInPlan: true }),
    shares: shares.toSorted((one, other) => one.side.localeCompare(other.side)),
    fired: [],
  }
}
