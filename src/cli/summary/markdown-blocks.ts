/** The Markdown of a job summary as blocks, for views that are not GitHub's page. It reads what `src/report/markdown.ts` writes. */

/** Words of a line, with their meaning. */
export type Inline =
  | { readonly kind: 'text' | 'code' | 'strong' | 'emphasis'; readonly words: string }
  | { readonly kind: 'link'; readonly words: string; readonly address: string }

/** One line or cell. */
export type Line = readonly Inline[]

/** One part of a summary. */
export type Block =
  | { readonly kind: 'heading'; readonly level: number; readonly line: Line }
  | { readonly kind: 'paragraph'; readonly lines: readonly Line[] }
  /** An alert of GitHub, such as CAUTION, or a plain quote (empty word). */
  | { readonly kind: 'quote'; readonly word: string; readonly lines: readonly Line[] }
  | { readonly kind: 'table'; readonly header: readonly Line[]; readonly rows: readonly (readonly Line[])[] }
  | { readonly kind: 'facts'; readonly rows: readonly (readonly [name: Line, value: Line])[] }
  | { readonly kind: 'code'; readonly language: string; readonly lines: readonly string[] }
  | { readonly kind: 'fold'; readonly title: Line; readonly isOpen: boolean; readonly blocks: readonly Block[] }

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"' }

/** Text of Markdown or HTML without entities; the invisible mark behind an `@` is for GitHub only. */
function decoded(text: string): string {
  return text
    .replaceAll('&#8203;', '')
    .replace(/&(?:#(\d+)|(\w+));/g, (whole, number, name) =>
      number === undefined ? (entities[name] ?? whole) : String.fromCodePoint(Number(number)),
    )
}

const inlinePattern = /<code>(.*?)<\/code>|<a href="([^"]*)">(.*?)<\/a>|\*\*(.+?)\*\*|(?<!\w)_(.+?)_(?!\w)/g

/** One line of Markdown. Markup in a link is left out. */
export function readLine(markdown: string): Line {
  const parts: Inline[] = []
  let at = 0
  const add = (kind: 'text' | 'code' | 'strong' | 'emphasis', words: string | undefined) => {
    if (words) parts.push({ kind, words: decoded(words.replace(/<[^>]*>/g, '')) })
  }
  for (const found of markdown.matchAll(inlinePattern)) {
    const [whole, code, address, label = '', strong, emphasis] = found
    add('text', markdown.slice(at, found.index))
    if (address !== undefined)
      parts.push({ kind: 'link', words: decoded(label.replace(/<[^>]*>/g, '')), address: decoded(address) })
    add('code', code)
    add('strong', strong)
    add('emphasis', emphasis)
    at = found.index + whole.length
  }
  add('text', markdown.slice(at))
  return parts
}

/** The words of a line, without their meaning. */
export function plainLine(line: Line): string {
  return line.map(({ words }) => words).join('')
}

/** The blocks of a whole summary. */
export function readMarkdown(markdown: string): readonly Block[] {
  const reader = { lines: markdown.split('\n'), at: 0 }
  return readBlocks(reader, () => false)
}

interface Reader {
  readonly lines: readonly string[]
  at: number
}

function readBlocks(reader: Reader, isEnd: (line: string) => boolean): readonly Block[] {
  const blocks: Block[] = []
  while (reader.at < reader.lines.length) {
    const line = reader.lines[reader.at] ?? ''
    if (isEnd(line)) break
    if (line.trim() === '') reader.at++
    else blocks.push(readBlock(line, reader))
  }
  return blocks
}

function readBlock(line: string, reader: Reader): Block {
  const [, marks, title] = /^(#+) (.*)$/.exec(line) ?? []
  if (marks !== undefined) {
    reader.at++
    return { kind: 'heading', level: marks.length, line: readLine(title ?? '') }
  }
  const [, fence, language = ''] = /^(`{3,})(\w*)$/.exec(line) ?? []
  if (fence !== undefined) return readFence(reader, fence, language)
  if (line.startsWith('<details')) return readFold(line, reader)
  if (line === '<table>') return readFacts(reader)
  if (line.startsWith('| ')) return readTable(reader)
  return line.startsWith('>') ? readQuote(reader) : readParagraph(reader)
}

function take(reader: Reader, belongs: (line: string) => boolean): readonly string[] {
  const start = reader.at
  while (reader.at < reader.lines.length && belongs(reader.lines[reader.at] ?? '')) reader.at++
  return reader.lines.slice(start, reader.at)
}

function readFence(reader: Reader, fence: string, language: string): Block {
  reader.at++
  const lines = take(reader, (line) => line !== fence)
  reader.at++
  return { kind: 'code', language, lines }
}

function readFold(line: string, reader: Reader): Block {
  const [, open, title = ''] = /^<details( open)?><summary>(.*)<\/summary>$/.exec(line) ?? []
  reader.at++
  const blocks = readBlocks(reader, (one) => one === '</details>')
  reader.at++
  return { kind: 'fold', title: readLine(title), isOpen: open !== undefined, blocks }
}

function readFacts(reader: Reader): Block {
  reader.at++
  const rows = take(reader, (line) => line !== '</table>').map((line) => {
    const [, name = '', value = ''] = /^<tr><th align="left">(.*?)<\/th><td>(.*)<\/td><\/tr>$/.exec(line) ?? []
    return [readLine(name), readLine(value)] as const
  })
  reader.at++
  return { kind: 'facts', rows }
}

/** A `|` of others in a cell is an entity. */
function readTable(reader: Reader): Block {
  const cells = (line: string) =>
    line
      .slice(2, -2)
      .split(' | ')
      .map((cell) => readLine(cell.trim()))
  const [header = '', , ...rows] = take(reader, (line) => line.startsWith('| '))
  return { kind: 'table', header: cells(header), rows: rows.map(cells) }
}

function readQuote(reader: Reader): Block {
  const lines = take(reader, (line) => line.startsWith('>')).map((line) => line.replace(/^> ?/, ''))
  const [, word = ''] = /^\[!(\w+)\]$/.exec(lines[0] ?? '') ?? []
  const said = (word === '' ? lines : lines.slice(1)).filter((line) => line !== '')
  return { kind: 'quote', word, lines: said.map(readLine) }
}

function readParagraph(reader: Reader): Block {
  const first = reader.at
  const lines = take(
    reader,
    (line) => reader.at === first || !/^$|^(#+ |```|<details|<\/details>|<table>|\| |>)/.test(line),
  )
  return { kind: 'paragraph', lines: lines.map(readLine) }
}
