import http from 'node:http'
import https from 'node:https'
import { Readable } from 'node:stream'
import type { Fetch } from './fetch.ts'
import { tunnellingAgents } from './tunnel.ts'

/** `fetch` by Node's own HTTP client, which takes the agents that know proxies; the built-in `fetch` takes none. */
export function proxiedFetch(environment: Readonly<Record<string, string | undefined>>): Fetch {
  const { httpAgent, httpsAgent } = tunnellingAgents(environment)
  return (address, { method = 'GET', headers, body, signal, redirect }) =>
    new Promise((resolve, reject) => {
      const url = new URL(address)
      const secure = url.protocol === 'https:'
      const request = (secure ? https : http).request(url, {
        method,
        // GitHub's API wants a User-Agent; nothing here unpacks a compressed answer.
        headers: { 'user-agent': 'node', 'accept-encoding': 'identity', ...Object.fromEntries(new Headers(headers)) },
        agent: secure ? httpsAgent : httpAgent,
        ...(signal && { signal }),
      })
      request.once('error', reject)
      request.once('response', (message) => {
        const status = message.statusCode ?? 0
        if (status >= 300 && status < 400 && redirect !== 'manual') {
          message.destroy()
          return reject(new Error(`${url.host} returned a redirect (HTTP ${status})`))
        }
        resolve(asResponse(message, status))
      })
      request.end(bytesOf(body))
    })
}

function bytesOf(body: RequestInit['body']): string | Uint8Array | undefined {
  if (body === undefined || body === null) return undefined
  if (typeof body === 'string' || body instanceof Uint8Array) return body
  throw new TypeError('only texts and bytes are sent')
}

function asResponse(message: http.IncomingMessage, status: number): Response {
  const headers = new Headers()
  for (const [name, values = []] of Object.entries(message.headersDistinct))
    for (const value of values) headers.append(name, value)
  const isEmpty = status === 204 || status === 304
  if (isEmpty) message.resume()
  return new Response(isEmpty ? null : (Readable.toWeb(message) as ReadableStream), {
    status,
    statusText: message.statusMessage ?? '',
    headers,
  })
}
