import type { Pause, PauseAnswer } from '../deployment/details.ts'
import { whoMayAnswer } from '../deployment/pause/pause-end.ts'
import type { DeploymentState } from '../deployment/state.ts'
import { type Text, text, untrusted } from '../text.ts'
import { moment } from './short.ts'

/** ` at POST_TEST_TRAFFIC_SHIFT until 2026-11-22 05:00 UTC`, of the wait that ends first; empty when nothing waits. */
export function whereItWaits(state: DeploymentState): Text {
  const [pause] = openPauses(state)
  if (pause === undefined) return []
  return text` at ${untrusted(pause.stage)}${pause.until === undefined ? '' : ` until ${moment(pause.until)}`}`
}

/** Waits that nobody has answered, the one that ends first in front. */
export function openPauses({ pauses = [] }: DeploymentState): readonly Pause[] {
  const end = ({ until = Number.POSITIVE_INFINITY }: Pause) => until
  return pauses.toSorted((one, other) => end(one) - end(other))
}

/** What waits, until when, what happens otherwise, and who may answer: one line for each wait, then one for all. */
export function waitingLines(state: DeploymentState): readonly Text[] {
  const pauses = openPauses(state)
  const [first] = pauses
  if (first === undefined) return []
  const ids = pauses.length > 1 ? ' All of them have to be answered.' : ''
  return [...pauses.map(waitingLine), text`May answer: ${whoMayAnswer(first)}.${ids}`]
}

/** `POST_TEST_TRAFFIC_SHIFT waits for an answer (hook ecs-pause-…) until …; without one it is rolled back.` */
export function waitingLine({ id, stage, until, otherwise }: Pause): Text {
  const hook = id === stage ? '' : text` (hook ${untrusted(id)})`
  const end = until === undefined ? '' : ` until ${moment(until)}`
  const then =
    otherwise === 'continue' ? 'the deployment goes on' : id === stage ? 'it is stopped' : 'it is rolled back'
  return text`${untrusted(stage)} waits for an answer${hook}${end}; without one ${then}.`
}

const answers: Readonly<Record<PauseAnswer, string>> = {
  continue: 'was answered: the deployment goes on',
  'roll-back': 'was answered: the deployment goes back',
  'timed-out': 'was not answered in time',
  unknown: 'is over',
}

/** `The wait at POST_TEST_TRAFFIC_SHIFT was answered: the deployment goes on.`, or that another one is still open. */
export function answerLine(pause: Pause, answer: PauseAnswer, { pauses = [] }: DeploymentState): Text {
  if (answer === 'continue' && pauses.length > 0)
    return text`The wait at ${untrusted(pause.stage)} (hook ${untrusted(pause.id)}) was answered; ${pauses.length} more to go.`
  const then = answer === 'timed-out' && pause.otherwise === 'continue' ? ', so the deployment goes on' : ''
  return text`The wait at ${untrusted(pause.stage)} ${answers[answer]}${then}.`
}
