import type { JsonObject } from '../../../ports.ts'
import { containersOf, objectIn, textIn } from '../../../task-definition/members.ts'
import { type Text, text, untrusted } from '../../../text.ts'

/** The stream of CloudWatch Logs that a container of a task writes to. */
export interface LogPlace {
  readonly logGroup: string
  readonly logStream: string
  /** Where it differs from that of the task. */
  readonly region: string | undefined
}

/** Where the log of a container is, or why that is not known. */
export type LogOfContainer =
  | { readonly kind: 'stream'; readonly place: LogPlace }
  | { readonly kind: 'elsewhere'; readonly why: Text }

/**
 * Where the driver awslogs writes: `prefix/container/task` (ECS developer guide, "awslogs-stream-prefix"). Other drivers, and a
 * definition without a prefix, name no stream that could be read.
 */
export function logOf(definition: JsonObject, container: string, taskId: string): LogOfContainer {
  const defined = containersOf(definition).find((each) => textIn(each, 'name') === container)
  const configuration = objectIn(defined, 'logConfiguration')
  const driver = textIn(configuration, 'logDriver')
  if (driver === undefined) return elsewhere(text`container ${untrusted(container)} has no logConfiguration`)
  if (driver !== 'awslogs') return elsewhere(text`container ${untrusted(container)} logs with ${untrusted(driver)}`)
  const options = objectIn(configuration, 'options')
  const [logGroup, prefix] = [textIn(options, 'awslogs-group'), textIn(options, 'awslogs-stream-prefix')]
  if (logGroup === undefined || prefix === undefined) {
    const missing = logGroup === undefined ? 'awslogs-group' : 'awslogs-stream-prefix'
    return elsewhere(text`container ${untrusted(container)} has no ${missing}, so its log stream is unknown`)
  }
  const logStream = `${prefix}/${container}/${taskId}`
  return { kind: 'stream', place: { logGroup, logStream, region: textIn(options, 'awslogs-region') } }
}

function elsewhere(why: Text): LogOfContainer {
  return { kind: 'elsewhere', why }
}
