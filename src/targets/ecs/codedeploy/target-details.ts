import type { Details, RevisionDetails } from '../../../deployment/details.ts'
import type { DeploymentEvent } from '../../../deployment/events.ts'
import type { DeploymentGroup, EcsTarget } from '../../../ports.ts'
import type { Rollout } from '../request/ecs-context.ts'
import { shortName } from '../request/revision-version.ts'

/** Reports tasks and traffic of both task sets of a CodeDeploy deployment, whenever they differ from the previous read. */
export function startTargetDetails(
  { context, taskDefinition, previousTaskDefinition }: Rollout,
  group: DeploymentGroup | undefined,
): (target: EcsTarget) => readonly DeploymentEvent[] {
  const names = { new: shortName(taskDefinition), old: shortName(previousTaskDefinition ?? 'the old version') }
  let told = ''
  return (target) => {
    const details = detailsOf(target, group, names)
    const written = JSON.stringify(details)
    if (written === told) return []
    told = written
    return [{ kind: 'details', at: context.clock.now(), details }]
  }
}

function detailsOf(
  { taskSetsInfo = [] }: EcsTarget,
  group: DeploymentGroup | undefined,
  names: Readonly<Record<RevisionDetails['side'], string>>,
): Details {
  const { enabled, alarms = [] } = group?.alarmConfiguration ?? {}
  const watched = alarms.flatMap(({ name }) => name ?? [])
  const revisions = taskSetsInfo.map((set): RevisionDetails => {
    const side = set.taskSetLabel === 'Green' ? 'new' : 'old'
    return {
      name: names[side],
      side,
      weight: set.trafficWeight,
      desired: set.desiredCount ?? 0,
      running: set.runningCount ?? 0,
      pending: set.pendingCount ?? 0,
    }
  })
  return {
    revisions: revisions.toSorted((one, other) => one.side.localeCompare(other.side)),
    alarms:
      enabled && watched.length > 0
        ? { status: 'MONITORING', names: watched, triggered: [], isInPlan: true }
        : undefined,
    hooks: [],
  }
}
