import { Failure } from '../failure.ts'
import { OversizedAnswer, readBytes } from '../http/body.ts'
import { largestManifest } from '../image/manifest.ts'
import type { RegistryLogin } from '../ports.ts'
import { type Text, text, untrusted } from '../text.ts'
import { requireHop, requireSafeEndpoint } from './registry-endpoint.ts'
import type { RegistryAnswer, RegistryOptions, RegistryRequest } from './registry-request.ts'

/** Longest time for one attempt: a fixed part, and what a slow uplink needs for the body. */
const attemptMilliseconds = 30_000
const slowestBytesPerSecond = 100_000
/** A short request without a response for this long is logged. Milliseconds. */
const silentLimit = 5_000
const smallBody = 1024 * 1024
const mostHops = 5

/** Statuses with a `Location` (RFC 9110, 15.4). */
export const redirects: readonly number[] = [301, 302, 303, 307, 308]

/**
 * One attempt: sends, follows the redirects of a download by `requireHop`, and reads the answer, all within a time that
 * depends on the size. Throws `registry-rejected` for what no other attempt changes, or what the network throws.
 */
export async function sendOnce(
  options: RegistryOptions,
  login: RegistryLogin,
  request: RegistryRequest,
  report: (line: Text) => void,
): Promise<RegistryAnswer> {
  const ended = new AbortController()
  const tooSlow = new AbortController()
  const length = request.body?.length ?? 0
  const limit = attemptMilliseconds + (length / slowestBytesPerSecond) * 1000
  const over = AbortSignal.any([ended.signal, options.signal])
  const after = (milliseconds: number, what: () => void) =>
    void options.clock.sleep(milliseconds, over).then(what, () => undefined)
  after(limit, () => tooSlow.abort(new Error('no complete response in time')))
  if (length <= smallBody)
    after(silentLimit, () => report(text`The registry has not responded for ${silentLimit / 1000} s, still waiting`))
  try {
    const response = await follow(options, login, request, AbortSignal.any([options.signal, tooSlow.signal]))
    if (redirects.includes(response.status) && !request.expected.includes(response.status))
      throw notFollowed(request, response)
    return { status: response.status, headers: response.headers, body: await bodyOf(response, request) }
  } finally {
    ended.abort()
  }
}

/** Redirects of anything but a download are answers. */
async function follow(
  { fetch, environment }: RegistryOptions,
  login: RegistryLogin,
  request: RegistryRequest,
  signal: AbortSignal,
): Promise<Response> {
  const { method, headers, body, isVerified = false } = request
  const registry = requireSafeEndpoint(login.endpoint, environment)
  let url = new URL(request.path, registry)
  requireHop(url, registry, false, environment)
  for (let hops = 0; ; hops++) {
    const response = await fetch(url.href, {
      method,
      headers: { ...(url.origin === registry.origin && { authorization: basic(login) }), ...headers },
      ...(body !== undefined && { body: new Uint8Array(body) }),
      redirect: 'manual',
      signal,
    })
    const location = redirects.includes(response.status) ? response.headers.get('location') : null
    if (location === null || method !== 'GET' || hops === mostHops || !URL.canParse(location, url.href)) return response
    await response.body?.cancel()
    url = new URL(location, url)
    requireHop(url, registry, isVerified, environment)
  }
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

function basic({ username, password }: RegistryLogin): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
}
