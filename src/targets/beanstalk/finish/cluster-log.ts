import { deadlineIn, remaining } from '../../../clock.ts'
import { Failure } from '../../../failure.ts'
import type { ObjectStorage } from '../../../ports.ts'
import type { BeanstalkContext, BeanstalkRecord } from '../request/beanstalk-request.ts'
import { clusterLogKey, openLogBucket } from '../watch/deployment-log.ts'
import { type ClusterLog, mostPacked, readClusterLog } from './pod-logs.ts'

/** Milliseconds between two reads of a log that is not there yet. */
const interval = 3_000

/**
 * The log of a deployment to a cluster, which Elastic Beanstalk uploads after the deployment has ended, "best effort", and not where it
 * failed before the deploy step: it is waited for at most `time` milliseconds. Undefined: there is none. Throws `permission-missing`.
 */
export async function awaitClusterLog(
  record: BeanstalkRecord,
  context: BeanstalkContext,
  time: number,
): Promise<ClusterLog | undefined> {
  const key = record.isCluster ? clusterLogKey(record) : undefined
  if (key === undefined) return undefined
  const { clock, signal } = context
  const deadline = deadlineIn(clock, time)
  const bucket = await openLogBucket()(context)
  for (;;) {
    const read = await readLog(bucket, key)
    if (read !== undefined && !(read instanceof Failure)) return read
    if (remaining(clock, deadline) === 0) {
      if (read) throw read
      return undefined
    }
    await clock.sleep(Math.min(interval, remaining(clock, deadline)), signal)
  }
}

/** A refusal is returned: Amazon S3 answers so also for what is not there yet, where s3:ListBucket is not allowed. */
async function readLog(bucket: ObjectStorage, key: string): Promise<ClusterLog | Failure | undefined> {
  try {
    const head = await bucket.head(key)
    if (head !== undefined && head.size > mostPacked) return { events: [], pods: [], unread: [key] }
    const object = head && (await bucket.get(key))
    return object && readClusterLog(object.bytes)
  } catch (error) {
    if (error instanceof Failure && error.parts.code === 'permission-missing') return error
    throw error
  }
}
