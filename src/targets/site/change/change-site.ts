import type { Changed } from '../../../deployment/conflict.ts'
import { causeOf, type End, unexpected } from '../../../deployment/outcomes.ts'
import type { Events } from '../../../deployment/target.ts'
import { Failure } from '../../../failure.ts'
import { asName, type Text, text, untrusted } from '../../../text.ts'
import { versionOf } from '../plan/site-plan-words.ts'
import type { SiteRequest } from '../request/site-request.ts'
import { claimSite, type Hold } from './claim.ts'
import { endCanary, notEnded } from './end-canary.ts'
import { fillFolder } from './fill-folder.ts'
import { publish } from './publish-release.ts'
import { returnTo } from './return-to.ts'
import { runCanary } from './run-canary.ts'
import { type Sent, sendRelease } from './send-release.ts'
import type { SiteChange } from './site-change.ts'
import { stagingFor } from './staging-for.ts'
import { startedEvent } from './started.ts'
import { forgetRelease } from './switch-origins.ts'

/**
 * Makes a release live. What no page asks for yet is sent first, then what visitors see, in an order in which nothing is asked for
 * before it is there; edges are told last, and what is served is compared. A failure puts the release before back.
 */
export async function* changeSite(change: SiteChange): Events<End | Changed> {
  const { request, store, reading, context, id } = change
  const { clock, keep } = context
  const claimId = `${request.run} ${Math.floor(clock.random() * 2 ** 40).toString(36)}`
  keep({ stage: 'updating', own: { claim: claimId, release: id } })
  const claim = { id: claimId, run: request.run, release: id }
  const hold = await claimSite(store, reading.found, claim, clock)
  if (hold === undefined) return { kind: 'changed', failure: overtaken(request) }
  yield { kind: 'versioned', at: clock.now(), version: versionOf({ id }), reused: false }
  yield startedEvent(change)
  const sent: Sent = { written: new Map(), visible: [] }
  try {
    yield* endLeftCanary(change, hold)
    const staged = yield* stagingFor(change)
    const release = yield* request.publish === 'origin-path'
      ? fillFolder(change, hold, sent)
      : sendRelease(change, hold, sent)
    const { canary } = request
    const refused = canary && staged && (yield* runCanary(change, hold, release.release, staged, canary))
    if (refused) return refused
    sent.isSwitched = request.publish === 'origin-path'
    return yield* publish(change, hold, release)
  } catch (error) {
    if (context.signal.aborted) throw error
    return yield* undo(error, change, hold, sent)
  }
}

/** The failure where another run has changed the site since it was read. */
export function overtaken({ bucket, prefix }: SiteRequest): Failure {
  return new Failure({
    code: 'site-busy',
    what: text`The site ${untrusted(`${bucket}/${prefix}`)} was changed by another run just before this one`,
    why: text`412 PreconditionFailed: its state in the bucket is newer than the one that was read`,
    fix: text`Run this job again.`,
  })
}

/** The end after an error: what visitors saw before, they see again. */
async function* undo(
  error: unknown,
  change: SiteChange,
  hold: Hold,
  { visible, written, isSwitched = false }: Sent,
): Events<End> {
  const { reading, context } = change
  const cause = error instanceof Failure ? causeOf(error) : unexpected(error)
  const before = reading.found.state.live
  // Another run has taken the site over: what it writes stays.
  if (hold.isLost()) return { outcome: 'superseded', cause }
  const isCanary = hold.state().canary !== undefined
  if (isCanary && !isSwitched)
    yield { kind: 'rolling-back', at: context.clock.now(), reason: untrusted('the canary failed') }
  const canary = await endCanary(change, hold).catch(notEnded)
  const isEnded = hold.state().canary === undefined
  if (isSwitched && reading.live === undefined) await forgetRelease(change, hold)
  if ((visible.length === 0 && !isSwitched) || reading.live === undefined) {
    await hold.release().catch(() => undefined)
    const mixed = visible.length === 0 ? undefined : text`Visitors may get some of the new files; run this job again.`
    if (!isEnded) return { outcome: 'rollback-failed', cause, left: canary }
    const outcome = isCanary ? 'rolled-back' : 'failed'
    return { outcome, serving: before && versionOf(before), cause, left: canary ?? mixed }
  }
  yield { kind: 'rolling-back', at: context.clock.now(), reason: untrusted('the release could not be written') }
  try {
    const left = yield* returnTo(reading.live, visible, change, hold, written)
    if (!isEnded) return { outcome: 'rollback-failed', cause, left: canary }
    return { outcome: 'rolled-back', serving: versionOf(reading.live), cause, left: canary ?? left }
  } catch (second) {
    if (context.signal.aborted) throw second
    return { outcome: 'rollback-failed', cause, left: lost(second, reading.live.id) }
  }
}

/** A canary of a run that was killed: its visitors get what the others get, before another release is written. */
async function* endLeftCanary(change: SiteChange, hold: Hold): Events<void> {
  const mark = hold.state().canary
  if (mark === undefined) return
  const left = await endCanary(change, hold)
  const message = `the canary of release ${mark.release}, which another run had left, was ended`
  yield { kind: 'note', at: change.context.clock.now(), message: untrusted(message) }
  if (left) throw new Failure({ code: 'site-busy', what: left, why: [], fix: text`Run this job again.` })
}

/** Why the release before is not back. The cause stays what had made the rollback necessary. */
function lost(error: unknown, id: string): Text {
  const { what, why, fix } = error instanceof Failure ? causeOf(error) : unexpected(error)
  const again = text`The site could not be rolled back to ${asName(id)}: ${what}`
  return text`${again}${why.length > 0 ? text`: ${why}` : []}. ${fix}`
}
