import { resolve } from 'node:path'
import { Failure } from '../failure.ts'
import { failureText } from '../report/failure-text.ts'
import { type Text, text, untrusted } from '../text.ts'
import { unwritableBy } from '../unwritable.ts'
import { type CliWorld, type Command, exitCodes, type Given } from './command.ts'
import { hint, parseCommandLine, shown } from './command-line.ts'
import { commandNames, isCommandName, loadCommand } from './command-table.ts'
import { isGiven, optionValue, printJson } from './given.ts'
import { commandHelp, generalHelp } from './help.ts'
import { shownText } from './shown-text.ts'

/** Runs one command line (`words`, without the name of the program) and returns its exit code; throws nothing. */
export async function runCommandLine(words: readonly string[], version: string, world: CliWorld): Promise<number> {
  const [name, ...others] = words
  if (name === '--version') {
    world.out(`${version}\n`)
    return exitCodes.done
  }
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    const help = generalHelp(await Promise.all(commandNames.map(loadCommand)))
    if (name === undefined) world.err(help)
    else world.out(help)
    return name === undefined ? exitCodes.usage : exitCodes.done
  }
  if (!isCommandName(name)) return unknownCommand(name, world)
  return runCommand(await loadCommand(name), others, world)
}

function unknownCommand(name: string, { err }: CliWorld): number {
  const what = name.startsWith('-') ? 'the first argument must be a command, not' : 'unknown command'
  err(`slipway: ${what} ${shown(name)}${hint(name, commandNames)}\nThe commands are ${commandNames.join(', ')}.\n`)
  return exitCodes.usage
}

/** Runs a command with its arguments, and shows what it throws. */
export async function runCommand(command: Command, words: readonly string[], world: CliWorld): Promise<number> {
  const parsed = parseCommandLine(command, words)
  if (words.some((word) => word === '--help' || word === '-h')) {
    world.out(commandHelp(command))
    return exitCodes.done
  }
  if ('mistakes' in parsed) {
    for (const mistake of parsed.mistakes) world.err(`slipway ${command.name}: ${mistake}\n`)
    world.err(`slipway ${command.name} --help shows the options.\n`)
    if (words.includes('--json'))
      printJson(world, { failure: { code: 'inputs-invalid', message: parsed.mistakes.join('\n') } })
    return exitCodes.usage
  }
  const { given } = parsed
  try {
    return await command.run(given, {
      ...world,
      directory: resolve(world.directory, optionValue(given, 'directory') ?? ''),
    })
  } catch (thrown) {
    return report(reasonOf(thrown, world), command, given, world)
  }
}

/**
 * After Ctrl-C, whatever was under way rejects in its own way: a question, a read and a request with an AbortError. A failure that
 * says what is half done is kept.
 */
function reasonOf(thrown: unknown, { signal }: CliWorld): unknown {
  const isKept = thrown instanceof Failure && /^(cancelled|file-unwritable)$/.test(thrown.parts.code)
  return signal.aborted && !isKept ? signal.reason : thrown
}

function report(thrown: unknown, { name }: Command, given: Given, world: CliWorld): number {
  const error = unwritableBy(thrown) ?? thrown
  const failure = error instanceof Failure ? error : undefined
  const message = shownText(failure ? failureText(failure) : faultText(thrown))
  world.err(`slipway ${name}: ${message.trimEnd()}\n`)
  const code = failure?.parts.code ?? 'unexpected'
  if (isGiven(given, 'json')) printJson(world, { failure: { code, message } })
  return code === 'inputs-invalid' ? exitCodes.usage : exitCodes.failed
}

function faultText(thrown: unknown): Text {
  const words = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)
  return text`Internal error (a bug in Slipway). Report it, with this text: ${untrusted(words)}`
}
