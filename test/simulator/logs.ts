/** Amazon CloudWatch Logs: groups, streams and their events. */
import type {
  CreateLogGroupRequest,
  DescribeLogGroupsRequest,
  DescribeLogStreamsRequest,
  FilterLogEventsRequest,
  GetLogEventsRequest,
  LogGroup,
  LogStream,
} from '@aws-sdk/client-cloudwatch-logs'
import { AwsError, type Logs, type World } from './contract.ts'
import { arn, paginate } from './identifiers.ts'

interface Entry {
  readonly timestamp: number
  readonly message: string
  /** From then on reads have it. */
  readonly ingestedAt: number
}

interface Stream {
  readonly createdAt: number
  readonly entries: Entry[]
}

interface Group {
  readonly createdAt: number
  readonly streams: Map<string, Stream>
}

const groupMissing = () => new AwsError('ResourceNotFoundException', 'The specified log group does not exist.')
const streamMissing = () => new AwsError('ResourceNotFoundException', 'The specified log stream does not exist.')

/** Logs of one region. Every message is an event of its own, stamped with the virtual time at which it was put. */
export function createLogs(world: World, region: string): Logs {
  const groups = new Map<string, Group>()
  const time = () => Math.floor(world.clock.now())
  const groupArn = (name: string) => arn('logs', region, world.accountId, `log-group:${name}`)
  const newGroup = (): Group => ({ createdAt: time(), streams: new Map() })

  const group = (input: { logGroupName?: string | undefined; logGroupIdentifier?: string | undefined }) => {
    const identifier = input.logGroupName ?? input.logGroupIdentifier
    if (!identifier || (input.logGroupName && input.logGroupIdentifier))
      throw new AwsError(
        'InvalidParameterException',
        'Specify either logGroupName or logGroupIdentifier, and not both.',
      )
    const name = identifier.replace(/^arn:aws:logs:[^:]+:\d+:log-group:/, '').replace(/:\*$/, '')
    const found = groups.get(name)
    if (!found) throw groupMissing()
    return { name, ...found }
  }

  const describeGroup = (name: string, { createdAt, streams }: Group): LogGroup => ({
    logGroupName: name,
    creationTime: createdAt,
    metricFilterCount: 0,
    arn: `${groupArn(name)}:*`,
    logGroupArn: groupArn(name),
    storedBytes: [...streams.values()].reduce((sum, stream) => sum + bytes(stream), 0),
    logGroupClass: 'STANDARD',
  })

  const describeStream = (groupName: string, name: string, stream: Stream): LogStream => ({
    logStreamName: name,
    creationTime: stream.createdAt,
    arn: `${groupArn(groupName)}:log-stream:${name}`,
    storedBytes: 0,
    ...(stream.entries.length > 0 && {
      firstEventTimestamp: stream.entries.at(0)?.timestamp,
      lastEventTimestamp: stream.entries.at(-1)?.timestamp,
      lastIngestionTime: stream.entries.at(-1)?.timestamp,
    }),
  })

  /** What reads have of a stream by now; undefined before its first event. */
  const readable = (stream: Stream | undefined) => {
    const entries = stream?.entries.filter(({ ingestedAt }) => ingestedAt <= time()) ?? []
    return entries.length === 0 ? undefined : entries
  }
  const delay = () =>
    1000 * (typeof logs.ingestionSeconds === 'number' ? logs.ingestionSeconds : logs.ingestionSeconds())

  const logs: Logs = {
    ingestionSeconds: 0,
    createGroup: (name) => {
      if (!groups.has(name)) groups.set(name, newGroup())
    },
    hasGroup: (name) => groups.has(name),
    put: (name, streamName, message) => {
      const target = groups.get(name)
      if (!target) throw groupMissing()
      const stream = target.streams.get(streamName) ?? { createdAt: time(), entries: [] }
      target.streams.set(streamName, stream)
      const ingestedAt = Math.max(stream.entries.at(-1)?.ingestedAt ?? 0, time() + delay())
      stream.entries.push({ timestamp: time(), message, ingestedAt })
    },
    handlers: {
      CreateLogGroup: (input: CreateLogGroupRequest) => {
        const name = input.logGroupName ?? ''
        if (groups.has(name))
          throw new AwsError('ResourceAlreadyExistsException', 'The specified log group already exists')
        groups.set(name, newGroup())
        return {}
      },
      DescribeLogGroups: (input: DescribeLogGroupsRequest) => {
        const names = [...groups.keys()].sort().filter((name) => name.startsWith(input.logGroupNamePrefix ?? ''))
        const { page, nextToken } = paginate(names, input.limit ?? 50, input.nextToken)
        return {
          logGroups: page.map((name) => describeGroup(name, groups.get(name) ?? newGroup())),
          ...(nextToken && { nextToken }),
        }
      },
      DescribeLogStreams: (input: DescribeLogStreamsRequest) => {
        const { name, streams } = group(input)
        const rows = [...streams].filter(([stream]) => stream.startsWith(input.logStreamNamePrefix ?? ''))
        const latest = (stream: Stream) => stream.entries.at(-1)?.timestamp ?? 0
        rows.sort((a, b) => (input.orderBy === 'LastEventTime' ? latest(a[1]) - latest(b[1]) : a[0] < b[0] ? -1 : 1))
        if (input.descending) rows.reverse()
        const { page, nextToken } = paginate(rows, input.limit ?? 50, input.nextToken)
        return {
          logStreams: page.map(([stream, value]) => describeStream(name, stream, value)),
          ...(nextToken && { nextToken }),
        }
      },
      GetLogEvents: (input: GetLogEventsRequest) => {
        const entries = readable(group(input).streams.get(input.logStreamName ?? ''))
        if (!entries) throw streamMissing()
        return page(entries.filter(within(input)), input)
      },
      FilterLogEvents: (input: FilterLogEventsRequest) => {
        const { streams } = group(input)
        const chosen = [...streams].filter(
          ([name]) =>
            (input.logStreamNames?.includes(name) ?? true) && name.startsWith(input.logStreamNamePrefix ?? ''),
        )
        const words = (input.filterPattern ?? '')
          .split(/\s+/)
          .filter(Boolean)
          .map((word) => word.replaceAll('"', ''))
        const events = chosen
          .flatMap(([logStreamName, stream]) =>
            (readable(stream) ?? []).map(({ ingestedAt, ...entry }, index) => ({
              ...entry,
              logStreamName,
              ingestionTime: ingestedAt,
              eventId: `${entry.timestamp}${index}`,
            })),
          )
          .filter((event) => within(input)(event) && words.every((word) => event.message.includes(word)))
          .sort((a, b) => a.timestamp - b.timestamp)
        const result = paginate(events, input.limit ?? 10_000, input.nextToken)
        return { events: result.page, searchedLogStreams: [], ...(result.nextToken && { nextToken: result.nextToken }) }
      },
    },
  }
  return logs
}

