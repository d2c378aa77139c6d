/** What each answer of a registry leads to: an answer, another try after a pause, another login, or an end. */
import { describe, expect, test } from '@jest/globals'
import type { RegistryRequest } from '../../src/registry/registry-request.ts'
import { createTransport } from '../../src/registry/transport.ts'
import { text } from '../../src/text.ts'
import { failure, plain } from '../refusal.ts'
import { createClock } from '../simulator/clock.ts'

type Answer = (() => Response) | Error

const status =
  (code: number, body: string | object | null = null, headers: Record<string, string> = {}) =>
  () =>
    new Response(typeof body === 'object' && body !== null ? JSON.stringify(body) : body, { status: code, headers })
const says = (code: number, message: unknown, name: unknown = 'DENIED') =>
  status(code, { errors: [{ code: name, message }] })
const broken = Object.assign(new TypeError('fetch failed'), {
  cause: Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }),
})

/** A registry that gives these answers, the last for ever; `sent`: seconds and password of each request. */
function registry(
  answers: readonly Answer[],
  { seconds = 600, endpoint = 'https://registry.example', scheme = undefined as 'Bearer' | undefined } = {},
) {
  const simulated = createClock({ kind: 'idle' }, undefined, () => 0.5)
  const clock = simulated.forProgram
  const started = clock.monotonic()
  const [sent, lines]: [string[], string[]] = [[], []]
  const cancel = new AbortController()
  let logins = 0
  const { send } = createTransport({
    login: async () => ({
      endpoint,
      ...(scheme && { scheme }),
      username: 'AWS',
      password: `token-${++logins}`,
      expiresAt: new Date(0),
    }),
    clock,
    signal: cancel.signal,
    retryTime: seconds * 1000,
    environment: {},
    onRetry: (line) => void lines.push(plain(line)),
    async fetch(_, { headers, signal }) {
      const [, basic = ''] = (new Headers(headers).get('authorization') ?? '').split(' ')
      sent.push(`${(clock.monotonic() - started) / 1000} ${Buffer.from(basic, 'base64')}`)
      // Without a pause, time stands still and no deadline comes.
      if (sent.length === 1_000) cancel.abort()
      const answer = answers[Math.min(sent.length, answers.length) - 1]
      if (answer instanceof Error) throw answer
      if (answer) return answer()
      return new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason)))
    },
  })
  const ask = (more: Partial<RegistryRequest> = {}) =>
    send({ method: 'GET', path: '/v2/api/blobs/x?y=1', doing: text`the layer`, expected: [200], ...more })
  const took = () => (clock.monotonic() - started) / 1000
  return { ask, sent, lines, cancel, clock, took }
}

const at = (...seconds: readonly number[]) => seconds.map((each) => `${each} AWS:token-1`)

