import type { Context } from '../../../deployment/context.ts'
import { Failure } from '../../../failure.ts'
import type { Distribution, ListedObject } from '../../../ports.ts'
import { setting, text, untrusted } from '../../../text.ts'
import { canBeCopied } from '../release/copy-limit.ts'
import { digestOf, type KeptEntry, type Release } from '../release/release.ts'
import { placeOf } from '../release/site-state.ts'
import type { FoundState, StateStore } from '../release/state-store.ts'
import { type SiteAccess, type SiteFile, type SiteFiles, type SiteRequest, stateKeys } from '../request/site-request.ts'
import { type Comparison, compareFiles } from './compare-files.ts'

/** All that is known before a deployment. */
export interface Reading {
  readonly found: FoundState
  readonly live: Release | undefined
  readonly wanted: SiteFiles & { readonly digest: string; readonly of: Release | undefined }
  readonly comparison: Comparison
  /** SHA-256 of replaced bytes that are in the bucket. */
  readonly stored: ReadonlySet<string>
  /** ETags of what is in the bucket, by path; undefined where it cannot be listed. */
  readonly listed: ReadonlyMap<string, string> | undefined
  readonly distributions: readonly Distribution[]
  readonly warnings: readonly string[]
}

/** Reads the site, what is wanted of it, and its distributions. `sent`: assets that this run has sent to a site without a release. Throws what keeps it from being deployed. */
export async function readSite(
  request: SiteRequest,
  access: SiteAccess,
  store: StateStore,
  sent: ReadonlyMap<string, KeptEntry> = new Map(),
): Promise<Reading> {
  const { wanted: goal, prefix } = request
  const [found, listed, distributions, given] = await Promise.all([
    store.read(),
    access.storage.list(prefix),
    Promise.all(request.distributions.map((id) => access.distributions.distribution(id, { cachePolicies: true }))),
    goal.kind === 'files' ? goal.read() : undefined,
  ])
  const live = found.state.live && (await store.readRelease(found.state.live.id))
  const stored = storedObjects(listed, live, prefix)
  const earlier = goal.kind === 'release' ? await earlierRelease(goal.id, found, store) : undefined
  const wanted = given ?? { files: earlier ? filesOf(earlier) : [], warnings: [] }
  const etags = listed && etagsOf(listed, prefix)
  const comparison = compareFiles(wanted.files, live ?? { files: new Map(), kept: sent }, etags)
  if (earlier) requireBytes(earlier, comparison, stored)
  const digest = digestOf(wanted.files.map((file) => [file.path, file]))
  return {
    ...{ found, live, comparison, stored, distributions, listed: etags },
    wanted: { ...wanted, digest, of: earlier },
    warnings: [...wanted.warnings, ...readWarnings(comparison, listed, request)],
  }
}

/** ETags by path, without what Slipway keeps. */
function etagsOf(listed: readonly ListedObject[], prefix: string): ReadonlyMap<string, string> {
  const { folder } = stateKeys(prefix)
  const own = listed.filter(({ key }) => !key.startsWith(folder))
  return new Map(own.map(({ key, etag }) => [key.slice(prefix.length), etag]))
}

function storedObjects(
  listed: readonly ListedObject[] | undefined,
  live: Release | undefined,
  prefix: string,
): ReadonlySet<string> {
  if (listed === undefined) return new Set(live?.replaced.keys())
  const folder = stateKeys(prefix).object('')
  return new Set(listed.filter(({ key }) => key.startsWith(folder)).map(({ key }) => key.slice(folder.length)))
}

/**
 * The release to roll back to: of this id, or the newest one before the live one. It is an undo history: a second rollback goes to the
 * release before that, and never to the one that was rolled back.
 */
async function earlierRelease(id: string | undefined, { state }: FoundState, store: StateStore): Promise<Release> {
  const past = state.history.find((one) =>
    id === undefined ? state.live !== undefined && placeOf(one) < placeOf(state.live) : one.id === id,
  )
  const isLive = id !== undefined && state.live?.id === id
  const release = isLive ? await store.readRelease(id) : past && (await store.readRelease(past.id))
  if (release) return release
  const known = state.history.map((one) => one.id).slice(0, 5)
  throw new Failure({
    code: 'release-not-found',
    what: id === undefined ? text`The site has no earlier release` : text`The site has no release ${untrusted(id)}`,
    why:
      known.length === 0
        ? text`none was live before, or keep-releases and keep-days have passed`
        : text`its earlier releases are ${untrusted(known.join(', '))}`,
    fix: text`Deploy the commit again from its build, or correct ${setting('release')}.`,
  })
}

const filesOf = (release: Release): readonly SiteFile[] =>
  [...release.files].map(([path, { size, sha256, headers }]) => ({ path, size, sha256, headers }))

function requireBytes({ id }: Release, { changes }: Comparison, stored: ReadonlySet<string>): void {
  const lost = changes.filter(
    ({ kind, file }) => !canBeCopied(file) || (kind !== 'headers' && !stored.has(file.sha256)),
  )
  const [first] = lost
  if (first === undefined) return
  throw new Failure({
    code: 'release-not-found',
    what: text`The files of release ${untrusted(id)} are no longer all in the bucket, or cannot be copied`,
    why: text`${lost.length} of them are missing or larger than the 5 GB that CopyObject copies, such as ${untrusted(first.file.path)}`,
    fix: text`Deploy the commit again from its build. Nothing has been changed.`,
  })
}

function readWarnings(
  { changes, foreign }: Comparison,
  listed: readonly ListedObject[] | undefined,
  { bucket }: SiteRequest,
): readonly string[] {
  const denied = `AccessDenied: s3:ListBucket on ${bucket}; objects that other programs have changed or deleted are not noticed, and a missing page is 403 instead of 404. Allow s3:ListBucket.`
  const [first] = foreign
  const [large] = changes.filter((change) => change.kind === 'replaced' && change.known && !canBeCopied(change.known))
  return [
    ...(listed === undefined ? [denied] : []),
    ...(first !== undefined
      ? [
          `${foreign.length} files of the live release were changed or deleted by another program, or by a run that was killed, such as ${first}; they are written again.`,
        ]
      : []),
    ...(large !== undefined
      ? [
          `${large.file.path} is replaced and cannot be rolled back: CopyObject copies at most 5 GB, so that the bytes of before are not kept. Give such files a new name for new content.`,
        ]
      : []),
  ]
}

/** What `Context` a site needs of it. */
export type SiteContext = Pick<Context, 'clock' | 'signal' | 'keep'>
