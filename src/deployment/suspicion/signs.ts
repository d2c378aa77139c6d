import type { DeploymentEvent } from '../events.ts'
import type { Progress } from '../unit-progress.ts'

/** What the events of a deployment have shown, as far as it tells whether its new units get on. */
export interface Course {
  readonly isStarted: boolean
  /** Whether new units are made now; a deployment without steps may make them at any time. */
  readonly isMaking: boolean
  readonly progress?: Progress | undefined
  /** Units of which AWS has said that it began them. */
  readonly begun: number
  /** Waits for an answer. */
  readonly pauses: number
  /** Alarms that have gone off. */
  readonly alarms: readonly string[]
  readonly rollback?: Extract<DeploymentEvent, { kind: 'rolling-back' }> | undefined
}

/** A deployment without any event yet. */
export const unbegun: Course = { isStarted: false, isMaking: true, begun: 0, pauses: 0, alarms: [] }

/** The course after one more event. */
export function advance(course: Course, event: DeploymentEvent): Course {
  switch (event.kind) {
    case 'started':
      return { ...course, isStarted: true }
    case 'progress':
      return { ...course, progress: event.progress }
    case 'phase':
      return event.status === 'running' ? { ...course, isMaking: event.makesUnits === true } : course
    case 'message':
      return { ...course, begun: course.begun + (event.begun ?? 0) }
    case 'details':
      return { ...course, alarms: event.details.fired }
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

/**
 * Whether an event is a sign that something fails: a new unit did, or is gone, or more were begun than are wanted; AWS says
 * that one is not as it should be; AWS rolls back. What this run itself has stopped is known. `course`: before it.
 */
export function isSign(course: Course, event: DeploymentEvent): boolean {
  // Which alarm it was may show after the rollback that it set off.
  if (event.kind === 'details') return event.details.fired.length > course.alarms.length
  if (course.rollback !== undefined) return false
  switch (event.kind) {
    case 'progress':
      return event.progress.failed > (course.progress?.failed ?? 0) || isLost(course.progress, event.progress)
    case 'message': {
      const { begun = 0, isTrouble = false } = event
      const isAgain = begun > 0 && course.progress !== undefined && course.begun + begun > course.progress.wanted
      return isAgain || isTrouble
    }
    case 'rolling-back':
      return event.isOurs !== true
    default:
      return false
  }
}

/** Fewer than before, where not fewer are wanted: new units do not go without a reason. */
function isLost(before: Progress | undefined, now: Progress): boolean {
  if (before === undefined || now.wanted < before.wanted) return false
  return now.done + now.pending < before.done + before.pending
}

/** Whether new units are due, and there is none. */
export function isEmpty({ isStarted, isMaking, progress, pauses, rollback }: Course): boolean {
  if (!isStarted || pauses > 0 || rollback !== undefined || !isMaking) return false
  return progress !== undefined && progress.wanted > 0 && progress.done + progress.pending === 0
}

/** Whether an event shows that an earlier failure is over: AWS reports a step as done, and all new units. `course`: before it. */
export function isRecovery({ progress, rollback }: Course, event: DeploymentEvent): boolean {
  if (event.kind !== 'phase' || event.status !== 'succeeded' || rollback !== undefined || progress === undefined)
    return false
  return progress.wanted > 0 && progress.done >= progress.wanted && progress.pending === 0
}
