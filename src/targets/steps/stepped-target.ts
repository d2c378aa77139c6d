import type { Changed, Obstacle } from '../../deployment/conflict.ts'
import type { Context } from '../../deployment/context.ts'
import { certain, type End } from '../../deployment/outcomes.ts'
import type { Plan, PlanFact } from '../../deployment/plan.ts'
import type { Events, Found, Prepared, Seen, Target } from '../../deployment/target.ts'
import type { Terms } from '../../deployment/terms.ts'
import { Failure } from '../../failure.ts'
import { asName, joined, setting, text, untrusted } from '../../text.ts'
import { type Course, runLastSteps, runSteps } from './course.ts'
import { type Step, stepsWithoutStage } from './step.ts'
import { withStepsInside } from './steps-inside.ts'
import { stays, takeBack } from './take-back.ts'

/** How the steps of a target are carried out. */
export interface Stepping {
  readonly steps: readonly Step[]
  /** Names of tasks that the target itself runs before its deployment. */
  readonly before: readonly string[]
  /** False where a deployment is only watched: nothing is rolled back. */
  readonly mayRollBack: boolean
}

/**
 * A target with checks and tasks at places of its deployment: at a pause, once all traffic is shifted, or after the end and before the
 * verdict. A failed one rolls back by the engine of the target, with the step as the cause. A rollback has no steps.
 */
export function steppedTarget(target: Target, stepping: Stepping): Target {
  const { find, earlier } = target
  // A task that has run is named by what takes its deployment back, also for another member of the run.
  const tasksRun = new Set<string>()
  const courseOf = (plan: Plan, terms: Terms, context: Context, deploymentId?: string): Course => {
    const { steps, mayRollBack } = stepping
    const known = { done: new Set<Step>(), version: plan.to, deploymentId, failed: undefined }
    return { target, steps, terms, context, plan, tasksRun, mayRollBack, ...known }
  }
  return {
    ...target,
    async *lookAhead(terms, context) {
      requireWatch(stepping.steps, terms)
      const seen = target.lookAhead && (yield* target.lookAhead(terms, context))
      if (seen) requirePauses(stepping.steps, seen)
      return seen
    },
    async *prepare(terms, context, watchman) {
      requireWatch(stepping.steps, terms)
      // The pause at which a step has its place is answered by this run.
      const waiting = { ...terms, onPause: 'wait' as const }
      const prepared = yield* target.prepare(waiting, context, watchman)
      requirePauses(stepping.steps, prepared)
      return stepped(prepared, stepping, courseOf(prepared.plan, terms, context))
    },
    ...(find && {
      async find(id, terms, context) {
        const found = await find.call(target, id, { ...terms, onPause: 'wait' }, context)
        return found && watched(found, courseOf(found.plan, terms, context, found.id))
      },
    }),
    ...(earlier && { earlier: (goal) => warning(earlier.call(target, goal), tasksRun) }),
  }
}

/** The way back of a target whose tasks have run says that they stay. */
function warning(back: Target, tasksRun: ReadonlySet<string>): Target {
  const left = () => stays({ tasksRun: new Set(tasksRun) })
  return {
    ...back,
    async *prepare(terms, context, watchman) {
      const prepared = yield* back.prepare(terms, context, watchman)
      const message = left()
      if (message === undefined) return prepared
      const words = message.map((part) => (typeof part === 'string' ? part : 'untrusted' in part ? part.untrusted : ''))
      return { ...prepared, warnings: [...prepared.warnings, untrusted(words.join(''))] }
    },
  }
}

function requireWatch(steps: readonly Step[], { wait }: Terms): void {
  if (wait || steps.length === 0) return
  throw new Failure({
    code: 'inputs-invalid',
    what: text`Checks and tasks need a deployment that is watched to its end`,
    why: text`${setting('wait-for-service-stability')} is false, and there is ${joined(steps.map(({ name }) => text`${asName(name)}`))}`,
    fix: text`Set wait-for-service-stability to true, or remove them. Nothing has been changed on AWS.`,
  })
}

function requirePauses(steps: readonly Step[], { plan, pauses }: Seen): void {
  if (pauses === undefined || !/^(deploys|creates)$/.test(plan.does)) return
  const lost = stepsWithoutStage(steps, pauses)
  if (lost.length === 0) return
  const places = lost.map(({ name, when }) => text`${asName(name)} at ${untrusted(stageOf(when))}`)
  const known = pauses.length === 0 ? 'it does not pause at all' : `it pauses at ${pauses.join(', ')}`
  throw new Failure({
    code: 'service-unsupported',
    what: text`The deployment does not pause where it has ${joined(places, ' and ')}`,
    why: text`${untrusted(known)}`,
    fix: text`Add a hook to ${setting('lifecycle-hooks')} with targetType: PAUSE and lifecycleStages: [${untrusted(stageOf(lost[0]?.when))}] (Amazon ECS), set STOP_DEPLOYMENT with a wait time in the deployment group (READY_WAIT of CodeDeploy), or give another place under when.`,
  })
}

