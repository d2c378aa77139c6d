import { parseQuotedLines, type QuotedLine } from '../../image/quoted-lines.ts'
import type { Parsed } from '../../image/tag-fields.ts'
import { readEach } from '../../read-each.ts'
import { type InputReader, list } from '../../runner/inputs.ts'
import { parsed } from './parsed-input.ts'

/** How a line has to be, and how that is said. Two examples name the notation. */
interface Form {
  readonly pattern: RegExp
  readonly allowed: string
  /** The line may be shown: nothing in it is secret. */
  readonly isShown?: boolean
}

/** Lines, quoted ones with line ends in them; each has the form. */
export function quotedLines(name: string, form: Form): InputReader<readonly string[]> {
  return parsed(name, (given) => {
    const { value, mistakes } = parseQuotedLines(given)
    const wrong = value.filter(({ content }) => !form.pattern.test(content.trim()))
    return {
      value: value.map(({ content }) => content.trim()),
      mistakes: [...mistakes, ...wrong.map((line) => mistakeOf(line, form))],
    }
  })
}

/** Items separated by commas or line ends; each has the form. */
export function items(form: Form): InputReader<readonly string[]> {
  return (given) => {
    const all = list(given)
    const wrong = all.filter((item) => !form.pattern.test(item))
    if (wrong.length === 0) return all
    const shown = form.isShown === true ? wrong.map((item) => `"${item}"`) : wrong.map((item) => all.indexOf(item) + 1)
    throw new Error(
      `must have items like ${form.allowed}, not ${form.isShown === true ? '' : 'item '}${shown.join(', ')}`,
    )
  }
}

/** Lines `name=value`, quoted ones with line ends in them. What is secret about a line stays out of the message. */
export function pairs(kind: string): InputReader<readonly (readonly [string, string])[]> {
  return (given) => {
    const { value, mistakes }: Parsed<readonly QuotedLine[]> = parseQuotedLines(given)
    const [mistake] = mistakes
    if (mistake !== undefined) throw new Error(`must have lines like ${kind}; line ${mistake.line} ${mistake.message}`)
    return readEach(value, ({ content, line }) => {
      const [, name, assigned] = /^\s*([^=\s,"]+)=(.*)$/s.exec(content) ?? []
      if (name === undefined || !assigned)
        throw new Error(`must have lines like ${kind}; line ${line} has no name or no value`)
      return [name, assigned]
    })
  }
}

function mistakeOf({ content, line }: QuotedLine, { allowed, isShown }: Form) {
  const given = isShown === true ? `is "${content.trim()}"` : 'has another form'
  return { message: `${given}; allowed: ${allowed}`, line, column: 1 }
}
