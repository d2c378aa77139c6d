import type { Clock } from '../clock.ts'
import type { Context } from './context.ts'

/** What makes looks an agreement: so many in a row that lead to the same, with so long from the first to the last. */
interface Measure {
  readonly looks: number
  /** Milliseconds. */
  readonly apart: number
}

/** ECS's reads are eventually consistent, for some seconds: one read may return the previous state. */
const usual: Measure = { looks: 3, apart: 8_000 }
/** For conclusions from the absence of something. */
export const patient: Measure = { looks: 6, apart: 20_000 }

/**
 * Confirms conclusions that AWS does not state itself. Given the conclusion of each read (undefined: none), it
 * is true as soon as consecutive reads agree on one.
 */
export function startAgreement(
  clock: Clock,
  { looks, apart }: Measure = usual,
): (conclusion: string | undefined) => boolean {
  let held: string | undefined
  let count = 0
  let since = 0
  return (conclusion) => {
    if (conclusion !== held) {
      held = conclusion
      count = 0
      since = clock.monotonic()
    }
    count++
    return conclusion !== undefined && count >= looks && clock.monotonic() - since >= apart
  }
}

/** Clock and signal for repeated reads. */
type Looking = Pick<Context, 'clock'> & Partial<Pick<Context, 'signal'>>

/** Limit of reads that do not agree. */
const mostLooks = 12

/**
 * The read that several agree on; undefined when twelve do not. `named` returns the conclusion of a read: `true` where it
 * decides alone, undefined where there is none.
 */
export async function agreed<T>(
  { clock, signal }: Looking,
  look: () => Promise<T>,
  named: (seen: T) => string | boolean | undefined,
  measure: Measure = usual,
): Promise<T | undefined> {
  const agree = startAgreement(clock, measure)
  for (let count = 1; ; count++) {
    const seen = await look()
    const name = named(seen)
    if (name === true || agree(name || undefined)) return seen
    if (count === mostLooks) return undefined
    await clock.sleep(measure.apart / (measure.looks - 1), signal)
  }
}

/** Between two looks for something that should be there. Milliseconds. */
const pause = 2_000

/** What a look shows; where it shows nothing it is repeated, as what was made a moment ago may not show at the first. */
export async function persistently<T>(
  { clock, signal }: Looking,
  look: () => Promise<T | undefined>,
  tries = 3,
): Promise<T | undefined> {
  for (let count = 1; ; count++) {
    const seen = await look()
    if (seen !== undefined || count === tries) return seen
    await clock.sleep(pause, signal)
  }
}
