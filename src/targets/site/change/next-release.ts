import type { FileChange } from '../plan/compare-files.ts'
import type { Entry, Gone, Release } from '../release/release.ts'
import { isExpired, type Retention } from '../release/retention.ts'
import { placeOf } from '../release/site-state.ts'

/** What a release becomes after another one. */
interface Step {
  readonly id: string
  readonly number: number
  readonly at: number
  readonly digest: string
  readonly origin: Release['origin']
  /** The release that is rolled back to. */
  readonly of: Release | undefined
  readonly files: ReadonlyMap<string, Entry>
  /** What was live; undefined: nothing that is known. */
  readonly before: Release | undefined
  /** SHA-256 of the replaced bytes that are there. */
  readonly stored: ReadonlySet<string>
  readonly retention: Retention
  readonly deletes: boolean
  /** ETags of what is in the bucket, by path; undefined where it cannot be listed. */
  readonly listed: ReadonlyMap<string, string> | undefined
}

/** The release as it is recorded, and what no release needs any more. */
export interface NextRelease {
  readonly release: Release
  readonly expired: {
    /** With the ETag of what is there. */
    readonly paths: readonly { readonly path: string; readonly etag: string }[]
    readonly objects: readonly string[]
  }
}

/** The record of a release: its files, those that stay of earlier ones, and the bytes that were replaced. */
export function nextRelease(step: Step): NextRelease {
  const { id, number, at, digest, origin, files, before, stored, retention, deletes, listed } = step
  const now: Gone = { in: number, at }
  const isOver = (gone: Gone) => deletes && isExpired(retention, number, at, gone)
  const earlier = new Map(before?.kept)
  for (const [path, entry] of before?.files ?? []) earlier.set(path, { ...entry, gone: now })
  const left = [...earlier].filter(([path]) => !files.has(path))
  const live = new Set([...files.values()].map(({ sha256 }) => sha256))
  const objects = [...stored]
    .map((sha256) => [sha256, before?.replaced.get(sha256) ?? now] as const)
    .map(([sha256, gone]) => [sha256, live.has(sha256) ? now : gone] as const)
  return {
    release: {
      ...{ id, number, at, digest, origin, files, restores: step.of && placeOf(step.of) },
      kept: new Map(left.filter(([, { gone }]) => !isOver(gone))),
      replaced: new Map(objects.filter(([, gone]) => !isOver(gone))),
    },
    expired: {
      // What another program has written over is no file of ours.
      paths: left
        .filter(([path, { gone, etag }]) => isOver(gone) && (listed?.get(path) ?? etag) === etag)
        .map(([path, { etag }]) => ({ path, etag })),
      objects: objects.filter(([, gone]) => isOver(gone)).map(([sha256]) => sha256),
    },
  }
}

/** The files of a release once its changes are made. */
export function filesAfter(
  same: ReadonlyMap<string, Entry>,
  changes: readonly FileChange[],
  written: ReadonlyMap<string, Entry>,
): ReadonlyMap<string, Entry> {
  const all = new Map(same)
  for (const { file } of changes) {
    const entry = written.get(file.path)
    if (entry) all.set(file.path, entry)
  }
  return all
}
