import type { Clock } from '../../clock.ts'
import type { Cause } from '../../diagnosis/cause.ts'
import type { DeploymentEvent } from '../events.ts'
import type { Known } from '../target.ts'
import { advance, type Course, isEmpty, isRecovery, isSign, unbegun } from './signs.ts'

/** What a look at the evidence has shown. */
export interface Finding {
  readonly cause: Cause
  /** Later log lines may add to it. */
  readonly isPartial: boolean
}

/** Looks at the evidence of what fails; undefined: nothing has, as far as AWS shows. May throw. */
export type LookForCause = (known: Known) => Promise<Finding | undefined>

/** Explains what fails while the deployment goes on. */
export interface Suspicion {
  /** One more event of the deployment. A sign of failure starts a read of the evidence in the background. */
  take(event: DeploymentEvent): void
  /** Resolves when there is something to report. */
  stirred(): Promise<undefined>
  /** Events that are not reported yet. */
  news(): readonly DeploymentEvent[]
  /** Starts no further read. */
  end(): void
}

/** After this time without a new task, the evidence is read. Milliseconds. */
const longestEmpty = 60_000
/** Shortest time between two reads; doubled after each. Milliseconds. */
const firstPause = 10_000
/** Limit of that time while nothing was found, so that a failure is reported soon. Milliseconds. */
const longestPause = 20_000

/** Starts to explain failures of one deployment while it is in progress. */
export function startSuspicion(clock: Clock, look: LookForCause): Suspicion {
  const over = new AbortController()
  const outbox = openOutbox()
  const alarm = openAlarm(clock, over.signal, () => void lookSoon())
  let course: Course = unbegun
  let told: Cause | undefined
  /** Of the engine itself, which knows better than any evidence. */
  let isKnown = false
  let [isDue, isLooking, isRefined, recoveries] = [false, false, false, 0]
  let [notBefore, pause] = [clock.monotonic(), firstPause]

  const tell = (cause: Cause | undefined) => {
    told = cause
    outbox.put({ kind: 'suspected', at: clock.now(), cause })
  }
  const lookOnce = async () => {
    const before = recoveries
    const found = await look(knownOf(course)).catch(() => undefined)
    notBefore = clock.monotonic() + pause
    if (over.signal.aborted || found === undefined || before !== recoveries || isKnown) return
    if (isBetter(found.cause, told)) tell(found.cause)
    // Once: what is late for longer is for the end.
    if (found.isPartial && !isRefined) [isRefined, isDue] = [true, true]
  }
  const lookSoon = async () => {
    isDue = true
    if (isLooking || isKnown) return
    isLooking = true
    while (isDue && !isKnown && !over.signal.aborted) {
      await clock.sleep(Math.max(0, notBefore - clock.monotonic()), over.signal).catch(() => undefined)
      if (over.signal.aborted) break
      isDue = false
      await lookOnce()
      pause = told ? pause * 2 : Math.min(pause * 2, longestPause)
    }
    isLooking = false
  }

  return {
    stirred: outbox.arrival,
    news: outbox.takeAll,
    end: () => over.abort(),
    take(event) {
      isKnown ||= event.kind === 'suspected'
      const sign = isSign(course, event)
      const isOvercome = told !== undefined && isRecovery(course, event)
      course = advance(course, event)
      alarm.set(isEmpty(course) ? longestEmpty : undefined)
      if (isOvercome) {
        recoveries++
        isDue = false
        tell(undefined)
      }
      if (sign) void lookSoon()
    },
  }
}

function knownOf({ rollback, alarms }: Course): Known {
  const isOurs = rollback?.isOurs === true
  return {
    outcome: 'failed',
    reason: isOurs ? undefined : rollback?.reason,
    stopped: isOurs ? 'by-us' : undefined,
    triggeredAlarms: alarms.length > 0 ? alarms : undefined,
  }
}

/** What names only the kind of failure does not replace a reason. */
function isBetter(cause: Cause, told: Cause | undefined): boolean {
  if (told === undefined) return true
  return JSON.stringify(cause) !== JSON.stringify(told) && !(cause.isGeneral && !told.isGeneral)
}

/** Goes off once after so many milliseconds, counted from when it was set first; `undefined` stops it. */
function openAlarm(clock: Clock, signal: AbortSignal, ring: () => void) {
  let stop: AbortController | undefined
  signal.addEventListener('abort', () => stop?.abort(), { once: true })
  return {
    set(milliseconds: number | undefined) {
      if (milliseconds === undefined) {
        stop?.abort()
        stop = undefined
      } else if (stop === undefined) {
        stop = new AbortController()
        clock.sleep(milliseconds, stop.signal).then(ring, () => undefined)
      }
    },
  }
}

/** Events that wait to be told, in order. */
function openOutbox() {
  let waiting: DeploymentEvent[] = []
  let bell = Promise.withResolvers<undefined>()
  return {
    put(event: DeploymentEvent) {
      waiting.push(event)
      bell.resolve(undefined)
    },
    arrival: () => bell.promise,
    takeAll(): readonly DeploymentEvent[] {
      const taken = waiting
      if (taken.length > 0) [waiting, bell] = [[], Promise.withResolvers<undefined>()]
      return taken
    },
  }
}
