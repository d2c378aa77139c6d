import { sameHeaders } from '../files/header-rules.ts'
import { canBeCopied } from '../release/copy-limit.ts'
import type { Entry, Release } from '../release/release.ts'
import type { SiteFile } from '../request/site-request.ts'

/** What is done with one file. */
export type FileChange =
  /** There is no such object. `from`: an object of the bucket that has the bytes. */
  | { readonly kind: 'new'; readonly file: SiteFile; readonly from?: { readonly key: string; readonly etag: string } }
  /** `etag`: of what is there; `known`: what it is, where no other program has changed it. */
  | { readonly kind: 'replaced'; readonly file: SiteFile; readonly etag: string; readonly known: Entry | undefined }
  /** The bytes are right, and the headers are not. */
  | { readonly kind: 'headers'; readonly file: SiteFile; readonly etag: string }

/** How the wanted files differ from what is in the bucket. */
export interface Comparison {
  /** In the order of the files. */
  readonly changes: readonly FileChange[]
  /** Files that are right as they are. */
  readonly same: ReadonlyMap<string, Entry>
  /** Files of the live release that the wanted one has not. */
  readonly gone: readonly string[]
  /** Files that were changed or deleted by others than Slipway, or by a run that was killed. */
  readonly foreign: readonly string[]
}

/**
 * Compares by content. `listed`: ETags of what is in the bucket, by path; undefined where it cannot be listed, so that the live release
 * is taken at its word.
 */
export function compareFiles(
  files: readonly SiteFile[],
  live: Pick<Release, 'files' | 'kept'>,
  listed: ReadonlyMap<string, string> | undefined,
): Comparison {
  const changes: FileChange[] = []
  const same = new Map<string, Entry>()
  const foreign: string[] = []
  for (const file of files) {
    const entry = live.files.get(file.path) ?? live.kept.get(file.path)
    const etag = listed ? listed.get(file.path) : entry?.etag
    const known = entry !== undefined && entry.etag === etag ? entry : undefined
    if (known === undefined && live.files.has(file.path)) foreign.push(file.path)
    if (etag === undefined) changes.push({ kind: 'new', file })
    else if (known?.sha256 !== file.sha256) changes.push({ kind: 'replaced', file, etag, known })
    else if (!sameHeaders(known.headers, file.headers))
      // What is too large to be copied onto itself is sent again.
      changes.push(
        !canBeCopied(file) && file.content ? { kind: 'replaced', file, etag, known } : { kind: 'headers', file, etag },
      )
    else same.set(file.path, { ...file, etag })
  }
  const wanted = new Set(files.map(({ path }) => path))
  const gone = [...live.files.keys()].filter((path) => !wanted.has(path))
  return {
    changes,
    same: new Map([...same].map(([path, { size, sha256, headers, etag }]) => [path, { size, sha256, headers, etag }])),
    gone,
    foreign,
  }
}
