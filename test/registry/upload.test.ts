/** Blobs that go up in chunks, through everything that a network and a registry do to them meanwhile. */
import { describe, expect, test } from '@jest/globals'
import type { BlobContent } from '../../src/ports.ts'
import { openRegistry } from '../../src/registry/distribution.ts'
import { chunkBytes, smallChunkBytes } from '../../src/registry/upload.ts'
import { failure, simulated } from '../aws/simulated.ts'
import { blobOf } from '../in-memory-layout.ts'
import { some } from '../often.ts'
import type { FaultRule } from '../simulator/faults.ts'
import { imageStore } from '../simulator/image-store.ts'

const mebibyte = 1024 * 1024

/** Bytes of which no two chunks are alike. */
const bytes = (length: number) => {
  const content = new Uint8Array(length)
  for (let at = 0; at < length; at += 4096) new DataView(content.buffer).setUint8(at, (at / 4096) % 251)
  return content
}
const content = bytes(2 * smallChunkBytes + 5 * mebibyte)
const blob = blobOf(content)

/** ECR behind a proxy that takes requests of at most 10 MiB: chunks are that long after the first refusal. */
function open() {
  const { simulator, clock, aws } = simulated({ minutes: 60 })
  const store = imageStore(simulator.world, 'eu-west-1')
  simulator.world.region('eu-west-1').ecr.createRepository('api')
  const repository = store.repositories.get('api')
  if (repository === undefined) throw new Error('no repository')
  store.largestRequest = smallChunkBytes
  const cancel = new AbortController()
  const read: [from: number, to: number][] = []
  const registry = openRegistry({
    login: () => aws.ecr.login(),
    clock,
    signal: cancel.signal,
    retryTime: 600_000,
    fetch: simulator.fetch,
    environment: {},
  })
  const push = (pushed: BlobContent = blob, from?: string) =>
    registry.pushBlob(
      'api',
      {
        ...pushed,
        read(first, last) {
          read.push([first, last])
          return pushed.read(first, last)
        },
      },
      from,
    )
  const spoil = (rule: Omit<FaultRule, 'service'>) => simulator.faults.add({ service: 'registry', ...rule })
  const requests = () =>
    simulator.recorder.all
      .filter(({ service }) => service === 'registry')
      .map(({ operation }) => operation.split(' ')[0])
  const stored = () => Buffer.from(repository.blobs.get(blob.digest) ?? '').equals(content)
  return { simulator, clock, store, repository, push, spoil, requests, stored, cancel, read }
}

/** In MiB, as `read` has them. */
const inMebibytes = (read: readonly (readonly [number, number])[]) =>
  read.map(([from, to]) => `${from / mebibyte}-${to / mebibyte}`)

describe('a blob', () => {
  test('of one chunk is a POST and a PUT', async () => {
    const { push, requests, store, repository } = open()
    store.largestRequest = Infinity
    expect(await push()).toBe('uploaded')
    expect(requests()).toEqual(['POST', 'PUT'])
    expect(repository.uploads.size).toBe(0)
  })

  test('of more is PATCHes of 64 MiB and a PUT with the rest, though the Range of ECR lags behind', async () => {
    const { push, requests, store, read } = open()
    store.largestRequest = Infinity
    expect(await push(blobOf(bytes(chunkBytes + 1)))).toBe('uploaded')
    expect(requests()).toEqual(['POST', 'PATCH', 'PUT'])
    expect(read).toEqual([
      [0, chunkBytes],
      [chunkBytes, chunkBytes + 1],
    ])
  })

  test('is sent in chunks of 10 MiB where a larger request is refused (413)', async () => {
    const { push, requests, read, stored } = open()
    await push()
    expect(requests()).toEqual(['POST', 'PUT', 'PATCH', 'PATCH', 'PUT'])
    expect(inMebibytes(read)).toEqual(['0-25', '0-10', '10-20', '20-25'])
    expect(stored()).toBe(true)
  })

  test('of no byte is one, too', async () => {
    const { push } = open()
    expect(await push(blobOf(new Uint8Array()))).toBe('uploaded')
  })

  test('is mounted where the registry does that, and uploaded where it does not', async () => {
    const { push, requests, store, simulator } = open()
    simulator.world.region('eu-west-1').ecr.createRepository('base')
    store.repositories.get('base')?.blobs.set(blob.digest, Buffer.from(content))
    expect(await push(blob, 'base')).toBe('uploaded')
    store.repositories.get('api')?.blobs.clear()
    store.blobMounting = true
    expect(await push(blob, 'base')).toBe('mounted')
    expect(requests().slice(-2)).toEqual(['PUT', 'POST'])
    expect(await push(blob, 'nowhere')).toBe('uploaded')
  })

  test('is uploaded where the mount is refused', async () => {
    const { push, spoil, requests } = open()
    spoil({
      operation: /^POST/,
      effect: { kind: 'error', code: 'DENIED', message: 'no access', status: 403 },
      times: 1,
    })
    expect(await push(blob, 'secret')).toBe('uploaded')
    expect(requests().slice(0, 2)).toEqual(['POST', 'POST'])
  })
})

