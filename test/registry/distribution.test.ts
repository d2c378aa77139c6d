import { describe, expect, test } from '@jest/globals'
import { digestOf, manifestTypes } from '../../src/image/manifest.ts'
import { openRegistry } from '../../src/registry/distribution.ts'
import { failure, simulated } from '../aws/simulated.ts'
import type { FaultRule } from '../simulator/faults.ts'

const content = new TextEncoder().encode('a layer')
const digest = digestOf(content)

/** ECR with one repository, and our way in; `minutes` until the deadline. */
function open(options: { minutes?: number } = {}) {
  const { simulator, clock, aws } = simulated({ minutes: options.minutes ?? 10 })
  simulator.world.region('eu-west-1').ecr.createRepository('api')
  const cancel = new AbortController()
  let logins = 0
  const registry = openRegistry({
    login: () => {
      logins++
      return aws.ecr.login()
    },
    clock,
    signal: cancel.signal,
    patience: 600_000,
    fetch: simulator.fetch,
  })
  const spoil = (rule: Omit<FaultRule, 'service'>) => simulator.faults.add({ service: 'registry', ...rule })
  return { simulator, clock, registry, spoil, cancel, logins: () => logins }
}

/** A registry with these answers. */
function answeredBy(fetch: typeof globalThis.fetch) {
  const { clock } = open()
  const expiresAt = new Date()
  const login = async () => ({ endpoint: 'https://registry.example', username: 'AWS', password: 'secret', expiresAt })
  return openRegistry({ login, clock, signal: new AbortController().signal, patience: 1000, fetch })
}

async function pushImage({ registry }: ReturnType<typeof open>, reference: string) {
  const config = new TextEncoder().encode('{"os":"linux","architecture":"amd64"}')
  for (const blob of [config, content]) await registry.pushBlob('api', digestOf(blob), blob)
  const describe = (mediaType: string, blob: Uint8Array) => ({ mediaType, digest: digestOf(blob), size: blob.length })
  const manifest = {
    schemaVersion: 2,
    mediaType: manifestTypes[1],
    config: describe('application/vnd.oci.image.config.v1+json', config),
    layers: [describe('application/vnd.oci.image.layer.v1.tar', content)],
  }
  return registry.pushManifest('api', reference, manifestTypes[1], new TextEncoder().encode(JSON.stringify(manifest)))
}

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
    ['hangs', { kind: 'hang' }],
  ])('goes on when the registry %s now and then', async (_, effect) => {
    const way = open()
    way.spoil({ effect, probability: 0.4, times: 12 })
    const pushed = await pushImage(way, 'v1')
    expect(way.simulator.world.region('eu-west-1').ecr.find('127.0.0.1:1/api:v1')).toMatchObject({
      exists: true,
      digest: pushed,
    })
  })

  test('gives up after a while with the last reason', async () => {
    const way = open()
    way.spoil({ effect: { kind: 'reset' }, times: 1000 })
    const from = way.clock.monotonic()
    expect(await failure(way.registry.pushBlob('api', digest, content))).toMatchObject({
      code: 'registry-rejected',
      why: expect.stringContaining('ECONNRESET'),
    })
    expect(way.clock.monotonic() - from).toBeLessThanOrEqual(601_000)
  })

  test('logs in again, once, when the token has expired', async () => {
    const way = open({ minutes: 60 * 24 })
    await way.registry.hasBlob('api', digest)
    way.simulator.clock.advance(12 * 3_600_000)
    await way.registry.pushBlob('api', digest, content)
    expect(way.logins()).toBe(2)
  })

  test('says at once, in plain words, what no second try changes', async () => {
    const way = open()
    way.simulator.world.region('eu-west-1').ecr.createRepository('fixed', true)
    expect(await failure(way.registry.pushBlob('web', digest, content))).toMatchObject({
      code: 'repository-not-found',
      what: 'There is no ECR repository "web" in this account and region',
    })
    expect((await failure(way.registry.pushManifest('api', 'v1', manifestTypes[1], content))).code).toBe(
      'registry-rejected',
    )
  })

  test('ends at once when the job is cancelled', async () => {
    const way = open()
    way.spoil({ effect: { kind: 'hang' }, times: 1000 })
    const push = failure(way.registry.pushBlob('api', digest, content))
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
    const { clock } = open()
    let asked = 0
    const registry = openRegistry({
      login: async () => ({ endpoint, username: 'AWS', password: 'secret', expiresAt: new Date() }),
      clock,
      signal: new AbortController().signal,
      patience: 1000,
      fetch: async () => {
        asked++
        return new Response()
      },
    })
    expect((await failure(registry.hasBlob('api', digest))).code).toBe('registry-rejected')
    expect(asked).toBe(0)
  })

  test('S12: sends the password only to the registry itself, wherever it wants the upload', async () => {
    const seen: string[] = []
    const registry = answeredBy(async (url, init) => {
      seen.push(`${init?.method} ${new URL(String(url)).host} ${new Headers(init?.headers).has('authorization')}`)
      return init?.method === 'POST'
        ? new Response(null, { status: 202, headers: { location: 'https://storage.example/x?y=1' } })
        : new Response(null, { status: 201 })
    })
    await registry.pushBlob('api', digest, content)
    expect(seen).toEqual(['POST registry.example true', 'PUT storage.example false'])
  })

  test('takes no content that is not what its digest promises', async () => {
    const registry = answeredBy(
      async () => new Response('something else', { headers: { 'docker-content-digest': digest } }),
    )
    expect((await failure(registry.manifest('api', digest))).code).toBe('registry-rejected')
    expect((await failure(registry.blob('api', digest))).code).toBe('registry-rejected')
  })
})
