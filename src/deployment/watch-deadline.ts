import { type Clock, type Deadline, deadlineIn } from '../clock.ts'

/** GitHub ends a job after six hours on its own machines; a wait that is longer cannot end well. */
export const longestWatchMinutes = 360

/**
 * Minutes that a watch may take: what is asked for, and on top of it what the deployment waits by itself, which is no
 * fault of it. Together no longer than a job, unless more is asked for; 0 minutes stay one read.
 */
export function watchMinutes(asked: number, ownWaits: number): number {
  return asked === 0 ? 0 : Math.min(asked + ownWaits, Math.max(longestWatchMinutes, asked))
}

/** When a watch ends. Waiting for people does not eat into the time that the deployment may take. */
export interface WatchDeadline {
  /** The moment at which the watch ends as things are now: while it is held, six hours after its start. */
  at(): Deadline
  /** True: the deployment waits for an answer, and the time that is left stays as it is. */
  hold(isWaiting: boolean): void
  isHeld(): boolean
}

/** `deadline`: where nothing waits for people. */
export function startWatchDeadline(clock: Clock, deadline: Deadline): WatchDeadline {
  const limit = Math.max(deadline, deadlineIn(clock, longestWatchMinutes * 60_000))
  let own = deadline
  let heldSince: number | undefined
  return {
    at: () => (heldSince === undefined ? own : limit),
    isHeld: () => heldSince !== undefined,
    hold(isWaiting) {
      if (isWaiting) heldSince ??= clock.monotonic()
      else if (heldSince !== undefined) {
        own = Math.min(limit, own + clock.monotonic() - heldSince)
        heldSince = undefined
      }
    },
  }
}
