import type { Context } from '../../deployment/context.ts'
import type { DeploymentEvent } from '../../deployment/events.ts'
import { causeOf, type End } from '../../deployment/outcomes.ts'
import type { Plan } from '../../deployment/plan.ts'
import type { Events, Found, Prepared, Target } from '../../deployment/target.ts'
import type { Terms } from '../../deployment/terms.ts'
import { isUnwatched } from '../../deployment/verdict.ts'
import type { Version } from '../../deployment/version.ts'
import { Failure } from '../../failure.ts'
import type { Schedules } from '../../ports.ts'
import { renderText, text, untrusted } from '../../text.ts'
import { familiesOf, type NamedSchedule, nameOf, requireSchedules, setRevision } from './scheduled-tasks.ts'

export { scheduleFindings } from './schedule-findings.ts'
export type { NamedSchedule } from './scheduled-tasks.ts'

/** The scheduled tasks of a service. */
export interface ScheduledWith {
  readonly schedules: readonly NamedSchedule[]
  /** Of a rollback: its goal, where that is known. */
  readonly back?: { readonly to?: Version | undefined } | undefined
}

const phase = 'Schedules'
const unwatched = untrusted('schedules are left out, as the deployment is not watched to its end.')

/**
 * A service whose scheduled tasks get the revision of a deployment once that has succeeded, and the earlier one once it is rolled
 * back. They are read before anything is changed.
 */
export function schedulingTarget(target: Target, what: ScheduledWith, access: Schedules): Target {
  const { earlier, find } = target
  return {
    ...target,
    ...(find && {
      async find(id, terms, context) {
        const found = await find.call(target, id, terms, context)
        const { plan } = found ?? {}
        return (
          found &&
          plan && { ...found, watch: (answered) => watched(found, answered, { what, access, terms, context, plan }) }
        )
      },
    }),
    async *lookAhead(terms, context) {
      const seen = target.lookAhead && (yield* target.lookAhead(terms, context))
      await requireSchedules(what.schedules, seen && familiesOf(seen.plan), access)
      return seen
    },
    async *prepare(terms, context, watchman) {
      const prepared = yield* target.prepare(terms, context, watchman)
      return scheduling(prepared, { what, access, terms, context, plan: prepared.plan })
    },
    ...(earlier && {
      earlier: (goal) => schedulingTarget(earlier.call(target, goal), { ...what, back: { to: goal.to } }, access),
    }),
  }
}

/** A deployment that another job has begun, such as one that was paused. One that has ended long ago changes nothing. */
async function* watched(found: Found, answered: readonly string[], scene: Scene): Events<End> {
  const end = yield* found.watch(answered)
  return end.outcome === 'succeeded' ? yield* afterEnd(end, scene, found.plan.from) : end
}

interface Scene {
  readonly what: ScheduledWith
  readonly access: Schedules
  readonly terms: Terms
  readonly context: Context
  readonly plan: Plan
}

function scheduling(prepared: Prepared, scene: Scene): Prepared {
  const { plan, confirm, ready, warnings } = prepared
  const { what, access, terms } = scene
  const value = text`${untrusted(what.schedules.map(nameOf).join(', '))}, afterwards`
  const fact = { label: 'Schedules', value, line: text`set the revision of ${value}` }
  const isLeftOut = !isWatched(terms) && what.back === undefined
  return {
    ...prepared,
    warnings: isLeftOut ? [...warnings, unwatched] : warnings,
    plan: { ...plan, facts: [...plan.facts, fact] },
    async *confirm() {
      const end = confirm ? yield* confirm() : ({ outcome: 'unchanged', serving: plan.from } as const)
      return !terms.dryRun && 'outcome' in end ? yield* afterEnd(end, scene) : end
    },
    async ready() {
      if (what.back === undefined) await requireSchedules(what.schedules, familiesOf(plan), access)
      const { change, ...rest } = await ready()
      return {
        ...rest,
        async *change() {
          const end = yield* change()
          return 'outcome' in end ? yield* afterEnd(end, scene) : end
        },
      }
    },
  }
}

/** What scheduled tasks are to run after this end; undefined: they stay. The revision that an unwatched rollback restores is known. */
function wantedAfter(end: End, { what: { back }, terms }: Scene): Version | undefined {
  if (end.outcome === 'unchanged') return end.serving
  if (end.outcome === 'succeeded') return isWatched(terms) || back ? end.serving : undefined
  return isUnwatched(end) ? back?.to : undefined
}

/** After traffic has shifted, ECS or CodeDeploy may still roll back. */
function isWatched({ wait, waitFor }: Terms): boolean {
  return wait && waitFor !== 'traffic-shifted'
}

/** `from`: only tasks that run this version get the new one. */
async function* afterEnd(end: End, scene: Scene, from?: Version): Events<End> {
  const { what, access, context, plan } = scene
  const wanted = wantedAfter(end, scene)
  if (wanted === undefined) return end
  const { clock, signal } = context
  yield { kind: 'phase', at: clock.now(), name: phase, status: 'running' }
  const left: string[] = []
  let cause: End['cause']
  for (const schedule of what.schedules)
    try {
      for (const said of await setRevision(schedule, { version: wanted, families: familiesOf(plan), from }, access))
        yield { kind: 'note', at: clock.now(), message: untrusted(said) }
    } catch (error) {
      if (signal.aborted) yield interrupted(schedule, { what, context }, wanted)
      if (signal.aborted || !(error instanceof Failure)) throw error
      left.push(nameOf(schedule))
      cause ??= causeOf(error)
      const message = `${nameOf(schedule)}: ${renderText(causeOf(error).what, (theirs) => theirs)}`
      yield { kind: 'warning', at: clock.now(), message: untrusted(message) }
    }
  yield { kind: 'phase', at: clock.now(), name: phase, status: left.length > 0 ? 'failed' : 'succeeded' }
  // Not of a rollback that is not watched: its own end is open.
  if (cause === undefined || isUnwatched(end)) return end
  return {
    ...end,
    outcome: 'failed',
    cause,
    left: text`Not set to ${untrusted(wanted.label)}: ${untrusted(left.join(', '))}.`,
  }
}

/** After a cancel: the deployment has ended well, and nothing else would say that its schedules have not followed. */
function interrupted(
  at: NamedSchedule,
  { what: { schedules }, context: { clock } }: Pick<Scene, 'what' | 'context'>,
  { label }: Version,
): DeploymentEvent {
  const left = schedules.slice(schedules.indexOf(at)).map(nameOf)
  const message = `Not set to ${label}, as the run was cancelled: ${left.join(', ')}. The first of them may be set. Run this job again to set them.`
  return { kind: 'warning', at: clock.now(), message: untrusted(message) }
}
