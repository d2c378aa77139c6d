import { type Text, text, untrusted } from '../../text.ts'
import type { Pause, PauseAnswer } from '../details.ts'
import { certain, type End, reattach } from '../end.ts'
import type { DeployRequest } from '../journey.ts'

/** A wait that is over. */
export interface PauseEnd {
  readonly pause: Pause
  readonly answer: PauseAnswer
}

/** What says how long AWS waits; 14 days are the most for a hook (DeploymentLifecycleHookTimeoutConfiguration). */
const longer = {
  hook: text`timeoutConfiguration of the hook, at most 20160 minutes`,
  ready: text`waitTimeInMinutes of the deployment group`,
}

/** Id and stage of CodeDeploy's wait before production traffic is let over. */
export const readyWait = 'READY_WAIT'

function isReadyWait({ id }: Pause): boolean {
  return id === readyWait
}

/** `the pause at POST_TEST_TRAFFIC_SHIFT (hook ecs-pause-…)`. */
function nameOf(pause: Pause): Text {
  if (isReadyWait(pause)) return text`the wait before production traffic (READY_WAIT)`
  const where = pause.stage === '' ? text`the pause` : text`the pause at ${untrusted(pause.stage)}`
  return text`${where} (hook ${untrusted(pause.id)})`
}

/** Who may answer, as the end of a sentence. */
export function whoMayAnswer(pause: Pause): Text {
  const permission = isReadyWait(pause) ? 'codedeploy:ContinueDeployment' : 'ecs:ContinueServiceDeployment'
  return text`the action continue, or a principal with ${permission}`
}

/** The end of a deployment that did not go on after a wait, with the wait as its cause. */
export function explainPauseEnd(end: End, last: PauseEnd | undefined): End {
  if (last === undefined || !/^(failed|rolled-back|rollback-failed|stopped)$/.test(end.outcome)) return end
  const { pause, answer } = last
  if (answer === 'timed-out' && pause.otherwise === 'continue') return end
  // CodeDeploy stops what nobody answered; where it does not roll back, it says no more than that.
  const outcome = end.outcome === 'failed' && isReadyWait(pause) ? 'stopped' : end.outcome
  return { ...end, outcome, cause: answer === 'timed-out' ? unanswered(pause) : refused(pause) }
}

function unanswered(pause: Pause) {
  const until = pause.until === undefined ? '' : text` by ${new Date(pause.until).toISOString()}`
  const did = isReadyWait(pause) ? 'AWS CodeDeploy then stops the deployment' : 'Amazon ECS then rolls back'
  return certain(
    'pause-timed-out',
    text`The deployment waited for an answer and got none`,
    text`nobody answered ${nameOf(pause)}${until}, and ${did}`,
    text`Deploy again and answer in time: ${whoMayAnswer(pause)}. To wait longer, raise ${isReadyWait(pause) ? longer.ready : longer.hook}.`,
  )
}

function refused(pause: Pause) {
  return certain(
    'pause-refused',
    text`Somebody decided not to go on`,
    text`${nameOf(pause)} was answered with a rollback`,
    text`Ask who answered (AWS CloudTrail knows); deploy again when the reason is gone.`,
  )
}

/** The end of a watch that lasted as long as a job may, while the deployment still waits. */
export function stillPaused(
  [pause]: readonly Pause[],
  minutes: number,
  id: string,
  request: DeployRequest,
): End | undefined {
  if (pause === undefined) return undefined
  return {
    outcome: 'timed-out',
    cause: certain(
      'still-paused',
      text`The deployment still waits for an answer after ${minutes} minutes, which is as long as a job may last`,
      text`nobody has answered ${nameOf(pause)}`,
      text`It still can be answered: ${whoMayAnswer(pause)}. For long waits set on-pause to leave, and answer in a later job.${reattach(id, request)}`,
    ),
  }
}
