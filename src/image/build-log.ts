import { StringDecoder } from 'node:string_decoder'
import { stripVTControlCharacters } from 'node:util'
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

/** A line that has no end yet. */
interface Unfinished {
  readonly decoder: StringDecoder
  rest: string
  time: string
}

interface Step {
  /** Its number in the log; 0: not printed yet. */
  number: number
  name: string
  started: number | undefined
  error: string | undefined
  lines: string[]
  /** By stream. */
  readonly unfinished: Map<number, Unfinished>
  /** When the progress of an id was printed last. */
  readonly shown: Map<string, number>
}

/** The end of a step, which BuildKit may resume: printed as soon as another step prints. */
interface Held {
  readonly step: Step
  readonly line: string
}

/** Follows the steps of one build. Pure but for what it remembers. */
export function openBuildLog(): BuildLog {
  const steps = new Map<string, Step>()
  const failures: Step[] = []
  const stepOf = (digest: string): Step => {
    const step = steps.get(digest) ?? newStep()
    steps.set(digest, step)
    return step
  }
  const { say, rest } = openPrinter()
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
    end: () => [...[...steps.keys()].flatMap((digest) => follow(digest, restOf)), ...rest()],
    failed() {
      const [step] = failures
      return step && { name: step.name, error: step.error ?? '', lines: step.lines }
    },
  }
}

/** Numbers the steps in the order in which they print. */
function openPrinter(): { say(step: Step, lines: readonly string[]): readonly string[]; rest(): readonly string[] } {
  let count = 0
  let held: Held | undefined
  const release = (step?: Step): readonly string[] => {
    const lines = held === undefined || held.step === step ? [] : [held.line]
    held = undefined
    return lines
  }
  const say = (step: Step, lines: readonly string[]) => {
    const heading = step.number === 0 ? [step.name] : []
    if (step.number === 0) step.number = ++count
    const all = [...heading, ...lines].map((line) => `#${step.number} ${line}`)
    const before = release(step)
    if (!/^(?:CACHED|DONE \S+)$/.test(lines.at(-1) ?? '')) return [...before, ...all]
    held = { step, line: all.pop() ?? '' }
    return [...before, ...all]
  }
  return { say, rest: release }
}

function newStep(): Step {
  const [error, started, name] = [undefined, undefined, '']
  return { number: 0, name, started, error, lines: [], unfinished: new Map(), shown: new Map() }
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
  const time = seconds(timestamp - (step.started ?? timestamp), 3).slice(0, -1)
  const line = step.unfinished.get(stream) ?? { decoder: new StringDecoder('utf8'), rest: '', time }
  const lines = (line.rest + line.decoder.write(Buffer.from(data))).split('\n')
  line.rest = lines.pop() ?? ''
  line.time = time
  if (line.rest.length > longestLine) lines.push(line.rest)
  if (line.rest.length > longestLine) line.rest = ''
  step.unfinished.set(stream, line)
  return timed(time, kept(step, lines))
}

function restOf(step: Step): readonly string[] {
  const rests = [...step.unfinished.values()]
  step.unfinished.clear()
  return rests.flatMap(({ time, rest }) => timed(time, kept(step, [rest])))
}

function timed(time: string, lines: readonly string[]): readonly string[] {
  return lines.map((line) => `${time} ${line}`)
}

/** A progress bar goes back to the beginning of its line: each state of it is a line. */
function kept(step: Step, printed: readonly string[]): readonly string[] {
  const lines = printed.flatMap((line) => line.split('\r')).filter(isVisible)
  step.lines = [...step.lines, ...lines].slice(-keptLines)
  return lines
}

/** False for a line of spaces and colours. */
export function isVisible(line: string): boolean {
  return stripVTControlCharacters(line).trim() !== ''
}

function seconds(milliseconds: number, digits = 1): string {
  return `${(Math.max(0, milliseconds) / 1000).toFixed(digits)}s`
}

function bytes(amount: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, amount)) / 3)))
  return `${power === 0 ? amount : (amount / 1000 ** power).toFixed(2)}${units[power]}`
}
