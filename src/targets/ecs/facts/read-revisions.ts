import type { Ecs, JsonObject } from '../../../ports.ts'
import { textIn } from '../../../task-definition/members.ts'

/** Revisions of the family that a service runs, with their tags. */
export interface Revisions {
  /** The one that runs. */
  readonly stored?: JsonObject | undefined
  /** The latest active one, which a new one is compared to before it is registered. */
  readonly latest?: JsonObject | undefined
}

/** Reads both by one call where they are the same, as they mostly are. */
export async function readRevisions(
  running: string | undefined,
  ecs: Pick<Ecs, 'describeTaskDefinition'>,
): Promise<Revisions> {
  const family = running?.split('/').at(-1)?.replace(/:\d+$/, '')
  if (running === undefined || family === undefined) return {}
  const latest = await ecs.describeTaskDefinition(family)
  const isRunning = latest !== undefined && textIn(latest, 'taskDefinitionArn') === running
  return { latest, stored: isRunning ? latest : await ecs.describeTaskDefinition(running) }
}
