import type { Clock } from '../clock.ts'
import type { DeploymentStatuses } from '../ports.ts'
import { forPlain } from '../report/escape.ts'
import { truncate } from '../report/short.ts'
import { renderText, type Text, text, untrusted } from '../text.ts'

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
  readonly fetch: typeof globalThis.fetch
  readonly clock: Clock
  debug(line: Text): void
}

/** GitHub's limit for a description. */
const longestDescription = 140
const longestCall = 5000
/** Milliseconds between two progress statuses: each is an entry on the deployment's page. */
const pace = 10_000

/**
 * Progress on the deployment that GitHub made for the job when it entered its environment: the newest of this commit and
 * environment. Never makes a second one, and leaves its end to GitHub, which sets that itself.
 */
export function openDeploymentStatuses(config: DeploymentStatusesConfig): DeploymentStatuses {
  const { token, environment, clock, debug } = config
  let post: ReturnType<typeof findDeployment> | undefined
  let nextAt = Number.NEGATIVE_INFINITY
  let last = ''
  let silent = !token || !environment

  return {
    async update(state, description) {
      const words = truncate(renderText(description, forPlain), longestDescription)
      const early = state === 'in_progress' && clock.monotonic() < nextAt
      if (silent || early || last === `${state} ${words}`) return
      last = `${state} ${words}`
      nextAt = clock.monotonic() + pace
      try {
        post ??= findDeployment(config, token ?? '', environment ?? '')
        const found = post
        await within(clock, async () => (await found)(state, words))
      } catch (error) {
        silent = true
        debug(
          text`No progress on GitHub's deployment page: ${untrusted(error instanceof Error ? error.message : String(error))}`,
        )
      }
    },
  }
}

type Post = (state: Parameters<DeploymentStatuses['update']>[0], description: string) => Promise<unknown>

async function findDeployment(config: DeploymentStatusesConfig, token: string, environment: string): Promise<Post> {
  const { getOctokit } = await import('@actions/github')
  const { repos } = getOctokit(token, { baseUrl: config.apiUrl, request: { fetch: config.fetch } }).rest
  const [owner = '', repo = ''] = config.repository.split('/')
  const { data } = await repos.listDeployments({ owner, repo, sha: config.sha, environment, per_page: 10 })
  const [newest] = data.toSorted((one, other) => other.id - one.id)
  if (!newest) throw new Error(`there is no deployment of this commit to the environment ${environment}`)
  return (state, description) =>
    repos.createDeploymentStatus({
      owner,
      repo,
      deployment_id: newest.id,
      state,
      description,
      log_url: config.logUrl,
      auto_inactive: false,
    })
}

async function within(clock: Clock, work: () => Promise<unknown>): Promise<void> {
  const done = new AbortController()
  const alarm = clock.sleep(longestCall, done.signal).then(
    () => Promise.reject(new Error('GitHub did not answer within 5 seconds')),
    () => undefined,
  )
  const working = work()
  working.catch(() => undefined)
  try {
    await Promise.race([working, alarm])
  } finally {
    done.abort()
  }
}
