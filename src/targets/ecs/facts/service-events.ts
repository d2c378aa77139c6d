/** ECS's messages in the events of a service (Developer Guide, "Amazon ECS service event messages"). */
const unplaced = /was unable to place a task|failed to launch a task with \(error/
const deadlocked = /was unable to stop or start tasks during a deployment/
const started = /has started (\d{1,6}) tasks/

/** Whether ECS could not place or launch a task. */
export function isUnplaced(message: string): boolean {
  return unplaced.test(message)
}

/** The same, or its own settings keep the service from starting any. */
export function isPlacementProblem(message: string): boolean {
  return isUnplaced(message) || deadlocked.test(message)
}

/** Failing tasks, of any revision: the evidence assigns them to one. */
const unwell = /is unhealthy in|failed (?:ELB|container) health checks|unable to consistently start tasks/

/** The tasks in a service event: how many were started, and whether any is failing. */
export function tasksInMessage(message: string): { readonly begun?: number; readonly isTrouble?: true } {
  const begun = launched(message)
  return {
    ...(begun > 0 ? { begun } : {}),
    ...(isPlacementProblem(message) || unwell.test(message) ? { isTrouble: true } : {}),
  }
}

/** The number of tasks that ECS reports as started. */
export function launched(message: string): number {
  return Number(started.exec(message)?.[1] ?? 0)
}
