/** No text, however long and hostile, may keep a step from its work: twice as much text takes about twice the time. */
import { describe, expect, test } from '@jest/globals'
import { parseDocument } from '../../src/document/document.ts'
import { kindOf } from '../../src/document/kinds.ts'
import { cpuTime } from '../cpu-time.ts'
import { refusal } from '../refusal.ts'

const times = (part: (index: number) => string) => (count: number) =>
  Array.from({ length: count }, (_, index) => part(index)).join('')
const wrapped = (open: string, part: (index: number) => string, close: string) => (count: number) =>
  `${open}${times(part)(count)}${close}`

/** Texts of any length, and how many parts of each are about 100 kB. */
const texts: readonly (readonly [string, (count: number) => string, number])[] = [
  ['keys of one mapping', times((index) => `k${index}: 1\n`), 10_000],
  ['keys of one object', wrapped('{', (index) => `"k${index}": 1,\n`, '"k": 1}'), 10_000],
  ['keys of one flow mapping', wrapped('{', (index) => `k${index}: 1, `, '}'), 10_000],
  ['anchors', times((index) => `k${index}: &a${index} 1\n`), 7_000],
  ['anchors with aliases', times((index) => `k${index}: &a${index} 1\nl${index}: *a${index}\n`), 4_000],
  ['an alias many times', wrapped('a: &a { b: 1 }\nc: [', () => '*a, ', ']'), 25_000],
  ['merge keys', wrapped('a: &a { b: 1 }\n', (index) => `c${index}: { <<: *a }\n`, ''), 5_000],
  ['aliases without anchors', times((index) => `k${index}: *none\n`), 7_000],
  ['lists in each other', times(() => '- '), 50_000],
  ['keys in each other', times(() => '? '), 50_000],
  ['open brackets', times(() => '['), 100_000],
  ['open braces', times(() => '{"a":'), 20_000],
  ['brackets that are closed', (count) => `${'['.repeat(count)}${']'.repeat(count)}`, 50_000],
  ['items of a flow list', wrapped('a: [', () => '1,', ']'), 50_000],
  ['items of a list', times(() => '- 1\n'), 25_000],
  ['comments', wrapped('a: 1\n', () => '# c\n', 'b: 1'), 25_000],
  ['comments of JSON', wrapped('{', () => '// c\n', '"a": 1}'), 20_000],
  ['block comments of JSON', wrapped('{', () => '/* c */ ', '"a": 1}'), 12_000],
  ['comments that are not closed', wrapped('{', () => '/*', ''), 50_000],
  ['quotes', wrapped('{', () => '"', ''), 100_000],
  ['backslashes', wrapped('{"a": "', () => '\\\\', ''), 50_000],
  ['a text that is not closed', wrapped('{"a": "', () => 'x', ''), 100_000],
  ['commas', wrapped('{"a": 1', () => ', ', '}'), 50_000],
  ['blank lines', wrapped('', () => '\n', 'a: 1'), 100_000],
  ['spaces', wrapped('{', () => ' ', '"a": 1}'), 100_000],
  ['keys that are given twice', times(() => 'a: 1\n'), 20_000],
  ['tags', times((index) => `k${index}: !x 1\n`), 7_000],
  ['documents', times(() => '---\n'), 25_000],
  ['directives', times(() => '%a\n'), 30_000],
  ['second colons', times(() => 'a: b: c\n'), 12_000],
  ['quotes that are not closed', times((index) => `a${index}: "x\n`), 10_000],
  ['assignments', wrapped('', (index) => `A${index}=1\n`, '?'), 12_000],
  ['begun templates', wrapped('{', () => '{{ env ', ''), 14_000],
  ['begun tags of ERB', wrapped('{', () => '<% ', ''), 33_000],
  ['begun paths', wrapped('', () => 'a/', '?'), 50_000],
  ['begun resources of Terraform', times(() => 'resource "a"\n'), 8_000],
]

describe('time in proportion to the text', () => {
  test.each(texts)('%s', async (_, text, count) => {
    const [short, long] = [text(count / 8), text(count / 2)]
    const time = (content: string) => cpuTime(() => readAll(content))
    readAll(short)
    // Four times as much takes sixteen times as long where time grows with the square. What disturbs a measurement makes
    // it longer, never shorter; so the best of some counts.
    let least = Number.POSITIVE_INFINITY
    for (let turn = 0; turn < 4 && least > 8; turn++) {
      const first = Math.max(await time(short), 5)
      least = Math.min(least, (await time(long)) / first)
    }
    expect(least).toBeLessThan(8)
  })
})

test('a text beyond the limit is refused with the limit, and at once', async () => {
  const content = times((index) => `k${index}: 1\n`)(60_000)
  expect(refusal(() => parseDocument(content, { file: 'td.yaml' }))).toContain(
    'td.yaml: it has 588890 characters; of YAML at most 524288 are read',
  )
})

function readAll(content: string): void {
  for (const file of ['td.json', 'td.yaml']) {
    try {
      const { at } = parseDocument(content, { file })
      for (let index = 0; index < 1000; index++) at([`k${index}`])
    } catch {
      // Refused is fine.
    }
  }
  kindOf(content, undefined)
}
