import type { FailedStep } from './build-log.ts'

/** A line of the Dockerfile. */
export interface SourceLine {
  /** As BuildKit names it: relative to the folder that it was read from. */
  readonly file: string
  readonly line: number
}

/** What Buildx reports when a build fails. */
export interface ClosingWords {
  /** The error of Buildx, BuildKit or the daemon, without `ERROR: `. */
  readonly error: string
  readonly source?: SourceLine | undefined
  /** From the frame that `--progress=plain` prints around the last lines of the step that failed. */
  readonly step?: Omit<FailedStep, 'error'> | undefined
}

const frame = '------'
/** Around the part of the Dockerfile. */
const rule = '--------------------'
const errorStart = /^(?:ERROR|error): /

/**
 * Reads the lines that are Buildx's own (cmd/buildx/main.go): the frames of failed steps, the place in the Dockerfile with the lines
 * around it, and the error, which may have several lines.
 */
export function readClosingWords(lines: readonly string[]): ClosingWords {
  const at = lines.findIndex((line) => errorStart.test(line))
  const before = at < 0 ? lines : lines.slice(0, at)
  const error = at < 0 ? (lines.at(-1) ?? '') : untilDetails(lines.slice(at)).join('\n').replace(errorStart, '')
  return { error: error.trim(), source: sourceIn(before), step: framedStep(before) }
}

/** Docker Desktop adds a link to the build. */
function untilDetails(lines: readonly string[]): readonly string[] {
  const end = lines.findIndex((line) => line.startsWith('View build details: '))
  return end < 0 ? lines : lines.slice(0, end)
}

/** `Dockerfile:5` above a rule. */
function sourceIn(lines: readonly string[]): SourceLine | undefined {
  const at = lines.findIndex((line, index) => line === rule && /^.+:\d+$/.test(lines[index - 1] ?? ''))
  const [, file, line] = /^(.+):(\d+)$/.exec(lines[at - 1] ?? '') ?? []
  return file === undefined ? undefined : { file, line: Number(line) }
}

/** The last frame: BuildKit prints those of steps that failed, without those that it cancelled. */
function framedStep(lines: readonly string[]): ClosingWords['step'] {
  const end = lines.lastIndexOf(frame)
  const start = lines.lastIndexOf(frame, end - 1)
  if (end <= 0 || start < 0) return undefined
  const [heading = '', ...printed] = lines.slice(start + 1, end)
  const name = heading.replace(/^\s*> ?/, '').replace(/:$/, '')
  return { name, lines: printed.map((line) => line.replace(/^\d+\.\d+ /, '')) }
}
