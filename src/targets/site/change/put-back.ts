import { inLanes } from '../../../lanes.ts'
import type { ObjectStorage } from '../../../ports.ts'
import { canBeCopied } from '../release/copy-limit.ts'
import type { Entry, Release } from '../release/release.ts'
import { stateKeys } from '../request/site-request.ts'

const lanes = 32

/** What puts the files of a release back. */
interface Restoring {
  readonly storage: ObjectStorage
  readonly prefix: string
  confirm(): Promise<void>
}

/**
 * Puts files of a release back that are no longer what they were, by copies inside of S3. Returns the release with their new ETags, and
 * the paths that could not be put back.
 */
export async function putBack(
  release: Release,
  paths: readonly string[],
  restoring: Restoring,
): Promise<{ readonly release: Release; readonly restored: readonly string[]; readonly lost: readonly string[] }> {
  const files = new Map(release.files)
  const restored: string[] = []
  const lost: string[] = []
  await inLanes(lanes, paths, async (path) => {
    const entry = release.files.get(path)
    if (entry === undefined) return
    const outcome = await restore(path, entry, restoring)
    if (outcome === 'unchanged') return
    if (outcome === undefined) return void lost.push(path)
    files.set(path, { ...entry, etag: outcome })
    restored.push(path)
  })
  return { release: { ...release, files }, restored, lost }
}

/** The new ETag of a file; undefined where its bytes are gone. */
async function restore(
  path: string,
  entry: Entry,
  { storage, prefix, confirm }: Restoring,
): Promise<string | undefined | 'unchanged'> {
  const { sha256, etag, headers } = entry
  const key = `${prefix}${path}`
  const there = await storage.head(key)
  if (there?.etag === etag) return 'unchanged'
  if (!canBeCopied(entry)) return undefined
  await confirm()
  const condition = there ? ({ kind: 'etag', etag: there.etag } as const) : ({ kind: 'absent' } as const)
  const kept = await storage.copy({ from: stateKeys(prefix).object(sha256), to: key, headers, condition, sha256 })
  if (kept.kind === 'copied') return kept.etag
  // Only the headers were changed: the bytes are still there.
  const same = there && (await storage.copy({ from: key, to: key, etag: there.etag, headers, sha256 }))
  return same?.kind === 'copied' && kept.kind === 'absent' ? same.etag : undefined
}
