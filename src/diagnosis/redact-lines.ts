import { formFinder } from './find-values.ts'
import { shortest, type Variable } from './hidden-values.ts'
import { readingsOfValues } from './readings.ts'
import { redact } from './redact.ts'
import { encodedFormsOf, leastEncoded, plainFormsOf } from './written-forms.ts'

/**
 * Lines without credentials, also those that span several lines, and without the values of variables in any notation:
 * `***(DB_HOST)` names the variable.
 */
export function redactLines(lines: readonly string[], variables: readonly Variable[] = []): readonly string[] {
  if (lines.length === 0) return []
  return redact(hideValues(variables)(lines.join('\n'))).split('\n')
}

/**
 * Redacts the values of variables in texts, and nothing else. All forms of all values are searched in the original text, so that
 * nothing matches in the replacement of another.
 */
export function hideValues(variables: readonly Variable[]): (text: string) => string {
  if (variables.length === 0) return (text) => text
  const findPlain = finderOf(variables, plainFormsOf)
  let findEncoded: typeof findPlain | undefined
  // Most texts have no run of such characters that could be one, and then none is even made.
  const least = leastEncoded(Math.min(...variables.map(({ value }) => value.length)))
  // Searched at the beginning of a run only: at each place in it, a long one takes seconds.
  const mayBeEncoded = new RegExp(`(?<![\\w+/-])[\\w+/-]{${least}}`)
  const find = (text: string) => {
    if (!mayBeEncoded.test(text)) return findPlain(text)
    findEncoded ??= finderOf(variables, encodedFormsOf)
    return [...findPlain(text), ...findEncoded(text)]
  }
  return (text) => {
    const found = readingsOfValues(text).flatMap((reading) =>
      find(reading.text).map(({ index, form: { form, name } }) => {
        const [start, end] = reading.place([index, index + form.length])
        return { start, end, name }
      }),
    )
    return withNames(text, found)
  }
}

function finderOf(variables: readonly Variable[], formsOf: (value: string) => readonly string[]) {
  const names = new Map<string, string>()
  for (const { name, value } of variables)
    for (const form of formsOf(value)) if (!names.has(form)) names.set(form, name)
  return formFinder([...names].map(([form, name]) => ({ form, name, isWord: isWord(form) })))
}

/** A short word or number, which is a part of many others. */
function isWord(form: string): boolean {
  return form.length < 4 || (form.length < shortest && /^(?:[A-Za-z]+|\d+)$/.test(form))
}

interface Found {
  readonly start: number
  readonly end: number
  readonly name: string
}

/** The first and longest name is the one displayed for overlapping values. */
function withNames(text: string, found: readonly Found[]): string {
  let [shown, done] = ['', 0]
  for (const { start, end, name } of found.toSorted((one, other) => one.start - other.start || other.end - one.end)) {
    if (start >= done) shown += `${text.slice(done, start)}***(${name})`
    done = Math.max(done, end)
  }
  return shown + text.slice(done)
}
