import { renderText, type Text } from '../text.ts'
import { forFence, forMarkdown } from './escape.ts'

/** Markdown as GitHub renders it in job summaries. What comes from outside is escaped here and nowhere else. */

export function prose(line: Text): string {
  return renderText(line, forMarkdown)
}

/** Code in prose or in a table cell; an `@` in it calls nobody, so it may be copied as it is. */
export function code(theirs: string): string {
  return `<code>${forMarkdown(theirs).replaceAll('@&#8203;', '&#64;')}</code>`
}

/** A link with a label of ours or theirs; the label alone where the address is not fit for readers. */
export function link(label: string, address: string | undefined): string {
  return address ? `[${label}](${address})` : label
}

/** A table; cells are Markdown already. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n')
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
