/** What an upload sends next after each answer of a registry. Not a byte is read: the registry is a list of answers. */
import { describe, expect, test } from '@jest/globals'
import { openRegistry } from '../../src/registry/distribution.ts'
import { failure } from '../refusal.ts'
import { createClock } from '../simulator/clock.ts'

const mebibyte = 1024 * 1024
const digest = `sha256:${'a'.repeat(64)}`
const encoded = encodeURIComponent(digest)

type Answer = (() => Response) | Error

const status =
  (code: number, headers: Record<string, string> = {}, body: string | null = null): Answer =>
  () =>
    new Response(body, { status: code, headers })
const says = (code: number, name: string, message: string, headers: Record<string, string> = {}) =>
  status(code, headers, JSON.stringify({ errors: [{ code: name, message }] }))
const begun = status(202, { location: '/up' })
const taken = status(202)
const created = status(201)
const broken = Object.assign(new TypeError('fetch failed'), {
  cause: Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }),
})
const has = (range: string) => status(204, { range })
const lost = says(404, 'BLOB_UPLOAD_UNKNOWN', 'no such upload')
const elsewhere = says(416, 'RANGE_INVALID', 'not here')

async function* noByte() {
  yield new Uint8Array()
}

/** Pushes a blob of that many bytes to a registry with these answers; `sent`: requests, with bytes and Content-Range. */
function push(
  size: number,
  answers: readonly Answer[],
  { from = undefined as string | undefined, seconds = 600 } = {},
) {
  const clock = createClock({ kind: 'idle' }, undefined, () => 0.5).forProgram
  const started = clock.monotonic()
  const cancel = new AbortController()
  const [sent, read, types]: [string[], string[], (string | null)[]] = [[], [], []]
  const registry = openRegistry({
    login: async () => ({
      endpoint: 'https://registry.example',
      username: 'AWS',
      password: 'token',
      expiresAt: new Date(0),
    }),
    clock,
    signal: cancel.signal,
    retryTime: seconds * 1000,
    environment: {},
    async fetch(url, { method, headers }) {
      const header = new Headers(headers)
      const words = [
        method,
        url.replace('https://registry.example', '').replace(encoded, 'DIGEST').replace(digest, 'DIGEST'),
        header.get('content-length'),
        header.get('content-range'),
      ]
      sent.push(words.filter((word) => word !== null).join(' '))
      if (method === 'PUT' || method === 'PATCH') types.push(header.get('content-type'))
      const answer = answers[sent.length - 1]
      if (typeof answer === 'function') return answer()
      // One request more than there are answers ends the upload.
      if (answer === undefined) cancel.abort()
      throw answer ?? new Error('no answer')
    },
  })
  const blob = {
    digest,
    size,
    read(first: number, last: number) {
      read.push(`${first}-${last}`)
      return noByte()
    },
  }
  const ended = registry.pushBlob('api', blob, from)
  const took = () => (clock.monotonic() - started) / 1000
  return { ended, sent, read, types, took }
}

/** All requests of an upload that ends well. */
async function requests(size: number, answers: readonly Answer[], from?: string) {
  const { ended, sent } = push(size, answers, { from })
  expect(await ended).toBe('uploaded')
  expect(sent).toHaveLength(answers.length)
  return sent
}

const start = 'POST /v2/api/blobs/uploads/ 0'
const head = 'HEAD /v2/api/blobs/DIGEST'
const ask = 'GET /up'

