import { createHash } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import {
  accountId,
  type InProcessRegistry,
  openInProcessRegistry,
  region,
  registryHost,
} from '../registry/in-process.ts'
import { seedImage } from './ecr.ts'

const digestOf = (content: string) => `sha256:${createHash('sha256').update(content).digest('hex')}`
const basic = (password: string) => `Basic ${Buffer.from(`AWS:${password}`).toString('base64')}`
/** Bytes of the smallest layer part. */
const part = 5 * 1024 * 1024
const imageType = 'application/vnd.oci.image.manifest.v1+json'
const indexType = 'application/vnd.oci.image.index.v1+json'

function open() {
  const registry = openInProcessRegistry()
  registry.ecr.createRepository('api')
  const authorization = basic(registry.password())
  const ask = async (method: string, path: string, body?: string, headers: Record<string, string> = {}) => {
    const response = await registry.fetch(`https://${registryHost}/v2/${path}`, {
      method,
      headers: { authorization, ...headers },
      ...(body !== undefined && { body }),
    })
    return { status: response.status, headers: response.headers, text: await response.text() }
  }
  return { registry, ask }
}

type Ask = ReturnType<typeof open>['ask']

async function pushBlob(ask: Ask, content: string, repository = 'api'): Promise<string> {
  const { headers } = await ask('POST', `${repository}/blobs/uploads/`)
  const done = await ask('PUT', `${headers.get('location')?.slice('/v2/'.length)}&digest=${digestOf(content)}`, content)
  expect(done.status).toBe(201)
  return digestOf(content)
}

const codeOf = (text: string): string => JSON.parse(text).errors[0].code
const messageOf = (text: string): string => JSON.parse(text).errors[0].message

describe('who may come in', () => {
  test('nobody without a token, and the answer says how to log in', async () => {
    const { registry } = open()
    const response = await registry.fetch(`https://${registryHost}/v2/`)
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([
      401,
      `Basic realm="https://${registryHost}/",service="ecr.amazonaws.com"`,
    ])
  })

  test('a token works for twelve hours', async () => {
    const { registry, ask } = open()
    registry.clock.advance(12 * 3_600_000 - 1)
    expect((await ask('GET', '')).status).toBe(200)
    registry.clock.advance(1)
    const late = await ask('GET', '')
    expect([late.status, messageOf(late.text)]).toEqual([
      403,
      'Your authorization token has expired. Reauthenticate and try again.',
    ])
  })

  test('a token tells the region where the address does not, and is worth nothing in another', async () => {
    const registry = openInProcessRegistry()
    const authorization = basic(registry.password())
    const at = async (host: string) =>
      (await registry.fetch(`http://${host}/v2/`, { headers: { authorization } })).status
    expect([await at('127.0.0.1:5000'), await at(`${accountId}.dkr.ecr.us-east-1.amazonaws.com`)]).toEqual([200, 401])
  })
})

