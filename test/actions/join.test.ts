/** One image of several platforms: each is built and pushed without a tag, and another run of the action joins them. */
import { describe, expect, test } from '@jest/globals'
import { type JoinRequest, publishJoined } from '../../src/image/publish-joined.ts'
import type { Published } from '../../src/image/publish-request.ts'
import type { Registry } from '../../src/ports.ts'
import { portsOf } from '../deployment/scene.ts'
import { some } from '../often.ts'
import { type BuildScene, buildScene, files } from './build-scene.ts'
import { indexType, pushAttested, pushImage, pushIndex, registryOf } from './join-scene.ts'

const [amd64, arm64] = [
  { os: 'linux', architecture: 'amd64' },
  { os: 'linux', architecture: 'arm64', variant: 'v8' },
]
const platforms = 'linux/amd64,linux/arm64'
const dockerType = 'application/vnd.docker.distribution.manifest.v2+json'
const nowhere = `sha256:${'0'.repeat(64)}`

/** The index of a tag. */
async function indexOf(scene: BuildScene, tag: string) {
  const found = await registryOf(scene).manifest('api', tag)
  return found && { ...found, index: JSON.parse(new TextDecoder().decode(found.content)) }
}

const build = (scene: BuildScene, platform: string, inputs: Record<string, string> = {}) =>
  scene.run({ platforms: platform, 'push-by-digest': 'true', tag: 'v1', ...inputs })
const join = (scene: BuildScene, digests: readonly (string | undefined)[], inputs: Record<string, string> = {}) =>
  scene.run({ digests: digests.join('\n'), platforms, tag: 'v1', ...inputs })

describe('two platforms', () => {
  test('are built without a tag, and tagged when both are there', async () => {
    const scene = buildScene()
    const one = await build(scene, 'linux/amd64')
    const two = await build(scene, 'linux/arm64')
    expect(scene.digestOf('v1')).toBeUndefined()
    expect(one.outputs).toMatchObject({ tag: '', tags: '', reused: 'false' })
    const { outputs, log } = await join(scene, [two.outputs.digest, one.outputs.digest])
    expect(scene.digestOf('v1')).toBe(outputs.digest)
    expect((await indexOf(scene, 'v1'))?.index.manifests).toMatchObject([
      { digest: one.outputs.digest, platform: amd64 },
      { digest: two.outputs.digest, platform: { os: 'linux', architecture: 'arm64' } },
    ])
    expect(outputs).toMatchObject({ tag: 'v1', tags: 'v1', reused: 'false', imageid: outputs.digest })
    expect(log).toContain(`Joined linux/amd64, linux/arm64 as api@${outputs.digest}, tagged v1`)
    expect(scene.builder.builds).toHaveLength(2)
  })

  test('are not built again for the tag that has them: each run gets its own platform', async () => {
    const scene = buildScene()
    const one = await build(scene, 'linux/amd64')
    const two = await build(scene, 'linux/arm64')
    const joined = await join(scene, [one.outputs.digest, two.outputs.digest])
    const again = [await build(scene, 'linux/amd64'), await build(scene, 'linux/arm64')]
    expect(again.map(({ outputs }) => [outputs.digest, outputs.reused])).toEqual([
      [one.outputs.digest, 'true'],
      [two.outputs.digest, 'true'],
    ])
    const twice = await join(
      scene,
      again.map(({ outputs }) => outputs.digest),
    )
    expect(twice.outputs).toMatchObject({ digest: joined.outputs.digest, reused: 'true' })
    expect(scene.builder.builds).toHaveLength(2)
  })

  test('keep their attestations where one is built again and the other is reused', async () => {
    const scene = buildScene()
    const registry = registryOf(scene)
    await build(scene, 'linux/arm64')
    const { labels } = scene.builder.builds[0] ?? {}
    const reused = await pushAttested(registry, { ...arm64, config: { Labels: labels } })
    const other = await pushAttested(registry, amd64)
    const joined = await join(scene, [reused.index.digest, other.index.digest])
    const again = await build(scene, 'linux/arm64')
    expect(again.outputs.reused).toBe('true')
    expect(scene.builder.builds).toHaveLength(1)
    const twice = await join(scene, [again.outputs.digest, other.index.digest], { tag: 'v2' })
    expect(twice.outputs).toMatchObject({ digest: joined.outputs.digest, reused: 'false' })
  })

  test('of other inputs are refused before the build where the tag cannot move', async () => {
    const scene = buildScene()
    const one = await build(scene, 'linux/amd64')
    const two = await build(scene, 'linux/arm64')
    await join(scene, [one.outputs.digest, two.outputs.digest])
    const { failure } = await build(scene, 'linux/arm64', { 'build-args': 'MODE=fast' })
    expect(failure).toMatch(/ImageTagAlreadyExistsException: the tag "v1".* build-arg MODE: none, here: set/)
    expect((await build(scene, 'linux/s390x')).failure).toMatch(/platforms: linux\/amd64, here: linux\/s390x/)
    expect(scene.builder.builds).toHaveLength(2)
  })
})

