import http from 'node:http'
import https from 'node:https'
import { Readable } from 'node:stream'
import type { Fetch } from './fetch.ts'
import { tunnellingAgents } from './tunnel.ts'

/** `fetch` by Node's own HTTP client, which takes the agents that know proxies; the built-in `fetch` takes none. */
export function proxiedFetch(environment: Readonly<Record<string, string | undefined>>): Fetch {
  const { httpAgent, httpsAgent } = tunnellingAgents(environment)
  return async (address, { method = 'GET', headers, body, signal, redirect }) => {
    const message = await new Promise<http.IncomingMessage>((resolve, reject) => {
      const url = new URL(address)
      const secure = url.protocol === 'https:'
      const request = (secure ? https : http).request(url, {
        method,
        // GitHub's API wants a User-Agent; nothing here unpacks a compressed answer.
        headers: { 'user-agent': 'node', 'accept-encoding': 'identity', ...Object.fromEntries(new Headers(headers)) },
        agent: secure ? httpsAgent : httpAgent,
        ...(signal && { signal }),
      })
      request.on('error', reject)
      // Until there is a connection, a destroyed request emits no error.
      const end = () => reject(signal?.reason)
      signal?.addEventListener('abort', end, { once: true })
      request.once('close', () => signal?.removeEventListener('abort', end))
      request.once('response', resolve)
      send(body, request, reject)
    })
    const status = message.statusCode ?? 0
    const isRedirect = status >= 300 && status < 400
    // A Response has no other statuses (https://fetch.spec.whatwg.org/#dom-response).
    const isAnswer = status >= 200 && status < 600
    if (isAnswer && !(isRedirect && redirect !== 'manual')) return asResponse(message, status)
    message.destroy()
    throw new Error(
      `${new URL(address).host} returned ${isAnswer ? 'a redirect' : 'a status that HTTP does not have'} (${status})`,
    )
  }
}

function send(body: RequestInit['body'], request: http.ClientRequest, reject: (error: unknown) => void): void {
  if (body === undefined || body === null) request.end()
  else if (typeof body === 'string' || body instanceof Uint8Array) request.end(body)
  else if (Symbol.asyncIterator in body)
    sendPieces(body as AsyncIterable<Uint8Array>, request).catch((error: Error) => request.destroy(error))
  else reject(new TypeError('only texts, bytes and streams of bytes are sent'))
}

/** One piece after the other has left this process: their buffers are used again. */
async function sendPieces(body: AsyncIterable<Uint8Array>, request: http.ClientRequest): Promise<void> {
  for await (const piece of body)
    await new Promise<void>((resolve, reject) => request.write(piece, (error) => (error ? reject(error) : resolve())))
  request.end()
}

/** Statuses of which a Response takes no body (https://fetch.spec.whatwg.org/#null-body-status). */
const withoutBody: readonly number[] = [204, 205, 304]

function asResponse(message: http.IncomingMessage, status: number): Response {
  const headers = new Headers()
  for (const [name, values = []] of Object.entries(message.headersDistinct))
    for (const value of values) headers.append(name, value)
  const isEmpty = withoutBody.includes(status)
  if (isEmpty) message.resume()
  return new Response(isEmpty ? null : (Readable.toWeb(message) as ReadableStream), {
    status,
    statusText: message.statusMessage ?? '',
    headers,
  })
}
