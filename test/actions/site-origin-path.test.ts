/** Releases in folders of their own, to which OriginPath of the distributions is switched. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { createDeploySite } from '../../src/actions/deploy-site/index.ts'
import { deploySiteInputs } from '../../src/actions/inputs/deploy-site-inputs.ts'
import { deploySite as deploySiteActions } from '../../src/cli/permissions/site-permissions.ts'
import { lost } from '../aws/simulated.ts'
import { isLong, some, times } from '../often.ts'
import { givenInputs } from '../runner/fake-runner.ts'
import type { Handler } from '../simulator/contract.ts'
import { type Build, bucket, buildOf, deploySite, hashOf, type SiteScene, siteJob, siteScene } from './site-scene.ts'

const pointed = { publish: 'origin-path' }
const pathOf = ({ distribution }: SiteScene) => distribution.config.Origins.Items[0]?.OriginPath

async function deployed(...words: readonly string[]) {
  const scene = siteScene()
  const releases: string[] = []
  for (const word of words) {
    const { outputs } = await deploySite(scene, { build: buildOf(word) }, pointed)
    releases.push(outputs.release ?? '')
  }
  return { scene, releases }
}

describe('a release with OriginPath', () => {
  test('is switched to, and an equal one changes nothing', async () => {
    const { scene, releases } = await deployed('one', 'two')
    expect(pathOf(scene)).toBe(`/releases/${releases[1]}`)
    expect(scene.visit('/').body).toContain('two')
    // For pages that are loaded.
    expect(scene.visit(`/assets/app-${hashOf('one')}.js`).status).toBe(200)
    const puts = scene.sim.recorder.count('s3', 'PutObject')
    const { outputs } = await deploySite(scene, { build: buildOf('two') }, pointed)
    expect([outputs.verdict, scene.sim.recorder.count('s3', 'PutObject')]).toEqual(['unchanged', puts])
  })

  test('sends only what changed, and copies the rest inside the bucket', async () => {
    const { scene } = await deployed('one')
    scene.sim.recorder.clear()
    const { outputs } = await deploySite(scene, { build: buildOf('two') }, pointed)
    expect(outputs.sent).toBe('3')
    expect(scene.sim.recorder.count('s3', 'CopyObject')).toBeGreaterThan(0)
  })

  test('is rolled back to without a byte that is sent, and the site goes on from there', async () => {
    const { scene, releases } = await deployed('one', 'two')
    const back = await deploySite(scene, {}, { ...pointed, release: 'previous' })
    expect([back.outputs.verdict, back.outputs.sent]).toEqual(['succeeded', '0'])
    expect(pathOf(scene)).toBe(`/releases/${releases[0]}`)
    expect(scene.visit('/').body).toContain('one')
    expect(scene.visit(`/assets/app-${hashOf('two')}.js`).status).toBe(200)
    const on = await deploySite(scene, { build: buildOf('three') }, pointed)
    expect([on.outputs.verdict, scene.visit('/').body.includes('three')]).toEqual(['succeeded', true])
  })

  test('follows one in place, to which it can be rolled back', async () => {
    const scene = siteScene()
    await deploySite(scene, { build: buildOf('one') })
    await deploySite(scene, { build: buildOf('two') }, pointed)
    expect(scene.visit('/').body).toContain('two')
    await deploySite(scene, {}, { ...pointed, release: 'previous' })
    expect([pathOf(scene), scene.visit('/').body.includes('one')]).toEqual(['', true])
  })

  test('lies in a folder that is deleted once it has expired', async () => {
    const { scene, releases } = await deployed('one')
    const short = { ...pointed, 'keep-releases': '1', 'keep-days': '0' }
    const [second, third] = [
      await deploySite(scene, { build: buildOf('two') }, short),
      await deploySite(scene, { build: buildOf('three') }, short),
    ]
    const folders = new Set(scene.s3.keys(bucket).flatMap((key) => /^releases\/([^/]+)/.exec(key)?.[1] ?? []))
    expect(folders).toEqual(new Set([second.outputs.release, third.outputs.release]))
    expect(folders.has(releases[0] ?? '')).toBe(false)
  })

  test('that visitors do not get is switched back', async () => {
    const { scene, releases } = await deployed('one')
    const wrong = scene.cloudfront.handlers.UpdateDistribution as Handler
    let updates = 0
    // A function of the distribution that serves another page for the new release.
    Object.assign(scene.distribution.options, {
      rewrite: (uri: string) => (updates === 1 && uri === '/' ? '/about/index.html' : uri),
    })
    Object.assign(scene.cloudfront.handlers, {
      UpdateDistribution: (...asked: Parameters<Handler>) => {
        updates++
        return wrong(...asked)
      },
    })
    const { outputs } = await deploySite(scene, { build: buildOf('two') }, pointed)
    expect([outputs.verdict, outputs['cause-code']]).toEqual(['rolled-back', 'site-not-served'])
    expect(pathOf(scene)).toBe(`/releases/${releases[0]}`)
    expect(scene.visit('/').body).toContain('one')
  })
})

describe('a distribution', () => {
  test('whose OriginPath leads elsewhere is refused before anything', async () => {
    const scene = siteScene({ distribution: { originPath: '/other' } })
    const { log, isRed } = await deploySite(scene, { build: buildOf('one') }, pointed)
    expect([isRed, scene.s3.keys(bucket)]).toEqual([true, []])
    expect(log).toMatch(/OriginPath of the distribution E\w+ is \/other/)
  })

  test('without an origin of the bucket is refused before anything', async () => {
    const scene = siteScene({ distribution: { bucket: 'other-site' } })
    const { log, isRed } = await deploySite(scene, { build: buildOf('one') }, pointed)
    expect([isRed, scene.s3.keys(bucket)]).toEqual([true, []])
    expect(log).toMatch(/The distribution E\w+ has no origin of the bucket shop-site/)
  })

  test('that somebody has switched to an earlier release is one that was rolled back', async () => {
    const { scene, releases } = await deployed('one', 'two')
    const { id: Id, etag: IfMatch, config } = scene.distribution
    const Items = config.Origins.Items.map((origin) => ({ ...origin, OriginPath: `/releases/${releases[0]}` }))
    const DistributionConfig = { ...config, Origins: { Quantity: 1, Items } }
    scene.cloudfront.handlers.UpdateDistribution?.({ Id, IfMatch, DistributionConfig }, {} as never)
    const next = await deploySite(scene, { build: buildOf('three') }, pointed)
    expect([next.outputs.verdict, next.outputs['previous-release']]).toEqual(['succeeded', releases[0]])
    const back = await deploySite(scene, {}, { ...pointed, release: 'previous' })
    expect([back.outputs.verdict, pathOf(scene)]).toEqual(['succeeded', `/releases/${releases[0]}`])
  })

  test('is required', async () => {
    const { message, log } = await deploySite(
      siteScene(),
      { build: buildOf('one') },
      { ...pointed, 'distribution-id': '' },
    )
    expect(message + log).toContain('publish: origin-path requires distribution-id')
  })

  test.each(some(lost, 4))('is changed once where the reply is lost (%j)', async (effect) => {
    const { scene } = await deployed('one')
    scene.sim.faults.add({ service: 'cloudfront', operation: 'UpdateDistribution', effect })
    scene.sim.recorder.clear()
    const { outputs } = await deploySite(scene, { build: buildOf('two') }, pointed)
    expect([outputs.verdict, scene.visit('/').body.includes('two')]).toEqual(['succeeded', true])
    expect(scene.sim.recorder.count('cloudfront', 'UpdateDistribution')).toBe(1)
  })

  test('that another program changes meanwhile keeps what that has changed', async () => {
    const { scene } = await deployed('one')
    const read = scene.cloudfront.handlers.GetDistributionConfig as Handler
    const update = scene.cloudfront.handlers.UpdateDistribution as Handler
    let isMet = false
    Object.assign(scene.cloudfront.handlers, {
      GetDistributionConfig: (input: never, call: never) => {
        const found = read(input, call) as { DistributionConfig: object; ETag: string }
        const { id: Id } = scene.distribution
        if (!isMet)
          update(
            {
              Id,
              IfMatch: found.ETag,
              DistributionConfig: { ...found.DistributionConfig, Comment: 'theirs' },
            } as never,
            call,
          )
        isMet = true
        return found
      },
    })
    const { outputs } = await deploySite(scene, { build: buildOf('two') }, pointed)
    expect([outputs.verdict, scene.distribution.config.Comment]).toEqual(['succeeded', 'theirs'])
  })

  test('is changed with the permissions of the table alone', async () => {
    const { scene } = await deployed('one')
    scene.sim.iam.allow(...deploySiteActions.flatMap(({ actions }) => actions))
    const { outputs } = await deploySite(scene, { build: buildOf('two') }, pointed)
    expect(outputs.verdict).toBe('succeeded')
  })

  test('that may not be changed leaves the release before', async () => {
    const { scene, releases } = await deployed('one')
    const denied = {
      kind: 'error',
      code: 'AccessDenied',
      message: 'not authorized to perform: cloudfront:UpdateDistribution',
      status: 403,
    } as const
    scene.sim.faults.add({ service: 'cloudfront', operation: 'UpdateDistribution', effect: denied })
    const { outputs, log } = await deploySite(scene, { build: buildOf('two') }, pointed)
    expect([outputs.verdict, pathOf(scene)]).toEqual(['rolled-back', `/releases/${releases[0]}`])
    expect(log).toContain('cloudfront:UpdateDistribution')
  })
})

/** A run that is cancelled at one of its calls; with the post step where `settles`. */
async function cancelled(scene: SiteScene, build: Build, at: (operation: number) => boolean, settles: boolean) {
  const { runner } = await siteJob(scene.sim, { build })
  let calls = 0
  const { handle } = scene.sim.requestHandler
  const requestHandler = {
    ...scene.sim.requestHandler,
    handle: (...asked: Parameters<typeof handle>) => {
      if (at(++calls)) runner.cancel()
      return handle(...asked)
    },
  }
  const action = createDeploySite({ requestHandler, fetch: (url, init) => scene.sim.fetch(url, init) })
  const inputs = { bucket, folder: 'dist', 'distribution-id': scene.distribution.id, guard: 'off', ...pointed }
  const typed = givenInputs(deploySiteInputs, inputs)
  await action.main(typed, runner)
  if (!settles) return
  const after = await siteJob(scene.sim, { build, state: runner.savedState })
  await after.action.post?.(typed, after.runner)
}

