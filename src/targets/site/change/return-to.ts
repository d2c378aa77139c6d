import type { Events } from '../../../deployment/target.ts'
import { Failure, failureInOneLine } from '../../../failure.ts'
import { type Text, text, untrusted } from '../../../text.ts'
import type { Entry, Gone, Release } from '../release/release.ts'
import { pastOf, placeOf } from '../release/site-state.ts'
import type { Hold } from './claim.ts'
import { invalidate } from './invalidate.ts'
import { putBack } from './put-back.ts'
import type { SiteChange } from './site-change.ts'
import { servingFolder, switchedBack, untilDeployed } from './switch-origins.ts'

/**
 * Puts the release before back: the files that were changed, then its record, then the edges. Files that only the failed release has
 * stay for pages that were loaded meanwhile. Returns what is left to be known: edges that may still serve the failed release.
 */
export async function* returnTo(
  before: Release,
  paths: readonly string[],
  change: SiteChange,
  hold: Hold,
  written: ReadonlyMap<string, Entry>,
): Events<Text | undefined> {
  const { request, access, store, reading, context, terms, number } = change
  const { storage } = access
  const isPointed = request.publish === 'origin-path'
  if (isPointed) await switchedBack(change, hold)
  const restoring = { storage, prefix: request.prefix, confirm: () => hold.confirm() }
  const { release, lost } = isPointed ? { release: before, lost: [] } : await putBack(before, paths, restoring)
  const at = context.clock.now()
  const gone = { in: number + 1, at }
  const restored = withLeft({ ...release, number: number + 1, at, restores: placeOf(before) }, written, gone)
  await store.writeRelease(restored)
  const { history } = reading.found.state
  await hold.change({ live: pastOf(restored), history, pending: paths })
  const served = servingFolder(request, reading.distributions, before.folder)
  const asked = {
    files: paths,
    reference: `${hold.id} back`,
    distributions: served.distributions,
    minutes: terms.waitMinutes,
    confirm: () => hold.confirm(),
  }
  const isDeployed = !isPointed || (yield* untilDeployed(change, hold))
  const notTold = isDeployed
    ? yield* tellEdges(invalidate(asked, served.request, access, context), terms.waitMinutes)
    : text`the change of OriginPath was not Deployed within ${terms.waitMinutes} minutes`
  if (notTold === undefined) await hold.change({ pending: undefined })
  await hold.release()
  const [first] = lost
  if (first !== undefined) throw incomplete(before.id, first, lost.length)
  return (
    notTold &&
    text`All files are in place again, and edges may serve those of the failed release: ${notTold}. The next run invalidates them.`
  )
}

/** Why edges may still serve the failed release; undefined: they do not. The files are in place again, whatever CloudFront answers. */
async function* tellEdges(invalidating: ReturnType<typeof invalidate>, minutes: number): Events<Text | undefined> {
  try {
    const { isDone, busy } = yield* invalidating
    return isDone
      ? undefined
      : busy
        ? text`${untrusted(busy)}`
        : text`the invalidation did not complete within ${minutes} minutes`
  } catch (error) {
    if (!(error instanceof Failure) || error.parts.code === 'cancelled') throw error
    return failureInOneLine(error.parts)
  }
}

/** The failed release's own files, as files that stay for a while. */
function withLeft(release: Release, written: ReadonlyMap<string, Entry>, gone: Gone): Release {
  const left = [...written].filter(([path]) => !release.files.has(path))
  return {
    ...release,
    kept: new Map([...release.kept, ...left.map(([path, entry]) => [path, { ...entry, gone }] as const)]),
  }
}

function incomplete(id: string, path: string, count: number): Failure {
  return new Failure({
    code: 'release-not-found',
    what: text`${count} files of release ${untrusted(id)} could not be put in place again`,
    why: text`their bytes are no longer in the bucket, or were too large to be kept (5 GB), such as those of ${untrusted(path)}`,
    fix: text`Deploy that commit again from its build.`,
  })
}
