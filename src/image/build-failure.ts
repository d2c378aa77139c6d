import { Failure } from '../failure.ts'
import { type Text, text, untrusted } from '../text.ts'
import { explainBaseImage } from './base-image-rules.ts'
import { type BuildCause, commandEnd, explainBuildError } from './build-error-rules.ts'
import type { FailedStep } from './build-log.ts'
import type { SourceLine } from './closing-words.ts'
import { explainRegistryText } from './registry-rules.ts'

/** How a build ended that Docker ended with an exit code. */
export interface BuildEnd {
  /** Undefined when a signal ended it. */
  readonly exitCode: number | undefined
  /** The step that failed; undefined where no step did, or none is known. */
  readonly step?: FailedStep | undefined
  /** The error of Docker itself: nothing that a step printed. */
  readonly error: string
  /** The line of the Dockerfile. */
  readonly source?: SourceLine | undefined
  /** The path of that Dockerfile from the workspace; undefined where it is not in it. */
  readonly file?: string | undefined
}

/** Lines of the step that go into the message; the rest is in the log. */
const shownLines = 20
/** Characters of such a line, and of the name of a step. */
const longestLine = 500
const longestName = 120
/** An exporter also fails before it pushes. */
const pushWords = /push|status from|https?:\/\/|dial tcp|\bEOF\b/i

/** The failure for a build that Docker ended with an exit code; that code alone decides that it failed. */
export function buildFailure(end: BuildEnd): Failure {
  const { step, error } = end
  const command = commandEnd(step?.error ?? error)
  // Buildx reports the step's error with what BuildKit was doing.
  const reported = step === undefined || error.includes(step.error) ? error : step.error
  if (step !== undefined && command !== undefined) return commandFailure(step, command.exitCode, end)
  const kind = kindOf(step?.name ?? '')
  const isOfDockerfile = command !== undefined || kind === 'step' || /dockerfile parse error/i.test(reported)
  const ofBase = isPull(kind, reported) ? explainBaseImage(reported) : undefined
  const cause = command === undefined ? (ofBase ?? explainBuildError(reported)) : undefined
  if (!isOfDockerfile && cause === undefined) {
    // The words of a registry are those of a registry only where one was asked.
    const refused = refusal(reported)
    if (refused !== undefined) return refused
    if (kind === 'push' && pushWords.test(reported)) return unfinishedPush(reported, step?.name ?? '')
  }
  const ended =
    end.exitCode === undefined ? text`docker was killed by a signal` : text`docker exited with code ${end.exitCode}`
  return new Failure({
    code: 'build-failed',
    what: whatFailed(end),
    why: cause?.why ?? (reported === '' ? ended : errorWords(reported)),
    fix: cause?.fix ?? text`Check the failed step in the log above.`,
    marks: marksOf(end),
  })
}

/** The failure of a push after a build that ended well. `error`: what Docker reported of it. */
export function pushFailure(error: string): Failure {
  return refusal(error) ?? unfinishedPush(error, '')
}

function refusal(error: string): Failure | undefined {
  const refused = explainRegistryText(error)
  return refused && new Failure({ ...refused, why: refused.why ?? errorWords(error) })
}

function unfinishedPush(error: string, step: string): Failure {
  const what = step.startsWith('exporting cache')
    ? text`The push of the build cache to its registry failed; the image was built`
    : text`The push to the registry failed; the image was built`
  return new Failure({
    code: 'registry-rejected',
    what,
    why: error === '' ? text`docker reported no error` : errorWords(error),
    fix: text`Run the job again; layers that were pushed are kept.`,
  })
}

function commandFailure(step: FailedStep, exitCode: number, end: BuildEnd): Failure {
  const cause = causeOfExit(step, exitCode)
  const lines = step.lines.slice(-shownLines).flatMap((line) => text`  ${untrusted(line.slice(0, longestLine))}\n`)
  const printed = lines.length === 0 ? text` The step printed nothing.` : text` Last lines of the step:\n${lines}`
  return new Failure({
    code: 'build-failed',
    what: whatFailed(end),
    why: text`the command did not complete successfully: exit code: ${exitCode}${cause?.why ?? ''}.${printed}`,
    fix: cause?.fix ?? text`Run "docker build" locally to reproduce it.`,
    marks: marksOf(end),
  })
}

/** What an exit code proves, or what the runtime reported in the place of the command. */
function causeOfExit({ lines }: FailedStep, exitCode: number): BuildCause | undefined {
  const [only = '', ...others] = lines
  if (others.length === 0 && /^exec \S+: exec format error$/.test(only)) {
    const cause = explainBuildError(only)
    return cause && { why: text` (${cause.why})`, fix: cause.fix }
  }
  if (exitCode !== 137) return undefined
  return {
    why: text` (SIGKILL, possibly because the runner ran out of memory)`,
    fix: text`Use a larger runner, or let the command use less memory, such as fewer parallel jobs.`,
  }
}

function whatFailed({ step, source, file }: BuildEnd): Text {
  const at = source === undefined ? '' : text` at ${untrusted(`${file ?? source.file}:${source.line}`)}`
  if (step === undefined) return text`The image build failed${at}`
  return text`The image build failed${at}, step ${untrusted(shortened(step.name))}`
}

function shortened(name: string): string {
  const line = name.replace(/\s+/g, ' ')
  return line.length > longestName ? `${line.slice(0, longestName)}…` : line
}

function marksOf({ source, file }: BuildEnd): NonNullable<Failure['parts']['marks']> {
  if (source === undefined || file === undefined) return []
  return [{ file, line: source.line, message: text`this instruction failed` }]
}

/** Whether a base image was pulled; without a step by the words of BuildKit and of the daemon. */
function isPull(kind: ReturnType<typeof kindOf>, reported: string): boolean {
  const words = /failed to resolve source metadata for|pull access denied for|^manifest for|^repository \S+ not found/
  return kind === 'pull' || (kind === 'other' && words.test(reported))
}

/** What a step is, by the name that BuildKit gives it. */
export function kindOf(name: string): 'push' | 'pull' | 'step' | 'other' {
  if (/^(?:exporting|pushing) /.test(name)) return 'push'
  if (
    /^\[[^\]]*\] FROM |^\[internal\] load metadata|^resolve image|^docker-image:|^importing cache|^\[auth\]/.test(name)
  )
    return 'pull'
  // ADD of an address has a step of its own, named by it.
  return /^\[[^\]]*\d+\/\d+\] |^(?:https?|git|ssh):/.test(name) ? 'step' : 'other'
}

/** Docker's words. The query of an upload address is long, and the state of the registry. */
function errorWords(error: string): Text {
  const words = error
    .replace(/^(?:failed to (?:build|solve): )+/, '')
    .replace(/(https?:\/\/[^\s"?]+)\?[^\s"]*/g, '$1')
    .trim()
  return text`${untrusted(words.replace(/\.$/, ''))}`
}
