import type { Events } from '../../../deployment/target.ts'
import type { FileChange } from '../plan/compare-files.ts'
import { sendOrder } from '../plan/send-order.ts'
import type { Entry } from '../release/release.ts'
import type { Hold } from './claim.ts'
import { keepReplaced } from './keep-replaced.ts'
import { filesAfter, type NextRelease, nextRelease } from './next-release.ts'
import { writeFiles } from './send-files.ts'
import type { SiteChange } from './site-change.ts'

/** What has been written so far. */
export interface Sent {
  readonly written: Map<string, Entry>
  /** Paths that visitors may see changed: of every group that was begun. */
  visible: readonly string[]
  /** Whether OriginPath may have been switched. */
  isSwitched?: boolean
}

/** Files between two lines of progress. */
const step = 500

/** Writes the files of a release in their order. Returns its record, which is not written yet. */
export async function* sendRelease(change: SiteChange, hold: Hold, sent: Sent): Events<NextRelease> {
  const { request, access, reading, context, id, number } = change
  const { storage } = access
  const { prefix } = request
  const { comparison, live, wanted } = reading
  const { changes, same } = comparison
  const confirm = () => hold.confirm()
  const { ahead, visible } = sendOrder(changes)
  const stored = await keepReplaced(changes, { storage, prefix, kept: reading.stored, confirm })
  for (const [index, group] of [ahead, ...visible].entries()) {
    if (index > 0) sent.visible = [...sent.visible, ...group.map(({ file }) => file.path)]
    for (const part of stepOf(group)) {
      context.signal.throwIfAborted()
      await writeFiles(part, {
        ...{ storage, prefix, confirm, clock: context.clock },
        written: ({ file }, entry) => void sent.written.set(file.path, entry),
      })
      yield progressOf(changes, sent, context.clock.now())
    }
  }
  const files = filesAfter(same, changes, sent.written)
  const { keepReleases, keepDays, deletes, origin } = request
  const at = context.clock.now()
  return nextRelease({
    ...{
      id,
      number,
      at,
      digest: wanted.digest,
      of: wanted.of,
      origin: wanted.of?.origin ?? origin,
      files,
      before: live,
      stored,
      listed: reading.listed,
    },
    ...{ retention: { keepReleases, keepDays }, deletes },
  })
}

/** Changes in parts, after each of which progress is reported. */
export function stepOf(changes: readonly FileChange[]): readonly (readonly FileChange[])[] {
  return Array.from({ length: Math.ceil(changes.length / step) }, (_, index) =>
    changes.slice(index * step, (index + 1) * step),
  )
}

/** How many of the changes are written, as an event. */
export function progressOf(changes: readonly FileChange[], { written }: Sent, at: number) {
  const wanted = changes.length
  const done = written.size
  const progress = { unit: 'objects', doneWord: 'written', wanted, done, pending: wanted - done, failed: 0 }
  return { kind: 'progress', at, progress } as const
}
