import { readBesideWatch } from '../../../deployment/time-limits.ts'
import type { LogPosition } from '../../../ports.ts'
import type { EcsContext } from '../request/ecs-context.ts'
import type { LogPlace } from './log-place.ts'
import type { PrintedLines } from './printed-lines.ts'

/** A page has up to 10,000 lines; the rest comes with the next read. */
const mostPages = 10

/** The log of one container of a task, as far as it was read. */
export interface Stream {
  readonly container: string
  readonly taskId: string
  readonly place: LogPlace
  readonly lines: PrintedLines
  readonly label: string
  token?: string | undefined
  /** The last read found no stream. */
  isMissing?: boolean
  /** On the monotonic clock, when its container was first seen to have ended. */
  endedAt?: number
  /** The same of its task. */
  goneAt?: number
}

interface Read {
  readonly messages: readonly string[]
  /** Up to the end of the stream. */
  readonly isWhole: boolean
}

/** What is new in a stream, by its token: a page that is read twice has the same lines, and is shown once. */
export async function readStream(stream: Stream, context: EcsContext): Promise<Read> {
  const all: string[] = []
  for (let pages = 0; pages < mostPages; pages++) {
    const at: LogPosition = { ...stream.place, token: stream.token }
    const page = await readBesideWatch(context, ({ evidence }) => evidence.logPage(at))
    stream.isMissing = page === 'no-stream'
    if (page === undefined || page === 'no-stream') break
    all.push(...page.messages)
    const isEnd = page.token === stream.token
    stream.token = page.token
    if (isEnd) return { messages: all, isWhole: true }
  }
  return { messages: all, isWhole: false }
}
