import { describe, expect, test } from '@jest/globals'
import { some } from '../often.ts'
import { said } from '../refusal.ts'
import type { FakeRunner } from '../runner/fake-runner.ts'
import { configOf, type MixedScene, mixedScene, release } from './mixed-scene.ts'
import { imageOf, serving } from './several-scene.ts'
import { bucket, buildOf, hashOf } from './site-scene.ts'
import { probeOf, response } from './verify-scene.ts'

/** The changes of AWS in the order in which they arrived, without what Slipway keeps of the site. */
function changes({ sim }: MixedScene): readonly string[] {
  const shown: Readonly<Record<string, string>> = { PutObject: 'Key', CopyObject: 'Key', UpdateService: 'service' }
  return sim.recorder.all.flatMap(({ operation, input }) => {
    const name = String((input as Record<string, unknown>)[shown[operation] ?? ''])
    if (operation === 'CreateInvalidation') return [operation]
    return shown[operation] === undefined || name.startsWith('.slipway') ? [] : [`${operation} ${name}`]
  })
}

const live = ({ sim, visit }: MixedScene) => [serving(sim, 'api'), visit('/').body.replace(/<.*>/, '')]

/** A first release, and what is asked for after it. */
async function released(options: Parameters<typeof mixedScene>[0] = {}) {
  const scene = mixedScene(options)
  await release(scene, { build: buildOf('one') })
  scene.visit('/')
  scene.sim.recorder.clear()
  return scene
}

const crash = { kind: 'crash', exitCode: 1 } as const

