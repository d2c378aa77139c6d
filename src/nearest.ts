/** Above this many names a suggestion is unreliable, and comparing each with each takes too long for a file full of mistakes. */
const mostCandidates = 500

/**
 * The candidate that is most like a misspelt word, or is the only one that has it in it or is in it as a word of its own:
 * `slack` for `slack-channel`. Undefined when none is near (more than a third of its letters differ).
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  if (candidates.length > mostCandidates) return undefined
  const small = word.toLowerCase()
  let best: string | undefined
  let least = Number.POSITIVE_INFINITY
  for (const candidate of candidates) {
    const limit = Math.min(least - 1, Math.max(2, Math.floor(candidate.length / 3)))
    const distance = editDistance(small, candidate.toLowerCase(), limit)
    if (distance <= limit) [best, least] = [candidate, distance]
  }
  return best ?? related(word, candidates)
}

function related(word: string, candidates: readonly string[]): string | undefined {
  const own = wordsOf(word)
  const [only, ...others] = candidates.filter((candidate) => {
    const its = wordsOf(candidate)
    const [few, many] = its.length < own.length ? [its, own] : [own, its]
    return few.length > 0 && few.every((one) => many.includes(one))
  })
  return others.length === 0 ? only : undefined
}

/** `['slack', 'channel']` of `slack-channel`, `slack_channel` and `slackChannel`. */
function wordsOf(name: string): readonly string[] {
  const parts = name.slice(0, 100).split(/[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])/)
  return parts.filter((part) => part !== '').map((part) => part.toLowerCase())
}

/** All candidates, those most like the word first; equals stay in their order. */
export function nearestFirst(word: string, candidates: readonly string[]): readonly string[] {
  return candidates
    .map((candidate) => ({ candidate, distance: editDistance(word.toLowerCase(), candidate.toLowerCase()) }))
    .sort((left, right) => left.distance - right.distance)
    .map(({ candidate }) => candidate)
}

/** Damerau-Levenshtein distance with adjacent swaps, for words of at most 100 letters. Infinite where it is above the limit. */
function editDistance(from: string, to: string, limit = Number.POSITIVE_INFINITY): number {
  const left = from.slice(0, 100)
  const right = to.slice(0, 100)
  if (Math.abs(left.length - right.length) > limit) return Number.POSITIVE_INFINITY
  let [before, last] = [
    new Array<number>(right.length + 1).fill(0),
    Array.from({ length: right.length + 1 }, (_, at) => at),
  ]
  for (let row = 1; row <= left.length; row++) {
    const next = [row]
    for (let column = 1; column <= right.length; column++) {
      const same = left[row - 1] === right[column - 1]
      const isSwap = row > 1 && column > 1 && left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1]
      const edits = Math.min(
        (last[column] ?? 0) + 1,
        (next[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
      )
      next[column] = isSwap ? Math.min(edits, (before[column - 2] ?? 0) + 1) : edits
    }
    if (limit < right.length && Math.min(...next) > limit) return Number.POSITIVE_INFINITY
    ;[before, last] = [last, next]
  }
  return last[right.length] ?? 0
}
