import type { Context } from '../../deployment/context.ts'
import { causeOf, type End } from '../../deployment/outcomes.ts'
import type { Events, Prepared, Target } from '../../deployment/target.ts'
import type { Terms } from '../../deployment/terms.ts'
import { Failure } from '../../failure.ts'
import type { Scaling } from '../../ports.ts'
import { text, type Untrusted, untrusted } from '../../text.ts'
import { stillSuspended } from './still-suspended.ts'
import { resumeScaling, type ScaledService, suspendScaling } from './suspension.ts'

export { healingTarget } from './healing-target.ts'

const unwatched = untrusted('suspend-auto-scaling is left out, as the deployment is not watched to its end.')

interface Scene {
  readonly service: ScaledService
  readonly scaling: Scaling
  readonly terms: Terms
  readonly context: Context
}

/**
 * A service whose auto scaling is suspended while it is deployed to, and resumed in every end; after a cancel the post step resumes
 * it. What was suspended before stays so.
 */
export function suspendingTarget(target: Target, service: ScaledService, scaling: Scaling): Target {
  const { earlier } = target
  return {
    ...target,
    async *prepare(terms, context, watchman) {
      return suspending(yield* target.prepare(terms, context, watchman), { service, scaling, terms, context })
    },
    ...(earlier && { earlier: (goal) => suspendingTarget(earlier.call(target, goal), service, scaling) }),
  }
}

function suspending(prepared: Prepared, scene: Scene): Prepared {
  const { plan, warnings, confirm, ready } = prepared
  if (!scene.terms.wait) return { ...prepared, warnings: [...warnings, unwatched] }
  const value = text`suspended during the deployment`
  const fact = { label: 'Auto scaling', value, line: text`auto scaling is ${value}` }
  return {
    ...prepared,
    plan: { ...plan, facts: [...plan.facts, fact] },
    async *confirm() {
      const end = confirm ? yield* confirm() : ({ outcome: 'unchanged', serving: plan.from } as const)
      return 'outcome' in end && !scene.terms.dryRun ? yield* resumed(end, scene) : end
    },
    async ready() {
      const { change, ...rest } = await ready()
      return { ...rest, change: () => whileSuspended(change, scene) }
    },
  }
}

/** An error of the deployment, or of the suspension itself, is followed by the resumption; it is thrown after it. */
async function* whileSuspended<Ending extends object>(
  change: () => Events<Ending>,
  scene: Scene,
): Events<Ending | End> {
  const { service, scaling, context } = scene
  let ending: Ending
  try {
    const said = await suspendScaling(service, scaling)
    yield { kind: 'note', at: context.clock.now(), message: untrusted(said) }
    ending = yield* change()
  } catch (error) {
    if (!context.signal.aborted) yield* resumed({ outcome: 'failed' }, scene)
    throw error
  }
  return 'outcome' in ending ? yield* resumed(ending as Ending & End, scene) : yield* released(ending, scene)
}

/** After an attempt that another deployment was in the way of. */
async function* released<Ending>(ending: Ending, { service, scaling, context }: Scene): Events<Ending> {
  yield* []
  if (!context.signal.aborted) await resumeScaling(service, scaling)
  return ending
}

/** The end once scaling is resumed. Where auto scaling stays suspended, a good end becomes `failed`: otherwise it would go unnoticed. */
async function* resumed<Ending extends End>(end: Ending, { service, scaling, context }: Scene): Events<Ending | End> {
  const { clock, signal } = context
  if (signal.aborted) return end
  try {
    const said = await resumeScaling(service, scaling)
    if (said !== undefined) yield { kind: 'note', at: clock.now(), message: untrusted(said) }
    return end
  } catch (error) {
    if (signal.aborted || !(error instanceof Failure)) throw error
    const cause = causeOf(error)
    yield { kind: 'warning', at: clock.now(), message: untrusted(stillSuspended(service, error)) }
    const isGood = end.outcome === 'succeeded' || end.outcome === 'unchanged'
    return isGood ? { ...end, outcome: 'failed', cause, left: text`Auto scaling is still suspended.` } : end
  }
}

/** A request of a cancelled step may still be on its way when the post step begins. Milliseconds. */
const underWay = 3_000

/** For the post step: resumes what the main step has suspended, and reports that, or what it could not do; undefined: nothing was. */
export async function resumeAfterCancel(
  service: ScaledService,
  scaling: Scaling,
  { clock, signal }: Pick<Context, 'clock' | 'signal'>,
): Promise<{ readonly isResumed: boolean; readonly message: Untrusted } | undefined> {
  try {
    await clock.sleep(underWay, signal)
    const said = await resumeScaling(service, scaling)
    return said === undefined ? undefined : { isResumed: true, message: untrusted(said) }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return { isResumed: false, message: untrusted(stillSuspended(service, error)) }
  }
}
