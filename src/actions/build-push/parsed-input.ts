import type { Parsed } from '../../image/tag-fields.ts'
import { InputMistakes } from '../../runner/input-mistakes.ts'
import type { InputReader } from '../../runner/inputs.ts'
import { text, untrusted } from '../../text.ts'

/** A reader of a text of several lines, whose mistakes are reported with line and column. */
export function parsed<T>(name: string, parse: (given: string) => Parsed<T>): InputReader<T> {
  return (given) => {
    const { value, mistakes } = parse(given)
    if (mistakes.length === 0) return value
    throw new InputMistakes(
      mistakes.map(({ message, line, column }) => ({
        message: text`${untrusted(message)}`,
        input: name,
        line,
        column,
      })),
    )
  }
}
