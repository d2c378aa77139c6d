import type { ListedObject, ReadObject } from '../../ports.ts'
import { call } from '../call.ts'
import { present } from '../error-class.ts'
import { everyPage } from '../pages.ts'
import { explainRefusal } from '../refusal.ts'
import { type Bucket, ofBucket, s3Arn, whenBucketRefused } from './bucket.ts'

/** The object of a key with its bytes; undefined: there is none. */
export async function getObject(bucket: Bucket, key: string): Promise<ReadObject | undefined> {
  const client = await bucket.connection.clients.s3()
  const { GetObjectCommand } = await import('@aws-sdk/client-s3')
  const command = new GetObjectCommand({ ...ofBucket(bucket), Key: key, ChecksumMode: 'ENABLED' })
  return await call(
    bucket.connection,
    async (options): Promise<ReadObject | undefined> => {
      const reply = await client.send(command, options)
      const bytes = await present(reply.Body, 'Body').transformToByteArray()
      const { CacheControl, ContentType, ContentEncoding, Metadata } = reply
      const at = reply.LastModified?.getTime() ?? 0
      return {
        bytes,
        etag: present(reply.ETag, 'ETag'),
        at,
        headers: { CacheControl, ContentType, ContentEncoding, Metadata },
      }
    },
    {
      action: 's3:GetObject',
      resource: s3Arn(bucket, key),
      kind: 'read',
      whenRefused: whenBucketRefused(bucket, ({ name }) => (name === 'NoSuchKey' ? { value: undefined } : undefined)),
    },
  )
}

/** An object as HeadObject describes it, with its SHA-256 in base64 where S3 has it. */
export interface HeadedObject extends ListedObject {
  readonly sha256: string | undefined
}

/** What HeadObject says of an object; undefined: there is none. */
export async function headObject(bucket: Bucket, key: string): Promise<HeadedObject | undefined> {
  const client = await bucket.connection.clients.s3()
  const { HeadObjectCommand } = await import('@aws-sdk/client-s3')
  const command = new HeadObjectCommand({ ...ofBucket(bucket), Key: key, ChecksumMode: 'ENABLED' })
  const asked = { action: 's3:GetObject', resource: s3Arn(bucket, key) } as const
  return await call(
    bucket.connection,
    async (options): Promise<HeadedObject | undefined> => {
      const { ETag, ContentLength = 0, LastModified, ChecksumSHA256 } = await client.send(command, options)
      const at = LastModified?.getTime() ?? 0
      return { key, etag: present(ETag, 'ETag'), size: ContentLength, at, sha256: ChecksumSHA256 }
    },
    {
      ...asked,
      kind: 'read',
      async whenRefused(refusal) {
        // A reply to HEAD has no body, and so no code of S3.
        const status = refusal.$metadata?.httpStatusCode
        if (status === 404) return { value: undefined }
        if (status !== 403) return await whenBucketRefused<HeadedObject | undefined>(bucket)(refusal)
        const denial = Object.assign(Object.create(refusal), { name: 'AccessDenied', message: 'Access Denied' })
        await whenBucketRefused(bucket)(denial)
        throw explainRefusal(denial, asked)
      },
    },
  )
}

/** All objects with a prefix; undefined where the credentials are not authorized to list the bucket. */
export async function listObjects(bucket: Bucket, Prefix: string): Promise<readonly ListedObject[] | undefined> {
  const first = await listPage(bucket, Prefix, undefined)
  if (first === undefined) return undefined
  const others =
    first.next === undefined
      ? []
      : await everyPage(async (next = first.next) => (await listPage(bucket, Prefix, next)) ?? { items: [] })
  return [...first.items, ...others]
}

async function listPage(bucket: Bucket, Prefix: string, ContinuationToken: string | undefined) {
  const client = await bucket.connection.clients.s3()
  const { ListObjectsV2Command } = await import('@aws-sdk/client-s3')
  // A key may have characters that XML has not.
  const command = new ListObjectsV2Command({ ...ofBucket(bucket), Prefix, ContinuationToken, EncodingType: 'url' })
  return await call(
    bucket.connection,
    async (options): Promise<{ items: readonly ListedObject[]; next: string | undefined } | undefined> => {
      const { Contents = [], NextContinuationToken, IsTruncated, KeyCount } = await client.send(command, options)
      // An empty bucket has a count as well: without it, the reply is not whole.
      present(KeyCount, 'KeyCount')
      if (IsTruncated) present(NextContinuationToken, 'NextContinuationToken')
      const items = Contents.map(({ Key = '', ETag = '', Size = 0, LastModified }) => ({
        ...{ key: decodeURIComponent(Key.replaceAll('+', ' ')), etag: ETag, size: Size },
        at: LastModified?.getTime() ?? 0,
      }))
      return { items, next: NextContinuationToken }
    },
    {
      action: 's3:ListBucket',
      resource: s3Arn(bucket),
      kind: 'read',
      whenRefused: whenBucketRefused(bucket, ({ name, message }) =>
        name === 'AccessDenied' && /s3:ListBucket/.test(message) ? { value: undefined } : undefined,
      ),
    },
  )
}
