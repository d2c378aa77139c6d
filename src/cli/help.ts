import { type Command, type CommandOption, type CommandOptions, commonOptions } from './command.ts'

/** Width at which lines of the help end. Characters. */
const width = 100
/** Choices that the head of an option has room for. Characters. */
const longestChoices = 30

/** `slipway --help`. */
export function generalHelp(commands: readonly Command[]): string {
  const longest = Math.max(...commands.map(({ name }) => name.length))
  return [
    'Usage: slipway <command> [options]',
    '',
    'Commands:',
    ...commands.flatMap(({ name, summary }) => columns(name, summary, longest)),
    '',
    'slipway <command> --help shows the options of a command, slipway --version the version.',
    'Exit codes: 0 done, 1 failed, 2 wrong arguments, 3 nothing to do, or differences.',
    '',
  ].join('\n')
}

/** `slipway <command> --help`. */
export function commandHelp({ name, summary, options, operands }: Command): string {
  return [
    `Usage: slipway ${name} [options]${operands === undefined ? '' : ` ${operands}`}`,
    '',
    ...wrapped(summary, width),
    '',
    'Options:',
    ...optionLines({ ...options, ...commonOptions }),
    '',
  ].join('\n')
}

function optionLines(options: CommandOptions): readonly string[] {
  const heads = Object.entries(options).map(([name, option]) => ({ head: optionHead(name, option), option }))
  const longest = Math.max(...heads.map(({ head }) => head.length))
  return heads.flatMap(({ head, option }) => columns(head, optionDescription(option), longest))
}

/** The description, with the choices that are too many for the head. */
export function optionDescription({ description, choices = [] }: CommandOption): string {
  return choices.join('|').length > longestChoices ? `${description} One of ${choices.join(', ')}.` : description
}

/** `-C, --directory FOLDER`. */
export function optionHead(name: string, { short, type, value, choices, multiple }: CommandOption): string {
  const listed = choices?.join('|') ?? ''
  const values = listed === '' || listed.length > longestChoices ? (value ?? 'VALUE') : listed
  const head = `${short === undefined ? '' : `-${short}, `}--${name}${type === 'string' ? ` ${values}` : ''}`
  return multiple ? `${head} …` : head
}

function columns(head: string, description: string, longest: number): readonly string[] {
  const left = Math.min(longest, 36) + 4
  const [first = '', ...others] = wrapped(description, width - left)
  const fits = head.length <= left - 4
  const lines = fits ? [`  ${head.padEnd(left - 2)}${first}`] : [`  ${head}`, `${' '.repeat(left)}${first}`]
  return [...lines, ...others.map((line) => `${' '.repeat(left)}${line}`)]
}

function wrapped(text: string, columnsWide: number): readonly string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last === undefined || last.length + word.length >= columnsWide) lines.push(word)
    else lines[lines.length - 1] = `${last} ${word}`
  }
  return lines
}
