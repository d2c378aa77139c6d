/** Bad weather on the way to everybody: calls that are throttled, refused, cut, unanswered or answered with the past. */
import type { Effect } from '../simulator/faults.ts'
import type { Simulator } from '../simulator/simulator.ts'

/** AWS speaks of seconds for what is eventually consistent. Milliseconds. */
const oldest = 10_000

const effects: readonly Effect[] = [
  { kind: 'throttle' },
  { kind: 'throttle', retryAfter: 3 },
  { kind: 'http', status: 500 },
  { kind: 'http', status: 502 },
  { kind: 'http', status: 503 },
  { kind: 'reset' },
  { kind: 'apply-then-drop' },
  { kind: 'truncate' },
  { kind: 'html' },
  { kind: 'empty' },
  { kind: 'hang' },
  { kind: 'stale-read', calls: 1, within: oldest },
  { kind: 'stale-read', calls: 3, within: oldest },
]

/** The share of calls that are spoiled. */
const share = 0.3

/** A small generator of its own (xorshift), so that the world itself goes the same way in any weather. */
function dice(seed: number): () => number {
  let state = (seed * 2_654_435_761 + 88_172_645) >>> 0 || 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 4_294_967_296
  }
}

/**
 * Spoils 30 % of all calls to anybody, each in one way. The same seed spoils in the same order. `spared` is for what other
 * people do in the meantime: nothing is spoiled until it is done.
 */
export function spoil(sim: Simulator, seed: number): { spared(work: () => unknown): Promise<void> } {
  const random = dice(seed)
  let isSpared = false
  let chosen: Effect | undefined
  const first = effects[0]
  for (const effect of effects) {
    const match = () => {
      if (effect === first)
        chosen = !isSpared && random() < share ? effects[Math.floor(random() * effects.length)] : undefined
      return chosen === effect
    }
    sim.faults.add({ match, times: Number.POSITIVE_INFINITY, effect })
  }
  return {
    async spared(work) {
      isSpared = true
      await work()
      isSpared = false
    },
  }
}
