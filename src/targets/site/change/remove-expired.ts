import type { Events } from '../../../deployment/target.ts'
import { Failure, failureInOneLine } from '../../../failure.ts'
import type { ObjectStorage, Unwanted } from '../../../ports.ts'
import { renderText, untrusted } from '../../../text.ts'
import type { PastRelease } from '../release/site-state.ts'
import { folderIn } from '../request/release-folder.ts'
import { stateKeys } from '../request/site-request.ts'
import type { Hold } from './claim.ts'
import type { NextRelease } from './next-release.ts'
import type { SiteChange } from './site-change.ts'

/** Deletes what has expired, where that is wanted. */
export async function* removeExpired(
  { request, access, context, reading }: SiteChange,
  hold: Hold,
  { paths, objects }: NextRelease['expired'],
  releases: readonly PastRelease[],
): Events<void> {
  const keys = stateKeys(request.prefix)
  const { live, history } = hold.state()
  const kept = [
    ...objects.map((sha256) => keys.object(sha256)),
    ...(request.deletes ? releases.map(({ id }) => keys.release(id)) : []),
  ]
  const folders =
    request.publish === 'origin-path' && request.deletes
      ? leftFolders(reading.objects, request.prefix, [...(live ? [live] : []), ...history])
      : []
  const all = [
    ...folders,
    ...paths.map(({ path, etag }) => ({ key: `${request.prefix}${path}`, etag })),
    ...kept.map((key) => ({ key })),
  ]
  context.keep({ outputs: { deleted: String(all.length) } })
  if (all.length === 0) return
  const message = await notRemoved(access.storage, all, hold)
  if (message !== undefined) yield { kind: 'warning', at: context.clock.now(), message: untrusted(message) }
}

/** Objects of releases that are over, and of runs that were killed before their release was live. */
function leftFolders(
  objects: ReadonlyMap<string, string>,
  prefix: string,
  known: readonly PastRelease[],
): readonly Unwanted[] {
  const used = new Set(known.map(({ folder }) => folder))
  return [...objects].flatMap(([key, etag]) => {
    const folder = key.startsWith(prefix) ? folderIn(key.slice(prefix.length)) : undefined
    return folder !== undefined && !used.has(folder) ? [{ key, etag }] : []
  })
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