describe('a join', () => {
  test('keeps every attestation, and gives one digest for the digests in any order', async () => {
    const scene = buildScene({ immutable: false })
    const registry = registryOf(scene)
    const [one, two] = [await pushAttested(registry, amd64), await pushAttested(registry, arm64)]
    const first = await join(scene, [two.index.digest, one.index.digest], { tags: 'latest' })
    const found = await indexOf(scene, 'latest')
    expect(found?.mediaType).toBe(indexType)
    expect(found?.index.manifests).toEqual([
      { ...one.image, platform: { architecture: 'amd64', os: 'linux' } },
      { ...two.image, platform: { architecture: 'arm64', os: 'linux' } },
      one.attestation,
      two.attestation,
    ])
    const second = await join(scene, [one.index.digest, two.index.digest, one.index.digest], { tag: 'v2' })
    expect(second.outputs).toMatchObject({ digest: first.outputs.digest, reused: 'false' })
  })

  test('lists attestations in the order of their images, whatever their digests', async () => {
    const scene = buildScene({ immutable: false })
    const registry = registryOf(scene)
    for (const time of ['1', '2', '3', '4', '5', '6']) {
      const [one, two] = [await pushAttested(registry, amd64, time), await pushAttested(registry, arm64, time)]
      await join(scene, [two.index.digest, one.index.digest], { tag: time })
      const found = await indexOf(scene, time)
      expect(found?.index.manifests.slice(2)).toEqual([one.attestation, two.attestation])
    }
  })

  test('of other platforms than the immutable tag has is another image', async () => {
    const scene = buildScene()
    const registry = registryOf(scene)
    const [one, two] = [(await pushImage(registry, amd64)).digest, (await pushImage(registry, arm64)).digest]
    const first = { tag: 'one', platforms: 'linux/amd64' }
    await join(scene, [one], first)
    await join(scene, [one, two], { tag: 'two' })
    for (const [digests, inputs] of [
      [[one, two], { tag: 'one' }],
      [[one], { ...first, tag: 'two' }],
    ] as const)
      expect((await join(scene, digests, inputs)).failure).toMatch(/^ImageTagAlreadyExistsException: the tag/)
  })

  test('takes the image of a tag that has the same images with provenance of another time', async () => {
    for (const immutable of [true, false]) {
      const scene = buildScene({ immutable })
      const registry = registryOf(scene)
      const digests = async (time: string) => [
        (await pushAttested(registry, amd64, time)).index.digest,
        (await pushAttested(registry, arm64, time)).index.digest,
      ]
      const one = await join(scene, await digests('1'))
      const two = await join(scene, await digests('2'), { tags: 'v1\nv1.0' })
      expect(two.outputs).toMatchObject({ digest: one.outputs.digest, reused: 'true' })
      expect(scene.digestOf('v1.0')).toBe(one.outputs.digest)
      expect(two.log).toContain('with the same images; nothing to join')
    }
  })

  test('of images that were built from the same inputs by another run accepts the image of an immutable tag, and moves another', async () => {
    for (const immutable of [true, false]) {
      const scene = buildScene({ immutable })
      const runs = async () => [await build(scene, 'linux/amd64'), await build(scene, 'linux/arm64')]
      const [first, second] = [await runs(), await runs()].map((ran) => ran.map(({ outputs }) => outputs.digest))
      const [one, two] = [await join(scene, first ?? []), await join(scene, second ?? [])]
      expect(two.failure).toBeUndefined()
      expect(two.outputs.digest === one.outputs.digest).toBe(immutable)
      expect(scene.digestOf('v1')).toBe(two.outputs.digest)
    }
  })

  const otherBases = [
    ['another', `sha256:${'2'.repeat(64)}`],
    ['an unknown', undefined],
  ] as const
  test.each(some(otherBases, 2))(
    'of images with %s base image is the image of the immutable tag, with a warning, and moves another',
    async (_, base) => {
      for (const immutable of [true, false]) {
        const scene = buildScene({ immutable, content: { ...files, Dockerfile: 'FROM node:24\n' } })
        const runs = async () => [await build(scene, 'linux/amd64'), await build(scene, 'linux/arm64')]
        const digestsOf = (ran: Awaited<ReturnType<typeof runs>>) => ran.map(({ outputs }) => outputs.digest)
        const bases: Record<string, string> = base === undefined ? {} : { 'node:24': base }
        if (base === undefined) scene.builder.bases = bases
        const first = digestsOf(await runs())
        scene.builder.bases = bases
        const second = digestsOf(await runs())
        const [one, two] = [await join(scene, first), await join(scene, second)]
        expect([two.failure, two.outputs.digest === one.outputs.digest]).toEqual([undefined, immutable])
        const warning = /warning The immutable tag api:v1 has an image of this commit, which is used/
        expect(warning.test(two.log)).toBe(immutable)
      }
    },
  )

  test('of other images does not move an immutable tag', async () => {
    const scene = buildScene()
    const registry = registryOf(scene)
    const one = await join(scene, [
      (await pushImage(registry, amd64)).digest,
      (await pushImage(registry, arm64)).digest,
    ])
    const other = await pushImage(registry, { ...amd64, created: '2' })
    const { failure } = await join(scene, [other.digest, (await pushImage(registry, arm64)).digest])
    expect(failure).toMatch(
      /^ImageTagAlreadyExistsException: the tag "v1" .* this run joins linux\/amd64, linux\/arm64/,
    )
    expect(scene.digestOf('v1')).toBe(one.outputs.digest)
  })

  test("is a list of Docker's type where all images are of it, and OCI's otherwise", async () => {
    const scene = buildScene({ immutable: false })
    const registry = registryOf(scene)
    const one = await pushImage(registry, amd64, dockerType)
    const types = [dockerType, undefined].map(async (type) => {
      const tag = type === undefined ? 'mixed' : 'docker'
      await join(scene, [one.digest, (await pushImage(registry, arm64, type)).digest], { tag })
      return (await indexOf(scene, tag))?.mediaType
    })
    expect(await Promise.all(types)).toEqual(['application/vnd.docker.distribution.manifest.list.v2+json', indexType])
  })

  test('takes every member of the platform from the config', async () => {
    const scene = buildScene()
    const registry = registryOf(scene)
    const windows = { os: 'windows', architecture: 'amd64', 'os.version': '10.0.20348.1' }
    const digests = [(await pushImage(registry, windows)).digest, (await pushImage(registry, arm64)).digest]
    await join(scene, digests, { platforms: 'windows/amd64,linux/arm64' })
    expect((await indexOf(scene, 'v1'))?.index.manifests).toMatchObject([
      { platform: { os: 'linux', architecture: 'arm64', variant: 'v8' } },
      { platform: windows },
    ])
  })
})

