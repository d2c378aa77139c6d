import type { Context } from '../../deployment/context.ts'
import type { DeploymentEvent } from '../../deployment/events.ts'
import { causeOf } from '../../deployment/outcomes.ts'
import type { Plan } from '../../deployment/plan.ts'
import type { Events, Found, Target } from '../../deployment/target.ts'
import type { Terms } from '../../deployment/terms.ts'
import type { Version } from '../../deployment/version.ts'
import type { Cause } from '../../diagnosis/cause.ts'
import { Failure } from '../../failure.ts'
import type { Step } from './step.ts'

/** One deployment with steps: what it is of, and what it has come to. */
export interface Course {
  readonly target: Target
  readonly steps: readonly Step[]
  readonly terms: Terms
  readonly context: Context
  readonly plan: Plan
  /** Names of tasks that have ended well, of this deployment and of what the target itself runs before it. */
  readonly tasksRun: Set<string>
  /** False where the deployment is only watched. */
  readonly mayRollBack: boolean
  readonly done: Set<Step>
  version: Version | undefined
  deploymentId: string | undefined
  /** Of the step that failed first. */
  failed: Cause | undefined
}

/** Takes from an event what the steps need. */
export function takeNote(event: DeploymentEvent, course: Course): void {
  if (event.kind === 'versioned') course.version = event.version
  if (event.kind === 'started' || event.kind === 'identified') course.deploymentId = event.deploymentId
  const task = event.kind === 'phase' && event.status === 'succeeded' ? taskOfPhase(event.name) : undefined
  if (task !== undefined) course.tasksRun.add(task)
}

/** Name of the phase of a task: `Task migrate`. */
export function taskPhase(name: string): string {
  return `Task ${name}`
}

function taskOfPhase(phase: string): string | undefined {
  return /^Task (.+)$/.exec(phase)?.[1]
}

/** Runs steps in their order until one fails; its cause is kept. True: all are good. */
export async function* runSteps(steps: readonly Step[], course: Course): Events<boolean> {
  const { context } = course
  for (const step of steps) {
    context.signal.throwIfAborted()
    course.failed = yield* outcomeOf(step, course)
    course.done.add(step)
    if (course.failed) return false
    if (step.isTask) course.tasksRun.add(step.name.replace(/^Task /, ''))
  }
  return true
}

/** The steps of a deployment that is complete. A cancel meanwhile throws, and the post step reads which were due. */
export async function* runLastSteps(steps: readonly Step[], course: Course): Events<boolean> {
  const { keep } = course.context
  if (steps.length > 0) keep({ unfinished: steps.map(({ name }) => name).join(', ') })
  const isGood = yield* runSteps(steps, course)
  keep({ unfinished: undefined })
  return isGood
}

/** A step that could not be made is none that was passed. */
async function* outcomeOf(step: Step, { version, plan, context }: Course): Events<Cause | undefined> {
  const known = version ?? plan.to ?? plan.from
  if (known === undefined) throw new Error('steps of a deployment without a version')
  try {
    return yield* step.run(known, context)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return causeOf(error)
  }
}

/** The deployment as one that can be answered and stopped. */
export async function findOwn({ target, deploymentId, terms, context }: Course): Promise<Found | undefined> {
  return await target.find?.(deploymentId, terms, context)
}
