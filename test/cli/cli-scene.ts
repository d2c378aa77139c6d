/** One command line in this process: its output, its questions and its files. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { CliWorld, Command } from '../../src/cli/command.ts'
import { runCommand, runCommandLine } from '../../src/cli/run-command.ts'
import { systemClock } from '../../src/clock.ts'
import { temporaryFolder } from '../temporary-folder.ts'

export interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
  readonly questions: readonly string[]
}

export interface CliScene {
  readonly directory: string
  write(path: string, content: string): void
  read(path: string): string
  run(words: readonly string[], world?: Given): Promise<Ran>
  /** The same for a command that is loaded already: concurrent tests of Jest cannot import. */
  runLoaded(command: Command, words: readonly string[], world?: Given): Promise<Ran>
}

/** What a command has of the machine; `answers`: it runs on a terminal, and these are typed. */
export type Given = Partial<CliWorld> & { readonly answers?: readonly string[] }

/** A folder with these files, in which commands are run. */
export function cliScene(files: Readonly<Record<string, string>> = {}): CliScene {
  const directory = temporaryFolder()
  const write = (path: string, content: string) => {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    writeFileSync(join(directory, path), content)
  }
  for (const [path, content] of Object.entries(files)) write(path, content)
  return {
    directory,
    write,
    read: (path) => readFileSync(join(directory, path), 'utf8'),
    run: (words, world) => ran(directory, world, (opened) => runCommandLine(words, '1.2.3', opened)),
    runLoaded: (command, words, world) => ran(directory, world, (opened) => runCommand(command, words, opened)),
  }
}

/** Runs something with a world of the command line, and keeps what it writes and asks. */
export async function ran(
  directory: string,
  { answers, ...world }: Given = {},
  run: (world: CliWorld) => Promise<number>,
): Promise<Ran> {
  const [out, err, questions]: [string[], string[], string[]] = [[], [], []]
  const open = answers && [...answers]
  const code = await run({
    directory,
    environment: { PATH: process.env.PATH },
    out: (text) => out.push(text),
    err: (text) => err.push(text),
    ask:
      open &&
      (async (question) => {
        questions.push(question)
        return open.shift() ?? ''
      }),
    fetch: async (url) => Promise.reject(new Error(`no request expected: ${url}`)),
    clock: systemClock,
    signal: new AbortController().signal,
    ...world,
  })
  return { code, out: out.join(''), err: err.join(''), questions }
}