describe('blobs', () => {
  test('of an unknown repository are refused in the words of ECR', async () => {
    const { ask } = open()
    const refused = await ask('POST', 'web/blobs/uploads/')
    expect([refused.status, codeOf(refused.text), messageOf(refused.text)]).toEqual([
      404,
      'NAME_UNKNOWN',
      `The repository with name 'web' does not exist in the registry with id '${accountId}'`,
    ])
  })

  test('go up in chunks that follow each other, and come down whole or in part', async () => {
    const { ask } = open()
    const { headers } = await ask('POST', 'api/blobs/uploads/')
    const path = headers.get('location')?.slice('/v2/'.length) ?? ''
    const hello = 'hello '.padStart(part)
    expect((await ask('PATCH', path, hello, { 'content-range': `0-${part - 1}` })).status).toBe(201)
    const late = await ask('PATCH', path, 'late', { 'content-range': '9-12' })
    expect([late.status, messageOf(late.text)]).toEqual([416, `First byte of the layer part is 9 instead of ${part}`])
    expect((await ask('PATCH', path, 'late', { 'content-range': `${part}-${part + 9}` })).status).toBe(400)
    expect((await ask('GET', path)).headers.get('range')).toBe(`0-${part - 1}`)
    const whole = digestOf(`${hello}world`)
    const last = { 'content-range': `${part}-${part + 4}` }
    expect((await ask('PUT', `${path}&digest=${whole}`, 'world', last)).status).toBe(201)
    expect((await ask('GET', `api/blobs/${whole}`)).text).toBe(`${hello}world`)
    const end = await ask('GET', `api/blobs/${whole}`, undefined, { range: `bytes=${part}-` })
    expect([end.status, end.text]).toEqual([206, 'world'])
  })

  test('go up in parts of at least 5 MiB, the last excepted, at the address that the registry named last', async () => {
    const { ask } = open()
    const { headers } = await ask('POST', 'api/blobs/uploads/')
    const path = headers.get('location')?.slice('/v2/'.length) ?? ''
    expect((await ask('PATCH', path, 'short', { 'content-range': '0-4' })).status).toBe(201)
    const next = await ask('PUT', `${path}&digest=${digestOf('shorter')}`, 'er', { 'content-range': '5-6' })
    expect([next.status, messageOf(next.text)]).toEqual([400, 'Layer parts must be at least 5 MiB in size'])
    expect((await ask('PATCH', path.split('?')[0] ?? '', 'x')).status).toBe(404)
  })

  test('report the bytes of the first part, whatever came after it', async () => {
    const { ask } = open()
    const { headers } = await ask('POST', 'api/blobs/uploads/')
    const path = headers.get('location')?.slice('/v2/'.length) ?? ''
    const { headers: said } = await ask('PATCH', path, 'x'.repeat(2 * part + 1))
    expect(said.get('range')).toBe(`0-${2 * part - 1}`)
    expect((await ask('GET', path)).headers.get('range')).toBe(`0-${2 * part}`)
  })

  test('with another content than promised are refused and not kept', async () => {
    const { ask } = open()
    const { headers } = await ask('POST', 'api/blobs/uploads/')
    const refused = await ask('PUT', `${headers.get('location')?.slice('/v2/'.length)}&digest=${digestOf('a')}`, 'b')
    expect([refused.status, codeOf(refused.text)]).toEqual([400, 'DIGEST_INVALID'])
    expect((await ask('HEAD', `api/blobs/${digestOf('a')}`)).status).toBe(404)
  })

  test('are mounted from another repository only where the account allows it', async () => {
    const { registry, ask } = open()
    registry.ecr.createRepository('web')
    const digest = await pushBlob(ask, 'shared')
    expect((await ask('POST', `web/blobs/uploads/?mount=${digest}&from=api`)).status).toBe(202)
    registry.call('PutAccountSetting', { name: 'BLOB_MOUNTING', value: 'ENABLED' })
    expect((await ask('POST', `web/blobs/uploads/?mount=${digest}&from=api`)).status).toBe(201)
    expect((await ask('HEAD', `web/blobs/${digest}`)).status).toBe(200)
  })
})

