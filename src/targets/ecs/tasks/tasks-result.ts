import { parseArn } from '../../../arn.ts'
import { logConsoleUrl, taskConsoleUrl } from '../facts/console-url.ts'
import type { FollowedLogs } from './follow-logs.ts'
import { exitCodesOf } from './task-end.ts'
import type { SeenTask } from './watch-tasks.ts'

/** What is known of tasks at their end. */
export interface TasksResult {
  readonly arns: readonly string[]
  /** Of the watched container: the first that is not 0, or 0; undefined where one has none. */
  readonly exitCode: number | undefined
  /** Of all containers by their names, one object a task. */
  readonly exitCodes: readonly Readonly<Record<string, number>>[]
  /** What the program said behind the marker. */
  readonly result: string | undefined
  /** Console page of the log, or of the task. */
  readonly logUrl: string | undefined
  /** The first start and the last end, by AWS's clock. */
  readonly startedAt: Date | undefined
  readonly stoppedAt: Date | undefined
}

/** The result of the tasks that were read last. */
export function resultOf(seen: readonly SeenTask[], watched: readonly string[], logs: FollowedLogs): TasksResult {
  const exitCodes = seen.map(({ task = {} }) => exitCodesOf(task))
  const counted = exitCodes.flatMap((codes) => watched.map((name) => codes[name]))
  const isKnown = counted.length > 0 && counted.every((code) => code !== undefined)
  const bad = counted.find((code) => code !== undefined && code !== 0)
  const times = (member: 'startedAt' | 'stoppedAt') => seen.flatMap(({ task }) => task?.[member] ?? []).sort(byTime)
  return {
    arns: seen.map(({ arn }) => arn),
    exitCode: bad ?? (isKnown ? 0 : undefined),
    exitCodes,
    result: logs.result(),
    logUrl: logUrlOf(seen[0]?.arn, logs),
    startedAt: times('startedAt')[0],
    stoppedAt: times('stoppedAt').at(-1),
  }
}

function byTime(one: Date, other: Date): number {
  return one.getTime() - other.getTime()
}

function logUrlOf(arn: string | undefined, logs: FollowedLogs): string | undefined {
  if (arn === undefined) return undefined
  const { region = '', resource = '' } = parseArn(arn) ?? {}
  const place = logs.place()
  if (place) return logConsoleUrl(place.region ?? region, place.logGroup, place.logStream)
  const [cluster = '', task = ''] = resource.split('/').slice(-2)
  return taskConsoleUrl(region, cluster, task)
}
