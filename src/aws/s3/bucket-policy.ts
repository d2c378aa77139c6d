import type { JsonObject } from '../../ports.ts'
import { call } from '../call.ts'
import { present } from '../error-class.ts'
import { type Bucket, ofBucket, s3Arn, whenBucketRefused } from './bucket.ts'

/** The policy of a bucket as it is written; empty where it has none. */
export async function bucketPolicy(bucket: Bucket): Promise<JsonObject> {
  const client = await bucket.connection.clients.s3()
  const { GetBucketPolicyCommand } = await import('@aws-sdk/client-s3')
  const command = new GetBucketPolicyCommand(ofBucket(bucket))
  return await call(
    bucket.connection,
    async (options): Promise<JsonObject> => JSON.parse(present((await client.send(command, options)).Policy, 'Policy')),
    {
      action: 's3:GetBucketPolicy',
      resource: s3Arn(bucket),
      kind: 'read',
      whenRefused: whenBucketRefused(bucket, ({ name }) => (name === 'NoSuchBucketPolicy' ? { value: {} } : undefined)),
    },
  )
}
