import { mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { planLayout } from '../../src/image/layout.ts'
import { type LayoutSource, readBlob } from '../../src/image/layout-source.ts'
import { digestOf } from '../../src/image/manifest.ts'
import { parseHeader } from '../../src/image/tar.ts'
import { openLayout } from '../../src/registry/layout-files.ts'
import { inMemoryLayout } from '../in-memory-layout.ts'
import { buildLayout, buildTar, type LayoutOptions, writeLayout, writeLayoutArchive } from '../oci-layout.ts'
import { failure } from '../refusal.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const api: LayoutOptions = {
  files: { '/app/server.js': 'serve()', '/app/bin/start': { content: '#!/bin/sh', mode: 0o755 } },
  entrypoint: ['/app/bin/start'],
  labels: { 'org.opencontainers.image.revision': '1a2b3c4d' },
}

const folder = temporaryFolder()

/** A layout in memory, with files changed or taken away. */
function layout(options: LayoutOptions, change: (files: Map<string, Uint8Array>) => void = () => {}): LayoutSource {
  const files = new Map(buildLayout(options).files)
  change(files)
  return inMemoryLayout(files)
}

const json = (value: unknown) => Buffer.from(JSON.stringify(value))
const blobOf = (files: Map<string, Uint8Array>, kind: 'layer' | 'document') =>
  [...files].find(
    ([path, content]) => path.startsWith('blobs/') && (content[0] === 0x1f) === (kind === 'layer'),
  )?.[0] ?? ''

/** A header of a file as GNU tar writes those of large ones: the size in binary, marked by the highest bit. */
function headerOf(name: string, size: number): Buffer {
  const block = Buffer.alloc(512)
  block.write(name)
  block.write(`80${BigInt(size).toString(16).padStart(22, '0')}`, 124, 'hex')
  block.write('        0', 148)
  block.write('ustar  ', 257)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return block
}

describe('a layout', () => {
  test('of one platform becomes its blobs, its manifest, its platform and its commit', async () => {
    const plan = await planLayout(layout(api), 'v1')
    expect(plan).toMatchObject({ platforms: ['linux/amd64'], revision: '1a2b3c4d' })
    expect(plan.manifests.map(({ digest }) => digest)).toEqual([plan.digest])
    expect(plan.blobs).toHaveLength(2)
    for (const blob of plan.blobs) expect(digestOf(await readBlob(layout(api), blob))).toBe(blob.digest)
  })

  test('of two platforms pushes the index last and shared layers once', async () => {
    const plan = await planLayout(layout({ ...api, architecture: ['amd64', 'arm64'] }), 'v1')
    expect(plan.platforms).toEqual(['linux/amd64', 'linux/arm64'])
    expect(plan.manifests).toHaveLength(3)
    expect(plan.manifests.at(-1)?.digest).toBe(plan.digest)
    expect(plan.blobs).toHaveLength(3)
  })

  test('built again from the same files has the same digest', () => {
    expect(buildLayout(api).digest).toBe(
      buildLayout({ ...api, files: Object.fromEntries(Object.entries(api.files).reverse()) }).digest,
    )
  })

  test('with several images gives the one that is named like the tag', async () => {
    const one = buildLayout(api)
    const two = buildLayout({ ...api, labels: {} })
    const entry = (image: typeof one, name: string) => {
      const [manifest] = JSON.parse(Buffer.from(image.files.get('index.json') ?? '').toString()).manifests
      return { ...manifest, annotations: { 'org.opencontainers.image.ref.name': name } }
    }
    const both = layout(api, (files) => {
      for (const [path, content] of two.files) files.set(path, content)
      files.set(
        'index.json',
        json({ schemaVersion: 2, manifests: [entry(one, 'v1'), entry(two, 'example.com/api:v2')] }),
      )
    })
    expect((await planLayout(both, 'v2')).digest).toBe(two.digest)
    expect(await failure(planLayout(both, 'v3'))).toMatchObject({
      code: 'image-layout-invalid',
      why: 'it has 2 images (v1, example.com/api:v2), and not exactly one of them is named "v3"',
    })
  })

  test.each<[string, (files: Map<string, Uint8Array>) => void, RegExp]>([
    ['is no layout', (files) => files.delete('oci-layout'), /no file "oci-layout"/],
    [
      'has another version',
      (files) => files.set('oci-layout', json({ imageLayoutVersion: '2.0.0' })),
      /imageLayoutVersion is 2.0.0/,
    ],
    ['has no index', (files) => files.delete('index.json'), /no file "index.json"/],
    ['is empty', (files) => files.set('index.json', json({ schemaVersion: 2, manifests: [] })), /lists no image/],
    [
      'has an index that is cut off',
      (files) => files.set('index.json', Buffer.from('{"schema')),
      /index.json: it is not JSON/,
    ],
    ['lost a layer', (files) => files.delete(blobOf(files, 'layer')), /sha256:[0-9a-f]{64} is missing/],
    [
      'has a layer that is cut off',
      (files) => files.set(blobOf(files, 'layer'), Buffer.from('short')),
      /has 5 bytes instead of \d+/,
    ],
    [
      'has a manifest with another content',
      (files) => {
        const path = blobOf(files, 'document')
        files.set(path, Buffer.from(files.get(path) ?? '').fill(0x20))
      },
      /has the content of sha256:/,
    ],
    [
      'climbs out by a digest',
      (files) =>
        files.set(
          'index.json',
          json({
            schemaVersion: 2,
            manifests: [{ mediaType: 'a/b', digest: 'sha256:../../../../etc/passwd', size: 1 }],
          }),
        ),
      /no sha256 digest/,
    ],
    [
      'names a huge manifest',
      (files) =>
        files.set(
          'index.json',
          json({ schemaVersion: 2, manifests: [{ mediaType: 'a/b', digest: `sha256:${'0'.repeat(64)}`, size: 1e12 }] }),
        ),
      /is larger than/,
    ],
  ])('that %s is refused before anything is pushed', async (_, change, why) => {
    const refused = await failure(planLayout(layout(api, change), 'v1'))
    expect(refused).toMatchObject({ code: 'image-layout-invalid', why: expect.stringMatching(why) })
  })

  test('with a layer of another content is refused when the layer is read', async () => {
    const source = layout(api, (files) => {
      const path = blobOf(files, 'layer')
      files.set(path, Buffer.from(files.get(path) ?? '').fill(7, 20))
    })
    const plan = await planLayout(source, 'v1')
    const layer = plan.blobs.find(({ mediaType }) => mediaType.includes('layer'))
    expect(layer && (await failure(readBlob(source, layer))).why).toMatch(/has the content of sha256:/)
  })
})

