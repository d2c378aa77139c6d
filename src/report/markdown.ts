import { renderText, type Text } from '../text.ts'
import { forFence, forMarkdown } from './escape.ts'

/** Markdown as GitHub renders it in job summaries. What comes from outside is escaped here and nowhere else. */

export function prose(line: Text): string {
  return renderText(line, forMarkdown, code)
}

/** Code in prose or in a table cell; an `@` in it mentions no user, so it stays as it is. */
export function code(theirs: string): string {
  return `<code>${forMarkdown(theirs).replaceAll('@&#8203;', '&#64;')}</code>`
}

/** A link, also inside of HTML; the label alone where the address is not fit for readers. Both are safe already. */
export function link(label: string, address: string | undefined): string {
  return address ? `<a href="${address.replaceAll('&', '&amp;')}">${label}</a>` : label
}

/** A table; cells are Markdown already. A column in which no row has anything is left out. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const used = header.map((_, column) => rows.some((row) => row[column]))
  const line = (cells: readonly string[]) => `| ${cells.filter((_, column) => used[column]).join(' | ')} |`
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n')
}

/** Facts with their names on the left. HTML, as a table of Markdown has a row of headings on top, here an empty one. */
export function factTable(rows: readonly (readonly [name: string, value: string])[]): string {
  const lines = rows.map(([name, value]) => `<tr><th align="left">${name}</th><td>${value}</td></tr>`)
  return ['<table>', ...lines, '</table>'].join('\n')
}

/** A block that GitHub sets apart, with the word and its colour (GitHub docs, "Alerts"). */
export function alert(kind: 'CAUTION' | 'WARNING' | 'NOTE', line: Text): string {
  const lines = prose(line).trim().split('\n')
  return [`> [!${kind}]`, ...lines.map((one) => `> ${one}`)].join('\n')
}

/** A fenced block whose fence is longer than any run of backticks inside. */
export function fence(language: string, lines: readonly Text[]): string {
  const body = lines.map((line) => renderText(line, forFence)).join('\n')
  const longest = Math.max(2, ...[...body.matchAll(/`+/g)].map(([run]) => run.length))
  const marks = '`'.repeat(longest + 1)
  return `${marks}${language}\n${body}\n${marks}`
}

/** A part that a reader opens, or finds open. */
export function fold(title: Text, body: string, { isOpen = false } = {}): string {
  return `<details${isOpen ? ' open' : ''}><summary>${prose(title)}</summary>\n\n${body}\n\n</details>`
}
