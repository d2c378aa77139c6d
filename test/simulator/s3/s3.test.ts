import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketLocationCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { describe, expect, test } from '@jest/globals'
import { createSimulator } from '../simulator.ts'

const credentials = { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' }

function given(options: object = {}) {
  const simulator = createSimulator()
  const { s3 } = simulator.world.region('eu-west-1')
  s3.createBucket('shop', options)
  const client = new S3Client({
    region: 'eu-west-1',
    credentials,
    maxAttempts: 1,
    requestHandler: simulator.requestHandler,
  })
  return { simulator, s3, client }
}

/** The name of the error with which a command is refused, its status and its message. */
async function refusal(client: S3Client, command: object) {
  try {
    await client.send(command as PutObjectCommand)
  } catch (error) {
    const { name, message, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } }
    return [name, $metadata?.httpStatusCode, message]
  }
  return undefined
}

const Bucket = 'shop'

const refused = async (client: S3Client, command: object) => (await refusal(client, command))?.slice(0, 2)

describe('an object', () => {
  test.each(['in process', 'over HTTP'])('is stored and read with its headers, %s', async (way) => {
    const { simulator, client: near } = given()
    const listening = way === 'over HTTP' ? await simulator.listen() : undefined
    const client = listening
      ? new S3Client({ region: 'eu-west-1', credentials, endpoint: listening.url, maxAttempts: 1 })
      : near
    const Key = 'a b/ü%/x+y&z.html'
    const put = await client.send(
      new PutObjectCommand({
        ...{ Bucket, Key, Body: 'hello', ContentType: 'text/html', CacheControl: 'no-cache' },
        ...{ Metadata: { commit: 'abc' }, ExpectedBucketOwner: '111122223333' },
      }),
    )
    expect(put).toMatchObject({ ETag: '"5d41402abc4b2a76b9719d911017c592"', ServerSideEncryption: 'AES256' })
    const got = await client.send(new GetObjectCommand({ Bucket, Key }))
    expect(await got.Body?.transformToString()).toBe('hello')
    expect(got).toMatchObject({ ContentType: 'text/html', CacheControl: 'no-cache', Metadata: { commit: 'abc' } })
    const head = await client.send(new HeadObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }))
    expect(head).toMatchObject({ ContentLength: 5, ChecksumCRC32: 'NhCmhg==' })
    const part = await client.send(new GetObjectCommand({ Bucket, Key, Range: 'bytes=1-2' }))
    expect([await part.Body?.transformToString(), part.ContentRange]).toEqual(['el', 'bytes 1-2/5'])
    expect((await client.send(new ListObjectsV2Command({ Bucket }))).Contents?.map((row) => row.Key)).toEqual([Key])
    await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key }] } }))
    expect(await refused(client, new HeadObjectCommand({ Bucket, Key }))).toEqual(['NotFound', 404])
    await listening?.close()
  })

  test('is written under conditions', async () => {
    const { client } = given()
    const put = (input: object) => new PutObjectCommand({ Bucket, Key: 'lock', Body: 'x', ...input })
    expect(await refused(client, put({ IfMatch: '"a"' }))).toEqual(['NoSuchKey', 404])
    const { ETag } = await client.send(put({ IfNoneMatch: '*' }))
    expect(await refused(client, put({ IfNoneMatch: '*' }))).toEqual(['PreconditionFailed', 412])
    expect(await refused(client, put({ IfMatch: '"other"' }))).toEqual(['PreconditionFailed', 412])
    await client.send(put({ IfMatch: ETag }))
    expect(await refused(client, new DeleteObjectCommand({ Bucket, Key: 'lock', IfMatch: '"o"' }))).toEqual([
      'PreconditionFailed',
      412,
    ])
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'lock', IfMatch: ETag }))
    expect(await refused(client, new GetObjectCommand({ Bucket, Key: 'lock' }))).toEqual(['NoSuchKey', 404])
  })

  test('is refused with a wrong checksum, a long key, large metadata, an ACL and two checksums', async () => {
    const { client } = given()
    const put = (input: object) =>
      refused(client, new PutObjectCommand({ Bucket, Key: 'a', Body: 'hello', ...input })).then((error) => error?.[0])
    expect(await put({ ContentMD5: Buffer.alloc(16).toString('base64') })).toBe('BadDigest')
    expect(await put({ ContentMD5: 'abc' })).toBe('InvalidDigest')
    expect(await put({ ChecksumSHA256: Buffer.alloc(32).toString('base64') })).toBe('BadDigest')
    expect(await put({ Key: 'k'.repeat(1025) })).toBe('KeyTooLongError')
    expect(await put({ Metadata: { a: 'b'.repeat(2048) } })).toBe('MetadataTooLarge')
    expect(await put({ ACL: 'public-read' })).toBe('AccessControlListNotSupported')
    expect(await put({ WebsiteRedirectLocation: 'index.html' })).toBe('InvalidRedirectLocation')
  })

  test('has no MD5 for its ETag where AWS KMS encrypts', async () => {
    const { client } = given({ encryption: { algorithm: 'aws:kms', keyId: 'key-1' } })
    const put = await client.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'hello' }))
    expect(put).toMatchObject({ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: 'key-1' })
    expect(put.ETag).not.toContain('5d41402abc4b2a76b9719d911017c592')
  })

  test('is copied onto itself only with other headers', async () => {
    const { client } = given()
    await client.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'hello', ContentType: 'text/plain' }))
    const copy = { Bucket, Key: 'a', CopySource: 'shop/a' }
    expect(await refused(client, new CopyObjectCommand(copy))).toEqual(['InvalidRequest', 400])
    await client.send(new CopyObjectCommand({ ...copy, MetadataDirective: 'REPLACE', CacheControl: 'no-store' }))
    const head = await client.send(new HeadObjectCommand({ Bucket, Key: 'a' }))
    expect([head.CacheControl, head.ContentType, head.ContentLength]).toEqual(['no-store', 'binary/octet-stream', 5])
  })

  test('has versions where the bucket has them', async () => {
    const { client, s3 } = given({ versioning: 'Enabled' })
    const first = await client.send(new PutObjectCommand({ Bucket, Key: 'a', Body: '1' }))
    await client.send(new PutObjectCommand({ Bucket, Key: 'a', Body: '2' }))
    const gone = await client.send(new DeleteObjectCommand({ Bucket, Key: 'a' }))
    expect(gone.DeleteMarker).toBe(true)
    expect(s3.keys(Bucket)).toEqual([])
    const old = await client.send(new GetObjectCommand({ Bucket, Key: 'a', VersionId: first.VersionId }))
    expect(await old.Body?.transformToString()).toBe('1')
    expect(await client.send(new GetBucketVersioningCommand({ Bucket }))).toMatchObject({ Status: 'Enabled' })
  })
})

