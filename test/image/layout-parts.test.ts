/** What of a layout is pushed and what is refused, by its parts: each test writes the manifests down that it is about. */
import { describe, expect, test } from '@jest/globals'
import { planLayout } from '../../src/image/layout.ts'
import { digestOf, largestManifest } from '../../src/image/manifest.ts'
import { inMemoryLayout } from '../in-memory-layout.ts'
import { layoutTypes } from '../oci-layout.ts'
import { failure } from '../refusal.ts'

interface Part {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
}

/** A layout in memory; every part that is put into it gives its descriptor. */
function parts() {
  const files = new Map<string, Uint8Array>()
  const bytes = (mediaType: string, content: Uint8Array): Part => {
    const digest = digestOf(content)
    files.set(`blobs/sha256/${digest.slice(7)}`, content)
    return { mediaType, digest, size: content.length }
  }
  const json = (mediaType: string, value: object) => bytes(mediaType, Buffer.from(JSON.stringify(value)))
  const layer = (text: string) => bytes(layoutTypes.layer, Buffer.from(text))
  const image = (more: object = {}, config: object = { os: 'linux', architecture: 'amd64' }) =>
    json(layoutTypes.manifest, {
      schemaVersion: 2,
      mediaType: layoutTypes.manifest,
      config: json(layoutTypes.config, config),
      layers: [],
      ...more,
    })
  const index = (manifests: readonly object[], more: object = {}) =>
    json(layoutTypes.index, { schemaVersion: 2, mediaType: layoutTypes.index, manifests, ...more })
  const planned = (roots: readonly object[], tag = 'v1') => {
    files.set('oci-layout', Buffer.from('{"imageLayoutVersion":"1.0.0"}'))
    files.set('index.json', Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: roots })))
    return planLayout(inMemoryLayout(files), tag)
  }
  return { files, bytes, json, layer, image, index, planned }
}

const named = (part: Part, name?: string) => ({
  ...part,
  ...(name !== undefined && { annotations: { 'org.opencontainers.image.ref.name': name } }),
})

describe('the image is', () => {
  test('the only one, whatever it is named', async () => {
    const { image, planned } = parts()
    const one = image()
    expect((await planned([named(one, 'other')])).digest).toBe(one.digest)
  })

  test.each(['v1', 'example.com/api:v1'])('of several, the one that is named %s', async (name) => {
    const { image, planned } = parts()
    const [one, two] = [image(), image({ annotations: { a: 'b' } })]
    expect((await planned([named(one), named(two, name)])).digest).toBe(two.digest)
  })

  test('none where two are named alike, or only nearly so: what there is is told', async () => {
    const { image, planned } = parts()
    const [one, two] = [image(), image({ annotations: { a: 'b' } })]
    const refused = await failure(planned([named(one, 'v1'), named(two, 'api:v1')]))
    expect(refused).toEqual({
      code: 'image-layout-invalid',
      what: 'The OCI image layout "image" is invalid',
      why: 'it has 2 images (v1, api:v1), and not exactly one of them is named "v1"',
      fix: 'Write one image per layout, or give the image the name of the tag.',
    })
    const other = await failure(planned([named(one, 'v1-beta'), named(two)]))
    expect(other.why).toContain(`(v1-beta, ${two.digest})`)
  })
})

describe('what is pushed', () => {
  test('is each layer and each manifest once, children before their index', async () => {
    const { image, index, layer, planned } = parts()
    const shared = layer('shared')
    const amd = image({ layers: [shared, layer('amd')] })
    const arm = image({ layers: [shared, layer('arm')] }, { os: 'linux', architecture: 'arm64' })
    const root = index([amd, arm, amd])
    const plan = await planned([root])
    expect(plan.manifests.map(({ digest }) => digest)).toEqual([amd.digest, arm.digest, root.digest])
    expect(plan.blobs).toHaveLength(5)
    expect(plan.platforms).toEqual(['linux/amd64', 'linux/arm64'])
  })

  test('is no layer that lives elsewhere', async () => {
    const { image, layer, planned } = parts()
    const foreign = { ...layer('windows'), urls: ['https://mcr.microsoft.com/x'] }
    const plan = await planned([image({ layers: [foreign, layer('ours')] })])
    expect(plan.blobs.map(({ mediaType }) => mediaType)).toEqual([layoutTypes.config, layoutTypes.layer])
  })

  test('has the media type that the manifest says, else the one by which it is listed', async () => {
    const { image, planned } = parts()
    const listed = { mediaType: 'application/vnd.example+json' }
    const said = { ...image(), ...listed }
    expect((await planned([said])).manifests[0]?.mediaType).toBe(layoutTypes.manifest)
    const silent = { ...image({ mediaType: undefined }), ...listed }
    expect((await planned([silent])).manifests[0]?.mediaType).toBe(listed.mediaType)
  })

  test('is also what is no image, of which nothing is read', async () => {
    const { image, json, bytes, planned } = parts()
    const chart = json('application/vnd.cncf.helm.config.v1+json', { os: 'linux', architecture: 'amd64' })
    expect(await planned([image({ config: chart })])).toMatchObject({ platforms: [], revision: undefined })
    const late = json(`${layoutTypes.config}.v2`, { os: 'linux', architecture: 'amd64' })
    expect((await planned([image({ config: late })])).platforms).toEqual([])
    const odd = bytes('application/octet-stream', Buffer.from('no JSON'))
    expect((await planned([image({ config: odd })])).blobs).toHaveLength(1)
  })

  test.each([layoutTypes.config, 'application/vnd.docker.container.image.v1+json'])(
    'has the platform of its config: %s',
    async (mediaType) => {
      const { image, json, planned } = parts()
      const config = json(mediaType, { os: 'linux', architecture: 's390x' })
      expect((await planned([image({ config })])).platforms).toEqual(['linux/s390x'])
    },
  )
})

