/** What a site is after anything that goes wrong, and what is reported. */
import { describe, expect, test } from '@jest/globals'
import { deploySiteInputs } from '../../src/actions/inputs/deploy-site-inputs.ts'
import { lost, unanswered } from '../aws/simulated.ts'
import { some } from '../often.ts'
import { givenInputs } from '../runner/fake-runner.ts'
import { type Build, bucket, buildOf, deploySite, hashOf, type SiteScene, siteJob, siteScene } from './site-scene.ts'

const denied = {
  kind: 'error',
  code: 'AccessDenied',
  message: 'User: x is not authorized to perform: s3:PutObject',
  status: 403,
} as const

async function deployed(options: Parameters<typeof siteScene>[0] = {}) {
  const scene = siteScene(options)
  await deploySite(scene, { build: buildOf('one') })
  scene.visit('/')
  return scene
}

/** The pages that visitors get, and whether the state of the site is free. */
const isOn = (scene: SiteScene, build: string) =>
  scene.visit('/').body.includes(build) && scene.visit('/about/index.html').body.includes(build)

const stateOf = (scene: SiteScene) => JSON.parse(scene.s3.object(bucket, '.slipway/site.json')?.body.toString() ?? '{}')

describe('a deployment that fails', () => {
  test('before visitors see anything has changed nothing', async () => {
    const scene = await deployed()
    scene.sim.faults.add({
      service: 's3',
      operation: 'PutObject',
      match: ({ Key }) => String(Key).startsWith('assets/'),
      effect: denied,
    })
    const { outputs, isRed } = await deploySite(scene, { build: buildOf('two') })
    expect([isRed, outputs.verdict, outputs['cause-code']]).toEqual([true, 'failed', 'permission-missing'])
    expect([isOn(scene, 'one'), stateOf(scene).claim]).toEqual([true, undefined])
  })

  test.each(some(['index.html', 'about/index.html'], 2))('while %s is written is rolled back', async (path) => {
    const scene = await deployed()
    scene.sim.faults.add({ service: 's3', operation: 'PutObject', match: ({ Key }) => Key === path, effect: denied })
    const { outputs, isRed } = await deploySite(scene, { build: buildOf('two') })
    expect([isRed, outputs.verdict, outputs['cause-code']]).toEqual([true, 'rolled-back', 'permission-missing'])
    expect([isOn(scene, 'one'), stateOf(scene).claim, stateOf(scene).pending]).toEqual([true, undefined, undefined])
    const again = await deploySite(scene, { build: buildOf('two') })
    expect([again.outputs.verdict, isOn(scene, 'two')]).toEqual(['succeeded', true])
    expect(again.log).not.toContain('another program')
  })

  test('because visitors get something else is rolled back, and names it', async () => {
    const scene = siteScene({ distribution: { rewrite: (uri) => (uri === '/' ? '/maintenance.html' : uri) } })
    await deploySite(scene, { build: { ...buildOf('one'), 'maintenance.html': 'soon' } }, { check: 'off' })
    const { outputs, isRed, log } = await deploySite(scene, {
      build: { ...buildOf('two'), 'maintenance.html': 'soon' },
    })
    expect([isRed, outputs.verdict, outputs['cause-code']]).toEqual([true, 'rolled-back', 'site-not-served'])
    expect(log).toMatch(/cloudfront\.net\/ does not return the page of release .*is not that of index\.html/s)
    expect(scene.visit('/about/index.html').body).toContain('one')
  })

  test('in the first deployment says that files may be there', async () => {
    const scene = siteScene()
    scene.sim.faults.add({
      service: 's3',
      operation: 'PutObject',
      match: ({ Key }) => Key === 'index.html',
      effect: denied,
    })
    const { outputs, log } = await deploySite(scene, { build: buildOf('one') })
    expect([outputs.verdict, log]).toEqual([
      'failed',
      expect.stringContaining('Visitors may get some of the new files'),
    ])
    expect((await deploySite(scene, { build: buildOf('one') })).outputs.verdict).toBe('succeeded')
  })

  test('and cannot be rolled back says so', async () => {
    const scene = await deployed()
    scene.sim.faults.add({
      service: 's3',
      operation: 'PutObject',
      match: ({ Key }) => Key === 'index.html',
      effect: denied,
    })
    scene.sim.faults.add({
      service: 's3',
      operation: 'CopyObject',
      match: ({ Key }) => Key === 'about/index.html',
      effect: denied,
    })
    const { outputs } = await deploySite(scene, { build: buildOf('two') })
    expect(outputs.verdict).toBe('rollback-failed')
  })
})