describe('an upload goes on', () => {
  /** The second PATCH is spoiled: 10 MiB are there, and 13 where it is cut after 3. */
  const second = { operation: /^PATCH/, skip: 1, times: 1 }

  test('where the registry is, after a chunk that was cut', async () => {
    const { push, spoil, read, stored } = open()
    spoil({ ...second, effect: { kind: 'cut', bytes: 3 * mebibyte } })
    await push()
    expect(inMebibytes(read)).toEqual(['0-25', '0-10', '10-20', '13-23', '23-25'])
    expect(stored()).toBe(true)
  })

  test.each(some(['stale', 'none'] as const, 4))(
    'where ECR says that the next part begins, when GET of the upload is of no use: %s',
    async (status) => {
      const { push, spoil, read, store, stored } = open()
      store.uploadStatus = status
      spoil({ ...second, effect: { kind: 'cut', bytes: 3 * mebibyte } })
      await push()
      expect(inMebibytes(read)).toEqual(['0-25', '0-10', '10-20', '10-20', '13-23', '23-25'])
      expect(stored()).toBe(true)
    },
  )

  test('behind a chunk whose response was lost', async () => {
    const { push, spoil, read, stored } = open()
    spoil({ ...second, effect: { kind: 'apply-then-drop' } })
    await push()
    expect(inMebibytes(read)).toEqual(['0-25', '0-10', '10-20', '20-25'])
    expect(stored()).toBe(true)
  })

  test('not at all, where the response to its last request was lost', async () => {
    const { push, spoil, stored } = open()
    spoil({ operation: /^PUT/, skip: 1, times: 1, effect: { kind: 'apply-then-drop' } })
    expect(await push()).toBe('uploaded')
    expect(stored()).toBe(true)
  })

  test('after a server error, and after a chunk that hung', async () => {
    const { push, spoil, stored } = open()
    spoil({ operation: /^PATCH/, times: 1, effect: { kind: 'http', status: 503 } })
    spoil({ ...second, effect: { kind: 'hang' } })
    await push()
    expect(stored()).toBe(true)
  })

  test('although every chunk is cut, as long as each brings something', async () => {
    const { push, spoil, stored, clock } = open()
    spoil({ operation: /^P(ATCH|UT)/, times: 12, effect: { kind: 'cut', bytes: mebibyte } })
    const from = clock.monotonic()
    await push()
    expect(stored()).toBe(true)
    expect(clock.monotonic() - from).toBeLessThan(60_000)
  })
})

describe('an upload that the registry lost', () => {
  const forget = ({ repository }: ReturnType<typeof open>) => ({
    kind: 'callback' as const,
    run: () => repository.uploads.clear(),
  })

  test('is begun again', async () => {
    const scene = open()
    scene.spoil({ operation: /^PATCH/, skip: 1, times: 1, effect: forget(scene) })
    expect(await scene.push()).toBe('uploaded')
    expect(scene.requests().filter((method) => method === 'POST')).toHaveLength(2)
    expect(scene.stored()).toBe(true)
  })

  test('is begun again five times, and then named', async () => {
    const scene = open()
    scene.spoil({ operation: /^PATCH/, times: 100, effect: forget(scene) })
    expect(await failure(scene.push())).toMatchObject({
      code: 'registry-rejected',
      what: 'UploadNotFoundException: the registry no longer has the upload that was begun',
      why: `the registry refused the blob ${blob.digest} of ${content.length} bytes: blob upload unknown to registry`,
    })
    expect(scene.requests().filter((method) => method === 'POST')).toHaveLength(6)
    expect(scene.stored()).toBe(false)
  })
})

describe('an upload ends', () => {
  test('after a minute where nothing answers, wherever it is', async () => {
    for (const operation of [/^POST/, /^PATCH/, /^PUT/]) {
      const { push, spoil, clock } = open()
      spoil({ operation, skip: operation.source === '^PUT' ? 1 : 0, times: 1000, effect: { kind: 'hang' } })
      spoil({ operation: /^GET/, times: 1000, effect: { kind: 'hang' } })
      const from = clock.monotonic()
      expect(await failure(push())).toMatchObject({
        // Before its first response, a registry is not known to be there.
        code: operation.source === '^POST' ? 'registry-unreachable' : 'registry-rejected',
        why: expect.stringContaining('no complete response in time'),
      })
      expect(clock.monotonic() - from).toBeGreaterThan(59_000)
      expect(clock.monotonic() - from).toBeLessThan(90_000)
    }
  })

  test('at once where the repository is gone', async () => {
    const { push, spoil, store, requests } = open()
    const run = () => void store.repositories.delete('api')
    spoil({ operation: /^PATCH/, skip: 1, times: 1, effect: { kind: 'callback', run } })
    expect((await failure(push())).code).toBe('repository-not-found')
    expect(requests().at(-1)).toBe('PATCH')
  })

  test('at a cancel, and the blob is not there', async () => {
    const { push, spoil, cancel, stored } = open()
    const run = () => cancel.abort()
    spoil({ operation: /^PATCH/, skip: 1, times: 1, effect: { kind: 'callback', run } })
    expect((await failure(push())).code).toBe('cancelled')
    expect(stored()).toBe(false)
  })

  test('with what the content throws, and not with another attempt', async () => {
    const { push, requests } = open()
    const broken: BlobContent = {
      ...blob,
      // biome-ignore lint/correctness/useYield: it ends before.
      async *read() {
        throw new Error('EIO: i/o error, read')
      },
    }
    expect(String(await push(broken).catch((error: unknown) => error))).toContain('EIO')
    expect(requests()).toEqual(['POST'])
  })

  test('with the words of the registry, where it computes another digest', async () => {
    const { push } = open()
    expect((await failure(push({ ...blob, digest: `sha256:${'0'.repeat(64)}` }))).why).toBe(
      'DIGEST_INVALID: provided digest did not match uploaded content',
    )
  })
})
