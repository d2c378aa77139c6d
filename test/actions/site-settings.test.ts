/** What the inputs of a site do, and what its role is allowed. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { bucket, buildOf, deploySite, siteScene } from './site-scene.ts'

const build = {
  ...buildOf('one'),
  'assets/app.js': 'plain',
  'assets/app.js.br': 'compressed',
  feed: '<rss/>',
  'data.json': '{}',
  'src.map': '{}',
  '.well-known/apple-app-site-association': '{}',
  blob: 'x',
}

describe('headers', () => {
  test('are those of the rules, the first that fits, or those of the file', async () => {
    const scene = siteScene()
    const { log } = await deploySite(
      scene,
      { build },
      {
        'cache-control': 'assets/app.js: no-store\n*.{json,map}: max-age=1\nassets/**: max-age=2',
        'content-type': 'feed: application/rss+xml',
        metadata: 'commit=abc\nx-amz-meta-team=web',
        exclude: '**/*.map',
        redirects: 'old/page /about/\n/gone https://example.com/',
        encryption: 'aws:kms',
        'kms-key-id': 'key-1',
      },
    )
    const head = (key: string) => {
      const { ContentType, CacheControl, ContentEncoding, WebsiteRedirectLocation } = scene.s3.object(bucket, key) ?? {}
      return [ContentType, CacheControl, ContentEncoding ?? WebsiteRedirectLocation]
    }
    expect([
      head('assets/app.js'),
      head('assets/app.js.br'),
      head('feed'),
      head('data.json'),
      head('old/page'),
    ]).toEqual([
      ['text/javascript; charset=utf-8', 'no-store', undefined],
      ['text/javascript; charset=utf-8', 'no-store', 'br'],
      ['application/rss+xml', 'public,max-age=300', undefined],
      ['application/json; charset=utf-8', 'max-age=1', undefined],
      ['application/octet-stream', 'public,max-age=300', '/about/'],
    ])
    expect(head('.well-known/apple-app-site-association')[0]).toBe('application/json')
    expect([head('src.map'), head('gone')[2]]).toEqual([[undefined, undefined, undefined], 'https://example.com/'])
    expect(scene.s3.object(bucket, 'feed')).toMatchObject({
      Metadata: { commit: 'abc', team: 'web' },
      ServerSideEncryption: 'aws:kms',
      SSEKMSKeyId: 'key-1',
    })
    expect(scene.s3.object(bucket, '.slipway/site.json')).toMatchObject({ ServerSideEncryption: 'aws:kms' })
    expect(log).toContain('application/octet-stream for blob')
  })

  test('that change are changed by a copy, without the bytes', async () => {
    const scene = siteScene({ bucket: { encryption: { algorithm: 'aws:kms' } } })
    await deploySite(scene, { build })
    scene.sim.recorder.clear()
    const { outputs } = await deploySite(scene, { build }, { 'cache-control': 'data.json: no-cache' })
    expect([outputs.verdict, outputs.sent, scene.sim.recorder.count('s3', 'CopyObject')]).toEqual(['succeeded', '0', 1])
    expect(scene.s3.object(bucket, 'data.json')?.CacheControl).toBe('no-cache')
    expect((await deploySite(scene, { build }, { 'cache-control': 'data.json: no-cache' })).outputs.verdict).toBe(
      'unchanged',
    )
  })

  test.each([
    [{ 'cache-control': 'a b', x: '' }, /x is not an input/],
    [{ 'cache-control': '*.js no-store' }, /cache-control has the line "\*\.js no-store"/],
    [{ 'cache-control': '{a: b' }, /whose \{ is not closed/],
    [{ metadata: 'Upper=1' }, /metadata has the line "Upper=1"/],
    [
      { metadata: `a=${'x'.repeat(2000)}\nb=${'x'.repeat(47)}` },
      /metadata has 2049 bytes of names and values; Amazon S3 allows 2048 \(MetadataTooLarge\)/,
    ],
    [{ redirects: 'a b' }, /redirects has the line "a b"/],
    [{ bucket: 'Not_A_Bucket' }, /bucket must be the name of an S3 bucket/],
    [{ 'distribution-id': 'd111.cloudfront.net' }, /must be ids of CloudFront distributions/],
    [{ prefix: '../x' }, /prefix must be a path/],
    [{ release: 'v1' }, /release must be previous or a release/],
  ])('%j is refused', async (given, said) => {
    const attempt = async () =>
      (await deploySite(siteScene(), { build }, given as unknown as Record<string, string>)).message
    expect(await attempt().catch((error) => JSON.stringify(error.parts))).toMatch(said)
  })
})