test('after a cancel at any call, the post step leaves one whole release', async () => {
  for (let at = 4; at < 40; at += isLong ? 1 : 17) {
    const { scene } = await deployed('one')
    await cancelled(scene, buildOf('two'), (call) => call === at, true)
    scene.sim.clock.advance(600_000)
    const page = scene.visit('/').body
    for (const [, asset = ''] of page.matchAll(/src=(\/[^>\s]+)/g))
      expect([at, scene.visit(asset).status]).toEqual([at, 200])
    const { outputs } = await deploySite(scene, { build: buildOf('three') }, pointed)
    expect([at, outputs.verdict]).toEqual([at, 'succeeded'])
  }
})

/** Visitors at edges with the configuration before and after a change, after every answer of S3 and CloudFront. */
function watchEdges({ s3, cloudfront, distribution }: SiteScene) {
  const missed = new Set<string>()
  const visits = () => {
    const paths = [distribution.live, distribution.config].map(({ Origins }) => Origins.Items[0]?.OriginPath ?? '')
    const keys = s3.keys(bucket)
    for (const path of paths) {
      const base = path === '' ? '' : `${path.slice(1)}/`
      const pages = keys.filter((key) => key.startsWith(base) && key.endsWith('.html'))
      const isShown = (key: string) => base !== '' || !key.startsWith('releases/')
      const bodies = pages.filter(isShown).map((key) => s3.object(bucket, key)?.body.toString() ?? '')
      const assets = bodies.flatMap((body) => [...body.matchAll(/src=\/([^>\s]+)/g)].map(([, asset = '']) => asset))
      // The page comes from one edge, its asset from any.
      for (const other of paths)
        for (const asset of assets)
          if (s3.object(bucket, `${other === '' ? '' : `${other.slice(1)}/`}${asset}`) === undefined) missed.add(asset)
    }
  }
  for (const handlers of [s3.handlers, cloudfront.handlers] as Record<string, Handler>[])
    for (const [name, handler] of Object.entries(handlers))
      handlers[name] = (input, call) => {
        const output = handler(input, call)
        visits()
        return output
      }
  return missed
}

