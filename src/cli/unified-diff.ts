/** Lines that are shown around a change. */
const context = 3
/** Above this product of lines the whole middle is shown as replaced: the table below has a cell for each pair. */
const mostCells = 4_000_000

interface Line {
  readonly kind: ' ' | '-' | '+'
  readonly text: string
}

/** The unified diff of two texts, as `diff -u` and git write it; empty where they are equal. `before` undefined: a new file. */
export function unifiedDiff(path: string, before: string | undefined, after: string): string {
  if (before === after) return ''
  const lines = diffLines(linesOf(before ?? ''), linesOf(after))
  const head = [`--- ${before === undefined ? '/dev/null' : `a/${path}`}`, `+++ b/${path}`]
  return `${[...head, ...hunks(lines)].join('\n')}\n`
}

/** Each with its line feed: a last line without one differs from the same with one. */
function linesOf(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? []
}

function diffLines(before: readonly string[], after: readonly string[]): readonly Line[] {
  const shorter = Math.min(before.length, after.length)
  let start = 0
  while (start < shorter && before[start] === after[start]) start++
  let end = 0
  while (end < shorter - start && before.at(-1 - end) === after.at(-1 - end)) end++
  const [left, right] = [before.slice(start, before.length - end), after.slice(start, after.length - end)]
  return [
    ...marked(' ', before.slice(0, start)),
    ...(left.length * right.length > mostCells
      ? [...marked('-', left), ...marked('+', right)]
      : throughCommon(left, right)),
    ...marked(' ', before.slice(before.length - end)),
  ]
}

function marked(kind: Line['kind'], lines: readonly string[]): readonly Line[] {
  return lines.map((text) => ({ kind, text }))
}

/** The diff with the most lines in common: the longest common subsequence, from its table of lengths. */
function throughCommon(left: readonly string[], right: readonly string[]): readonly Line[] {
  const lengths = Array.from({ length: left.length + 1 }, () => new Uint32Array(right.length + 1))
  const at = (row: number, column: number) => lengths[row]?.[column] ?? 0
  for (let row = left.length - 1; row >= 0; row--)
    for (let column = right.length - 1; column >= 0; column--) {
      const isSame = left[row] === right[column]
      const length = isSame ? at(row + 1, column + 1) + 1 : Math.max(at(row + 1, column), at(row, column + 1))
      lengths[row]?.fill(length, column, column + 1)
    }
  const lines: Line[] = []
  let [row, column] = [0, 0]
  while (row < left.length && column < right.length) {
    if (left[row] === right[column]) {
      lines.push({ kind: ' ', text: left[row++] ?? '' })
      column++
    } else if (at(row + 1, column) >= at(row, column + 1)) lines.push({ kind: '-', text: left[row++] ?? '' })
    else lines.push({ kind: '+', text: right[column++] ?? '' })
  }
  return [...lines, ...marked('-', left.slice(row)), ...marked('+', right.slice(column))]
}

function hunks(lines: readonly Line[]): readonly string[] {
  const changes = lines.flatMap(({ kind }, index) => (kind === ' ' ? [] : [index]))
  const groups: (readonly [from: number, to: number])[] = []
  for (const index of changes) {
    const last = groups.at(-1)
    if (last && index - last[1] <= 2 * context) groups[groups.length - 1] = [last[0], index]
    else groups.push([index, index])
  }
  return groups.flatMap(([from, to]) => hunk(lines, Math.max(0, from - context), to + context + 1))
}

function hunk(lines: readonly Line[], from: number, to: number): readonly string[] {
  const shown = lines.slice(from, to)
  const range = (without: Line['kind']) => {
    const count = shown.filter(({ kind }) => kind !== without).length
    const first = lines.slice(0, from).filter(({ kind }) => kind !== without).length + (count === 0 ? 0 : 1)
    return count === 1 ? String(first) : `${first},${count}`
  }
  return [
    `@@ -${range('+')} +${range('-')} @@`,
    ...shown.flatMap(({ kind, text }) =>
      text.endsWith('\n') ? [`${kind}${text.slice(0, -1)}`] : [`${kind}${text}`, '\\ No newline at end of file'],
    ),
  ]
}