test('a list has pages, prefixes and the order of bytes', async () => {
  const { client } = given()
  const keys = ['B', 'a/1', 'a/2', 'b', '\ufb01', '\u{1f600}']
  for (const Key of keys) await client.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }))
  const seen: (string | undefined)[] = []
  let ContinuationToken: string | undefined
  do {
    const page = await client.send(new ListObjectsV2Command({ Bucket, MaxKeys: 4, ContinuationToken }))
    seen.push(...(page.Contents ?? []).map(({ Key }) => Key))
    ContinuationToken = page.NextContinuationToken
  } while (ContinuationToken)
  expect(seen).toEqual(['B', 'a/1', 'a/2', 'b', '\ufb01', '\u{1f600}'])
  const folders = await client.send(new ListObjectsV2Command({ Bucket, Delimiter: '/', Prefix: '' }))
  expect(folders.CommonPrefixes).toEqual([{ Prefix: 'a/' }])
  expect(await refused(client, new ListObjectsV2Command({ Bucket, ContinuationToken: 'x' }))).toEqual([
    'InvalidArgument',
    400,
  ])
})

describe('a multipart upload', () => {
  const begun = async (input: object = {}) => {
    const { client, s3 } = given()
    const upload = { Bucket, Key: 'big', ChecksumAlgorithm: 'CRC32', ...input } as const
    const { UploadId } = await client.send(new CreateMultipartUploadCommand(upload))
    const id = { Bucket, Key: 'big', UploadId }
    const part = (PartNumber: number, Body: Buffer) =>
      client.send(new UploadPartCommand({ ...id, PartNumber, Body, ChecksumAlgorithm: 'CRC32' }))
    const complete = (Parts: object[], more: object = {}) =>
      new CompleteMultipartUploadCommand({ ...id, MultipartUpload: { Parts }, ...more })
    return { client, s3, id, part, complete }
  }
  const big = Buffer.alloc(5 * 1024 * 1024, 'a')

  test('has its parts in order, each of 5 MiB but the last', async () => {
    const { client, s3, id, part, complete } = await begun({ CacheControl: 'no-cache' })
    const one = { PartNumber: 1, ETag: (await part(1, big)).ETag }
    const two = { PartNumber: 2, ETag: (await part(2, Buffer.from('b'))).ETag }
    const three = { PartNumber: 3, ETag: (await part(3, Buffer.from('c'))).ETag }
    expect((await client.send(new ListPartsCommand(id))).Parts).toHaveLength(3)
    expect(await refused(client, complete([two, one]))).toEqual(['InvalidPartOrder', 400])
    expect(await refused(client, complete([one, two, three]))).toEqual(['EntityTooSmall', 400])
    expect(await refused(client, complete([one, { PartNumber: 2, ETag: '"x"' }]))).toEqual(['InvalidPart', 400])
    const done = await client.send(complete([one, two], { IfNoneMatch: '*' }))
    expect(done).toMatchObject({ ETag: expect.stringMatching(/-2"$/), ChecksumType: 'COMPOSITE' })
    expect(s3.object(Bucket, 'big')).toMatchObject({ CacheControl: 'no-cache' })
    expect(s3.object(Bucket, 'big')?.body.length).toBe(big.length + 1)
    expect(await refused(client, complete([one, two]))).toEqual(['NoSuchUpload', 404])
  })

  test('is a full checksum where that is requested, and is gone once it is aborted', async () => {
    const { client, id, part, complete } = await begun({ ChecksumType: 'FULL_OBJECT' })
    const one = { PartNumber: 1, ETag: (await part(1, Buffer.from('hello'))).ETag }
    expect(await client.send(complete([one]))).toMatchObject({ ChecksumCRC32: 'NhCmhg==' })
    const again = await begun()
    await again.client.send(new AbortMultipartUploadCommand(again.id))
    expect(await refused(again.client, new ListPartsCommand(again.id))).toEqual(['NoSuchUpload', 404])
    expect(id.UploadId).toHaveLength(64)
  })
})

describe('a bucket', () => {
  test('of another account, another region, or of nobody is refused', async () => {
    const { client, simulator } = given()
    simulator.world.region('eu-central-1').s3.createBucket('far')
    simulator.world.region('eu-west-1').s3.createBucket('foreign', { owner: '999988887777' })
    const put = (input: object) => new PutObjectCommand({ Bucket, Key: 'a', Body: 'x', ...input })
    expect(await refused(client, put({ ExpectedBucketOwner: '999988887777' }))).toEqual(['AccessDenied', 403])
    expect(await refused(client, put({ Bucket: 'foreign' }))).toEqual(['AccessDenied', 403])
    expect(await refused(client, put({ Bucket: 'none' }))).toEqual(['NoSuchBucket', 404])
    expect(await refused(client, put({ Bucket: 'far' }))).toEqual(['PermanentRedirect', 301])
    const moved = await client.send(new HeadBucketCommand({ Bucket: 'far' })).catch((error) => error)
    expect(moved.$response.headers['x-amz-bucket-region']).toBe('eu-central-1')
  })

  test('has a location, and a policy only where it was given one', async () => {
    const { client } = given()
    expect((await client.send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint).toBe('eu-west-1')
    expect(await refused(client, new GetBucketPolicyCommand({ Bucket }))).toEqual(['NoSuchBucketPolicy', 404])
    const { client: other } = given({ policy: '{"Version":"2012-10-17"}' })
    expect((await other.send(new GetBucketPolicyCommand({ Bucket }))).Policy).toBe('{"Version":"2012-10-17"}')
  })

  test('deletes at most 1,000 objects at once', async () => {
    const { client } = given()
    const Objects = Array.from({ length: 1001 }, (_, index) => ({ Key: `k${index}` }))
    expect(await refused(client, new DeleteObjectsCommand({ Bucket, Delete: { Objects } }))).toEqual([
      'MalformedXML',
      400,
    ])
  })
})

test('faults and denials are in the words of S3', async () => {
  const { client, simulator } = given()
  simulator.faults.add({ service: 's3', operation: 'PutObject', effect: { kind: 'throttle' } })
  const put = new PutObjectCommand({ Bucket, Key: 'a', Body: 'x' })
  expect(await refused(client, put)).toEqual(['SlowDown', 503])
  simulator.iam.allow('s3:GetObject')
  expect(await refusal(client, put)).toEqual([
    'AccessDenied',
    403,
    expect.stringContaining('s3:PutObject on resource: arn:aws:s3:::shop/a'),
  ])
  expect(simulator.iam.actionsUsed()).toEqual(['s3:PutObject'])
})

test('an operation that is not modelled is 501 with its name', async () => {
  const { client } = given()
  const { GetObjectAclCommand } = await import('@aws-sdk/client-s3')
  expect(await refused(client, new GetObjectAclCommand({ Bucket, Key: 'a' }))).toEqual(['NotImplemented', 501])
})