describe('manifests', () => {
  const image = (config: string, layer: string) =>
    JSON.stringify({
      schemaVersion: 2,
      mediaType: imageType,
      config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: config, size: 1 },
      layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', digest: layer, size: 1 }],
    })

  async function pushImage(ask: Ask, reference: (digest: string) => string, architecture = 'amd64') {
    const config = await pushBlob(ask, JSON.stringify({ architecture, os: 'linux' }))
    const body = image(config, await pushBlob(ask, 'layer'))
    const answer = await ask('PUT', `api/manifests/${reference(digestOf(body))}`, body, { 'content-type': imageType })
    return { body, digest: digestOf(body), answer }
  }

  test('need their blobs and their children first', async () => {
    const { ask } = open()
    const refused = await ask('PUT', 'api/manifests/v1', image(digestOf('x'), digestOf('y')), {
      'content-type': imageType,
    })
    expect([refused.status, codeOf(refused.text)]).toEqual([404, 'MANIFEST_BLOB_UNKNOWN'])
    const index = JSON.stringify({
      schemaVersion: 2,
      mediaType: indexType,
      manifests: [{ mediaType: imageType, digest: digestOf('z'), size: 1 }],
    })
    expect(codeOf((await ask('PUT', 'api/manifests/v1', index, { 'content-type': indexType })).text)).toBe(
      'MANIFEST_BLOB_UNKNOWN',
    )
  })

  test('pushed here are seen by DescribeImages and found with the architectures of their index', async () => {
    const { registry, ask } = open()
    const amd64 = await pushImage(ask, (digest) => digest)
    const arm64 = await pushImage(ask, (digest) => digest, 'arm64')
    const manifests = [amd64, arm64].map(({ digest }) => ({ mediaType: imageType, digest, size: 1 }))
    const index = JSON.stringify({ schemaVersion: 2, mediaType: indexType, manifests })
    await ask('PUT', 'api/manifests/v1', index, { 'content-type': indexType })
    expect(registry.call('DescribeImages', { repositoryName: 'api', imageIds: [{ imageTag: 'v1' }] })).toMatchObject({
      imageDetails: [{ imageDigest: digestOf(index), imageManifestMediaType: indexType }],
    })
    expect(registry.ecr.find(`127.0.0.1:1/api:v1`)?.architectures).toEqual(['amd64', 'arm64'])
  })

  test('come back byte for byte, by tag or digest, to clients that accept them', async () => {
    const { ask } = open()
    const { body, digest } = await pushImage(ask, () => 'v1')
    for (const reference of ['v1', digest]) {
      const got = await ask('GET', `api/manifests/${reference}`, undefined, { accept: `${indexType}, ${imageType}` })
      expect([got.text, got.headers.get('docker-content-digest'), got.headers.get('content-type')]).toEqual([
        body,
        digest,
        imageType,
      ])
    }
    expect((await ask('HEAD', 'api/manifests/v1')).headers.get('content-length')).toBe(String(body.length))
    expect(codeOf((await ask('GET', 'api/manifests/v2')).text)).toBe('MANIFEST_UNKNOWN')
    expect((await ask('GET', 'api/manifests/v1', undefined, { accept: indexType })).status).toBe(404)
  })

  test('do not move an immutable tag', async () => {
    const { registry, ask } = open()
    registry.call('PutImageTagMutability', { repositoryName: 'api', imageTagMutability: 'IMMUTABLE' })
    await pushImage(ask, () => 'v1')
    const { answer } = await pushImage(ask, () => 'v1', 'arm64')
    expect([answer.status, codeOf(answer.text), messageOf(answer.text)]).toEqual([
      400,
      'TAG_INVALID',
      "The image tag 'v1' already exists in the 'api' repository and cannot be overwritten because the tag is immutable.",
    ])
  })

  test('are listed by tag, in pages', async () => {
    const { registry, ask } = open()
    for (const tag of ['v3', 'v1', 'v2']) seed(registry, tag)
    const first = await ask('GET', 'api/tags/list?n=2')
    expect([JSON.parse(first.text).tags, first.headers.get('link')]).toEqual([
      ['v1', 'v2'],
      '</v2/api/tags/list?n=2&last=v2>; rel="next"',
    ])
    expect(JSON.parse((await ask('GET', 'api/tags/list?n=2&last=v2')).text).tags).toEqual(['v3'])
  })

  test('too large are refused', async () => {
    const { ask } = open()
    expect(
      (await ask('PUT', 'api/manifests/v1', ' '.repeat(4 * 1024 * 1024 + 1), { 'content-type': imageType })).status,
    ).toBe(413)
  })
})

const seed = (registry: InProcessRegistry, tag: string) => seedImage(registry.world, region, 'api', tag)
