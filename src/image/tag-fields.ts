/** What is wrong in a text of several lines, and where. The message is a clause without a full stop. */
export interface TextMistake {
  readonly message: string
  /** Both are counted from 1. */
  readonly line: number
  readonly column: number
}

/** What a text says, and what is wrong in it: where there are mistakes, the rest is incomplete. */
export interface Parsed<T> {
  readonly value: T
  readonly mistakes: readonly TextMistake[]
}

/** One attribute of a rule, such as `pattern={{version}}`, and where it begins in its line, counted from 1. */
export interface TagField {
  /** In lower case; undefined where there is a value alone. */
  readonly name: string | undefined
  readonly value: string
  readonly column: number
  /** Where its value begins. */
  readonly valueColumn: number
}

/** What is wrong with a rule, and where in its line. The message is a clause without a full stop. */
export class TagMistake extends Error {
  /** Counted from 1. */
  readonly column: number

  constructor(message: string, column: number) {
    super(message)
    this.column = column
  }
}

/**
 * Splits a line into attributes. Separated by commas as in CSV: an attribute that contains a comma is in double quotes, as in
 * `type=match,"pattern=\d{1,3}"`, and a double quote in it is written twice. Throws a `TagMistake`.
 */
export function splitFields(line: string): readonly TagField[] {
  const fields: TagField[] = []
  for (let start = 0; start <= line.length; ) {
    const rest = line.slice(start)
    const padding = rest.length - rest.trimStart().length
    const column = start + padding + 1
    const { text, length, quoted } = oneField(rest.slice(padding), column)
    fields.push(fieldOf(text, column + (quoted ? 1 : 0)))
    start += padding + length + 1
  }
  return fields
}

function oneField(rest: string, column: number): { text: string; length: number; quoted: boolean } {
  if (!rest.startsWith('"')) {
    const text = /^[^,]*/.exec(rest)?.[0] ?? ''
    const quote = text.replace(/\{\{.*?\}\}/g, (part) => '.'.repeat(part.length)).indexOf('"')
    if (quote >= 0)
      throw new TagMistake(
        `has a double quote inside of an attribute; quote the whole attribute, as in "${text.slice(0, text.indexOf('='))}=…"`,
        column + quote,
      )
    return { text, length: text.length, quoted: false }
  }
  const [whole = '', text = ''] = /^"((?:[^"]|"")*)"\s*(?=,|$)/.exec(rest) ?? []
  if (whole === '') throw new TagMistake('has a double quote that is not closed at the end of the attribute', column)
  return { text: text.replaceAll('""', '"'), length: whole.length, quoted: true }
}

function fieldOf(text: string, column: number): TagField {
  const equals = text.indexOf('=', 1)
  // `{{date 'YYYY' tz='UTC'}}` alone is a value.
  if (equals < 0 || text.slice(0, equals).includes('{{'))
    return { name: undefined, value: text.trim(), column, valueColumn: column }
  const value = text.slice(equals + 1)
  const valueColumn = column + equals + 1 + (value.length - value.trimStart().length)
  return { name: text.slice(0, equals).trim().toLowerCase(), value: value.trim(), column, valueColumn }
}

/** The lines that say something, with their numbers. */
export function contentLines(text: string): readonly { readonly content: string; readonly line: number }[] {
  const lines = text.split(/\r?\n/).map((content, index) => ({ content: content.trimEnd(), line: index + 1 }))
  return lines.filter(({ content }) => content !== '' && !content.trimStart().startsWith('#'))
}
