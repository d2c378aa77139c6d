import { createHash } from 'node:crypto'
import type { NewObject, Stored } from '../../ports.ts'
import { call } from '../call.ts'
import { present } from '../error-class.ts'
import { type Bucket, ofBucket, s3Arn, whenBucketRefused } from './bucket.ts'
import { conditionMembers } from './conditions.ts'
import { whenConditional } from './put-object.ts'
import { headObject } from './read-objects.ts'

/** An object of this size or more is sent in parts. Bytes. */
export const multipartFrom = 16 * 1024 * 1024
const usualPart = 8 * 1024 * 1024
/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
const mostParts = 10_000

/** Where the parts of an object begin and end. */
export function partsOf(
  size: number,
): readonly { readonly number: number; readonly start: number; readonly end: number }[] {
  const part = Math.max(usualPart, Math.ceil(size / mostParts))
  const count = Math.max(1, Math.ceil(size / part))
  return Array.from({ length: count }, (_, index) => ({
    number: index + 1,
    start: index * part,
    end: Math.min(size, (index + 1) * part),
  }))
}

/**
 * Stores an object in parts, one after the other, so that a large file takes no more memory than one part. An upload that fails is
 * aborted: unfinished ones cost storage.
 */
export async function uploadParts(bucket: Bucket, object: NewObject): Promise<Stored> {
  const uploadId = await createUpload(bucket, object)
  try {
    const parts = []
    for (const part of partsOf(object.content.size)) parts.push(await uploadPart(bucket, object, uploadId, part))
    const stored = await completeUpload(bucket, object, uploadId, parts)
    if (stored.kind === 'refused') await abortUpload(bucket, object.key, uploadId)
    return stored
  } catch (error) {
    await abortUpload(bucket, object.key, uploadId).catch(() => undefined)
    throw error
  }
}

async function createUpload(bucket: Bucket, { key, headers = {} }: NewObject): Promise<string> {
  const client = await bucket.connection.clients.s3()
  const { CreateMultipartUploadCommand } = await import('@aws-sdk/client-s3')
  const input = { ...ofBucket(bucket), ...headers, Key: key, ChecksumAlgorithm: 'SHA256' }
  const command = new CreateMultipartUploadCommand(
    input as ConstructorParameters<typeof CreateMultipartUploadCommand>[0],
  )
  return await call(
    bucket.connection,
    async (options) => present((await client.send(command, options)).UploadId, 'UploadId'),
    // A second one is left without parts, which costs nothing.
    { ...described(bucket, key), idempotent: true, whenRefused: whenBucketRefused(bucket) },
  )
}

interface SentPart {
  readonly PartNumber: number
  readonly ETag: string
  readonly ChecksumSHA256: string | undefined
}

async function uploadPart(
  bucket: Bucket,
  { key, content }: NewObject,
  UploadId: string,
  { number, start, end }: ReturnType<typeof partsOf>[number],
): Promise<SentPart> {
  const client = await bucket.connection.clients.s3()
  const { UploadPartCommand } = await import('@aws-sdk/client-s3')
  const named = { ...ofBucket(bucket), Key: key, UploadId, PartNumber: number }
  const Body = await content.read(start, end)
  return await call(
    bucket.connection,
    async (options) => {
      const command = new UploadPartCommand({ ...named, Body, ChecksumAlgorithm: 'SHA256' })
      const { ETag, ChecksumSHA256 } = await client.send(command, options)
      return { PartNumber: number, ETag: present(ETag, 'ETag'), ChecksumSHA256 }
    },
    { ...described(bucket, key), idempotent: true },
  )
}

async function completeUpload(
  bucket: Bucket,
  { key, condition, content }: NewObject,
  UploadId: string,
  Parts: SentPart[],
): Promise<Stored> {
  const client = await bucket.connection.clients.s3()
  const { CompleteMultipartUploadCommand } = await import('@aws-sdk/client-s3')
  const named = { ...ofBucket(bucket), Key: key, UploadId, MpuObjectSize: content.size }
  const command = new CompleteMultipartUploadCommand({
    ...named,
    ...conditionMembers(condition),
    MultipartUpload: { Parts },
  })
  const stored = await call<Stored | 'met'>(
    bucket.connection,
    async (options) => ({ kind: 'stored', etag: present((await client.send(command, options)).ETag, 'ETag') }),
    { ...described(bucket, key), readBack: () => whereCompleted(bucket, key, Parts), whenRefused: whenConditional },
  )
  return stored === 'met' ? { kind: 'refused' } : stored
}

/**
 * Whether the upload whose reply was lost is complete: sent again, its condition would meet the object that it has made. Of parts, S3 has
 * the SHA-256 of their SHA-256: https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
 */
async function whereCompleted(bucket: Bucket, key: string, parts: readonly SentPart[]): Promise<Stored | undefined> {
  const found = await headObject(bucket, key)
  const hash = createHash('sha256')
  for (const { ChecksumSHA256 = '' } of parts) hash.update(Buffer.from(ChecksumSHA256, 'base64'))
  const isOurs = found?.sha256 === `${hash.digest('base64')}-${parts.length}`
  return found && isOurs ? { kind: 'stored', etag: found.etag } : undefined
}

async function abortUpload(bucket: Bucket, key: string, UploadId: string): Promise<void> {
  const client = await bucket.connection.clients.s3()
  const { AbortMultipartUploadCommand } = await import('@aws-sdk/client-s3')
  const command = new AbortMultipartUploadCommand({ ...ofBucket(bucket), Key: key, UploadId })
  await call(bucket.connection, async (options) => void (await client.send(command, options)), {
    action: 's3:AbortMultipartUpload',
    resource: s3Arn(bucket, key),
    kind: 'mutate',
    idempotent: true,
    whenRefused: ({ name }) => (name === 'NoSuchUpload' ? { value: undefined } : undefined),
  })
}

function described(bucket: Bucket, key: string) {
  return { action: 's3:PutObject', resource: s3Arn(bucket, key), kind: 'mutate' } as const
}
