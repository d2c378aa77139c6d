/** `startedBy` of tasks that belong to one step of one run: no other task has the same. */
export const ownStartedBy = /^slipway\/run\/[0-9a-f]{32}$/

/** `startedBy` of tasks that hold a lock: ListTasks finds them by it, whatever repository started them. */
export function startedByLock(lock: string): string {
  return `slipway-lock/${lock}`
}

/** Names of locks: they are a part of `startedBy`, which has at most 128 characters (API RunTask). */
export const lockName = /^[\w/-]{1,100}$/

/** `startedBy` made of a random UUID. */
export function ownIdentity(uuid: string): string {
  return `slipway/run/${uuid.replaceAll('-', '')}`
}
