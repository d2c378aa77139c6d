import { createHash } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { partsOf } from '../../src/aws/s3/upload-parts.ts'
import type { ObjectContent, ObjectHeaders } from '../../src/ports.ts'
import { failure, lost, simulated, unanswered } from './simulated.ts'

const contentOf = (text: string | Buffer): ObjectContent => {
  const bytes = Buffer.from(text as string)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  return { size: bytes.length, sha256, read: async (start, end) => bytes.subarray(start, end) }
}

function given() {
  const { simulator, aws } = simulated()
  const { s3 } = simulator.world.region('eu-west-1')
  s3.createBucket('site')
  return { simulator, s3, aws, bucket: aws.storages.bucket('site', '111122223333') }
}

test('objects are stored, read, listed, copied and removed, with any key', async () => {
  const { bucket, s3 } = given()
  const key = 'a b/ü+%25&<x>.html'
  const headers = { ContentType: 'text/html', CacheControl: 'no-cache', Metadata: { commit: 'abc' } }
  const stored = await bucket.put({ key, content: contentOf('hello'), headers })
  expect(stored).toMatchObject({ kind: 'stored' })
  const read = await bucket.get(key)
  expect([Buffer.from(read?.bytes ?? []).toString(), read?.headers.CacheControl]).toEqual(['hello', 'no-cache'])
  const copied = await bucket.copy({ from: key, to: 'copy', etag: read?.etag, headers: { ContentType: 'text/plain' } })
  expect(copied.kind).toBe('copied')
  expect(s3.object('site', 'copy')).toMatchObject({ ContentType: 'text/plain', Metadata: {} })
  expect(await bucket.copy({ from: key, to: 'copy', etag: '"other"' })).toEqual({ kind: 'changed' })
  expect(await bucket.copy({ from: 'none', to: 'copy' })).toEqual({ kind: 'absent' })
  expect((await bucket.list(''))?.map((object) => object.key)).toEqual([key, 'copy'])
  expect(await bucket.remove([{ key }, { key: 'none' }])).toEqual([])
  expect([await bucket.get(key), await bucket.head(key)]).toEqual([undefined, undefined])
})

test('an object that is another one by now is not deleted, nor is that an error', async () => {
  const { bucket, s3 } = given()
  const first = await bucket.put({ key: 'a', content: contentOf('one') })
  const etag = first.kind === 'stored' ? first.etag : ''
  await bucket.put({ key: 'a', content: contentOf('two') })
  expect(
    await bucket.remove([
      { key: 'a', etag },
      { key: 'none', etag },
    ]),
  ).toEqual([])
  expect(s3.object('site', 'a')?.body.toString()).toBe('two')
})

test('every page of a list is read', async () => {
  const { bucket, s3 } = given()
  for (let index = 0; index < 2500; index++)
    await s3.handlers.PutObject?.({ Bucket: 'site', Key: `k${index}` }, {} as never)
  expect(await bucket.list('k')).toHaveLength(2500)
  expect(await bucket.list('k1')).toHaveLength(1111)
})

test('a small object is the same request as a large one, which the SDK makes as a whole', async () => {
  const { bucket, s3, simulator } = given()
  const headers: ObjectHeaders = {
    ...{ ContentType: 'text/html; charset=utf-8', CacheControl: 'no-cache', ContentEncoding: 'gzip' },
    ...{ Metadata: { commit: 'abc' }, WebsiteRedirectLocation: '/new', StorageClass: 'STANDARD_IA' },
    ServerSideEncryption: 'aws:kms',
    SSEKMSKeyId: 'alias/site',
  }
  const shown = ({ Key: _, Body: __, ContentLength: ___, ChecksumSHA256: ____, ...input }: Record<string, unknown>) =>
    input
  for (const size of [0, 10, 1024 * 1024]) {
    const key = `${"it's (a) b/ü+%25&*!/"}${size}`
    const content = contentOf(Buffer.alloc(size, 'x'))
    expect(await bucket.put({ key, content, headers, condition: { kind: 'absent' } })).toMatchObject({ kind: 'stored' })
    expect(s3.object('site', key)?.body).toHaveLength(size)
  }
  const [none, small, large] = simulator.recorder.all.map(({ input }) => shown(input as Record<string, unknown>))
  expect([none, small]).toEqual([large, large])
  expect(large).toMatchObject({ ExpectedBucketOwner: '111122223333', IfNoneMatch: '*', SSEKMSKeyId: 'alias/site' })
})

test('a file that changes while it is sent is named', async () => {
  const { bucket, s3 } = given()
  for (const [now, why] of [
    ['longer', 'it has 6 bytes instead of 4'],
    ['else', 'XAmzContentSHA256Mismatch'],
  ] as const) {
    const content = { ...contentOf('once'), read: async () => Buffer.from(now) }
    const refused = await failure(bucket.put({ key: 'a', content }))
    expect(refused.what).toBe('The file of the object a was changed while it was being sent')
    expect(refused.why).toContain(why)
  }
  expect(s3.object('site', 'a')).toBeUndefined()
})

