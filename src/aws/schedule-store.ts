import { partitionOf } from '../partitions.ts'
import type { Schedule, ScheduledTask } from '../ports.ts'
import type { Connection } from './connection.ts'

/** How often a target is read and written again where others change it at the same time. */
export const mostConflicts = 5

/** The part of a service that has schedules. */
export interface ScheduleStore<Named extends Schedule> {
  tasksOf(schedule: Named): Promise<readonly ScheduledTask[] | undefined>
  isEnabled(schedule: Named): Promise<boolean | undefined>
  setRevision(schedule: Named, id: string, taskDefinition: string): Promise<void>
}

/** ARN for a message, in whatever account. */
export function scheduleArn({ region }: Connection, service: string, resource: string): string {
  return `arn:${partitionOf(region).id}:${service}:${region}:*:${resource}`
}
