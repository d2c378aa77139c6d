import { remaining } from '../clock.ts'
import { type Text, text } from '../text.ts'
import type { RegistryOptions, RegistryRequest } from './registry-request.ts'

/** Longest time without progress: a fixed part, and what a slow uplink needs for the bytes that are on their way. */
const attemptMilliseconds = 30_000
const slowestBytesPerSecond = 100_000
/** Of a streamed body, at most these are on their way: one piece. */
const pieceBytes = 1024 * 1024
/** A short request without a response for this long is logged. Milliseconds. */
const silentLimit = 5_000
const smallBody = 1024 * 1024

/** The time of one attempt. */
export interface AttemptTime {
  /** Aborts when the time is over or the job is cancelled. */
  readonly signal: AbortSignal
  /** The next piece of the body is taken, or has arrived: from now on there is time again. */
  progress(): void
  /** A response that is read in pieces has begun: it is not silent. */
  responded(): void
  isOver(): boolean
  /** Stops the timers. */
  end(): void
}

/** Starts the time of an attempt. A streamed body may take any time as long as it is being sent. */
export function timeOf(
  { clock, signal }: RegistryOptions,
  { body }: RegistryRequest,
  report: (line: Text) => void,
): AttemptTime {
  const length = body?.length ?? 0
  const isStreamed = body !== undefined && !(body instanceof Uint8Array)
  const limit =
    attemptMilliseconds + ((isStreamed ? Math.min(length, pieceBytes) : length) / slowestBytesPerSecond) * 1000
  const ended = new AbortController()
  const tooSlow = new AbortController()
  const answered = new AbortController()
  const over = AbortSignal.any([ended.signal, signal])
  let until = clock.monotonic() + limit
  const watch = async () => {
    while (remaining(clock, until) > 0) await clock.sleep(Math.ceil(remaining(clock, until)), over)
    tooSlow.abort(new Error('no complete response in time'))
  }
  void watch().catch(() => undefined)
  if (length <= smallBody)
    void clock
      .sleep(silentLimit, AbortSignal.any([over, answered.signal]))
      .then(() => report(text`The registry has not responded for ${silentLimit / 1000} s, still waiting`))
      .catch(() => undefined)
  return {
    signal: AbortSignal.any([signal, tooSlow.signal]),
    progress() {
      until = clock.monotonic() + limit
    },
    responded: () => answered.abort(),
    isOver: () => tooSlow.signal.aborted,
    end: () => ended.abort(),
  }
}
