import { describe, expect, test } from '@jest/globals'
import { digestOf, manifestTypes } from '../../src/image/manifest.ts'
import { openRegistry } from '../../src/registry/distribution.ts'
import { failure, plain, simulated } from '../aws/simulated.ts'
import { blobOf } from '../in-memory-layout.ts'
import type { FaultRule } from '../simulator/faults.ts'

const content = new TextEncoder().encode('a layer')
const digest = digestOf(content)

/** ECR with one repository, and our way in; `minutes` until the deadline. */
function open(options: { minutes?: number } = {}) {
  const { simulator, clock, aws } = simulated({ minutes: options.minutes ?? 10 })
  simulator.world.region('eu-west-1').ecr.createRepository('api')
  const cancel = new AbortController()
  let logins = 0
  const lines: string[] = []
  const registry = openRegistry({
    login: () => {
      logins++
      return aws.ecr.login()
    },
    clock,
    signal: cancel.signal,
    retryTime: 600_000,
    fetch: simulator.fetch,
    environment: {},
    onRetry: (line) => lines.push(plain(line)),
  })
  const spoil = (rule: Omit<FaultRule, 'service'>) => simulator.faults.add({ service: 'registry', ...rule })
  return { simulator, clock, registry, spoil, cancel, lines, logins: () => logins }
}

/** Where a test's answers come from; `seen` has method, address and whether the password came along. */
function answeredBy(
  answer: (url: URL, method: string) => Response,
  {
    endpoint = 'https://registry.example',
    environment = {},
  }: { endpoint?: string; environment?: Record<string, string> } = {},
) {
  const { clock } = open()
  const seen: string[] = []
  const expiresAt = new Date()
  const registry = openRegistry({
    login: async () => ({ endpoint, username: 'AWS', password: 'secret', expiresAt }),
    clock,
    signal: new AbortController().signal,
    retryTime: 1000,
    environment,
    async fetch(address, { method = 'GET', headers, redirect }) {
      expect(redirect).toBe('manual')
      const isKnown = new Headers(headers).has('authorization')
      seen.push(`${method} ${address}${isKnown ? ' with the password' : ''}`)
      return answer(new URL(address), method)
    },
  })
  return { registry, seen }
}

const redirect = (location: string, status = 307, headers: Record<string, string> = {}) =>
  new Response(null, { status, headers: { location, ...headers } })

async function pushImage({ registry }: ReturnType<typeof open>, reference: string) {
  const config = new TextEncoder().encode('{"os":"linux","architecture":"amd64"}')
  for (const blob of [config, content]) await registry.pushBlob('api', blobOf(blob))
  const describe = (mediaType: string, blob: Uint8Array) => ({ mediaType, digest: digestOf(blob), size: blob.length })
  const manifest = {
    schemaVersion: 2,
    mediaType: manifestTypes[1],
    config: describe('application/vnd.oci.image.config.v1+json', config),
    layers: [describe('application/vnd.oci.image.layer.v1.tar', content)],
  }
  return registry.pushManifest('api', reference, manifestTypes[1], new TextEncoder().encode(JSON.stringify(manifest)))
}

describe('what a registry keeps waiting', () => {
  test('is told when something is tried again, at most every half minute', async () => {
    const { registry, spoil, lines } = open()
    spoil({ effect: { kind: 'http', status: 503 }, times: 4 })
    await registry.hasBlob('api', digest)
    expect(lines).toEqual(['The request to the registry failed (attempt 1), retrying: HTTP 503'])
  })

  test('is told when the connection breaks, with the reason', async () => {
    const { registry, spoil, lines } = open()
    spoil({ effect: { kind: 'reset' }, times: 1 })
    await registry.hasBlob('api', digest)
    expect(lines).toEqual([
      expect.stringMatching(/^The request to the registry failed \(attempt 1\), retrying: HEAD \/v2\/api\/blobs/),
    ])
  })

  test('is told after five seconds without an answer', async () => {
    const { registry, spoil, lines, clock } = open()
    spoil({ effect: { kind: 'hang' }, times: 1 })
    const started = clock.monotonic()
    await registry.manifest('api', 'v1')
    expect(lines[0]).toBe('The registry has not responded for 5 s, still waiting')
    expect(clock.monotonic() - started).toBeGreaterThanOrEqual(30_000)
  })

  test('says nothing where all goes well', async () => {
    const { registry, lines } = open()
    await registry.hasBlob('api', digest)
    expect(lines).toEqual([])
  })
})