describe('what is tried again', () => {
  test.each<[string, Answer]>([
    ['a server error', status(500)],
    ['one behind a proxy', status(502, '<html>')],
    ['too many requests', status(429)],
    ['a time-out of the server', status(408)],
    ['a connection that broke', broken],
  ])('is %s', async (_, answer) => {
    const { ask, sent } = registry([answer, status(200, 'ok')])
    expect(new TextDecoder().decode((await ask()).body)).toBe('ok')
    // Half of a second that doubles with each try.
    expect(sent).toEqual(at(0, 0.5))
  })

  test.each([
    ['2', 2],
    ['0', 0.5],
    ['0.001', 0.5],
    ['soon', 0.5],
  ])('is so after the pause that the registry asks for, if it asks for one: %s', async (after, seconds) => {
    const { ask, sent } = registry([status(503, null, { 'retry-after': after }), status(200)])
    await ask()
    expect(sent).toEqual(at(0, seconds))
  })

  test('is so after pauses of at most twenty seconds', async () => {
    const { ask, sent } = registry([...Array<Answer>(7).fill(status(503)), status(200)])
    await ask()
    expect(sent).toEqual(at(0, 0.5, 1.5, 3.5, 7.5, 15.5, 25.5, 35.5))
  })

  test('is so after the same pauses where the registry asks for none, until the deadline', async () => {
    const { ask, sent } = registry([status(503, null, { 'retry-after': '0' })], { seconds: 60 })
    await failure(ask())
    expect(sent).toEqual(at(0, 0.5, 1.5, 3.5, 7.5, 15.5, 25.5, 35.5, 45.5, 55.5))
  })

  test.each([
    ['HTTP 503', status(503)],
    ['HTTP 502: <html> <p>Bad gateway', status(502, '<html>\r\n  <p>Bad gateway')],
    ['TOOMANYREQUESTS: Rate exceeded', says(429, 'Rate exceeded', 'TOOMANYREQUESTS')],
    ['GET /v2/api/blobs/x: read ECONNRESET', broken],
  ])('is told, with the reason: %s', async (reason, answer) => {
    const { ask, lines } = registry([answer, status(200)])
    await ask()
    expect(lines).toEqual([`The request to the registry failed (attempt 1), retrying: ${reason}`])
  })

  test.each<[string, Answer]>([
    ['HTTP 503', status(503)],
    ['UNAVAILABLE: later', says(503, 'later', 'UNAVAILABLE')],
    ['GET /v2/api/blobs/x: read ECONNRESET', broken],
  ])('is so while there is time for another try, and not at its very end: %s', async (why, answer) => {
    const { ask, sent } = registry([answer], { seconds: 3.5 })
    expect(await failure(ask())).toMatchObject({
      code: 'registry-rejected',
      what: 'The request to the registry failed (the layer)',
      why,
    })
    expect(sent).toEqual(at(0, 0.5, 1.5))
  })
})

describe('what ends a request at its first answer', () => {
  test.each<[string, Answer, string]>([
    ['a refusal', says(403, 'no access'), 'DENIED: no access'],
    ['one without a code', says(403, 'no access', 7), 'HTTP 403: no access'],
    ['one without words', says(403, { x: 1 }), 'DENIED'],
    ['one without an error', status(404, { errors: [] }), 'HTTP 404'],
    ['a page', status(404, '\n <html>gone \n'), 'HTTP 404: <html>gone'],
    ['a long page', status(404, 'x'.repeat(999)), `HTTP 404: ${'x'.repeat(200)}`],
    ['nothing', status(400), 'HTTP 400'],
  ])('is %s', async (_, answer, why) => {
    const { ask, sent } = registry([answer])
    expect(await failure(ask())).toMatchObject({
      code: 'registry-rejected',
      what: 'The registry refused the layer',
      why,
    })
    expect(sent).toEqual(at(0))
  })

  test('is an address that is not safe, before anything is sent', async () => {
    const { ask, sent, took } = registry([status(200)], { endpoint: 'http://registry.example' })
    expect((await failure(ask())).what).toBe(
      'The registry endpoint http://registry.example is not an https address; the password was not sent',
    )
    expect([sent, took()]).toEqual([[], 0])
  })

  test('is a status that is expected, whatever it says', async () => {
    for (const code of [404, 503]) {
      const { ask, sent } = registry([status(code)])
      expect((await ask({ expected: [code] })).status).toBe(code)
      expect(sent).toEqual(at(0))
    }
  })
})

