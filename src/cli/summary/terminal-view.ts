import { type Block, type Line, plainLine, readMarkdown } from './markdown-blocks.ts'

/** Width of the view. Columns. */
const width = 80

/** Fences that are drawings for GitHub's page. */
const drawings = ['mermaid']

/** A job summary for a terminal: no markup, and no line of prose or of a table wider than 80 columns. */
export function terminalView(markdown: string): string {
  return `${viewOf(readMarkdown(markdown), '').join('\n')}\n`
}

function viewOf(blocks: readonly Block[], indent: string): readonly string[] {
  const shown = blocks.map((block) => linesOf(block, indent)).filter((lines) => lines.length > 0)
  return shown.flatMap((lines, index) => (index === 0 ? lines : ['', ...lines]))
}

function linesOf(block: Block, indent: string): readonly string[] {
  switch (block.kind) {
    case 'heading':
      return wrapped(words(block.line), indent)
    case 'paragraph':
      return block.lines.flatMap((line) => wrapped(words(line), indent))
    case 'quote':
      return block.lines.flatMap((line) => wrapped(words(line), `${indent}│ `))
    case 'facts':
      return factLines(block.rows, indent)
    case 'table':
      return tableLines(block, indent)
    case 'code':
      return drawings.includes(block.language) ? [] : block.lines.map((line) => `${indent || '  '}${line}`.trimEnd())
    case 'fold': {
      const inside = viewOf(block.blocks, `${indent}  `)
      return [...wrapped(`${words(block.title)}:`, indent), ...inside]
    }
  }
}

/** The words of a line; a link is followed by its address. */
function words(line: Line): string {
  return line.map((part) => (part.kind === 'link' ? `${part.words} ${part.address}` : part.words)).join('')
}

function factLines(rows: readonly (readonly [Line, Line])[], indent: string): readonly string[] {
  return labelled(
    rows.map(([name, value]) => [plainLine(name), words(value)] as const),
    indent,
  )
}

/** Names on the left, values in a column of their own; an empty value is left out. */
function labelled(rows: readonly (readonly [name: string, value: string])[], indent: string): readonly string[] {
  const named = rows.filter(([, value]) => value !== '')
  const longest = Math.max(...named.map(([name]) => columnsOf(name)))
  return named.flatMap(([name, value]) => beside(padded(name, longest), value, indent))
}

/** Text beside its label, wrapped in a column of its own. */
function beside(label: string, value: string, indent: string): readonly string[] {
  const [first = '', ...others] = wrapped(value, `${indent}${' '.repeat(columnsOf(label))}  `)
  return [`${indent}${label}  ${first.trimStart()}`, ...others]
}

/** Columns where they fit side by side; else each row is a list. */
function tableLines({ header, rows }: Extract<Block, { kind: 'table' }>, indent: string): readonly string[] {
  const names = header.map(plainLine)
  const cells = rows.map((row) => row.map(words))
  const widths = names.map((name, column) =>
    Math.max(...[name, ...cells.map((row) => row[column] ?? '')].map(columnsOf)),
  )
  const total = widths.reduce((sum, one) => sum + one + 2, indent.length - 2)
  if (total > width) return cells.flatMap((row) => recordLines(names, row, indent))
  const line = (row: readonly string[]) =>
    `${indent}${row.map((cell, column) => padded(cell, widths[column] ?? 0)).join('  ')}`.trimEnd()
  return [line(names), line(widths.map((one) => '─'.repeat(one))), ...cells.map(line)]
}

/** The first two cells as a heading, where the first has no name; the others with their names below it. */
function recordLines(names: readonly string[], row: readonly string[], indent: string): readonly string[] {
  const heads = names[0] === '' ? 2 : 1
  const rest = row.slice(heads).map((cell, index) => [names[index + heads] ?? '', cell] as const)
  return [...wrapped(row.slice(0, heads).join('  '), indent), ...labelled(rest, `${indent}  `)]
}

function wrapped(text: string, indent: string): readonly string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last === undefined || columnsOf(`${indent}${last} ${word}`) > width) lines.push(word)
    else lines[lines.length - 1] = `${last} ${word}`
  }
  return lines.map((line) => `${indent}${line}`.trimEnd())
}

function padded(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - columnsOf(text)))
}

/** Emoji are two columns wide. */
function columnsOf(text: string): number {
  const wide = text.match(/\p{Emoji_Presentation}|\p{Emoji}\ufe0f/gu)?.length ?? 0
  return [...text.replaceAll('\ufe0f', '')].length + wide
}
