/** Requests of checks against real servers of this machine: what came of them, and what people are told. */
import { createServer, type RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { createServer as createPlainServer } from 'node:net'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { systemClock } from '../../src/clock.ts'
import { httpProbe } from '../../src/http/probe.ts'
import type { ProbeRequest } from '../../src/ports.ts'
import { selfSigned } from './certificate.ts'
import { listen, openProxyServer } from './proxy-server.ts'

const trusted = selfSigned()
const listener: RequestListener = (request, response) => {
  if (request.url === '/slow') return
  if (request.url === '/large') return response.end('x'.repeat(400_000))
  if (request.url === '/half')
    return response.writeHead(200, { 'content-length': '10' }).write('half', () => void request.destroy())
  if (request.url === '/elsewhere') return response.writeHead(302, { location: '/' }).end()
  response
    .writeHead(503, { 'x-from': ['a', 'b'] })
    .end(JSON.stringify({ method: request.method, headers: request.headers }))
}
const servers = {
  plain: createServer(listener),
  secure: createTlsServer(trusted, listener),
  untrusted: createTlsServer(selfSigned(), listener),
  mute: createPlainServer((socket) => socket.end('SSH-2.0-x\r\n')),
}
const ports = { plain: 0, secure: 0, untrusted: 0, mute: 0 }
const usual = getCACertificates('default')

beforeAll(async () => {
  setDefaultCACertificates([...usual, trusted.cert])
  for (const name of Object.keys(servers) as (keyof typeof servers)[])
    ports[name] = await listen(servers[name] as never)
})

afterAll(() => {
  setDefaultCACertificates(usual)
  for (const server of Object.values(servers)) server.close()
  for (const name of ['plain', 'secure', 'untrusted'] as const) servers[name].closeAllConnections()
})

const send = (url: string, more: Partial<ProbeRequest> = {}, environment = {}, signal = new AbortController().signal) =>
  httpProbe(environment, systemClock, signal).send({ url, method: 'GET', headers: {}, timeout: 5_000, ...more })

test('a response has status, headers, body and its time; no redirect is followed', async () => {
  const answer = await send(`http://127.0.0.1:${ports.plain}/health?x=1`, { headers: { 'X-Key': 'k' } })
  expect(answer).toMatchObject({ kind: 'response', status: 503, headers: { 'x-from': 'a, b' }, isCut: false })
  const { headers } = JSON.parse(answer.kind === 'response' ? answer.body : '{}')
  expect(headers).toMatchObject({ 'x-key': 'k', host: `127.0.0.1:${ports.plain}`, 'user-agent': 'slipway' })
  expect(await send(`http://127.0.0.1:${ports.plain}/elsewhere`)).toMatchObject({
    status: 302,
    headers: { location: '/' },
  })
})

test('of a body the first 256 KiB are read', async () => {
  const answer = await send(`http://127.0.0.1:${ports.plain}/large`)
  expect(answer.kind === 'response' && [answer.body.length, answer.isCut]).toEqual([262_144, true])
})

test('HEAD has no body', async () => {
  expect(await send(`http://127.0.0.1:${ports.plain}/`, { method: 'HEAD' })).toMatchObject({ status: 503, body: '' })
})

test('a check by host name connects to another address, and Host and TLS keep the name', async () => {
  const plain = await send(`http://api.example.com:${ports.plain}/`, { connectTo: '127.0.0.1' })
  expect(plain.kind === 'response' && JSON.parse(plain.body).headers.host).toBe(`api.example.com:${ports.plain}`)
  const answer = await send(`https://localhost:${ports.secure}/`, { connectTo: '127.0.0.1' })
  expect(answer).toMatchObject({ kind: 'response', status: 503 })
  const named = await send(`https://127.0.0.1:${ports.secure}/`, { headers: { host: 'localhost' } })
  expect(named.kind === 'response' && JSON.parse(named.body).headers.host).toBe('localhost')
})

describe('without a response, the step that failed is told apart', () => {
  // A label of more than 63 characters is refused before any name server is asked.
  test.each<readonly [fault: string, url: () => string, code: string]>([
    ['dns', () => `http://${'x'.repeat(70)}.example/`, 'ENOTFOUND|EAI_AGAIN|EAI_FAIL'],
    ['connect', () => 'http://127.0.0.1:1/', 'ECONNREFUSED'],
    ['tls', () => `https://localhost:${ports.untrusted}/`, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    ['tls', () => `https://127.0.0.1:${ports.secure}/`, 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['tls', () => `https://127.0.0.1:${ports.plain}/`, 'EPROTO|ERR_SSL'],
    ['closed', () => `http://127.0.0.1:${ports.plain}/half`, 'ECONNRESET'],
    ['closed', () => `http://127.0.0.1:${ports.mute}/`, 'HPE_|ECONNRESET'],
  ])('%s: %s', async (fault, url, code) => {
    const answer = await send(url())
    expect(answer).toMatchObject({ kind: 'no-response', fault })
    expect(answer.kind === 'no-response' && answer.code).toMatch(new RegExp(code))
  })

  test('timeout', async () => {
    const answer = await send(`http://127.0.0.1:${ports.plain}/slow`, { timeout: 30 })
    expect(answer).toMatchObject({ kind: 'no-response', fault: 'timeout', why: 'no complete response within 0.03 s' })
  })

  test('proxy', async () => {
    const proxy = await openProxyServer()
    const environment = { HTTPS_PROXY: proxy.address }
    const through = await send(`https://localhost:${ports.secure}/`, {}, environment)
    expect([through.kind, proxy.asked]).toEqual(['response', [`localhost:${ports.secure}`]])
    proxy.close()
    expect(await send(`https://localhost:${ports.secure}/`, {}, environment)).toMatchObject({ fault: 'proxy' })
  })
})

test('a cancel ends it at once', async () => {
  const controller = new AbortController()
  const asked = send(`http://127.0.0.1:${ports.plain}/slow`, {}, {}, controller.signal)
  controller.abort(new Error('cancelled'))
  await expect(asked).rejects.toThrow('cancelled')
})