describe('the requests of a blob', () => {
  test.each<[string, number, readonly Answer[], readonly string[]]>([
    ['of no byte', 0, [begun, created], ['PUT /up?digest=DIGEST 0']],
    ['of 3 bytes', 3, [begun, created], ['PUT /up?digest=DIGEST 3']],
    ['stored with 204', 3, [begun, status(204)], ['PUT /up?digest=DIGEST 3']],
    [
      'whose address has a query',
      3,
      [status(202, { location: '/up?state=x' }), created],
      ['PUT /up?state=x&digest=DIGEST 3'],
    ],
    ['of 64 MiB', 67108864, [begun, created], ['PUT /up?digest=DIGEST 67108864']],
    [
      'of one byte more',
      67108865,
      [begun, taken, created],
      ['PATCH /up 67108864 0-67108863', 'PUT /up?digest=DIGEST 1 67108864-67108864'],
    ],
    [
      'of three chunks, taken with 201 and 204, each at another address',
      134217730,
      [begun, status(201, { location: '/up/1' }), status(204, { location: '/up/2' }), created],
      [
        'PATCH /up 67108864 0-67108863',
        'PATCH /up/1 67108864 67108864-134217727',
        'PUT /up/2?digest=DIGEST 2 134217728-134217729',
      ],
    ],
    [
      'of 10 MiB and a byte, in smaller chunks after 413',
      10485761,
      [begun, status(413), taken, created],
      ['PUT /up?digest=DIGEST 10485761', 'PATCH /up 10485760 0-10485759', 'PUT /up?digest=DIGEST 1 10485760-10485760'],
    ],
    [
      'of 70 MiB, in smaller chunks after 413 for a PATCH',
      70 * mebibyte,
      [begun, status(413), ...Array.from({ length: 6 }, () => taken), created],
      [
        'PATCH /up 67108864 0-67108863',
        'PATCH /up 10485760 0-10485759',
        'PATCH /up 10485760 10485760-20971519',
        'PATCH /up 10485760 20971520-31457279',
        'PATCH /up 10485760 31457280-41943039',
        'PATCH /up 10485760 41943040-52428799',
        'PATCH /up 10485760 52428800-62914559',
        'PUT /up?digest=DIGEST 10485760 62914560-73400319',
      ],
    ],
  ])('%s', async (_, size, answers, expected) => {
    expect(await requests(size, answers)).toEqual([start, ...expected])
  })

  test('have the type of bytes, and the bytes of their range', async () => {
    const { ended, types, read } = push(67108865, [begun, taken, created])
    await ended
    expect(types).toEqual(['application/octet-stream', 'application/octet-stream'])
    expect(read).toEqual(['0-67108864', '67108864-67108865'])
  })
})

describe('a mount', () => {
  const mount = 'POST /v2/api/blobs/uploads/?mount=DIGEST&from=team%2Fbase 0'

  test('that is done is the only request', async () => {
    const { ended, sent } = push(3, [created], { from: 'team/base' })
    expect(await ended).toBe('mounted')
    expect(sent).toEqual([mount])
  })

  test('that is not done has begun an upload', async () => {
    expect(await requests(3, [begun, created], 'team/base')).toEqual([mount, 'PUT /up?digest=DIGEST 3'])
  })

  test.each<[string, Answer]>([
    ['refused', says(403, 'DENIED', 'no access')],
    ['answered by nothing', broken],
    ['answered with a server error', status(500)],
  ])('that is %s is followed by an upload', async (_, answer) => {
    expect(await requests(3, [answer, begun, created], 'team/base')).toEqual([mount, start, 'PUT /up?digest=DIGEST 3'])
  })

  test('is not asked for again when the upload is lost', async () => {
    const sent = await requests(3, [begun, lost, status(404), begun, created], 'team/base')
    expect(sent).toEqual([mount, 'PUT /up?digest=DIGEST 3', head, start, 'PUT /up?digest=DIGEST 3'])
  })
})

describe('after a broken connection, an upload of 100 bytes goes on', () => {
  test.each<[string, Answer, string]>([
    ['at the start where the registry has nothing', has('0-0'), '100'],
    ['where the registry is', has('0-39'), '60 40-99'],
    ['where a registry is that names the unit', has('bytes=0-39'), '60 40-99'],
    ['where the registry is, by a response 200', status(200, { range: '0-39' }), '60 40-99'],
    ['without a byte where the registry has them all', has('0-99'), '0'],
    ['at the start without a Range', status(204), '100'],
    ['at the start with a Range that begins elsewhere', has('10-39'), '100'],
    ['at the start with words before the Range', has('about 0-39'), '100'],
    ['at the start with words behind the Range', has('0-39 or so'), '100'],
    ['at the start where the status is refused: 400', status(400), '100'],
    ['at the start where the status is refused: 404', status(404), '100'],
    ['at the start where the status is refused: 405', status(405), '100'],
    ['at the start where the status is refused: 416', status(416), '100'],
  ])('%s', async (_, answer, expected) => {
    expect(await requests(100, [begun, broken, answer, created])).toEqual([
      start,
      'PUT /up?digest=DIGEST 100',
      ask,
      `PUT /up?digest=DIGEST ${expected}`,
    ])
  })

  test('at the address that the registry then names', async () => {
    const moved = status(204, { range: '0-39', location: '/new' })
    expect((await requests(100, [begun, broken, moved, created])).at(-1)).toBe('PUT /new?digest=DIGEST 60 40-99')
  })

  test('when its status is known: that is asked for again after a broken connection', async () => {
    const sent = await requests(100, [begun, broken, broken, status(503), has('0-39'), created])
    expect(sent.slice(2)).toEqual([ask, ask, ask, 'PUT /up?digest=DIGEST 60 40-99'])
  })

  test('in a new upload, where the registry reports more bytes than the blob has', async () => {
    const sent = await requests(100, [begun, broken, has('0-100'), begun, created])
    expect(sent.slice(2)).toEqual([ask, start, 'PUT /up?digest=DIGEST 100'])
  })
})

