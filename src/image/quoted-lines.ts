import type { Parsed, TextMistake } from './tag-fields.ts'

/** One record, and the line in which it begins, counted from 1. */
export interface QuotedLine {
  readonly content: string
  readonly line: number
}

/**
 * Reads lines of which one in double quotes may have line ends, as docker/build-push-action does (docker/actions-toolkit,
 * src/util.ts, `getList`): `"id=first\nsecond"`, and a double quote in it is written twice. Blank lines are left out. What may be
 * secret stays out of the messages.
 */
export function parseQuotedLines(text: string): Parsed<readonly QuotedLine[]> {
  const mistakes: TextMistake[] = []
  const value: QuotedLine[] = []
  const rows = text.split(/\r?\n/)
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at] ?? ''
    const line = at + 1
    if (row.trim() === '') continue
    if (!row.trimStart().startsWith('"')) {
      value.push({ content: row.trimEnd(), line })
      continue
    }
    const last = closingRow(rows, at)
    if (last === undefined) {
      const column = row.indexOf('"') + 1
      mistakes.push({ message: 'has a double quote that is not closed at the end of a line', line, column })
      return { value, mistakes }
    }
    value.push({ content: unquoted(rows.slice(at, last + 1).join('\n')), line })
    at = last
  }
  return { value, mistakes }
}

/** The row with the closing quote as its last character: a quote that is not written twice. */
function closingRow(rows: readonly string[], first: number): number | undefined {
  for (let at = first; at < rows.length; at++) {
    const row = (rows[at] ?? '').trim()
    const closing = /"*$/.exec(at === first ? row.slice(1) : row)?.[0].length ?? 0
    if (closing % 2 === 1) return at
  }
  return undefined
}

function unquoted(text: string): string {
  return text.trim().slice(1, -1).replaceAll('""', '"')
}
