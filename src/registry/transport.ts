import { atMostEvery } from '../at-most-every.ts'
import { deadlineIn, remaining } from '../clock.ts'
import { Failure } from '../failure.ts'
import { reasonOf } from '../http/reason.ts'
import { retryAfter } from '../http/retry-after.ts'
import { isPassing, type RegistryRefusal, refusalWords, registryFailure } from '../image/registry-refusal.ts'
import type { RegistryLogin } from '../ports.ts'
import { type Text, text, untrusted } from '../text.ts'
import { sendOnce } from './registry-attempt.ts'
import type { RegistryAnswer, RegistryOptions, RegistryRequest } from './registry-request.ts'

/** Sends a request, again where that may help, and returns an expected answer. */
export type Send = (request: RegistryRequest) => Promise<RegistryAnswer>

const reportEvery = 30_000
const backoffBase = 500
const backoffCap = 20_000

/**
 * Every request to a registry. Busy responses (429), server errors and broken connections are retried for a while; an expired
 * token is renewed once; everything else fails on the first response. All requests of Slipway's registry adapter are idempotent.
 * Throws `registry-rejected`, `permission-missing`, `image-tag-taken`, `repository-not-found`, `credentials-expired`,
 * `proxy-refused` or `cancelled`.
 */
export function createTransport(options: RegistryOptions): Send {
  let login: Promise<RegistryLogin> | undefined
  const report = atMostEvery(reportEvery, options.clock, options.onRetry)
  return async (request) => {
    const deadline = deadlineIn(options.clock, options.retryTime)
    let renewed = false
    for (let attempt = 1; ; attempt++) {
      login ??= options.login()
      const used = login
      const { answer, refusal } = await sendOrRefusal(options, await used, request, report)
      if (answer) return answer
      if (!renewed && isStaleLogin(refusal)) {
        renewed = true
        // Uploads run in parallel: a later one uses the token that an earlier one renewed.
        if (login === used) login = undefined
        continue
      }
      const failure = () => registryFailure(refusal, request.doing)
      if (!isPassing(refusal)) throw failure()
      const wait = refusal.wait ?? options.clock.random() * Math.min(backoffCap, backoffBase * 2 ** attempt)
      if (wait >= remaining(options.clock, deadline)) throw failure()
      report(text`The request to the registry failed (attempt ${attempt}), retrying: ${refusalWords(refusal)}`)
      await pause(options, wait)
    }
  }
}

interface Refusal extends RegistryRefusal {
  /** Milliseconds to wait, as the registry requests, if it does. */
  readonly wait?: number | undefined
}

type Outcome =
  | { readonly answer: RegistryAnswer; readonly refusal?: never }
  | { readonly answer?: never; readonly refusal: Refusal }

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
    if (options.signal.aborted)
      throw new Failure({ code: 'cancelled', what: text`The push was cancelled`, cause: error })
    return { refusal: { message: `${request.method} ${request.path.split('?')[0]}: ${reasonOf(error)}` } }
  }
}

function isStaleLogin({ status, message }: Refusal): boolean {
  return status === 401 || (status === 403 && /expired/i.test(message))
}

/** The registry's errors (OCI distribution spec, "Error Codes"), or the start of a page that is not its own. */
function refusalOf({ status, headers, body }: RegistryAnswer): Refusal {
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

async function pause({ clock, signal }: RegistryOptions, wait: number): Promise<void> {
  await clock.sleep(wait, signal).catch((error: unknown) => {
    throw new Failure({ code: 'cancelled', what: text`The push was cancelled`, why: text`${untrusted(String(error))}` })
  })
}
