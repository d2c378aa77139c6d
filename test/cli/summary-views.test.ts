/** Job summaries in a terminal and as a page: every summary that the tests of the reports keep, and what others wrote into one. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { htmlView } from '../../src/cli/summary/html-view.ts'
import { type Block, plainLine, readMarkdown } from '../../src/cli/summary/markdown-blocks.ts'
import { terminalView } from '../../src/cli/summary/terminal-view.ts'
import { alert, factTable, fence, fold, link, prose, table } from '../../src/report/markdown.ts'
import { quoted, text, untrusted } from '../../src/text.ts'

const folder = join(import.meta.dirname, '../report/golden')
const summaries = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.md'))
const read = (file: string) => readFileSync(join(folder, file), 'utf8')

/** Words of the fences, which are shown as they are. */
const codeLines = (blocks: readonly Block[]): readonly string[] =>
  blocks.flatMap((block) =>
    block.kind === 'code' ? block.lines : block.kind === 'fold' ? codeLines(block.blocks) : [],
  )

test('there are summaries', () => {
  expect(summaries.length).toBeGreaterThan(3)
})

describe.each(summaries)('%s', (file) => {
  const markdown = read(file)
  const code = new Set(codeLines(readMarkdown(markdown)).map((line) => line.trim()))

  test('in a terminal: no markup, and 80 columns', () => {
    const lines = terminalView(markdown)
      .split('\n')
      .filter((line) => !code.has(line.trim()))
    expect(
      lines.filter((line) => /\*\*|^#+ |<\/?(td|tr|th|code|a|details|summary|table)\b|&#\d+;|^\| |\[!/.test(line)),
    ).toEqual([])
    expect(lines.filter((line) => line.length > 80 && !/https?:\/\/\S+$/.test(line))).toEqual([])
  })

  test('as a page: nothing of the Markdown is left, and what is in the summary is on the page', () => {
    const page = htmlView(markdown).replace(/<style>[\s\S]*<\/style>/, '')
    expect(page.replace(/<pre>[\s\S]*?<\/pre>/g, '')).not.toMatch(/\*\*|^#+ |&amp;#|^\| |\[!|^>/m)
    const [first] = readMarkdown(markdown)
    expect(first?.kind).toBe('heading')
    if (first?.kind === 'heading') expect(page).toContain(plainLine(first.line).replaceAll('"', '&quot;'))
  })
})

const hostile = '<script>alert(1)</script> **bold** | cell </details> [x](javascript:alert(1)) @all &amp; `tick`'
const parts = [
  `### ${prose(text`${untrusted(hostile)}`)}`,
  alert('CAUTION', text`${untrusted(hostile)}: ${quoted(hostile)}`),
  table(['', 'What'], [[prose(text`${untrusted(hostile)}`), prose(text`${quoted(hostile)}`)]]),
  factTable([['Name', prose(text`${untrusted(hostile)}`)]]),
  fold(text`${untrusted(hostile)}`, fence('text', [text`${untrusted(hostile)}`])),
]

test.each(parts)('what others wrote is only shown: %#', (markdown) => {
  expect(terminalView(markdown).replace(/[\s│─:]+/g, '')).toContain(hostile.replace(/[\s:]+/g, ''))
  const page = htmlView(markdown)
  expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt; **bold** | cell &lt;/details&gt;')
  expect(page).not.toMatch(/<script|<b>|<a /)
  expect(page.match(/<details/g)?.length).toBe(page.match(/<\/details>/g)?.length)
})

test('a link has its address in a terminal, and is a link on the page only with http', () => {
  const good = link('Documentation', 'https://docs.aws.amazon.com/?a=1&b=2')
  expect(terminalView(good)).toBe('Documentation https://docs.aws.amazon.com/?a=1&b=2\n')
  expect(htmlView(good)).toContain('<a href="https://docs.aws.amazon.com/?a=1&amp;b=2">Documentation</a>')
  expect(htmlView('<a href="javascript:alert(1)">x</a>')).not.toContain('<a ')
})

test('a table has columns where they fit, and names beside its cells where they do not', () => {
  const short = table(['Phase', 'Status'], [['Deploy', '✅ succeeded']])
  expect(terminalView(short)).toBe('Phase   Status\n──────  ────────────\nDeploy  ✅ succeeded\n')
  const long = table(['', 'What', 'Why'], [['❌ blocks', 'one', 'word '.repeat(30).trim()]])
  expect(terminalView(long).split('\n').slice(0, 3)).toEqual([
    '❌ blocks  one',
    `  Why  ${'word '.repeat(14).trim()}`,
    `       ${'word '.repeat(14).trim()}`,
  ])
})

test('the chart of the traffic is drawn on the page, and left out in a terminal', () => {
  const chart = '```mermaid\nxychart-beta\n  title "Traffic on the new revision (%)"\n  line [0, 10, 100]\n```'
  expect(htmlView(chart)).toContain('points="0,160 300,144 600,0"')
  expect(terminalView(`### x\n\n${chart}`)).toBe('x\n')
})
