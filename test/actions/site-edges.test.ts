/** What edges have of a site in more than one form. */
import { describe, expect, test } from '@jest/globals'
import { deploySiteInputs } from '../../src/actions/inputs/deploy-site-inputs.ts'
import { givenInputs } from '../runner/fake-runner.ts'
import { bucket, buildOf, deploySite, type SiteScene, siteJob, siteScene } from './site-scene.ts'

const kept = { 'cache-control': 'public,max-age=9000' }

describe('a distribution whose cache key has query strings', () => {
  test.each(['all', 'forwarded-values'] as const)(
    'is taken the file with every query string from: %s',
    async (queryStrings) => {
      const scene = siteScene({ distribution: { queryStrings } })
      await deploySite(scene, { build: buildOf('one') }, kept)
      const addresses = ['/about/index.html', '/about/index.html?from=mail', '/?q=1', '/']
      for (const address of addresses) scene.visit(address)
      const { outputs } = await deploySite(scene, { build: buildOf('two') }, kept)
      expect(outputs.verdict).toBe('succeeded')
      for (const address of addresses)
        expect([address, scene.visit(address).body]).toEqual([address, expect.stringMatching(/two$/)])
    },
  )

  test('is not assumed of a policy without them', async () => {
    const scene = siteScene({ distribution: { queryStrings: 'none' } })
    await deploySite(scene, { build: buildOf('one') }, kept)
    await deploySite(scene, { build: buildOf('two') }, kept)
    expect(scene.distribution.invalidations.at(-1)?.paths).toEqual(['/', '/about/index.html', '/index.html'])
    expect(scene.sim.recorder.count('cloudfront', 'GetCachePolicy')).toBe(2)
  })

  test('is assumed of a policy that cannot be read', async () => {
    const scene = siteScene({ distribution: { queryStrings: 'none' } })
    const effect = { kind: 'error', code: 'AccessDenied', message: 'not authorized', status: 403 } as const
    scene.sim.faults.add({ service: 'cloudfront', operation: 'GetCachePolicy', times: 2, effect })
    await deploySite(scene, { build: { 'a/b.html': 'one' } }, kept)
    const { outputs } = await deploySite(scene, { build: { 'a/b.html': 'two' } }, kept)
    expect([outputs.verdict, scene.distribution.invalidations.at(-1)?.paths]).toEqual(['succeeded', ['/a/b.html*']])
  })

  test('of no managed policy without them is anything asked', async () => {
    const scene = siteScene()
    await deploySite(scene, { build: buildOf('one') }, kept)
    expect(scene.sim.recorder.count('cloudfront', 'GetCachePolicy')).toBe(0)
  })
})

describe('a run that is cancelled when edges have pages of it', () => {
  const pages = (word: string) => ({ 'a.html': word, 'index.html': word })

  /** `index.html` is written after `a.html`, which a visitor asks for then. */
  async function cancelled(scene: SiteScene, operation: string, given: Record<string, string> = {}) {
    const { runner, action } = await siteJob(scene.sim, { build: pages('two') })
    const required = { bucket, folder: 'dist', 'distribution-id': scene.distribution.id, guard: 'off' }
    const inputs = givenInputs(deploySiteInputs, { ...required, ...kept, ...given })
    const run = () => {
      scene.visit('/a.html')
      runner.cancel()
    }
    const service = operation === 'PutObject' ? 's3' : 'cloudfront'
    const match = ({ Key = 'index.html' }: Readonly<Record<string, unknown>>) => Key === 'index.html'
    scene.sim.faults.add({ service, operation, match, effect: { kind: 'callback', run } })
    await action.main(inputs, runner)
    const { runner: post } = await siteJob(scene.sim, { state: runner.savedState })
    await action.post?.(inputs, post)
    await scene.sim.clock.forProgram.sleep(120_000)
    return { post, seen: scene.visit('/a.html').body }
  }

  async function deployed() {
    const scene = siteScene()
    await deploySite(scene, { build: pages('one') }, kept)
    // The check from outside has brought the pages to the edges.
    await scene.sim.clock.forProgram.sleep(9_001_000)
    return scene
  }

  test('has them taken from the edges by its post step, which puts the release before back', async () => {
    const scene = await deployed()
    const { seen } = await cancelled(scene, 'PutObject')
    expect(seen).toBe('one')
    expect(scene.distribution.invalidations.at(-1)?.paths).toContain('/a.html')
    const next = await deploySite(scene, { build: pages('one') }, kept)
    expect(next.outputs['invalidation-ids']).not.toBe('')
  })

  test('is not asked for an invalidation that is off', async () => {
    const scene = await deployed()
    const { seen } = await cancelled(scene, 'PutObject', { invalidation: 'off' })
    expect([seen, scene.distribution.invalidations]).toEqual(['two', []])
  })

  test('has the release that it had recorded on its edges, and makes no second invalidation of the same files', async () => {
    const scene = await deployed()
    scene.visit('/a.html')
    const { seen, post } = await cancelled(scene, 'CreateInvalidation')
    expect([seen, scene.distribution.invalidations.length]).toEqual(['two', 1])
    expect(post.summary).toContain('requested the invalidation of edges, which was not waited for')
  })

  test('says that edges may serve earlier files where CloudFront refuses', async () => {
    const scene = await deployed()
    const effect = { kind: 'error', code: 'AccessDenied', message: 'not authorized', status: 403 } as const
    scene.sim.faults.add({ service: 'cloudfront', operation: 'CreateInvalidation', skip: 1, times: 5, effect })
    const { post } = await cancelled(scene, 'CreateInvalidation')
    expect(post.summary).toContain('had written all files, and edges may serve earlier ones until the next run')
  })
})
