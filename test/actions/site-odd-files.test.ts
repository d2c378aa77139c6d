/** Files that Amazon S3 takes and something else does not: names that look the same, and sizes that cannot be copied. */
import { describe, expect, test } from '@jest/globals'
import { compareFiles } from '../../src/targets/site/plan/compare-files.ts'
import { bucket, buildOf, deploySite, type SiteScene, siteScene } from './site-scene.ts'

const nfc = 'caf\u00e9.html'
const nfd = 'cafe\u0301.html'

describe('names', () => {
  test.each([
    [
      'in two Unicode forms',
      { [nfc]: 'a', [nfd]: 'b' },
      /cafe\\u\{301\}\.html, caf\\u\{e9\}\.html differ in their Unicode form alone/,
      /404/,
    ],
    [
      'in another form than NFC',
      { [nfd]: 'b' },
      /cafe\\u\{301\}\.html: the name is not in the Unicode form NFC, so a page .* gets 404/,
      /differ/,
    ],
    [
      'in upper and lower case',
      { 'About.html': 'a', 'about.html': 'b' },
      /About\.html, about\.html differ in upper and lower case alone/,
      /NFC/,
    ],
    ['that differ otherwise', { 'about.html': 'a', 'docs/about.html': 'b', [nfc]: 'c' }, /succeeded/, /differ|NFC/],
  ])('%s: all are sent, and the log has what they hide', async (_, build, says, not) => {
    const scene = siteScene()
    const { outputs, log } = await deploySite(scene, { build })
    expect(outputs.verdict).toBe('succeeded')
    for (const [path, content] of Object.entries(build))
      expect(scene.s3.object(bucket, path)?.body.toString()).toBe(content)
    expect(`${log} ${outputs.verdict}`).toMatch(says)
    expect(log).not.toMatch(not)
  })
})

describe('a file of more than 5 GB, which CopyObject does not copy', () => {
  const film = (content: string) => ({ ...buildOf(content), 'film.mp4': content })

  /** The live release has the film as one of 6 GiB, whatever there is. */
  async function deployed() {
    const scene = siteScene()
    const { outputs } = await deploySite(scene, { build: film('one') })
    const key = `.slipway/releases/${outputs.release}.json`
    const record = JSON.parse(scene.s3.object(bucket, key)?.body.toString() ?? '')
    record.files['film.mp4'][0] = 6 * 1024 ** 3
    put(scene, key, JSON.stringify(record))
    return scene
  }

  const put = ({ s3 }: SiteScene, Key: string, Body: string) =>
    void s3.handlers.PutObject?.({ Bucket: bucket, Key, Body: Buffer.from(Body) }, {} as never)
  const copies = ({ sim }: SiteScene) =>
    sim.recorder.all.filter(({ operation }) => operation === 'CopyObject').map(({ input }) => String(input.CopySource))

  test('is replaced without a copy for a rollback, with a warning; a rollback to it fails before anything is changed', async () => {
    const scene = await deployed()
    const { outputs, log } = await deploySite(scene, { build: film('two') })
    expect(outputs.verdict).toBe('succeeded')
    expect(log).toMatch(/film\.mp4 is replaced and cannot be rolled back: CopyObject copies at most 5 GB/)
    expect(copies(scene)).toEqual(expect.arrayContaining([`${bucket}/index.html`]))
    expect(copies(scene)).not.toContain(`${bucket}/film.mp4`)
    const back = await deploySite(scene, {}, { release: 'previous' })
    expect(back.outputs['cause-code']).toBe('release-not-found')
    expect(back.log).toMatch(/larger than the 5 GB that CopyObject copies, such as film\.mp4/)
    expect(scene.s3.object(bucket, 'index.html')?.body.toString()).toMatch(/two$/)
  })

  test('is not said to be rolled back where the release fails', async () => {
    const scene = await deployed()
    const effect = { kind: 'error', code: 'AccessDenied', message: 'no', status: 403 } as const
    scene.sim.faults.add({ service: 's3', operation: 'PutObject', match: ({ Key }) => Key === 'index.html', effect })
    const { outputs, log } = await deploySite(scene, { build: film('two') })
    expect(outputs.verdict).toBe('rollback-failed')
    expect(log).toMatch(/too large to be kept \(5 GB\), such as those of film\.mp4/)
  })

  test('is sent again where only its headers change', () => {
    const file = { path: 'film.mp4', size: 6 * 1024 ** 3, sha256: 'a', headers: { CacheControl: 'no-store' } }
    const content = { size: file.size, sha256: 'a', read: async () => new Uint8Array() }
    const live = { files: new Map([['film.mp4', { ...file, headers: {}, etag: '"1"' }]]), kept: new Map() }
    const kinds = [{ ...file, content }, file, { ...file, size: 5 * 1024 ** 3, content }].map(
      (wanted) => compareFiles([wanted], live, undefined).changes[0]?.kind,
    )
    expect(kinds).toEqual(['replaced', 'headers', 'headers'])
  })
})
