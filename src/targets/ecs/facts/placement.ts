import type { Service } from '../../../ports.ts'
import { type Untrusted, untrusted } from '../../../text.ts'
import { isUnplaced, launched } from './service-events.ts'

/** A role or size stays wrong however long the wait. A role created a moment ago may need a minute. */
const hopeless = /unable to assume the role|is above your limit/
/** How long to wait for missing capacity: it often returns, and clusters grow. Milliseconds. */
const hope = 600_000

/** ECS's messages since `since` about tasks that it cannot place, where a wait is of no use (any more). */
export function unplaceable(service: Service | undefined, since: number, now: number): Untrusted | undefined {
  const events = (service?.events ?? []).flatMap(({ createdAt, message = '' }) => {
    const at = createdAt?.getTime() ?? 0
    return at >= since ? [{ at, message }] : []
  })
  const problems = events.filter(({ message }) => isUnplaced(message))
  const first = Math.min(...problems.map(({ at }) => at))
  const isOvercome = events.some(({ at, message }) => at > first && launched(message) > 0)
  const problem = problems[0]
  if (problem === undefined || isOvercome) return undefined
  if (hopeless.test(problem.message))
    return untrusted('ECS cannot place the new tasks, and a retry does not change that')
  const minutes = hope / 60_000
  return now - first >= hope
    ? untrusted(`ECS has not been able to place the new tasks for ${minutes} minutes`)
    : undefined
}
