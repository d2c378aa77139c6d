import { type Clock, deadlineIn, remaining } from '../clock.ts'
import { readText } from '../http/body.ts'
import type { Fetch } from '../http/fetch.ts'
import { isForGood, reasonOf } from '../http/reason.ts'
import { retryAfter } from '../http/retry-after.ts'
import type { Incomparable } from '../ports.ts'

/** How one repository of GitHub is read with the job's token. */
export interface RepositoryConfig {
  /** The job's token. Without one, no request is sent. */
  readonly token: string | undefined
  /** `GITHUB_API_URL`. */
  readonly apiUrl: string
  /** `owner/name`. */
  readonly repository: string
  readonly fetch: Fetch
  readonly clock: Clock
  /** Aborts when the job is cancelled. */
  readonly signal: AbortSignal
}

/** Why there is no answer. `again`: milliseconds after which the same question may be answered. */
export type Unanswered = Incomparable & { readonly again?: number | undefined }

/** Limit of all tries together: without the order of commits there is no deployment, so a short outage is retried. Milliseconds. */
const longest = 30_000
const longestTry = 5_000
/** Between two tries. Milliseconds. */
export const pause = 2_000

/** Retries until there is a response, or none can be had. Never throws; takes half a minute at most. */
export async function retried<T>(
  config: RepositoryConfig,
  ask: (signal: AbortSignal) => Promise<T | Unanswered>,
): Promise<T | Incomparable> {
  if (!config.token) return { reason: 'denied', unknown: 'github-token is empty' }
  const deadline = deadlineIn(config.clock, longest)
  for (;;) {
    const answer = await attempt(config, ask)
    if (!isUnanswered(answer)) return answer
    const { reason, unknown, again } = answer
    const isOver = again === undefined || remaining(config.clock, deadline) < Math.max(longestTry, again)
    if (isOver || config.signal.aborted) return { reason, unknown }
    await config.clock.sleep(again, config.signal).catch(() => undefined)
  }
}

async function attempt<T>(
  { clock, signal }: RepositoryConfig,
  ask: (signal: AbortSignal) => Promise<T | Unanswered>,
): Promise<T | Unanswered> {
  const over = new AbortController()
  const timer = new AbortController()
  const late = clock.sleep(longestTry, AbortSignal.any([timer.signal, signal])).then(
    () => unanswered('GitHub did not respond within 5 seconds', pause),
    () => unanswered('the run was cancelled'),
  )
  const asked = ask(over.signal).catch((error) =>
    unanswered(`the request to GitHub failed: ${reasonOf(error)}`, isForGood(error) ? undefined : pause),
  )
  try {
    return await Promise.race([asked, late])
  } finally {
    timer.abort()
    over.abort()
  }
}

function isUnanswered(answer: unknown): answer is Unanswered {
  return typeof answer === 'object' && answer !== null && 'reason' in answer && 'unknown' in answer
}

/** One request to the REST API of the repository. */
export function get({ apiUrl, repository, token, fetch }: RepositoryConfig, what: string, signal: AbortSignal) {
  return fetch(`${apiUrl}/repos/${repository}/${what}`, {
    headers: { authorization: `Bearer ${token}`, accept: 'application/vnd.github+json' },
    signal,
    redirect: 'error',
  })
}

/**
 * GitHub returns 403 or 429 for an exceeded rate limit, and 403 for a missing permission; the difference is in the headers, or in
 * the text alone ("Rate limits for the REST API"). `permission`: what the token needs for the request.
 */
export async function refused(response: Response, permission: string): Promise<Unanswered> {
  const { status, headers } = response
  if (status === 401) return denied('GitHub returned HTTP 401: github-token is invalid')
  const wait = retryAfter(headers.get('retry-after'))
  if (status >= 500) return unanswered(`GitHub returned HTTP ${status}`, wait ?? pause)
  const isSpent = headers.get('x-ratelimit-remaining') === '0'
  const isLimit =
    status === 429 || headers.has('retry-after') || isSpent || /rate limit/i.test(await readText(response))
  if (isLimit)
    return unanswered(`GitHub returned HTTP ${status}: rate limit exceeded`, wait ?? (isSpent ? undefined : pause))
  const isDenied = status === 403 || status === 404
  const answered = `GitHub returned HTTP ${status}`
  return isDenied ? denied(`${answered}: github-token lacks ${permission}`) : unanswered(answered)
}

/** The result of a request without a usable answer. `again`: milliseconds until the next attempt. */
export function unanswered(unknown: string, again?: number): Unanswered {
  return { reason: 'unanswered', unknown, again }
}

function denied(unknown: string): Unanswered {
  return { reason: 'denied', unknown }
}
