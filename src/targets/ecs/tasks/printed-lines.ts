import type { Variable } from '../../../diagnosis/hidden-values.ts'
import { isCutLine, longestLine } from '../../../diagnosis/redact.ts'
import { redactLines } from '../../../diagnosis/redact-lines.ts'

/** The lines of one log on their way into the job's log. */
export interface PrintedLines {
  /** Takes what was read, returns what is shown of it now. */
  take(messages: readonly string[]): readonly string[]
  /** The rest, once nothing more comes. */
  end(): readonly string[]
  /** The last lines, without secrets. */
  tail(): readonly string[]
  /** What followed the marker in the last line that began with it; undefined: no line did, or it was too long. */
  result(): string | undefined
}

/** A job's log is read by people: so many lines are shown as they come, and of the rest only the last ones. */
const mostLines = 10_000
const lastLines = 200
/** A key of so many lines is shown rather than held for ever: no private key is that long. */
const longestKey = 200
const keptTail = 20
const tooLong = `… The result is not set: its line has more than ${longestLine} characters. Write it to Amazon S3, and print the key.`

/**
 * Lines without credentials and the values of variables. A key that goes over several lines may arrive in several reads: its lines
 * are held until its end is there, as a half would not be recognised.
 */
export function startLines(variables: readonly Variable[], marker: string | undefined): PrintedLines {
  let held: readonly string[] = []
  let shown = 0
  let late: string[] = []
  let omitted = 0
  let tail: readonly string[] = []
  let found: string | undefined

  const pass = (lines: readonly string[]): readonly string[] => {
    const clean = redactLines(lines, variables)
    tail = [...tail, ...clean].slice(-keptTail)
    if (marker !== undefined) found = clean.findLast((line) => line.startsWith(marker)) ?? found
    const now = clean.slice(0, Math.max(0, mostLines - shown))
    shown += now.length
    late.push(...clean.slice(now.length))
    omitted += Math.max(0, late.length - lastLines)
    late = late.slice(-lastLines)
    return now
  }

  return {
    take(messages) {
      const lines = [...held, ...messages.flatMap((message) => message.replace(/\n$/, '').split(/\r?\n/))]
      const open = lines.findLastIndex((line) => /-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY/.test(line))
      const isOpen = open >= 0 && !lines.slice(open).some((line) => line.includes('-----END '))
      const cut = isOpen && lines.length - open < longestKey ? open : lines.length
      held = lines.slice(cut)
      return pass(lines.slice(0, cut))
    },
    end() {
      const rest = pass(held)
      held = []
      const note =
        omitted === 0 ? [] : [`… ${omitted} lines are not shown; the log stream has them. The last ${late.length}:`]
      const cut = found !== undefined && isCutLine(found) ? [tooLong] : []
      const all = [...rest, ...note, ...late, ...cut]
      late = []
      return all
    },
    tail: () => tail,
    // A part of a value would be another one.
    result: () => (found === undefined || isCutLine(found) ? undefined : found.slice(marker?.length).trim()),
  }
}
