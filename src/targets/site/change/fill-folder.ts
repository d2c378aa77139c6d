import type { Events } from '../../../deployment/target.ts'
import { inLanes } from '../../../lanes.ts'
import { rankOf } from '../files/file-roles.ts'
import type { FileChange } from '../plan/compare-files.ts'
import { canBeCopied } from '../release/copy-limit.ts'
import type { Entry, KeptEntry, Release } from '../release/release.ts'
import { folderIn } from '../request/release-folder.ts'
import type { Hold } from './claim.ts'
import { type NextRelease, nextRelease } from './next-release.ts'
import { writeFiles } from './send-files.ts'
import { progressOf, type Sent, stepOf } from './send-release.ts'
import { folderFor, releaseThere, type SiteChange } from './site-change.ts'
import { settled } from './switch-origins.ts'

const lanes = 32

/**
 * Makes a release whole in a folder of its own, which no visitor sees yet, with the files of earlier releases that loaded pages may ask
 * for. While OriginPath changes, some edges serve this release and others the one before: each folder gets what only the other one has,
 * so that an asset is found whatever edge is asked. Returns the record of the release, which is not written yet.
 */
export async function* fillFolder(change: SiteChange, hold: Hold, sent: Sent): Events<NextRelease> {
  const { request, access, context } = change
  const { storage } = access
  yield* settled(change, hold)
  const there = releaseThere(change)
  const folder = folderFor(change)
  const writing = { storage, prefix: `${request.prefix}${folder}`, clock: context.clock, confirm: () => hold.confirm() }
  const changes = there ? [] : changesOf(change)
  for (const group of stepOf(changes)) {
    context.signal.throwIfAborted()
    await writeFiles(group, { ...writing, written: ({ file }, entry) => void sent.written.set(file.path, entry) })
    yield progressOf(changes, sent, context.clock.now())
  }
  const next = recordOf(change, folder, there ? there.files : sent.written)
  for (const copies of sharedCopies(change, next.release, folder)) {
    context.signal.throwIfAborted()
    await inLanes(lanes, copies, async (copy) => {
      await hold.confirm()
      await storage.copy({ from: copy.from, to: copy.to, condition: { kind: 'absent' } })
    })
  }
  return next
}

/** Every file of the release: from the folder of the live one where it has the bytes. */
function changesOf({ request, reading: { wanted, comparison, live } }: SiteChange): readonly FileChange[] {
  const base = `${request.prefix}${live?.folder ?? ''}`
  const known = new Map([...comparison.same].map(([path, { etag }]) => [path, etag]))
  for (const change of comparison.changes) if (change.kind === 'headers') known.set(change.file.path, change.etag)
  return wanted.files.map((file) => {
    const etag = known.get(file.path)
    return {
      kind: 'new',
      file,
      ...(etag !== undefined && canBeCopied(file) && { from: { key: `${base}${file.path}`, etag } }),
    }
  })
}

function recordOf(change: SiteChange, folder: string, files: ReadonlyMap<string, Entry>): NextRelease {
  const { request, reading, context, id, number } = change
  const { wanted, live, listed } = reading
  const { keepReleases, keepDays, deletes, origin } = request
  const next = nextRelease({
    ...{
      id,
      number,
      at: context.clock.now(),
      digest: wanted.digest,
      of: wanted.of,
      files,
      before: live,
      listed,
      deletes,
    },
    ...{ origin: wanted.of?.origin ?? origin, stored: new Set(), retention: { keepReleases, keepDays } },
  })
  const kept = new Map([...next.release.kept, ...leftIn(change, folder, next.release.at, files)])
  return { release: { ...next.release, kept, folder }, expired: { paths: [], objects: [] } }
}

/** What no release has of what edges serve now: it was written by a run that was killed, or by another program. It stays for a while. */
function leftIn(
  change: SiteChange,
  folder: string,
  at: number,
  files: ReadonlyMap<string, Entry>,
): ReadonlyMap<string, KeptEntry> {
  const { request, reading, number } = change
  const { live, objects } = reading
  const left = new Map<string, KeptEntry>()
  for (const other of servedFolders(change, folder))
    for (const path of pathsIn(change, other)) {
      const etag = objects.get(`${request.prefix}${other}${path}`) ?? ''
      const isKnown = live?.files.has(path) || live?.kept.has(path) || files.has(path)
      if (!isKnown) left.set(path, { size: 0, sha256: '', headers: {}, etag, gone: { in: number, at } })
    }
  return left
}

interface SharedCopy {
  readonly path: string
  readonly from: string
  readonly to: string
}

/** What the folder and those that edges serve now have to get from each other, in the order of copying: assets before pages. */
function sharedCopies(
  change: SiteChange,
  { files, kept }: Release,
  folder: string,
): readonly (readonly SharedCopy[])[] {
  const { request, reading } = change
  const { prefix } = request
  const base = `${prefix}${folder}`
  const isThere = (key: string) => reading.objects.has(key)
  const copies = servedFolders(change, folder).flatMap((other) => {
    const theirs = `${prefix}${other}`
    const isCopied = (entry: Entry | undefined) => entry !== undefined && canBeCopied(entry)
    const taken = pathsIn(change, other).filter((path) => isCopied(kept.get(path)) && !isThere(`${base}${path}`))
    const given = [...files.keys()].filter((path) => isCopied(files.get(path)) && !isThere(`${theirs}${path}`))
    return [
      ...taken.map((path) => ({ path, from: `${theirs}${path}`, to: `${base}${path}` })),
      ...given.map((path) => ({ path, from: `${base}${path}`, to: `${theirs}${path}` })),
    ]
  })
  const ranks = [...new Set(copies.map(({ path }) => rankOf(path)))].sort((one, another) => one - another)
  return ranks.map((rank) => copies.filter(({ path }) => rankOf(path) === rank))
}

/** The folders that edges serve now, but this one. */
function servedFolders({ reading: { live, pointers } }: SiteChange, folder: string): readonly string[] {
  const served = new Set([live?.folder ?? '', ...pointers.map((pointer) => pointer.folder)])
  return [...served].filter((other) => other !== folder)
}

/** Paths of a folder, whoever has written them. */
function pathsIn({ request: { prefix }, reading: { objects } }: SiteChange, folder: string): readonly string[] {
  const base = `${prefix}${folder}`
  const isOwn = (path: string) => folder === '' && (path.startsWith('.slipway/') || folderIn(path) !== undefined)
  const paths = [...objects.keys()].filter((key) => key.startsWith(base)).map((key) => key.slice(base.length))
  return paths.filter((path) => !isOwn(path))
}
