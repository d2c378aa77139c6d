import { Failure } from '../failure.ts'
import { text, untrusted } from '../text.ts'
import { type BuildEnd, buildFailure } from './build-failure.ts'
import type { VertexWarning } from './build-status.ts'
import type { SourceLine } from './closing-words.ts'

/** What `--call=check,format=json` prints: BuildKit's `LintResults` (moby/buildkit, frontend/subrequests/lint/lint.go). */
export interface CheckReport {
  readonly warnings: readonly VertexWarning[]
  /** Why the Dockerfile cannot be built at all. */
  readonly error?: { readonly message: string; readonly place?: SourceLine | undefined } | undefined
}

type Members = Readonly<Record<string, unknown>>

/** Reads the report; undefined where the call failed before there was one. */
export function parseCheckReport(output: string): CheckReport | undefined {
  const start = output.indexOf('{')
  const report = start < 0 ? undefined : parsed(output.slice(start))
  if (report === undefined) return undefined
  const files = listOf(report.sources).map((source) => textOf(source.filename))
  const { message, location } = membersOf(report.buildError)
  const error = textOf(message) === '' ? undefined : { message: textOf(message), place: placeIn(location, files) }
  return { warnings: listOf(report.warnings).map((warning) => warningOf(warning, files)), error }
}

/** BuildKit's place of a warning: the file by its number, and the first of its lines. */
function placeIn(location: unknown, files: readonly string[]): SourceLine | undefined {
  const { sourceIndex, ranges } = membersOf(location)
  const file = files[typeof sourceIndex === 'number' ? sourceIndex : 0]
  const { line } = membersOf(listOf(ranges)[0]?.start)
  return file && typeof line === 'number' && line > 0 ? { file, line } : undefined
}

function warningOf({ ruleName, detail, description, url, location }: Members, files: readonly string[]): VertexWarning {
  const words = textOf(detail) || textOf(description)
  return { short: `${textOf(ruleName)}: ${words}`, url: textOf(url), ...placeIn(location, files) }
}

/** The failure of checks that found something. `shown`: how many warnings were annotated. */
export function checkFailure(
  { error, warnings }: CheckReport,
  shown: number,
  end: BuildEnd,
  placeOf: (source: SourceLine) => string | undefined,
): Failure {
  if (error !== undefined) {
    const { message, place } = error
    return buildFailure({ ...end, error: message, source: place, file: place && placeOf(place) })
  }
  if (warnings.length === 0) return buildFailure(end)
  const one = shown === 1
  return new Failure({
    code: 'build-failed',
    what: text`Build checks reported ${shown} warning${one ? '' : 's'}; nothing was built`,
    why: text`docker exited with code ${untrusted(String(end.exitCode ?? 'unknown'))}`,
    fix: text`Correct the Dockerfile, or skip a check in it: # check=skip=<name of the check>.`,
  })
}

function parsed(json: string): Members | undefined {
  try {
    const value: unknown = JSON.parse(json)
    return typeof value === 'object' && value !== null && 'warnings' in value ? membersOf(value) : undefined
  } catch {
    return undefined
  }
}

function membersOf(value: unknown): Members {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

function listOf(value: unknown): readonly Members[] {
  return Array.isArray(value) ? value.map(membersOf) : []
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
