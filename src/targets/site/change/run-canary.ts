import { certain, type End } from '../../../deployment/outcomes.ts'
import type { Events } from '../../../deployment/target.ts'
import { Failure } from '../../../failure.ts'
import type { CanaryTraffic, StagingDistribution } from '../../../ports.ts'
import { text, untrusted } from '../../../text.ts'
import { versionOf } from '../plan/site-plan-words.ts'
import type { Release } from '../release/release.ts'
import type { CanaryMark } from '../release/site-state.ts'
import type { Canary } from '../request/site-request.ts'
import { addressesToCheck, checkServed, type Wanted } from './check-served.ts'
import type { Hold } from './claim.ts'
import { endCanary, notEnded } from './end-canary.ts'
import { invalidate } from './invalidate.ts'
import { changedPaths } from './publish-release.ts'
import type { SiteChange } from './site-change.ts'
import type { Staged } from './staging-for.ts'
import { areDeployed, servingFolder } from './switch-origins.ts'
import { type Refused, watchCanary } from './watch-canary.ts'

const name = 'Canary'

/** How long edges can lack the header once the distributions are Deployed: nothing in AWS states that they have the policy. Milliseconds. */
const headerPatience = 5 * 60_000

/**
 * Has a part of the visitors get a release before the others do: from a staging distribution, whose continuous deployment policy is
 * enabled only once a request with its header was answered with the release. Returns the end where that fails; undefined: the release
 * can be promoted. https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/continuous-deployment-workflow.html
 */
export async function* runCanary(
  change: SiteChange,
  hold: Hold,
  release: Release,
  staged: Staged,
  canary: Canary,
): Events<End | undefined> {
  const { clock } = change.context
  yield { kind: 'phase', at: clock.now(), name, status: 'running' }
  const mark = yield* stageRelease(change, hold, staged)
  const failed = yield* tryRelease(change, hold, release, mark, canary)
  yield { kind: 'phase', at: clock.now(), name, status: failed ? 'failed' : 'succeeded' }
  return failed && (yield* withdraw(change, hold, failed))
}

/** Has the staging distribution serve the folder of the release. No visitor gets it yet. */
async function* stageRelease(change: SiteChange, hold: Hold, staged: Staged): Events<CanaryMark> {
  const { request, access, context, id } = change
  const { distributions } = access
  const { staging } = staged
  const { distribution, from, to } = staged.change
  await hold.confirm()
  await distributions.stage(distribution, staging.id, { bucket: request.bucket, from, to })
  const policy = await distributions.attachPolicy(distribution, staging)
  const mark = { distribution, staging: staging.id, policy, release: id }
  context.keep({ own: { canary: mark } })
  await hold.change({ canary: mark })
  await reachEdges(change, hold, mark)
  // Its cache has what an earlier canary served; no cache is shared with the primary distribution.
  if (staged.isUsed) yield* emptyCache(change, hold, staging)
  return mark
}

/** Throws `site-busy` where a change does not reach the edges in time. */
async function reachEdges(change: SiteChange, hold: Hold, { distribution, staging }: CanaryMark): Promise<void> {
  if (await areDeployed(change, hold, [distribution, staging])) return
  throw new Failure({
    code: 'site-busy',
    what: text`A change of the distribution ${untrusted(distribution)} or ${untrusted(staging)} was not Deployed within ${change.terms.waitMinutes} minutes`,
    why: text`Status InProgress: some edges do not have the continuous deployment policy, or the OriginPath of the staging distribution`,
    fix: text`Run this job again once the change is complete, or raise wait-for-minutes.`,
  })
}

