import { expect, test } from '@jest/globals'
import { digestOf } from '../../src/image/manifest.ts'
import { platformImages } from '../../src/image/scan/platform-images.ts'
import type { Registry } from '../../src/ports.ts'
import { failure } from '../refusal.ts'

const types = { index: 'application/vnd.oci.image.index.v1+json', image: 'application/vnd.oci.image.manifest.v1+json' }

interface Child {
  readonly digest: string
  readonly platform?: { readonly os: string; readonly architecture: string; readonly variant?: string }
  readonly annotations?: Readonly<Record<string, string>>
}

/** A registry of manifests alone. */
function given() {
  const stored = new Map<string, Buffer>()
  const put = (content: unknown) => {
    const bytes = Buffer.from(typeof content === 'string' ? content : JSON.stringify(content))
    stored.set(digestOf(bytes), bytes)
    return digestOf(bytes)
  }
  const registry: Pick<Registry, 'manifest'> = {
    async manifest(_, reference) {
      const content = stored.get(reference)
      return content && { digest: reference, mediaType: '', content }
    },
  }
  return {
    put,
    image: (name: string) => put({ schemaVersion: 2, mediaType: types.image, layers: [], annotations: { name } }),
    index: (...children: readonly Child[]) =>
      put({ schemaVersion: 2, manifests: children.map((child) => ({ mediaType: types.image, size: 1, ...child })) }),
    images: (digest: string) => platformImages(registry as Registry, 'api', digest),
  }
}

const amd64 = { os: 'linux', architecture: 'amd64' }
const arm = { os: 'linux', architecture: 'arm', variant: 'v7' }
const attestation = {
  platform: { os: 'unknown', architecture: 'unknown' },
  annotations: { 'vnd.docker.reference.type': 'attestation-manifest' },
}

test('an image is scanned itself', async () => {
  const { image, images } = given()
  const digest = image('a')
  expect(await images(digest)).toEqual([{ digest }])
})

test('an index is scanned by its images, without attestations and each once', async () => {
  const { image, index, images } = given()
  const [one, other, proof] = ['a', 'b', 'c'].map(image) as [string, string, string]
  const digest = index(
    { digest: one, platform: amd64 },
    { digest: other, platform: arm },
    { digest: proof, ...attestation },
    { digest: other, platform: arm },
  )
  expect(await images(digest)).toEqual([
    { digest: one, platform: 'linux/amd64' },
    { digest: other, platform: 'linux/arm/v7' },
  ])
})

test('an index of one image, as Buildx makes it for a provenance, names no platform', async () => {
  const { image, index, images } = given()
  const digest = image('a')
  expect(await images(index({ digest, platform: amd64 }, { digest: image('c'), ...attestation }))).toEqual([
    { digest, platform: undefined },
  ])
})

test('indexes of an index keep its platforms', async () => {
  const { image, index, images } = given()
  const [one, other] = ['a', 'b'].map(image) as [string, string]
  const inner = index({ digest: one, platform: amd64 }, { digest: image('c'), ...attestation })
  expect(await images(index({ digest: inner, platform: amd64 }, { digest: other, platform: arm }))).toEqual([
    { digest: one, platform: 'linux/amd64' },
    { digest: other, platform: 'linux/arm/v7' },
  ])
})

test('an index without images is not taken for one without findings: ECR answers for it', async () => {
  const { image, index, images } = given()
  const digest = index({ digest: image('c'), ...attestation })
  expect(await images(digest)).toEqual([{ digest }])
})

test('an image that is missing or cannot be read is named', async () => {
  const { put, index, images } = given()
  const gone = digestOf(Buffer.from('gone'))
  expect(await failure(images(index({ digest: gone, platform: amd64 })))).toMatchObject({
    code: 'image-not-found',
    what: expect.stringContaining(gone),
  })
  expect((await failure(images(put('no JSON')))).why).toBe('it is not JSON')
})
