import { Failure } from '../failure.ts'
import { nearest } from '../nearest.ts'
import { type Text, text, untrusted } from '../text.ts'
import { problemsOf } from './input-mistakes.ts'

/**
 * Reads one input. Gets the trimmed text that GitHub passes, `''` when it was not given; returns the typed value or throws an
 * `Error` whose message says what is allowed and follows the name of the input: `must be …`. A value that it changed it warns of
 * in the same form: `is …`.
 */
export type InputReader<T> = (given: string, warn?: (message: string) => void) => T

/** A reader for each input, by the input's name in action.yml. */
export type InputSpec = Readonly<Record<string, InputReader<unknown>>>

type Camel<Name extends string> = Name extends `${infer Head}-${infer Tail}`
  ? `${Head}${Capitalize<Camel<Tail>>}`
  : Name

/** Typed values of a spec, under the inputs' names in camel case. */
export type Inputs<Spec extends InputSpec> = {
  readonly [Name in keyof Spec & string as Camel<Name>]: ReturnType<Spec[Name]>
}

/** Text that must be given. */
export const requiredText: InputReader<string> = (given) => {
  if (given === '') throw new Error('is required')
  return given
}

/** Text, or undefined when it is not given. */
export const optionalText: InputReader<string | undefined> = (given) => (given === '' ? undefined : given)

