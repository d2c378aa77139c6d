import type { Clock } from './clock.ts'
import { type Text, text } from './text.ts'

/** Reports lines, not more often than every so many milliseconds; a line counts those before it that were left out. */
export function atMostEvery(
  milliseconds: number,
  clock: Pick<Clock, 'monotonic'>,
  report: ((line: Text) => void) | undefined,
): (line: Text) => void {
  let next = Number.NEGATIVE_INFINITY
  let silent = 0
  return (line) => {
    const now = clock.monotonic()
    if (now < next) {
      silent++
      return
    }
    next = now + milliseconds
    report?.(silent > 0 ? text`${line} (and ${silent} more retries since the last line)` : line)
    silent = 0
  }
}