test('a join that another run overtakes accepts its image of the same inputs, and no other', async () => {
  for (const isSame of [true, false]) {
    const scene = buildScene()
    const registry = registryOf(scene)
    const labels = (key: string) => ({ config: { Labels: { 'slipway.key': key } } })
    const images = async (created: string, key: string) => [
      (await pushImage(registry, { ...amd64, created, ...labels(key) })).digest,
      (await pushImage(registry, { ...arm64, created, ...labels(key) })).digest,
    ]
    const [first, second] = [await images('1', '1:a'), await images('2', isSame ? '1:a' : '1:b')]
    const request = (digests: readonly string[]): JoinRequest => ({
      repository: { name: 'api' },
      tags: ['v1'],
      digests,
      platforms: [],
    })
    const { ecr } = portsOf(scene.simulator)
    const nothing = () => undefined
    const ports = {
      ecr,
      registry,
      registryHost: async () => '',
      builder: scene.builder,
      say: nothing,
      warn: nothing,
      now: () => 0,
    }
    let other: Published | undefined
    const overtaken: Registry = {
      ...registry,
      async pushManifest(...given) {
        if (given[1] === 'v1') other ??= await publishJoined(request(first), ports)
        return await registry.pushManifest(...given)
      },
    }
    const joined = publishJoined(request(second), { ...ports, registry: overtaken })
    if (isSame) expect(await joined).toMatchObject({ digest: other?.digest, reused: true })
    else await expect(joined).rejects.toMatchObject({ parts: { code: 'image-tag-taken' } })
    expect(scene.digestOf('v1')).toBe(other?.digest)
  }
})

