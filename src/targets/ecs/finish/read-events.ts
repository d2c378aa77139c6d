import type { Service } from '../../../ports.ts'
import { untrusted } from '../../../text.ts'
import type { ServiceEvent } from '../facts/deployment-evidence.ts'
import type { KnownTasks } from './known-tasks.ts'

/** ECS developer guide, "Amazon ECS service event messages". */
export const steady = /has reached a steady state/

/**
 * The service's events since `since`, oldest first. What came before the service was steady for the last time before the
 * deployment began belongs to others.
 */
export function eventsOf(
  service: Service | undefined,
  { since, startedAt }: { readonly since: number; readonly startedAt: number },
  tasks: KnownTasks,
): readonly ServiceEvent[] {
  const events = (service?.events ?? [])
    .map(({ createdAt, message = '' }) => ({ at: createdAt?.getTime() ?? 0, message }))
    .filter(({ at }) => at >= since)
    .sort((left, right) => left.at - right.at)
  const before = events.findLastIndex(({ at, message }) => at <= startedAt && steady.test(message))
  return events
    .slice(before + 1)
    .map(({ at, message }) => ({ at, message: untrusted(message), ...tasksIn(message, tasks) }))
}

/** `(task 0af1…)`: ids are 32 hexadecimal digits, formerly UUIDs. */
function tasksIn(message: string, tasks: KnownTasks): Pick<ServiceEvent, 'about' | 'zone'> {
  const ids = [...message.slice(0, 4000).matchAll(/\(task ([0-9a-f-]{8,40})\)/g)].map(([, id = '']) => id)
  const whose = ids.map((id) => tasks.whose(id))
  const zone = ids.map((id) => tasks.zoneOf(id)).find((each) => each !== undefined)
  const isOld = whose.length > 0 && whose.every((each) => each === 'old')
  return { about: whose.includes('new') ? 'new' : isOld ? 'old' : undefined, zone }
}
