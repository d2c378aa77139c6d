import { isPlacementProblem, launched } from '../../targets/ecs/facts/service-events.ts'
import type { DeploymentEvent } from '../events.ts'
import type { Progress } from '../unit-progress.ts'

/** What the events of a deployment have shown, as far as it tells whether its new tasks get on. */
export interface Course {
  readonly isStarted: boolean
  /** The step that runs, by AWS's name for it. */
  readonly phase?: string | undefined
  readonly progress?: Progress | undefined
  /** Tasks of which ECS has said that it started them. */
  readonly launched: number
  /** Waits for an answer. */
  readonly pauses: number
  readonly alarms: readonly string[]
  readonly rollback?: Extract<DeploymentEvent, { kind: 'rolling-back' }> | undefined
}

export const unbegun: Course = { isStarted: false, launched: 0, pauses: 0, alarms: [] }

/** The course after one more event. */
export function advance(course: Course, event: DeploymentEvent): Course {
  switch (event.kind) {
    case 'started':
      return { ...course, isStarted: true }
    case 'progress':
      return { ...course, progress: event.progress }
    case 'phase':
      return { ...course, phase: event.status === 'running' ? event.name : course.phase }
    case 'message':
      return { ...course, launched: course.launched + launched(event.message.untrusted) }
    case 'details':
      return { ...course, alarms: event.details.alarms?.triggered ?? [] }
    case 'paused':
      return { ...course, pauses: course.pauses + 1 }
    case 'resumed':
      return { ...course, pauses: course.pauses - 1 }
    case 'rolling-back':
      return { ...course, rollback: course.rollback ?? event }
    default:
      return course
  }
}

/** Events of ECS about tasks that are not as they should be; whose they are is for the evidence to tell. */
const unwell = /is unhealthy in|failed (?:ELB|container) health checks|unable to consistently start tasks/

/**
 * Whether an event is a sign that something fails: a new task did, or is gone, or more were started than are wanted; ECS says
 * that one cannot be placed or is unhealthy; AWS rolls back. What this run itself has stopped is known. `course`: before it.
 */
export function isSign(course: Course, event: DeploymentEvent): boolean {
  // Which alarm it was may show after the rollback that it set off.
  if (event.kind === 'details') return (event.details.alarms?.triggered.length ?? 0) > course.alarms.length
  if (course.rollback !== undefined) return false
  switch (event.kind) {
    case 'progress':
      return event.progress.failed > (course.progress?.failed ?? 0) || isLost(course.progress, event.progress)
    case 'message': {
      const words = event.message.untrusted
      const count = launched(words)
      const isAgain = count > 0 && course.progress !== undefined && course.launched + count > course.progress.wanted
      return isAgain || isPlacementProblem(words) || unwell.test(words)
    }
    case 'rolling-back':
      return event.isOurs !== true
    default:
      return false
  }
}

/** Fewer than before, where not fewer are wanted: new tasks do not go without a reason. */
function isLost(before: Progress | undefined, now: Progress): boolean {
  if (before === undefined || now.wanted < before.wanted) return false
  return now.done + now.pending < before.done + before.pending
}

/** Steps in which new tasks are made, by AWS's names for them; a rolling deployment may have none. */
const making: readonly (string | undefined)[] = [undefined, 'RECONCILE_SERVICE', 'SCALE_UP', 'Install']

/** Whether new tasks are due, and there is none. */
export function isEmpty({ isStarted, phase, progress, pauses, rollback }: Course): boolean {
  if (!isStarted || pauses > 0 || rollback !== undefined || !making.includes(phase)) return false
  return progress !== undefined && progress.wanted > 0 && progress.done + progress.pending === 0
}

/** Whether an event shows that what failed before is overcome: AWS calls a step done, and all new tasks run. `course`: before it. */
export function isRecovery({ progress, rollback }: Course, event: DeploymentEvent): boolean {
  if (event.kind !== 'phase' || event.status !== 'succeeded' || rollback !== undefined || progress === undefined)
    return false
  return progress.wanted > 0 && progress.done >= progress.wanted && progress.pending === 0
}
