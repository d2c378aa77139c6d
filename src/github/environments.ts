import { readText } from '../http/body.ts'
import type { EnvironmentHistory, Incomparable } from '../ports.ts'
import { endsOf, isOfOthers, type Status } from './end-mark.ts'
import { get, pause, type RepositoryConfig, refused, retried, unanswered } from './retry.ts'

interface Deployment {
  readonly id: number
}

/** GitHub's deployments to one environment that are listed. Every job that enters it makes one. */
const most = 100
/** Of these, the limit to search beside those of other services, which may have a job each. */
const mostOwn = 30

/**
 * The ends of deployments that Slipway has noted on GitHub's deployment page (`GET /repos/{owner}/{repo}/deployments` and the
 * statuses of each). Every response is read once.
 */
export function openEnvironmentHistory(config: RepositoryConfig): EnvironmentHistory {
  const known = new Map<string, Promise<unknown>>()
  const read = (path: string) => {
    const found = known.get(path) ?? retried(config, (signal) => list(config, path, signal))
    known.set(path, found)
    return found as Promise<readonly unknown[] | Incomparable>
  }
  return {
    async *ends(environment, service) {
      const listed = await read(`deployments?environment=${encodeURIComponent(environment)}&per_page=${most}`)
      if ('unknown' in listed) return yield listed
      const deployments = listed.map(deploymentIn).toSorted((one, other) => other.id - one.id)
      let own = 0
      for (const { id } of deployments) {
        const found = await read(`deployments/${id}/statuses?per_page=100`)
        if ('unknown' in found) return yield found
        const statuses = found.map(statusIn)
        yield* endsOf(service, statuses)
        if (!isOfOthers(service, statuses)) own++
        if (own === mostOwn) return
      }
    },
  }
}

async function list(config: RepositoryConfig, path: string, signal: AbortSignal) {
  const response = await get(config, path, signal)
  if (!response.ok) return await refused(response, 'deployments: read')
  const body: unknown = JSON.parse(await readText(response))
  return Array.isArray(body) ? (body as readonly unknown[]) : unanswered('GitHub returned no list', pause)
}

function deploymentIn(item: unknown): Deployment {
  return { id: Number(membersOf(item).id) }
}

function statusIn(item: unknown): Status {
  const { state, description, log_url: logUrl } = membersOf(item)
  return { state: String(state), description: String(description ?? ''), logUrl: String(logUrl ?? '') }
}

function membersOf(item: unknown): Readonly<Record<string, unknown>> {
  return typeof item === 'object' && item !== null ? { ...item } : {}
}
