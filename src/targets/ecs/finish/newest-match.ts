import { type Entry, type Facts, findEntry, type Match } from '../../../diagnosis/entry.ts'
import type { ServiceEvent } from '../facts/deployment-evidence.ts'
import { steady } from './read-events.ts'

const ranks = { certain: 0, likely: 1, possible: 2 } as const

/**
 * What the newest event says that an entry knows. One that is sure of the reason comes before one that is not, whatever
 * their times; and what was said before the service was steady again counts only where nothing was said since.
 */
export function newestMatch(
  entries: readonly Entry[],
  events: readonly ServiceEvent[],
  factsOf: (event: ServiceEvent) => Facts = () => ({}),
): Match | undefined {
  const last = events.findLastIndex(({ message }) => steady.test(message.untrusted))
  return best(entries, events.slice(last + 1), factsOf) ?? best(entries, events.slice(0, last + 1), factsOf)
}

function best(
  entries: readonly Entry[],
  events: readonly ServiceEvent[],
  factsOf: (event: ServiceEvent) => Facts,
): Match | undefined {
  const matches = events.flatMap((event) => findEntry(entries, event.message.untrusted, factsOf(event)) ?? [])
  return matches.toReversed().toSorted((left, right) => rank(left) - rank(right))[0]
}

/** Of `Weight`: a general entry is the last resort. */
function rank({ entry: { confidence = 'certain', weight } }: Match): number {
  return weight === 'general' ? 3 : ranks[confidence]
}
