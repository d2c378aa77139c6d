import type { Changed } from '../../../deployment/conflict.ts'
import { causeOf, type End, unexpected } from '../../../deployment/outcomes.ts'
import type { Events } from '../../../deployment/target.ts'
import { Failure } from '../../../failure.ts'
import type { FileChange } from '../plan/compare-files.ts'
import type { Gone, KeptEntry } from '../release/release.ts'
import { overtaken } from './change-site.ts'
import { claimSite, type Hold } from './claim.ts'
import { writeFiles } from './send-files.ts'
import { progressOf } from './send-release.ts'
import type { SiteChange } from './site-change.ts'
import { startedEvent } from './started.ts'

/** The change of a site that sends only what no page of the live release asks for in another form. */
export interface AssetsChange extends SiteChange {
  readonly ahead: readonly FileChange[]
  /** Files that were sent to a site without a release, for the release that follows in the same run. */
  readonly sent: Map<string, KeptEntry>
}

/** Sends the assets of a release before its pages, and records them with the live release: they expire with it where no release follows. */
export async function* sendAssets(change: AssetsChange): Events<End | Changed> {
  const { request, store, reading, context, id } = change
  const { clock, keep } = context
  const claimId = `${request.run} ${Math.floor(clock.random() * 2 ** 40).toString(36)}`
  keep({ stage: 'updating', own: { claim: claimId, release: id } })
  const hold = await claimSite(store, reading.found, { id: claimId, run: request.run, release: id }, clock)
  if (hold === undefined) return { kind: 'changed', failure: overtaken(request) }
  yield { kind: 'versioned', at: clock.now(), version: { id, label: id }, reused: false }
  yield startedEvent(change)
  try {
    yield* send(change, hold)
    await record(change, hold)
    await hold.release()
    return { outcome: 'succeeded' }
  } catch (error) {
    if (context.signal.aborted) throw error
    if (hold.isLost()) return { outcome: 'superseded', cause: causeFor(error) }
    await hold.release().catch(() => undefined)
    return { outcome: 'failed', cause: causeFor(error) }
  }
}

function causeFor(error: unknown) {
  return error instanceof Failure ? causeOf(error) : unexpected(error)
}

/** Files between two lines of progress. */
const step = 500

async function* send(
  { request, access, reading, context, number, ahead, sent }: AssetsChange,
  hold: Hold,
): Events<void> {
  const { live } = reading
  const gone: Gone = { in: live?.number ?? number, at: context.clock.now() }
  const { storage } = access
  const written = new Map<string, KeptEntry>()
  for (let at = 0; at < ahead.length; at += step) {
    context.signal.throwIfAborted()
    await writeFiles(ahead.slice(at, at + step), {
      ...{ storage, prefix: request.prefix, clock: context.clock, confirm: () => hold.confirm() },
      written: ({ file }, entry) => void written.set(file.path, { ...entry, gone }),
    })
    yield progressOf(ahead, { written, visible: [] }, context.clock.now())
  }
  for (const [path, entry] of written) sent.set(path, entry)
}

/** A site without a release has no record of files yet. */
async function record({ store, reading: { live }, sent }: AssetsChange, hold: Hold): Promise<void> {
  if (live === undefined) return
  await hold.confirm()
  await store.writeRelease({ ...live, kept: new Map([...live.kept, ...sent]) })
}
