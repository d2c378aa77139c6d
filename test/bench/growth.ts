/**
 * What hostile texts cost: no text may keep a deployment from being watched, however long it is. Time in proportion doubles
 * with the length of the text; time that grows with its square is four times as long.
 */
import { cpuTime } from './cpu-time.ts'
import { causes } from './growth/causes.ts'
import { definitions } from './growth/definitions.ts'
import { documents } from './growth/documents.ts'
import { redaction } from './growth/redaction.ts'
import type { Subject } from './growth/subject.ts'
import { quantile, rounded, type Table } from './table.ts'

/** Characters of the shorter text. */
const size = 50_000
/** Twice the text takes at most so many times as long. */
const atMost = 3
/** Of a measurement; as many again where the growth is too high. */
const turns = 3
const again = 6

/** What disturbs a measurement makes it longer, never shorter: the best of some counts. */
function measure({ name, texts, search }: Subject) {
  const [short, long] = [texts(size), texts(2 * size)]
  let [first, second] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
  const once = (some: readonly string[]) =>
    cpuTime(() => {
      for (const text of some) search(text)
    })
  for (let turn = 0; turn < turns || (second / first > atMost && turn < turns * again); turn++) {
    first = Math.min(first, Math.max(1, once(short)))
    second = Math.min(second, once(long))
  }
  return { name, first, second, growth: second / first }
}

export async function measureGrowth(): Promise<Table> {
  const measured = [...redaction, ...causes, ...documents, ...definitions].map(measure)
  const worst = measured.toSorted((one, other) => other.growth - one.growth)
  const median = quantile(
    measured.map(({ growth }) => growth),
    0.5,
  )
  return {
    title: 'Hostile texts: what twice the length costs',
    method: `processor time of ${measured.length} searches, best of ${turns} or more; the ten that grow most are shown`,
    rows: worst.slice(0, 10).map(({ name, first, second, growth }) => ({
      search: name,
      ms: rounded(first),
      'ms, twice as long': rounded(second),
      times: rounded(growth, 2),
    })),
    summary: `median ${rounded(median, 2)} times`,
    requirements: worst
      .slice(0, 1)
      .map(({ name, growth }) => ({ what: `growth of ${name}`, measured: growth, atMost })),
  }
}
