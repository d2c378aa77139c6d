import { unlessDenied } from '../../../deployment/optional-permission.ts'
import { readBesideWatch } from '../../../deployment/time-limits.ts'
import { redactLines } from '../../../diagnosis/redact-lines.ts'
import { Failure } from '../../../failure.ts'
import type { ObjectStorage } from '../../../ports.ts'
import type { BeanstalkAccess, BeanstalkContext, BeanstalkRecord } from '../request/beanstalk-request.ts'

/** What finds the log of a deployment. */
type Whose = Pick<BeanstalkRecord, 'environmentId' | 'requestId' | 'isCluster'>

/** Where Elastic Beanstalk uploads the logs of deployments: developer guide, "Deployment logs". */
const folder = 'resources/environments/logs/deployments'

/**
 * The key of the consolidated log of one deployment, which Elastic Beanstalk uploads while it runs (since 2026-03; cap 1 MB; a failed
 * step is marked `[ERROR]`, with its last 50 lines). Developer guide, "Deployment logs".
 */
export function logKey(environmentId: string, requestId: string): string {
  return `${folder}/${environmentId}/eb-deployment-${requestId}.log`
}

/** The key of the ZIP file that Elastic Beanstalk uploads once a deployment to a cluster has ended. The same page. */
export function clusterLogKey({ environment, environmentId, requestId }: BeanstalkRecord): string | undefined {
  if (environmentId === undefined || requestId === undefined) return undefined
  return `${folder}/${environmentId}/deployment-${environment}-${requestId}.zip`
}

/** Opens the bucket that has the logs of deployments, once. */
export function openLogBucket(): (aws: BeanstalkAccess) => Promise<ObjectStorage> {
  let place: { readonly bucket: string; readonly owner: string } | undefined
  return async (aws) => {
    place ??= await placeOf(aws)
    return aws.storages.bucket(place.bucket, place.owner)
  }
}

/** Reads the whole log; undefined where there is none, as for a cluster. Throws `permission-missing`. */
export function openLog({
  environmentId,
  requestId,
  isCluster,
}: Whose): (aws: BeanstalkAccess) => Promise<string | undefined> {
  const open = openLogBucket()
  return async (aws) => {
    if (environmentId === undefined || requestId === undefined || isCluster) return undefined
    const bucket = await open(aws)
    const object = await bucket.get(logKey(environmentId, requestId))
    return object && Buffer.from(object.bytes).toString('utf8')
  }
}

async function placeOf({ beanstalk, identity }: BeanstalkAccess) {
  const [bucket, { accountId }] = await Promise.all([beanstalk.storageBucket(), identity()])
  return { bucket, owner: accountId }
}

/** Milliseconds between two reads of the log; the longer where Amazon S3 does not answer, or refuses. */
const interval = 15_000
const pause = 60_000
const step = /\[(?:INFO|WARN|ERROR)\]/

/**
 * New steps of a log that grows, without credentials. A refusal is not the last word: Amazon S3 answers AccessDenied also for a log that
 * is not there yet, where the role is not authorized for s3:ListBucket (API reference, GetObject).
 */
export function startLogSteps(whose: Whose, context: BeanstalkContext): () => Promise<readonly string[]> {
  const { clock } = context
  const read = openLog(whose)
  let told = 0
  let next = clock.monotonic()
  return async () => {
    if (whose.isCluster || clock.monotonic() < next) return []
    let isRefused = false
    const found = await unlessRejected(
      unlessDenied(
        readBesideWatch(context, async (aws) => ({ text: await read(aws) })),
        () => {
          isRefused = true
        },
      ),
    )
    next = clock.monotonic() + (found === undefined || isRefused ? pause : interval)
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
