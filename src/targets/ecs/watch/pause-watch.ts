import type { DeploymentEvent } from '../../../deployment/events.ts'
import type { Pause, PauseAnswer } from '../../../deployment/pause.ts'
import type { ServiceEnd } from '../request/service-end.ts'
import type { ServiceRequest } from '../request/service-request.ts'
import { explainPauseEnd, type PauseEnd, stillPaused } from './pause-end.ts'

/** The waits of one deployment at one look. */
export interface Waits {
  /** All that wait for an answer now; several hooks of a stage do so at once. */
  readonly open: readonly Pause[]
  /** How a wait that was open before ended. */
  answerTo(pause: Pause): PauseAnswer
}

/** The pauses of a deployment from read to read. */
export interface PauseWatch {
  /** Events for what has changed since the previous read, one for each pause. Keeps the last answer, for `explain`. */
  update(now: Waits, at: number): readonly DeploymentEvent[]
  isWaiting(): boolean
  /** The end of a deployment whose last wait was not answered with `continue` has that as its cause. */
  explain(end: ServiceEnd): ServiceEnd
  /** The end of a watch that may not go on while the deployment still waits. */
  overdue(minutes: number, id: string): ServiceEnd | undefined
}

/**
 * A slightly outdated read may still contain a pause that this run has answered (`answered` of the request), or whose deployment it has
 * stopped (`isTurnedRound`): nothing waits there any more.
 */
export function startPauses(request: ServiceRequest): PauseWatch {
  const { answered = [], isTurnedRound = false } = request
  let open: readonly Pause[] = []
  let last: PauseEnd | undefined
  return {
    update(now, at) {
      const waiting = isTurnedRound ? [] : now.open.filter(({ id }) => !answered.includes(id))
      const isOpen = ({ id }: Pause) => waiting.some((pause) => pause.id === id)
      const isNew = ({ id }: Pause) => !open.some((pause) => pause.id === id)
      const over = open.filter((pause) => !isOpen(pause)).map((pause) => ({ pause, answer: now.answerTo(pause) }))
      const begun = waiting.filter(isNew)
      open = waiting
      const refused = over.findLast(({ answer }) => answer !== 'continue' && answer !== 'unknown')
      last = refused ?? last
      const { cause } = explainPauseEnd({ outcome: 'rolled-back' }, refused)
      return [
        ...over.map(({ pause, answer }) => ({ kind: 'resumed', at, id: pause.id, answer }) as const),
        ...begun.map((pause) => ({ kind: 'paused', at, pause }) as const),
        ...(cause ? [{ kind: 'suspected', at, cause } as const] : []),
      ]
    },
    isWaiting: () => open.length > 0,
    explain: (end) => explainPauseEnd(end, last),
    overdue: (minutes, id) => stillPaused(open, minutes, id, request),
  }
}
