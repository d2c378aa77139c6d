import type { Clock } from '../../../clock.ts'
import { Failure } from '../../../failure.ts'
import { inLanes } from '../../../lanes.ts'
import type { ObjectContent, ObjectStorage, WriteCondition } from '../../../ports.ts'
import { text, untrusted } from '../../../text.ts'
import type { FileChange } from '../plan/compare-files.ts'
import type { Entry } from '../release/release.ts'
import { stateKeys } from '../request/site-request.ts'

/** Requests in flight, more than twice those of `aws s3 sync`; with 48, the peak of memory is a quarter higher. Their bytes are bounded as well. */
const lanes = 24
/** Bytes in flight, as far as one file fits: those of a large one are sent in parts. */
const mostBytes = 64 * 1024 * 1024
const largestPiece = 16 * 1024 * 1024

/** Memory for the bytes of a small file. */
const pieceSize = 64 * 1024
/** Pieces that are not in use: that of thousands of files would be freed late. At most as many as there were lanes. */
const pieces: Uint8Array[] = []

/** What writes files of a site. */
export interface Writing {
  readonly storage: ObjectStorage
  readonly prefix: string
  readonly clock: Clock
  /** Before every write. */
  confirm(): Promise<void>
  /** After every write. */
  written(change: FileChange, entry: Entry): void
}

/**
 * Writes a group of changes, several at a time. After a failure no other write begins, and those that are under way have ended before it
 * is thrown: what comes after it, such as a rollback, is not overtaken by them.
 */
export async function writeFiles(changes: readonly FileChange[], writing: Writing): Promise<void> {
  const budget = openBudget(mostBytes)
  let failed: { readonly error: unknown } | undefined
  await inLanes(lanes, changes, async (change) => {
    const free = await budget.take(Math.min(change.file.content?.size ?? 0, largestPiece))
    const piece = pieces.pop() ?? new Uint8Array(pieceSize)
    try {
      if (failed) return
      await writing.confirm()
      writing.written(change, await writeFile(change, writing, piece))
    } catch (error) {
      failed ??= { error }
    } finally {
      pieces.push(piece)
      free()
    }
  })
  if (failed) throw failed.error
}

/** Grants bytes in the order of the requests. One request may have more than there are, alone. */
export function openBudget(most: number) {
  let used = 0
  const waiting: { readonly size: number; readonly begin: () => void }[] = []
  const next = () => {
    const [first] = waiting
    if (first === undefined || (used > 0 && used + first.size > most)) return
    waiting.shift()
    used += first.size
    first.begin()
    next()
  }
  return {
    take: (size: number) =>
      new Promise<() => void>((resolve) => {
        const free = () => {
          used -= size
          next()
        }
        waiting.push({ size, begin: () => resolve(free) })
        next()
      }),
  }
}

/** Writes over exactly what was compared: a file that another run has written meanwhile stays. */
async function writeFile(change: FileChange, { storage, prefix, confirm }: Writing, piece: Uint8Array): Promise<Entry> {
  const { file } = change
  const { path, size, sha256, headers, content } = file
  const key = `${prefix}${path}`
  const etag = await (async () => {
    if (change.kind === 'new' && change.from)
      return await copied(storage, {
        ...{ from: change.from.key, etag: change.from.etag, to: key, headers, sha256 },
        condition: conditionOf(change),
      })
    if (change.kind === 'headers')
      return await copied(storage, { from: key, to: key, etag: change.etag, headers, sha256 })
    if (content === undefined)
      return await copied(storage, {
        from: stateKeys(prefix).object(sha256),
        to: key,
        sha256,
        headers,
        condition: conditionOf(change),
      })
    const stored = await storage.put({
      key,
      content: confirming(content, confirm, piece),
      headers,
      condition: conditionOf(change),
    })
    return stored.kind === 'stored' ? stored.etag : await sameAlready(storage, key, change)
  })()
  return { size, sha256, headers, etag }
}

/** A large file is sent in parts, which may take longer than a claim holds: each one confirms it. */
function confirming(content: ObjectContent, confirm: () => Promise<void>, piece: Uint8Array): ObjectContent {
  return {
    ...content,
    async read(start, end) {
      await confirm()
      return await content.read(start, end, piece)
    },
  }
}

function conditionOf(change: FileChange): WriteCondition | undefined {
  return change.kind === 'replaced' ? { kind: 'etag', etag: change.etag } : { kind: 'absent' }
}

async function copied(storage: ObjectStorage, copy: Parameters<ObjectStorage['copy']>[0]): Promise<string> {
  const done = await storage.copy(copy)
  if (done.kind === 'copied') return done.etag
  throw changedByOthers(copy.from)
}

/** A new file that is there already is written over once it is known to be no other run's: then the ETag is a condition again. */
async function sameAlready(storage: ObjectStorage, key: string, { kind, file }: FileChange): Promise<string> {
  const there = kind === 'new' ? await storage.head(key) : undefined
  if (there === undefined || file.content === undefined) throw changedByOthers(key)
  const { headers, content } = file
  const again = await storage.put({ key, content, headers, condition: { kind: 'etag', etag: there.etag } })
  if (again.kind === 'stored') return again.etag
  throw changedByOthers(key)
}

function changedByOthers(key: string): Failure {
  return new Failure({
    code: 'site-busy',
    what: text`The object ${untrusted(key)} was changed while the release was being written`,
    why: text`412 PreconditionFailed: its ETag is not the one that was compared`,
    fix: text`Another program writes to the bucket. Run this job again once it has ended.`,
  })
}