describe('a layout on disk', () => {
  test('is the same from a directory and from a tar', async () => {
    await writeLayout(join(folder, 'directory'), api)
    const { digest } = await writeLayoutArchive(join(folder, 'image.tar'), api)
    for (const path of ['directory', 'image.tar']) {
      const source = await openLayout(path, [folder])
      const plan = await planLayout(source, 'v1')
      expect(plan.digest).toBe(digest)
      for (const blob of plan.blobs) await readBlob(source, blob)
      await source.close()
    }
  })

  test('S11: links, and paths that leave the workspace, are refused', async () => {
    const secret = join(temporaryFolder(), 'key')
    await writeFile(secret, '{"imageLayoutVersion":"1.0.0"}')
    await writeLayout(join(folder, 'linked'), api)
    await rm(join(folder, 'linked/oci-layout'))
    await symlink(secret, join(folder, 'linked/oci-layout'))
    await mkdir(join(folder, 'blobs-linked'))
    await symlink(join(folder, 'directory/blobs'), join(folder, 'blobs-linked/blobs'))
    const open = async (path: string) => {
      const source = await openLayout(path, [folder])
      return planLayout(source, 'v1').finally(() => source.close())
    }
    expect((await failure(open('linked'))).why).toBe('oci-layout is a link')
    expect((await failure(open(secret))).why).toMatch(/outside the workspace/)
    expect((await failure(open('../..'))).why).toMatch(/outside the workspace/)
    expect((await failure(open('nowhere'))).why).toBe('there is no such file or directory')
    await symlink(secret, join(folder, 'link.tar'))
    expect((await failure(open('link.tar'))).why).toMatch(/outside the workspace/)
  })

  test('S11: names in a tar lead nowhere, and a name that comes twice is refused', async () => {
    const { files } = buildLayout(api)
    await writeFile(join(folder, 'outside.tar'), buildTar({ '../../etc/passwd': 'root', ...Object.fromEntries(files) }))
    const source = await openLayout('outside.tar', [folder])
    expect(await source.read('../../etc/passwd')).toEqual(new Uint8Array(Buffer.from('root')))
    expect(await planLayout(source, 'v1')).toMatchObject({ digest: buildLayout(api).digest })
    await source.close()
    const once = buildTar({ 'index.json': '{}' }).subarray(0, 1024)
    await writeFile(join(folder, 'twice.tar'), Buffer.concat([once, buildTar({ 'index.json': '[]' })]))
    expect((await failure(openLayout('twice.tar', [folder]))).why).toBe('it has two entries index.json')
  })

  test.each([
    [
      'compressed',
      (tar: Buffer) => Buffer.concat([Buffer.from([0x1f, 0x8b]), tar]),
      /not a tar archive, or it is compressed/,
    ],
    ['cut off', (tar: Buffer) => tar.subarray(0, tar.length - 2000), /truncated download/],
    [
      'said to hold 9 TB',
      (tar: Buffer) => Buffer.concat([headerOf('x', 9e12), tar]),
      /its entry x is longer than the file/,
    ],
    [
      'said to hold more than a number can say',
      (tar: Buffer) => Buffer.concat([headerOf('x', 2 ** 80), tar]),
      /is longer than the file/,
    ],
  ])('a tar that is %s is refused', async (name, damage, why) => {
    await writeFile(join(folder, `${name}.tar`), damage(buildTar(Object.fromEntries(buildLayout(api).files))))
    const refused = await failure(openLayout(`${name}.tar`, [folder]).then((source) => planLayout(source, 'v1')))
    expect(refused).toMatchObject({ code: 'image-layout-invalid', why: expect.stringMatching(why) })
  })

  test('any block is a header, the end, or refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 512, maxLength: 512 }), (block) => {
        try {
          expect(parseHeader(block)?.size ?? 0).toBeGreaterThanOrEqual(0)
        } catch (error) {
          expect(String(error)).toMatch(/not a tar archive/)
        }
      }),
    )
  })
})
