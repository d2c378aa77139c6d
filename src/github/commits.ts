import { type Clock, deadlineIn, remaining } from '../clock.ts'
import type { CommitHistory, CommitOrder, Incomparable } from '../ports.ts'

export interface CommitHistoryConfig {
  /** The job's token, with `contents: read`. */
  readonly token: string | undefined
  /** `GITHUB_API_URL`. */
  readonly apiUrl: string
  /** `owner/name`. */
  readonly repository: string
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>
  readonly clock: Clock
  /** Aborts when the job is cancelled. */
  readonly signal: AbortSignal
}

/** `again`: milliseconds after which the same question may be answered. */
type Answer = CommitOrder | (Incomparable & { readonly again?: number | undefined })

/** Of all tries together: who does not learn the order does not deploy, so a short failure of GitHub is sat out. Milliseconds. */
const longest = 30_000
const longestTry = 5_000
/** Between two tries. Milliseconds. */
const pause = 2_000
const orders: readonly string[] = ['ahead', 'identical', 'behind', 'diverged'] satisfies readonly CommitOrder[]

/**
 * Commits as GitHub compares them: `GET /repos/{owner}/{repo}/compare/{base}...{head}`. The second page of one commit is
 * asked for, as only the first lists the changed files. Octokit would cost more start-up time than this one request.
 */
export function openCommitHistory(config: CommitHistoryConfig): CommitHistory {
  const { token, clock, signal } = config
  return {
    async compare(base, head) {
      if (!token) return denied('there is no github-token')
      const deadline = deadlineIn(clock, longest)
      for (;;) {
        const answer = await attempt(config, base, head)
        if (typeof answer === 'string') return answer
        const { reason, unknown, again } = answer
        const isOver = again === undefined || remaining(clock, deadline) < Math.max(longestTry, again)
        if (isOver || signal.aborted) return { reason, unknown }
        await clock.sleep(again, signal).catch(() => undefined)
      }
    },
  }
}

async function attempt(config: CommitHistoryConfig, base: string, head: string): Promise<Answer> {
  const over = new AbortController()
  const timer = new AbortController()
  const late = config.clock.sleep(longestTry, AbortSignal.any([timer.signal, config.signal])).then(
    () => unanswered('GitHub did not answer within 5 seconds', pause),
    () => unanswered('the run was cancelled'),
  )
  try {
    return await Promise.race([ask(config, base, head, over.signal), late])
  } finally {
    timer.abort()
    over.abort()
  }
}

async function ask(config: CommitHistoryConfig, base: string, head: string, signal: AbortSignal): Promise<Answer> {
  try {
    const response = await get(config, `compare/${base}...${head}?per_page=1&page=2`, signal)
    if (response.status === 404) return await missing(config, base, signal)
    if (!response.ok) return await refused(response)
    const body: unknown = await response.json()
    const status = typeof body === 'object' && body !== null && 'status' in body ? body.status : undefined
    return isOrder(status) ? status : unanswered('GitHub gave no comparison', pause)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return unanswered(`GitHub could not be asked: ${reason}`, pause)
  }
}

function get({ apiUrl, repository, token, fetch }: CommitHistoryConfig, what: string, signal: AbortSignal) {
  return fetch(`${apiUrl}/repos/${repository}/${what}`, {
    headers: { authorization: `Bearer ${token}`, accept: 'application/vnd.github+json' },
    signal,
    redirect: 'error',
  })
}

/**
 * A comparison answers 404 for a repository that the token may not see and for a commit that is not there. One commit
 * ("Get a commit" of GitHub's REST API) answers 422 for the second.
 */
async function missing(config: CommitHistoryConfig, base: string, signal: AbortSignal): Promise<Answer> {
  const found = await get(config, `commits/${base}?per_page=1&page=2`, signal)
  if (found.status === 422) return gone(`GitHub does not know the commit ${base.slice(0, 7)} any more`)
  return found.ok ? gone('GitHub finds no common history of the two') : await refused(found)
}

function isOrder(status: unknown): status is CommitOrder {
  return typeof status === 'string' && orders.includes(status)
}

/**
 * Who asks too often gets 403 or 429, as who may not ask gets 403; the difference is in the headers, or in the text alone
 * ("Rate limits for the REST API"). `retry-after` is in seconds.
 */
async function refused(response: Response): Promise<Answer> {
  const { status, headers } = response
  if (status === 401) return denied('GitHub answered 401: github-token is not valid')
  const seconds = Number.parseInt(headers.get('retry-after') ?? '', 10)
  const told = seconds >= 0 ? seconds * 1000 : undefined
  if (status >= 500) return unanswered(`GitHub answered ${status}`, told ?? pause)
  const isSpent = headers.get('x-ratelimit-remaining') === '0'
  const isLimit = status === 429 || told !== undefined || isSpent || /rate limit/i.test(await response.text())
  if (isLimit) return unanswered(`GitHub answered ${status}: asked too often`, told ?? (isSpent ? undefined : pause))
  const isDenied = status === 403 || status === 404
  const answered = `GitHub answered ${status}`
  return isDenied ? denied(`${answered}: github-token lacks contents: read`) : unanswered(answered)
}

function denied(unknown: string): Answer {
  return { reason: 'denied', unknown }
}

function gone(unknown: string): Answer {
  return { reason: 'gone', unknown }
}

function unanswered(unknown: string, again?: number): Answer {
  return { reason: 'unanswered', unknown, again }
}
