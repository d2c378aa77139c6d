/** The program's clock. A parameter everywhere, so that tests control the time. */
export interface Clock {
  /** Wall time in milliseconds since 1970, for display. Never for deadlines: it may jump. */
  now(): number
  /** Milliseconds since an arbitrary start; never jumps. For deadlines and durations. */
  monotonic(): number
  /** Resolves after `milliseconds`; rejects with the signal's reason as soon as `signal` aborts. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>
  /** A number from 0 (inclusive) to 1 (exclusive), for jitter. */
  random(): number
}

/** The moment, on the monotonic clock, after which nothing is tried again. Milliseconds. */
export type Deadline = number

/** The deadline that is this many milliseconds from now, on the monotonic clock. */
export function deadlineIn(clock: Clock, milliseconds: number): Deadline {
  return clock.monotonic() + milliseconds
}

/** Milliseconds until a deadline; 0 once it has passed. */
export function remaining(clock: Clock, deadline: Deadline): number {
  return Math.max(0, deadline - clock.monotonic())
}

/** The clock of the process. */
export const systemClock: Clock = {
  now: () => Date.now(),
  // `performance` would load a part of Node that costs a start-up several milliseconds.
  monotonic: () => Number(process.hrtime.bigint()) / 1e6,
  random: () => Math.random(),
  sleep: (milliseconds, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      const stop = () => {
        clearTimeout(timer)
        reject(signal?.reason)
      }
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', stop)
        resolve()
      }, milliseconds)
      signal?.addEventListener('abort', stop, { once: true })
    }),
}