describe('the way to a registry', () => {
  test('pushes blobs and manifests, and reads them back', async () => {
    const way = open()
    expect(await way.registry.hasBlob('api', digest)).toBe(false)
    const pushed = await pushImage(way, 'v1')
    expect(await way.registry.hasBlob('api', digest)).toBe(true)
    expect(await way.registry.blob('api', digest)).toEqual(content)
    expect(await way.registry.manifest('api', 'v1')).toMatchObject({ digest: pushed, mediaType: manifestTypes[1] })
    expect(await way.registry.manifest('api', 'v2')).toBeUndefined()
    expect(await way.registry.blob('api', digestOf(new Uint8Array(1)))).toBeUndefined()
  })

  test.each<[string, FaultRule['effect']]>([
    ['throttles', { kind: 'error', code: 'ThrottlingException', message: 'Rate exceeded' }],
    ['fails', { kind: 'http', status: 503 }],
    ['answers with a page of HTML', { kind: 'http', status: 502 }],
    ['breaks the connection', { kind: 'reset' }],
    ['breaks the connection after the work is done', { kind: 'apply-then-drop' }],
  ])('goes on when the registry %s now and then', async (_, effect) => {
    const way = open()
    way.spoil({ effect, probability: 0.4, times: 12 })
    const pushed = await pushImage(way, 'v1')
    expect(way.simulator.world.region('eu-west-1').ecr.find('127.0.0.1:1/api:v1')).toMatchObject({
      exists: true,
      digest: pushed,
    })
  })

  test('goes on when every request hangs once, and gives up what hangs twice: a minute without any answer', async () => {
    const way = open()
    for (const operation of [/^POST/, /^PUT .*uploads/, /^PUT .*manifests/])
      way.spoil({ operation, effect: { kind: 'hang' }, times: 1 })
    await pushImage(way, 'v1')
    way.spoil({ effect: { kind: 'hang' }, times: 2 })
    const from = way.clock.monotonic()
    expect((await failure(way.registry.hasBlob('api', digest))).why).toMatch(/: no complete response in time$/)
    expect(way.clock.monotonic() - from).toBeLessThan(62_000)
  })

  test('gives up after a while with the last reason', async () => {
    const way = open()
    way.spoil({ effect: { kind: 'reset' }, times: 1000 })
    const from = way.clock.monotonic()
    expect(await failure(way.registry.pushBlob('api', blobOf(content)))).toMatchObject({
      code: 'registry-rejected',
      why: expect.stringContaining('ECONNRESET'),
    })
    expect(way.clock.monotonic() - from).toBeLessThanOrEqual(601_000)
  })

  test('logs in again, once, when the token has expired', async () => {
    const way = open({ minutes: 60 * 24 })
    await way.registry.hasBlob('api', digest)
    way.simulator.clock.advance(12 * 3_600_000)
    await way.registry.pushBlob('api', blobOf(content))
    expect(way.logins()).toBe(2)
  })

  test('says at once, in plain words, what no second try changes', async () => {
    const way = open()
    way.simulator.world.region('eu-west-1').ecr.createRepository('fixed', true)
    expect(await failure(way.registry.pushBlob('web', blobOf(content)))).toMatchObject({
      code: 'repository-not-found',
      what: 'RepositoryNotFoundException: the ECR repository "web" does not exist',
    })
    expect((await failure(way.registry.pushManifest('api', 'v1', manifestTypes[1], content))).code).toBe(
      'registry-rejected',
    )
  })

  test('ends at once when the job is cancelled', async () => {
    const way = open()
    way.spoil({ effect: { kind: 'hang' }, times: 1000 })
    const push = failure(way.registry.pushBlob('api', blobOf(content)))
    setImmediate(() => way.cancel.abort())
    expect(await push).toMatchObject({ code: 'cancelled' })
  })

  test.each([
    'http://registry.example',
    'ftp://127.0.0.1',
    'https://user@registry.example',
    'not an address',
    'http://127.0.0.1.evil.example',
  ])('S12: sends no password to %s', async (endpoint) => {
    const { registry, seen } = answeredBy(() => new Response(), { endpoint })
    expect((await failure(registry.hasBlob('api', digest))).code).toBe('registry-rejected')
    expect(seen).toEqual([])
  })

  test('S12: sends it to an emulator that SLIPWAY_EMULATOR_HOSTS names', async () => {
    const emulator = { endpoint: 'http://localstack:4566', environment: { SLIPWAY_EMULATOR_HOSTS: 'localstack' } }
    const { registry, seen } = answeredBy(() => new Response(), emulator)
    expect(await registry.hasBlob('api', digest)).toBe(true)
    expect(seen).toEqual([`HEAD http://localstack:4566/v2/api/blobs/${digest} with the password`])
    const { what, fix } = await failure(
      answeredBy(() => new Response(), { ...emulator, environment: {} }).registry.hasBlob('api', digest),
    )
    expect(what).toContain('http://localstack:4566')
    expect(fix).toContain('SLIPWAY_EMULATOR_HOSTS')
  })

  test('takes no content that is not what its digest promises', async () => {
    const { registry } = answeredBy(
      () => new Response('something else', { headers: { 'docker-content-digest': digest } }),
    )
    expect((await failure(registry.manifest('api', digest))).code).toBe('registry-rejected')
    expect((await failure(registry.blob('api', digest))).code).toBe('registry-rejected')
  })
})

