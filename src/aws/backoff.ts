import type { Clock } from '../clock.ts'

const base = 500
const cap = 20_000

/** Full jitter: from nothing to a ceiling that doubles with every attempt. Milliseconds. */
export function jitter(clock: Pick<Clock, 'random'>, attempts: number): number {
  return clock.random() * Math.min(cap, base * 2 ** attempts)
}

/** Calls of this process that wait because AWS throttles the same action. */
export interface ThrottledCalls {
  waiting(action: string): number
  /** Returns what is called when the waiting is over. */
  join(action: string): () => void
}

/** A counter of the calls that wait at the moment, by action. */
export function countThrottledCalls(): ThrottledCalls {
  const counts = new Map<string, number>()
  const waiting = (action: string) => counts.get(action) ?? 0
  return {
    waiting,
    join(action) {
      counts.set(action, waiting(action) + 1)
      return () => void counts.set(action, waiting(action) - 1)
    },
  }
}

/**
 * Requests that AWS admits in a second once a token bucket is empty, where they are few.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html
 */
const refills: Readonly<Record<string, number>> = { 'ecs:RegisterTaskDefinition': 1, 'ecs:UpdateService': 5 }
const usualRefill = 20
const shortestDelay = 1_000
const longestDelay = 60_000

/**
 * Milliseconds until a throttled call is retried. Concurrent calls spread over the time in which AWS admits them all, so that few
 * retries are throttled again and none waits longer than needed. A call that was always alone uses exponential backoff.
 */
export function throttleDelay(
  { clock, throttledCalls }: { readonly clock: Pick<Clock, 'random'>; readonly throttledCalls?: ThrottledCalls },
  action: string,
  tries: { readonly count: number; wasConcurrent: boolean },
): number {
  const others = throttledCalls?.waiting(action) ?? 0
  tries.wasConcurrent ||= others > 0
  if (!tries.wasConcurrent) return jitter(clock, tries.count)
  const spread = ((others + 1) / (refills[action] ?? usualRefill)) * 1000
  return clock.random() * Math.min(longestDelay, Math.max(shortestDelay, spread))
}
