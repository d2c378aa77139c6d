import { readText } from '../http/body.ts'
import type { CommitHistory, CommitOrder } from '../ports.ts'
import { get, pause, type RepositoryConfig, refused, retried, type Unanswered, unanswered } from './retry.ts'

const orders: readonly string[] = ['ahead', 'identical', 'behind', 'diverged'] satisfies readonly CommitOrder[]
const permission = 'contents: read'

/**
 * Commits as GitHub compares them: `GET /repos/{owner}/{repo}/compare/{base}...{head}`. Requests the second page of one commit,
 * as only the first lists the changed files. Octokit would cost more start-up time than this one request.
 */
export function openCommitHistory(config: RepositoryConfig): CommitHistory {
  return { compare: (base, head) => retried(config, (signal) => ask(config, base, head, signal)) }
}

async function ask(
  config: RepositoryConfig,
  base: string,
  head: string,
  signal: AbortSignal,
): Promise<CommitOrder | Unanswered> {
  const response = await get(config, `compare/${base}...${head}?per_page=1&page=2`, signal)
  if (response.status === 404) return await missing(config, base, signal)
  if (!response.ok) return await refused(response, permission)
  const body: unknown = JSON.parse(await readText(response))
  const status = typeof body === 'object' && body !== null && 'status' in body ? body.status : undefined
  return isOrder(status) ? status : unanswered('GitHub returned no comparison', pause)
}

/**
 * A comparison answers 404 for a repository that the token may not see and for a commit that is not there. One commit
 * ("Get a commit" of GitHub's REST API) answers 422 for the second.
 */
async function missing(config: RepositoryConfig, base: string, signal: AbortSignal): Promise<Unanswered> {
  const found = await get(config, `commits/${base}?per_page=1&page=2`, signal)
  if (found.status === 422) return commitGone(`commit ${base.slice(0, 7)} no longer exists on GitHub`)
  return found.ok ? commitGone('the two commits have no common history') : await refused(found, permission)
}

function isOrder(status: unknown): status is CommitOrder {
  return typeof status === 'string' && orders.includes(status)
}

function commitGone(unknown: string): Unanswered {
  return { reason: 'gone', unknown }
}
