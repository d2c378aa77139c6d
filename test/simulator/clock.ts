import type { Clock } from '../../src/clock.ts'
import { isNodeAtWork } from './node-at-work.js'

/**
 * Virtual time. State machines schedule timers on it; the program under test sleeps on it (in-process tests) or lives in
 * real time while this clock runs faster (bundles, Docker, people).
 *
 * A timer that fires late sees its scheduled moment as `now()`: otherwise a slow poller would stretch a rollout.
 */
export interface SimulatorClock {
  /** Whole milliseconds since 1970. Inside a timer: the moment for which it was scheduled. */
  now(): number
  after(milliseconds: number, action: () => void): Timer
  /** Runs everything that is due. Called before every request is answered. */
  settle(): void
  /**
   * Moves time by hand, and runs what falls due on the way. What the program does when its sleep ends happens after
   * this returns: await something before looking at it.
   */
  advance(milliseconds: number): void
  /** Keeps an idle clock from jumping until the returned function is called: something is still under way. */
  hold(): () => void
  /** As `hold`, while the companion is busy. It is looked at again after `stir`. */
  join(companion: Companion): () => void
  stir(): void
  /** Says that a request waits for this clock, or for ever, until the returned function is called. */
  park(): () => void
  /** How many requests do. */
  parked(): number
  /** The same time as the program under test sees it. */
  readonly forProgram: Clock
}

/** Something outside of this process that lives by the clock. */
export interface Companion {
  isBusy(): boolean
  /** Told when the time has moved. */
  moved?(): void
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

/** Entries by time, then by the order in which they came. Sorted: hundreds of sleepers are looked at all the time. */
function createQueue() {
  const entries: Entry[] = []
  let sleeps = 0

  /** Where the entry is, or belongs; the earliest is last. */
  const position = (entry: Entry) => {
    let low = 0
    let high = entries.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const other = entries[middle]
      if (other && (other.at > entry.at || (other.at === entry.at && other.order > entry.order))) low = middle + 1
      else high = middle
    }
    return low
  }

  return {
    add(entry: Entry) {
      entries.splice(position(entry), 0, entry)
      if (entry.isSleep) sleeps++
    },
    remove(entry: Entry) {
      const index = position(entry)
      if (entries[index] !== entry) return
      entries.splice(index, 1)
      if (entry.isSleep) sleeps--
    },
    /** The earliest entry, if it is due at `time`. */
    due(time: number): Entry | undefined {
      const entry = entries.at(-1)
      return entry && entry.at <= time ? entry : undefined
    },
    hasSleeps: () => sleeps > 0,
  }
}

export function createClock(
  mode: ClockMode,
  start = Date.UTC(2026, 10, 20, 9, 0, 0),
  random: () => number = Math.random,
): SimulatorClock {
  const queue = createQueue()
  const realStart = performance.now()
  let order = 0
  /** Idle: the time. Accelerated: what `advance` added. */
  let moved = 0
  let firing: number | undefined
  let activity = 0
  const companions = new Set<Companion>()
  let parks = 0
  let stir = () => {}
  let isPumping = false
  let failure: { readonly error: unknown } | undefined

  const flow = () =>
    start + moved + (mode.kind === 'idle' ? 0 : Math.floor((performance.now() - realStart) * mode.speed))
  const now = () => firing ?? flow()

  const fire = (entry: Entry) => {
    queue.remove(entry)
    const outer = firing
    firing = entry.at
    try {
      entry.action()
    } finally {
      firing = outer
    }
  }

  const fireDue = () => {
    for (let next = queue.due(flow()); next; next = queue.due(flow())) fire(next)
  }

  const settle = () => {
    activity++
    if (failure) throw failure.error
    if (firing === undefined) fireDue()
  }

  const add = (milliseconds: number, action: () => void, isSleep: boolean): Entry => {
    const entry = { at: now() + Math.max(0, Math.round(milliseconds)), order: order++, action, isSleep }
    queue.add(entry)
    return entry
  }

  // Programs that live by this clock are companions; any other one, such as git, takes real time.
  const isAtWork = () => isNodeAtWork(companions.size === 0)

  const isHeld = () => [...companions].some((companion) => companion.isBusy())

  const released = async () => {
    while (isHeld())
      await new Promise<void>((resolve) => {
        stir = resolve
      })
  }

  const untilIdle = async () => {
    let seen = activity
    for (let turns = 0; turns < idleTurns; turns++) {
      await released()
      await new Promise(setImmediate)
      if (seen !== activity || isHeld() || isAtWork()) {
        seen = activity
        turns = -1
      }
    }
  }

  const move = (to: number) => {
    moved = to
    for (const companion of companions) companion.moved?.()
  }

  const jump = () => {
    const next = queue.due(Infinity)
    if (!next) return
    move(Math.max(moved, next.at - start))
    fireDue()
    activity++
  }

  const pump = async () => {
    if (isPumping) return
    isPumping = true
    try {
      while (queue.hasSleeps()) {
        await untilIdle()
        if (queue.hasSleeps()) jump()
      }
    } catch (error) {
      // Nobody awaits the pump: the next request reports it.
      failure = { error }
    } finally {
      isPumping = false
    }
  }

  const sleep = (milliseconds: number, signal?: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      activity++
      const stop = () => {
        cancel()
        reject(signal?.reason)
      }
      const wake = () => {
        signal?.removeEventListener('abort', stop)
        resolve()
      }
      const cancel = begin(milliseconds, wake)
      signal?.addEventListener('abort', stop, { once: true })
    })

  const begin = (milliseconds: number, wake: () => void): (() => void) => {
    if (mode.kind === 'accelerated') {
      const timer = setTimeout(wake, milliseconds / mode.speed)
      return () => clearTimeout(timer)
    }
    const entry = add(milliseconds, wake, true)
    void pump()
    return () => queue.remove(entry)
  }

  const join = (companion: Companion) => {
    companions.add(companion)
    return () => {
      companions.delete(companion)
      stir()
    }
  }

  return {
    now,
    settle,
    after(milliseconds, action) {
      const entry = add(milliseconds, action, false)
      return { cancel: () => queue.remove(entry) }
    },
    advance(milliseconds) {
      const target = flow() + Math.round(milliseconds)
      for (let next = queue.due(target); next; next = queue.due(target)) {
        if (mode.kind === 'idle') move(Math.max(moved, next.at - start))
        fire(next)
      }
      move(mode.kind === 'idle' ? Math.max(moved, target - start) : moved + Math.round(milliseconds))
    },
    hold: () => join({ isBusy: () => true }),
    join,
    stir: () => stir(),
    park() {
      parks++
      stir()
      let isParked = true
      return () => {
        if (isParked) parks--
        isParked = false
      }
    },
    parked: () => parks,
    forProgram: { now: flow, monotonic: () => flow() - start, sleep, random },
  }
}
