import type { RequestHandler } from '../aws/client-settings.ts'
import type { Clock } from '../clock.ts'
import type { Fetch } from '../http/fetch.ts'
import type { SimulatorModule } from './simulation/stage.ts'

/** One option of a command, by its name without the hyphens. */
export interface CommandOption {
  readonly type: 'string' | 'boolean'
  /** Given several times, it is a list. */
  readonly multiple?: boolean
  /** One letter. */
  readonly short?: string
  /** A sentence for `--help` and docs/commands.md. */
  readonly description: string
  /** Name of the value in `--help`, such as `FILE`. */
  readonly value?: string
  /** The only values that are accepted. */
  readonly choices?: readonly string[]
}

/** The options of a command, beside those that every command has. */
export interface CommandOptions {
  readonly [name: string]: CommandOption
}

/** One command of the command line: `slipway <name> [options] [operands]`. */
export interface Command {
  readonly name: string
  /** One sentence, for the list of commands. */
  readonly summary: string
  readonly options: CommandOptions
  /** Names of the operands in `--help`, such as `[FILE…]`; undefined: there are none. */
  readonly operands?: string
  /** The exit code (`exitCodes`). Throws a `Failure` to end with its message. */
  run(given: Given, world: CliWorld): Promise<number>
}

/** What was given on the command line, checked against the options. */
export interface Given {
  readonly values: Readonly<Record<string, string | boolean | readonly string[] | undefined>>
  readonly operands: readonly string[]
}

/** What a command has of the machine: the only access to the terminal, the environment and the network. */
export interface CliWorld {
  /** Absolute path of the folder that the command works on. */
  readonly directory: string
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Writes to stdout; with `--json`, one JSON document and nothing else. */
  readonly out: (text: string) => void
  /** Writes to stderr. */
  readonly err: (text: string) => void
  /** The answer to a question; undefined without a terminal. */
  readonly ask?: ((question: string) => Promise<string>) | undefined
  /** Instead of sockets, for tests in one process. */
  readonly requestHandler?: RequestHandler | undefined
  readonly fetch: Fetch
  readonly clock: Clock
  /** Aborts with Ctrl-C. */
  readonly signal: AbortSignal
  /** Opens a file in the program of this machine for it. */
  readonly open?: ((path: string) => Promise<void>) | undefined
  /** Loads the simulator, a bundle of its own that only one command needs. */
  readonly loadSimulator?: LoadSimulator | undefined
}

/** Loads the bundle of the simulator. */
export type LoadSimulator = () => Promise<SimulatorModule>

/** Exit codes of all commands. */
export const exitCodes = {
  done: 0,
  failed: 1,
  /** The arguments are wrong. */
  usage: 2,
  /** Nothing to do, or with `--check`: there are differences. */
  different: 3,
} as const

/** The options that every command has. */
export const commonOptions: CommandOptions = {
  directory: {
    type: 'string',
    short: 'C',
    value: 'FOLDER',
    description: 'Folder of the repository; the current one by default.',
  },
  json: {
    type: 'boolean',
    description: 'Writes the result to stdout as one JSON document, and everything else to stderr.',
  },
  help: { type: 'boolean', short: 'h', description: 'Shows this help.' },
}
