import type { Clock } from '../../../clock.ts'
import type { DeploymentRecord } from '../../../deployment/deployment-record.ts'
import type { Settlement, Truth } from '../../../deployment/settle-cancelled.ts'
import type { Distributions, ObjectHeaders, ObjectStorage } from '../../../ports.ts'
import { versionOf } from '../plan/site-plan-words.ts'
import { type CanaryMark, pastOf, placeOf, type SiteState } from '../release/site-state.ts'
import { openState } from '../release/state-store.ts'
import { type SiteRequest, siteNouns } from '../request/site-request.ts'
import { invalidateLate, type LateInvalidation } from './invalidate-late.ts'
import { putBack } from './put-back.ts'
import { type Switch, switchBack } from './switch-origins.ts'

/** What the record of a site has of its own. */
export interface OwnRecord extends LateInvalidation {
  readonly owner?: string | undefined
  readonly region: string
  readonly encryption: ObjectHeaders
  readonly claim?: string | undefined
  readonly release?: string | undefined
  /** With OriginPath: what was about to be switched. */
  readonly switches?: readonly Switch[] | undefined
  readonly publish?: SiteRequest['publish'] | undefined
  /** What a part of the visitors gets until its policy is disabled. */
  readonly canary?: CanaryMark | undefined
}

/** What the post step does after a cancel: nothing of a release goes on without its run, so the one before is put back. */
export function settleSite(
  record: DeploymentRecord,
  storage: ObjectStorage,
  distributions: Distributions,
  clock: Clock,
): Settlement {
  const own = record.own as OwnRecord
  const { bucket, prefix, encryption, claim, release = '', switches = [], publish, canary } = own
  let isRequested = false
  const invalidate = async (files: readonly string[], reference: string) => {
    // Edges that have not got the change yet would cache what they serve until then.
    if (publish === 'origin-path') return
    isRequested ||= await invalidateLate(own, files, reference, distributions)
  }
  const store = openState(storage, prefix, encryption)
  const truthOf = ({ claim: now, live, pending }: SiteState): Truth => {
    const serving = live && versionOf(live)
    if (live?.id === release) {
      const words =
        pending === undefined
          ? 'had completed'
          : isRequested
            ? 'had written all files and requested the invalidation of edges, which was not waited for,'
            : 'had written all files, and edges may serve earlier ones until the next run,'
      return { kind: 'ended', words, isComplete: pending === undefined, serving }
    }
    if (claim !== undefined && now?.id === claim) return { kind: 'running', id: release }
    return claim === undefined ? { kind: 'nothing' } : { kind: 'ended', words: 'had ended', isComplete: false, serving }
  }
  return {
    nouns: siteNouns,
    async look() {
      const { state, etag } = await store.read()
      if (claim !== undefined && state.live?.id === release) await invalidate(state.pending ?? [], claim)
      const truth = truthOf(state)
      const isOurs = claim !== undefined && state.claim?.id === claim
      if (isOurs && truth.kind === 'ended') await store.write({ ...state, claim: undefined }, etag)
      return truth
    },
    async stop() {
      const { state, etag } = await store.read()
      if (claim === undefined || state.claim?.id !== claim) return
      const live = state.live && (await store.readRelease(state.live.id))
      if (publish === 'origin-path') {
        if (canary) await distributions.shiftTraffic(canary.policy, 'off')
        await switchBack(distributions, bucket, switches, async () => undefined)
        // The next run invalidates what edges may have got of the release that was not completed.
        const pending = switches.length > 0 && live ? [...live.files.keys()] : state.pending
        return void (await store.write({ ...state, pending, canary: undefined, claim: undefined }, etag))
      }
      if (live === undefined) return void (await store.write({ ...state, claim: undefined }, etag))
      const { release: restored, restored: paths } = await putBack(live, [...live.files.keys()], {
        ...{ storage, prefix, confirm: async () => undefined },
      })
      const now = { ...restored, number: live.number + 1, at: clock.now(), restores: placeOf(live) }
      if (paths.length > 0) await store.writeRelease(now)
      const pending = [...new Set([...(state.pending ?? []), ...paths])]
      const next = paths.length > 0 ? { live: pastOf(now), pending } : {}
      if ((await store.write({ ...state, ...next, claim: undefined }, etag)) === undefined) return
      // Edges may have got files of the release that was not completed.
      await invalidate(pending, `${claim} post`)
    },
    watchAgain: () => [],
    conceal: async (value) => value,
  }
}
