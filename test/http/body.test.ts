import { Readable } from 'node:stream'
import { describe, expect, test } from '@jest/globals'
import { openCommitHistory } from '../../src/github/commits.ts'
import { openDeploymentStatuses } from '../../src/github/deployments.ts'
import { openEnvironmentHistory } from '../../src/github/environments.ts'
import { bounded, OversizedAnswer, readBytes, readText, usualLimit } from '../../src/http/body.ts'
import type { Fetch } from '../../src/http/fetch.ts'
import { requestIdToken } from '../../src/runner/id-token.ts'
import { openSlack } from '../../src/slack/slack.ts'
import { failure, simulated } from '../aws/simulated.ts'
import { createClock } from '../simulator/clock.ts'

/** One for all: filling new ones would be most of the time of these tests. */
const page = new Uint8Array(65_536).fill(0x20)

/** An answer whose body never ends; `given` has the bytes that were taken of it, `cancelled` whether it was let go. */
function endless(status = 200) {
  const seen = { given: 0, cancelled: false }
  const body = new ReadableStream({
    pull(controller) {
      seen.given += 65_536
      controller.enqueue(page)
    },
    cancel() {
      seen.cancelled = true
    },
  })
  return { response: new Response(body, { status }), seen }
}

describe('S13 the body of an answer', () => {
  test('is read up to its limit, and let go beyond', async () => {
    expect(await readText(new Response('four'), 4)).toBe('four')
    await expect(readText(new Response('five!'), 4)).rejects.toThrow('the response is larger than 4 bytes')
    const { response, seen } = endless()
    await expect(readBytes(response, 200_000)).rejects.toBeInstanceOf(OversizedAnswer)
    expect(seen).toEqual({ given: expect.any(Number), cancelled: true })
    expect(seen.given).toBeLessThan(500_000)
  })

  test('is the same where a library reads it', async () => {
    const headers = { 'content-type': 'application/json', 'x-more': 'yes' }
    const same = await bounded(new Response('{"a":1}', { status: 201, headers }))
    expect([same.status, same.headers.get('x-more'), await same.json()]).toEqual([201, 'yes', { a: 1 }])
    expect(await (await bounded(new Response(null, { status: 204 }))).text()).toBe('')
  })
})

const clock = createClock({ kind: 'idle' }).forProgram
const { signal } = new AbortController()
const readers: Readonly<Record<string, (fetch: Fetch) => Promise<unknown>>> = {
  'the OIDC token service': (fetch) =>
    failure(
      requestIdToken('sts.amazonaws.com', {
        environment: { ACTIONS_ID_TOKEN_REQUEST_URL: 'https://t.example?a=b', ACTIONS_ID_TOKEN_REQUEST_TOKEN: 't' },
        ...{ fetch, clock, signal },
      }),
    ),
  'Slack’s Web API': (fetch) =>
    openSlack({ token: 'xoxb-1', channel: 'C0123456789', fetch, clock, warn: () => undefined }).update(
      { text: 'deployed', attachments: [] },
      { final: true },
    ),
  'a Slack webhook': (fetch) =>
    openSlack({ webhookUrl: 'https://hooks.slack.com/services/T/B/x', fetch, clock, warn: () => undefined }).update(
      { text: 'deployed', attachments: [] },
      { final: true },
    ),
  'GitHub’s commits': (fetch) =>
    openCommitHistory({ token: 't', apiUrl: 'https://g.example', repository: 'a/b', fetch, clock, signal }).compare(
      '1a2b3c4',
      '5d6e7f8',
    ),
  'GitHub’s environments': (fetch) =>
    openEnvironmentHistory({ token: 't', apiUrl: 'https://g.example', repository: 'a/b', fetch, clock, signal })
      .ends('staging', 'api')
      [Symbol.asyncIterator]()
      .next(),
  'GitHub’s deployments': (fetch) =>
    openDeploymentStatuses({
      ...{
        token: 't',
        apiUrl: 'https://g.example',
        repository: 'a/b',
        sha: '1a2b3c4',
        environment: 'live',
        logUrl: '',
        deployed: { services: [], what: 'commit' },
      },
      ...{ fetch, clock, debug: () => undefined },
    }).update('in_progress', ['deploying']),
}

test.each(
  Object.keys(readers).flatMap((name) => [
    [name, 200],
    [name, 403],
  ]) as [string, number][],
)('S13 an answer without an end does not fill the memory: %s, HTTP %s', async (name, status) => {
  const answers: ReturnType<typeof endless>[] = []
  await readers[name]?.(async () => {
    const answer = endless(status)
    answers.push(answer)
    return answer.response
  })
  expect(answers.length).toBeGreaterThan(0)
  for (const { seen } of answers) expect(seen.given).toBeLessThan(2 * usualLimit)
})

test.each([200, 400, 502])(
  'S13 an answer without an end does not fill the memory: AWS’s API, HTTP %s',
  async (statusCode) => {
    let given = 0
    let answers = 0
    const pages = function* () {
      for (;;) {
        given += 65_536
        yield page
      }
    }
    const requestHandler = {
      metadata: { handlerProtocol: 'http/1.1' as const },
      async handle() {
        answers++
        const body = Readable.from(pages(), { objectMode: false })
        return { response: { statusCode, headers: { 'content-type': 'text/html' }, body } }
      },
      destroy() {},
      updateHttpClientConfig() {},
      httpHandlerConfigs: () => ({}),
    }
    const { aws } = simulated({ minutes: 0.05, requestHandler })
    const { code, why } = await failure(aws.ecr.login())
    expect(code).toBe('aws-unreachable')
    expect(why).toContain('larger than 33554432 bytes')
    expect(given / answers).toBeLessThan(40_000_000)
  },
)
