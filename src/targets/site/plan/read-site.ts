import type { Context } from '../../../deployment/context.ts'
import { Failure } from '../../../failure.ts'
import type { Distribution, ListedObject } from '../../../ports.ts'
import { setting, text, untrusted } from '../../../text.ts'
import { canBeCopied } from '../release/copy-limit.ts'
import { digestOf, type KeptEntry, type Release } from '../release/release.ts'
import { placeOf } from '../release/site-state.ts'
import type { FoundState, StateStore } from '../release/state-store.ts'
import {
  type SiteAccess,
  type SiteFile,
  type SiteFiles,
  type SiteRequest,
  stateKeys,
  type Wanted,
} from '../request/site-request.ts'
import { type Comparison, compareFiles } from './compare-files.ts'
import { asPointed, type Pointer, pointersOf } from './pointers.ts'
import { type CanaryReading, readCanary } from './read-canary.ts'

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
  /** ETags of all that is in the bucket below the prefix, by key; empty where it cannot be listed. */
  readonly objects: ReadonlyMap<string, string>
  /** With OriginPath: what the distributions serve. */
  readonly pointers: readonly Pointer[]
  readonly canary: CanaryReading
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
  const [read, listed, distributions, given] = await Promise.all([
    store.read(),
    access.storage.list(prefix),
    Promise.all(request.distributions.map((id) => access.distributions.distribution(id, { cachePolicies: true }))),
    goal.kind === 'files' ? goal.read() : undefined,
  ])
  const isPointed = request.publish === 'origin-path'
  if (isPointed && listed === undefined) throw notListed(request)
  const pointers = isPointed ? pointersOf(distributions, request) : []
  const [found, canary] = await Promise.all([
    asPointed(read, pointers, store),
    readCanary(request, distributions, access),
  ])
  const live = found.state.live && (await store.readRelease(found.state.live.id))
  const stored = isPointed ? new Set<string>() : storedObjects(listed, live, prefix)
  if (goal.kind === 'release') requireNoNewer(goal, found)
  const earlier = goal.kind === 'release' ? await earlierRelease(goal.id, found, store) : undefined
  const wanted = given ?? { files: earlier ? filesOf(earlier) : [], warnings: [] }
  const objects = new Map(listed?.map(({ key, etag }) => [key, etag]))
  const etags = listed && etagsOf(listed, prefix, isPointed ? (live?.folder ?? '') : '')
  const comparison = compareFiles(wanted.files, live ?? { files: new Map(), kept: sent }, etags)
  if (earlier) requireBytes(earlier, isPointed ? lostOf(earlier, objects, prefix) : lostIn(comparison, stored))
  const digest = digestOf(wanted.files.map((file) => [file.path, file]))
  return {
    ...{ found, live, comparison, stored, distributions, objects, pointers, canary, listed: etags },
    wanted: { ...wanted, digest, of: earlier },
    warnings: [...wanted.warnings, ...readWarnings(comparison, listed, request)],
  }
}

/** ETags by path of what is in a folder below the prefix, without what Slipway keeps. */
function etagsOf(listed: readonly ListedObject[], prefix: string, inFolder: string): ReadonlyMap<string, string> {
  const { folder } = stateKeys(prefix)
  const base = `${prefix}${inFolder}`
  const own = listed.filter(({ key }) => key.startsWith(base) && !key.startsWith(folder))
  return new Map(own.map(({ key, etag }) => [key.slice(base.length), etag]))
}

function notListed({ bucket }: SiteRequest): Failure {
  return new Failure({
    code: 'permission-missing',
    what: text`AccessDenied: s3:ListBucket on the bucket ${untrusted(bucket)}`,
    why: text`with ${setting('publish')}: origin-path, a release is a folder, and what is in it has to be known`,
    fix: text`Allow s3:ListBucket. Nothing has been changed.`,
  })
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

/** A release that another run has made live since is not taken back. */
function requireNoNewer({ from, id }: Extract<Wanted, { kind: 'release' }>, { state: { live } }: FoundState): void {
  if (from === undefined || live === undefined || live.id === from || live.id === id) return
  throw new Failure({
    code: 'deployment-conflict',
    what: text`The live release is ${untrusted(live.id)}, no longer ${untrusted(from)}, so it was not rolled back`,
    why: text`another run has deployed it, and a rollback does not replace that`,
    fix: text`Check that ${untrusted(live.id)} works. Nothing has been changed.`,
  })
}

const filesOf = (release: Release): readonly SiteFile[] =>
  [...release.files].map(([path, { size, sha256, headers }]) => ({ path, size, sha256, headers }))

/** Paths whose bytes are not among those that were replaced, or cannot be copied. */
function lostIn({ changes }: Comparison, stored: ReadonlySet<string>): readonly string[] {
  return changes
    .filter(({ kind, file }) => !canBeCopied(file) || (kind !== 'headers' && !stored.has(file.sha256)))
    .map(({ file }) => file.path)
}

/** Paths that are no longer in the folder of a release as they were. */
function lostOf({ files, folder = '' }: Release, objects: ReadonlyMap<string, string>, prefix: string) {
  return [...files]
    .filter(([path, { etag }]) => objects.get(`${prefix}${folder}${path}`) !== etag)
    .map(([path]) => path)
}

function requireBytes({ id }: Release, lost: readonly string[]): void {
  const [first] = lost
  if (first === undefined) return
  throw new Failure({
    code: 'release-not-found',
    what: text`The files of release ${untrusted(id)} are no longer all in the bucket, or cannot be copied`,
    why: text`${lost.length} of them are missing or larger than the 5 GB that CopyObject copies, such as ${untrusted(first)}`,
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