const bytes = (stream: Stream) => stream.entries.reduce((sum, entry) => sum + Buffer.byteLength(entry.message) + 26, 0)

const within =
  (input: { startTime?: number | undefined; endTime?: number | undefined }) => (entry: { timestamp: number }) =>
    entry.timestamp >= (input.startTime ?? 0) && entry.timestamp < (input.endTime ?? Number.POSITIVE_INFINITY)

/**
 * One page of a stream. AWS pages in both directions and repeats a token at the end of the stream; without a token it
 * starts at the newest events unless `startFromHead` (API GetLogEvents).
 */
function page(entries: readonly Entry[], input: GetLogEventsRequest) {
  const limit = input.limit ?? 10_000
  const [, direction, position] = input.nextToken?.match(/^([fb])\/(\d+)$/) ?? []
  if (input.nextToken && !direction)
    throw new AwsError('InvalidParameterException', 'The specified nextToken is invalid.')
  const backwards = direction ? direction === 'b' : !input.startFromHead
  const anchor = position === undefined ? (backwards ? entries.length : 0) : Number(position)
  const from = backwards ? Math.max(0, anchor - limit) : anchor
  const to = Math.min(entries.length, backwards ? anchor : anchor + limit)
  return {
    events: entries.slice(from, to).map(({ ingestedAt, ...entry }) => ({ ...entry, ingestionTime: ingestedAt })),
    nextForwardToken: `f/${to}`,
    nextBackwardToken: `b/${from}`,
  }
}