/** As `optionalText`, for what names a file or a thing: not what is in a file, which is as long as it may be secret. */
export const optionalName: InputReader<string | undefined> = (given) => {
  if (/[\r\n]|^[[{]/.test(given)) throw new Error('must be a path or a name, not what is in the file')
  return optionalText(given)
}

/** YAML 1.2's core booleans, as `core.getBooleanInput` takes them; `fallback` when it is not given. */
export function flag(fallback: boolean): InputReader<boolean> {
  return (given) => {
    if (given === '') return fallback
    if (/^(true|True|TRUE)$/.test(given)) return true
    if (/^(false|False|FALSE)$/.test(given)) return false
    throw new Error(`must be true or false, not "${given}"`)
  }
}

/** A flag that stays undefined when it is not given, for a member that AWS gets only on request. */
export const optionalFlag: InputReader<boolean | undefined> = (given) => (given === '' ? undefined : flag(false)(given))

/** A whole number within bounds (inclusive); `fallback` when it is not given. */
export function integer<Fallback extends number | undefined>(
  minimum: number,
  maximum: number,
  fallback: Fallback,
): InputReader<number | Fallback> {
  return (given) => {
    if (given === '') return fallback
    const value = Number(given)
    if (/^\d{1,15}$/.test(given) && value >= minimum && value <= maximum) return value
    throw new Error(`must be a whole number from ${minimum} to ${maximum}, not "${given}"`)
  }
}

/** As `integer`, but more than the maximum is taken as the maximum, with a warning. `why` it may not be more. */
export function integerUpTo<Fallback extends number | undefined>(
  minimum: number,
  maximum: number,
  fallback: Fallback,
  why: string,
): InputReader<number | Fallback> {
  const within = integer(minimum, maximum, fallback)
  return (given, warn) => {
    if (!/^\d{1,15}$/.test(given) || Number(given) <= maximum) return within(given)
    warn?.(`is ${given}, and ${maximum} is used: ${why}`)
    return maximum
  }
}

/** One of a few words; `fallback` when it is not given. */
export function oneOf<const Word extends string>(allowed: readonly Word[], fallback: NoInfer<Word>): InputReader<Word> {
  return (given) => {
    if (given === '') return fallback
    const word = allowed.find((candidate) => candidate === given)
    if (word !== undefined) return word
    throw new Error(`must be one of ${allowed.join(', ')}, not "${given}"`)
  }
}

/**
 * One of a few words that action.yml has a default for, so an empty text was given: by an expression without a value. For inputs
 * whose default would have an unwanted effect.
 */
export function neverEmpty<const Word extends string>(allowed: readonly Word[]): InputReader<Word> {
  return (given) => {
    if (given !== '') return oneOf<string>(allowed, '')(given) as Word
    throw new Error(`is empty and must be one of ${allowed.join(', ')}: the expression that sets it has no value`)
  }
}

/** One of a few words, or undefined when it is not given. */
export function optionalOneOf<const Word extends string>(allowed: readonly Word[]): InputReader<Word | undefined> {
  return (given) => (given === '' ? undefined : oneOf<string>(allowed, '')(given)) as Word | undefined
}

/**
 * Items separated by commas or line ends, trimmed. Lines may be empty and may end with a comma; an item that is empty
 * beside others of its line was to be filled in, as in `web, ${{ vars.SIDECAR }}`.
 */
export const list: InputReader<readonly string[]> = (given) => {
  const rows = given.split(/\r?\n/).filter((row) => row.trim() !== '')
  return rows.flatMap((row) => itemsOf(rows.length > 1 ? row.replace(/,\s*$/, '') : row))
}

/** Names separated by spaces, commas or both; every comma needs a name. */
export function words(row: string): readonly string[] {
  return row.includes(',') ? itemsOf(row).flatMap(words) : row.split(/\s+/).filter((word) => word !== '')
}

function itemsOf(row: string): readonly string[] {
  const items = row.split(',').map((item) => item.trim())
  if (items.every((item) => item !== '')) return items
  throw new Error(`has an empty item in "${row.trim()}": an expression or a variable there has no value`)
}

/** Lines, trimmed at the end only; empty ones are left out. */
export const lines: InputReader<readonly string[]> = (given) =>
  given
    .split(/\r?\n/)
    .map((line) => line.trimEnd())
    .filter((line) => line.trim() !== '')

/** Text that fits a pattern, or undefined when it is not given. `kind` names it: `an AWS region such as eu-west-1`. */
export function matching(pattern: RegExp, kind: string): InputReader<string | undefined> {
  return (given) => {
    if (given === '' || pattern.test(given)) return optionalText(given)
    throw new Error(`must be ${kind}, not "${given}"`)
  }
}

/**
 * Reads all inputs of an action and reports every invalid one at once, misspelt names included: the runner itself only warns
 * about those (actions/runner, ActionRunner.cs, "Unexpected input(s)"). `warn` is called for values that were changed.
 */
export function readInputs<Spec extends InputSpec>(
  spec: Spec,
  given: (name: string) => string,
  passedNames: readonly string[],
  warn: (message: Text) => void = () => undefined,
): Inputs<Spec> {
  const values: Record<string, unknown> = {}
  const problems: (readonly Text[])[] = []
  for (const [name, read] of Object.entries(spec)) {
    try {
      values[fieldOf(name)] = read(given(name), (message) => warn(text`${name} ${untrusted(message)}`))
    } catch (error) {
      problems.push(problemsOf(name, error))
    }
  }
  const known = Object.keys(spec)
  for (const name of passedNames.filter((passed) => !known.includes(passed))) {
    const suggestion = nearest(name, known)
    problems.push([
      text`${untrusted(name)} is not an input of this action${suggestion === undefined ? '' : `; did you mean ${suggestion}?`}`,
    ])
  }
  if (problems.length > 0) throw invalidInputs(problems.flat(), problems.length)
  return values as Inputs<Spec>
}

/** The failure that lists what is wrong with inputs, one line each. `inputs`: how many of them are invalid. */
export function invalidInputs(problems: readonly Text[], inputs = problems.length): Failure {
  const one = inputs === 1
  return new Failure({
    code: 'inputs-invalid',
    what: text`${one ? 'An input is' : `${inputs} inputs are`} invalid`,
    why: text`\n${problems.flatMap((problem) => ['- ', ...problem, '\n'])}`,
    fix: text`Correct ${one ? 'it' : 'them'} under "with:" of the step. Nothing has been changed on AWS.`,
  })
}

/** The field under which `Inputs` has an input: `awsRegion` of `aws-region`. */
export function fieldOf(name: string): string {
  return name.replace(/-([a-zA-Z])/g, (_, letter: string) => letter.toUpperCase())
}
