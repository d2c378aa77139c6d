import { Failure } from '../failure.ts'
import { OversizedAnswer, readBytes } from '../http/body.ts'
import { largestManifest } from '../image/manifest.ts'
import type { RegistryLogin } from '../ports.ts'
import { type Text, text, untrusted } from '../text.ts'
import { type AttemptTime, timeOf } from './attempt-time.ts'
import { requireHop, requireSafeEndpoint } from './registry-endpoint.ts'
import type { RegistryAnswer, RegistryOptions, RegistryRequest, StreamedBody } from './registry-request.ts'

const mostHops = 5

/** Statuses with a `Location` (RFC 9110, 15.4). */
export const redirects: readonly number[] = [301, 302, 303, 307, 308]
/** Those that keep method and body. */
const faithful: readonly number[] = [307, 308]

/** The registry accepted the connection, or not even that, and returned nothing in time. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer'
}

/** The body of the request threw its cause: no other attempt changes that. */
export class UnreadableBody extends Error {
  override readonly name = 'UnreadableBody'
}

/**
 * One attempt: sends, follows the redirects of a download by `requireHop` and those of an upload on the registry's own
 * address, and reads the answer, all within the time of `timeOf`. Throws `registry-rejected` for what no other attempt
 * changes, `NoAnswer`, `UnreadableBody`, or what the network throws.
 */
export async function sendOnce(
  options: RegistryOptions,
  login: RegistryLogin,
  request: RegistryRequest,
  report: (line: Text) => void,
): Promise<RegistryAnswer> {
  const time = timeOf(options, request, report)
  const broken: { error?: unknown } = {}
  let isStreamed = false
  try {
    const response = await follow(options, login, request, time, broken)
    if (redirects.includes(response.status) && !request.expected.includes(response.status))
      throw notFollowed(request, response)
    if (request.isStreamed && response.ok && request.expected.includes(response.status)) {
      isStreamed = true
      return {
        status: response.status,
        headers: response.headers,
        body: new Uint8Array(),
        pieces: piecesOf(response, time),
      }
    }
    return { status: response.status, headers: response.headers, body: await bodyOf(response, request) }
  } catch (error) {
    if (broken.error !== undefined) throw new UnreadableBody('the body cannot be read', { cause: broken.error })
    if (time.isOver() && !options.signal.aborted) throw new NoAnswer('no complete response in time')
    throw error
  } finally {
    if (!isStreamed) time.end()
  }
}

/** The time of the attempt goes on with every piece. */
async function* piecesOf(response: Response, time: AttemptTime): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  time.responded()
  try {
    for await (const piece of response.body ?? []) {
      time.progress()
      yield piece
    }
  } catch (error) {
    throw time.isOver() ? new NoAnswer('no further byte in time') : error
  } finally {
    time.end()
  }
}

async function follow(
  { fetch, environment }: RegistryOptions,
  login: RegistryLogin,
  request: RegistryRequest,
  time: AttemptTime,
  broken: { error?: unknown },
): Promise<Response> {
  const { method, headers, body, isVerified = false } = request
  const registry = requireSafeEndpoint(login.endpoint, environment)
  let url = new URL(request.path, registry)
  requireHop(url, registry, false, environment)
  for (let hops = 0; ; hops++) {
    const response = await fetch(url.href, {
      method,
      headers: { ...(url.origin === registry.origin && { authorization: authorization(login) }), ...headers },
      ...sent(body, time, broken),
      redirect: 'manual',
      signal: time.signal,
    })
    const location = redirects.includes(response.status) ? response.headers.get('location') : null
    if (location === null || hops === mostHops || !URL.canParse(location, url.href)) return response
    const next = new URL(location, url)
    const isUpload = (method === 'PATCH' || method === 'PUT') && faithful.includes(response.status)
    if (method !== 'GET' && !(isUpload && next.origin === registry.origin)) return response
    await response.body?.cancel()
    url = next
    requireHop(url, registry, isVerified, environment)
  }
}

/** What `fetch` gets as the body. A streamed one has a Content-Length: Amazon ECR and proxies refuse or hold back others. */
function sent(body: RegistryRequest['body'], time: AttemptTime, broken: { error?: unknown }): RequestInit {
  if (body === undefined) return {}
  if (body instanceof Uint8Array) return { body: new Uint8Array(body) }
  if (body.length === 0) return { body: new Uint8Array() }
  return { body: watched(body, time, broken), duplex: 'half' }
}

/** One piece at a time, when it is asked for. Not the iterable itself: `fetch` would copy every piece. */
function watched(
  body: StreamedBody,
  time: AttemptTime,
  broken: { error?: unknown },
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const pieces = body.open()[Symbol.asyncIterator]()
  const source = {
    async pull(controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>) {
      try {
        const { done, value } = await pieces.next()
        time.progress()
        if (done === true) controller.close()
        else controller.enqueue(value)
      } catch (error) {
        broken.error = error
        throw error
      }
    },
    async cancel() {
      await pieces.return?.()
    },
  }
  return new ReadableStream(source, { highWaterMark: 0 })
}

/** No expected response is larger than a manifest may be. A larger body of a refusal is ignored. */
async function bodyOf(response: Response, request: RegistryRequest): Promise<Uint8Array<ArrayBuffer>> {
  return readBytes(response, largestManifest).catch((error: unknown) => {
    if (!(error instanceof OversizedAnswer)) throw error
    if (!request.expected.includes(response.status)) return new Uint8Array()
    throw new Failure({
      code: 'registry-rejected',
      what: text`The response of the registry (${request.doing}) is larger than ${largestManifest} bytes`,
      why: text`image manifests and configs are smaller (OCI distribution spec, "Pushing Manifests")`,
      fix: text`Check that the reference names an image.`,
    })
  })
}

function notFollowed({ method, doing }: RegistryRequest, { status, headers }: Response): Failure {
  return new Failure({
    code: 'registry-rejected',
    what: text`The registry redirected a request (${doing}), which was not followed`,
    why: text`HTTP ${status} for ${method}, to ${untrusted(headers.get('location') ?? 'nowhere')}`,
    fix: text`Check the proxies between this runner and the registry: one of them may have sent this response.`,
  })
}

function authorization({ scheme, username, password }: RegistryLogin): string {
  return `${scheme ?? 'Basic'} ${Buffer.from(`${username}:${password}`).toString('base64')}`
}
