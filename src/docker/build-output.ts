import { checkedMistakes } from '../image/build-checks.ts'
import type { BuildEnd } from '../image/build-failure.ts'
import { type FailedStep, isVisible, openBuildLog } from '../image/build-log.ts'
import { parseBuildStatus, type VertexWarning } from '../image/build-status.ts'
import { openClassicLog } from '../image/classic-log.ts'
import { readClosingWords, type SourceLine } from '../image/closing-words.ts'
import type { Mistake } from '../mistake.ts'
import { type Text, text, untrusted } from '../text.ts'
import type { OutputStream } from './docker-command.ts'

/** Where the output of docker goes. */
export interface OutputSink {
  readonly say: (line: Text) => void
  /** A warning with its place. */
  readonly warn: (warning: Mistake) => void
  /** Removes credentials from lines that belong together. */
  readonly redact: (lines: readonly string[]) => readonly string[]
  /** Path of the Dockerfile in the workspace, by the name that BuildKit gives it. */
  readonly placeOf: (source: SourceLine) => string | undefined
}

/** Reads what a command prints, and prints it. */
export interface OutputReader {
  readonly onLine: (line: string, stream: OutputStream) => void
  /** Prints the rest, and returns how it ended. */
  end(exitCode: number | undefined): BuildEnd
}

/** Lines of Docker's own that are kept. */
const keptLines = 500
/** Characters of a line in the log. */
const longestShown = 4000

/** Of `docker buildx build --progress=rawjson`: all that steps print is in its JSON, so any other line is Buildx's own. */
export function rawOutput(sink: OutputSink): OutputReader {
  const log = openBuildLog()
  const own: string[] = []
  const warnings: VertexWarning[] = []
  return {
    onLine(line) {
      const status = parseBuildStatus(line)
      if (status === undefined) {
        show([line], sink)
        if (!line.startsWith('{')) keep(own, line)
        return
      }
      warnings.push(...status.warnings)
      show(log.push(status), sink)
    },
    end(exitCode) {
      show(log.end(), sink)
      for (const warning of checkedMistakes(warnings, sink.placeOf)) sink.warn(warning)
      const { error, source } = readClosingWords(own)
      return ended(exitCode, { error, source, step: log.failed() }, sink)
    },
  }
}

/** Of `--progress=plain`, where the lines of steps begin with their number: for Buildx before 0.15. */
export function plainOutput(sink: OutputSink): OutputReader {
  const own: string[] = []
  return {
    onLine(line) {
      show([line], sink)
      if (!/^#\d+ /.test(line)) keep(own, line)
    },
    end(exitCode) {
      const { error, source, step } = readClosingWords(own)
      return ended(exitCode, { error, source, step: step && { ...step, error } }, sink)
    },
  }
}

/** Of the classic engine: stdout is what the steps print, stderr the error. */
export function classicOutput(sink: OutputSink): OutputReader {
  const log = openClassicLog()
  const own: string[] = []
  return {
    onLine(line, stream) {
      show([line], sink)
      if (stream === 'stderr') keep(own, line)
      else for (const part of line.split('\r')) log.push(part)
    },
    end(exitCode) {
      const error = lastError(own)
      const step = log.last()
      return ended(exitCode, { error, step: step && { ...step, error } }, sink)
    },
  }
}

/** What git printed has lines of its own, before `: exit status 128`. */
function lastError(own: readonly string[]): string {
  const last = own.at(-1) ?? ''
  return last.startsWith(': ') ? own.slice(-3).join('\n') : last
}

/** Of `docker push`, whose error is on stderr. */
export function pushOutput(sink: OutputSink): OutputReader {
  const own: string[] = []
  return {
    onLine(line, stream) {
      show([line], sink)
      if (stream === 'stderr') keep(own, line)
    },
    end: (exitCode) => ({ exitCode, error: own.at(-1) ?? '' }),
  }
}

interface Ended {
  readonly error: string
  readonly source?: SourceLine | undefined
  readonly step: FailedStep | undefined
}

function ended(exitCode: number | undefined, { error, source, step }: Ended, sink: OutputSink): BuildEnd {
  return {
    exitCode,
    error,
    source,
    file: source && sink.placeOf(source),
    step: step && { ...step, lines: sink.redact(step.lines) },
  }
}

function keep(lines: string[], line: string): void {
  lines.push(line)
  if (lines.length > keptLines) lines.shift()
}

/** A carriage return begins the line anew: each state of a progress bar is a line. */
function show(lines: readonly string[], { say, redact }: OutputSink): void {
  const parts = lines.flatMap((line) => line.split('\r')).filter(isVisible)
  for (const line of redact(parts)) say(text`${untrusted(line.slice(0, longestShown))}`)
}
