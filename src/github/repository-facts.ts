import { asObject, type Payload, readEventPayload } from './event.ts'
import { meaningOf } from './event-commits.ts'

/** What the payload of the event says about the repository of the run. */
export interface RepositoryFacts {
  /** Name of its default branch. */
  readonly defaultBranch?: string | undefined
  /** The branch that a tag was pushed from, or that a pull request is to be merged into. */
  readonly baseRef?: string | undefined
  readonly description?: string | undefined
  /** SPDX identifier. */
  readonly license?: string | undefined
  /** Of commits, by their SHA: committer date in milliseconds since 1970. */
  readonly committedAt: Readonly<Record<string, number>>
}

/** Reads them from the payload, which the runner keeps outside of the workspace. */
export function readRepositoryFacts(environment: Readonly<Record<string, string | undefined>>): RepositoryFacts {
  const payload = readEventPayload(environment)
  const { default_branch: named, description, license } = asObject(payload.repository)
  const { GITHUB_EVENT_NAME: event = '', GITHUB_REF: ref = '' } = environment
  const base = payload.base_ref ?? asObject(asObject(payload.pull_request).base).ref
  const ofRun = isOfDefaultBranch(event, payload) ? /^refs\/heads\/(.+)$/.exec(ref)?.[1] : undefined
  return {
    defaultBranch: textOf(named) ?? ofRun,
    baseRef: textOf(base)?.replace(/^refs\/heads\//, ''),
    description: textOf(description),
    license: textOf(asObject(license).spdx_id),
    committedAt: timesOf(payload),
  }
}

/** True for events whose GITHUB_REF is the default branch; the payload of `schedule` has no repository. */
function isOfDefaultBranch(event: string, payload: Payload): boolean {
  return event === 'schedule' || meaningOf(event, payload).standsFor !== undefined
}

function timesOf({ commits, head_commit: head }: Payload): Record<string, number> {
  const all = [...(Array.isArray(commits) ? commits : []), head].map(asObject)
  return Object.fromEntries(
    all.flatMap(({ id, timestamp }) => {
      const time = typeof timestamp === 'string' ? Date.parse(timestamp) : Number.NaN
      return typeof id === 'string' && Number.isFinite(time) ? [[id, time]] : []
    }),
  )
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
