import { parseArgs } from 'node:util'
import { nearest } from '../nearest.ts'
import { type Command, type CommandOption, type CommandOptions, commonOptions, type Given } from './command.ts'

/** The arguments of a command, or everything that is wrong with them. */
export type Parsed = { readonly given: Given } | { readonly mistakes: readonly string[] }

type Token = NonNullable<ReturnType<typeof parseArgs>['tokens']>[number]
type OptionToken = Extract<Token, { kind: 'option' }>

/** Checks the arguments of a command; every mistake is found at once. */
export function parseCommandLine(command: Command, words: readonly string[]): Parsed {
  const options: CommandOptions = { ...command.options, ...commonOptions }
  const { values, tokens, positionals } = parseArgs({
    args: [...words],
    options: Object.fromEntries(Object.entries(options).map(([name, option]) => [name, settingsOf(option)])),
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  const found = tokens.filter((token): token is OptionToken => token.kind === 'option')
  const mistakes = [
    ...found.flatMap((token) => mistakeOf(token, options)),
    ...repeated(found, options),
    ...(command.operands === undefined ? positionals : []).map((word) => `${shown(word)} is not an option`),
  ]
  return mistakes.length > 0 ? { mistakes } : { given: { values: values as Given['values'], operands: positionals } }
}

function settingsOf({ type, multiple = false, short }: CommandOption) {
  return { type, multiple, ...(short !== undefined && { short }) }
}

function mistakeOf({ name, rawName, value, inlineValue }: OptionToken, options: CommandOptions): readonly string[] {
  const option = Object.hasOwn(options, name) ? options[name] : undefined
  if (option === undefined) return [unknownOption(name, rawName, options)]
  if (option.type === 'boolean') return value === undefined ? [] : [`${rawName} takes no value, not ${shown(value)}`]
  // `--role --json`: parseArgs takes the next option as the value.
  if (value === undefined || (!inlineValue && /^-./.test(value))) return [`${rawName} needs a value`]
  if (value === '') return [`${rawName} has an empty value`]
  if (option.choices && !option.choices.includes(value))
    return [`${rawName} must be one of ${option.choices.join(', ')}, not ${shown(value)}${hint(value, option.choices)}`]
  return []
}

function unknownOption(name: string, rawName: string, options: CommandOptions): string {
  const near = nearest(name, Object.keys(options))
  return `unknown option ${shown(rawName)}${near === undefined ? '' : `, did you mean --${near}?`}`
}

function repeated(tokens: readonly OptionToken[], options: CommandOptions): readonly string[] {
  const names = tokens.map(({ name }) => name).filter((name) => options[name]?.type === 'string')
  const twice = names.filter((name, at) => names.indexOf(name) < at && !options[name]?.multiple)
  return [...new Set(twice)].map((name) => `--${name} was given ${names.filter((one) => one === name).length} times`)
}

/** `, did you mean x?`, where a known word is near. */
export function hint(word: string, known: readonly string[]): string {
  const near = nearest(word, known)
  return near === undefined ? '' : `, did you mean ${near}?`
}

/** A word of the command line in a message: without control characters, at most 100 characters. */
export function shown(word: string): string {
  return JSON.stringify(word.slice(0, 100)).slice(1, -1)
}
