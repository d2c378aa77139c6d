import { certain } from '../../../deployment/outcomes.ts'
import { type Pause, type PauseAnswer, whoMayAnswer } from '../../../deployment/pause.ts'
import { type Text, text, untrusted } from '../../../text.ts'
import type { ServiceEnd } from '../request/service-end.ts'
import type { ServiceRequest } from '../request/service-request.ts'
import { reattach } from '../request/watch-again.ts'

/** A wait that is over. */
export interface PauseEnd {
  readonly pause: Pause
  readonly answer: PauseAnswer
}

/** What says how long AWS waits; 14 days are the most for a hook (DeploymentLifecycleHookTimeoutConfiguration). */
const longer = {
  hook: text`timeoutConfiguration of the hook (at most 20160 minutes)`,
  ready: text`waitTimeInMinutes of the deployment group`,
}

/** Id and stage of CodeDeploy's wait before production traffic is let over. */
export const readyWait = 'READY_WAIT'

function isReadyWait({ id }: Pause): boolean {
  return id === readyWait
}

/** `the pause at POST_TEST_TRAFFIC_SHIFT (hook ecs-pause-…)`. */
function nameOf(pause: Pause): Text {
  if (isReadyWait(pause)) return text`READY_WAIT (before production traffic)`
  const where = pause.stage === '' ? text`the pause` : text`the pause at ${untrusted(pause.stage)}`
  return text`${where} (hook ${untrusted(pause.id)})`
}

/** The end of a deployment that did not go on after a wait, with the wait as its cause. */
export function explainPauseEnd(end: ServiceEnd, last: PauseEnd | undefined): ServiceEnd {
  if (last === undefined || !/^(failed|rolled-back|rollback-failed|stopped)$/.test(end.outcome)) return end
  const { pause, answer } = last
  if (answer === 'timed-out' && pause.otherwise === 'continue') return end
  // CodeDeploy stops a deployment whose wait timed out; without a rollback it reports no more than that.
  const outcome = end.outcome === 'failed' && isReadyWait(pause) ? 'stopped' : end.outcome
  return { ...end, outcome, cause: answer === 'timed-out' ? unanswered(pause) : refused(pause) }
}

function unanswered(pause: Pause) {
  const until = pause.until === undefined ? '' : text` by ${new Date(pause.until).toISOString()}`
  const did = isReadyWait(pause) ? 'CodeDeploy stopped the deployment' : 'ECS rolled it back'
  return certain(
    'pause-timed-out',
    text`the pause timed out`,
    text`${nameOf(pause)} was not answered${until}, so ${did}`,
    text`Deploy again and answer in time: ${whoMayAnswer(pause)}. For a longer pause, raise ${isReadyWait(pause) ? longer.ready : longer.hook}.`,
  )
}

function refused(pause: Pause) {
  // CodeDeploy knows no other way to refuse than a stop.
  const [how, event] = isReadyWait(pause)
    ? [text`stopped the deployment at ${nameOf(pause)}`, 'StopDeployment']
    : [text`answered ${nameOf(pause)} with ROLLBACK`, 'ContinueServiceDeployment']
  return certain(
    'pause-refused',
    text`the pause was answered with a rollback`,
    text`another user or run ${how}`,
    text`AWS CloudTrail has the user (event ${event}). Deploy again when the reason is resolved.`,
  )
}

/** The end of a watch that lasted as long as a job may, while the deployment still waits. */
export function stillPaused(
  [pause]: readonly Pause[],
  minutes: number,
  id: string,
  request: ServiceRequest,
): ServiceEnd | undefined {
  if (pause === undefined) return undefined
  return {
    outcome: 'timed-out',
    cause: certain(
      'still-paused',
      text`the deployment is still paused after ${minutes} minutes, the longest that a job can run`,
      text`${nameOf(pause)} has not been answered`,
      text`It can still be answered: ${whoMayAnswer(pause)}. For long pauses set on-pause: leave, and answer in a later job.${reattach(id, request)}`,
    ),
  }
}
