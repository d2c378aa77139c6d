import type { Clock } from '../../../clock.ts'
import type { Pace } from '../../../deployment/pace.ts'

/** Elastic Beanstalk throttles dynamically and hard: reads are frequent only at the beginning. Milliseconds, from and to. */
const early = { until: 120_000, gap: [4_000, 5_000] } as const
const later = [9_000, 12_000] as const
/** After a change, and near the end. */
const soon = [3_000, 4_000] as const

/** The pace of reads of one environment. `longest`: of the gaps, where one is given. */
export function startWatchPace(clock: Clock, longest: number | undefined): Pace {
  const start = clock.monotonic()
  let hurried = false
  return {
    gap() {
      const [from, to] = hurried ? soon : clock.monotonic() - start < early.until ? early.gap : later
      hurried = false
      return Math.min(from + (to - from) * clock.random(), longest ?? Number.POSITIVE_INFINITY)
    },
    hurry: () => {
      hurried = true
    },
    spend: () => undefined,
    aside: () => true,
  }
}
