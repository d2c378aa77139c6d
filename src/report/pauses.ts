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

/**
 * What happens without an answer, and who may give it. The headline says already where and until when the first one waits;
 * several have a line each.
 */
export function waitingLines(state: DeploymentState): readonly Text[] {
  const [first, ...others] = openPauses(state)
  if (first === undefined) return []
  const who = text`May answer: ${whoMayAnswer(first)}.`
  if (others.length === 0) return [text`Without an answer ${withoutAnswer(first)}${hookOf(first)}. ${who}`]
  return [...[first, ...others].map(waitingLine), text`${who} All of them have to be answered.`]
}

/** `POST_TEST_TRAFFIC_SHIFT waits for an answer (hook ecs-pause-…) until …; without one it is rolled back.` */
export function waitingLine(pause: Pause): Text {
  const { stage, until } = pause
  const end = until === undefined ? '' : ` until ${moment(until)}`
  return text`${untrusted(stage)} waits for an answer${hookOf(pause)}${end}; without one ${withoutAnswer(pause)}.`
}

/** The wait of CodeDeploy has no name but that of its stage. */
function hookOf({ id, stage }: Pause): Text {
  return id === stage ? [] : text` (hook ${untrusted(id)})`
}

function withoutAnswer({ id, stage, otherwise }: Pause): string {
  if (otherwise === 'continue') return 'the deployment goes on'
  return id === stage ? 'it is stopped' : 'it is rolled back'
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
