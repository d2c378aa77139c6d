import { inLanes } from '../../../lanes.ts'
import type { ObjectStorage } from '../../../ports.ts'
import type { FileChange } from '../plan/compare-files.ts'
import { canBeCopied } from '../release/copy-limit.ts'
import { stateKeys } from '../request/site-request.ts'

const lanes = 32

/** What keeps the bytes that a release replaces. */
interface Keeping {
  readonly storage: ObjectStorage
  readonly prefix: string
  /** SHA-256 of what is kept already. */
  readonly kept: ReadonlySet<string>
  confirm(): Promise<void>
}

/**
 * Copies what is about to be replaced to where a rollback finds it, inside of S3, as far as S3 copies objects of its size. Returns the SHA-256 of what is there now; what another
 * program has changed meanwhile is not.
 */
export async function keepReplaced(changes: readonly FileChange[], keeping: Keeping): Promise<ReadonlySet<string>> {
  const { storage, prefix, kept, confirm } = keeping
  const replaced = new Map<string, { readonly path: string; readonly etag: string }>()
  for (const change of changes)
    if (change.kind === 'replaced' && change.known && canBeCopied(change.known) && !kept.has(change.known.sha256))
      replaced.set(change.known.sha256, { path: change.file.path, etag: change.etag })
  const done = await inLanes(lanes, [...replaced], async ([sha256, { path, etag }]) => {
    await confirm()
    const to = stateKeys(prefix).object(sha256)
    const copied = await storage.copy({ from: `${prefix}${path}`, to, etag })
    return copied.kind === 'copied' ? [sha256] : []
  })
  return new Set([...kept, ...done.flat()])
}