const word = fc.constantFrom('one', 'two', 'three', 'four')
const step = fc.oneof(
  fc.record({ kind: fc.constant('deploy' as const), build: word }),
  fc.constant({ kind: 'roll-back' as const }),
  fc.record({ kind: fc.constant('killed' as const), build: word, after: fc.integer({ min: 1, max: 60 }) }),
  fc.record({
    kind: fc.constant('two' as const),
    builds: fc.tuple(word, word),
    gap: fc.integer({ min: 0, max: 3000 }),
  }),
)

test('no visitor misses an asset, whichever edge answers, in deployments, rollbacks, killed runs and two at once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 4 }), async (steps) => {
      const scene = siteScene()
      const missed = watchEdges(scene)
      for (const effect of lost)
        scene.sim.faults.add({ operation: /Put|Copy|DeleteObjects|Update/, probability: 0.03, effect })
      for (const one of steps) {
        if (one.kind === 'deploy') await deploySite(scene, { build: buildOf(one.build) }, pointed)
        if (one.kind === 'roll-back') await deploySite(scene, {}, { ...pointed, release: 'previous' })
        if (one.kind === 'killed') await cancelled(scene, buildOf(one.build), (call) => call === one.after, false)
        if (one.kind === 'two') {
          const [first, second] = one.builds
          const later = scene.sim.clock.forProgram.sleep(one.gap)
          await Promise.all([
            deploySite(scene, { build: buildOf(first) }, pointed),
            later.then(() => deploySite(scene, { build: buildOf(second) }, pointed)),
          ])
        }
      }
      scene.sim.faults.clear()
      const { outputs, log } = await deploySite(scene, { build: buildOf('last') }, pointed)
      expect([outputs.verdict, log]).toEqual(['succeeded', expect.anything()])
      expect(scene.visit('/').body).toContain('last')
      expect([...missed]).toEqual([])
    }),
    { numRuns: times('SITES', 1, 200), seed: 11 },
  )
})