describe('the platform', () => {
  test('is the one by which an image is listed, else that of its config; of a provenance there is none', async () => {
    const { image, index, planned } = parts()
    const arm = { ...image(), platform: { os: 'linux', architecture: 'arm64', variant: 'v8' } }
    const provenance = {
      ...image({ annotations: { a: 'b' } }, { os: 'unknown', architecture: 'unknown' }),
      annotations: { 'vnd.docker.reference.type': 'attestation-manifest' },
    }
    const unnamed = image({}, {})
    expect((await planned([index([arm, provenance, unnamed])])).platforms).toEqual(['linux/arm64/v8'])
  })
})

describe('the commit', () => {
  const revision = (commit: string) => ({ 'org.opencontainers.image.revision': commit })
  test('is a label of the first image, else an annotation', async () => {
    const { image, index, planned } = parts()
    const labelled = image({ annotations: revision('b') }, { config: { Labels: revision('a') } })
    expect((await planned([index([labelled], { annotations: revision('c') })])).revision).toBe('a')
    const annotated = image({ annotations: revision('b') })
    expect((await planned([index([annotated, labelled], { annotations: revision('c') })])).revision).toBe('b')
    expect((await planned([index([image()], { annotations: revision('c') })])).revision).toBe('c')
  })
})

describe('a layout is refused', () => {
  const why = async (plan: Promise<unknown>) => (await failure(plan)).why

  test('that lacks the marker of a layout, with what writes one', async () => {
    expect(await failure(planLayout(inMemoryLayout(new Map()), 'v1'))).toEqual({
      code: 'image-layout-invalid',
      what: 'The OCI image layout "image" is invalid',
      why: 'it has no file "oci-layout"',
      fix: 'Set oci-layout to the directory or tar that "docker buildx build --output type=oci", "podman save --format oci-archive", "skopeo copy … oci:…" or another OCI builder wrote.',
    })
  })

  test.each([
    ['{', /^oci-layout: .*JSON/],
    ['{}', /^its imageLayoutVersion is undefined, not 1\.0\.0$/],
  ])('whose marker is %s', async (content, said) => {
    const layout = inMemoryLayout(new Map([['oci-layout', Buffer.from(content)]]))
    const refused = await failure(planLayout(layout, 'v1'))
    expect(refused.why).toMatch(said)
    expect(refused.fix).toBe(
      'Build the image again, or check how the layout was transferred to this job (a truncated download, for example).',
    )
  })

  test('whose manifest is missing, cut off or no manifest', async () => {
    const { image, json, files, planned } = parts()
    const { digest, ...rest } = image()
    const path = `blobs/sha256/${digest.slice(7)}`
    files.set(path, Buffer.from('cut'))
    expect(await why(planned([{ digest, ...rest }]))).toBe(`${digest} has 3 bytes instead of ${rest.size}`)
    files.delete(path)
    expect(await why(planned([{ digest, ...rest }]))).toBe(`${digest} is missing`)
    const first = json(layoutTypes.manifest, { schemaVersion: 1 })
    expect(await why(planned([first]))).toBe(`${first.digest}: it is not a manifest of schema version 2`)
    const config = json(layoutTypes.config, [])
    expect(await why(planned([image({ config })]))).toBe(`${config.digest}: the config is not a JSON object`)
  })

  test('whose indexes are nested more than four deep: no builder makes more than two', async () => {
    const { image, index, planned } = parts()
    const nested = (depth: number): Part => (depth === 0 ? image() : index([nested(depth - 1)]))
    expect((await planned([nested(4)])).manifests).toHaveLength(5)
    expect(await why(planned([nested(5)]))).toBe('its indexes are nested too deeply or list too many images')
  })

  test('that lists more than a thousand images', async () => {
    const { image, index, planned } = parts()
    const many = Array.from({ length: 1001 }, (_, number) => image({ annotations: { number: String(number) } }))
    expect((await planned([index(many.slice(0, 1000))])).manifests).toHaveLength(1001)
    expect(await why(planned([index(many)]))).toBe('its indexes are nested too deeply or list too many images')
  })

  test('whose manifest or config is larger than any registry takes, before it is read', async () => {
    const { image, planned, bytes } = parts()
    const padded = (size: number) => Buffer.from(`{}${' '.repeat(size - 2)}`)
    const config = bytes(layoutTypes.config, padded(largestManifest))
    expect((await planned([image({ config })])).blobs).toHaveLength(1)
    const digest = digestOf(Buffer.from('somewhere'))
    const huge = { mediaType: layoutTypes.config, digest, size: largestManifest + 1 }
    expect(await why(planned([image({ config: huge })]))).toBe(`the config ${digest} is larger than 4194304 bytes`)
    expect(await why(planned([{ ...huge, mediaType: layoutTypes.manifest }]))).toBe(
      `the manifest ${digest} is larger than 4194304 bytes`,
    )
    const largest = bytes(layoutTypes.manifest, Buffer.from(`{"schemaVersion":2}${' '.repeat(largestManifest - 19)}`))
    expect((await planned([largest])).digest).toBe(largest.digest)
  })
})
