import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '../clock.ts'
import { Failure } from '../failure.ts'
import { type Place, placeName } from '../mistake.ts'
import type { Action, Runner } from '../runner/action.ts'
import { openFiles } from '../runner/files.ts'
import { type InputSpec, readInputs } from '../runner/inputs.ts'
import { type Text, text } from '../text.ts'
import { inWordsOfOptions, optionName } from './action-words.ts'
import type { CliWorld } from './command.ts'
import { shownText } from './shown-text.ts'

/** Values of inputs by their names, as a workflow would write them. */
export type InputTexts = Readonly<Record<string, string>>

/** What an action has reported. */
export interface ActionEnd {
  readonly outputs: Readonly<Record<string, string>>
  /** The job summary, as Markdown. */
  readonly summary: string
  /** Whether its step would be red. */
  readonly isRed: boolean
}

/** The machine that an action runs on. */
export interface LocalSettings {
  readonly profile?: string | undefined
  /** Time for all calls to AWS. Milliseconds; that of a job by default. */
  readonly patience?: number | undefined
  readonly clock?: Clock | undefined
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined
  /** Receives every line of the log of the action. */
  readonly onLine?: ((line: string) => void) | undefined
}

/**
 * Runs the main step of an action on this machine, without a job. Its report is returned; on stderr is what the report has not:
 * warnings of inputs, and which line of a file a finding is about. Throws what the action throws.
 */
export async function runLocally<Spec extends InputSpec>(
  action: Action<Spec>,
  given: InputTexts,
  world: CliWorld,
  settings: LocalSettings = {},
): Promise<ActionEnd> {
  const temporary = mkdtempSync(join(tmpdir(), 'slipway-'))
  const { runner, end } = openLocalRunner(world, temporary, settings)
  try {
    const warn = (message: Text) => runner.log.warning(message)
    await action.main(
      readInputs(action.inputs, (name) => given[name] ?? '', Object.keys(given), warn),
      runner,
    )
    return end()
  } finally {
    rmSync(temporary, { recursive: true, force: true })
  }
}

function openLocalRunner(
  world: CliWorld,
  temporary: string,
  { profile, patience, clock, environment, onLine }: LocalSettings,
): { readonly runner: Runner; end(): ActionEnd } {
  const outputs: Record<string, string> = {}
  let summary = ''
  let isRed = false
  const line = (message: Text) => onLine?.(shownText(message))
  const runner: Runner = {
    clock: clock ?? world.clock,
    signal: world.signal,
    environment: { ...(environment ?? world.environment), GITHUB_WORKSPACE: world.directory, RUNNER_TEMP: temporary },
    log: {
      info: line,
      debug: () => undefined,
      group: (title, lines) => [title, ...lines].forEach(line),
      grouped: (_, work) => work(),
      ...annotating(world),
    },
    setOutput(name, value) {
      outputs[name] = value
    },
    async writeSummary(markdown) {
      summary += `${markdown}\n`
    },
    fail() {
      isRed = true
    },
    mask: () => undefined,
    // There is no post step.
    saveState: () => undefined,
    state: () => undefined,
    idToken: () =>
      Promise.reject(new Failure({ code: 'credentials-missing', what: text`Only a job of GitHub has an OIDC token` })),
    local: { profile, patience, nameOf: optionName, tell: (message) => world.err(`slipway: ${shownText(message)}\n`) },
    files: filesIn(world.directory, temporary),
  }
  return { runner, end: () => ({ outputs, summary, isRed }) }
}

/** Files below a folder, with failures in the words of the command line. */
function filesIn(directory: string, temporary: string): Runner['files'] {
  const { readText, readBytes, ...files } = openFiles(directory, temporary)
  const refuse = (error: unknown): never => {
    throw inWordsOfOptions(error)
  }
  return {
    ...files,
    readText: (path, input) => readText(path, input).catch(refuse),
    readBytes: (path, input) => readBytes(path, input).catch(refuse),
  }
}

/** A message with a title is a part of the report, unless it marks a line of a file. */
function annotating({ err }: Pick<CliWorld, 'err'>): Pick<Runner['log'], 'notice' | 'warning' | 'error'> {
  const level = (name: string) => (message: Text, title?: string, place?: Place) => {
    if (title !== undefined && place?.file === undefined) return
    const where = place?.file === undefined ? 'slipway' : placeName(place)
    err(`${where}: ${name}: ${shownText(message).trimEnd()}\n`)
  }
  return { notice: level('notice'), warning: level('warning'), error: level('error') }
}
