import { createHash } from 'node:crypto'
import type { EnvironmentEnd } from '../ports.ts'

/** What a step deploys, for the step of the next environment to find on GitHub's deployment page. */
export interface Deployed {
  /** Names in slipway.yml, or of ECS services, one at least; `all`: every service of the environment. */
  readonly services: readonly string[] | 'all'
  /**
   * The digest of an image; `commit`: no image by its digest, with the SHA of the source where that is known; `rollback`: an
   * earlier version; `continued`: what another step has started to deploy.
   */
  readonly what: Sha256 | `commit:${string}` | 'commit' | 'rollback' | 'continued'
}

/** A SHA-256 digest in hex. */
export type Sha256 = `sha256:${string}`

const pattern = /· (\S+)@(sha256:[0-9a-f]{64}|commit(?::[0-9a-f]{40,64})?|rollback|continued|failed)$/
const all = '*'
/** A description has 140 characters, of which a digest takes 71. */
const longestName = 40
const longestMark = 130

/**
 * The last words of the statuses that end a step: `· api@sha256:…`, in which a failure needs no digest. One, or as many as the
 * names need.
 */
export function endMarks({ services, what }: Deployed, isFailed: boolean): readonly string[] {
  const markWith = (names: string) => ` · ${names}@${isFailed && what !== 'rollback' ? 'failed' : what}`
  const lists: string[] = []
  for (const name of services === 'all' ? [all] : services.map(markedName)) {
    const together = `${lists.at(-1)},${name}`
    if (lists.length > 0 && markWith(together).length <= longestMark) lists[lists.length - 1] = together
    else lists.push(name)
  }
  return lists.map(markWith)
}

/** Two services never have the same name in a mark. */
function markedName(service: string): string {
  if (service.length <= longestName) return service
  return `${service.slice(0, 27)}~${createHash('sha256').update(service).digest('hex').slice(0, 12)}`
}

/** A status of a deployment, as `GET /repos/{owner}/{repo}/deployments/{id}/statuses` lists it. */
export interface Status {
  readonly state: string
  readonly description: string
  readonly logUrl: string
}

/** The ends of a service that the statuses of one deployment show. Both are newest first. */
export function endsOf(service: string, statuses: readonly Status[]): readonly EnvironmentEnd[] {
  const ends: EnvironmentEnd[] = []
  let begun: string | undefined
  for (const status of statuses.toReversed()) {
    const { names, what } = markIn(status)
    if (!isAmong(service, names)) continue
    if (what !== 'continued') begun = what
    const end = endOf(status, begun)
    if (end) ends.push(end)
  }
  return ends.toReversed()
}

/** True when the statuses of a deployment are marked, and never for this service. */
export function isOfOthers(service: string, statuses: readonly Status[]): boolean {
  const marked = statuses.map(markIn).filter(({ names }) => names !== '')
  return marked.length > 0 && marked.every(({ names }) => !isAmong(service, names))
}

function markIn({ description }: Status) {
  const [, names = '', what = ''] = pattern.exec(description) ?? []
  return { names, what }
}

function isAmong(service: string, names: string): boolean {
  return names === all || names.split(',').includes(markedName(service))
}

function endOf({ state, logUrl }: Status, what: string | undefined): EnvironmentEnd | undefined {
  const run = /\/actions\/runs\/(\d+)/.exec(logUrl)?.[1] ?? ''
  if (state === 'in_progress' || what === undefined) return undefined
  if (what === 'rollback') return { kind: 'rolled-back', run }
  if (state !== 'success') return { kind: 'failed', run }
  const commit = /^commit:(.+)$/.exec(what)?.[1]
  return { kind: 'succeeded', digest: what.startsWith('sha256:') ? what : undefined, commit, run }
}
