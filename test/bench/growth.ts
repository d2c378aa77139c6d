/**
 * What hostile texts cost: no text may keep a deployment from being watched, however long it is. Time in proportion doubles
 * with the length of the text; time that grows with its square is four times as long.
 */
import { findEntry } from '../../src/diagnosis/entry.ts'
import { redact } from '../../src/diagnosis/redact.ts'
import { redactAssignments } from '../../src/diagnosis/secret-assignments.ts'
import { type SecretPattern, secretPatterns } from '../../src/diagnosis/secret-patterns.ts'
import { entries } from '../diagnosis/entries.ts'
import { beginningsOf, known, nearly } from '../diagnosis/secret-samples.ts'
import { cpuTime } from './cpu-time.ts'
import { quantile, rounded, type Table } from './table.ts'

interface Subject {
  readonly name: string
  /** What texts are made of: each is repeated until it is long enough. */
  readonly parts: readonly string[]
  readonly search: (text: string) => unknown
  /** Characters of the shorter text; the longer one has twice as many. Default 50,000. */
  readonly size?: number
}

/** Twice the text takes at most so many times as long. */
const atMost = 3
const turns = 5

const replaced =
  ({ pattern, shown }: SecretPattern) =>
  (text: string) =>
    typeof shown === 'string' ? text.replace(pattern, shown) : text.replace(pattern, shown)

const subjects: readonly Subject[] = [
  ...secretPatterns.map((each) => ({
    name: `pattern ${each.pattern.source.slice(0, 40)}`,
    parts: [...beginningsOf(known.filter((sample) => sample.search(each.pattern) >= 0)), ...nearly],
    search: replaced(each),
  })),
  { name: 'names and values', parts: beginningsOf(nearly), search: redactAssignments },
  { name: 'one line of a log', parts: beginningsOf(nearly), search: redact },
  {
    name: 'catalogue of causes',
    parts: entries.flatMap(({ pattern }) => pattern.source.match(/[A-Za-z' ]{6,}/g) ?? []).map((part) => `${part} `),
    search: (text) => findEntry(entries, text),
  },
]

/** What disturbs a measurement makes it longer, never shorter: the best of some counts. */
function measure({ parts, search, size = 50_000 }: Subject) {
  const of = (length: number) => parts.map((part) => part.repeat(Math.ceil(length / part.length)))
  const [short, long] = [of(size), of(2 * size)]
  const once = (texts: readonly string[]) =>
    cpuTime(() => {
      for (const text of texts) search(text)
    })
  const best = (texts: readonly string[]) => Math.min(...Array.from({ length: turns }, () => once(texts)))
  const [first, second] = [Math.max(best(short), 1), best(long)]
  return { first, second, growth: second / first }
}

export async function measureGrowth(): Promise<Table> {
  const measured = subjects.map((subject) => ({ ...subject, ...measure(subject) }))
  const worst = measured.toSorted((one, other) => other.growth - one.growth)
  return {
    title: 'Hostile texts: what twice the length costs',
    method: `processor time of ${measured.length} searches, best of ${turns}; the ten that grow most are shown`,
    rows: worst.slice(0, 10).map(({ name, first, second, growth }) => ({
      search: name,
      ms: rounded(first),
      'ms, twice as long': rounded(second),
      times: rounded(growth, 2),
    })),
    summary: `median ${rounded(
      quantile(
        measured.map(({ growth }) => growth),
        0.5,
      ),
      2,
    )} times`,
    requirements: worst
      .slice(0, 1)
      .map(({ name, growth }) => ({ what: `growth of ${name}`, measured: growth, atMost })),
  }
}
