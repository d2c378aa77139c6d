import type { Copied, NotDeleted, ObjectCopy, Unwanted } from '../../ports.ts'
import { call } from '../call.ts'
import { present } from '../error-class.ts'
import { batches } from '../pages.ts'
import { type Bucket, ofBucket, s3Arn, whenBucketRefused } from './bucket.ts'
import { conditionMembers } from './conditions.ts'
import { headObject } from './read-objects.ts'

/** Copies an object inside its bucket: its bytes do not leave S3. */
export async function copyObject(bucket: Bucket, copy: ObjectCopy): Promise<Copied> {
  const { from, to, etag, headers, condition, sha256 } = copy
  const client = await bucket.connection.clients.s3()
  const { CopyObjectCommand } = await import('@aws-sdk/client-s3')
  const input = {
    ...ofBucket(bucket),
    ...(bucket.owner !== undefined && { ExpectedSourceBucketOwner: bucket.owner }),
    ...(headers && { ...headers, MetadataDirective: 'REPLACE' }),
    ...conditionMembers(condition),
    ...(etag !== undefined && { CopySourceIfMatch: etag }),
    Key: to,
    CopySource: `${bucket.name}/${from}`.split('/').map(encodeURIComponent).join('/'),
  }
  const command = new CopyObjectCommand(input as ConstructorParameters<typeof CopyObjectCommand>[0])
  return await call<Copied>(
    bucket.connection,
    async (options) => {
      // S3 may answer 200 with an error in the body, which the client throws.
      const { CopyObjectResult } = await client.send(command, options)
      return { kind: 'copied', etag: present(CopyObjectResult?.ETag, 'CopyObjectResult.ETag') }
    },
    {
      action: 's3:PutObject',
      resource: s3Arn(bucket, to),
      kind: 'mutate',
      ...(sha256 === undefined ? { idempotent: true } : { readBack: () => whereCopied(bucket, copy) }),
      whenRefused: whenBucketRefused<Copied>(bucket, ({ name, $metadata }) => {
        if (name === 'PreconditionFailed' || $metadata?.httpStatusCode === 412) return { value: { kind: 'changed' } }
        return name === 'NoSuchKey' ? { value: { kind: 'absent' } } : undefined
      }),
    },
  )
}

/** The copy whose reply was lost: other than what was overwritten, and with the bytes of the source. */
async function whereCopied(
  bucket: Bucket,
  { from, to, etag, condition, sha256 = '' }: ObjectCopy,
): Promise<Copied | undefined> {
  const found = await headObject(bucket, to)
  const before = condition?.kind === 'etag' ? condition.etag : from === to ? etag : undefined
  const isOurs = found?.sha256 === Buffer.from(sha256, 'hex').toString('base64') && found.etag !== before
  return isOurs ? { kind: 'copied', etag: found.etag } : undefined
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html: a list of up to 1,000 keys. */
const mostDeleted = 1000

/**
 * Deletes objects; returns those that S3 did not delete. The ETag of one is a condition
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-deletes.html).
 */
export async function removeObjects(
  bucket: Bucket,
  objects: readonly Unwanted[],
  confirm?: () => Promise<void>,
): Promise<readonly NotDeleted[]> {
  const failed: NotDeleted[] = []
  for (const batch of batches(objects, mostDeleted)) failed.push(...(await removeBatch(bucket, batch, confirm)))
  // The object is another one by now, or is being written, or is gone.
  return failed.filter(({ code }) => !['PreconditionFailed', 'ConditionalRequestConflict', 'NoSuchKey'].includes(code))
}

async function removeBatch(
  bucket: Bucket,
  objects: readonly Unwanted[],
  confirm?: () => Promise<void>,
): Promise<readonly NotDeleted[]> {
  const client = await bucket.connection.clients.s3()
  const { DeleteObjectsCommand } = await import('@aws-sdk/client-s3')
  const Objects = objects.map(({ key, etag }) => ({ Key: key, ...(etag !== undefined && { ETag: etag }) }))
  const Delete = { Objects, Quiet: true }
  return await call(
    bucket.connection,
    async (options) => {
      await confirm?.()
      const { Errors = [] } = await client.send(new DeleteObjectsCommand({ ...ofBucket(bucket), Delete }), options)
      return Errors.map(({ Key = '', Code = '', Message = '' }) => ({ key: Key, code: Code, message: Message }))
    },
    {
      action: 's3:DeleteObject',
      resource: s3Arn(bucket, '*'),
      kind: 'mutate',
      idempotent: true,
      whenRefused: whenBucketRefused(bucket),
    },
  )
}
