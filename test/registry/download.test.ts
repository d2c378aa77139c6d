/** Reading blobs and referrers from registries that are not like each other. */
import { describe, expect, test } from '@jest/globals'
import { digestOf } from '../../src/image/manifest.ts'
import { openRegistry } from '../../src/registry/distribution.ts'
import { failure } from '../aws/simulated.ts'
import { signedImage } from '../image/signed-image.ts'
import { blobOf } from '../in-memory-layout.ts'
import { copyScene } from './copy-scene.ts'

const content = new Uint8Array(300_000).map((_, at) => at % 251)
const digest = digestOf(content)

/** `answer` gets each request; `seen` its ways. */
function open(answer: (url: URL, headers: Headers, signal?: AbortSignal | null) => Response | Promise<Response>) {
  const { source } = copyScene()
  const clock = source.simulator.clock.forProgram
  const seen: string[] = []
  const registry = openRegistry({
    login: async () => ({
      endpoint: 'https://registry.example',
      username: 'AWS',
      password: 'secret',
      expiresAt: new Date(),
    }),
    clock,
    signal: new AbortController().signal,
    retryTime: 600_000,
    environment: {},
    async fetch(address, init) {
      const headers = new Headers(init?.headers)
      seen.push(`${new URL(address).pathname} ${headers.get('range') ?? 'whole'}`)
      return answer(new URL(address), headers, init?.signal)
    },
  })
  const read = async (from = 0, to = content.length) => {
    const pieces: Uint8Array[] = []
    const blob = registry.blobContent('api', { digest, size: content.length })
    for await (const piece of blob.read(from, to)) pieces.push(Buffer.from(piece))
    return Buffer.concat(pieces)
  }
  return { registry, seen, read }
}

/** A body that breaks after so many bytes. */
const broken = (bytes: Uint8Array) =>
  new ReadableStream({
    start: (controller) => controller.enqueue(bytes),
    pull: (controller) => controller.error(new TypeError('terminated')),
  })

const silent = (signal?: AbortSignal | null) =>
  new ReadableStream({
    start: (controller) => signal?.addEventListener('abort', () => controller.error(signal.reason)),
  })

const partial = (from: number, body: Uint8Array<ArrayBuffer> | ReadableStream, name = from) =>
  new Response(body, {
    status: 206,
    headers: { 'content-range': `bytes ${name}-${content.length - 1}/${content.length}` },
  })

describe('a blob that is read', () => {
  test('is requested from the byte where the connection broke, never twice', async () => {
    const { read, seen } = open((_, headers) => {
      const from = Number(/\d+/.exec(headers.get('range') ?? '')?.[0] ?? 0)
      const part = content.slice(from, from + 100_000)
      return from === 0 ? new Response(broken(part)) : partial(from, from < 200_000 ? broken(part) : part)
    })
    expect((await read()).equals(content)).toBe(true)
    expect(seen.map((line) => line.split(' ')[1])).toEqual(['whole', 'bytes=100000-299999', 'bytes=200000-299999'])
  })

  test('comes from the storage behind the registry, without the password', async () => {
    const storage = 'https://prod-eu-west-1-starport-layer-bucket.s3.eu-west-1.amazonaws.com/layer'
    const known: boolean[] = []
    const { read } = open((url, headers) => {
      known.push(headers.has('authorization'))
      return url.href === storage
        ? new Response(content)
        : new Response(null, { status: 307, headers: { location: storage } })
    })
    expect((await read()).equals(content)).toBe(true)
    expect(known).toEqual([true, false])
  })

  test('is cut to the requested part where the registry ignores Range', async () => {
    const { read } = open(() => new Response(content))
    expect((await read(100_000, 150_000)).equals(content.slice(100_000, 150_000))).toBe(true)
  })

  test('goes on where a response that claims success is short', async () => {
    let first = true
    const { read } = open((_, headers) => {
      const from = Number(/\d+/.exec(headers.get('range') ?? '')?.[0] ?? 0)
      const short = first
      first = false
      return short ? new Response(content.slice(0, 10)) : partial(from, content.slice(from))
    })
    expect((await read()).equals(content)).toBe(true)
  })

  test('is refused from another place than the requested one', async () => {
    const { read } = open(() => partial(250_000, content.slice(250_000)))
    expect(await failure(read(0, 200_000))).toMatchObject({
      code: 'registry-rejected',
      why: 'requested from byte 0, returned Content-Range: bytes 250000-299999/300000',
    })
  })

  test('is given up where two responses bring nothing for half a minute', async () => {
    const { read, seen } = open((_, _headers, signal) => new Response(silent(signal)))
    expect(await failure(read())).toMatchObject({ code: 'registry-rejected', why: 'GET: no further byte in time' })
    expect(seen).toHaveLength(2)
  })
})

describe('the referrers of an image', () => {
  test('are read from all pages', async () => {
    const { source } = copyScene()
    const image = signedImage()
    await image.pushTo(source.registry, 'api', 'v1')
    const config = new TextEncoder().encode('{}')
    await source.registry.pushBlob('api', blobOf(config))
    for (let count = 0; count < 60; count++) {
      const mediaType = 'application/vnd.oci.image.manifest.v1+json'
      const described = { mediaType: 'application/vnd.oci.empty.v1+json', digest: digestOf(config), size: 2 }
      const subject = { mediaType, digest: image.digest, size: 1 }
      const manifest = {
        schemaVersion: 2,
        mediaType,
        config: described,
        layers: [],
        subject,
        annotations: { count: `${count}` },
      }
      const bytes = new TextEncoder().encode(JSON.stringify(manifest))
      await source.registry.pushManifest('api', digestOf(bytes), mediaType, bytes)
    }
    source.requests()
    const { referrers, isNative } = await source.registry.referrers('api', image.digest)
    expect(isNative).toBe(true)
    expect(new Set(referrers.map((one) => one.digest)).size).toBe(62)
    expect(source.requests()).toHaveLength(2)
  })

  const referrer = { mediaType: 'a/b', digest, size: 3, artifactType: 'c/d', annotations: { e: 'f' } }
  const index = (manifests: unknown) => new Response(JSON.stringify({ schemaVersion: 2, manifests }))
  const notFound = (code: string) => new Response(JSON.stringify({ errors: [{ code }] }), { status: 404 })

  test('are those of the tag where the registry has no list of them', async () => {
    const { registry, seen } = open(({ pathname }) =>
      pathname.includes('/referrers/') ? new Response('404 page not found', { status: 404 }) : index([referrer]),
    )
    expect(await registry.referrers('api', digest)).toEqual({ referrers: [referrer], isNative: false })
    expect(seen[1]).toBe(`/v2/api/manifests/${digest.replace(':', '-')} whole`)
  })

  test.each([
    ['a repository that does not exist', () => notFound('NAME_UNKNOWN'), 'HTTP 404 on page 1'],
    ['an entry without digest', () => index([{ mediaType: 'a/b', size: 1 }]), 'a descriptor has no sha256 digest'],
    ['an entry without size', () => index([{ mediaType: 'a/b', digest }]), 'a descriptor has no media type or size'],
  ])('are not none for %s', async (_, answer, why) => {
    const { registry } = open(answer)
    expect(await failure(registry.referrers('api', digest))).toMatchObject({ code: 'registry-rejected', why })
  })
})
