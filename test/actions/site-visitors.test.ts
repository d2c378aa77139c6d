/**
 * Whatever happens to a site, no page that visitors get names an asset that is missing: deployments, rollbacks, two deployers at once,
 * runs that are killed at any call, replies that are lost. Every answer of S3 is a moment at which visitors come.
 */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { createDeploySite } from '../../src/actions/deploy-site/index.ts'
import { deploySiteInputs } from '../../src/actions/inputs/deploy-site-inputs.ts'
import { lost } from '../aws/simulated.ts'
import { times } from '../often.ts'
import { givenInputs } from '../runner/fake-runner.ts'
import type { Handler } from '../simulator/contract.ts'
import { type Build, bucket, buildOf, deploySite, type SiteScene, siteJob, siteScene } from './site-scene.ts'

const assetsOf = (page: string) => [...page.matchAll(/src=\/([^>\s]+)/g)].map(([, path = '']) => path)

/** Visits after every answer of S3; `keepsLoaded`: pages that were loaded once stay open. */
function watchVisitors({ s3, visit }: SiteScene, keepsLoaded: boolean) {
  const loaded = new Set<string>()
  const missed = new Set<string>()
  const visits = () => {
    const pages = s3.keys(bucket).filter((key) => key.endsWith('.html') && !key.startsWith('.slipway/'))
    const bodies = [...pages.map((key) => s3.object(bucket, key)?.body.toString() ?? ''), visit('/').body]
    const wanted = bodies.flatMap(assetsOf)
    if (keepsLoaded) for (const asset of wanted) loaded.add(asset)
    for (const asset of [...wanted, ...loaded]) if (s3.object(bucket, asset) === undefined) missed.add(asset)
  }
  const handlers = s3.handlers as Record<string, Handler>
  for (const [name, handler] of Object.entries(handlers))
    handlers[name] = (input, call) => {
      const output = handler(input, call)
      visits()
      return output
    }
  return missed
}

type Step =
  | { readonly kind: 'deploy'; readonly build: string }
  | { readonly kind: 'roll-back' }
  | { readonly kind: 'killed'; readonly build: string; readonly after: number }
  | { readonly kind: 'two'; readonly builds: readonly [string, string]; readonly gap: number }

const word = fc.constantFrom('one', 'two', 'three', 'four')
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('deploy' as const), build: word }),
  fc.constant({ kind: 'roll-back' as const }),
  fc.record({ kind: fc.constant('killed' as const), build: word, after: fc.integer({ min: 1, max: 25 }) }),
  fc.record({
    kind: fc.constant('two' as const),
    builds: fc.tuple(word, word),
    gap: fc.integer({ min: 0, max: 3000 }),
  }),
)

const settings = { 'cache-control': '*.html: max-age=600' }

/** A run that ends at one of its calls, and has no post step. */
async function killed(scene: SiteScene, build: Build, after: number, given: Record<string, string>) {
  const { runner } = await siteJob(scene.sim, { build })
  let calls = 0
  const requestHandler = {
    ...scene.sim.requestHandler,
    handle: (...asked: Parameters<typeof scene.sim.requestHandler.handle>) => {
      if (++calls === after) runner.cancel()
      return scene.sim.requestHandler.handle(...asked)
    },
  }
  const action = createDeploySite({ requestHandler, fetch: (url, init) => scene.sim.fetch(url, init) })
  const inputs = { bucket, folder: 'dist', 'distribution-id': scene.distribution.id, guard: 'off', ...given }
  await action.main(givenInputs(deploySiteInputs, inputs), runner)
}

async function play(scene: SiteScene, steps: readonly Step[], given: Record<string, string>) {
  const clock = scene.sim.clock.forProgram
  for (const one of steps) {
    if (one.kind === 'deploy') await deploySite(scene, { build: buildOf(one.build) }, given)
    if (one.kind === 'roll-back') await deploySite(scene, {}, { ...given, release: 'previous' })
    if (one.kind === 'killed') await killed(scene, buildOf(one.build), one.after, given)
    if (one.kind === 'two') {
      const [first, second] = one.builds
      const later = clock.sleep(one.gap).then(() => deploySite(scene, { build: buildOf(second) }, given))
      await Promise.all([deploySite(scene, { build: buildOf(first) }, given), later])
    }
  }
}

const runs = times('SITES', 2, 300)

test.each([
  ['while everything is kept', true, {}],
  ['with nothing kept longer than the edges have it', false, { 'keep-releases': '0', 'keep-days': '0' }],
])('no visitor misses an asset, %s', async (_, keepsLoaded, keeping) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 2, maxLength: 4 }),
      fc.integer({ min: 0, max: 400 }),
      async (steps, delay) => {
        const scene = siteScene()
        const missed = watchVisitors(scene, keepsLoaded)
        scene.sim.faults.add({ service: 's3', probability: 0.5, effect: { kind: 'slow', milliseconds: delay } })
        for (const effect of lost)
          scene.sim.faults.add({ service: 's3', operation: /Put|Copy|Delete/, probability: 0.03, effect })
        const given = { ...settings, ...keeping }
        await play(scene, steps, given)
        expect([...missed]).toEqual([])
        scene.sim.faults.clear()
        const { isRed, log } = await deploySite(scene, { build: buildOf('last') }, given)
        expect([isRed, log]).toEqual([false, expect.anything()])
        expect(scene.visit('/').body).toContain('last')
        expect([...missed]).toEqual([])
      },
    ),
    { numRuns: runs, seed: 7 },
  )
})

describe('the visitors of this test', () => {
  test('see a page that comes before its asset, and an asset that goes too early', async () => {
    const scene = siteScene()
    const missed = watchVisitors(scene, true)
    const put = (Key: string, body: string) =>
      scene.s3.handlers.PutObject?.({ Bucket: bucket, Key, Body: Buffer.from(body) }, {} as never)
    put('index.html', '<script src=/a.js>')
    put('a.js', '1')
    put('index.html', 'none')
    scene.s3.handlers.DeleteObject?.({ Bucket: bucket, Key: 'a.js' }, {} as never)
    expect([...missed]).toEqual(['a.js'])
  })
})
