import { unlessDenied } from '../../../deployment/optional-permission.ts'
import { readBesideWatch } from '../../../deployment/time-limits.ts'
import { redactLines } from '../../../diagnosis/redact-lines.ts'
import { Failure } from '../../../failure.ts'
import type { BeanstalkAccess, BeanstalkContext, BeanstalkRecord } from '../request/beanstalk-request.ts'

/** What finds the log of a deployment. */
type Whose = Pick<BeanstalkRecord, 'environmentId' | 'requestId'>

/**
 * The key of the consolidated log of one deployment, which Elastic Beanstalk uploads while it runs (since 2026-03; cap 1 MB; a failed
 * step is marked `[ERROR]`, with its last 50 lines). Developer guide, "Deployment logs".
 */
export function logKey(environmentId: string, requestId: string): string {
  return `resources/environments/logs/deployments/${environmentId}/eb-deployment-${requestId}.log`
}

/** Reads the whole log; undefined where there is none. Throws `permission-missing`. */
export function openLog({ environmentId, requestId }: Whose): (aws: BeanstalkAccess) => Promise<string | undefined> {
  let place: { readonly bucket: string; readonly owner: string } | undefined
  return async (aws) => {
    if (environmentId === undefined || requestId === undefined) return undefined
    place ??= await placeOf(aws)
    const object = await aws.storages.bucket(place.bucket, place.owner).get(logKey(environmentId, requestId))
    return object && Buffer.from(object.bytes).toString('utf8')
  }
}

async function placeOf({ beanstalk, identity }: BeanstalkAccess) {
  const [bucket, { accountId }] = await Promise.all([beanstalk.storageBucket(), identity()])
  return { bucket, owner: accountId }
}

/** Milliseconds between two reads of the log; the longer where Amazon S3 does not answer. */
const interval = 15_000
const pause = 60_000
const step = /\[(?:INFO|WARN|ERROR)\]/

/**
 * New steps of a log that grows, without credentials. Reads nothing again after a refusal: the log only adds to what events state.
 */
export function startLogSteps(whose: Whose, context: BeanstalkContext): () => Promise<readonly string[]> {
  const { clock } = context
  const read = openLog(whose)
  let told = 0
  let next = clock.monotonic()
  let isReadable = true
  return async () => {
    if (!isReadable || clock.monotonic() < next) return []
    const found = await unlessRejected(
      unlessDenied(
        readBesideWatch(context, async (aws) => ({ text: await read(aws) })),
        () => {
          isReadable = false
        },
      ),
    )
    next = clock.monotonic() + (found === undefined ? pause : interval)
    const text = found?.text
    // Up to the last whole line: the rest of it comes with the next read.
    const whole = text?.slice(0, text.lastIndexOf('\n') + 1).split('\n') ?? []
    const news = whole.slice(told)
    told = Math.max(told, whole.length - 1)
    return redactLines(news.filter((line) => step.test(line)))
  }
}

/** The log only adds to what events state: the watch must not end by it. */
async function unlessRejected<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading
  } catch (error) {
    if (error instanceof Failure && error.parts.code === 'aws-rejected') return undefined
    throw error
  }
}
