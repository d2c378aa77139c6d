import http from 'node:http'
import https from 'node:https'
import { isIP } from 'node:net'
import type { Clock } from '../clock.ts'
import type { HttpProbe, ProbeAnswer, ProbeFault, ProbeRequest } from '../ports.ts'
import { connectionCode, isCertificateTrouble } from './connection-error.ts'
import { namesProxy } from './open-fetch.ts'
import { reasonOf } from './reason.ts'
import type { Agents } from './tunnel.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** What is read of a body. Bytes. */
const mostBody = 256 * 1024

/** Requests of checks by Node's HTTP client, through the proxies of the environment. A new connection for each: a check looks at the way, too. */
export function httpProbe(environment: Environment, clock: Clock, signal: AbortSignal): HttpProbe {
  return {
    async send(request) {
      signal.throwIfAborted()
      const agents = namesProxy(environment) ? await tunnels(environment) : undefined
      const start = clock.monotonic()
      const took = () => Math.round(clock.monotonic() - start)
      const over = new AbortController()
      const stop = () => over.abort()
      signal.addEventListener('abort', stop, { once: true })
      const late = clock.sleep(request.timeout, over.signal).then(
        () => lateAnswer(request, took()),
        () => undefined,
      )
      try {
        const answer = await Promise.race([sendOnce(request, agents, over.signal, took), late])
        signal.throwIfAborted()
        return answer ?? lateAnswer(request, took())
      } finally {
        signal.removeEventListener('abort', stop)
        over.abort()
      }
    },
  }
}

async function tunnels(environment: Environment): Promise<Agents> {
  const { tunnellingAgents } = await import('./tunnel.ts')
  return tunnellingAgents(environment)
}

function lateAnswer({ timeout }: ProbeRequest, milliseconds: number): ProbeAnswer {
  const why = `no complete response within ${timeout / 1000} s`
  return { kind: 'no-response', fault: 'timeout', code: 'ETIMEDOUT', why, milliseconds }
}

function sendOnce(
  request: ProbeRequest,
  agents: Agents | undefined,
  signal: AbortSignal,
  took: () => number,
): Promise<ProbeAnswer> {
  const url = new URL(request.url)
  const secure = url.protocol === 'https:'
  const own = secure ? agents?.httpsAgent : agents?.httpAgent
  return new Promise((resolve) => {
    const fail = (error: unknown) => resolve(faultOf(error, took()))
    const sent = (secure ? https : http).request(url, { ...optionsOf(url, request), agent: own ?? false, signal })
    sent.on('error', fail)
    sent.once('response', (message) => {
      read(message).then((body) => resolve({ kind: 'response', ...body, milliseconds: took() }), fail)
    })
    sent.end()
  })
}

/** The name for TLS and `Host` is that of the check, wherever the connection goes. */
function optionsOf(url: URL, { method, headers, connectTo }: ProbeRequest): https.RequestOptions {
  const [, named] = Object.entries(headers).find(([name]) => name.toLowerCase() === 'host') ?? []
  const host = named ?? url.host
  const serverName = hostnameOf(host)
  return {
    method,
    headers: { 'user-agent': 'slipway', accept: '*/*', 'accept-encoding': 'identity', ...headers, host },
    ...(connectTo === undefined ? {} : { host: connectTo, hostname: connectTo }),
    // An address is no name of a server (RFC 6066, 3).
    ...(isIP(serverName) ? {} : { servername: serverName }),
  }
}

function hostnameOf(host: string): string {
  return host.replace(/:\d+$/, '').replace(/^\[|\]$/g, '')
}

async function read(message: http.IncomingMessage) {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of message as AsyncIterable<Uint8Array>) {
    chunks.push(chunk)
    size += chunk.length
    if (size > mostBody) break
  }
  const headers = Object.entries(message.headersDistinct).map(
    ([name, values = []]) => [name, values.join(', ')] as const,
  )
  const bytes = Buffer.concat(chunks).subarray(0, mostBody)
  return {
    status: message.statusCode ?? 0,
    headers: Object.fromEntries(headers),
    body: new TextDecoder().decode(bytes),
    isCut: size > mostBody,
  }
}

const dns: readonly string[] = ['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'ENODATA']
const connect: readonly string[] = ['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL', 'ENETDOWN']

function faultOf(error: unknown, milliseconds: number): ProbeAnswer {
  const code = connectionCode(error) ?? (error instanceof Error ? error.name : 'unknown')
  return { kind: 'no-response', fault: faultBy(code, error), code, why: reasonOf(error), milliseconds }
}

function faultBy(code: string, error: unknown): ProbeFault {
  if (error instanceof Error && /^(ProxyError|Failure)$/.test(error.name)) return 'proxy'
  if (dns.includes(code)) return 'dns'
  if (connect.includes(code)) return 'connect'
  if (isCertificateTrouble(code) || /^(ERR_SSL|ERR_TLS|EPROTO)/.test(code)) return 'tls'
  return /TIMEDOUT/.test(code) ? 'timeout' : 'closed'
}
