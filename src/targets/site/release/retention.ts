import type { Gone } from './release.ts'
import type { PastRelease } from './site-state.ts'

/** How long what is no longer live stays: both must be over. */
export interface Retention {
  readonly keepReleases: number
  readonly keepDays: number
}

const day = 86_400_000

/** Whether a file has expired: as many releases and as many days as it is kept have passed since it was live. */
export function isExpired({ keepReleases, keepDays }: Retention, number: number, now: number, gone: Gone): boolean {
  return number - gone.in >= keepReleases && now - gone.at >= keepDays * day
}

/** The releases that can be rolled back to, and those whose objects go. A release is gone in the one after it. */
export function splitHistory(
  retention: Retention,
  number: number,
  now: number,
  history: readonly PastRelease[],
  live: PastRelease | undefined,
): { readonly kept: readonly PastRelease[]; readonly expired: readonly PastRelease[] } {
  const all = live ? [live, ...history] : history
  const goneOf = (index: number): Gone => {
    const after = all[index - 1]
    return after ? { in: after.number, at: after.at } : { in: number, at: now }
  }
  const isOver = all.map((_, index) => isExpired(retention, number, now, goneOf(index)))
  return { kept: all.filter((_, index) => !isOver[index]), expired: all.filter((_, index) => isOver[index]) }
}
