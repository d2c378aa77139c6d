import { type Clock, deadlineIn, remaining } from '../clock.ts'
import type { CommitHistory, CommitOrder } from '../ports.ts'

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
type Answer = CommitOrder | { readonly unknown: string; readonly again?: number | undefined }

/** Of all tries together. Milliseconds. */
const longest = 10_000
const longestTry = 5_000
const pause = 1_000
const orders: readonly string[] = ['ahead', 'identical', 'behind', 'diverged'] satisfies readonly CommitOrder[]

/**
 * Commits as GitHub compares them: `GET /repos/{owner}/{repo}/compare/{base}...{head}`. The second page of one commit is
 * asked for, as only the first lists the changed files. Octokit would cost more start-up time than this one request.
 */
export function openCommitHistory(config: CommitHistoryConfig): CommitHistory {
  const { token, clock, signal } = config
  return {
    async compare(base, head) {
      if (!token) return { unknown: 'there is no github-token' }
      const deadline = deadlineIn(clock, longest)
      for (;;) {
        const answer = await attempt(config, `${base}...${head}`)
        if (typeof answer === 'string') return answer
        const { unknown, again } = answer
        const isOver = again === undefined || remaining(clock, deadline) < Math.max(longestTry, again)
        if (isOver || signal.aborted) return { unknown }
        await clock.sleep(again, signal).catch(() => undefined)
      }
    },
  }
}

async function attempt(config: CommitHistoryConfig, basehead: string): Promise<Answer> {
  const over = new AbortController()
  const timer = new AbortController()
  const late = config.clock.sleep(longestTry, AbortSignal.any([timer.signal, config.signal])).then(
    (): Answer => ({ unknown: 'GitHub did not answer within 5 seconds', again: pause }),
    (): Answer => ({ unknown: 'the run was cancelled' }),
  )
  try {
    return await Promise.race([ask(config, basehead, over.signal), late])
  } finally {
    timer.abort()
    over.abort()
  }
}

async function ask(config: CommitHistoryConfig, basehead: string, signal: AbortSignal): Promise<Answer> {
  const { apiUrl, repository, token, fetch } = config
  try {
    const response = await fetch(`${apiUrl}/repos/${repository}/compare/${basehead}?per_page=1&page=2`, {
      headers: { authorization: `Bearer ${token}`, accept: 'application/vnd.github+json' },
      signal,
      redirect: 'error',
    })
    if (!response.ok) return refused(response)
    const body: unknown = await response.json()
    const status = typeof body === 'object' && body !== null && 'status' in body ? body.status : undefined
    return isOrder(status) ? status : { unknown: 'GitHub gave no comparison', again: pause }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return { unknown: `GitHub could not be asked: ${reason}`, again: pause }
  }
}

function isOrder(status: unknown): status is CommitOrder {
  return typeof status === 'string' && orders.includes(status)
}

function refused({ status, headers }: Response): Answer {
  if (status === 404)
    return { unknown: 'GitHub answered 404: the commit is gone, or github-token lacks contents: read' }
  const again = laterBy(headers, status >= 500 || status === 429)
  if (status === 403 || status === 429)
    return { unknown: `GitHub answered ${status}: not allowed, or asked too often`, again }
  return { unknown: `GitHub answered ${status}`, again }
}

/**
 * Who asks too often is told when to come back ("Best practices for using the REST API", secondary rate limits: 403 or 429
 * with `Retry-After` in seconds); a 403 without it is a matter of permissions.
 */
function laterBy(headers: Headers, isBusy: boolean): number | undefined {
  const seconds = Number.parseInt(headers.get('retry-after') ?? '', 10)
  if (seconds >= 0) return seconds * 1000
  return isBusy ? pause : undefined
}
