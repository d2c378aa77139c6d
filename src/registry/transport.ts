import { type Clock, type Deadline, deadlineIn, remaining } from '../clock.ts'
import { Failure } from '../failure.ts'
import { registryFailure } from '../image/registry-refusal.ts'
import type { RegistryLogin } from '../ports.ts'
import { type Text, text, untrusted } from '../text.ts'
import { requireSafeEndpoint } from './endpoint.ts'

export interface RegistryOptions {
  /** Asked before the first request, and once more when the registry says that the token expired. */
  readonly login: () => Promise<RegistryLogin>
  readonly clock: Clock
  /** Aborts when the job is cancelled. */
  readonly signal: AbortSignal
  /** How long one request is tried again. Milliseconds. */
  readonly patience: number
  readonly fetch?: typeof fetch | undefined
}

export interface RegistryRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT'
  /** Path below the endpoint, or the address that the registry named for an upload. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array
  /** Ends the sentence "The registry refused …". */
  readonly doing: Text
  /** Statuses that are answers, not refusals. */
  readonly expected: readonly number[]
}

/** An answer with its body, which is read within the time of the attempt. */
export interface RegistryAnswer {
  readonly status: number
  readonly headers: Headers
  readonly body: Uint8Array<ArrayBuffer>
}

export type Send = (request: RegistryRequest) => Promise<RegistryAnswer>

/** Longest time for one attempt: a fixed part, and what a slow uplink needs for the body. */
const attemptMilliseconds = 30_000
const slowestBytesPerSecond = 100_000
const backoffBase = 500
const backoffCap = 20_000

/**
 * The one way to a registry. Busy answers (429), server errors and broken connections are tried again for a while;
 * an expired token is renewed once; everything else fails on the first answer. All requests of Slipway's registry adapter
 * may be sent twice without another effect. Throws `registry-rejected`, `permission-missing`, `image-tag-taken`,
 * `repository-not-found`, `credentials-expired` or `cancelled`.
 */
export function createTransport(options: RegistryOptions): Send {
  let login: Promise<RegistryLogin> | undefined
  return async (request) => {
    const deadline = deadlineIn(options.clock, options.patience)
    let renewed = false
    for (let attempt = 1; ; attempt++) {
      login ??= options.login()
      const used = login
      const answer = await sendOnce(options, await used, request).catch((error: unknown) =>
        lostConnection(options, request, error),
      )
      if (request.expected.includes(answer.status)) return answer
      const refusal = { status: answer.status, ...refusalOf(answer) }
      if (!renewed && isStaleLogin(refusal)) {
        renewed = true
        // Uploads run side by side: whoever comes second takes the token that the first one got.
        if (login === used) login = undefined
        continue
      }
      if (!isBusy(refusal.status)) throw registryFailure(refusal, request.doing)
      await pause(options, deadline, attempt, answer.headers, () => registryFailure(refusal, request.doing))
    }
  }
}

async function sendOnce(
  options: RegistryOptions,
  login: RegistryLogin,
  request: RegistryRequest,
): Promise<RegistryAnswer> {
  const endpoint = requireSafeEndpoint(login.endpoint)
  const url = new URL(request.path, endpoint)
  requireSafeEndpoint(url.href)
  const ended = new AbortController()
  const tooSlow = new AbortController()
  const limit = attemptMilliseconds + ((request.body?.length ?? 0) / slowestBytesPerSecond) * 1000
  void options.clock.sleep(limit, AbortSignal.any([ended.signal, options.signal])).then(
    () => tooSlow.abort(new Error('no complete answer in time')),
    () => {},
  )
  try {
    const response = await (options.fetch ?? fetch)(url, {
      method: request.method,
      headers: { ...(url.origin === endpoint.origin && { authorization: basic(login) }), ...request.headers },
      ...(request.body !== undefined && { body: new Uint8Array(request.body) }),
      signal: AbortSignal.any([options.signal, tooSlow.signal]),
    })
    return { status: response.status, headers: response.headers, body: new Uint8Array(await response.arrayBuffer()) }
  } finally {
    ended.abort()
  }
}

function basic({ username, password }: RegistryLogin): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
}

/** A lost connection is told as a status of its own, so that one rule decides whether it is tried again. */
const connectionLost = 599

function lostConnection(options: RegistryOptions, request: RegistryRequest, error: unknown): RegistryAnswer {
  if (error instanceof Failure) throw error
  if (options.signal.aborted) throw new Failure({ code: 'cancelled', what: text`The push was cancelled`, cause: error })
  const { cause, message: said } = Object(error) as { cause?: unknown; message?: unknown }
  const reason = String((Object(cause) as { message?: unknown }).message ?? said ?? error)
  const message = `${request.method} ${request.path.split('?')[0]}: ${reason}`
  const body = new TextEncoder().encode(JSON.stringify({ errors: [{ message }] }))
  return { status: connectionLost, headers: new Headers(), body }
}

function isBusy(status: number): boolean {
  return status === 429 || status === 408 || status >= 500
}

function isStaleLogin({ status, message }: { status: number; message: string }): boolean {
  return status === 401 || (status === 403 && /expired/i.test(message))
}

/** What the registry says in its errors (OCI distribution spec, "Error Codes"), or the start of a page that is not its own. */
function refusalOf(answer: RegistryAnswer): { readonly code?: string | undefined; readonly message: string } {
  const body = new TextDecoder().decode(answer.body)
  try {
    const first: unknown = JSON.parse(body).errors[0]
    const { code, message } = (first ?? {}) as { code?: unknown; message?: unknown }
    return { ...(typeof code === 'string' && { code }), message: typeof message === 'string' ? message : '' }
  } catch {
    return { message: body.trim().slice(0, 200) }
  }
}

async function pause(
  { clock, signal }: RegistryOptions,
  deadline: Deadline,
  attempt: number,
  headers: Headers,
  failure: () => Failure,
): Promise<void> {
  const asked = Number(headers.get('retry-after') ?? Number.NaN) * 1000
  const wait = asked >= 0 ? asked : clock.random() * Math.min(backoffCap, backoffBase * 2 ** attempt)
  if (wait >= remaining(clock, deadline)) throw failure()
  await clock.sleep(wait, signal).catch((error: unknown) => {
    throw new Failure({ code: 'cancelled', what: text`The push was cancelled`, why: text`${untrusted(String(error))}` })
  })
}
