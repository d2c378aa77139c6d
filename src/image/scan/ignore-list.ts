import { contentLines, type Parsed, type TextMistake } from '../tag-fields.ts'
import type { ScanFinding } from './findings.ts'

/** A line of `scan-ignore`: a vulnerability that is accepted up to a day. */
export interface IgnoreEntry {
  /** `CVE-2026-1234`, or `UNSUPPORTED_IMAGE` for images that ECR cannot scan. */
  readonly id: string
  /** Undefined: in every package. */
  readonly package?: string | undefined
  /** The last day, `2026-12-31`, in UTC. */
  readonly until: string
  readonly reason: string
}

/** An entry that accepts an image without a scan. */
export const unsupportedImage = 'UNSUPPORTED_IMAGE'

interface Word {
  readonly text: string
  /** Counted from 1. */
  readonly column: number
}

const form = 'CVE-2026-1234 [package=name] until 2026-12-31 reason'

/** Reads the lines of `scan-ignore`. Empty lines and those that begin with `#` are left out. */
export function parseIgnoreList(given: string): Parsed<readonly IgnoreEntry[]> {
  const entries: IgnoreEntry[] = []
  const mistakes: TextMistake[] = []
  const lineOf = new Map<string, number>()
  for (const { content, line } of contentLines(given)) {
    const read = readEntry(wordsOf(content), content.length + 1)
    if ('message' in read) {
      mistakes.push({ ...read, line })
      continue
    }
    const key = JSON.stringify([read.id, read.package])
    const earlier = lineOf.get(key)
    if (earlier !== undefined)
      mistakes.push({ message: `has ${read.id} again, which line ${earlier} has`, line, column: 1 })
    lineOf.set(key, line)
    entries.push(read)
  }
  return { value: entries, mistakes }
}

function wordsOf(content: string): readonly Word[] {
  return [...content.matchAll(/\S+/g)].map(({ 0: text, index }) => ({ text, column: index + 1 }))
}

function readEntry(words: readonly Word[], end: number): IgnoreEntry | Omit<TextMistake, 'line'> {
  const [id, ...rest] = words
  if (id === undefined || !/^[A-Za-z][\w.:-]*[-_:]\w[\w.:-]*$/.test(id.text))
    return wrong(`has "${id?.text}" where the ID of a vulnerability must be; the form is ${form}`, id?.column ?? 1)
  const [first] = rest
  const isNamed = first?.text.startsWith('package=') ?? false
  const packageName = isNamed ? first?.text.slice('package='.length) : undefined
  if (packageName === '') return wrong('has no name after package=', first?.column ?? end)
  const [until, date, ...reason] = isNamed ? rest.slice(1) : rest
  if (until?.text !== 'until')
    return wrong(
      `must have "until" and a date after ${isNamed ? 'the package' : 'the ID'}; the form is ${form}`,
      until?.column ?? end,
    )
  if (date === undefined || !isDay(date.text))
    return wrong(`must have a date such as 2026-12-31 after until, not "${date?.text ?? ''}"`, date?.column ?? end)
  if (reason.length === 0) return wrong('must have a reason after the date', end)
  const words_ = reason.map(({ text }) => text).join(' ')
  return { id: id.text, package: packageName, until: date.text, reason: words_ }
}

function wrong(message: string, column: number): Omit<TextMistake, 'line'> {
  return { message, column }
}

/** A day of the calendar: not 2026-02-30. */
function isDay(given: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(given)) return false
  const at = Date.parse(`${given}T00:00:00Z`)
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(given)
}

/** Whether an entry is no longer valid. `today`: `2026-12-31`. */
export function isExpired({ until }: IgnoreEntry, today: string): boolean {
  return until < today
}

/** Entries for a finding, whether valid or not. */
export function entriesFor(list: readonly IgnoreEntry[], { id, packages }: ScanFinding): readonly IgnoreEntry[] {
  return list.filter(
    (entry) =>
      entry.id.toUpperCase() === id.toUpperCase() &&
      (entry.package === undefined || packages.some(({ name }) => name === entry.package)),
  )
}

/** Whether these entries, all of them for the finding, accept it in every package that has it. */
export function covers(entries: readonly IgnoreEntry[], { packages }: ScanFinding): boolean {
  const named = new Set(entries.map((entry) => entry.package))
  return named.has(undefined) || packages.every(({ name }) => named.has(name))
}