describe('S12 a registry that leads elsewhere', () => {
  const blob = `/v2/api/blobs/${digest}`
  const storage = 'https://prod-eu-west-1-starport-layer-bucket.s3.eu-west-1.amazonaws.com/x?signature=y'
  const own = 'https://registry.example'

  test.each([
    storage,
    'https://bucket.s3.dualstack.us-east-1.amazonaws.com/x',
    'https://s3-eu-west-1.amazonaws.com/bucket/x',
    'https://bucket.s3.amazonaws.com/x',
    'https://bucket.s3.cn-north-1.amazonaws.com.cn/x',
    'https://bucket.s3.us-iso-east-1.c2s.ic.gov/x',
    'https://d5l0dvt14r5h8.cloudfront.net/x',
  ])('is followed to its storage for a blob, without the password: %s', async (location) => {
    const { registry, seen } = answeredBy(({ origin }) => (origin === own ? redirect(location) : new Response(content)))
    expect(await registry.blob('api', digest)).toEqual(content)
    expect(seen).toEqual([`GET ${own}${blob} with the password`, `GET ${location}`])
  })

  test.each([
    'http://bucket.s3.eu-west-1.amazonaws.com/x',
    'https://evil.example/x',
    'https://s3.amazonaws.com.evil.example/x',
    'https://evils3.eu-west-1.amazonaws.com/x',
    'https://abc.execute-api.eu-west-1.amazonaws.com/x',
    'https://127.0.0.1/x',
    'http://localhost:8080/x',
    'http://169.254.169.254/latest/meta-data',
    'http://registry.example/x',
    'https://registry.example:8443/x',
    'file:///etc/passwd',
  ])('is not followed for a blob to %s', async (location) => {
    const { registry, seen } = answeredBy(({ origin }) => (origin === own ? redirect(location) : new Response(content)))
    const { code, what } = await failure(registry.blob('api', digest))
    expect(code).toBe('registry-rejected')
    expect(what).toContain('The registry registry.example redirected a request to')
    expect(seen).toHaveLength(1)
  })

  test('is not followed for what no digest verifies', async () => {
    const { registry, seen } = answeredBy(({ origin }) => (origin === own ? redirect(storage) : new Response(content)))
    expect((await failure(registry.manifest('api', 'v1'))).why).toContain('only blobs')
    expect(seen).toHaveLength(1)
    expect((await registry.manifest('api', digest))?.content).toEqual(content)
  })

  test('is followed on its own host, a few times, with the password', async () => {
    const { registry, seen } = answeredBy(({ pathname }) =>
      pathname === '/moved' ? new Response(content) : redirect('/moved', 301),
    )
    expect((await registry.manifest('api', 'v1'))?.digest).toBe(digest)
    expect(seen[1]).toBe(`GET ${own}/moved with the password`)
    const loop = answeredBy(() => redirect('/again'))
    expect((await failure(loop.registry.manifest('api', 'v1'))).what).toContain(
      'redirected a request (to return api:v1), which was not followed',
    )
    expect(loop.seen).toHaveLength(6)
  })

  test.each([307, 308])('is followed by a layer on its own host, method and body with it: %d', async (status) => {
    const { registry, seen } = answeredBy(({ pathname }, method) => {
      if (method === 'POST') return new Response(null, { status: 202, headers: { location: '/upload/1' } })
      return pathname === '/upload/1' ? redirect('/upload/2?a=b', status) : new Response(null, { status: 201 })
    })
    expect(await registry.pushBlob('api', blobOf(content))).toBe('uploaded')
    expect(seen.slice(1)).toEqual([
      `PUT ${own}/upload/1?digest=${encodeURIComponent(digest)} with the password`,
      `PUT ${own}/upload/2?a=b with the password`,
    ])
  })

  test('gets no layer elsewhere', async () => {
    for (const status of [301, 302, 303, 307, 308]) {
      const { registry, seen } = answeredBy((_, method) =>
        method === 'POST'
          ? new Response(null, { status: 202, headers: { location: '/upload/1' } })
          : redirect('https://evil.example/take', status),
      )
      const { code, why } = await failure(registry.pushBlob('api', blobOf(content)))
      expect(code).toBe('registry-rejected')
      expect(why).toBe(`HTTP ${status} for PUT, to https://evil.example/take`)
      expect(seen).toHaveLength(2)
    }
  })

  test.each(['https://storage.example/x?y=1', 'http://registry.example/x', storage, 'http://127.0.0.1:5000/x'])(
    'gets no layer where it says that uploads go: %s',
    async (location) => {
      const { registry, seen } = answeredBy(() => new Response(null, { status: 202, headers: { location } }))
      expect((await failure(registry.pushBlob('api', blobOf(content)))).code).toBe('registry-rejected')
      expect(seen).toEqual([`POST ${own}/v2/api/blobs/uploads/ with the password`])
    },
  )

  test('starts no upload elsewhere, and puts no manifest there', async () => {
    const { registry, seen } = answeredBy(() => redirect('https://evil.example/take', 308))
    expect((await failure(registry.pushBlob('api', blobOf(content)))).why).toContain('308 for POST')
    expect((await failure(registry.pushManifest('api', 'v1', manifestTypes[1], content))).why).toContain('308 for PUT')
    expect(seen).toHaveLength(2)
  })

  test('has a blob only if itself says so: by a 200, or with the digest beside the redirect', async () => {
    const has = async (answer: Response) => {
      const { registry, seen } = answeredBy(({ origin }) => (origin === own ? answer : new Response()))
      const isThere = await registry.hasBlob('api', digest)
      expect(seen).toHaveLength(1)
      return isThere
    }
    expect(await has(new Response())).toBe(true)
    expect(await has(redirect('https://evil.example/yes'))).toBe(false)
    expect(await has(redirect(storage))).toBe(false)
    expect(await has(redirect(storage, 307, { 'docker-content-digest': digest }))).toBe(true)
  })

  test('is followed on this machine where it is on this machine itself', async () => {
    const endpoint = 'http://127.0.0.1:5000'
    const { registry, seen } = answeredBy(
      ({ port }) => (port === '5000' ? redirect('http://localhost:9000/x') : new Response(content)),
      { endpoint },
    )
    expect(await registry.blob('api', digest)).toEqual(content)
    expect(seen[1]).toBe('GET http://localhost:9000/x')
  })
})

describe('S13 an answer without an end', () => {
  /** Bytes that were asked for, of a body that never ends. */
  const endless = (status: number) => {
    let given = 0
    const body = new ReadableStream({
      pull(controller) {
        given += 65_536
        controller.enqueue(new Uint8Array(65_536))
      },
    })
    return { response: new Response(body, { status }), given: () => given }
  }

  test('is read up to the size that a manifest may have', async () => {
    const { response, given } = endless(200)
    const { code, what } = await failure(answeredBy(() => response).registry.manifest('api', 'v1'))
    expect(code).toBe('registry-rejected')
    expect(what).toContain('larger than 4194304 bytes')
    expect(given()).toBeLessThan(5_000_000)
  })

  test('says nothing beside its status where it is a refusal', async () => {
    const { response, given } = endless(403)
    expect((await failure(answeredBy(() => response).registry.manifest('api', 'v1'))).why).toBe('HTTP 403')
    expect(given()).toBeLessThan(5_000_000)
  })
})