async function* emptyCache(change: SiteChange, hold: Hold, { id }: StagingDistribution): Events<void> {
  const { request, access, reading, context, terms } = change
  if (request.invalidation === 'off') return
  const asked = {
    files: ['index.html'],
    reference: `${hold.id} canary`,
    distributions: reading.distributions.slice(0, 1).map((primary) => ({ ...primary, id })),
    minutes: terms.waitMinutes,
    confirm: () => hold.confirm(),
  }
  const all = { ...request, invalidation: 'all' as const, waitForInvalidation: true }
  const { isDone, busy } = yield* invalidate(asked, all, access, context)
  if (isDone) return
  throw new Failure({
    code: 'site-busy',
    what: text`The invalidation of the staging distribution ${untrusted(id)} did not complete within ${terms.waitMinutes} minutes`,
    why: text`${untrusted(busy ?? 'Status InProgress')}; its cache may have pages of an earlier canary`,
    fix: text`Run this job again once it has completed, or raise wait-for-minutes.`,
  })
}

/** First requests with the header alone, then a part of the sessions. Returns why the release is no good. */
async function* tryRelease(
  change: SiteChange,
  hold: Hold,
  release: Release,
  mark: CanaryMark,
  canary: Canary,
): Events<Refused | undefined> {
  const { request, access, reading, context, terms } = change
  const header = canary.header ?? { name: 'aws-cf-cd-slipway', value: release.id }
  const served = servingFolder(request, reading.distributions, release.folder)
  const wanted = addressesToCheck(release.files, changedPaths(change), served.request, served.distributions)
  const shift = async (traffic: CanaryTraffic) => {
    await hold.confirm()
    await access.distributions.shiftTraffic(mark.policy, traffic)
    await reachEdges(change, hold, mark)
  }
  const byHeader = { [header.name]: header.value }
  if (request.check || canary.weight === undefined) await shift({ kind: 'header', ...header })
  if (request.check) {
    const patience = Math.min(terms.waitMinutes * 60_000, headerPatience)
    const asking = { headers: byHeader, patience, confirm: () => hold.confirm() }
    const found = await checkServed(wanted, access.pages, context, asking)
    if (found.kind === 'not-served') return { ...found, header: `${header.name}: ${header.value}` }
    yield shown(change, wanted, `the release by ${header.name}: ${header.value}`)
  }
  if (canary.weight !== undefined) await shift({ kind: 'weight', percent: canary.weight })
  const whom = canary.weight === undefined ? `requests with ${header.name}` : `${canary.weight} % of the sessions`
  const message = untrusted(`${whom} for ${canary.minutes} minutes: release ${release.id}`)
  yield { kind: 'note', at: context.clock.now(), message }
  const watched = { wanted: request.check ? wanted : [], headers: canary.weight === undefined ? byHeader : {} }
  return await watchCanary(change, hold, watched, canary.minutes)
}

function shown({ context }: SiteChange, wanted: readonly Wanted[], what: string) {
  const addresses = wanted.map(({ url }) => url).join(', ')
  return { kind: 'note', at: context.clock.now(), message: untrusted(`${addresses} returns ${what}`) } as const
}

/** The end where the release is no good: all visitors get the one before. */
async function* withdraw(change: SiteChange, hold: Hold, { url, why, header }: Refused): Events<End> {
  const { reading, context, id } = change
  const byHeader = header === undefined ? [] : text` to a request with ${untrusted(header)}`
  const cause = certain(
    'site-not-served',
    text`${untrusted(url)} does not return the page of release ${untrusted(id)}${byHeader}, from the staging distribution`,
    why,
    text`Check the policy of the bucket for the staging distribution, its origin, functions and policies. At peak traffic CloudFront sends all requests to the primary distribution.`,
  )
  const serving = reading.live && versionOf(reading.live)
  const isSeen = header === undefined
  if (isSeen) yield { kind: 'rolling-back', at: context.clock.now(), reason: untrusted('the canary failed') }
  const left = await endCanary(change, hold).catch(notEnded)
  const isEnded = hold.state().canary === undefined
  await hold.release()
  if (!isEnded) return { outcome: 'rollback-failed', cause, left }
  return { outcome: isSeen ? 'rolled-back' : 'failed', serving, cause, left }
}