describe('a service and a site', () => {
  test('are deployed assets first, then the service, then the pages, with one message and one summary', async () => {
    const scene = await released()
    const { outputs, services, sent, summary } = await release(scene, { build: buildOf('two'), version: 'v3' })
    expect([outputs.verdict, live(scene)]).toEqual(['succeeded', [imageOf('api', 'v3'), 'two']])
    expect(changes(scene)).toEqual([
      `PutObject assets/app-${hashOf('two')}.js`,
      'UpdateService api',
      expect.stringMatching(/PutObject (about\/)?index.html/),
      expect.stringMatching(/PutObject (about\/)?index.html/),
      'CreateInvalidation',
    ])
    expect([services['shop.assets']?.sent, services.shop?.sent, services.shop?.unchanged]).toEqual(['1', '2', '2'])
    expect(summary).toMatch(/1 \| .*shop\.assets[\s\S]*2 \| .*api[\s\S]*3 \| .*shop</)
    const ts = sent.map((message) => message.ts).filter((one) => one !== undefined)
    expect([new Set(ts).size, JSON.stringify(sent.at(-1))]).toEqual([
      1,
      expect.stringContaining('*shop.assets* deployed'),
    ])
  })

  test('go back where the service fails: the pages do not begin, and the assets stay, which is said', async () => {
    const scene = await released()
    const { outputs, log, summary } = await release(scene, { build: buildOf('two'), version: 'v3', behaviour: crash })
    expect([outputs.verdict, live(scene)]).toEqual(['rolled-back', [imageOf('api', 'v2'), 'one']])
    expect(log).toContain('Not started: shop.')
    expect([outputs.cause, summary]).toEqual(
      Array(2).fill(expect.stringMatching(/shop\.assets stays: no page requests its files yet, and they expire\./)),
    )
    expect(scene.s3.object(bucket, `assets/app-${hashOf('two')}.js`)).toBeDefined()
    // The next release finds them.
    const again = await release(scene, { build: buildOf('two'), version: 'v4' })
    expect([again.outputs.verdict, again.services['shop.assets']?.verdict]).toEqual(['succeeded', 'unchanged'])
  })

  test('go back where visitors get other pages: the site first, then the service', async () => {
    let address = (uri: string) => uri
    const scene = await released({ distribution: { rewrite: (uri) => address(uri) } })
    address = (uri) => (uri === '/' ? '/logo.svg' : uri)
    const { outputs, services, log } = await release(scene, { build: buildOf('two'), version: 'v3' })
    address = (uri) => uri
    expect([outputs.verdict, outputs['cause-code'], live(scene)]).toEqual([
      'rolled-back',
      'site-not-served',
      [imageOf('api', 'v2'), 'one'],
    ])
    expect([services.shop?.verdict, services.api?.verdict]).toEqual(['rolled-back', 'rolled-back'])
    expect(log).toMatch(/shop failed, rolling back the deployed target/)
  })

  test('go back where a check of the site fails, with its response as the cause', async () => {
    const scene = await released()
    const config = configOf(scene, { site: ', verify: [{ url: "https://www.example.com/", within: 0 }]' })
    const failing = { build: buildOf('two'), version: 'v3', config, probe: probeOf(response(500)) }
    const { outputs, services } = await release(scene, failing)
    expect([outputs.verdict, outputs['cause-code'], live(scene)]).toEqual([
      'rolled-back',
      'verify-failed',
      [imageOf('api', 'v2'), 'one'],
    ])
    expect([services.shop?.verdict, services.api?.verdict]).toEqual(['rolled-back', 'rolled-back'])
  })

  test('the site goes back where a later wave fails', async () => {
    const scene = await released()
    const config = configOf(scene, { waves: '[[shop], [api]]' })
    const failing = { build: buildOf('two'), version: 'v3', behaviour: crash, config }
    const { outputs, services, log } = await release(scene, failing)
    expect([outputs.verdict, live(scene)]).toEqual(['rolled-back', [imageOf('api', 'v2'), 'one']])
    expect([services.shop?.verdict, log]).toEqual([
      'rolled-back',
      expect.stringMatching(/shop +│ .*Rolling back shop-site in production to \S+ by Amazon S3/),
    ])
  })

  test('are checked before anything is changed', async () => {
    const scene = await released()
    const { outputs, log } = await release(scene, { build: {}, version: 'v3' })
    expect([outputs.verdict, changes(scene), live(scene)]).toEqual(['failed', [], [imageOf('api', 'v2'), 'one']])
    expect(log).toMatch(/dist/)
  })

  test('are not begun where no visitor can reach the site through its distribution', async () => {
    const scene = await released()
    const { Origins } = scene.distribution.config
    const Items = Origins.Items.map((origin) => ({ ...origin, OriginPath: '/other' }))
    Object.assign(scene.distribution.config, { Origins: { ...Origins, Items } })
    const { outputs, log } = await release(scene, { build: buildOf('three'), version: 'v3' })
    expect([outputs.verdict, changes(scene)]).toEqual(['failed', []])
    expect(log).toMatch(/OriginPath of E\w+ is \/other/)
  })

  test('are only planned in a dry run', async () => {
    const scene = await released()
    const { log } = await release(scene, { build: buildOf('two'), version: 'v3' }, { 'dry-run': 'true' })
    expect([changes(scene), log]).toEqual([
      [],
      expect.stringMatching(/shop.assets │ .*1 to send[\s\S]*api:v2 → api:v3/),
    ])
  })

  const cancels = [
    ['UpdateService', 'a cancel while the service is deployed'],
    ['CopyObject', 'a cancel while the pages are written'],
  ] as const

  test.each(some(cancels.toReversed(), 2))('%s: %s takes back what was changed', async (operation, _) => {
    const scene = await released()
    const onRunner = (runner: FakeRunner) =>
      void scene.sim.faults.add({ operation, times: 1, effect: { kind: 'callback', run: () => runner.cancel() } })
    const what = { build: buildOf('two'), version: 'v3', onRunner }
    const main = await release(scene, what)
    const after = await release(scene, { ...what, state: main.runner.savedState, onRunner: () => undefined })
    expect([main.outputs.verdict, after.log]).toEqual([
      'cancelled',
      expect.stringContaining('3 targets (production): cancelled'),
    ])
    scene.sim.clock.advance(600_000)
    expect(live(scene)).toEqual([imageOf('api', 'v2'), 'one'])
  })
})

describe('a site alone', () => {
  const alone = (scene: MixedScene) =>
    configOf(scene)
      .replace(/services:\n {2}api.*\n/, '')
      .replace(/ {4}services:\n.*\n/, '')
      .replace(/ {4}waves.*\n/, '')

  test('is deployed by its environment, without an image', async () => {
    const scene = mixedScene()
    const { outputs, log } = await release(scene, { build: buildOf('one'), config: alone(scene) })
    expect([outputs.verdict, scene.visit('/').body]).toEqual(['succeeded', expect.stringContaining('one')])
    expect(log).toContain('shop-site (production): deployed')
  })

  test('is one of several things without waves, so its name is required', async () => {
    const scene = mixedScene()
    const config = configOf(scene).replace(/ {4}waves.*\n/, '')
    const { outputs } = await release(scene, { build: buildOf('one'), config }, { service: 'shop' })
    expect([outputs.verdict, serving(scene.sim, 'api')]).toEqual(['succeeded', imageOf('api', 'v1')])
  })

  test('that the input services names wrongly is an error with the nearest name', async () => {
    const scene = mixedScene()
    const { error } = await release(scene, { build: {} }, { services: 'shpo' })
    expect(said(error)).toMatch(
      /services names shpo, which the environment production of slipway.yml does not have; did you mean shop\?/,
    )
  })
})

