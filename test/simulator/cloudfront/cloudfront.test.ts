import {
  CloudFrontClient,
  CreateInvalidationCommand,
  GetDistributionCommand,
  GetDistributionConfigCommand,
  GetInvalidationCommand,
  ListInvalidationsCommand,
  UpdateDistributionCommand,
} from '@aws-sdk/client-cloudfront'
import { describe, expect, test } from '@jest/globals'
import { createSimulator } from '../simulator.ts'
import type { DistributionOptions } from './distributions.ts'

const credentials = { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' }

function given(options: Partial<DistributionOptions> = {}) {
  const simulator = createSimulator()
  const { s3 } = simulator.world.region('eu-west-1')
  const { cloudfront } = simulator.world.region('us-east-1')
  const made = cloudfront.createDistribution({ bucket: 'site', defaultRootObject: 'index.html', ...options })
  const Statement = [
    {
      Effect: 'Allow',
      Principal: { Service: 'cloudfront.amazonaws.com' },
      Action: 's3:GetObject',
      Condition: { StringEquals: { 'AWS:SourceArn': made.arn } },
    },
  ]
  s3.createBucket('site', { policy: JSON.stringify({ Version: '2012-10-17', Statement }) })
  const put = (Key: string, Body: string, more: object = {}) =>
    s3.handlers.PutObject?.({ Bucket: 'site', Key, Body: Buffer.from(Body), ...more }, {} as never)
  const seen = (path: string) => {
    const { status, body = '' } = cloudfront.view(made.domain, path)
    return [status, Buffer.from(body as string).toString()]
  }
  const client = new CloudFrontClient({
    region: 'eu-west-1',
    credentials,
    maxAttempts: 1,
    requestHandler: simulator.requestHandler,
  })
  const invalidate = (Items: string[], CallerReference = Items.join()) =>
    client.send(
      new CreateInvalidationCommand({
        DistributionId: made.id,
        InvalidationBatch: { CallerReference, Paths: { Quantity: Items.length, Items } },
      }),
    )
  return { simulator, client, made, put, seen, invalidate }
}

const nameOf = (asked: Promise<unknown>) =>
  asked.then(
    () => undefined,
    (error: Error) => error.name,
  )

describe('an edge', () => {
  test('serves what it has cached until its lifetime is over, or an invalidation has completed', async () => {
    const { simulator, client, made, put, seen, invalidate } = given()
    put('index.html', 'one')
    expect([seen('/'), seen('/index.html')]).toEqual([
      [200, 'one'],
      [200, 'one'],
    ])
    put('index.html', 'two')
    const { Invalidation } = await invalidate(['/index.html'])
    expect(seen('/index.html')).toEqual([200, 'one'])
    simulator.clock.advance(120_000)
    const Id = Invalidation?.Id
    expect((await client.send(new GetInvalidationCommand({ DistributionId: made.id, Id }))).Invalidation?.Status).toBe(
      'Completed',
    )
    expect([seen('/index.html'), seen('/')]).toEqual([
      [200, 'two'],
      [200, 'one'],
    ])
    simulator.clock.advance(86_400_000)
    expect(seen('/')).toEqual([200, 'two'])
  })

  test('heeds Cache-Control, and caches errors for ten seconds', () => {
    const { simulator, put, seen } = given()
    expect(seen('/a.js')[0]).toBe(403)
    put('a.js', 'one', { CacheControl: 'max-age=60' })
    expect(seen('/a.js')[0]).toBe(403)
    simulator.clock.advance(11_000)
    expect(seen('/a.js')).toEqual([200, 'one'])
    put('a.js', 'two')
    simulator.clock.advance(59_000)
    expect(seen('/a.js')).toEqual([200, 'one'])
    simulator.clock.advance(2000)
    expect(seen('/a.js')).toEqual([200, 'two'])
  })

  test('has an error page, an origin path, and an address that a function changes', () => {
    const { put, seen } = given({
      originPath: '/v1',
      errorResponses: [{ code: 403, page: '/index.html' }],
      rewrite: (uri) => uri.replace(/\/$/, '/index.html'),
    })
    put('v1/index.html', 'root')
    put('v1/docs/index.html', 'docs')
    expect([seen('/'), seen('/docs/'), seen('/none')]).toEqual([
      [200, 'root'],
      [200, 'docs'],
      [200, 'root'],
    ])
  })
})

describe('an invalidation', () => {
  test('is the same with the same caller reference, and refused with other paths', async () => {
    const { invalidate, client, made } = given()
    const first = await invalidate(['/a', '/b'], 'ref')
    expect((await invalidate(['/b', '/a'], 'ref')).Invalidation?.Id).toBe(first.Invalidation?.Id)
    expect(await nameOf(invalidate(['/c'], 'ref'))).toBe('InvalidationBatchAlreadyExists')
    const list = await client.send(new ListInvalidationsCommand({ DistributionId: made.id }))
    expect(list.InvalidationList?.Quantity).toBe(1)
  })

  test.each([
    [{ cacheTagHeader: 'x-amz-meta-cache-tag' }, 'new', 'old'],
    [{}, 'old', 'old'],
  ])(
    'of a cache tag is of the objects with the tag, where the distribution has a header for them',
    async (options, a, b) => {
      const { simulator, put, seen, invalidate } = given(options)
      const put2 = (body: string) => {
        put('a', body, { Metadata: { 'cache-tag': 'product:tv, Brand:Acme' } })
        put('b', body, { Metadata: { 'cache-tag': 'product:tv-set' } })
      }
      put2('old')
      expect([seen('/a')[1], seen('/b')[1]]).toEqual(['old', 'old'])
      put2('new')
      await invalidate(['#brand:acme', '#product:t'])
      simulator.clock.advance(300_000)
      expect([seen('/a')[1], seen('/b')[1]]).toEqual([a, b])
    },
  )

  test('has limits', async () => {
    const { invalidate } = given()
    for (const path of ['a', '/a*b', '/ü', `/${'a'.repeat(4000)}`, '#', '#a,b', '#a b', `#${'a'.repeat(257)}`])
      expect(await nameOf(invalidate([path]))).toBe('InvalidArgument')
    const paths = (count: number, end = '') => Array.from({ length: count }, (_, index) => `/${index}${end}`)
    expect(await nameOf(invalidate(paths(16, '/*')))).toBe('TooManyInvalidationsInProgress')
    await invalidate(paths(15, '/*'))
    expect(await nameOf(invalidate(['/more/*']))).toBe('TooManyInvalidationsInProgress')
    await invalidate(paths(3000))
    expect(await nameOf(invalidate(['/more']))).toBe('TooManyInvalidationsInProgress')
    expect(await nameOf(invalidate(paths(3001)))).toBe('BatchTooLarge')
  })
})

test('a change of a distribution needs its ETag and takes minutes', async () => {
  const { client, made, simulator, put, seen } = given()
  put('v2/index.html', 'two')
  put('index.html', 'one')
  const { DistributionConfig, ETag } = await client.send(new GetDistributionConfigCommand({ Id: made.id }))
  const Items = DistributionConfig?.Origins?.Items?.map((origin) => ({ ...origin, OriginPath: '/v2' }))
  const update = (IfMatch?: string) =>
    client.send(
      new UpdateDistributionCommand({
        Id: made.id,
        IfMatch,
        DistributionConfig: { ...DistributionConfig, Origins: { Quantity: 1, Items } } as never,
      }),
    )
  expect([await nameOf(update()), await nameOf(update('E0'))]).toEqual(['InvalidIfMatchVersion', 'PreconditionFailed'])
  await update(ETag)
  const read = async () => (await client.send(new GetDistributionCommand({ Id: made.id }))).Distribution?.Status
  expect([await read(), seen('/index.html')]).toEqual(['InProgress', [200, 'one']])
  simulator.clock.advance(300_000)
  expect([await read(), seen('/other'), seen('/')]).toEqual(['Deployed', [403, expect.anything()], [200, 'two']])
  expect(await nameOf(client.send(new GetDistributionCommand({ Id: 'ENONE' })))).toBe('NoSuchDistribution')
})
