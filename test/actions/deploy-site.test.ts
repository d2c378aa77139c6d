import { describe, expect, test } from '@jest/globals'
import { bucket, buildOf, deploySite, hashOf, siteScene } from './site-scene.ts'

describe('a site', () => {
  test('is deployed for the first time, with the right headers, and is what visitors get', async () => {
    const scene = siteScene()
    const { outputs, log, isRed } = await deploySite(scene, { build: buildOf('one') })
    expect([isRed, outputs.verdict, log]).toEqual([false, 'succeeded', expect.stringContaining('4 to send')])
    expect(scene.visit('/').body).toContain('one')
    const asset = scene.s3.object(bucket, `assets/app-${hashOf('one')}.js`)
    expect(asset).toMatchObject({
      ContentType: 'text/javascript; charset=utf-8',
      CacheControl: 'public,max-age=31536000,immutable',
    })
    expect(scene.s3.object(bucket, 'index.html')).toMatchObject({
      ContentType: 'text/html; charset=utf-8',
      CacheControl: 'public,max-age=0,must-revalidate',
    })
    expect(outputs).toMatchObject({
      sent: '4',
      unchanged: '0',
      release: expect.stringMatching(/^\d{8}T\d{6}Z-[0-9a-f]{8}$/),
    })
  })

  test('is sent again as far as it has changed, and the edges are told', async () => {
    const scene = siteScene()
    await deploySite(scene, { build: buildOf('one') })
    scene.visit('/')
    const { outputs, isRed, log } = await deploySite(scene, { build: buildOf('two') })
    expect([isRed, outputs.sent, outputs.unchanged]).toEqual([false, '3', '1'])
    expect(scene.visit('/').body).toContain('two')
    expect(scene.distribution.invalidations.map(({ paths, status }) => [paths, status])).toEqual([
      [['/', '/about/index.html', '/index.html'], 'Completed'],
    ])
    expect(log).toContain('3 paths (/, /about/index.html, /index.html)')
    expect(scene.visit(`/assets/app-${hashOf('one')}.js`).status).toBe(200)
  })

  test('that has not changed is not touched', async () => {
    const scene = siteScene()
    await deploySite(scene, { build: buildOf('one') })
    scene.sim.recorder.clear()
    const { outputs, isRed } = await deploySite(scene, { build: buildOf('one') })
    expect([isRed, outputs.verdict]).toEqual([false, 'unchanged'])
    expect(scene.sim.recorder.count('s3', 'PutObject')).toBe(0)
  })

  test('is rolled back, and again', async () => {
    const scene = siteScene()
    const first = await deploySite(scene, { build: buildOf('one') })
    await deploySite(scene, { build: buildOf('two') })
    scene.visit('/')
    scene.sim.recorder.clear()
    const back = await deploySite(scene, {}, { release: 'previous' })
    expect([back.isRed, back.outputs.verdict, back.log]).toEqual([false, 'succeeded', expect.anything()])
    expect(scene.visit('/').body).toContain('one')
    const forth = await deploySite(scene, { build: buildOf('two') })
    expect([forth.outputs.verdict, scene.visit('/').body]).toEqual(['succeeded', expect.stringContaining('two')])
    const named = await deploySite(scene, {}, { release: first.outputs.release ?? '' })
    expect([named.outputs.verdict, scene.visit('/').body]).toEqual(['succeeded', expect.stringContaining('one')])
  })

  test('is rolled back further by a second rollback, and never to what was rolled back', async () => {
    const scene = siteScene()
    for (const word of ['one', 'two', 'three']) await deploySite(scene, { build: buildOf(word) })
    const seen: string[] = []
    for (let round = 0; round < 3; round++) {
      const { outputs } = await deploySite(scene, {}, { release: 'previous' })
      seen.push(`${outputs['cause-code']} ${/(one|two|three)$/.exec(scene.visit('/').body)?.[1]}`)
    }
    expect(seen).toEqual([' two', ' one', 'release-not-found one'])
    await deploySite(scene, { build: buildOf('four') })
    await deploySite(scene, {}, { release: 'previous' })
    expect(scene.visit('/').body).toContain('one')
  })

  test('is only planned in a dry run', async () => {
    const scene = siteScene()
    const { log, outputs, summary } = await deploySite(scene, { build: buildOf('one') }, { 'dry-run': 'true' })
    expect([scene.s3.keys(bucket), outputs.verdict]).toEqual([[], ''])
    expect(log).toContain('4 to send')
    expect(summary).toContain('index.html')
  })
})