describe('a token that has expired', () => {
  const renewed = ['0 AWS:token-1', '0 AWS:token-2']

  test.each<[string, Answer]>([
    ['401', status(401)],
    ['403 that says so', says(403, 'Your authorization token has Expired. Reauthenticate and try again.')],
  ])('is renewed, and the request sent again at once: %s', async (_, answer) => {
    const { ask, sent } = registry([answer, status(200)])
    await ask()
    expect(sent).toEqual(renewed)
  })

  test.each<[string, 'GET' | 'HEAD', 'Bearer' | undefined, Answer, boolean]>([
    ['403 to HEAD, which has no words', 'HEAD', undefined, status(403), true],
    ['403 to GET without words', 'GET', undefined, status(403), false],
    ['400 of Amazon ECR Public without words', 'HEAD', 'Bearer', status(400), true],
    [
      '400 of Amazon ECR Public that says so',
      'GET',
      'Bearer',
      says(400, 'Your Authorization Token has expired.'),
      true,
    ],
    ['400 of Amazon ECR Public about an invalid token', 'GET', 'Bearer', says(400, 'token is invalid'), true],
    ['400 of Amazon ECR Public about another thing', 'GET', 'Bearer', says(400, 'invalid digest'), false],
    ['400 of a private registry', 'HEAD', undefined, status(400), false],
    ['400 of a private registry that says so', 'GET', undefined, says(400, 'token expired'), false],
    ['401 of Amazon ECR Public', 'GET', 'Bearer', status(401), true],
    ['404 about a token', 'HEAD', 'Bearer', says(404, 'token expired'), false],
  ])('is renewed or not by status, method and words: %s', async (_, method, scheme, answer, isRenewed) => {
    const { ask, sent } = registry([answer, status(200)], { scheme })
    const asked = ask({ method })
    if (isRenewed) await asked
    else await failure(asked)
    expect(sent).toEqual(isRenewed ? renewed : at(0))
  })

  test('is renewed once', async () => {
    const { ask, sent } = registry([status(401)])
    expect((await failure(ask())).why).toBe('HTTP 401')
    expect(sent).toEqual(renewed)
  })

  test('is not what another refusal is about', async () => {
    for (const answer of [says(403, 'no access'), says(404, 'the upload has expired')]) {
      const { ask, sent } = registry([answer])
      await failure(ask())
      expect(sent).toEqual(at(0))
    }
  })

  test('is renewed once for requests that run side by side', async () => {
    const { ask, sent } = registry([status(401), status(401), status(200)])
    await Promise.all([ask(), ask()])
    expect(sent).toEqual(['0 AWS:token-1', '0 AWS:token-1', '0 AWS:token-2', '0 AWS:token-2'])
  })
})

describe('a cancel', () => {
  test('ends the pause before another try', async () => {
    const { ask, cancel, clock, took } = registry([status(503, null, { 'retry-after': '60' })])
    const asked = ask()
    void clock.sleep(5_000).then(() => cancel.abort(new Error('by the runner')))
    expect(await failure(asked)).toEqual({
      code: 'cancelled',
      what: 'The push was cancelled',
      why: 'Error: by the runner',
      fix: '',
    })
    expect(took()).toBe(5)
  })

  test('ends a request that has no answer yet', async () => {
    const { ask, cancel, clock } = registry([undefined as never])
    const asked = ask()
    void clock.sleep(2_000).then(() => cancel.abort())
    expect(await failure(asked)).toEqual({ code: 'cancelled', what: 'The push was cancelled', why: '', fix: '' })
  })
})

describe('an attempt', () => {
  test.each([
    ['that sends little', 0, 30],
    ['that sends 5 MB', 5_000_000, 80],
  ])('%s is given up after so many seconds: %d bytes, %d s', async (_, bytes, seconds) => {
    const { ask, took, lines } = registry([undefined as never, status(200)])
    await ask({ method: 'PUT', body: new Uint8Array(bytes) })
    expect(took()).toBe(seconds + 0.5)
    expect(lines[0]).toBe(
      bytes > 1024 * 1024
        ? 'The request to the registry failed (attempt 1), retrying: PUT /v2/api/blobs/x: no complete response in time'
        : 'The registry has not responded for 5 s, still waiting',
    )
  })

  test('of a request with a megabyte is told as silent, and one of more is not', async () => {
    for (const [bytes, expected] of [
      [1024 * 1024, true],
      [1024 * 1024 + 1, false],
    ] as const) {
      const { ask, lines } = registry([undefined as never, status(200)])
      await ask({ method: 'PUT', body: new Uint8Array(bytes) })
      expect(lines[0]?.includes('has not responded for 5 s')).toBe(expected)
    }
  })

  test('that was answered leaves nothing behind that would be told later', async () => {
    const { ask, lines, clock } = registry([status(200)])
    await ask()
    await clock.sleep(60_000)
    expect(lines).toEqual([])
  })
})
