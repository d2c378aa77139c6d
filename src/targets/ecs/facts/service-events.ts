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

/** The number of tasks that ECS reports as started. */
export function launched(message: string): number {
  return Number(started.exec(message)?.[1] ?? 0)
}
