import { deadlineIn } from '../../../clock.ts'
import type { DeploymentEvent } from '../../../deployment/events.ts'
import type { Variable } from '../../../diagnosis/hidden-values.ts'
import { Failure, failureInOneLine } from '../../../failure.ts'
import type { JsonObject, Task } from '../../../ports.ts'
import { renderText, type Text, text, untrusted } from '../../../text.ts'
import type { LogTail } from '../facts/deployment-evidence.ts'
import type { EcsContext } from '../request/ecs-context.ts'
import { type LogPlace, logOf } from './log-place.ts'
import { readStream, type Stream } from './log-stream.ts'
import { startLines } from './printed-lines.ts'

/** The logs of one-off tasks, as far as they can be followed. */
export interface FollowedLogs {
  /** Shows what is new of the tasks that have started. */
  read(tasks: readonly Task[]): AsyncGenerator<DeploymentEvent>
  /** The rest, once the tasks have ended: lines arrive some seconds late. */
  drain(tasks: readonly Task[]): AsyncGenerator<DeploymentEvent>
  /** The last lines, for evidence. */
  tails(): readonly LogTail[]
  result(): string | undefined
  /** The first stream; undefined where no log is read. */
  place(): LogPlace | undefined
}

/** What is followed. */
interface Wanted {
  readonly definition: JsonObject
  readonly containers: readonly string[]
  readonly isFollowed: boolean
  readonly variables: readonly Variable[]
  readonly marker: string | undefined
  /** Whether lines are told apart by their tasks. */
  readonly isSeveral: boolean
}

/**
 * A line is readable some seconds after it was written: Docker's awslogs driver sends a batch every 5 seconds and when the container has
 * ended (moby, daemon/logger/awslogs, `defaultForceFlushInterval`), and nothing waits for that, or marks the end of a stream. So no read
 * proves that a log is whole, only time does. Milliseconds.
 */
const ingestion = 5_000
const pause = 1_000
/** For what is left once the tasks have ended. Milliseconds. */
const longestRest = 60_000

/** Follows the streams of the watched containers. */
export function followLogs(wanted: Wanted, context: EcsContext): FollowedLogs {
  const streams = new Map<string, Stream>()
  const told = new Set<string>()
  let isAllowed = wanted.isFollowed
  const note = (words: Text): DeploymentEvent[] => {
    const message = renderText(words, (theirs) => theirs)
    if (told.has(message)) return []
    told.add(message)
    return [{ kind: 'note', at: context.clock.now(), message: untrusted(message) }]
  }

  async function* open(tasks: readonly Task[]): AsyncGenerator<DeploymentEvent> {
    for (const [taskId, container] of pairsOf(tasks, wanted.containers)) {
      const key = `${container} ${taskId}`
      if (streams.has(key)) continue
      const log = logOf(wanted.definition, container, taskId)
      if (log.kind === 'elsewhere') {
        if (wanted.isFollowed) yield* note(text`The log is not shown here: ${log.why}.`)
        continue
      }
      const names = wanted.containers.length > 1 ? `${container} ` : ''
      const label = wanted.isSeveral ? `${names}${taskId.slice(0, 6)} ` : names
      const lines = startLines(wanted.variables, wanted.marker)
      streams.set(key, { container, taskId, place: log.place, lines, label })
    }
  }

  /** True: nothing more is there, or may be read. */
  async function* readAll(): AsyncGenerator<DeploymentEvent, boolean> {
    let isWhole = true
    for (const stream of streams.values()) {
      if (!isAllowed) return true
      try {
        const read = await readStream(stream, context)
        isWhole &&= read.isWhole
        yield* shown(stream, stream.lines.take(read.messages), context)
      } catch (error) {
        if (!(error instanceof Failure) || context.signal.aborted) throw error
        isAllowed = false
        yield* note(text`The log is not shown any further: ${failureInOneLine(error.parts)}.`)
      }
    }
    return isWhole
  }

  async function* readRest(): AsyncGenerator<DeploymentEvent> {
    const deadline = deadlineIn(context.clock, longestRest)
    // Docker's awslogs driver creates the stream when it starts the container, before it writes a line.
    const created = deadlineIn(context.clock, ingestion)
    while (!(yield* readAll())) {
      const { clock } = context
      const missing = [...streams.values()].filter(({ isMissing }) => isMissing)
      if (missing.length === streams.size && clock.monotonic() >= created)
        return yield* note(
          text`There is no log: CloudWatch Logs has no stream of ${untrusted(missing[0]?.container ?? '')}, which printed nothing or did not start.`,
        )
      if (clock.monotonic() >= deadline)
        return yield* note(text`The log is not complete: CloudWatch Logs did not return its last lines in time.`)
      await context.clock.sleep(pause, context.signal)
    }
  }

  return {
    async *read(tasks) {
      yield* open(tasks)
      yield* readAll()
      markEnds(tasks, streams, context)
    },
    async *drain(tasks) {
      markEnds(tasks, streams, context)
      const left = isAllowed ? timeUntilSettled(tasks, streams, context) : 0
      if (left > 0) await context.clock.sleep(left, context.signal)
      yield* readRest()
      for (const stream of streams.values()) yield* shown(stream, stream.lines.end(), context)
    },
    tails: () => [...streams.values()].map(tailOf).filter(({ lines }) => lines.length > 0),
    result: () => [...streams.values()].map(({ lines }) => lines.result()).findLast((result) => result !== undefined),
    place: () => streams.values().next().value?.place,
  }
}