test('a registry that reports less than it has confirmed is behind', async () => {
  const sent = await requests(67108865, [begun, taken, broken, has('0-39'), created])
  expect(sent.at(-1)).toBe('PUT /up?digest=DIGEST 1 67108864-67108864')
})

describe('a chunk at the wrong position (416) is followed by one', () => {
  const ecr = says(416, 'UNKNOWN', 'First byte of the layer part is 0 instead of 40')

  test('where Amazon ECR says', async () => {
    const sent = await requests(100, [begun, ecr, created])
    expect(sent.slice(2)).toEqual(['PUT /up?digest=DIGEST 60 40-99'])
  })

  test.each<[string, Answer, string]>([
    ['where the registry is', has('0-39'), '60 40-99'],
    ['at the start, where the registry has nothing', has('0-0'), '100'],
    ['at the same position, where the registry does not say', status(404), '100'],
  ])('%s', async (_, answer, expected) => {
    const sent = await requests(100, [begun, elsewhere, answer, created])
    expect(sent.slice(2)).toEqual([ask, `PUT /up?digest=DIGEST ${expected}`])
  })

  test('also where the registry has less than it has confirmed', async () => {
    const sent = await requests(67108865, [begun, taken, elsewhere, has('0-67108862'), created])
    expect(sent.at(-1)).toBe('PUT /up?digest=DIGEST 2 67108863-67108864')
  })

  test('where Amazon ECR says, behind the first chunk', async () => {
    const behind = says(416, 'UNKNOWN', 'First byte of the layer part is 67108864 instead of 67108863')
    const sent = await requests(67108865, [begun, taken, behind, created])
    expect(sent.at(-1)).toBe('PUT /up?digest=DIGEST 2 67108863-67108864')
  })

  test('of a new upload after the fourth in a row', async () => {
    const sent = await requests(100, [begun, ecr, ecr, ecr, ecr, begun, created])
    expect(sent.slice(5)).toEqual([start, 'PUT /up?digest=DIGEST 100'])
  })

  test('as often as chunks between them are taken', async () => {
    const three = Array.from({ length: 3 }, () => [elsewhere, status(404)]).flat()
    const sent = await requests(67108865, [begun, ...three, taken, ...three, created])
    expect(sent.filter((request) => request === start)).toHaveLength(1)
  })
})

describe('an upload that the registry no longer knows', () => {
  test('was complete where the blob is there', async () => {
    expect(await requests(3, [begun, lost, status(200)])).toEqual([start, 'PUT /up?digest=DIGEST 3', head])
  })

  test.each<[string, Answer, readonly Answer[]]>([
    ['a response 400 after a broken connection', broken, [has('0-0'), status(400)]],
    ['a response 400 after a wrong position', elsewhere, [status(404), status(400)]],
  ])('is begun again, also by %s', async (_, trouble, then) => {
    const sent = await requests(3, [begun, trouble, ...then, begun, created])
    expect(sent.slice(2)).toEqual([ask, 'PUT /up?digest=DIGEST 3', start, 'PUT /up?digest=DIGEST 3'])
  })

  test('is begun again when the registry asks for it', async () => {
    const later = says(404, 'BLOB_UPLOAD_UNKNOWN', 'no such upload', { 'retry-after': '7' })
    const { ended, took } = push(3, [begun, later, status(404), begun, created])
    expect(await ended).toBe('uploaded')
    expect(took()).toBe(7)
  })

  test('is begun again five times', async () => {
    const round = [begun, lost, status(404)]
    const { ended, sent } = push(3, Array.from({ length: 7 }, () => round).flat())
    expect(await failure(ended)).toMatchObject({
      code: 'registry-rejected',
      what: `The registry refused the blob ${digest} of 3 bytes`,
      why: 'BLOB_UPLOAD_UNKNOWN: no such upload',
    })
    expect(sent).toHaveLength(6 * round.length)
  })
})

describe('an upload fails with the words of the registry', () => {
  const gone = says(404, 'NAME_UNKNOWN', 'no such repository')

  test.each<[string, number, readonly Answer[], string]>([
    ['at 400 for its first chunk', 3, [status(400, {}, 'bad')], 'HTTP 400: bad'],
    ['at 400 for a later chunk', 67108865, [taken, status(400, {}, 'bad')], 'HTTP 400: bad'],
    ['at 413 for a blob of 10 MiB', 10485760, [status(413, {}, 'large')], 'HTTP 413: large'],
    ['at 413 for 10 MiB', 10485761, [status(413), status(413, {}, 'large')], 'HTTP 413: large'],
    ['at 413 after a broken connection', 3, [broken, has('0-0'), status(413, {}, 'large')], 'HTTP 413: large'],
    ['at 404 without its repository', 3, [gone], 'NAME_UNKNOWN: no such repository'],
    ['at 200, which is no promise', 3, [status(200)], 'HTTP 200'],
    ['at 202 for the last chunk', 3, [taken], 'HTTP 202'],
    ['at 403 for its status', 3, [broken, says(403, 'DENIED', 'no access')], 'DENIED: no access'],
  ])('%s', async (_, size, answers, why) => {
    const { ended, sent } = push(size, [begun, ...answers])
    expect(await failure(ended)).toMatchObject({
      code: 'registry-rejected',
      what: `The registry refused the blob ${digest} of ${size} bytes`,
      why,
    })
    expect(sent).toHaveLength(1 + answers.length)
  })

  test('where it names no address', async () => {
    expect(await failure(push(3, [taken]).ended)).toMatchObject({
      code: 'registry-rejected',
      what: `The registry returned no Location for the blob ${digest} of 3 bytes`,
    })
  })
})

