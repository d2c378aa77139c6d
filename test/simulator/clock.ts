import type { Clock } from '../../src/clock.ts'

/**
 * Virtual time. State machines schedule timers on it; the program under test sleeps on it (in-process tests) or lives in
 * real time while this clock runs faster (bundles, Docker, people).
 *
 * A timer that fires late sees its scheduled moment as `now()`: otherwise a slow poller would stretch a rollout.
 */
export interface SimulatorClock {
  /** Milliseconds since 1970. Inside a timer: the moment for which it was scheduled. */
  now(): number
  after(milliseconds: number, action: () => void): Timer
  /** Runs everything that is due. Called before every request is answered. */
  settle(): void
  /** Moves a stepped or idle-driven clock by hand. */
  advance(milliseconds: number): void
  /** The same time as the program under test sees it. */
  readonly forProgram: Clock
}

export interface Timer {
  cancel(): void
}

export type ClockMode =
  /** Jumps to the next sleep or timer as soon as the program has nothing left to do. For in-process tests. */
  | { readonly kind: 'idle' }
  /** Real time, `speed` times as fast. For bundles in other processes. */
  | { readonly kind: 'accelerated'; readonly speed: number }

interface Entry {
  readonly at: number
  readonly order: number
  readonly action: () => void
  readonly isSleep: boolean
}

/** Turns of the event loop without any activity after which the program counts as idle. */
const idleTurns = 4

export function createClock(mode: ClockMode, start = Date.UTC(2026, 10, 20, 9, 0, 0), random: () => number = Math.random): SimulatorClock {
  const queue = new Set<Entry>()
  const realStart = performance.now()
  let order = 0
  let virtual = start
  let firing: number | undefined
  let activity = 0
  let pumping = false

  const flow = () => (mode.kind === 'idle' ? virtual : start + (performance.now() - realStart) * mode.speed)
  const now = () => firing ?? flow()

  const earliest = () => {
    let first: Entry | undefined
    for (const entry of queue) if (!first || entry.at < first.at || (entry.at === first.at && entry.order < first.order)) first = entry
    return first
  }

  const fire = (entry: Entry) => {
    queue.delete(entry)
    const outer = firing
    firing = entry.at
    try {
      entry.action()
    } finally {
      firing = outer
    }
  }

  const settle = () => {
    activity++
    if (firing !== undefined) return
    for (let next = earliest(); next && next.at <= flow(); next = earliest()) fire(next)
  }

  const add = (milliseconds: number, action: () => void, isSleep: boolean): Entry => {
    const entry = { at: now() + Math.max(0, milliseconds), order: order++, action, isSleep }
    queue.add(entry)
    return entry
  }

  const hasSleepers = () => [...queue].some((entry) => entry.isSleep)

  const pump = async () => {
    if (pumping) return
    pumping = true
    while (hasSleepers()) {
      for (let turns = 0, seen = activity; turns < idleTurns; turns++) {
        await new Promise(setImmediate)
        if (seen !== activity) {
          seen = activity
          turns = -1
        }
      }
      const next = earliest()
      if (!next) break
      virtual = Math.max(virtual, next.at)
      fire(next)
      activity++
    }
    pumping = false
  }

  const sleep = (milliseconds: number, signal?: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      activity++
      let cancel: () => void
      const stop = () => {
        cancel()
        reject(signal?.reason)
      }
      const wake = () => {
        signal?.removeEventListener('abort', stop)
        resolve()
      }
      signal?.addEventListener('abort', stop, { once: true })
      if (mode.kind === 'accelerated') {
        const timer = setTimeout(wake, milliseconds / mode.speed)
        cancel = () => clearTimeout(timer)
        return
      }
      const entry = add(milliseconds, wake, true)
      cancel = () => queue.delete(entry)
      void pump()
    })

  return {
    now,
    settle,
    after(milliseconds, action) {
      const entry = add(milliseconds, action, false)
      return { cancel: () => queue.delete(entry) }
    },
    advance(milliseconds) {
      const target = virtual + milliseconds
      for (let next = earliest(); next && next.at <= target; next = earliest()) {
        virtual = Math.max(virtual, next.at)
        fire(next)
      }
      virtual = target
    },
    forProgram: { now: flow, monotonic: () => flow() - start, sleep, random },
  }
}