test('a prefix with an origin path is invalidated and compared as visitors see it', async () => {
  const scene = siteScene({ distribution: { originPath: '/app' } })
  const given = { prefix: '/app/' }
  await deploySite(scene, { build: buildOf('one') }, given)
  scene.visit('/')
  const { outputs } = await deploySite(scene, { build: buildOf('two') }, given)
  expect([outputs.verdict, scene.visit('/').body]).toEqual(['succeeded', expect.stringContaining('two')])
  expect(scene.distribution.invalidations[0]?.paths).toContain('/index.html')
  const wrong = await deploySite(scene, { build: buildOf('two') }, { prefix: 'other', 'dry-run': 'true' })
  expect(wrong.log).toContain('OriginPath')
  const calls = scene.sim.recorder.count('s3', 'PutObject')
  const refused = await deploySite(scene, { build: buildOf('two') }, { prefix: 'other' })
  expect([refused.outputs['cause-code'], scene.sim.recorder.count('s3', 'PutObject')]).toEqual([
    'inputs-invalid',
    calls,
  ])
  const unchecked = await deploySite(scene, { build: buildOf('two') }, { prefix: 'other', check: 'off' })
  expect(unchecked.outputs.verdict).toBe('succeeded')
})

test('large files are sent in parts, and one of them at a time fits the memory', async () => {
  const scene = siteScene()
  const { outputs } = await deploySite(scene, {
    build: { 'index.html': 'x', 'film.mp4': 'a'.repeat(17 * 1024 * 1024) },
  })
  expect([outputs.verdict, scene.sim.recorder.count('s3', 'UploadPart')]).toEqual(['succeeded', 3])
})

describe('permissions', () => {
  const page = readFileSync(join(import.meta.dirname, '../../actions/deploy-site/README.md'), 'utf8')
  const [, policy = ''] = /```json\n([\s\S]*?)```/.exec(page) ?? []

  test('the policy of the README is enough, and nothing of it is too much', async () => {
    const scene = siteScene({ distribution: { queryStrings: 'none' } })
    const own = policy.replaceAll('example-site', bucket).replaceAll('E1A2B3C4D5E6F7', scene.distribution.id)
    scene.sim.iam.enforce(JSON.parse(own))
    const keeping = { 'keep-releases': '0', 'keep-days': '0' }
    for (const word of ['one', 'two'])
      expect((await deploySite(scene, { build: buildOf(word) }, keeping)).outputs.verdict).toBe('succeeded')
    await deploySite(scene, { build: { ...buildOf('two'), 'film.mp4': 'a'.repeat(17 * 1024 * 1024) } })
    const used = scene.sim.iam.actionsUsed()
    const written = [...policy.matchAll(/"((?:s3|cloudfront):\w+)"/g)].map(([, action = '']) => action)
    expect([...new Set(written)].filter((action) => action !== 's3:AbortMultipartUpload').sort()).toEqual([...used])
  })

  test('without s3:ListBucket a later deployment goes on, with a warning', async () => {
    const scene = siteScene()
    await deploySite(scene, { build: buildOf('one') })
    scene.sim.iam.allow('s3:GetObject', 's3:PutObject', 'cloudfront:*')
    const { outputs, log } = await deploySite(scene, { build: buildOf('two') })
    expect([outputs.verdict, log]).toEqual(['succeeded', expect.stringContaining('AccessDenied: s3:ListBucket')])
  })

  test.each([
    ['none', {}, /There is no S3 bucket none-such/],
    ['another region', {}, /is not in eu-west-1.*eu-central-1/],
    ['another account', { 'expected-bucket-owner': '999988887777' }, /another account than 999988887777/],
  ])('a bucket that is wrong is named: %s', async (kind, given, said) => {
    const scene = siteScene()
    scene.sim.world.region('eu-central-1').s3.createBucket('far-site')
    const name = kind === 'none' ? 'none-such' : kind === 'another region' ? 'far-site' : bucket
    const { log, isRed } = await deploySite(scene, { build }, { ...given, bucket: name })
    expect([isRed, log]).toEqual([true, expect.stringMatching(said)])
  })
})
