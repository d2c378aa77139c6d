import { type Block, type Inline, type Line, plainLine, readMarkdown } from './markdown-blocks.ts'

const characters: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text in HTML, also in an attribute. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => characters[character] ?? character)
}

/** What a page says of its origin, for whoever gets it without. */
export interface PageNotice {
  /** One word in front of the title. */
  readonly word: string
  /** A sentence above the page. */
  readonly sentence: string
}

/** A job summary as a page of its own, about as GitHub shows it: no script, and nothing from the network. */
export function htmlView(markdown: string, notice?: PageNotice): string {
  const blocks = readMarkdown(markdown)
  const heading = blocks.find((block) => block.kind === 'heading')
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escapeHtml(`${notice ? `${notice.word}: ` : ''}${heading ? plainLine(heading.line) : 'Job summary'}`)}</title>
<style>
body { margin: 2rem auto; max-width: 61rem; padding: 0 1rem; color: #1f2328; background: #fff; font: 16px/1.5 -apple-system, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif; }
h3, h4 { line-height: 1.25; margin: 1.5rem 0 1rem; } table { border-collapse: collapse; margin: 0 0 1rem; display: block; overflow: auto; }
th, td { border: 1px solid #d1d9e0; padding: 6px 13px; vertical-align: top; } th { text-align: left; }
code { background: #818b981f; border-radius: 6px; padding: .2em .4em; font-size: 85%; overflow-wrap: anywhere; }
pre { background: #f6f8fa; border-radius: 6px; padding: 1rem; overflow: auto; font-size: 85%; line-height: 1.45; }
blockquote { border-left: .25em solid #d1d9e0; color: #59636e; margin: 0 0 1rem; padding: 0 1em; } blockquote p { margin: .3rem 0; }
.caution { border-color: #cf222e; color: inherit; } .warning { border-color: #9a6700; color: inherit; } .note { border-color: #0969da; color: inherit; }
.word { font-weight: 500; } .caution .word { color: #d1242f; } .warning .word { color: #9a6700; } .note .word { color: #0969da; }
.added { color: #116329; } .removed { color: #82071e; } details { margin: 0 0 1rem; } .notice { background: #fff8c5; border: 1px solid #d4a72c; border-radius: 6px; padding: .5rem 1rem; } summary { cursor: pointer; } a { color: #0969da; }
</style>
${notice ? `<p class="notice"><strong>${escapeHtml(notice.word)}</strong> ${escapeHtml(notice.sentence)}</p>\n` : ''}${blocks.map(html).join('\n')}
</html>
`
}

function html(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `<h${block.level}>${lineHtml(block.line)}</h${block.level}>`
    case 'paragraph':
      return `<p>${block.lines.map(lineHtml).join('<br>')}</p>`
    case 'quote':
      return quoteHtml(block)
    case 'facts':
      return tableHtml(block.rows.map(([name, value]) => `<th>${lineHtml(name)}</th><td>${lineHtml(value)}</td>`))
    case 'table': {
      const header = block.header.map((cell) => `<th>${lineHtml(cell)}</th>`).join('')
      const rows = block.rows.map((row) => row.map((cell) => `<td>${lineHtml(cell)}</td>`).join(''))
      return tableHtml([header, ...rows])
    }
    case 'code':
      return block.language === 'mermaid'
        ? chart(block.lines)
        : `<pre>${block.lines.map((line) => codeLine(line, block.language)).join('\n')}</pre>`
    case 'fold':
      return `<details${block.isOpen ? ' open' : ''}><summary>${lineHtml(block.title)}</summary>\n${block.blocks.map(html).join('\n')}\n</details>`
  }
}

function tableHtml(rows: readonly string[]): string {
  return `<table>${rows.map((row) => `<tr>${row}</tr>`).join('\n')}</table>`
}

function quoteHtml({ word, lines }: Extract<Block, { kind: 'quote' }>): string {
  const name = word.toLowerCase()
  const title = word === '' ? '' : `<p class="word">${escapeHtml(`${word[0]}${name.slice(1)}`)}</p>`
  return `<blockquote class="${escapeHtml(name)}">${title}${lines.map((line) => `<p>${lineHtml(line)}</p>`).join('')}</blockquote>`
}

function codeLine(line: string, language: string): string {
  const kind =
    language !== 'diff' ? undefined : line.startsWith('+') ? 'added' : line.startsWith('-') ? 'removed' : undefined
  return kind === undefined ? escapeHtml(line) : `<span class="${kind}">${escapeHtml(line)}</span>`
}

const elements = { code: 'code', strong: 'strong', emphasis: 'em' } as const

function lineHtml(line: Line): string {
  return line.map(inlineHtml).join('')
}

function inlineHtml(part: Inline): string {
  const words = escapeHtml(part.words)
  if (part.kind === 'text') return words
  if (part.kind !== 'link') return `<${elements[part.kind]}>${words}</${elements[part.kind]}>`
  return /^https?:/.test(part.address) ? `<a href="${escapeHtml(part.address)}">${words}</a>` : words
}

const [chartWidth, chartHeight] = [600, 160]

/** The line of a Mermaid xychart, which only GitHub's page draws: percent over equal parts of the time. */
function chart(lines: readonly string[]): string {
  const [, title = ''] = /title "([^"]*)"/.exec(lines.join('\n')) ?? []
  const [, list = ''] = /line \[([^\]]*)\]/.exec(lines.join('\n')) ?? []
  const shares = list.split(',').map(Number)
  const x = (index: number) => Math.round((chartWidth * index) / Math.max(1, shares.length - 1))
  const points = shares.map((share, index) => `${x(index)},${Math.round(chartHeight * (1 - share / 100))}`)
  return `<figure><figcaption>${escapeHtml(title)}</figcaption><svg viewBox="0 -4 ${chartWidth} ${chartHeight + 8}" width="${chartWidth}" role="img" aria-label="${escapeHtml(title)}"><rect width="${chartWidth}" height="${chartHeight}" fill="none" stroke="#d1d9e0"/><polyline points="${points.join(' ')}" fill="none" stroke="#0969da" stroke-width="2"/></svg></figure>`
}
