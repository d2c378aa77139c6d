import { certain, type End } from '../../../deployment/outcomes.ts'
import type { Events } from '../../../deployment/target.ts'
import { type Text, text, untrusted } from '../../../text.ts'
import { versionOf } from '../plan/site-plan-words.ts'
import type { Entry, Release } from '../release/release.ts'
import { splitHistory } from '../release/retention.ts'
import { pastOf } from '../release/site-state.ts'
import { addressesToCheck, checkServed } from './check-served.ts'
import type { Hold } from './claim.ts'
import { invalidate } from './invalidate.ts'
import type { NextRelease } from './next-release.ts'
import { removeExpired } from './remove-expired.ts'
import { returnTo } from './return-to.ts'
import type { SiteChange } from './site-change.ts'
import { forgetRelease, servingFolder, switchOrigins, untilDeployed } from './switch-origins.ts'

/** Records a release whose files are written, invalidates, compares what is served, and deletes expired files. */
export async function* publish(change: SiteChange, hold: Hold, { release, expired }: NextRelease): Events<End> {
  const { request, store, reading, context, terms, access } = change
  const before = hold.state()
  const retention = { keepReleases: request.keepReleases, keepDays: request.keepDays }
  const history = splitHistory(retention, release.number, release.at, before.history, before.live)
  await store.writeRelease(release)
  const changed = changedPaths(change)
  const isPointed = request.publish === 'origin-path'
  if (isPointed) yield* switchOrigins(change, hold)
  await hold.change({
    live: pastOf(release),
    canary: undefined,
    history: history.kept.filter(({ id }) => id !== release.id),
    pending: changed,
  })
  if (isPointed && !(yield* untilDeployed(change, hold))) {
    await hold.release()
    return slow(release, text`the change of OriginPath was not Deployed within ${terms.waitMinutes} minutes`)
  }
  const served = servingFolder(request, reading.distributions, release.folder)
  const asked = {
    files: changed,
    reference: hold.id,
    distributions: served.distributions,
    minutes: terms.waitMinutes,
    confirm: () => hold.confirm(),
  }
  const { requested, isDone, busy } = yield* invalidate(asked, served.request, access, context)
  context.keep({ outputs: { 'invalidation-ids': requested.map(({ id }) => id).join(',') } })
  if (!isDone) {
    await hold.release()
    return slow(
      release,
      text`the invalidation of CloudFront did not complete within ${terms.waitMinutes} minutes`,
      busy,
    )
  }
  const failed = request.check ? yield* compareServed(change, release, changed) : undefined
  if (failed) return yield* takeBack(failed, change, hold, release.files)
  yield* removeExpired(change, hold, expired, history.expired)
  await hold.change({ pending: undefined })
  await hold.release()
  return { outcome: 'succeeded', serving: versionOf(release) }
}

/** Files that edges may have in an earlier form. Those that were not there only where an error is cached for long. */
export function changedPaths({ reading }: SiteChange): readonly string[] {
  const { comparison, distributions, found } = reading
  const cachesErrors = distributions.some(({ errorResponses }) =>
    errorResponses.some(({ cachedFor }) => cachedFor > 10),
  )
  const changed = comparison.changes.filter(({ kind }) => kind !== 'new' || cachesErrors)
  return [...new Set([...changed.map(({ file }) => file.path), ...(found.state.pending ?? [])])]
}

function slow(release: Release, what: Text, busy?: string): End {
  const cause = certain(
    'timed-out',
    what,
    text`${busy === undefined ? [] : text`${untrusted(busy)}; `}all files of the release are written; edges may serve earlier ones until it has completed`,
    text`Run this job again to wait further, or raise wait-for-minutes.`,
  )
  return { outcome: 'timed-out', serving: versionOf(release), cause }
}

interface NotServed {
  readonly url: string
  readonly why: Text
}

async function* compareServed(
  { reading, request, access, context }: SiteChange,
  { files, folder }: Release,
  changed: readonly string[],
): Events<NotServed | undefined> {
  const { clock } = context
  const served = servingFolder(request, reading.distributions, folder)
  const wanted = addressesToCheck(files, changed, served.request, served.distributions)
  if (wanted.length === 0) {
    const message = untrusted(
      'no response was compared with the release: it has no page, or neither url nor distribution-id is set',
    )
    yield { kind: 'note', at: clock.now(), message }
    return undefined
  }
  const name = 'Check'
  yield { kind: 'phase', at: clock.now(), name, status: 'running' }
  const found = await checkServed(wanted, access.pages, context)
  const at = clock.now()
  if (found.kind === 'not-served') {
    yield { kind: 'phase', at, name, status: 'failed' }
    return found
  }
  yield { kind: 'phase', at, name, status: 'succeeded', detail: untrusted(wanted.map(({ url }) => url).join(', ')) }
  for (const message of found.warnings) yield { kind: 'warning', at, message: untrusted(message) }
  return undefined
}

/** The end where visitors do not get what was sent. */
async function* takeBack(
  { url, why }: NotServed,
  change: SiteChange,
  hold: Hold,
  written: ReadonlyMap<string, Entry>,
): Events<End> {
  const { live } = change.reading
  const cause = certain(
    'site-not-served',
    text`${untrusted(url)} does not return the page of release ${untrusted(change.id)}`,
    why,
    text`Check the origin, the functions and the policies of the distribution. Where the address cannot be read from a runner, set check to off.`,
  )
  if (live === undefined) {
    await forgetRelease(change, hold)
    await hold.release()
    return { outcome: 'failed', cause }
  }
  yield { kind: 'rolling-back', at: change.context.clock.now(), reason: untrusted('the response is not the release') }
  const left = yield* returnTo(
    live,
    change.reading.comparison.changes.map(({ file }) => file.path),
    change,
    hold,
    written,
  )
  return { outcome: 'rolled-back', serving: versionOf(live), cause, left }
}
