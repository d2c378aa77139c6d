import { type Clock, deadlineIn } from '../clock.ts'
import type { SlackMessage } from '../ports.ts'
import type { Answer } from './answer.ts'
import type { Channel } from './channel.ts'

/** Sends updates in the background, so that no caller waits for Slack before the end. */
export interface Progress {
  /** Makes the newest message when there is time to send one; one that was not sent yet is replaced. */
  offer(message: () => SlackMessage): void
  /** Sends no more. Resolves when the request in flight has ended. */
  stop(): Promise<void>
}

/** Milliseconds between two edits: Slack takes about one message per second and channel. */
const pace = 3000
const longestUpdate = 5000
const failuresToGiveUp = 2

/** `onRefusal` gets what trying again will not change; after that, or after two failures in a row, nothing more is sent. */
export function openProgress(channel: Channel, clock: Clock, onRefusal: (answer: Answer) => void): Progress {
  const ending = new AbortController()
  let waiting: (() => SlackMessage) | undefined
  let work: Promise<void> | undefined
  let nextAt = 0
  let failures = 0

  const send = async (message: () => SlackMessage) => {
    waiting = undefined
    nextAt = clock.monotonic() + pace
    const answer = await channel.write(message(), deadlineIn(clock, longestUpdate), false)
    failures = answer.ok ? 0 : failures + 1
    if (answer.ok) return
    waiting ??= message
    nextAt += answer.retryAfter ?? 0
    if (!answer.transient) failures = failuresToGiveUp
    if (!answer.transient) onRefusal(answer)
  }

  const sendAll = async () => {
    while (waiting && failures < failuresToGiveUp) {
      await clock.sleep(Math.max(0, nextAt - clock.monotonic()), ending.signal).catch(() => undefined)
      if (ending.signal.aborted) return
      await send(waiting)
    }
    work = undefined
  }

  return {
    offer(message) {
      if (ending.signal.aborted || failures >= failuresToGiveUp) return
      waiting = message
      work ??= sendAll()
    },
    stop() {
      ending.abort()
      return work ?? Promise.resolve()
    },
  }
}