describe('a site that others change', () => {
  test('is written again where an object was changed or deleted', async () => {
    const scene = await deployed()
    scene.s3.handlers.PutObject?.({ Bucket: bucket, Key: 'about/index.html', Body: Buffer.from('theirs') }, {} as never)
    scene.s3.handlers.DeleteObject?.({ Bucket: bucket, Key: 'logo.svg' }, {} as never)
    const { outputs, log } = await deploySite(scene, { build: buildOf('one') })
    expect([outputs.verdict, outputs.sent]).toEqual(['succeeded', '2'])
    expect(log).toContain('2 files of the live release were changed or deleted by another program')
    expect(isOn(scene, 'one')).toBe(true)
  })

  test('keeps what is written between the comparison and our write, and is rolled back', async () => {
    const scene = await deployed()
    const theirs = () =>
      void scene.s3.handlers.PutObject?.(
        { Bucket: bucket, Key: 'index.html', Body: Buffer.from('theirs') },
        {} as never,
      )
    scene.sim.faults.add({
      ...{
        service: 's3',
        operation: 'PutObject',
        match: ({ Key }: { Key?: unknown }) => String(Key).startsWith('assets/'),
        times: 1,
      },
      effect: { kind: 'callback', run: theirs },
    })
    const { outputs } = await deploySite(scene, { build: buildOf('two') })
    expect(outputs['cause-code']).toBe('site-busy')
    expect(outputs.verdict).toBe('rolled-back')
  })

  test('has no other objects deleted, and files that expired are', async () => {
    const scene = await deployed()
    scene.s3.handlers.PutObject?.({ Bucket: bucket, Key: 'uploads/a.png', Body: Buffer.from('theirs') }, {} as never)
    const keeping = { 'keep-releases': '1', 'keep-days': '1' }
    await deploySite(scene, { build: buildOf('two') }, keeping)
    const old = `assets/app-${hashOf('one')}.js`
    const third = await deploySite(scene, { build: buildOf('three') }, keeping)
    expect([third.outputs.deleted, scene.s3.keys(bucket).includes(old)]).toEqual(['0', true])
    scene.sim.clock.advance(2 * 86_400_000)
    const { outputs } = await deploySite(scene, { build: buildOf('four') }, keeping)
    expect(Number(outputs.deleted)).toBeGreaterThan(0)
    expect(scene.s3.keys(bucket)).toEqual(expect.arrayContaining(['uploads/a.png', 'logo.svg']))
    expect(scene.s3.keys(bucket)).not.toContain(old)
  })
})

describe('two deployers', () => {
  test('do not mix: the second waits, and then has the site to itself', async () => {
    const scene = await deployed()
    scene.sim.faults.add({ service: 's3', operation: 'PutObject', effect: { kind: 'slow', milliseconds: 2000 } })
    const [first, second] = await Promise.all([
      deploySite(scene, { build: buildOf('two') }),
      scene.sim.clock.forProgram.sleep(5000).then(() => deploySite(scene, { build: buildOf('three') })),
    ])
    expect([first.outputs.verdict, second.outputs.verdict, isOn(scene, 'three')]).toEqual([
      'succeeded',
      'succeeded',
      true,
    ])
    expect(second.log).toContain('other-deployment')
  })

  test('or the second fails, when that is wanted', async () => {
    const scene = await deployed()
    scene.sim.faults.add({ service: 's3', operation: 'PutObject', effect: { kind: 'slow', milliseconds: 2000 } })
    const [, second] = await Promise.all([
      deploySite(scene, { build: buildOf('two') }),
      scene.sim.clock.forProgram
        .sleep(5000)
        .then(() => deploySite(scene, { build: buildOf('three') }, { 'on-conflict': 'fail' })),
    ])
    expect([second.isRed, second.outputs['cause-code']]).toEqual([true, 'site-busy'])
    expect(isOn(scene, 'two')).toBe(true)
  })

  test('a claim of a run that was killed is free after two minutes, and at once for the same run again', async () => {
    const scene = await deployed()
    const claim = { id: 'x', run: 'acme/api 77/1', at: scene.sim.clock.now(), release: '20261120T090000Z-00000000' }
    const claimed = () => {
      const Body = Buffer.from(JSON.stringify({ ...stateOf(scene), claim: { ...claim, at: scene.sim.clock.now() } }))
      scene.s3.handlers.PutObject?.({ Bucket: bucket, Key: '.slipway/site.json', Body }, {} as never)
    }
    claimed()
    const before = scene.sim.clock.now()
    const other = await deploySite(scene, { build: buildOf('two') })
    expect([other.outputs.verdict, scene.sim.clock.now() - before > 120_000]).toEqual(['succeeded', true])
    claimed()
    const start = scene.sim.clock.now()
    const same = await deploySite(scene, { build: buildOf('three'), run: '77', attempt: '2' }, { invalidation: 'off' })
    expect([same.outputs.verdict, scene.sim.clock.now() - start < 60_000]).toEqual(['succeeded', true])
  })

  test('an older commit is refused', async () => {
    const scene = siteScene()
    const [older, newer] = ['a'.repeat(40), 'b'.repeat(40)]
    scene.sim.github.commits.add?.(older, newer)
    const given = { guard: 'on', 'github-token': 'ghs_x' }
    await deploySite(scene, { build: buildOf('two'), commit: newer }, given)
    const { outputs } = await deploySite(scene, { build: buildOf('one'), commit: older }, given)
    expect([outputs.verdict, isOn(scene, 'two')]).toEqual(['superseded', true])
  })
})

