import { atMostEvery } from '../at-most-every.ts'
import { Failure } from '../failure.ts'
import { connectionCode, isCertificateTrouble, isNeverConnected } from '../http/connection-error.ts'
import { reasonOf } from '../http/reason.ts'
import { retryAfter } from '../http/retry-after.ts'
import type { RegistryLogin } from '../ports.ts'
import { type Text, text } from '../text.ts'
import { explainCertificate } from './no-connection.ts'
import { NoAnswer, sendOnce, UnreadableBody } from './registry-attempt.ts'
import type { RegistryAnswer, RegistryOptions, RegistryRequest } from './registry-request.ts'
import { openRetries, type Refusal, type Retries } from './retries.ts'

/** Sends a request, again where that may help, and returns an expected answer. */
export type Send = (request: RegistryRequest) => Promise<RegistryAnswer>

/** An expected answer, or why there is none. */
export type Outcome =
  | { readonly answer: RegistryAnswer; readonly refusal?: never }
  | { readonly answer?: never; readonly refusal: Refusal }

/** The way to one registry. */
export interface Transport {
  /** For requests that are idempotent. */
  readonly send: Send
  /** For requests whose next attempt is another request. An expired token is renewed, and the request sent again. */
  attempt(request: RegistryRequest): Promise<Outcome>
  /** For a sequence of attempts. */
  retries(): Retries
}

const reportEvery = 30_000

/**
 * Every request to a registry. Busy responses (429), server errors and broken connections are retried for a while; an expired
 * token is renewed once; everything else fails on the first response.
 * Throws `registry-rejected`, `permission-missing`, `image-tag-taken`, `repository-not-found`, `credentials-expired`,
 * `registry-unreachable`, `proxy-refused` or `cancelled`.
 */
export function createTransport(options: RegistryOptions): Transport {
  let login: Promise<RegistryLogin> | undefined
  let isReached = false
  const report = atMostEvery(reportEvery, options.clock, options.onRetry)
  const retries = () => openRetries(options, report, () => isReached)
  const attempt = async (request: RegistryRequest, mayRenew = true): Promise<Outcome> => {
    login ??= options.login()
    const used = login
    const outcome = await sendOrRefusal(options, await used, request, report)
    isReached ||= outcome.answer !== undefined || outcome.refusal.status !== undefined
    if (!mayRenew || outcome.refusal === undefined || !isStaleLogin(outcome.refusal, request, await used))
      return outcome
    // Uploads run in parallel: a later one uses the token that an earlier one renewed.
    if (login === used) login = undefined
    return attempt(request, false)
  }
  return {
    attempt: (request) => attempt(request),
    retries,
    async send(request) {
      const { pause } = retries()
      for (;;) {
        const { answer, refusal } = await attempt(request)
        if (answer) return answer
        await pause(refusal, request.doing)
      }
    },
  }
}

async function sendOrRefusal(
  options: RegistryOptions,
  login: RegistryLogin,
  request: RegistryRequest,
  report: (line: Text) => void,
): Promise<Outcome> {
  try {
    const answer = await sendOnce(options, login, request, report)
    return request.expected.includes(answer.status) ? { answer } : { refusal: refusalOf(answer) }
  } catch (error) {
    if (error instanceof Failure) throw error
    if (error instanceof UnreadableBody) throw error.cause
    if (options.signal.aborted)
      throw new Failure({ code: 'cancelled', what: text`The push was cancelled`, cause: error })
    const { host } = new URL(login.endpoint)
    const code = connectionCode(error)
    if (isCertificateTrouble(code)) throw explainCertificate(host, reasonOf(error), error)
    const message = `${request.method} ${request.path.split('?')[0]}: ${reasonOf(error)}`
    const isSilent = error instanceof NoAnswer
    const unreached = isSilent || isNeverConnected(code) ? host : undefined
    return { refusal: { message, isSilent, unreached } }
  }
}

/**
 * The response to a HEAD has no words. Amazon ECR Public answers an expired token with 400, to HEAD without a body
 * (aws/containers-roadmap#2835).
 */
function isStaleLogin({ status, message }: Refusal, { method }: RegistryRequest, { scheme }: RegistryLogin): boolean {
  if (status === 400 && scheme === 'Bearer') return message === '' || /token.*(expired|invalid)/i.test(message)
  return status === 401 || (status === 403 && (method === 'HEAD' || /expired/i.test(message)))
}

/** The registry's errors (OCI distribution spec, "Error Codes"), or the start of a page that is not its own. */
export function refusalOf({ status, headers, body }: RegistryAnswer): Refusal {
  const said = new TextDecoder().decode(body)
  const answered = { status, wait: retryAfter(headers.get('retry-after')) }
  try {
    const first: unknown = JSON.parse(said).errors[0]
    const { code, message } = (first ?? {}) as { code?: unknown; message?: unknown }
    return {
      ...answered,
      ...(typeof code === 'string' && { code }),
      message: typeof message === 'string' ? message : '',
    }
  } catch {
    return { ...answered, message: said.trim().replace(/\s+/g, ' ').slice(0, 200) }
  }
}
