import type { Clock } from '../../../clock.ts'
import type { Obstacle } from '../../../deployment/conflict.ts'
import { Failure } from '../../../failure.ts'
import { text, untrusted } from '../../../text.ts'
import { type Claim, isEarlierAttempt, type SiteState } from '../release/site-state.ts'
import type { FoundState, StateStore } from '../release/state-store.ts'

/** A claim that is not confirmed for so long is of a run that was killed. Milliseconds. */
const leaseTime = 120_000
/** How often a run confirms its claim, between two writes. Milliseconds. */
const confirmEvery = 30_000
/** A claim of such an age needs no observation: no difference of clocks is as long. Milliseconds. */
const surelyOver = 600_000

/** The claim of this run on a site: what it writes, it writes while it has it. */
export interface Hold {
  readonly id: string
  state(): SiteState
  /** Confirms the claim where that is due. Throws `site-busy` where another run has taken it. */
  confirm(): Promise<void>
  /** Changes the state, and keeps the claim. Throws `site-busy`. */
  change(part: Partial<SiteState>): Promise<void>
  /** Whether another run has taken the site over. */
  isLost(): boolean
  /** Gives the claim back. */
  release(): Promise<void>
}

/** Claims a site; undefined: the state has changed since it was read. */
export async function claimSite(
  store: StateStore,
  found: FoundState,
  { id, run, release }: Pick<Claim, 'id' | 'run' | 'release'>,
  clock: Clock,
): Promise<Hold | undefined> {
  const claimed = (): Claim => ({ id, run, release, at: clock.now() })
  let state: SiteState = { ...found.state, claim: claimed() }
  let etag = await store.write(state, found.etag)
  if (etag === undefined) return undefined
  let confirmedAt = clock.monotonic()
  let pending: Promise<void> | undefined
  let isLost = false
  const write = async (next: SiteState) => {
    const written = await store.write(next, etag)
    if (written === undefined) {
      isLost = true
      throw taken(release)
    }
    etag = written
    state = next
    confirmedAt = clock.monotonic()
  }
  const hold: Hold = {
    id,
    state: () => state,
    isLost: () => isLost,
    async confirm() {
      if (pending === undefined && clock.monotonic() - confirmedAt < confirmEvery) return
      pending ??= write({ ...state, claim: claimed() }).finally(() => {
        pending = undefined
      })
      await pending
    },
    async change(part) {
      await pending
      await write({ ...state, ...part, claim: claimed() })
    },
    async release() {
      await pending
      await write({ ...state, claim: undefined })
    },
  }
  return hold
}

function taken(release: string): Failure {
  return new Failure({
    code: 'site-busy',
    what: text`Another run has taken over the site while release ${untrusted(release)} was being written`,
    why: text`412 PreconditionFailed: the state of the site in the bucket was changed; a claim that is not confirmed for two minutes is free`,
    fix: text`Run this job again once the other run has ended.`,
  })
}

/** The claim of another run that is in progress, as far as it is known. `stale`: ETag of a state that was seen not to change. */
export function otherClaim(
  found: FoundState,
  { run, stale }: { readonly run: string; readonly stale: string | undefined },
  clock: Clock,
): Claim | undefined {
  const { claim } = found.state
  if (claim === undefined || isEarlierAttempt(claim, run)) return undefined
  const isOver = found.etag === stale || clock.now() - found.at > surelyOver
  return isOver ? undefined : claim
}

/**
 * Another run that deploys. It is over when its claim is gone, or was not confirmed for the lease time, by our clock: `whenStale` is told
 * the ETag of that state.
 */
export function obstacleOf(
  claim: Claim,
  store: StateStore,
  clock: Clock,
  whenStale: (etag: string | undefined) => void,
): Obstacle {
  let seen: { readonly etag: string | undefined; readonly since: number } | undefined
  return {
    kind: 'conflict',
    id: claim.release,
    isRollback: false,
    failure: new Failure({
      code: 'site-busy',
      what: text`Run ${untrusted(claim.run)} deploys release ${untrusted(claim.release)} to the same site`,
      why: text`its claim in the bucket was confirmed at ${untrusted(new Date(claim.at).toISOString())}`,
      fix: text`Run this job again once it has ended, or set on-conflict to wait. A claim that is not confirmed for two minutes is of a run that was killed, and expires.`,
    }),
    async isOver() {
      const { state, etag } = await store.read()
      if (state.claim?.id !== claim.id) return true
      if (seen?.etag !== etag) seen = { etag, since: clock.monotonic() }
      if (clock.monotonic() - (seen?.since ?? 0) < leaseTime) return false
      whenStale(etag)
      return true
    },
  }
}
