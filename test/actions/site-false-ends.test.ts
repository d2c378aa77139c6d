/** Ends of deployments of a site that were reported otherwise than they were, and what was changed beside them. */
import { describe, expect, test } from '@jest/globals'
import { isLong, some } from '../often.ts'
import { bucket, buildOf, deploySite, hashOf, type SiteScene, siteScene } from './site-scene.ts'

async function deployed(options: Parameters<typeof siteScene>[0] = {}) {
  const scene = siteScene(options)
  await deploySite(scene, { build: buildOf('one') })
  scene.visit('/')
  return scene
}

const put = ({ s3 }: SiteScene, Key: string, Body: string) =>
  void s3.handlers.PutObject?.({ Bucket: bucket, Key, Body: Buffer.from(Body) }, {} as never)

/** Nothing is kept for long. */
const keeping = { 'keep-releases': '1', 'keep-days': '0' }

test('an invalidation that takes longer than a claim holds keeps the site from other runs', async () => {
  const scene = await deployed({ distribution: { invalidationSeconds: isLong ? 400 : 200 } })
  const [first, second] = await Promise.all([
    deploySite(scene, { build: buildOf('two') }),
    scene.sim.clock.forProgram.sleep(20_000).then(() => deploySite(scene, { build: buildOf('three') })),
  ])
  expect([first.outputs.verdict, second.outputs.verdict]).toEqual(['succeeded', 'succeeded'])
})

describe('files that expired', () => {
  test('and cannot be deleted take no good release back', async () => {
    const scene = await deployed()
    await deploySite(scene, { build: buildOf('two') }, keeping)
    const broken = { kind: 'error', code: 'MalformedXML', message: 'The XML is not well-formed', status: 400 } as const
    scene.sim.faults.add({ service: 's3', operation: 'DeleteObjects', effect: broken })
    const { outputs, log } = await deploySite(scene, { build: buildOf('three') }, keeping)
    expect([outputs.verdict, scene.visit('/').body.includes('three')]).toEqual(['succeeded', true])
    expect(log).toMatch(/could not be deleted: .*MalformedXML/)
  })

  test('stay where another program has written over them', async () => {
    const scene = await deployed()
    const old = `assets/app-${hashOf('one')}.js`
    await deploySite(scene, { build: buildOf('two') }, keeping)
    put(scene, old, 'theirs')
    await deploySite(scene, { build: buildOf('three') }, keeping)
    expect(scene.s3.object(bucket, old)?.body.toString()).toBe('theirs')
  })

  test('stay where another program writes over them while they are about to be deleted', async () => {
    const scene = await deployed()
    const old = `assets/app-${hashOf('one')}.js`
    await deploySite(scene, { build: buildOf('two') }, keeping)
    const run = () => put(scene, old, 'theirs')
    scene.sim.faults.add({ service: 's3', operation: 'DeleteObjects', effect: { kind: 'callback', run } })
    const { outputs, log } = await deploySite(scene, { build: buildOf('three') }, keeping)
    expect([outputs.verdict, scene.s3.object(bucket, old)?.body.toString()]).toEqual(['succeeded', 'theirs'])
    expect(log).not.toContain('could not be deleted')
  })

  test('are not deleted by a request that is repeated after another run took the site over', async () => {
    const scene = await deployed()
    await deploySite(scene, { build: buildOf('two') }, keeping)
    let state = ''
    const theirs = () => {
      state = (scene.s3.object(bucket, '.slipway/site.json')?.body.toString() ?? '').replace(
        '"claim": {',
        '"claim": { "of": "another",',
      )
      put(scene, '.slipway/site.json', state)
    }
    const deletes = { service: 's3', operation: 'DeleteObjects' }
    scene.sim.faults.add({ ...deletes, effect: { kind: 'callback', run: theirs } })
    scene.sim.faults.add({ ...deletes, effect: { kind: 'hang' }, times: 20 })
    const before = scene.s3.keys(bucket)
    const { outputs } = await deploySite(scene, { build: buildOf('three') }, keeping)
    expect(outputs.verdict).toBe('superseded')
    expect(scene.s3.object(bucket, '.slipway/site.json')?.body.toString()).toBe(state)
    expect(scene.s3.keys(bucket)).toEqual(expect.arrayContaining([...before]))
  })
})

