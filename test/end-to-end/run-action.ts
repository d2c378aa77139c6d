import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parse } from 'yaml'
import { temporaryFolder } from '../temporary-folder.ts'
import { type ProcessResult, realTime, runProcess, type Time } from '../workflows/runner/process.ts'

const root = join(import.meta.dirname, '../..')

/** What `github.token` is in a job here. */
export const jobToken = 'ghs_c4naryGitHubToken0123456789abcdef'

export interface ActionRun {
  readonly inputs?: Readonly<Record<string, string>>
  /** What the simulator's `listen()` returned, and more. */
  readonly environment: Readonly<Record<string, string>>
  readonly workspace?: string
  readonly step?: 'main' | 'post'
  /** What `main` saved, for the post step. */
  readonly state?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
  /** What happened on GitHub, which the runner puts into the file `GITHUB_EVENT_PATH`. */
  readonly event?: object
  /** `RUNNER_TEMP`, which the steps of a job share. Default: a new folder. */
  readonly temporary?: string
  /** In which the step lives. Default: real time. */
  readonly time?: Time
  /** Gets the process's id, for those who end it in another way than the runner does. */
  readonly onStart?: (processId: number) => void
  /** Gets what the step prints as it comes, for people who watch. */
  readonly onOutput?: (text: string) => void
}

export interface ActionResult extends ProcessResult {
  /** Text of the `::error::` annotations. */
  readonly errors: readonly string[]
  /** How long the step took, in its time. */
  readonly seconds: number
}

/** Runs the shipped bundle of an action as GitHub's runner does: its own process, INPUT_* with defaults, files, signals. */
export async function runAction(name: string, run: ActionRun): Promise<ActionResult> {
  const { inputs: declared = {}, runs } = parse(
    readFileSync(join(root, 'actions', name, 'action.yml'), 'utf8'),
  ) as ActionFile
  const defaults = Object.entries(declared).flatMap(([input, { default: value }]) =>
    value === undefined ? [] : [[input, String(value).replace(/\$\{\{ github\.token \}\}/, jobToken)]],
  )
  const temporary = run.temporary ?? temporaryFolder()
  const eventPath = join(temporary, '_github_workflow', 'event.json')
  mkdirSync(dirname(eventPath), { recursive: true })
  writeFileSync(eventPath, JSON.stringify(run.event ?? {}))
  const given: Record<string, string> = { ...Object.fromEntries(defaults), ...run.inputs }
  const time = run.time ?? realTime
  const started = time.now()
  const result = await runProcess({
    command: process.execPath,
    arguments: [join(root, 'actions', name, runs[run.step ?? 'main'] ?? '')],
    environment: {
      PATH: process.env.PATH ?? '',
      TZ: process.env.TZ ?? '',
      HOME: temporary,
      RUNNER_TEMP: temporary,
      GITHUB_ACTIONS: 'true',
      GITHUB_WORKSPACE: run.workspace ?? temporary,
      GITHUB_SERVER_URL: 'https://github.com',
      GITHUB_REPOSITORY: 'acme/shop',
      GITHUB_SHA: '1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d',
      GITHUB_REF: 'refs/heads/main',
      GITHUB_REF_NAME: 'main',
      GITHUB_RUN_ID: '512',
      GITHUB_RUN_NUMBER: '42',
      GITHUB_RUN_ATTEMPT: '1',
      GITHUB_ACTOR: 'ann',
      GITHUB_EVENT_PATH: eventPath,
      ...run.environment,
      ...Object.fromEntries(
        Object.entries(given).map(([input, value]) => [`INPUT_${input.replaceAll(' ', '_').toUpperCase()}`, value]),
      ),
      ...Object.fromEntries(Object.entries(run.state ?? {}).map(([key, value]) => [`STATE_${key}`, value])),
    },
    folder: run.workspace ?? temporary,
    temporary,
    signal: run.signal ?? new AbortController().signal,
    time,
    onStart: run.onStart,
    onOutput: run.onOutput,
  })
  return { ...result, errors: annotations(result.log), seconds: (time.now() - started) / 1000 }
}

interface ActionFile {
  readonly inputs?: Readonly<Record<string, { readonly default?: unknown }>>
  readonly runs: { readonly main?: string; readonly post?: string }
}

/** With their titles in front, as the page of the run shows both. */
function annotations(log: string): readonly string[] {
  return [...log.matchAll(/^::error(?: ([^:]*))?::(.*)$/gm)].map(([, properties = '', message = '']) => {
    const [, title] = /(?:^|,)title=([^,]*)/.exec(properties) ?? []
    return decode(title ? `${title}: ${message}` : message)
  })
}

function decode(message: string): string {
  return message
    .replaceAll('%0A', '\n')
    .replaceAll('%0D', '\r')
    .replaceAll('%3A', ':')
    .replaceAll('%2C', ',')
    .replaceAll('%25', '%')
}
