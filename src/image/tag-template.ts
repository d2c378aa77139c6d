import { isTimeZone, unknownDateToken } from './date-format.ts'
import { TagMistake } from './tag-fields.ts'

/** Part of a template: text as it is, or an expression such as `{{date 'YYYYMMDD' tz='UTC'}}`. */
export type TemplatePart = string | Expression

/** One expression of a template, in the notation of Handlebars. */
export interface Expression {
  readonly name: string
  /** The text in quotes after the name. */
  readonly format: string | undefined
  readonly timeZone: string | undefined
  /** As it is written. */
  readonly written: string
  /** `{{{branch}}}` and `{{&branch}}` are not escaped for HTML; `{{branch}}` is, as in docker/metadata-action. */
  readonly raw: boolean
}

/** Text with expressions in it. */
export type Template = readonly TemplatePart[]

/** What a template may contain: its expressions, and those of them that have a date format. */
export interface Vocabulary {
  readonly names: readonly string[]
  readonly dates: readonly string[]
}

const quotedText = `'[^']*'|"[^"]*"`
const expression = new RegExp(
  `^\\s*(?<name>[\\w-]+)(?:\\s+(?<format>${quotedText}))?(?:\\s+tz=(?<zone>${quotedText}))?\\s*$`,
)

/**
 * Reads the expressions of a text. `column`: where the text begins in its line. Throws a `TagMistake` for what is not in the
 * vocabulary: it would leave a hole in a tag. `\{{` is a brace of the text.
 */
export function parseTemplate(text: string, { names, dates }: Vocabulary, column: number): Template {
  const parts: TemplatePart[] = []
  for (let start = 0; start < text.length; ) {
    const open = text.indexOf('{{', start)
    if (open < 0) return [...parts, text.slice(start)]
    if (text[open - 1] === '\\') {
      const next = text.indexOf('{{', open + 2)
      const end = next < 0 ? text.length : next - (text[next - 1] === '\\' ? 1 : 0)
      parts.push(text.slice(start, open - 1) + text.slice(open, end))
      start = end
      continue
    }
    if (open > start) parts.push(text.slice(start, open))
    const braces = text.startsWith('{{{', open) ? 3 : 2
    const close = text.indexOf('}'.repeat(braces), open + braces)
    const end = close < 0 ? text.length : close + braces
    const written = text.slice(open, end)
    start = end
    if (close >= 0 && /^\{\{\{?!/.test(written)) continue
    const read = close < 0 ? undefined : readExpression(text.slice(open + braces, close), written, braces === 3)
    if (read === undefined || !isKnown(read, names, dates)) throw unknown(written, names, dates, column + open)
    requireDate(read, column + open)
    parts.push(read)
  }
  return parts
}

function readExpression(inner: string, written: string, raw: boolean): Expression | undefined {
  const isUnescaped = inner.startsWith('&')
  const { name, format, zone } = expression.exec(isUnescaped ? inner.slice(1) : inner)?.groups ?? {}
  if (name === undefined) return undefined
  return { name, format: format?.slice(1, -1), timeZone: zone?.slice(1, -1), written, raw: raw || isUnescaped }
}

function isKnown({ name, format, timeZone }: Expression, names: readonly string[], dates: readonly string[]): boolean {
  if (dates.includes(name)) return format !== undefined && format !== ''
  return names.includes(name) && format === undefined && timeZone === undefined
}

function requireDate({ format, timeZone, written }: Expression, column: number): void {
  const token = unknownDateToken(format ?? '', timeZone)
  if (token !== undefined)
    throw new TagMistake(
      `has the date token "${token}" in ${written}, which is not supported; text is in [brackets]`,
      column,
    )
  if (timeZone !== undefined && !isTimeZone(timeZone))
    throw new TagMistake(
      `has the time zone "${timeZone}" in ${written}; allowed: names such as UTC and Europe/Berlin`,
      column,
    )
}

function unknown(written: string, names: readonly string[], dates: readonly string[], column: number): TagMistake {
  const plain = names.map((name) => `{{${name}}}`)
  const dated = dates.map((name) => `{{${name} 'YYYYMMDD' tz='UTC'}}`)
  const allowed = [...plain, ...dated].join(', ')
  if (/^\{\{\{?~?[#/^>]|^\{\{\{?~?else\b/.test(written))
    return new TagMistake(
      `has ${written}; blocks of Handlebars are not supported: write one rule for each case, with enable=`,
      column,
    )
  return new TagMistake(
    allowed === '' ? `has ${written}, and has no expressions here` : `has ${written}; allowed here: ${allowed}`,
    column,
  )
}

/** True where a template has an expression of one of these names. */
export function uses(template: Template, ...names: readonly string[]): boolean {
  return template.some((part) => typeof part !== 'string' && names.includes(part.name))
}

/** The text of a template. `textOf` gets each expression. */
export function fillTemplate(template: Template, textOf: (expression: Expression) => string): string {
  return template
    .map((part) => (typeof part === 'string' ? part : part.raw ? textOf(part) : escaped(textOf(part))))
    .join('')
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#x27;',
  '`': '&#x60;',
  '=': '&#x3D;',
}

/** As Handlebars writes values into HTML, so that a branch `a&b` has the tag of docker/metadata-action, `a-amp-b`. */
function escaped(value: string): string {
  return value.replace(/[&<>"'`=]/g, (letter) => entities[letter] ?? letter)
}