describe('the time for retries', () => {
  /** Broken chunks; after each the registry has one byte more. */
  const growing = Array.from({ length: 12 }, (_, index) => [broken, has(`0-${index + 1}`)]).flat()
  const still = Array.from({ length: 12 }, () => [broken, has('0-39')]).flat()

  test('begins anew with each byte that arrives, by a broken chunk', async () => {
    const { ended, took } = push(100, [begun, ...growing, created], { seconds: 5 })
    expect(await ended).toBe('uploaded')
    expect(took()).toBe(12 * 0.5)
  })

  test('begins anew with each chunk that is taken', async () => {
    const chunk = [broken, status(404), taken]
    const chunks = Array.from({ length: 8 }, () => chunk).flat()
    const { ended, took } = push(8 * 64 * mebibyte + 1, [begun, ...chunks, created], { seconds: 3 })
    expect(await ended).toBe('uploaded')
    expect(took()).toBe(8 * 0.5)
  })

  test('ends where no byte arrives', async () => {
    const { ended, took } = push(100, [begun, ...still], { seconds: 5 })
    expect(await failure(ended)).toMatchObject({
      code: 'registry-rejected',
      what: `The request to the registry failed (the blob ${digest} of 100 bytes)`,
      why: expect.stringContaining('ECONNRESET'),
    })
    expect(took()).toBeLessThan(5)
  })
})

describe('a redirect of an upload', () => {
  const to = (location: string, code = 307) => status(code, { location })

  test.each<[string, number, readonly Answer[], readonly string[]]>([
    ['of a PUT', 3, [begun, to('/moved'), created], ['PUT /up?digest=DIGEST 3', 'PUT /moved 3']],
    ['that is permanent', 3, [begun, to('/moved', 308), created], ['PUT /up?digest=DIGEST 3', 'PUT /moved 3']],
    [
      'of a PATCH',
      67108865,
      [begun, to('/moved'), taken, created],
      [
        'PATCH /up 67108864 0-67108863',
        'PATCH /moved 67108864 0-67108863',
        'PUT /up?digest=DIGEST 1 67108864-67108864',
      ],
    ],
  ])('%s is followed on the address of the registry', async (_, size, answers, expected) => {
    expect(await requests(size, answers)).toEqual([start, ...expected])
  })

  test.each<[string, readonly Answer[], string]>([
    ['to another address', [begun, to('https://evil.example/take')], 'HTTP 307 for PUT, to https://evil.example/take'],
    ['that may change the method', [begun, to('/moved', 302)], 'HTTP 302 for PUT, to /moved'],
    ['of a POST', [to('/moved')], 'HTTP 307 for POST, to /moved'],
    ['to nowhere', [begun, status(307)], 'HTTP 307 for PUT, to nowhere'],
    ['that goes in a circle', [begun, ...Array.from({ length: 6 }, () => to('/up'))], 'HTTP 307 for PUT, to /up'],
  ])('%s is not followed, and told', async (_, answers, why) => {
    const { ended, sent } = push(3, answers)
    const found = await failure(ended)
    expect(found.what).toMatch(/^The registry redirected a request \(.+\), which was not followed$/)
    expect([found.why, sent.length]).toEqual([why, answers.length])
    expect(found.fix).toMatch(/^Check the proxies/)
  })
})

describe('a response of more than 4 MiB', () => {
  const large = 'x'.repeat(4 * mebibyte + 1)

  test('is refused where it should be good', async () => {
    const { what, why } = await failure(push(3, [begun, status(201, {}, large)]).ended)
    expect(what).toMatch(/^The response of the registry \(.+\) is larger than 4194304 bytes$/)
    expect(why).toMatch(/^image manifests/)
  })

  test('is left out of a refusal, which is told by its status', async () => {
    expect((await failure(push(3, [begun, status(403, {}, large)]).ended)).why).toMatch(/403/)
  })
})
