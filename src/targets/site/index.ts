import type { Clock } from '../../clock.ts'
import type { Watchman } from '../../deployment/commit-guard.ts'
import type { Context } from '../../deployment/context.ts'
import type { DeploymentRecord } from '../../deployment/deployment-record.ts'
import { unlessDenied } from '../../deployment/optional-permission.ts'
import type { Settlement } from '../../deployment/settle-cancelled.ts'
import type { Prepared, Target } from '../../deployment/target.ts'
import type { Terms } from '../../deployment/terms.ts'
import { asWarnings } from '../../diagnosis/finding.ts'
import type { Distribution, Distributions, ObjectStorage } from '../../ports.ts'
import { untrusted } from '../../text.ts'
import { changeSite } from './change/change-site.ts'
import { obstacleOf, otherClaim } from './change/claim.ts'
import type { OwnRecord } from './change/settle-site.ts'
import { servingFolder } from './change/switch-origins.ts'
import { canaryFindings, requireCanary } from './plan/canary-findings.ts'
import { distributionFindings, requireReachable } from './plan/distribution-findings.ts'
import { judgementOf } from './plan/judgement.ts'
import { type Reading, readSite } from './plan/read-site.ts'
import { planInWords, versionOf } from './plan/site-plan-words.ts'
import type { KeptEntry } from './release/release.ts'
import { openState } from './release/state-store.ts'
import { releaseId } from './request/release-name.ts'
import { type SiteAccess, type SiteRequest, siteNouns } from './request/site-request.ts'

export { globPattern } from './files/glob.ts'
export { siteFiles } from './files/site-files.ts'
export { siteAssetsTarget } from './site-assets.ts'

/** Assets that were sent to a site before its release, in the same run. */
export type SentAssets = Map<string, KeptEntry>

/** A static site in a bucket, with the distributions that serve it. `sent`: assets that this run has sent before. */
export function siteTarget(request: SiteRequest, access: SiteAccess, sent: SentAssets = new Map()): Target {
  const { bucket, prefix, region, encryption } = request
  const store = openState(access.storage, prefix, encryption)
  const { distributions, invalidation, publish } = request
  const own = { bucket, owner: request.owner, prefix, region, encryption, distributions, invalidation, publish }
  let stale: string | undefined
  const prepare = async (terms: Terms, context: Context, watchman: Watchman | undefined): Promise<Prepared> => {
    const reading = await readSite(request, access, store, sent)
    const { found, wanted, distributions } = reading
    const served = servingFolder(request, distributions, undefined)
    const onCanary = canaryOf(reading, request)
    const findings = [
      ...served.distributions.flatMap((one) => distributionFindings(one, served.request, wanted.files)),
      ...onCanary,
      ...(terms.dryRun ? await readBucketPolicy(distributions, request, access) : []),
    ]
    const at = context.clock.now()
    const id = releaseId(at, wanted.digest)
    const number = (found.state.live?.number ?? 0) + 1
    const claim = otherClaim(found, { run: request.run, stale }, context.clock)
    const change = { request, access, store, reading, terms, context, id, number }
    return {
      plan: { ...planInWords(reading, request, versionOf({ id })), dryRun: terms.dryRun },
      warnings: [...reading.warnings.map(untrusted), ...asWarnings(findings)],
      findings,
      minutes: terms.waitMinutes,
      judgement: judgementOf(reading, watchman),
      obstacle:
        claim &&
        obstacleOf(claim, store, context.clock, (etag) => {
          stale = etag
        }),
      async ready() {
        if (request.check) requireReachable(findings)
        requireCanary(onCanary)
        return { change: () => changeSite(change) }
      },
    }
  }
  return {
    kind: 'site',
    nouns: siteNouns,
    name: `${bucket}/${prefix}`.replace(/\/$/, ''),
    goesOn: false,
    own: own satisfies OwnRecord,
    conceal: (value) => value,
    async *prepare(terms, context, watchman) {
      yield* []
      return await prepare(terms, context, watchman)
    },
    async *lookAhead() {
      yield* []
      const reading = await readSite(request, access, store)
      const { distributions, wanted } = reading
      const served = servingFolder(request, distributions, undefined)
      const findings = served.distributions.flatMap((one) => distributionFindings(one, served.request, wanted.files))
      if (request.check) requireReachable(findings)
      requireCanary(canaryOf(reading, request))
      return undefined
    },
    earlier: ({ to, from, why }) =>
      siteTarget({ ...request, canary: undefined, wanted: { kind: 'release', id: to.id, from: from.id, why } }, access),
  }
}

function canaryOf({ distributions, canary, found }: Reading, request: SiteRequest) {
  return distributions.flatMap((one) => canaryFindings(one, canary, request, found.state.canary))
}

/** Only before a deployment: the check from outside proves it afterwards. */
async function readBucketPolicy(distributions: readonly Distribution[], request: SiteRequest, { storage }: SiteAccess) {
  if (distributions.length === 0) return []
  const { bucketPolicyFindings } = await import('./plan/bucket-access.ts')
  const policy = await unlessDenied(storage.policy(), () => undefined)
  return distributions.flatMap((one) => bucketPolicyFindings(policy, one, request))
}

/** What the post step can do about a release that a cancelled run was writing. `bucket`: opens the storage of a bucket. */
export async function siteSettlement(
  record: DeploymentRecord,
  bucket: (name: string, owner: string | undefined) => ObjectStorage,
  distributions: Distributions,
  clock: Clock,
): Promise<Settlement> {
  const { settleSite } = await import('./change/settle-site.ts')
  const own = record.own as OwnRecord
  return settleSite(record, bucket(own.bucket, own.owner), distributions, clock)
}
