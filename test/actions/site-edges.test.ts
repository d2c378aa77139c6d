/** What edges have of a site in more than one form. */
import { describe, expect, test } from '@jest/globals'
import { buildOf, deploySite, siteScene } from './site-scene.ts'

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