function stageOf(when: Step['when']): string {
  return typeof when === 'object' ? when.stage : ''
}

function stepped(prepared: Prepared, { before }: Stepping, course: Course): Prepared {
  const { plan, confirm, ready } = prepared
  const facts = course.steps.map(factOf)
  const names = before.map((name) => text`${asName(name)}`)
  const first = text`${joined(names)}, with the new ${course.target.nouns.version}`
  const tasks = before.length === 0 ? [] : [{ label: 'Tasks before', value: first, line: text`before   ${first}` }]
  return {
    ...prepared,
    plan: { ...plan, facts: [...plan.facts, ...tasks, ...facts] },
    async *confirm() {
      const end = confirm ? yield* confirm() : ({ outcome: 'unchanged', serving: plan.from } as const)
      return course.terms.dryRun ? end : yield* afterEnd(end, course)
    },
    async ready() {
      const { change, ...rest } = await ready()
      return {
        ...rest,
        async *change() {
          return yield* afterEnd(yield* withStepsInside(change(), course), course)
        },
      }
    },
  }
}

function factOf({ name, isTask, says }: Step): PlanFact {
  const line = isTask ? text`task     ${asName(name.replace(/^Task /, ''))}: ${says}` : text`verify   ${says}`
  return { label: name, value: says, line }
}

/** A deployment that an earlier step began: what was done at a pause is done, and what comes after it is not. */
function watched(found: Found, course: Course): Found {
  return {
    ...found,
    async *watch(answered) {
      return yield* afterEnd(yield* withStepsInside(found.watch(answered), course), course)
    },
  }
}

/** The end of a deployment, once the steps after it are made. */
async function* afterEnd<Ending extends End | Obstacle | Changed>(end: Ending, course: Course): Events<Ending | End> {
  if (!('outcome' in end)) return end
  const { failed } = course
  if (failed === undefined) return yield* afterGoodEnd(end, course)
  if (/^(succeeded|unchanged)$/.test(end.outcome)) return yield* takeBack(end, failed, course)
  if (!/^(failed|rolled-back|rollback-failed|stopped|timed-out)$/.test(end.outcome)) return end
  // What was stopped before its traffic has moved was only taken away again.
  const isBack = end.outcome === 'stopped' && end.serving !== undefined && end.serving.id === course.plan.from?.id
  return { ...end, outcome: isBack ? 'rolled-back' : end.outcome, cause: failed, left: stays(course) }
}

async function* afterGoodEnd<Ending extends End>(end: Ending, course: Course): Events<Ending | End> {
  const isDeployed = end.outcome === 'succeeded'
  if (!isDeployed && end.outcome !== 'unchanged') return isBad(end) ? { ...end, left: end.left ?? stays(course) } : end
  const { steps, done, context } = course
  const due = steps.filter((step) => !done.has(step))
  const [tasks, checks] = [due.filter(({ isTask }) => isTask), due.filter(({ isTask }) => !isTask)]
  if (!isDeployed && tasks.length > 0) {
    const message = untrusted(`${tasks.map(({ name }) => name).join(', ')}: not run, as nothing was deployed.`)
    yield { kind: 'note', at: context.clock.now(), message }
  }
  const missed = isDeployed ? due.find(({ when }) => typeof when === 'object') : undefined
  if (missed) course.failed = notPaused(missed)
  else yield* isDeployed ? runLastSteps([...checks, ...tasks], course) : runSteps(checks, course)
  const { failed } = course
  if (failed === undefined) return end
  return isDeployed ? yield* takeBack(end, failed, course) : { ...end, outcome: 'failed', cause: failed }
}

function isBad({ outcome }: End): boolean {
  return /^(failed|rolled-back|rollback-failed|stopped|timed-out)$/.test(outcome)
}

function notPaused({ name, when, isTask }: Step) {
  return certain(
    isTask ? 'task-failed' : 'verify-failed',
    text`${asName(name)} was not ${isTask ? 'run' : 'made'}`,
    text`the deployment did not pause at ${untrusted(stageOf(when))}`,
    text`Add a PAUSE hook at that stage to the service, or give another place under when.`,
  )
}
