import { roleArn } from '../../arn.ts'
import type { Target } from '../../config/select-target.ts'
import { partitionOf } from '../../partitions.ts'
import type { ResourceKind } from './resource-kind.ts'

/** ARNs of the rules and schedules of a service. */
export function scheduleArns({
  schedules = [],
  region,
  accountId,
}: Target): Readonly<Partial<Record<ResourceKind, readonly string[]>>> {
  const arn = (service: string, resource: string) =>
    `arn:${partitionOf(region).id}:${service}:${region}:${accountId}:${resource}`
  const rules = schedules.flatMap(({ schedule: one }) =>
    'rule' in one ? [arn('events', `rule/${[one.bus, one.rule].filter(Boolean).join('/')}`)] : [],
  )
  const others = schedules.flatMap(({ schedule: one }) =>
    'rule' in one ? [] : [arn('scheduler', `schedule/${one.group ?? 'default'}/${one.schedule}`)],
  )
  return { 'event-rule': rules, schedule: others }
}

/** Roles of their targets, by the service that gets them; of those that slipway.yml names. */
export function scheduleRoles({
  schedules = [],
  region,
  accountId,
}: Target): Readonly<Record<string, readonly string[]>> {
  const of = (isRule: boolean) => {
    const own = schedules.filter(({ schedule }) => 'rule' in schedule === isRule)
    return [...new Set(own.flatMap(({ role }) => (role === undefined ? [] : [roleArn(role, accountId, region)])))]
  }
  return { 'events.amazonaws.com': of(true), 'scheduler.amazonaws.com': of(false) }
}
