import type { getOctokit } from '@actions/github'
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

type State = Parameters<DeploymentStatuses['update']>[0]
type Post = (state: State, description: string) => Promise<unknown>

/**
 * Progress on the deployment that GitHub made for the job when it entered its environment: the newest of this commit and
 * environment. Never makes a second one. After the first failure it stays silent: nobody waits for it twice.
 */
export function openDeploymentStatuses(config: DeploymentStatusesConfig): DeploymentStatuses {
  const { token, environment, clock, debug } = config
  if (!token || !environment) return { update: async () => undefined }
  /** Aborts what hangs, which would keep the process alive. */
  const over = new AbortController()
  let post: Post | undefined
  let last = ''
  let sent: Promise<void> = Promise.resolve()

  const send = async (state: State, description: string) => {
    if (over.signal.aborted) return
    try {
      if (!post) {
        const { getOctokit } = await import('@actions/github')
        const octokit = getOctokit(token, {
          baseUrl: config.apiUrl,
          request: { fetch: config.fetch, signal: over.signal },
        })
        post = await within(clock, findDeployment(octokit, config, environment))
      }
      await within(clock, post(state, description))
    } catch (error) {
      over.abort()
      const reason = untrusted(error instanceof Error ? error.message : String(error))
      debug(text`No progress on GitHub's deployment page: ${reason}`)
    }
  }

  return {
    update(state, description) {
      const words = truncate(renderText(description, forPlain), longestDescription)
      if (last === `${state} ${words}`) return sent
      last = `${state} ${words}`
      sent = sent.then(() => send(state, words))
      return sent
    },
  }
}

async function findDeployment(
  octokit: ReturnType<typeof getOctokit>,
  { repository, sha, logUrl }: DeploymentStatusesConfig,
  environment: string,
): Promise<Post> {
  const { repos } = octokit.rest
  const [owner = '', repo = ''] = repository.split('/')
  const { data } = await repos.listDeployments({ owner, repo, sha, environment, per_page: 10 })
  const [newest] = data.toSorted((one, other) => other.id - one.id)
  if (!newest) throw new Error(`there is no deployment of this commit to the environment ${environment}`)
  const common = { owner, repo, deployment_id: newest.id, log_url: logUrl, auto_inactive: false }
  return (state, description) => repos.createDeploymentStatus({ ...common, state, description })
}

async function within<T>(clock: Clock, work: Promise<T>): Promise<T> {
  const done = new AbortController()
  const alarm = clock.sleep(longestCall, done.signal).then(
    () => Promise.reject(new Error('GitHub did not answer within 5 seconds')),
    () => work,
  )
  work.catch(() => undefined)
  try {
    return await Promise.race([work, alarm])
  } finally {
    done.abort()
  }
}
