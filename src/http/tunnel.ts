import http from 'node:http'
import https from 'node:https'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { Failure } from '../failure.ts'
import { text, untrusted } from '../text.ts'
import { addressOf, type ProxyServer, proxyFor } from './proxy.ts'

/** Node agents for HTTP and HTTPS requests, as the SDK's request handler accepts them. */
export interface Agents {
  readonly httpAgent: http.Agent
  readonly httpsAgent: https.Agent
}

/** How long a proxy may take to open a tunnel. Milliseconds. */
const longestOpening = 10_000

/**
 * Agents whose connections go through the proxy that the environment names for each address: every one is a tunnel
 * (`CONNECT`), also to `http:` addresses, as with `@actions/http-client`. TLS ends at the target and is verified as
 * usual. What the proxy refuses for good is thrown as `proxy-refused`; anything else as an Error named `ProxyError`, after
 * which nothing has been sent and another try may succeed.
 */
export function tunnellingAgents(environment: Readonly<Record<string, string | undefined>>): Agents {
  const options = { keepAlive: true, maxSockets: 50 }
  return {
    httpAgent: tunnelling(new http.Agent(options), 'http:', environment),
    httpsAgent: tunnelling(new https.Agent(options), 'https:', environment),
  }
}

function tunnelling<Agent extends http.Agent>(
  agent: Agent,
  protocol: 'http:' | 'https:',
  environment: Readonly<Record<string, string | undefined>>,
): Agent {
  const direct = agent.createConnection.bind(agent)
  const connect = async (options: http.ClientRequestArgs): Promise<Duplex | null | undefined> => {
    const authority = `${bracketed(options.host ?? '')}:${options.port}`
    const proxy = proxyFor(new URL(`${protocol}//${authority}`), environment)
    if (!proxy) return direct(options)
    const socket = await openTunnel(proxy, authority)
    return protocol === 'https:' ? naming(proxy, direct({ ...options, socket } as http.ClientRequestArgs)) : socket
  }
  agent.createConnection = (options, callback) => {
    connect(options).then(
      (socket) => callback?.(null, socket as Duplex),
      (error: Error) => callback?.(error, undefined as never),
    )
    return undefined
  }
  return agent
}

/**
 * Until the TLS handshake completes, an error may be that of the proxy: an HTML page in place of a tunnel, or its own
 * certificate.
 */
function naming(proxy: ProxyServer, socket: Duplex | null | undefined): typeof socket {
  const name = (error: Error) => {
    error.message += ` (through the proxy ${addressOf(proxy)}, ${proxy.variable})`
  }
  socket?.once('error', name)
  socket?.once('secureConnect', () => socket.off('error', name))
  return socket
}

/** The text itself where it is not percent-encoded. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}

function openTunnel(proxy: ProxyServer, authority: string): Promise<Socket> {
  const { protocol, hostname, port, username, password } = proxy.url
  const { request, defaultPort } =
    protocol === 'https:' ? { request: https.request, defaultPort: 443 } : { request: http.request, defaultPort: 80 }
  const login = Buffer.from(`${decoded(username)}:${decoded(password)}`).toString('base64')
  return new Promise((resolve, reject) => {
    const asked = request({
      method: 'CONNECT',
      host: hostname.replace(/^\[|\]$/g, ''),
      port: port || defaultPort,
      path: authority,
      headers: { host: authority, ...(username && { 'proxy-authorization': `Basic ${login}` }) },
      agent: false,
      // Of all of it: a proxy may answer a byte at a time.
      signal: AbortSignal.timeout(longestOpening),
    })
    asked.once('connect', ({ statusCode = 0, statusMessage = '' }, socket) => {
      if (statusCode >= 200 && statusCode < 300) return resolve(socket.setTimeout(0))
      socket.destroy()
      reject(refusal(proxy, authority, statusCode, statusMessage))
    })
    asked.once('error', ({ name, message }) => {
      const why = name === 'AbortError' ? `no response within ${longestOpening / 1000} s` : message
      reject(trouble(proxy, `cannot open a tunnel to ${authority}: ${why}`))
    })
    asked.end()
  })
}

/** Statuses of the moment: the same request may be answered otherwise a little later. */
function isPassing(status: number): boolean {
  return status === 408 || status === 429 || status >= 500
}

function refusal(proxy: ProxyServer, authority: string, status: number, reason: string): Error {
  const said = `${status} ${reason}`.trim()
  if (isPassing(status)) return trouble(proxy, `returned ${said} for CONNECT ${authority}`)
  const { variable } = proxy
  return new Failure({
    code: 'proxy-refused',
    what: text`The proxy ${untrusted(addressOf(proxy))} (environment variable ${variable}) refused CONNECT ${untrusted(authority)}`,
    why: text`${untrusted(said)}`,
    fix:
      status === 407
        ? text`Set ${variable} to http://USER:PASSWORD@HOST:PORT with the proxy's user and password, percent-encoded; or list the host in NO_PROXY if it is reachable without the proxy.`
        : text`Allow the host on the proxy, or list it in NO_PROXY if it is reachable without the proxy.`,
  })
}

function trouble(proxy: ProxyServer, what: string): Error {
  return Object.assign(new Error(`the proxy ${addressOf(proxy)} (${proxy.variable}) ${what}`), { name: 'ProxyError' })
}