describe('a cancel', () => {
  const cancelAt = async (
    scene: SiteScene,
    build: Build,
    operation: string,
    match?: (input: Readonly<Record<string, unknown>>) => boolean,
  ) => {
    const { runner, action } = await siteJob(scene.sim, { build })
    const inputs = givenInputs(deploySiteInputs, {
      bucket,
      folder: 'dist',
      'distribution-id': scene.distribution.id,
      guard: 'off',
    })
    scene.sim.faults.add({
      service: operation === 'CreateInvalidation' ? 'cloudfront' : 's3',
      operation,
      ...(match && { match }),
      times: 1,
      effect: { kind: 'callback', run: () => runner.cancel() },
    })
    await action.main(inputs, runner)
    const { runner: after } = await siteJob(scene.sim, { state: runner.savedState })
    await action.post?.(inputs, after)
    return { main: runner, post: after }
  }

  test.each([
    [
      'while assets are sent',
      'PutObject',
      (input: Readonly<Record<string, unknown>>) => String(input.Key).startsWith('assets/'),
    ],
    ['while pages are written', 'PutObject', (input: Readonly<Record<string, unknown>>) => input.Key === 'index.html'],
  ])('%s leaves the release before live', async (_, operation, match) => {
    const scene = await deployed()
    const { main, post } = await cancelAt(scene, buildOf('two'), operation, match)
    expect([main.outputs.verdict, post.summary]).toEqual(['cancelled', expect.stringContaining('cancelled')])
    expect([isOn(scene, 'one'), stateOf(scene).claim]).toEqual([true, undefined])
    const next = await deploySite(scene, { build: buildOf('three') })
    expect([next.outputs.verdict, isOn(scene, 'three')]).toEqual(['succeeded', true])
  })

  test('after the release was recorded leaves it live, and the next run tells the edges', async () => {
    const scene = await deployed()
    const { main, post } = await cancelAt(scene, buildOf('two'), 'CreateInvalidation')
    expect(main.outputs.verdict).toBe('cancelled')
    expect(post.summary).toContain('had written all files and requested the invalidation of edges')
    expect(stateOf(scene)).toMatchObject({ pending: expect.arrayContaining(['index.html']) })
    const again = await deploySite(scene, { build: buildOf('two') })
    expect([again.outputs.verdict, again.outputs.sent, isOn(scene, 'two')]).toEqual(['succeeded', '0', true])
  })
})

describe('a network that loses and refuses', () => {
  const kms = { bucket: { encryption: { algorithm: 'aws:kms' } } } as const
  test.each(some([...lost, ...unanswered], 5))('has the same end: %j', async (effect) => {
    const scene = await deployed(kms)
    for (const service of ['s3', 'cloudfront']) scene.sim.faults.add({ service, probability: 0.2, effect })
    const first = await deploySite(scene, { build: buildOf('two') })
    const back = await deploySite(scene, {}, { release: 'previous' })
    const headers = await deploySite(scene, { build: buildOf('one') }, { 'cache-control': 'logo.svg: no-cache' })
    expect([first, back, headers].map(({ outputs }) => outputs.verdict)).toEqual([
      'succeeded',
      'succeeded',
      'succeeded',
    ])
    scene.sim.faults.clear()
    expect([isOn(scene, 'one'), stateOf(scene).claim]).toEqual([true, undefined])
    expect(scene.s3.object(bucket, 'logo.svg')?.CacheControl).toBe('no-cache')
  })
})

