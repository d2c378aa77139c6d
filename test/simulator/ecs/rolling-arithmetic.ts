/** How many tasks of a rolling deployment may start and stop now. */
import type { RolloutRecord, ServiceRecord } from './state.ts'

/**
 * Scales the primary deployment up and the older ones down as far as `minimumHealthyPercent` (rounded up) and
 * `maximumPercent` (rounded down) allow (API DeploymentConfiguration). Old tasks go when new ones are healthy, or when
 * there is no room for new ones otherwise.
 */
export function moveTasks(
  service: ServiceRecord,
  primary: RolloutRecord,
  older: readonly RolloutRecord[],
): 'moved' | 'deadlocked' {
  const { minimumHealthyPercent = 100, maximumPercent = 200 } = service.settings.deploymentConfiguration ?? {}
  const desired = service.desiredCount
  const least = Math.ceil((desired * minimumHealthyPercent) / 100)
  const most = Math.floor((desired * maximumPercent) / 100)
  const oldActive = older.reduce((sum, { group }) => sum + group.active, 0)

  const wanted = desired - primary.group.desired
  const room = Math.max(0, most - primary.group.desired - oldActive)
  if (wanted < 0) primary.group.scaleTo(desired)
  else if (Math.min(wanted, room) > 0) primary.group.scaleTo(primary.group.desired + Math.min(wanted, room))

  const shortOfRoom = Math.max(0, wanted - room)
  const replaced = Math.max(0, desired - primary.group.healthy)
  const keep =
    shortOfRoom > 0 ? Math.max(least - primary.group.healthy, Math.min(replaced, oldActive - shortOfRoom), 0) : replaced
  let surplus = oldActive - keep
  for (const { group } of older) {
    const leaving = Math.min(surplus, group.active)
    if (leaving <= 0) continue
    surplus -= leaving
    group.scaleTo(group.active - leaving)
  }
  const stuck = wanted > 0 && room === 0 && oldActive > 0 && oldActive <= keep && primary.group.active === 0
  return stuck && older.every(({ group }) => group.stopping === 0 && group.pending === 0) ? 'deadlocked' : 'moved'
}
