import { type Clock, type Deadline, remaining } from '../clock.ts'

/**
 * How often AWS is asked while a deployment runs. Two promises hold with the default of `wait-max-delay-seconds`: the
 * end is seen at most 6 seconds after it happened (median 3), and no more than 16 calls a minute are made on average.
 */
export interface Pace {
  /** Milliseconds until the next read, which it counts: short after changes, long without them. */
  gap(): number
  /** After a change, or near the end: the next reads come sooner, within the budget. */
  hurry(): void
  /** Counts an additional call. */
  spend(): void
  /** True, and counted, when an additional call is due: at once after a change, otherwise at intervals. */
  aside(changed: boolean): boolean
}

const defaultLongest = 5_300
/** A little less than the promised rate, for additional calls. */
const callsPerMinute = 15
/** Gaps as shares of the longest one, from and to. */
const relaxed = [0.8, 1] as const
const tight = [0.4, 0.6] as const
const tightLooks = 4
/** Milliseconds between additional calls while nothing changes. */
const asideInterval = 25_000

/** `longest`: of the gaps between two reads, in milliseconds. With longer ones than the default, fewer calls are made. */
export function startPace(clock: Clock, longest = defaultLongest): Pace {
  const start = clock.monotonic()
  const rate = (callsPerMinute / 60_000) * Math.max(1, defaultLongest / longest)
  // The first read comes without a gap.
  let spent = 1
  let hurried = 0
  let lastAside = start
  const balance = () => 1 + (clock.monotonic() - start) * rate - spent
  return {
    gap() {
      spent++
      const [from, to] = hurried > 0 && balance() >= 0 ? tight : relaxed
      hurried = Math.max(0, hurried - 1)
      return longest * (from + (to - from) * clock.random())
    },
    hurry: () => {
      hurried = tightLooks
    },
    spend: () => {
      spent++
    },
    aside(changed) {
      const due = changed || clock.monotonic() - lastAside >= asideInterval
      if (!due || balance() < 1) return false
      spent++
      lastAside = clock.monotonic()
      return true
    },
  }
}

/**
 * Ticks whenever a read is due: at once, then at the pace, for the last time exactly at the deadline, which may
 * move. Ends after that; throws the signal's reason as soon as it aborts.
 */
export async function* ticks(
  clock: Clock,
  deadline: Deadline | (() => Deadline),
  pace: Pick<Pace, 'gap'>,
  signal: AbortSignal,
): AsyncGenerator<void> {
  for (;;) {
    signal.throwIfAborted()
    yield
    const left = remaining(clock, typeof deadline === 'number' ? deadline : deadline())
    if (left === 0) return
    await clock.sleep(Math.min(pace.gap(), left), signal)
  }
}

/** What a look may take beyond the deadline. Milliseconds. */
const grace = 5_000

/**
 * What one read returns, or undefined when AWS has not answered shortly after the deadline: calls are tried again for as
 * long as a job may last, which is too long for a deployment that has timed out.
 */
export async function lookUntil<T>(clock: Clock, deadline: Deadline, look: Promise<T>): Promise<T | undefined> {
  const answered = new AbortController()
  const late = clock.sleep(remaining(clock, deadline) + grace, answered.signal).then(
    () => undefined,
    () => undefined,
  )
  try {
    return await Promise.race([look, late])
  } finally {
    // With a reason: without one, each look creates an error with a stack.
    answered.abort('answered')
  }
}
