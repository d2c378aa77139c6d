import type { NewObject, Stored, WriteCondition } from '../../ports.ts'
import { call } from '../call.ts'
import { type AwsError, type Expected, present } from '../error-class.ts'
import { type Bucket, ofBucket, s3Arn, whenBucketRefused } from './bucket.ts'
import { headObject } from './read-objects.ts'

/** How often a write is tried that met another one: 409 ConditionalRequestConflict, "you can retry". */
const mostMeetings = 5

/** Stores an object by one request; S3 compares the SHA-256 of what arrives. */
export async function putObject(bucket: Bucket, object: NewObject): Promise<Stored> {
  const { key, content, headers = {}, condition } = object
  const client = await bucket.connection.clients.s3()
  const { PutObjectCommand } = await import('@aws-sdk/client-s3')
  const body = await content.read(0, content.size)
  const command = new PutObjectCommand({
    ...ofBucket(bucket),
    ...headers,
    ...conditionMembers(condition),
    Key: key,
    Body: body,
    ContentLength: content.size,
    ChecksumSHA256: Buffer.from(content.sha256, 'hex').toString('base64'),
  } as ConstructorParameters<typeof PutObjectCommand>[0])
  for (let meetings = 1; ; meetings++) {
    const stored = await call<Stored | 'met'>(
      bucket.connection,
      async (options) => ({ kind: 'stored', etag: present((await client.send(command, options)).ETag, 'ETag') }),
      {
        action: 's3:PutObject',
        resource: s3Arn(bucket, key),
        kind: 'mutate',
        ...(condition ? { readBack: () => whereStored(bucket, object) } : { idempotent: true }),
        whenRefused: whenBucketRefused<Stored | 'met'>(bucket, whenConditional),
      },
    )
    if (stored !== 'met') return stored
    if (meetings === mostMeetings) return { kind: 'refused' }
  }
}

/** If-Match and If-None-Match: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html */
export function conditionMembers(condition: WriteCondition | undefined) {
  if (condition === undefined) return {}
  return condition.kind === 'absent' ? { IfNoneMatch: '*' } : { IfMatch: condition.etag }
}

/** 412 PreconditionFailed; 404 where If-Match is of an object that is gone; 409 where two writes met. */
export function whenConditional({ name, $metadata }: AwsError): Expected<Stored | 'met'> {
  if (name === 'ConditionalRequestConflict') return { value: 'met' }
  if (name === 'PreconditionFailed' || $metadata?.httpStatusCode === 412) return { value: { kind: 'refused' } }
  return name === 'NoSuchKey' ? { value: { kind: 'refused' } } : undefined
}

/** Whether a write whose reply was lost has been applied: by the SHA-256 that S3 has of the object. */
export async function whereStored(bucket: Bucket, { key, content }: NewObject): Promise<Stored | undefined> {
  const found = await headObject(bucket, key)
  const isOurs = found?.sha256 === Buffer.from(content.sha256, 'hex').toString('base64')
  return found && isOurs ? { kind: 'stored', etag: found.etag } : undefined
}
