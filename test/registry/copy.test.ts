/** Copies between registries: what arrives, what is not sent again, and what happens when something is lost on the way. */
import { randomBytes } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { copyImage, planCopy } from '../../src/image/copy.ts'
import { digestOf } from '../../src/image/manifest.ts'
import type { CopyEnd } from '../../src/image/source-image.ts'
import { failure } from '../aws/simulated.ts'
import { signedImage } from '../image/signed-image.ts'
import { blobOf } from '../in-memory-layout.ts'
import { imageStore } from '../simulator/image-store.ts'
import { copyScene } from './copy-scene.ts'

async function pushed(image = signedImage()) {
  const scene = copyScene()
  await image.pushTo(scene.source.registry, 'api', 'v1')
  scene.source.requests()
  const copy = async (target: CopyEnd = scene.target, referrers = true) => {
    const plan = await planCopy(scene.source, 'v1', referrers)
    if (plan === undefined) throw new Error('no image')
    return copyImage(plan, target, scene.ports)
  }
  return { ...scene, image, copy }
}

describe('a copy', () => {
  test('has all platforms, attestations, referrers of every level and tags of cosign, byte for byte', async () => {
    const { image, source, target, copy } = await pushed()
    const blobs = new Set(image.blobs.map(digestOf)).size
    expect(await copy()).toMatchObject({ manifests: image.manifests.length, mountedBlobs: 0 })
    expect(
      [...target.stored.manifests].map(([digest, { content }]) => [digest, content.toString()]).toSorted(),
    ).toEqual([...source.stored.manifests].map(([digest, { content }]) => [digest, content.toString()]).toSorted())
    expect(target.stored.blobs.size).toBe(blobs)
    expect([...target.stored.tags.keys()]).toEqual([image.cosignTag])
    const { referrers } = await target.registry.referrers('shop/api', image.digest)
    expect(referrers.map(({ digest }) => digest)).toContain(image.signature)
  })

  test('sends children before their index and referrers last', async () => {
    const { image, target, copy } = await pushed()
    await copy()
    const put = target.requests().flatMap((operation) => /^PUT .*manifests\/(.*)$/.exec(operation)?.[1] ?? [])
    expect(put.indexOf(image.digest)).toBe(4)
    expect(put.at(-1)).toBe(image.cosignTag)
  })

  test('lists referrers in the tag of their subject where the target has no list of them', async () => {
    const { image, target, copy } = await pushed()
    const plain: CopyEnd = {
      ...target,
      registry: {
        ...target.registry,
        async referrers(repository, digest) {
          const index = await target.registry.manifest(repository, digest.replace(':', '-'))
          const listed = index && JSON.parse(new TextDecoder().decode(index.content)).manifests
          return { referrers: listed ?? [], isNative: false }
        },
      },
    }
    await copy(plain, false)
    const [known] = image.manifests
    const entry = { mediaType: known?.mediaType, digest: known?.digest, size: known?.content.length }
    const mediaType = 'application/vnd.oci.image.index.v1+json'
    const index = new TextEncoder().encode(JSON.stringify({ schemaVersion: 2, mediaType, manifests: [entry] }))
    await target.registry.pushManifest('shop/api', image.digest.replace(':', '-'), mediaType, index)
    await copy(plain)
    const listed = await plain.registry.referrers('shop/api', image.digest)
    expect(listed.referrers).toHaveLength(3)
    expect(listed.referrers).toEqual(
      expect.arrayContaining([
        entry,
        expect.objectContaining({ digest: image.signature, artifactType: expect.any(String) }),
      ]),
    )
    target.requests()
    await copy(plain)
    expect(target.requests().filter((operation) => operation.startsWith('PUT '))).toEqual([])
  })

  test('sends nothing a second time, and reads no blob', async () => {
    const { image, source, target, copy } = await pushed()
    await copy()
    target.requests()
    source.requests()
    expect(await copy()).toMatchObject({ manifests: 0, uploadedBlobs: 0, uploadedBytes: 0 })
    expect(target.requests().filter((operation) => !operation.startsWith('GET '))).toEqual([])
    expect(source.requests().filter((operation) => operation.includes('/blobs/'))).toEqual([])
    expect(target.stored.manifests.size).toBe(image.manifests.length)
  })

  test('of an image without referrers is a handful of requests the second time', async () => {
    const { source, target, copy } = await pushed()
    await copy(target, false)
    for (const end of [source, target]) end.requests()
    await copy(target, false)
    expect([...source.requests(), ...target.requests()]).toHaveLength(2)
  })

  test('adds what was signed since', async () => {
    const { image, target, copy } = await pushed()
    await copy(target, false)
    expect(target.stored.manifests.size).toBe(5)
    expect(await copy()).toMatchObject({ manifests: image.manifests.length - 5, presentBlobs: 2 })
    expect(target.stored.manifests.has(image.signatureOfSbom)).toBe(true)
  })

  test('mounts the blobs within one registry', async () => {
    const { source, copy, sibling } = await pushed()
    imageStore(source.simulator.world, 'eu-west-1').blobMounting = true
    const near = sibling('live')
    source.requests()
    expect(await copy(near)).toMatchObject({ uploadedBytes: 0 })
    expect(source.requests().filter((operation) => /^GET .*blobs/.test(operation))).toEqual([])
    expect(near.stored.blobs.size).toBe(source.stored.blobs.size)
  })

  test('to its own repository does nothing', async () => {
    const { source, copy } = await pushed()
    expect(await copy(source)).toMatchObject({ manifests: 0 })
    expect(source.requests().filter((operation) => !operation.startsWith('GET '))).toEqual([])
  })

  test.each(['reset', 'truncate', 'slow'] as const)('goes on after a download that ends early: %s', async (kind) => {
    const { source, target, copy } = await pushed(signedImage(randomBytes(3_000_000)))
    const effect = kind === 'slow' ? ({ kind, milliseconds: 20_000 } as const) : ({ kind } as const)
    source.simulator.faults.add({ service: 'registry', operation: /^GET .*blobs/, effect, times: 3 })
    await copy()
    expect([...target.stored.blobs.keys()].toSorted()).toEqual([...source.stored.blobs.keys()].toSorted())
  })

  test('refuses a blob with other bytes than its digest promises, and lists no image', async () => {
    const { source, target, copy } = await pushed()
    for (const [digest, content] of source.stored.blobs)
      source.stored.blobs.set(digest, Buffer.from(content).fill(7, content.length - 1))
    const { code, what } = await failure(copy())
    expect(code).toBe('registry-rejected')
    expect(what).toMatch(/^The registry returned content that does not match sha256:/)
    expect(target.stored.blobs.size + target.stored.manifests.size).toBe(0)
  })

  test.each([
    ['a blob', /^BLOB_UNKNOWN: the registry has no blob sha256:/],
    ['a child', /^ImageNotFoundException: 111122223333\.dkr\.ecr\.eu-west-1\.amazonaws\.com\/api has no image sha256:/],
  ])('names %s that the source has lost', async (kind, what) => {
    const { image, source, target, copy } = await pushed()
    if (kind === 'a blob') source.stored.blobs.clear()
    else source.stored.manifests.delete(image.manifests[0]?.digest ?? '')
    expect(await failure(copy())).toMatchObject({ code: 'image-not-found', what: expect.stringMatching(what) })
    expect(target.stored.manifests.size).toBe(0)
  })

  test('is not taken for done when the target returns nothing for it', async () => {
    const { image, target, copy } = await pushed()
    const lossy: CopyEnd = {
      ...target,
      registry: {
        ...target.registry,
        manifest: async (repository, reference) =>
          reference === image.digest ? undefined : target.registry.manifest(repository, reference),
      },
    }
    expect(await failure(copy(lossy))).toMatchObject({
      code: 'registry-rejected',
      what: `The copy could not be verified: 444455556666.dkr.ecr.us-east-1.amazonaws.com/shop/api has no manifest ${image.digest}`,
    })
  })

  test('leaves foreign layers where they are, and reports them', async () => {
    const { source, target, copy, lines } = await pushed()
    const config = new TextEncoder().encode('{"os":"windows","architecture":"amd64"}')
    await source.registry.pushBlob('api', blobOf(config))
    const digest = digestOf(new TextEncoder().encode('windows'))
    const manifest = {
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: digestOf(config), size: config.length },
      layers: [
        {
          mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
          digest,
          size: 9,
          urls: ['https://mcr.example/x'],
        },
      ],
    }
    await source.registry.pushManifest(
      'api',
      'v1',
      manifest.mediaType,
      new TextEncoder().encode(JSON.stringify(manifest)),
    )
    expect(await copy()).toMatchObject({ manifests: 1, uploadedBlobs: 1 })
    expect(target.stored.blobs.has(digest)).toBe(false)
    expect(lines).toContainEqual(expect.stringMatching(`^The non-distributable layer ${digest} .* is not copied`))
  })

  test('reports its progress every half minute', async () => {
    const { source, copy, lines } = await pushed()
    source.simulator.faults.add({
      service: 'registry',
      operation: /^GET .*blobs/,
      effect: { kind: 'slow', milliseconds: 15_000 },
    })
    await copy()
    expect(lines.filter((line) => /^Copied \d+ of at most \d+ bytes$/.test(line)).length).toBeGreaterThan(0)
  })
})
