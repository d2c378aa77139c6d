import type { Origin } from '../../../deployment/origin.ts'
import type { Release } from './release.ts'
import { parseState } from './release-json.ts'

/** A release that was live, by its object. */
export interface PastRelease {
  readonly id: string
  readonly number: number
  /** Milliseconds since 1970. */
  readonly at: number
  /** Of a rollback: the number of the release whose files it has. */
  readonly restores?: number | undefined
  /** Below the prefix, where it has one. */
  readonly folder?: string | undefined
  readonly digest: string
  readonly origin?: Origin | undefined
}

/** Who changes the site now. */
export interface Claim {
  readonly id: string
  /** Repository, run and attempt: `acme/shop 8812345678/1`. */
  readonly run: string
  /** When it was last confirmed. Milliseconds since 1970. */
  readonly at: number
  /** Id of the release that is on its way. */
  readonly release: string
}

/** The canary that a run has begun: until it is over, some visitors get the staging distribution. */
export interface CanaryMark {
  readonly distribution: string
  readonly staging: string
  readonly policy: string
  /** Id of the release that they get. */
  readonly release: string
}

/** What a site is, in one object, whose conditional writes order all deployers. */
export interface SiteState {
  readonly live?: PastRelease | undefined
  /** Earlier ones, the newest first. */
  readonly history: readonly PastRelease[]
  readonly claim?: Claim | undefined
  /** Paths that edges may still have from before the live release. */
  readonly pending?: readonly string[] | undefined
  readonly canary?: CanaryMark | undefined
}

/** The state of a site to which nothing was deployed. */
export const noState: SiteState = { history: [] }

/** The state as the text of its object. */
export function stateText({ live, history, claim, pending, canary }: SiteState): string {
  return JSON.stringify({ slipway: 1, live, history, claim, pending, canary }, null, 1)
}

/** Reads what `stateText` wrote. Throws `site-state-invalid`. */
export function stateIn(source: string, key: string): SiteState {
  const { live, history, claim, pending, canary } = parseState<SiteState>(source, key)
  return { live, history: history ?? [], claim, pending, canary }
}

/** A run, without its attempt, and the attempt. */
function partsOf(run: string) {
  const [, id = run, attempt = '0'] = /^(.*)\/(\d+)$/.exec(run) ?? []
  return { id, attempt: Number(attempt) }
}

/** Whether a claim is of an earlier attempt of this run, which has ended: GitHub repeats no run that is in progress. */
export function isEarlierAttempt(claim: Claim, run: string): boolean {
  const [theirs, ours] = [partsOf(claim.run), partsOf(run)]
  return run !== '' && theirs.id === ours.id && theirs.attempt < ours.attempt
}

/** A release as the state of the site names it. */
export function pastOf({ id, number, at, restores, folder, digest, origin }: Release): PastRelease {
  return { id, number, at, restores, folder, digest, origin }
}

/** The place of a release in the order of content: a rollback has that of the release whose files it has. */
export function placeOf({ number, restores }: Pick<PastRelease, 'number' | 'restores'>): number {
  return restores ?? number
}
