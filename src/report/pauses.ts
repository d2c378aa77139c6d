import { type Pause, type PauseAnswer, whoMayAnswer } from '../deployment/pause.ts'
import type { DeploymentState } from '../deployment/state.ts'
import { type Text, text, untrusted } from '../text.ts'
import { moment } from '../utc.ts'

/** ` at POST_TEST_TRAFFIC_SHIFT until 2026-11-22 05:00 UTC`, of the wait that ends first; empty when nothing waits. */
export function whereItWaits(state: DeploymentState): Text {
  const [pause] = openPauses(state)
  if (pause === undefined) return []
  return text` at ${untrusted(pause.stage)}${pause.until === undefined ? '' : ` until ${moment(pause.until)}`}`
}

/** Pauses without an answer, the one that times out first in front. */
export function openPauses({ pauses = [] }: DeploymentState): readonly Pause[] {
  const end = ({ until = Number.POSITIVE_INFINITY }: Pause) => until
  return pauses.toSorted((one, other) => end(one) - end(other))
}

/** What happens at the timeout, and how to continue. The headline says already where and until when the first one waits. */
export function waitingLines(state: DeploymentState): readonly Text[] {
  const [first, ...others] = openPauses(state)
  if (first === undefined) return []
  if (others.length === 0)
    return [text`Without an answer ${withoutAnswer(first)}${hookOf(first)}. ${howToContinue(first)}`]
  return [...[first, ...others].map(waitingLine), text`${howToContinue(first)} All pauses have to be continued.`]
}

/** `Paused at POST_TEST_TRAFFIC_SHIFT (hook ecs-pause-…) until …; without an answer the deployment is rolled back.` */
export function waitingLine(pause: Pause): Text {
  const { stage, until } = pause
  const end = until === undefined ? '' : ` until ${moment(until)}`
  return text`Paused at ${untrusted(stage)}${hookOf(pause)}${end}; without an answer ${withoutAnswer(pause)}.`
}

/** How to continue the deployment, as a sentence. */
export function howToContinue(pause: Pause): Text {
  return text`To continue: ${whoMayAnswer(pause)}.`
}

/** Some waits have no name but that of their stage. */
function hookOf({ id, stage }: Pause): Text {
  return id === stage ? [] : text` (hook ${untrusted(id)})`
}

function withoutAnswer({ id, stage, otherwise }: Pause): string {
  if (otherwise === 'continue') return 'the deployment continues'
  return id === stage ? 'the deployment is stopped' : 'the deployment is rolled back'
}

const answers: Readonly<Record<PauseAnswer, string>> = {
  continue: 'continued',
  'roll-back': 'ended: rollback requested',
  'timed-out': 'timed out',
  unknown: 'ended',
}

/** `Pause at POST_TEST_TRAFFIC_SHIFT continued.`, or that another one is still open. */
export function answerLine(pause: Pause, answer: PauseAnswer, { pauses = [] }: DeploymentState): Text {
  if (answer === 'continue' && pauses.length > 0)
    return text`Pause at ${untrusted(pause.stage)} (hook ${untrusted(pause.id)}) continued; ${pauses.length} still open.`
  const then = answer === 'timed-out' && pause.otherwise === 'continue' ? ', the deployment continues' : ''
  return text`Pause at ${untrusted(pause.stage)} ${answers[answer]}${then}.`
}
