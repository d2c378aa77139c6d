import { forPlain } from '../../report/escape.ts'
import type { TasksEnd } from '../../targets/task/index.ts'

/** Names of the outputs that say how tasks ended; empty until then. */
export const noOutputs = [
  'task-arns',
  'task-arn',
  'task-id',
  'exit-code',
  'exit-codes',
  'result',
  'log-url',
  'started-at',
  'stopped-at',
] as const

/** The outputs of tasks that have ended. Text of programs stays one line that no later step takes for a command. */
export function outputsOf(end: TasksEnd): Readonly<Record<(typeof noOutputs)[number], string>> {
  const { arns, exitCode, exitCodes, result = '', logUrl = '', startedAt, stoppedAt } = end
  const [first = ''] = arns
  return {
    'task-arns': JSON.stringify(arns),
    'task-arn': first,
    'task-id': first.slice(first.lastIndexOf('/') + 1),
    'exit-code': exitCode === undefined ? '' : String(exitCode),
    'exit-codes': JSON.stringify(exitCodes),
    result: forPlain(result),
    'log-url': logUrl,
    'started-at': startedAt?.toISOString() ?? '',
    'stopped-at': stoppedAt?.toISOString() ?? '',
  }
}
