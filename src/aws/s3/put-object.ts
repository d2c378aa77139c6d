import { Failure } from '../../failure.ts'
import type { NewObject, Stored } from '../../ports.ts'
import { type Text, text, untrusted } from '../../text.ts'
import { call } from '../call.ts'
import type { AwsError, Expected } from '../error-class.ts'
import { type Bucket, s3Arn, whenBucketRefused } from './bucket.ts'
import { headObject } from './read-objects.ts'
import { sendObject } from './send-object.ts'

/** How often a write is tried that met another one: 409 ConditionalRequestConflict, "you can retry". */
const mostMeetings = 5

/** Stores an object by one request; S3 compares the SHA-256 of what arrives. */
export async function putObject(bucket: Bucket, object: NewObject): Promise<Stored> {
  const { key, content, condition } = object
  const client = await bucket.connection.clients.s3()
  const body = await content.read(0, content.size)
  if (body.length !== content.size)
    throw changedMeanwhile(key, text`it has ${body.length} bytes instead of ${content.size}`)
  for (let meetings = 1; ; meetings++) {
    const stored = await call<Stored | 'met'>(
      bucket.connection,
      async (options) => ({ kind: 'stored', etag: await sendObject(client, bucket, object, body, options) }),
      {
        action: 's3:PutObject',
        resource: s3Arn(bucket, key),
        kind: 'mutate',
        ...(condition ? { readBack: () => whereStored(bucket, object) } : { idempotent: true }),
        whenRefused: whenBucketRefused<Stored | 'met'>(bucket, (refusal) => {
          if (mismatches.includes(refusal.name)) throw changedMeanwhile(key, wordsOf(refusal))
          return whenConditional(refusal)
        }),
      },
    )
    if (stored !== 'met') return stored
    if (meetings === mostMeetings) return { kind: 'refused' }
  }
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
const mismatches = ['BadDigest', 'XAmzContentSHA256Mismatch']

const wordsOf = ({ name, message }: AwsError): Text => text`${untrusted(name)}: ${untrusted(message)}`

function changedMeanwhile(key: string, why: Text): Failure {
  return new Failure({
    code: 'file-unreadable',
    what: text`The file of the object ${untrusted(key)} was changed while it was being sent`,
    why,
    fix: text`Let no other program write to the files while they are deployed, and run this job again.`,
  })
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