/** A container writes nothing before it was pulled. */
function pairsOf(tasks: readonly Task[], containers: readonly string[]): readonly (readonly [string, string])[] {
  const begun = tasks.filter(({ lastStatus }) => lastStatus !== 'PROVISIONING' && lastStatus !== 'PENDING')
  return begun.flatMap(({ taskArn = '' }) => containers.map((name) => [idOf(taskArn), name] as const))
}

function idOf(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1)
}

async function* shown(
  { label }: Stream,
  lines: readonly string[],
  { clock }: EcsContext,
): AsyncGenerator<DeploymentEvent> {
  if (lines.length === 0) return
  yield { kind: 'output', at: clock.now(), lines: lines.map((line) => untrusted(`${label}${line}`)) }
}

function markEnds(tasks: readonly Task[], streams: ReadonlyMap<string, Stream>, { clock }: EcsContext): void {
  for (const stream of streams.values()) {
    const task = tasks.find(({ taskArn = '' }) => idOf(taskArn) === stream.taskId)
    const container = task?.containers?.find(({ name }) => name === stream.container)
    if (container?.lastStatus === 'STOPPED') stream.endedAt ??= clock.monotonic()
    if (task?.lastStatus === 'STOPPED') stream.goneAt ??= clock.monotonic()
  }
}

/**
 * Until every container ended long enough ago for its last line to be readable: since that was seen, or since the end of the task was, to
 * which the time counts that AWS took from the one to the other. Milliseconds.
 */
function timeUntilSettled(tasks: readonly Task[], streams: ReadonlyMap<string, Stream>, { clock }: EcsContext): number {
  const now = clock.monotonic()
  const times = [...streams.values()].map(({ taskId, endedAt = now - ingestion, goneAt = now }) => {
    const task = tasks.find(({ taskArn = '' }) => idOf(taskArn) === taskId)
    const { executionStoppedAt, stoppedAt } = task ?? {}
    const before = executionStoppedAt && stoppedAt ? stoppedAt.getTime() - executionStoppedAt.getTime() : 0
    return ingestion - Math.max(now - endedAt, now - goneAt + before)
  })
  return Math.max(0, ...times)
}

function tailOf({ container, place, lines }: Stream): LogTail {
  const { logGroup, logStream } = place
  return { container, logGroup, logStream, lines: lines.tail().map(untrusted) }
}