describe('CloudFront', () => {
  test('that has too many invalidations in progress is waited for', async () => {
    const scene = await deployed()
    const busy = { kind: 'error', code: 'TooManyInvalidationsInProgress', message: 'busy' } as const
    scene.sim.faults.add({ service: 'cloudfront', operation: 'CreateInvalidation', effect: busy, times: 3 })
    expect((await deploySite(scene, { build: buildOf('two') })).outputs.verdict).toBe('succeeded')
  })

  test.each(some(['GetInvalidation', 'CreateInvalidation'], 2))(
    'that does not answer %s is waited for, and is no reason to take the release back',
    async (operation) => {
      const scene = await deployed()
      const start = scene.sim.clock.now()
      const silent = {
        service: 'cloudfront',
        operation,
        times: 100_000,
        effect: { kind: 'http', status: 503 },
      } as const
      const outage = scene.sim.faults.add(silent)
      const { outputs } = await deploySite(scene, { build: buildOf('two') }, { 'wait-for-minutes': '5' })
      expect([outputs.verdict, outputs['cause-code']]).toEqual(['timed-out', 'timed-out'])
      expect(outputs.cause).toMatch(new RegExp(`cloudfront:${operation}[\\s\\S]*ServiceUnavailable`))
      expect((scene.sim.clock.now() - start) / 60_000).toBeLessThan(9)
      outage.remove()
      const next = await deploySite(scene, { build: buildOf('two') })
      expect([next.outputs.verdict, next.outputs.sent, isOn(scene, 'two')]).toEqual(['succeeded', '0', true])
    },
  )

  test('whose reply was lost has one invalidation', async () => {
    const scene = await deployed()
    scene.sim.faults.add({
      service: 'cloudfront',
      operation: 'CreateInvalidation',
      effect: { kind: 'apply-then-drop' },
    })
    await deploySite(scene, { build: buildOf('two') })
    expect(scene.distribution.invalidations).toHaveLength(1)
  })

  test('that takes too long is reported, and the next run waits further', async () => {
    const scene = await deployed({ distribution: { invalidationSeconds: 300 } })
    const slow = await deploySite(scene, { build: buildOf('two') }, { 'wait-for-minutes': '1' })
    expect([slow.outputs.verdict, slow.outputs['cause-code']]).toEqual(['timed-out', 'timed-out'])
    expect([stateOf(scene).claim, stateOf(scene).pending]).toEqual([undefined, expect.arrayContaining(['index.html'])])
    const next = await deploySite(scene, { build: buildOf('two') })
    expect([next.outputs.verdict, next.outputs.sent, isOn(scene, 'two')]).toEqual(['succeeded', '0', true])
    expect(stateOf(scene).pending).toBeUndefined()
  })

  test('is checked before: no such distribution, another bucket, no default root object, a disabled one', async () => {
    const none = await deploySite(siteScene(), { build: buildOf('one') }, { 'distribution-id': 'E0000000000000' })
    expect([none.outputs['cause-code'], none.isRed]).toEqual(['distribution-not-found', true])
    const scene = siteScene({ distribution: { bucket: 'other', defaultRootObject: '', enabled: false } })
    const { log } = await deploySite(scene, { build: buildOf('one') }, { 'dry-run': 'true' })
    expect(log).toMatch(/is disabled[\s\S]*has no origin of the bucket shop-site[\s\S]*has no DefaultRootObject/)
  })
})

describe('inputs that are wrong are refused together, before anything', () => {
  test('an empty folder', async () => {
    const scene = siteScene()
    const { outputs, log } = await deploySite(scene, { build: {} })
    expect([outputs['cause-code'], log]).toEqual([
      'inputs-invalid',
      expect.stringContaining('has no files, so nothing was deployed'),
    ])
    expect(scene.s3.keys(bucket)).toEqual([])
  })

  test('no folder, a key without KMS', async () => {
    const { message } = await deploySite(siteScene(), {}, { folder: '', 'kms-key-id': 'k' })
    expect(message).toMatch(/2 inputs are invalid[\s\S]*folder is required[\s\S]*kms-key-id requires/)
  })

  test('no earlier release', async () => {
    const { outputs, log } = await deploySite(await deployed(), {}, { release: 'previous' })
    expect([outputs['cause-code'], log]).toEqual([
      'release-not-found',
      expect.stringContaining('has no earlier release'),
    ])
  })
})
