import { atMostEvery } from '../at-most-every.ts'
import { type Clock, deadlineIn, remaining } from '../clock.ts'
import { Failure } from '../failure.ts'
import type { Fetch } from '../http/fetch.ts'
import { reasonOf } from '../http/reason.ts'
import { registryFailure } from '../image/registry-refusal.ts'
import type { RegistryLogin } from '../ports.ts'
import { type Text, text, untrusted } from '../text.ts'
import { sendOnce } from './attempt.ts'

export interface RegistryOptions {
  /** Asked before the first request, and once more when the registry says that the token expired. */
  readonly login: () => Promise<RegistryLogin>
  readonly clock: Clock
  /** Aborts when the job is cancelled. */
  readonly signal: AbortSignal
  /** How long one request is tried again. Milliseconds. */
  readonly patience: number
  readonly fetch: Fetch
  /** Process environment: names the hosts of emulators. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Told, at most every 30 s, that there is no answer yet, or that something is tried again. */
  readonly onRetry?: ((line: Text) => void) | undefined
}

export interface RegistryRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT'
  /** Path below the endpoint, or the address on the same host that the registry named for an upload. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array
  /** Ends the sentence "The registry refused …". */
  readonly doing: Text
  /** Statuses that are answers, not refusals. */
  readonly expected: readonly number[]
  /** The content is compared with its digest, so that it may come from the storage behind the registry. */
  readonly isVerified?: boolean
}

/** An answer with its body, which is read within the time of the attempt. */
export interface RegistryAnswer {
  readonly status: number
  readonly headers: Headers
  readonly body: Uint8Array<ArrayBuffer>
}

export type Send = (request: RegistryRequest) => Promise<RegistryAnswer>

const reportEvery = 30_000
const backoffBase = 500
const backoffCap = 20_000

/**
 * The one way to a registry. Busy answers (429), server errors and broken connections are tried again for a while;
 * an expired token is renewed once; everything else fails on the first answer. All requests of Slipway's registry adapter
 * may be sent twice without another effect. Throws `registry-rejected`, `permission-missing`, `image-tag-taken`,
 * `repository-not-found`, `credentials-expired`, `proxy-refused` or `cancelled`.
 */
export function createTransport(options: RegistryOptions): Send {
  let login: Promise<RegistryLogin> | undefined
  const report = atMostEvery(reportEvery, options.clock, options.onRetry)
  return async (request) => {
    const deadline = deadlineIn(options.clock, options.patience)
    let renewed = false
    for (let attempt = 1; ; attempt++) {
      login ??= options.login()
      const used = login
      const answer = await sendOnce(options, await used, request, report).catch((error: unknown) =>
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
      const failure = () => registryFailure(refusal, request.doing)
      if (!isBusy(refusal.status)) throw failure()
      const wait = waitFor(options, attempt, answer.headers)
      if (wait >= remaining(options.clock, deadline)) throw failure()
      report(text`The request to the registry failed (attempt ${attempt}), retrying: ${saidBy(refusal)}`)
      await pause(options, wait)
    }
  }
}

/** A lost connection is told as a status of its own, so that one rule decides whether it is tried again. */
const connectionLost = 599

function lostConnection(options: RegistryOptions, request: RegistryRequest, error: unknown): RegistryAnswer {
  if (error instanceof Failure) throw error
  if (options.signal.aborted) throw new Failure({ code: 'cancelled', what: text`The push was cancelled`, cause: error })
  const message = `${request.method} ${request.path.split('?')[0]}: ${reasonOf(error)}`
  const body = new TextEncoder().encode(JSON.stringify({ errors: [{ message }] }))
  return { status: connectionLost, headers: new Headers(), body }
}

function saidBy({ status, message }: { readonly status: number; readonly message: string }): Text {
  return status === connectionLost ? text`${untrusted(message)}` : text`HTTP ${status}`
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

/** Milliseconds until the next try: those that the registry asks for, if any, or a random part of a growing time. */
function waitFor({ clock }: RegistryOptions, attempt: number, headers: Headers): number {
  const asked = Number(headers.get('retry-after') ?? Number.NaN) * 1000
  return asked > 0 ? asked : clock.random() * Math.min(backoffCap, backoffBase * 2 ** attempt)
}

async function pause({ clock, signal }: RegistryOptions, wait: number): Promise<void> {
  await clock.sleep(wait, signal).catch((error: unknown) => {
    throw new Failure({ code: 'cancelled', what: text`The push was cancelled`, why: text`${untrusted(String(error))}` })
  })
}
