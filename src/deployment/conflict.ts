import { type Deadline, remaining } from '../clock.ts'
import { Failure, failureInOneLine } from '../failure.ts'
import { renderText, text, type Untrusted, untrusted } from '../text.ts'
import type { Provenance } from './commit-guard.ts'
import type { Context } from './context.ts'
import type { DeploymentEvent } from './events.ts'
import { startPace, ticks } from './pace.ts'
import type { ConflictPolicy } from './policies.ts'
import type { Terms } from './terms.ts'

/** A deployment of another run or user that blocks ours. */
export interface Obstacle {
  readonly kind: 'conflict'
  /** What to say when nothing is done about it. */
  readonly failure: Failure
  /** Its id, where it is known. */
  readonly id?: string | undefined
  /** A rollback is never stopped: it restores a good state. */
  readonly isRollback: boolean
  /** Where what it deploys comes from, where that can be read. */
  readonly provenance?: Provenance | undefined
  /** Stops it; absent for one that ours replaces anyway. */
  stop?(): Promise<void>
  /** Reads once whether it has ended. */
  isOver(): Promise<boolean>
}

/** What is deployed to is no longer what it was when the deployment was prepared. */
export interface Changed {
  readonly kind: 'changed'
  readonly failure: Failure
}

const phase = 'other-deployment'

/** How a deployment would handle such a conflict, for a dry run. */
export function foresee(conflict: Obstacle, { onConflict = 'fail' }: Pick<Terms, 'onConflict'>): Untrusted {
  const found = renderText(text`${failureInOneLine(conflict.failure.parts)}.`, (theirs) => theirs)
  const first = stopOf(conflict, onConflict)
    ? 'This deployment would stop another one first.'
    : 'This deployment would wait for another one first.'
  return untrusted(`${onConflict === 'fail' ? 'This deployment would fail.' : first} ${found}`)
}

/** Does with a conflict what the policy says; afterwards the deployment is prepared anew. Throws the conflict's failure. */
export async function* settleConflict(
  conflict: Obstacle,
  { onConflict: policy = 'fail', waitMinutes, longestGap }: Pick<Terms, 'onConflict' | 'waitMinutes' | 'longestGap'>,
  { clock, signal }: Context,
  deadline: Deadline,
): AsyncGenerator<DeploymentEvent> {
  if (policy === 'fail') throw conflict.failure
  if (remaining(clock, deadline) === 0) throw outlasted(conflict, waitMinutes, 'Nothing')
  yield { kind: 'phase', at: clock.now(), name: phase, status: 'running', detail: detailOf(conflict) }
  const stop = stopOf(conflict, policy)
  await stop?.()
  let isOver = false
  for await (const _ of ticks(clock, deadline, startPace(clock, longestGap), signal)) {
    isOver = await conflict.isOver()
    if (isOver) break
  }
  yield { kind: 'phase', at: clock.now(), name: phase, status: isOver ? 'succeeded' : 'failed' }
  if (!isOver) throw outlasted(conflict, waitMinutes, stop ? 'Its stop was requested; nothing else' : 'Nothing')
}

/** How it is stopped, where the policy says so: never a rollback. */
function stopOf({ stop, isRollback }: Obstacle, policy: ConflictPolicy): Obstacle['stop'] {
  return policy === 'stop' && !isRollback ? stop : undefined
}

/** The failure after a wait. `changed`: what has been changed, as the beginning of a sentence. */
function outlasted({ failure }: Obstacle, waitMinutes: number, changed: string): Failure {
  const { code, what, why = [] } = failure.parts
  return new Failure({
    code,
    what: text`${what}, which has not ended after a wait of ${waitMinutes} ${waitMinutes === 1 ? 'minute' : 'minutes'}`,
    why,
    fix: text`Check in the AWS console why it does not end, and run this job again when it has ended; or raise wait-for-minutes. ${changed} has been changed.`,
  })
}

function detailOf({ id, isRollback }: Obstacle) {
  const kind = isRollback ? 'rollback' : 'deployment'
  return untrusted(`waiting for ${id ? `the ${kind} ${id}` : `a ${kind} by another user or run`}`)
}
