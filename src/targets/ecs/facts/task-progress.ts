import type { DeploymentEvent } from '../../../deployment/events.ts'

/** Numbers of tasks, as ECS counts them. */
export interface TaskCounts {
  readonly desired: number
  readonly running: number
  readonly pending: number
  readonly failed: number
}

/** The event of these numbers. `at`: milliseconds since 1970. */
export function taskProgress(
  at: number,
  { desired: wanted, running: done, pending, failed }: TaskCounts,
): DeploymentEvent {
  return { kind: 'progress', at, progress: { unit: 'tasks', doneWord: 'running', wanted, done, pending, failed } }
}
