import type { Target } from '../../deployment/target.ts'
import { obstacleOf, otherClaim } from './change/claim.ts'
import { sendAssets } from './change/send-assets.ts'
import type { OwnRecord } from './change/settle-site.ts'
import { judgementOf } from './plan/judgement.ts'
import { type Reading, readSite } from './plan/read-site.ts'
import { sendOrder } from './plan/send-order.ts'
import { assetsPlan } from './plan/site-plan-words.ts'
import type { KeptEntry } from './release/release.ts'
import { openState } from './release/state-store.ts'
import { type SiteAccess, type SiteRequest, siteNouns } from './request/site-request.ts'

/** What a site has but its pages, as a target of its own: it is sent before a service that names it, and stays where that fails. */
export function siteAssetsTarget(request: SiteRequest, access: SiteAccess, sent: Map<string, KeptEntry>): Target {
  const { bucket, prefix, region, encryption } = request
  const store = openState(access.storage, prefix, encryption)
  let stale: string | undefined
  return {
    kind: 'site',
    nouns: siteNouns,
    name: `${bucket}/${prefix}`.replace(/\/$/, ''),
    goesOn: false,
    own: { bucket, owner: request.owner, prefix, region, encryption } satisfies OwnRecord,
    conceal: (value) => value,
    async *lookAhead() {
      yield* []
      await readSite(request, access, store)
      return undefined
    },
    async *prepare(terms, context, watchman) {
      yield* []
      const reading = await readSite(request, access, store)
      // With OriginPath, assets are sent with the pages: to a folder that no page asks for before.
      const ahead = request.publish === 'origin-path' ? [] : sendOrder(reading.comparison.changes).ahead
      const id = `assets-${reading.wanted.digest.slice(0, 8)}`
      const number = (reading.found.state.live?.number ?? 0) + 1
      const change = { request, access, store, reading: only(reading, ahead), terms, context, id, number, ahead, sent }
      const claim =
        ahead.length === 0 ? undefined : otherClaim(reading.found, { run: request.run, stale }, context.clock)
      return {
        plan: { ...assetsPlan(change.reading, request, { id, label: id }), dryRun: terms.dryRun },
        warnings: [],
        minutes: terms.waitMinutes,
        judgement: judgementOf(reading, watchman),
        obstacle:
          claim &&
          obstacleOf(claim, store, context.clock, (etag) => {
            stale = etag
          }),
        ready: async () => ({ change: () => sendAssets(change) }),
      }
    },
  }
}

/** The reading as if the site were to have nothing else. */
function only(reading: Reading, changes: Reading['comparison']['changes']): Reading {
  return { ...reading, comparison: { ...reading.comparison, changes, gone: [] } }
}
