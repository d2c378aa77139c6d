import type { DeploymentEvent } from '../../deployment/events.ts'
import type { End } from '../../deployment/outcomes.ts'
import type { Pause } from '../../deployment/pause.ts'
import type { Events } from '../../deployment/target.ts'
import { Failure, failureInOneLine } from '../../failure.ts'
import { renderText, text, untrusted } from '../../text.ts'
import { type Course, findOwn, runSteps, takeNote } from './course.ts'
import { testStages } from './request/release-steps.ts'
import { stepsAtStage } from './step.ts'

/**
 * The events of a deployment, with the steps that have their place in it: at pauses, which are answered by their results, and
 * once all traffic is shifted, while AWS still keeps the version before. A failed step rolls the deployment back.
 */
export async function* withStepsInside<Ending>(inner: Events<Ending>, course: Course): Events<Ending | End> {
  for (;;) {
    const { done, value } = await inner.next()
    if (done) return value
    takeNote(value, course)
    // What follows from our own answer is no news: the step that failed is the cause.
    if (value.kind === 'suspected' && course.failed) continue
    yield value
    if (course.failed) continue
    if (value.kind === 'traffic' && value.percent === 100) yield* atFullTraffic(course)
    if (value.kind === 'paused' && (yield* atPause(value.pause, course)) === 'left') return { outcome: 'paused' }
  }
}

/** `left`: it waits for a person. A pause that a step names is answered by its result, whatever `on-pause` says. */
async function* atPause(pause: Pause, course: Course): Events<'answered' | 'left'> {
  const { steps, terms, done } = course
  const isTest = testStages.includes(pause.stage.toUpperCase())
  const due = stepsAtStage(steps, pause.stage, isTest)
  const isLeft = terms.onPause === 'leave' && due.every(({ when }) => when === undefined)
  const isGood = yield* runSteps(
    due.filter((step) => !(step.isTask && done.has(step))),
    course,
  )
  // Of a production URL, the version before has answered; it is checked again once it leads to the new one.
  for (const step of due) if (step.isRequest && step.when === undefined) done.delete(step)
  if (!isGood) yield* turnRound(pause, course)
  else if (isLeft) return 'left'
  else if (due.length > 0) yield* goOn(pause, course)
  return 'answered'
}

async function* goOn(pause: Pause, course: Course): Events<void> {
  const found = await findOwn(course)
  if (await found?.waits?.answer('continue', pause)) return
  const message = `The pause at ${pause.stage} had already ended when its checks and tasks were complete: another user or run answered it, or it timed out.`
  yield { kind: 'warning', at: course.context.clock.now(), message: untrusted(message) }
}

/** Checks without a place of their own. */
async function* atFullTraffic(course: Course): Events<void> {
  const { steps, done, target } = course
  const due = steps.filter((step) => step.when === undefined && !done.has(step))
  if (due.length === 0 || target.find === undefined) return
  if (!(yield* runSteps(due, course))) yield* turnRound(undefined, course)
}

/** Takes the deployment back while it is on its way. Where that is too late, it is done after its end. */
async function* turnRound(pause: Pause | undefined, course: Course): Events<void> {
  const { context, failed, mayRollBack, plan } = course
  // A first deployment has nothing to go back to; only its pause needs an answer.
  const isInVain = pause === undefined && plan.does === 'creates'
  if (failed === undefined || !mayRollBack || isInVain) return
  const found = await findOwn(course)
  const told: readonly DeploymentEvent[] = [
    { kind: 'suspected', at: context.clock.now(), cause: failed },
    { kind: 'rolling-back', at: context.clock.now(), reason: reasonOf(failed), isOurs: true },
  ]
  try {
    const isAnswered = pause !== undefined && (await found?.waits?.answer('roll-back', pause))
    if (!isAnswered) await found?.stop?.()
    yield* told
  } catch (error) {
    if (!(error instanceof Failure) || context.signal.aborted) throw error
    const isOver = error.parts.code === 'deployment-conflict'
    const words = pause && !isOver ? reasonOf(failed) : notStopped(error)
    yield { kind: isOver ? 'note' : 'warning', at: context.clock.now(), message: words }
    // A pause that is not answered would be waited for in vain. Otherwise the deployment ends, and is rolled back by a new one.
    if (pause && !isOver) throw error
  }
}

function notStopped(error: Failure) {
  const why = renderText(failureInOneLine(error.parts), (theirs) => theirs)
  return untrusted(`The deployment was not stopped, and is rolled back after its end: ${why}`)
}

/** What failed and why, as one text of others: a body of a response may be in it. */
export function reasonOf({ what, why }: NonNullable<Course['failed']>) {
  return untrusted(renderText(text`${what}: ${why}`, (theirs) => theirs))
}
