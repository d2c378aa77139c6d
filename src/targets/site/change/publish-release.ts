import { certain, type End } from '../../../deployment/outcomes.ts'
import type { Events } from '../../../deployment/target.ts'
import { Failure, failureInOneLine } from '../../../failure.ts'
import type { ObjectStorage, Unwanted } from '../../../ports.ts'
import { renderText, type Text, text, untrusted } from '../../../text.ts'
import { versionOf } from '../plan/site-plan-words.ts'
import type { Entry, Release } from '../release/release.ts'
import { splitHistory } from '../release/retention.ts'
import { type PastRelease, pastOf } from '../release/site-state.ts'
import { stateKeys } from '../request/site-request.ts'
import { addressesToCheck, checkServed } from './check-served.ts'
import type { Hold } from './claim.ts'
import { invalidate } from './invalidate.ts'
import type { NextRelease } from './next-release.ts'
import { returnTo } from './return-to.ts'
import type { SiteChange } from './site-change.ts'

/** Records a release whose files are written, invalidates, compares what is served, and deletes expired files. */
export async function* publish(change: SiteChange, hold: Hold, { release, expired }: NextRelease): Events<End> {
  const { request, store, reading, context, terms, access } = change
  const before = hold.state()
  const retention = { keepReleases: request.keepReleases, keepDays: request.keepDays }
  const history = splitHistory(retention, release.number, release.at, before.history, before.live)
  await store.writeRelease(release)
  const changed = changedPaths(change)
  await hold.change({
    live: pastOf(release),
    history: history.kept.filter(({ id }) => id !== release.id),
    pending: changed,
  })
  const asked = {
    files: changed,
    reference: hold.id,
    distributions: reading.distributions,
    minutes: terms.waitMinutes,
    confirm: () => hold.confirm(),
  }
  const { requested, isDone, busy } = yield* invalidate(asked, request, access, context)
  context.keep({ outputs: { 'invalidation-ids': requested.map(({ id }) => id).join(',') } })
  if (!isDone) {
    await hold.release()
    return slow(release, terms.waitMinutes, busy)
  }
  const failed = request.check ? yield* compareServed(change, release, changed) : undefined
  if (failed) return yield* takeBack(failed, change, hold, release.files)
  yield* removeExpired(change, hold, expired, history.expired)
  await hold.change({ pending: undefined })
  await hold.release()
  return { outcome: 'succeeded', serving: versionOf(release) }
}

/** Files that edges may have in an earlier form. Those that were not there only where an error is cached for long. */
function changedPaths({ reading }: SiteChange): readonly string[] {
  const { comparison, distributions, found } = reading
  const cachesErrors = distributions.some(({ errorResponses }) =>
    errorResponses.some(({ cachedFor }) => cachedFor > 10),
  )
  const changed = comparison.changes.filter(({ kind }) => kind !== 'new' || cachesErrors)
  return [...new Set([...changed.map(({ file }) => file.path), ...(found.state.pending ?? [])])]
}

function slow(release: Release, minutes: number, busy: string | undefined): End {
  const cause = certain(
    'timed-out',
    text`the invalidation of CloudFront did not complete within ${minutes} minutes`,
    text`${busy === undefined ? [] : `${busy}; `}all files of the release are written; edges may serve earlier ones until it has completed`,
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
  { files }: Release,
  changed: readonly string[],
): Events<NotServed | undefined> {
  const { clock } = context
  const wanted = addressesToCheck(files, changed, request, reading.distributions)
  if (wanted.length === 0) {
    const message = untrusted(
      'no response was compared with the release: it has no page, or neither url nor distribution-id is set',
    )
    yield { kind: 'note', at: clock.now(), message }
    return undefined
  }
  const name = 'Check'
  yield { kind: 'phase', at: clock.now(), name, status: 'running' }
  const served = await checkServed(wanted, access.pages, context)
  const at = clock.now()
  if (served.kind === 'not-served') {
    yield { kind: 'phase', at, name, status: 'failed' }
    return served
  }
  yield { kind: 'phase', at, name, status: 'succeeded', detail: untrusted(wanted.map(({ url }) => url).join(', ')) }
  for (const message of served.warnings) yield { kind: 'warning', at, message: untrusted(message) }
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

async function* removeExpired(
  { request, access, context }: SiteChange,
  hold: Hold,
  { paths, objects }: NextRelease['expired'],
  releases: readonly PastRelease[],
): Events<void> {
  const keys = stateKeys(request.prefix)
  const kept = [
    ...objects.map((sha256) => keys.object(sha256)),
    ...(request.deletes ? releases.map(({ id }) => keys.release(id)) : []),
  ]
  const all = [
    ...paths.map(({ path, etag }) => ({ key: `${request.prefix}${path}`, etag })),
    ...kept.map((key) => ({ key })),
  ]
  context.keep({ outputs: { deleted: String(all.length) } })
  if (all.length === 0) return
  const message = await notRemoved(access.storage, all, hold)
  if (message !== undefined) yield { kind: 'warning', at: context.clock.now(), message: untrusted(message) }
}

/** What could not be deleted. The release is live and was compared, so that this never takes it back. */
async function notRemoved(
  storage: ObjectStorage,
  objects: readonly Unwanted[],
  hold: Hold,
): Promise<string | undefined> {
  try {
    // Each request is sent only while the site is this run's: another one may need what this one would delete.
    const [first, ...others] = await storage.remove(objects, () => hold.confirm())
    const more = others.length > 0 ? ` and ${others.length} more` : ''
    return first && `${first.code}: ${first.key}${more} could not be deleted: ${first.message}`
  } catch (error) {
    if (!(error instanceof Failure) || error.parts.code === 'cancelled' || hold.isLost()) throw error
    const why = renderText(failureInOneLine(error.parts), (theirs) => theirs)
    return `Expired files could not be deleted: ${why}`
  }
}