describe('what is not one image is refused, all at once, and no tag is put', () => {
  test.each<[string, (scene: BuildScene) => Promise<readonly string[]>, Record<string, string>, readonly RegExp[]]>([
    [
      'a missing digest and a platform twice',
      async (scene) => {
        const registry = registryOf(scene)
        const twice = [await pushImage(registry, amd64), await pushImage(registry, { ...amd64, created: '2' })]
        return [...twice.map(({ digest }) => digest), nowhere]
      },
      {},
      [/ImageNotFoundException/, /the platform linux\/amd64 has 2 images: sha256:\w+, sha256:\w+/],
    ],
    [
      'a missing platform, and one too many',
      async (scene) => [(await pushImage(registryOf(scene), amd64)).digest],
      { platforms: 'linux/arm64' },
      [
        /no digest has the platform linux\/arm64; the digests have linux\/amd64/,
        /linux\/amd64 is not one of platforms/,
      ],
    ],
    [
      'images of two commits',
      async (scene) => {
        const image = (architecture: string, revision: string) => ({
          os: 'linux',
          architecture,
          config: { Labels: { 'org.opencontainers.image.revision': revision } },
        })
        const registry = registryOf(scene)
        const pushed = [await pushImage(registry, image('amd64', 'a')), await pushImage(registry, image('arm64', 'b'))]
        return pushed.map(({ digest }) => digest)
      },
      {},
      [/different commits: linux\/amd64 of a, linux\/arm64 of b/],
    ],
    [
      'an index in an index, and an image without a platform',
      async (scene) => {
        const registry = registryOf(scene)
        const inner = await pushIndex(registry, [{ ...(await pushImage(registry, amd64)), platform: amd64 }])
        return [(await pushIndex(registry, [inner])).digest, (await pushImage(registry, { os: 'linux' })).digest]
      },
      {},
      [/lists another index, sha256:/, /names no platform in its config/],
    ],
  ])('%s', async (_, parts, inputs, expected) => {
    const scene = buildScene()
    const { failure = '' } = await join(scene, await parts(scene), inputs)
    expect(failure).toMatch(/^The digests are not one image, so no tag was put/)
    for (const pattern of expected) expect(failure).toMatch(pattern)
    expect(scene.digestOf('v1')).toBeUndefined()
  })

  test('inputs of a build beside digests, by their names', async () => {
    const scene = buildScene()
    const { failure } = await join(scene, [nowhere], {
      'push-by-digest': 'true',
      file: 'x',
      secrets: 'a=b',
      platforms: '',
    })
    expect(failure).toMatch(
      /platforms is required with digests[\s\S]*file is set together with digests[\s\S]*secrets is set[\s\S]*push-by-digest is set/,
    )
  })

  test.each([
    [{ push: 'false' }, /push: false is set together with digests/],
    [{ call: 'check' }, /call: check is set together with digests/],
    [{ outputs: 'out', 'bake-target': 'api' }, /bake-target is set[\s\S]*outputs is set together with digests/],
    [{ sbom: 'true', reuse: 'off' }, /sbom is set together[\s\S]*reuse is set together with digests/],
  ])('nothing is built beside digests: %j', async (inputs, expected) => {
    const scene = buildScene()
    expect((await join(scene, [nowhere], inputs)).failure).toMatch(expected)
    expect([...scene.builder.builds, ...scene.builder.local]).toEqual([])
  })
})

test('a dry run of either names what it would do, and calls nothing', async () => {
  const scene = buildScene()
  const dry = { 'dry-run': 'true' }
  expect((await build(scene, 'linux/amd64', dry)).log).toContain('api without a tag would be built from "."')
  expect((await join(scene, [nowhere, nowhere], dry)).log).toContain('api:v1 would be joined from 2 digests')
  expect(scene.builder.builds).toHaveLength(0)
})
