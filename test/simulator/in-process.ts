/** Clients in this process: the same bytes as over HTTP, without sockets. */
import { Readable } from 'node:stream'
import type { Exchange } from './exchange.ts'
import { type HttpRequest, pathOf } from './http.ts'

type Exchanger = (request: HttpRequest, signal?: AbortSignal) => Promise<Exchange>

/** The part of Smithy's HttpRequest that is read here. */
interface SmithyRequest {
  readonly method: string
  readonly path: string
  readonly query?: Readonly<Record<string, string | string[] | null>>
  readonly headers: Readonly<Record<string, string>>
  readonly body?: unknown
}

interface SmithyResponse {
  statusCode: number
  reason?: string
  headers: Record<string, string>
  body?: unknown
}

/** Fits `requestHandler` of every AWS client. */
export interface InProcessHandler {
  readonly metadata: { readonly handlerProtocol: 'http/1.1' }
  handle(request: SmithyRequest, options?: { abortSignal?: unknown }): Promise<{ response: SmithyResponse }>
  destroy(): void
  updateHttpClientConfig(): void
  httpHandlerConfigs(): object
}

const reset = (message: string) => Object.assign(new Error(message), { code: 'ECONNRESET' })

const aborted = () => Object.assign(new Error('Request aborted'), { name: 'AbortError' })

const bytes = (body: unknown): Buffer => {
  if (body === undefined || body === null) return Buffer.alloc(0)
  if (typeof body === 'string') return Buffer.from(body)
  // Not Buffer.from(body): the SDK's own byte arrays complain when they are looked at as strings.
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  if (body instanceof ArrayBuffer) return Buffer.from(new Uint8Array(body))
  throw new Error('The in-process handler takes strings and byte arrays as bodies')
}

const lowerCased = (headers: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))

/** A body that breaks off in the middle, as Node's own does when the connection breaks. */
const broken = (body: Buffer) =>
  Readable.from(
    (async function* () {
      yield body.subarray(0, Math.floor(body.length / 2))
      throw reset('aborted')
    })(),
    { objectMode: false },
  )

export function createRequestHandler(exchange: Exchanger): InProcessHandler {
  return {
    metadata: { handlerProtocol: 'http/1.1' },
    async handle(request, options) {
      const signal = options?.abortSignal as AbortSignal | undefined
      if (signal?.aborted) throw aborted()
      const query = new URLSearchParams()
      for (const [name, values] of Object.entries(request.query ?? {}))
        for (const value of [values].flat()) query.append(name, value ?? '')
      const asked = exchange(
        {
          method: request.method,
          path: decodeURIComponent(request.path),
          query,
          headers: lowerCased(request.headers),
          // A copy, as of a network: the program may use its memory again.
          body: Buffer.from(bytes(request.body)),
        },
        signal,
      )
      const answer = await unlessAborted(asked, signal, aborted)
      // As the SDK's own handler reports it.
      if (answer.kind === 'reset')
        throw Object.assign(reset('read ECONNRESET'), { name: 'TimeoutError', syscall: 'read' })
      const { status, headers, body } = answer.response
      const content = bytes(body)
      return {
        response: {
          statusCode: status,
          // The reply to HEAD has the length of a body that is not there.
          headers: { 'content-length': String(content.length), ...headers },
          body: answer.kind === 'truncated' ? broken(content) : Readable.from([content], { objectMode: false }),
        },
      }
    },
    destroy() {},
    updateHttpClientConfig() {},
    httpHandlerConfigs: () => ({}),
  }
}

function unlessAborted<T>(asked: Promise<T>, signal: AbortSignal | undefined, why: () => unknown): Promise<T> {
  if (!signal) return asked
  return new Promise((resolve, reject) => {
    const stop = () => reject(why())
    signal.addEventListener('abort', stop, { once: true })
    asked.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}

/** Where the public hosts' paths are in the simulator. */
const edgeHost = /\.cloudfront\.net$/

const hosts: Readonly<Record<string, string>> = {
  'api.github.com': '/github',
  'public.ecr.aws': '/public-ecr',
  'slack.com': '/slack',
  'hooks.slack.com': '/slack',
  'token.actions.githubusercontent.com': '/oidc',
}

export function createFetch(exchange: Exchanger): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init)
    const url = new URL(request.url)
    request.signal.throwIfAborted()
    const body = await bodyOf(request)
    const asked = exchange(
      {
        method: request.method,
        path: pathOf(
          `${hosts[url.hostname] ?? (edgeHost.test(url.hostname) ? `/edge/${url.hostname}` : '')}${url.pathname}`,
        ),
        query: url.searchParams,
        headers: Object.fromEntries(request.headers),
        body,
      },
      request.signal,
    )
    const answer = await unlessAborted(asked, request.signal, () => request.signal.reason)
    if (answer.kind === 'reset') throw new TypeError('fetch failed', { cause: reset('read ECONNRESET') })
    const { status, headers } = answer.response
    const content = bytes(answer.response.body)
    const isEmpty = status === 204 || status === 304 || request.method === 'HEAD'
    const stream = answer.kind === 'truncated' ? truncatedStream(content) : new Uint8Array(content)
    return new Response(isEmpty ? null : stream, { status, headers })
  }
}

/** Copied piece by piece, as a socket does: who sends may use the memory of a piece again. */
export async function bodyOf(request: Request): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of request.body ?? []) pieces.push(Buffer.from(piece))
  return Buffer.concat(pieces)
}

const truncatedStream = (content: Buffer) =>
  new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(new Uint8Array(content.subarray(0, Math.floor(content.length / 2))))
    },
    pull(controller) {
      controller.error(new TypeError('terminated', { cause: reset('other side closed') }))
    },
  })
