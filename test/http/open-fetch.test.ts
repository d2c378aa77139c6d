import { createServer, type RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { Duplex } from 'node:stream'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { Failure } from '../../src/failure.ts'
import type { Fetch } from '../../src/http/fetch.ts'
import { openFetch } from '../../src/http/open-fetch.ts'
import { reasonOf } from '../../src/http/reason.ts'
import { failureText } from '../../src/report/failure-text.ts'
import { renderText } from '../../src/text.ts'
import { printedOn } from '../printed.ts'
import { selfSigned } from './certificate.ts'
import { listen, openProxyServer, type ProxyServer } from './proxy-server.ts'

const trusted = selfSigned()
const answer: RequestListener = (request, response) => {
  if (request.url === '/elsewhere') return response.writeHead(302, { location: '/', 'x-from': 'here' }).end()
  if (request.url === '/reset') return response.writeHead(205).end()
  if (request.url === '/strange') return response.writeHead(999).end('go away')
  if (request.url === '/nothing') return response.writeHead(204).end()
  let body = ''
  request.on('data', (chunk) => {
    body += chunk
  })
  request.on('end', () => response.end(JSON.stringify({ method: request.method, headers: request.headers, body })))
}
const servers = {
  plain: createServer(answer),
  secure: createTlsServer(trusted, answer),
  untrusted: createTlsServer(selfSigned(), answer),
}
const ports = { plain: 0, secure: 0, untrusted: 0 }
let proxy: ProxyServer
let proxied: Fetch
let direct: Fetch
const usual = getCACertificates('default')

beforeAll(async () => {
  setDefaultCACertificates([...usual, trusted.cert])
  ports.plain = await listen(servers.plain)
  ports.secure = await listen(servers.secure)
  ports.untrusted = await listen(servers.untrusted)
})

beforeEach(async () => {
  proxy = await openProxyServer()
  proxied = openFetch({ HTTPS_PROXY: proxy.address.replace('//', '//build:p%40ss@'), HTTP_PROXY: proxy.address })
  direct = openFetch({})
})

afterEach(() => proxy.close())

afterAll(() => {
  setDefaultCACertificates(usual)
  for (const server of Object.values(servers)) {
    server.close()
    server.closeAllConnections()
  }
})

const secure = (path = '') => `https://localhost:${ports.secure}${path}`
const failed = (request: Promise<Response>) => request.then(() => 'it was answered', reasonOf)

describe('a request through a proxy', () => {
  test('reaches an https address by a tunnel, with the login of the proxy for the proxy alone', async () => {
    const init = {
      method: 'POST',
      headers: { authorization: 'Bearer t' },
      body: 'ünd',
      signal: AbortSignal.timeout(60_000),
    }
    const response = await proxied(secure('/x'), init)
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({
      method: 'POST',
      body: 'ünd',
      headers: { authorization: 'Bearer t', host: `localhost:${ports.secure}`, 'user-agent': 'node' },
    })
    expect(proxy.asked).toEqual([`localhost:${ports.secure}`])
    expect(proxy.logins).toEqual([`Basic ${Buffer.from('build:p@ss').toString('base64')}`])
  })

  test('uses its tunnel again', async () => {
    await (await proxied(secure(), {})).text()
    expect(await (await proxied(secure(), {})).json()).not.toHaveProperty('headers.proxy-authorization')
    expect(proxy.asked).toHaveLength(1)
  })

  test('verifies the certificate of the target', async () => {
    expect(await failed(proxied(`https://localhost:${ports.untrusted}`, {}))).toContain('self-signed certificate')
    expect(await failed(proxied(secure().replace('localhost', '127.0.0.1'), {}))).toContain(
      'IP: 127.0.0.1 is not in the cert',
    )
    expect(proxy.asked).toHaveLength(2)
  })

  test('sends a body piece by piece, with the length that is promised, as fetch does', async () => {
    for (const fetch of [proxied, direct]) {
      /** In two buffers in turn, as a layer is read: a piece that is not sent yet must not be overwritten. */
      const pieces = async function* () {
        const buffers = [Buffer.alloc(300_000), Buffer.alloc(300_000)]
        for (const letter of 'abcdef') {
          const buffer = buffers.shift() ?? Buffer.alloc(0)
          buffers.push(buffer)
          yield buffer.fill(letter)
        }
      }
      const init = { method: 'PATCH', headers: { 'content-length': '1800000' }, duplex: 'half' } as const
      const stream = ReadableStream.from(pieces())
      const sent = await (await fetch(secure(), { ...init, body: stream })).json()
      expect(sent).not.toHaveProperty('headers.transfer-encoding')
      expect(sent).toMatchObject({ body: [...'abcdef'].map((letter) => letter.repeat(300_000)).join('') })
    }
  })

  test('ends with what its body throws', async () => {
    const body = new ReadableStream({ pull: () => Promise.reject(new Error('no disk')) })
    const init = { method: 'PATCH', headers: { 'content-length': '10' }, duplex: 'half', body } as const
    expect(await failed(proxied(secure(), init))).toBe('no disk')
  })

  test('answers as fetch does: no body, a redirect as it is, and none that is followed', async () => {
    for (const fetch of [proxied, direct]) {
      for (const path of ['/nothing', '/reset']) expect(await (await fetch(secure(path), {})).text()).toBe('')
      const { status, headers } = await fetch(secure('/elsewhere'), { redirect: 'manual' })
      expect([status, headers.get('x-from')]).toEqual([302, 'here'])
      await expect(fetch(secure('/elsewhere'), { redirect: 'error' })).rejects.toThrow()
    }
  })

  test('fails where the answer has a status that HTTP does not have', async () => {
    const { port } = new URL(secure())
    expect(await failed(proxied(secure('/strange'), {}))).toBe(
      `localhost:${port} returned a status that HTTP does not have (999)`,
    )
  })

  test.each(['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy'])(
    'is made where %s alone names it',
    async (name) => {
      expect((await openFetch({ [name]: proxy.address })(secure(), {})).status).toBe(200)
      expect(proxy.asked).toHaveLength(1)
    },
  )

  test('ends when it is aborted', async () => {
    const over = new AbortController()
    over.abort()
    await expect(proxied(secure(), { signal: over.signal })).rejects.toThrow(/abort/i)
  })

  test('is not made for what NO_PROXY names, nor for plain http on this machine', async () => {
    const fetch = openFetch({ HTTPS_PROXY: proxy.address, HTTP_PROXY: proxy.address, NO_PROXY: 'localhost' })
    expect((await fetch(secure(), {})).status).toBe(200)
    expect((await fetch(`http://127.0.0.1:${ports.plain}`, {})).status).toBe(200)
    expect(proxy.asked).toEqual([])
  })
})

describe('a proxy that opens no tunnel', () => {
  test.each([
    ['407 Proxy Authentication Required', 'http://USER:PASSWORD@HOST:PORT'],
    ['403 Forbidden', 'Allow the host on the proxy'],
  ])('is named with its status and without its password: %s', async (status, fix) => {
    proxy.refusals.push(status)
    const error: unknown = await proxied(secure(), {}).catch((reason: unknown) => reason)
    expect(reasonOf(error)).toBe(
      `The proxy ${proxy.address} (environment variable HTTPS_PROXY) refused CONNECT localhost:${ports.secure}: ${status}`,
    )
    expect(error).toMatchObject({ parts: { code: 'proxy-refused' } })
    const printed = error instanceof Failure ? renderText(failureText(error), (theirs) => theirs) : ''
    const shown = printed
      .replace(proxy.address, 'http://proxy.corp.example:3128')
      .replace(`localhost:${ports.secure}`, 'ecs.eu-west-1.amazonaws.com:443')
    if (status.startsWith('407')) expect(printedOn('docs/how-to/proxies.md')).toEqual([shown])
    expect(JSON.stringify(error)).toContain(fix)
    expect(JSON.stringify(error)).not.toContain('p%40ss')
  })

  test.each(['502 Bad Gateway', '503 Service Unavailable', '429 Too Many Requests', '408 Request Timeout'])(
    'for a moment is an error that another try may not meet: %s',
    async (status) => {
      proxy.refusals.push(status)
      await expect(proxied(secure(), {})).rejects.toMatchObject({
        name: 'ProxyError',
        message: `the proxy ${proxy.address} (HTTPS_PROXY) returned ${status} for CONNECT localhost:${ports.secure}`,
      })
      expect((await proxied(secure(), {})).status).toBe(200)
    },
  )

  test('with a page of its own, it is named', async () => {
    proxy.refusals.push('200 OK')
    expect(await failed(proxied(secure(), {}))).toMatch(
      new RegExp(`secure TLS connection.* \\(through the proxy ${proxy.address}, HTTPS_PROXY\\)$`),
    )
  })

  test('and does not answer keeps nobody who gives up', async () => {
    const over = new AbortController()
    const asked: Duplex[] = []
    const silent = createServer().on('connect', (_, socket) => {
      asked.push(socket)
      over.abort(new Error('given up'))
    })
    const fetch = openFetch({ HTTPS_PROXY: `http://127.0.0.1:${await listen(silent)}` })
    expect(await failed(fetch(secure(), { signal: over.signal }))).toBe('given up')
    silent.close()
    for (const socket of asked) socket.destroy()
  })

  test('because it is not there is named', async () => {
    proxy.close()
    await expect(proxied(secure(), {})).rejects.toMatchObject({
      name: 'ProxyError',
      message: expect.stringMatching(
        /^the proxy http:\/\/127\.0\.0\.1:\d+ \(HTTPS_PROXY\) cannot open a tunnel to localhost:\d+: .*ECONNREFUSED/,
      ),
    })
  })
})
