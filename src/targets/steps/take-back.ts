import type { Context } from '../../deployment/context.ts'
import type { DeploymentEvent } from '../../deployment/events.ts'
import type { End } from '../../deployment/outcomes.ts'
import { rollBackThroughPauses } from '../../deployment/roll-back-through-pauses.ts'
import type { Events, Target } from '../../deployment/target.ts'
import type { Terms } from '../../deployment/terms.ts'
import { isGood, type Verdict } from '../../deployment/verdict.ts'
import type { Cause } from '../../diagnosis/cause.ts'
import { asName, joined, type Text, text, withoutStop } from '../../text.ts'
import type { Course } from './course.ts'
import { reasonOf } from './steps-inside.ts'

/** The end after a failed step, of a deployment that has completed: the version before is deployed again. */
export async function* takeBack(end: End, failed: Cause, course: Course): Events<End> {
  const { target, plan, version, context, mayRollBack } = course
  const { from } = plan
  const to = version ?? plan.to
  const bad = { ...end, cause: failed, left: stays(course) }
  if (!mayRollBack) return { ...bad, outcome: 'failed' }
  const isSame = from !== undefined && from.id === to?.id && plan.undo === undefined
  const goal =
    from && to && !isSame ? { to: from, from: to, why: 'a check or task of it failed', undo: plan.undo } : undefined
  const back = goal && target.earlier?.(goal)
  if (from === undefined || back === undefined) {
    const none =
      from === undefined
        ? text`It was not rolled back: the ${target.nouns.target} had no ${target.nouns.version} before.`
        : []
    return { ...bad, outcome: 'failed', left: text`${none}${spaced(stays(course), none)}` }
  }
  yield { kind: 'rolling-back', at: context.clock.now(), reason: reasonOf(failed), isOurs: true }
  const verdict = yield* retold(back, termsOf(course.terms, back), context)
  context.signal.throwIfAborted()
  if (verdict !== undefined && isGood(verdict.outcome)) return { ...bad, outcome: 'rolled-back', serving: from }
  return { ...bad, outcome: 'rollback-failed', serving: undefined, left: lost(verdict, course) }
}

function spaced(more: Text | undefined, before: Text): Text {
  if (more === undefined) return []
  return before.length === 0 ? more : text` ${more}`
}

/** What of this run is not taken back with a deployment. */
export function stays({ tasksRun }: Pick<Course, 'tasksRun'>): Text | undefined {
  const names = [...tasksRun]
  if (names.length === 0) return undefined
  const which = joined(names.map((name) => text`${asName(name)}`))
  return text`What the ${names.length === 1 ? 'task' : 'tasks'} ${which} of this run changed, such as a database schema, was not rolled back.`
}

function lost(verdict: Verdict | undefined, course: Course): Text {
  const { cause } = verdict ?? {}
  const why = cause ? text`: ${cause.what}: ${withoutStop(cause.why)}` : []
  const more = stays(course)
  return text`Its rollback failed${why}. ${cause?.fix ?? []}${more ? text` ${more}` : []}`
}

/** A cancel must not roll the rollback back, `go-on`, unless AWS does not carry it on: then one of the two versions is to be whole. */
function termsOf({ waitMinutes, longestGap, failFastAfter }: Terms, { goesOn }: Target): Terms {
  const shared = { wait: true, waitMinutes, longestGap, failFastAfter, dryRun: false } as const
  return { ...shared, onConflict: 'stop', onCancel: goesOn ? 'go-on' : 'stop-and-roll-back' }
}

/** What happens on the way back, without what would take the place of the deployment itself in reports. */
const told: readonly DeploymentEvent['kind'][] = ['phase', 'progress', 'details', 'message', 'warning', 'note']

async function* retold(back: Target, terms: Terms, context: Context): Events<Verdict | undefined> {
  let verdict: Verdict | undefined
  try {
    for await (const event of rollBackThroughPauses(back, terms, context)) {
      if (event.kind === 'finished') verdict = event.verdict
      if (told.includes(event.kind)) yield event
    }
  } catch (error) {
    // A `Failure` has become the verdict already.
    if (verdict === undefined) throw error
  }
  return verdict
}
