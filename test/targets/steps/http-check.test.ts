/** What a response has to be, and how long a check is tried. */
import { describe, expect, test } from '@jest/globals'
import { readChecks } from '../../../src/config/read-checks.ts'
import type { HttpProbe, ProbeAnswer, ProbeRequest } from '../../../src/ports.ts'
import { runHttpCheck } from '../../../src/targets/steps/index.ts'
import type { HttpCheck } from '../../../src/targets/steps/request/release-steps.ts'
import { renderText } from '../../../src/text.ts'
import { response } from '../../actions/verify-scene.ts'
import { createClock } from '../../simulator/clock.ts'

const check = (yaml: string) => readChecks(yaml, { input: 'verify' })[0] as HttpCheck

async function made(yaml: string, ...answers: readonly ProbeAnswer[]) {
  const clock = createClock({ kind: 'idle' }).forProgram
  const asked: ProbeRequest[] = []
  const probe: HttpProbe = {
    async send(request) {
      asked.push(request)
      return answers[Math.min(asked.length, answers.length) - 1] ?? response(200)
    },
  }
  const signal = new AbortController().signal
  const start = clock.monotonic()
  const result = await runHttpCheck(check(yaml), probe, { clock, signal })
  const why = result.passed ? '' : renderText(result.why, (theirs) => theirs)
  const advice = result.passed ? '' : renderText(result.advice, (theirs) => theirs)
  return { ...result, why, advice, asked, seconds: Math.round((clock.monotonic() - start) / 1000) }
}

const once = 'url: https://a.example/h, within: 0'
const none = (
  fault: 'dns' | 'connect' | 'tls' | 'timeout' | 'closed' | 'proxy',
  code: string,
  why = code,
): ProbeAnswer => ({
  kind: 'no-response',
  fault,
  code,
  why,
  milliseconds: 3,
})

describe('what passes', () => {
  test.each([
    ['', response(200)],
    ['status: 204', response(204)],
    ['status: 200-299', response(226)],
    ['status: [200, 301-302]', response(302)],
    [
      'header: { content-type: application/json }',
      response(200, '', { 'content-type': 'Application/JSON; charset=utf-8' }),
    ],
    ['body: "status: ok"', response(200, 'x status: ok y')],
    ['body: [a, b]', response(200, 'b a')],
    ['body-matches: "^v\\\\d+$"', response(200, 'v12')],
    [
      'json: { status: ok, checks.db.0: true, n: 1, nothing: null }',
      response(200, '{"status":"ok","checks":{"db":[true]},"n":1,"nothing":null}'),
    ],
    ['method: HEAD', response(200)],
  ])('%s', async (more, answer) => {
    expect(await made(`- { ${once}${more && `, ${more}`} }`, answer)).toMatchObject({ passed: true, tries: 1 })
  })
})

describe('what fails, and in which words', () => {
  test.each([
    ['', response(503, 'no\n\n upstream'), 'answered 503, not 200; body begins `no upstream`', 'no healthy target'],
    ['', response(200, ''), '', ''],
    [
      '',
      response(301, '', { location: 'https://b.example/' }),
      'answered 301 (to https://b.example/), not 200; the body is empty',
      'follow-redirects',
    ],
    ['', response(401), 'answered 401, not 200', 'request-headers'],
    ['status: [204, 300-302]', response(200), 'answered 200, not 204 or 300-302', 'Read the log'],
    [
      'header: { x-version: "2" }',
      response(200),
      'answered 200 with no header x-version, which must contain 2',
      'Read the log',
    ],
    [
      'header: { x-version: "2" }',
      response(200, '', { 'x-version': '1' }),
      'answered 200 with x-version: 1, which must contain 2',
      '',
    ],
    [
      'body: ok',
      response(200, 'starting'),
      'answered 200, and the body does not contain `ok`; body begins `starting`',
      '',
    ],
    ['body-matches: "^ok$"', response(200, 'not ok'), 'answered 200, and the body does not match `^ok$`', ''],
    [
      'json: { status: ok }',
      response(200, '<html>'),
      'answered 200, and the body is not JSON; body begins `<html>`',
      '',
    ],
    [
      'json: { status: ok, a.b: 1 }',
      response(200, '{"status":"down"}'),
      'in its JSON status is "down", not "ok"; a.b is missing, not 1',
      '',
    ],
    ['json: { valueOf: x }', response(200, '{}'), 'valueOf is missing', ''],
    ['method: HEAD', response(500, 'x'), 'HEAD https://a.example/h answered 500, not 200', ''],
    [
      '',
      none('dns', 'ENOTFOUND', 'getaddrinfo ENOTFOUND a.example'),
      'got no response: the host name does not resolve (DNS): getaddrinfo ENOTFOUND',
      'verify: task',
    ],
    ['', none('connect', 'ECONNREFUSED'), 'got no response: no connection (the port is closed', 'security groups'],
    [
      '',
      none('tls', 'CERT_HAS_EXPIRED', 'certificate has expired'),
      'TLS handshake failed: CERT_HAS_EXPIRED: certificate has expired',
      'certificate of the listener',
    ],
    ['', none('timeout', 'ETIMEDOUT'), 'timed out', 'raise timeout'],
    ['', none('closed', 'ECONNRESET'), 'closed before the response was complete', 'log of the program'],
    ['', none('proxy', 'ProxyError'), 'the proxy of the runner refused it', 'NO_PROXY'],
  ])('%s %j', async (more, answer, words, advice) => {
    const { passed, why, advice: fix } = await made(`- { ${once}${more && `, ${more}`} }`, answer)
    expect(passed).toBe(words === '')
    expect(why).toContain(words)
    expect(fix).toContain(advice)
  })

  test('a long body is cut, and the query of the URL has no values', async () => {
    const { why } = await made(
      '- { url: "https://a.example/h?token=s3cret", within: 0 }',
      response(500, 'y'.repeat(9_000)),
    )
    expect(why).toContain('https://a.example/h?token=***')
    expect(why.length).toBeLessThan(320)
  })
})

