import { type Clock, deadlineIn, remaining } from '../clock.ts'
import { bounded } from '../http/body.ts'
import type { Fetch } from '../http/fetch.ts'
import { isForGood, reasonOf } from '../http/reason.ts'
import type { DeploymentStatuses } from '../ports.ts'
import { forPlain } from '../report/escape.ts'
import { truncate } from '../report/short.ts'
import { renderText, type Text, text, untrusted } from '../text.ts'
import { type Deployed, endMarks } from './end-mark.ts'

/** What GitHub deployment statuses need: token, API address, repository and the job's environment. */
export interface DeploymentStatusesConfig {
  /** The job's token, with `deployments: write`. Without a token nothing is done. */
  readonly token: string | undefined
  /** `GITHUB_API_URL`. */
  readonly apiUrl: string
  /** `owner/name`. */
  readonly repository: string
  readonly sha: string
  /** The GitHub environment of the job. Without one there is no deployment to report on. */
  readonly environment: string | undefined
  /** Where the description leads to. */
  readonly logUrl: string
  /** What this step deploys, for the step of the next environment. */
  readonly deployed: Deployed
  readonly fetch: Fetch
  readonly clock: Clock
  debug(line: Text): void
}

/** GitHub's limit for a description. */
const longestDescription = 140
const longestCall = 5000

/** Of the last status of a step. Milliseconds between two tries, and for all of them. */
const pause = 1000
const longestEnd = 10_000

type State = Parameters<DeploymentStatuses['end']>[0]
type Sent = 'sent' | 'refused' | 'failed'
type Post = (state: State, description: string, signal: AbortSignal) => Promise<unknown>

/**
 * Progress on the deployment that GitHub created for the job when it entered its environment: the newest of this commit and
 * environment. Never creates a second one. After the first failure it stays silent until the end, so that a broken API delays the
 * run once.
 */
export function openDeploymentStatuses(config: DeploymentStatusesConfig): DeploymentStatuses {
  const { token, environment, clock, debug } = config
  if (!token || !environment) return { update: async () => undefined, end: async () => undefined }
  let isSilent = false
  let post: Post | undefined
  let last = ''
  let queue: Promise<void> = Promise.resolve()

  const send = async (state: State, description: string): Promise<Sent> => {
    /** Aborts what hangs, which would keep the process alive. */
    const over = new AbortController()
    try {
      post ??= await withTimeout(clock, findDeployment(config, token, environment, over.signal))
      await withTimeout(clock, post(state, description, over.signal))
      return 'sent'
    } catch (error) {
      over.abort()
      const reason = untrusted(reasonOf(error))
      debug(text`GitHub's deployment page was not updated: ${reason}`)
      return isFinal(error) ? 'refused' : 'failed'
    }
  }
  return {
    update(state, description) {
      const words = truncate(renderText(description, forPlain), longestDescription)
      if (last === words) return queue
      last = words
      queue = queue.then(async () => {
        if (!isSilent) isSilent = (await send(state, words)) !== 'sent'
      })
      return queue
    },
    end(state, description) {
      const plain = renderText(description, forPlain)
      const descriptions = endMarks(config.deployed, state === 'failure').map(
        (mark) => `${truncate(plain, longestDescription - mark.length)}${mark}`,
      )
      queue = queue.then(() => sendWithRetries(clock, descriptions, (words) => send(state, words)))
      return queue
    },
  }
}

/** Sends one description after the other, each until it is accepted or the time is up. */
async function sendWithRetries(
  clock: Clock,
  descriptions: readonly string[],
  send: (description: string) => Promise<Sent>,
): Promise<void> {
  const deadline = deadlineIn(clock, longestEnd)
  for (const description of descriptions) {
    let sent = await send(description)
    while (sent === 'failed' && remaining(clock, deadline) > longestCall + pause) {
      await clock.sleep(pause)
      sent = await send(description)
    }
    if (sent !== 'sent') return
  }
}

/** Thrown where trying again does not help. */
class NoDeployment extends Error {}

/** GitHub refused the request itself, for example without `deployments: write`. */
function isFinal(error: unknown): boolean {
  const status = error instanceof Error && 'status' in error ? Number(error.status) : 0
  return error instanceof NoDeployment || isForGood(error) || (status >= 400 && status < 500 && status !== 429)
}

async function findDeployment(
  { repository, sha, logUrl, apiUrl, fetch }: DeploymentStatusesConfig,
  token: string,
  environment: string,
  signal: AbortSignal,
): Promise<Post> {
  const { getOctokit } = await import('@actions/github')
  const { repos } = getOctokit(token, { baseUrl: apiUrl, request: { fetch: boundedFetch(fetch) } }).rest
  const [owner = '', repo = ''] = repository.split('/')
  const { data } = await repos.listDeployments({ owner, repo, sha, environment, per_page: 10, request: { signal } })
  const [newest] = data.toSorted((one, other) => other.id - one.id)
  if (!newest) throw new NoDeployment(`GitHub has no deployment of this commit to the environment ${environment}`)
  const common = { owner, repo, deployment_id: newest.id, log_url: logUrl, auto_inactive: false }
  return (state, description, within) =>
    repos.createDeploymentStatus({ ...common, state, description, request: { signal: within } })
}

/** Octokit follows redirects and reads without a limit. */
function boundedFetch(fetch: Fetch): typeof globalThis.fetch {
  return async (url, init) => bounded(await fetch(String(url), { ...init, redirect: 'error' }))
}

async function withTimeout<T>(clock: Clock, work: Promise<T>): Promise<T> {
  const done = new AbortController()
  const alarm = clock.sleep(longestCall, done.signal).then(
    () => Promise.reject(new Error('GitHub did not respond within 5 seconds')),
    () => work,
  )
  work.catch(() => undefined)
  try {
    return await Promise.race([work, alarm])
  } finally {
    done.abort()
  }
}