describe('paths that are invalidated after a service', () => {
  const declared = ({ distribution }: MixedScene, paths = '/api/*') => ({
    waves: '[[api], [shop]]',
    after: `, after: { invalidate: { distribution: ${distribution.id}, paths: [${paths}] } }`,
  })
  const made = ({ distribution }: MixedScene) => distribution.invalidations.map(({ paths, status }) => [paths, status])

  test('are invalidated once it is healthy, before the next wave begins', async () => {
    const scene = mixedScene()
    const config = configOf(scene, declared(scene))
    const { outputs, log } = await release(scene, { build: buildOf('one'), config })
    expect([outputs.verdict, made(scene)]).toEqual(['succeeded', [[['/api/*'], 'Completed']]])
    expect(log).toMatch(/api +│ .*invalidation \S+ of E\w+: \/api\/\*[\s\S]*Wave 2 of 2: shop/)
    // Nothing is known of what edges have when the job is repeated, so there is one more for the run, and no third.
    for (const _ of [1, 2]) {
      const again = await release(scene, { build: buildOf('one'), config })
      expect([again.outputs.verdict, made(scene).length]).toEqual(['unchanged', 2])
    }
  })

  test('are invalidated anew by each deployment of one run, also of a version that it had deployed before', async () => {
    const scene = mixedScene()
    const config = configOf(scene, declared(scene))
    for (const [count, version] of ['v2', 'v3', 'v2'].entries()) {
      const { outputs } = await release(scene, { build: buildOf('one'), config, version })
      expect([outputs.verdict, made(scene).length]).toEqual(['succeeded', count + 1])
    }
  })

  test('are invalidated again when the service goes back', async () => {
    const scene = mixedScene()
    const config = configOf(scene, { ...declared(scene), site: ', prefix: gone' })
    scene.sim.faults.add({
      service: 's3',
      operation: 'PutObject',
      match: ({ Key }) => Key === 'gone/index.html',
      effect: { kind: 'error', code: 'AccessDenied', message: 'no', status: 403 },
    })
    const { outputs } = await release(scene, { build: buildOf('one'), config })
    expect([outputs.verdict, serving(scene.sim, 'api')]).toEqual(['failed', imageOf('api', 'v1')])
    expect(made(scene)).toEqual(Array(2).fill([['/api/*'], 'Completed']))
  })

  test('fail the service where they cannot be, and it goes back with a warning', async () => {
    const scene = mixedScene()
    scene.sim.faults.add({
      service: 'cloudfront',
      operation: 'CreateInvalidation',
      times: 2,
      effect: {
        kind: 'error',
        code: 'AccessDenied',
        message: 'not authorized to perform: cloudfront:CreateInvalidation',
        status: 403,
      },
    })
    const { outputs, log } = await release(scene, { build: buildOf('one'), config: configOf(scene, declared(scene)) })
    expect([outputs.verdict, outputs['cause-code']]).toEqual(['rolled-back', 'permission-missing'])
    expect([serving(scene.sim, 'api'), log]).toEqual([
      imageOf('api', 'v1'),
      expect.stringMatching(/⚠ .*edges of E\w+ may serve earlier responses of \/api\/\* until their TTL is over/),
    ])
  })

  test('of a distribution that does not exist are an error before anything is changed', async () => {
    const scene = mixedScene()
    const config = configOf(scene, declared(scene)).replace(
      /invalidate: \{ distribution: \w+/,
      'invalidate: { distribution: E0000000000000',
    )
    const { outputs, log } = await release(scene, { build: buildOf('one'), config })
    expect([outputs.verdict, changes(scene), log]).toEqual([
      'failed',
      [],
      expect.stringContaining('NoSuchDistribution'),
    ])
  })
})