test.each(some(['about/@team.html', 'a+b/c=d.html', 'caf\u00e9/#1 100%.html', 'what?/index.html', '~ann/a~b.html'], 2))(
  'the page %s is taken from the edges, and compared, by the address that browsers ask for',
  async (path) => {
    const scene = siteScene()
    const address = `/${path.replace(/[^\w\-.~!$&'(),;=:@/]/gu, encodeURIComponent)}`
    await deploySite(scene, { build: { [path]: 'one' } }, { 'cache-control': 'public,max-age=9000' })
    expect(scene.visit(address)).toMatchObject({ status: 200, body: 'one' })
    const { outputs } = await deploySite(
      scene,
      { build: { [path]: 'two' } },
      { 'cache-control': 'public,max-age=9000' },
    )
    expect([outputs.verdict, scene.visit(address).body]).toEqual(['succeeded', 'two'])
  },
)

test.each([
  [{ redirects: '.slipway/site.json /about/' }, /\.slipway\/ is where Slipway keeps its releases/],
  [{ redirects: '/ /about/\n/old /a\n/old /b' }, /a path that is a file[\s\S]*\/old: it has two targets/],
  [{ redirects: `/${'x'.repeat(1025)} /about/` }, /KeyTooLongError: the key has 1025 bytes/],
  [{ redirects: '/old /caf\u00e9' }, /must be US-ASCII/],
  [
    { redirects: `/old /${'x'.repeat(2048)}` },
    /its target has 2049 bytes; x-amz-website-redirect-location is limited to 2048/,
  ],
])('redirects that are no objects are refused before anything: %j', async (given, says) => {
  const scene = siteScene()
  const { log, isRed } = await deploySite(scene, { build: buildOf('one') }, given)
  expect(isRed).toBe(true)
  expect(log).toMatch(says)
  expect(scene.s3.keys(bucket)).toEqual([])
})

test('a header that HTTP cannot carry is refused before anything', async () => {
  const { message } = await deploySite(siteScene(), { build: buildOf('one') }, { 'cache-control': 'a: caf\u00e9' })
  expect(message).toMatch(/cache-control has the line "a: caf\u00e9", which is not US-ASCII/)
})

test('a bucket behind two origins with paths of their own is taken from the edges by the one that reaches the site', async () => {
  const scene = siteScene({ distribution: { originPath: '/app' } })
  const { Items } = scene.distribution.live.Origins
  const [origin] = Items
  const other = { ...origin, Id: 'other', OriginPath: '/other' } as (typeof Items)[number]
  const given = { prefix: 'app', 'cache-control': 'public,max-age=9000' }
  await deploySite(scene, { build: buildOf('one') }, given)
  scene.visit('/about/index.html')
  Object.assign(scene.distribution.live, { Origins: { Quantity: 2, Items: [other, origin] } })
  const { outputs } = await deploySite(scene, { build: buildOf('two') }, given)
  expect([outputs.verdict, scene.distribution.invalidations.at(-1)?.paths]).toEqual([
    'succeeded',
    ['/', '/about/index.html', '/index.html'],
  ])
})

test('a rollback whose invalidation takes too long says what edges may serve', async () => {
  const scene = await deployed({ distribution: { invalidationSeconds: 600 } })
  const denied = { kind: 'error', code: 'AccessDenied', message: 'no', status: 403 } as const
  scene.sim.faults.add({
    service: 's3',
    operation: 'PutObject',
    match: ({ Key }) => Key === 'index.html',
    effect: denied,
  })
  const { outputs, log } = await deploySite(scene, { build: buildOf('two') }, { 'wait-for-minutes': '1' })
  expect(outputs.verdict).toBe('rolled-back')
  expect(log).toContain('edges may serve those of the failed release')
})