test('JSON that is too long to be read is said to be that', async () => {
  const long = { ...response(200, '{"status":"ok","x":"yyyy'), isCut: true } as ProbeAnswer
  const { why } = await made('- { url: "https://a.example/", within: 0, json: { status: ok } }', long)
  expect(why).toContain('the body is longer than 256 KiB, so its JSON is not read')
})

test.each([
  ['body', response(401, '{"you":{"authorization":"Bearer hunter2-token","accept":"text/html"}}')],
  ['token alone', response(401, 'bad token hunter2-token')],
  ['redirect', response(302, '', { location: 'https://b.example/hunter2-token' })],
])('what a check sends is not shown where the response repeats it: %s', async (_, answer) => {
  const headers = '{ Authorization: Bearer hunter2-token, Accept: text/html }'
  const { why } = await made(`- { url: "https://a.example/", within: 0, request-headers: ${headers} }`, answer)
  expect(why).toContain('***')
  expect(why).not.toContain('hunter2')
  if (answer.kind === 'response' && answer.body.includes('html')) expect(why).toContain('text/html')
})

describe('how long it is tried', () => {
  test('until it passes', async () => {
    const { passed, tries, seconds } = await made(
      '- { url: "https://a.example/" }',
      response(503),
      response(503),
      response(200),
    )
    expect([passed, tries, seconds]).toEqual([true, 3, 10])
  })

  test('for its time, with a last try at its end', async () => {
    const { why, tries, seconds } = await made(
      '- { url: "https://a.example/", within: 12s, interval: 5s }',
      response(503),
    )
    expect([tries, seconds]).toEqual([4, 12])
    expect(why).toMatch(/\(4 tries in 12 s\)$/)
  })
})

describe('redirects', () => {
  const away = response(302, '', { location: 'https://b.example/in' })

  test('are followed only when asked, without credentials to another host', async () => {
    const yaml =
      '- { url: "https://a.example/", within: 0, follow-redirects: true, request-headers: { Authorization: x, X-A: y }, resolve: 10.0.0.1 }'
    const { passed, asked } = await made(yaml, away, response(200))
    expect(passed).toBe(true)
    expect(asked).toMatchObject([
      { url: 'https://a.example/', headers: { Authorization: 'x', 'X-A': 'y' }, connectTo: '10.0.0.1' },
      { url: 'https://b.example/in', headers: { 'X-A': 'y' }, connectTo: undefined },
    ])
    expect(asked[1]?.headers).not.toHaveProperty('Authorization')
  })

  test.each([
    ['http://a.example/in', false],
    ['https://a.example/in', true],
    ['/in', true],
  ])('to %s take credentials along: %s', async (location, isKept) => {
    const yaml =
      '- { url: "https://a.example/", within: 0, follow-redirects: true, request-headers: { Authorization: x } }'
    const { asked } = await made(yaml, response(302, '', { location }), response(200))
    expect(Object.hasOwn(asked[1]?.headers ?? {}, 'Authorization')).toBe(isKept)
  })

  test.each([
    [
      'https://u:p@b.example/in?code=s3cret&state=s3cret#id_token=s3cret',
      'https://b.example/in?code=***&state=***#***',
    ],
    ['/login?next=s3cret', '/login?next=***'],
  ])('of %s are named without what may be secret', async (location, shown) => {
    const { why } = await made('- { url: "https://a.example/", within: 0 }', response(302, '', { location }))
    expect(why).toContain(`answered 302 (to ${shown}), not 200`)
  })

  test('in a circle end after five', async () => {
    const { passed, asked } = await made('- { url: "https://a.example/", within: 0, follow-redirects: true }', away)
    expect([passed, asked.length]).toEqual([false, 6])
  })
})

test('mistakes of a check are told together, with their lines', () => {
  const yaml =
    '- url: api.example.com\n- { url: "https://u:p@a.example", status: 20 }\n- { url: "https://a.example", method: HEAD, body: x }\n- { task: "9" }'
  const mistakes = () => readChecks(yaml, { input: 'verify' })
  expect(mistakes).toThrow()
  try {
    mistakes()
  } catch (error) {
    const { parts } = error as { parts: { mistakes: { line: number; message: never }[] } }
    const told = parts.mistakes.map(({ line, message }) => `${line} ${renderText(message, (theirs) => theirs)}`)
    expect(told).toEqual([
      expect.stringMatching(/^1 verify\.0\.url must be a URL/),
      expect.stringMatching(/^2 verify\.1\.url must not have a user or password/),
      expect.stringMatching(/^2 verify\.1\.status must be a status/),
      expect.stringMatching(/^3 verify\.2 has method HEAD/),
      expect.stringMatching(/^4 verify\.3\.task must be/),
      expect.stringMatching(/^4 verify\.3 must have image, container or command/),
    ])
  }
})

test('a regular expression that takes too long for a body is no passed check, and says why', async () => {
  const body = `${'a'.repeat(60)}!`
  const { passed, why } = await made(`- { ${once}, body-matches: "^(a+)+$" }`, response(200, body))
  expect(passed).toBe(false)
  expect(why).toMatch(
    /answered 200, and the body may match `\^\(a\+\)\+\$` or not, as that takes longer than 1 s: repetition inside repetition/,
  )
})
