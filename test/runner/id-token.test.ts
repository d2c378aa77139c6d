import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, describe, expect, test } from '@jest/globals'
import { Failure } from '../../src/failure.ts'
import { usualLimit } from '../../src/http/body.ts'
import type { Fetch } from '../../src/http/fetch.ts'
import { openFetch } from '../../src/http/open-fetch.ts'
import type { Runner } from '../../src/runner/action.ts'
import { requestIdToken } from '../../src/runner/id-token.ts'
import { run } from '../../src/runner/run.ts'
import { text } from '../../src/text.ts'
import { failure } from '../refusal.ts'
import { createClock } from '../simulator/clock.ts'

const close: (() => void)[] = []
afterAll(() => {
  for (const end of close) end()
})

/** GitHub's token service; `seen` has what it was asked. */
async function tokenService(answer: RequestListener) {
  const seen: { readonly url: string | undefined; readonly bearer: string | undefined }[] = []
  const server = createServer((request, response) => {
    seen.push({ url: request.url, bearer: request.headers.authorization })
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  close.push(() => server.close())
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const waits: number[] = []
  const clock = createClock({ kind: 'idle' }).forProgram
  const ask = (environment: Record<string, string> = {}, fetch: Fetch = openFetch({})) =>
    requestIdToken('sts.amazonaws.com', {
      environment: {
        ACTIONS_ID_TOKEN_REQUEST_URL: `${address}/token?api-version=2.0`,
        ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'bearer-of-the-job',
        ...environment,
      },
      fetch,
      clock: { ...clock, random: () => 0.5, sleep: async (milliseconds) => void waits.push(milliseconds) },
      signal: new AbortController().signal,
    })
  return { address, seen, waits, ask }
}

const token: RequestListener = (_, response) => response.end('{"value":"header.claims.signature"}')

describe('the OIDC token of the job', () => {
  test('is asked for as GitHub documents it', async () => {
    const { ask, seen } = await tokenService(token)
    expect(await ask()).toBe('header.claims.signature')
    expect(seen).toEqual([
      { url: '/token?api-version=2.0&audience=sts.amazonaws.com', bearer: 'Bearer bearer-of-the-job' },
    ])
  })

  test('is asked for four times before the job ends red, with the last reason', async () => {
    const busy = await tokenService((_, response) =>
      response.writeHead(busy.seen.length < 4 ? 503 : 200).end('{"value":"a.b.c"}'),
    )
    expect(await busy.ask()).toBe('a.b.c')
    const down = await tokenService((_, response) => response.writeHead(503).end())
    expect(await failure(down.ask())).toMatchObject({
      code: 'credentials-missing',
      what: 'GitHub returned no OIDC token for the audience sts.amazonaws.com in 4 attempts',
      why: 'the token service returned HTTP 503',
      fix: 'Run the job again. If it persists, check https://www.githubstatus.com.',
    })
    expect(down.seen).toHaveLength(4)
    expect(down.waits).toEqual([750, 1_500, 3_000])
  })

  test('S12: is not asked for elsewhere: the bearer token of the job follows no redirect', async () => {
    const elsewhere = await tokenService(token)
    const moved = await tokenService((_, response) => response.writeHead(307, { location: elsewhere.address }).end())
    expect((await failure(moved.ask())).code).toBe('credentials-missing')
    expect(elsewhere.seen).toEqual([])
  })

  test.each(['{}', '{"value":""}', '{"value":5}', '{"token":"a.b.c"}', 'null', '"value"', '[]'])(
    'is none where the answer is %s',
    async (body) => {
      const { ask } = await tokenService((_, response) => response.end(body))
      expect(await failure(ask())).toMatchObject({
        code: 'credentials-missing',
        why: 'the response of the token service has no token',
      })
    },
  )

  test.each([
    ['no JSON', '<html>'],
    ['more than a token', `{"value":"${'x'.repeat(usualLimit)}"}`],
  ])('is none where the answer has %s', async (_, body) => {
    const { ask } = await tokenService((_, response) => response.end(body))
    expect((await failure(ask())).code).toBe('credentials-missing')
  })

  test('is not asked for again where the way to it is known to be closed', async () => {
    const { ask, waits } = await tokenService(token)
    const closed = new Failure({ code: 'cancelled', what: text`The proxy refused` })
    expect(await failure(ask({}, () => Promise.reject(closed)))).toMatchObject({ what: 'The proxy refused' })
    expect(waits).toEqual([])
  })

  test('needs the permission, which is named', async () => {
    const { ask, seen } = await tokenService(token)
    const refused = {
      code: 'credentials-missing',
      what: 'The job is not authorized to request an OIDC token from GitHub, which the input role-to-assume requires',
      why: 'the job lacks the permission id-token: write',
      fix: 'Add "permissions: { id-token: write, contents: read }" to the job (for a reusable workflow: to the job that calls it). Pull requests from forks never get it.',
    }
    expect(await failure(ask({ ACTIONS_ID_TOKEN_REQUEST_TOKEN: '' }))).toEqual(refused)
    expect(await failure(ask({ ACTIONS_ID_TOKEN_REQUEST_URL: '' }))).toEqual(refused)
    expect(seen).toEqual([])
  })

  test('S7: is masked before an action gets it', async () => {
    const { address } = await tokenService(token)
    const { write } = process.stdout
    let printed = ''
    process.env.ACTIONS_ID_TOKEN_REQUEST_URL = `${address}/token?api-version=2.0`
    process.env.ACTIONS_ID_TOKEN_REQUEST_TOKEN = 'bearer-of-the-job'
    process.stdout.write = (chunk: string | Uint8Array) => {
      printed += chunk
      return true
    }
    try {
      const main = async (_: unknown, runner: Runner) =>
        void runner.log.info(text`got ${await runner.idToken('sts.amazonaws.com')}`)
      await run({ inputs: {}, main }, 'main')
    } finally {
      process.stdout.write = write
      delete process.env.ACTIONS_ID_TOKEN_REQUEST_URL
      delete process.env.ACTIONS_ID_TOKEN_REQUEST_TOKEN
    }
    expect(printed).toBe('::add-mask::header.claims.signature\ngot header.claims.signature\n')
  })
})