describe('a conditional write', () => {
  const absent = { key: 'lock', content: contentOf('mine'), condition: { kind: 'absent' } } as const
  test('is refused where another was first', async () => {
    const { bucket } = given()
    await bucket.put({ ...absent, content: contentOf('theirs') })
    expect(await bucket.put(absent)).toEqual({ kind: 'refused' })
    const there = await bucket.get('lock')
    expect(await bucket.put({ ...absent, condition: { kind: 'etag', etag: '"old"' } })).toEqual({ kind: 'refused' })
    const etag = there?.etag ?? ''
    expect(await bucket.put({ ...absent, condition: { kind: 'etag', etag } })).toMatchObject({ kind: 'stored' })
  })

  test.each(lost)('whose reply was lost (%j) is ours where S3 has our bytes', async (effect) => {
    const { bucket, simulator } = given()
    simulator.faults.add({ service: 's3', operation: 'PutObject', effect })
    expect(await bucket.put(absent)).toMatchObject({ kind: 'stored' })
    expect(simulator.recorder.count('s3', 'PutObject')).toBe(1)
  })

  test.each(unanswered)('that was not carried out (%j) is sent again', async (effect) => {
    const { bucket, simulator } = given()
    simulator.faults.add({ service: 's3', operation: 'PutObject', effect })
    expect(await bucket.put(absent)).toMatchObject({ kind: 'stored' })
  })

  test('that meets another one is tried again', async () => {
    const { bucket, simulator } = given()
    const conflict = { kind: 'error', code: 'ConditionalRequestConflict', message: 'conflict', status: 409 } as const
    simulator.faults.add({ service: 's3', operation: 'PutObject', effect: conflict, times: 2 })
    expect(await bucket.put(absent)).toMatchObject({ kind: 'stored' })
    expect(simulator.recorder.count('s3', 'PutObject')).toBe(3)
  })
})

describe('a large object', () => {
  const big = Buffer.alloc(17 * 1024 * 1024, 'a')

  test('is sent in parts, with its headers, and an upload that fails is aborted', async () => {
    const { bucket, s3, simulator } = given()
    const object = { key: 'big', content: contentOf(big), headers: { ContentType: 'video/mp4' } }
    expect(await bucket.put(object)).toMatchObject({ kind: 'stored' })
    expect(s3.object('site', 'big')).toMatchObject({ ContentType: 'video/mp4' })
    expect(s3.object('site', 'big')?.body.equals(big)).toBe(true)
    expect(simulator.recorder.count('s3', 'UploadPart')).toBe(3)
    const denied = { kind: 'error', code: 'AccessDenied', message: 'Access Denied', status: 403 } as const
    simulator.faults.add({ service: 's3', operation: 'CompleteMultipartUpload', effect: denied })
    await failure(bucket.put({ ...object, key: 'other' }))
    expect(simulator.recorder.count('s3', 'AbortMultipartUpload')).toBe(1)
    expect(await bucket.put({ ...object, condition: { kind: 'absent' } })).toEqual({ kind: 'refused' })
  })

  test('whose last reply was lost is complete once, and is no object of another program', async () => {
    const { bucket, simulator } = given()
    simulator.faults.add({ service: 's3', operation: 'CompleteMultipartUpload', effect: { kind: 'apply-then-drop' } })
    const object = { key: 'big', content: contentOf(big), condition: { kind: 'absent' } as const }
    expect(await bucket.put(object)).toMatchObject({ kind: 'stored' })
    expect(simulator.recorder.count('s3', 'CompleteMultipartUpload')).toBe(1)
  })

  test('has at most 10,000 parts', () => {
    const parts = partsOf(200 * 1024 ** 3)
    expect(parts.length).toBeLessThanOrEqual(10_000)
    expect(parts.at(-1)?.end).toBe(200 * 1024 ** 3)
    expect(partsOf(8 * 1024 * 1024 + 1).map(({ end }) => end)).toEqual([8388608, 8388609])
  })
})

describe('a bucket that is not as it should be is named', () => {
  test.each([
    ['none', undefined, /no S3 bucket none.*NoSuchBucket/s],
    ['far', undefined, /far is not in eu-west-1.*PermanentRedirect: it is in eu-central-1/s],
    ['site', '999988887777', /AccessDenied for the S3 bucket site.*another account than 999988887777/s],
  ])('%s', async (name, owner, said) => {
    const { aws, simulator } = given()
    simulator.world.region('eu-central-1').s3.createBucket('far')
    const bucket = aws.storages.bucket(name, owner)
    const { what, why, fix } = await failure(bucket.put({ key: 'a', content: contentOf('x') }))
    expect(`${what} ${why}`).toMatch(said)
    expect(fix).not.toBe('')
    if (name === 'far') expect((await failure(bucket.head('a'))).code).toBe('bucket-not-found')
  })

  test.each([
    ['111122223333', /another account than 111122223333/],
    [undefined, /Access Denied/],
  ])('a refused HeadObject is a missing permission, though its reply has no body (owner %s)', async (owner, said) => {
    const { aws, simulator } = given()
    simulator.iam.allow('s3:PutObject')
    const { code, what, why } = await failure(aws.storages.bucket('site', owner).head('a'))
    expect([code, `${what} ${why}`]).toEqual(['permission-missing', expect.stringMatching(said)])
  })

  test('a list that is not allowed is none', async () => {
    const { bucket, simulator } = given()
    simulator.iam.allow('s3:GetObject')
    expect(await bucket.list('')).toBeUndefined()
    expect((await failure(bucket.put({ key: 'a', content: contentOf('x') }))).code).toBe('permission-missing')
  })
})
