import { StringDecoder } from 'node:string_decoder'
import type { BuildStatus, BuildVertex, VertexLog, VertexStatus } from './build-status.ts'

/** A step that ended with an error. */
export interface FailedStep {
  /** `[build 3/5] RUN npm ci`. */
  readonly name: string
  /** BuildKit's own words, such as `process "/bin/sh -c npm ci" did not complete successfully: exit code: 1`. */
  readonly error: string
  /** The last lines that the step printed, oldest first; nothing of another step. */
  readonly lines: readonly string[]
}

/** The log of a build, made of BuildKit's progress. */
export interface BuildLog {
  /** Takes one status; returns the lines to print, as `--progress=plain` writes them: `#7 0.512 added 3 packages`. */
  push(status: BuildStatus): readonly string[]
  /** What is left of unfinished lines. */
  end(): readonly string[]
  /** The first step that failed by itself: BuildKit cancels those beside it. */
  failed(): FailedStep | undefined
}

/** Lines of a step that are kept. */
const keptLines = 200
/** Characters of a line that has no end. */
const longestLine = 16 * 1024
/** Unfinished progress is printed again after this time. Milliseconds. */
const progressPause = 10_000

interface Step {
  /** Its number in the log; 0: not printed yet. */
  number: number
  name: string
  started: number | undefined
  error: string | undefined
  lines: string[]
  readonly unfinished: Map<number, { readonly decoder: StringDecoder; rest: string }>
  /** When the progress of an id was printed last. */
  readonly shown: Map<string, number>
}

/** Follows the steps of one build. Pure but for what it remembers. */
export function openBuildLog(): BuildLog {
  const steps = new Map<string, Step>()
  const failures: Step[] = []
  let count = 0
  const stepOf = (digest: string): Step => {
    const known = steps.get(digest)
    if (known !== undefined) return known
    const [error, started, name] = [undefined, undefined, '']
    const step: Step = { number: 0, name, started, error, lines: [], unfinished: new Map(), shown: new Map() }
    steps.set(digest, step)
    return step
  }
  const say = (step: Step, lines: readonly string[]): readonly string[] => {
    const heading = step.number === 0 ? [step.name] : []
    if (step.number === 0) step.number = ++count
    return [...heading, ...lines].map((line) => `#${step.number} ${line}`)
  }
  const begin = (vertex: BuildVertex): readonly string[] => {
    const step = stepOf(vertex.digest)
    step.name = vertex.name
    step.started = vertex.started ?? step.started
    return step.number === 0 && vertex.started !== undefined ? say(step, []) : []
  }
  const follow = (digest: string, linesOf: (step: Step) => readonly string[]): readonly string[] => {
    const step = stepOf(digest)
    const lines = linesOf(step)
    return lines.length === 0 ? [] : say(step, lines)
  }
  return {
    push: ({ vertexes, logs, statuses }) => [
      ...vertexes.flatMap(begin),
      ...statuses.flatMap((status) => follow(status.vertex, (step) => progressOf(step, status))),
      ...logs.flatMap((log) => follow(log.vertex, (step) => printedBy(step, log))),
      ...vertexes.flatMap((vertex) => follow(vertex.digest, (step) => ended(step, vertex, failures))),
    ],
    end: () => [...steps.keys()].flatMap((digest) => follow(digest, restOf)),
    failed() {
      const [step] = failures
      return step && { name: step.name, error: step.error ?? '', lines: step.lines }
    },
  }
}

function ended(step: Step, vertex: BuildVertex, failures: Step[]): readonly string[] {
  const { started = 0, completed, cached, error } = vertex
  if (completed === undefined) return []
  const rest = restOf(step)
  // BuildKit's own way to tell a step that it stopped from one that failed (util/progress/progressui).
  if (error?.endsWith('context canceled')) return [...rest, 'CANCELED']
  if (error !== undefined) {
    if (step.error === undefined) failures.push(step)
    step.error ??= error
    return [...rest, `ERROR: ${error}`]
  }
  step.lines = []
  return [...rest, cached ? 'CACHED' : `DONE ${seconds(completed - started)}`]
}

function progressOf(step: Step, status: VertexStatus): readonly string[] {
  const { id, current, total, timestamp, started = timestamp, completed } = status
  if (completed === undefined) {
    const last = step.shown.get(id) ?? started
    if (timestamp - last < progressPause) return []
    step.shown.set(id, timestamp)
  }
  const amount = current === 0 && total === 0 ? '' : ` ${bytes(current)}${total === 0 ? '' : ` / ${bytes(total)}`}`
  const time = ` ${seconds((completed ?? timestamp) - started)}`
  return [`${id}${amount}${time}${completed === undefined ? '' : ' done'}`]
}

function printedBy(step: Step, { stream, data, timestamp }: VertexLog): readonly string[] {
  const before = step.unfinished.get(stream) ?? { decoder: new StringDecoder('utf8'), rest: '' }
  const lines = (before.rest + before.decoder.write(Buffer.from(data))).split('\n')
  before.rest = lines.pop() ?? ''
  if (before.rest.length > longestLine) lines.push(before.rest.slice(0, longestLine))
  if (before.rest.length > longestLine) before.rest = ''
  step.unfinished.set(stream, before)
  const time = seconds(timestamp - (step.started ?? timestamp), 3).slice(0, -1)
  return kept(step, lines).map((line) => `${time} ${line}`)
}

function restOf(step: Step): readonly string[] {
  const rests = [...step.unfinished.values()].map(({ rest }) => rest)
  step.unfinished.clear()
  return kept(step, rests)
}

/** A progress bar goes back to the beginning of its line: each state of it is a line. */
function kept(step: Step, printed: readonly string[]): readonly string[] {
  const lines = printed.flatMap((line) => line.split('\r')).filter((line) => line.trim() !== '')
  step.lines = [...step.lines, ...lines].slice(-keptLines)
  return lines
}

function seconds(milliseconds: number, digits = 1): string {
  return `${(Math.max(0, milliseconds) / 1000).toFixed(digits)}s`
}

function bytes(amount: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, amount)) / 3)))
  return `${power === 0 ? amount : (amount / 1000 ** power).toFixed(2)}${units[power]}`
}
