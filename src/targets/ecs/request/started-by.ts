import { createHash } from 'node:crypto'
import type { OneOffTask } from './service-request.ts'

/** `startedBy` of tasks that belong to one step of one run: no other task has the same. */
export const ownStartedBy = /^slipway\/run\/[0-9a-f]{32}$/

/** `startedBy` of tasks that hold a lock: ListTasks finds them by it, whatever repository started them. */
export function startedByLock(lock: string): string {
  return `slipway-lock/${lock}`
}

/** Names of locks: they are a part of `startedBy`, which has at most 128 characters (API RunTask). */
export const lockName = /^[\w/-]{1,100}$/

/** `startedBy` of the tasks with an idempotency key. */
export function ownIdentity(idempotencyKey: string): string {
  return `slipway/run/${createHash('sha256').update(idempotencyKey).digest('hex').slice(0, 32)}`
}

/** What ListTasks finds the tasks of a request by: their lock, what the user has set, or what only they have. */
export function startedByOf({
  lock,
  startedBy,
  idempotencyKey,
}: Pick<OneOffTask, 'lock' | 'startedBy' | 'idempotencyKey'>): string {
  return lock === undefined ? (startedBy ?? ownIdentity(idempotencyKey)) : startedByLock(lock)
}
