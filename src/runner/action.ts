import type { Clock } from '../clock.ts'
import type { Place } from '../mistake.ts'
import type { Text } from '../text.ts'
import type { InputSpec, Inputs } from './inputs.ts'

/**
 * What one action is to the runner: its inputs and what it does with them. `main` throws a `Failure` to end red; `post`
 * runs after the job's other steps, also after a cancel, with what `saveState` kept.
 */
export interface Action<Spec extends InputSpec> {
  readonly inputs: Spec
  main(inputs: Inputs<Spec>, runner: Runner): Promise<void>
  post?(inputs: Inputs<Spec>, runner: Runner): Promise<void>
}

/** What the runner offers to an action. The only access to the log, the outputs, the summary and the saved state. */
export interface Runner {
  readonly clock: Clock
  /** Aborts when the job is cancelled (SIGINT or SIGTERM). */
  readonly signal: AbortSignal
  /** Process environment: GITHUB_*, AWS_*, ACTIONS_*, RUNNER_*. */
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly log: Log
  /** Names are those that action.yml declares. A value with a masked string in it is dropped by GitHub across jobs. */
  setOutput(name: string, value: string): void
  /** Appends Markdown to the job summary; the view has capped and escaped it. */
  writeSummary(markdown: string): Promise<void>
  /** Fails the step without a further message: for an action that has reported the error already. */
  fail(): void
  /** Hides a value in all later log lines. */
  mask(secret: string): void
  saveState(name: string, value: string): void
  state(name: string): string | undefined
  /** GitHub's OIDC token for the job; throws `credentials-missing` where `id-token: write` is not granted. */
  idToken(audience: string): Promise<string>
  readonly local?: LocalRun | undefined
  files: Files
}

/** A run on a person's own machine, where there is no job: the credentials are theirs, and no role is assumed with a token. */
export interface LocalRun {
  /** AWS profile, where one is named. */
  readonly profile?: string | undefined
  /** How an input is called there: `the option --region`. */
  nameOf(input: string): string
  /** Time for all calls to AWS: such a machine may have no network. Milliseconds; that of a job when undefined. */
  readonly patience?: number | undefined
  /** Says at once why there is a wait. */
  tell(line: Text): void
}

/** The job's log. Notices, warnings and errors become annotations. */
export interface Log {
  info(line: Text): void
  debug(line: Text): void
  /** A block that GitHub folds. */
  group(title: Text, lines: readonly Text[]): void
  /** The same for lines that are written while the work runs; the block ends before an error of it is shown. */
  grouped<Result>(title: Text, work: () => Promise<Result>): Promise<Result>
  /** Annotations; `place`: the line of a file that GitHub marks. */
  notice(message: Text, title?: string, place?: Place): void
  warning(message: Text, title?: string, place?: Place): void
  error(message: Text, title?: string, place?: Place): void
}

/** The only access to files. Paths are relative to the workspace and may not leave it. */
export interface Files {
  /** UTF-8 text without BOM. Throws `file-unreadable` naming the input and the path. At most 1 MiB. */
  readText(path: string, input: string): Promise<string>
  readBytes(path: string, input: string): Promise<Uint8Array>
  /** Whether it is a regular file, with links followed; a folder is none. */
  exists(path: string): Promise<boolean>
  /** Absolute path of a file below RUNNER_TEMP with this content, mode 0600. */
  writeTemporary(name: string, content: string | Uint8Array): Promise<string>
}
