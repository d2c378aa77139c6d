/**
 * The candidate that is most like a misspelt word, or is the only one that has it in it or is in it as a word of its own:
 * `slack` for `slack-channel`. Undefined when none is near (more than a third of its letters differ).
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const [best] = nearestFirst(word, candidates)
  if (best === undefined) return undefined
  const distance = editDistance(word.toLowerCase(), best.toLowerCase())
  return distance <= Math.max(2, Math.floor(best.length / 3)) ? best : related(word, candidates)
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

/** Damerau-Levenshtein distance with adjacent swaps, for words of at most 100 letters. */
function editDistance(from: string, to: string): number {
  const left = from.slice(0, 100)
  const right = to.slice(0, 100)
  const rows: number[][] = [Array.from({ length: right.length + 1 }, (_, column) => column)]
  const cell = (row: number, column: number) => rows[row]?.[column] ?? 0
  for (let row = 1; row <= left.length; row++) {
    rows[row] = [row]
    for (let column = 1; column <= right.length; column++) {
      const same = left[row - 1] === right[column - 1]
      const swapped =
        row > 1 && column > 1 && left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1]
      const edits = [cell(row - 1, column) + 1, cell(row, column - 1) + 1, cell(row - 1, column - 1) + (same ? 0 : 1)]
      if (swapped) edits.push(cell(row - 2, column - 2) + 1)
      rows[row]?.push(Math.min(...edits))
    }
  }
  return cell(left.length, right.length)
}
