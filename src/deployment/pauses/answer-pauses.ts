import { Failure } from '../../failure.ts'
import { begin, watch } from '../../targets/ecs/locate/attach.ts'
import { type Located, locate } from '../../targets/ecs/locate/locate.ts'
import { type PauseDecision, pausesAt, type Situation, situationOf } from '../../targets/ecs/locate/pause-decision.ts'
import type { ServiceRequest } from '../../targets/ecs/request/service-request.ts'
import { findMoving } from '../../targets/ecs/rollback/in-flight.ts'
import { asRollback } from '../../targets/ecs/rollback/stop-in-flight.ts'
import { text, untrusted } from '../../text.ts'
import type { Context, Rollout } from '../context.ts'
import type { DeploymentEvent } from '../events.ts'
import { causeOf, certain, type End, reattach } from '../outcomes.ts'
import type { Pause } from '../pause.ts'
import { redactEvents } from '../redact-events.ts'
import { forPreparation } from '../time-limits.ts'
import { withRecord } from '../with-record.ts'

type Events<Result> = AsyncGenerator<DeploymentEvent, Result>

/**
 * Answers what a deployment waits for, then watches it to its end. `deploymentId` of the request names the deployment;
 * without it, the one that is in flight is meant. The last event is `finished`: after `roll-back` with `succeeded` when
 * the service is back, as a rollback has it.
 */
export async function* answerPauses(decision: PauseDecision, request: ServiceRequest, context: Context): Events<void> {
  const answering = { ...request, isTurnedRound: decision.answer === 'roll-back' }
  yield* redactEvents(answering, context, (asked, seen) =>
    withRecord(asked, seen, {}, (kept) => way(decision, asked, kept)),
  )
}

async function* way(decision: PauseDecision, request: ServiceRequest, context: Context): Events<End> {
  const isBack = decision.answer === 'roll-back'
  const located = await locate(request.deploymentId ?? (await idInFlight(request, context)), request, context)
  const rollout = yield* begin(located, request, context, isBack)
  const seen = await situationOf(decision, located, rollout)
  const refused = refusalOf(decision, seen, located, request)
  if (refused) return refused
  if (seen.kind !== 'waits') yield { kind: 'warning', at: context.clock.now(), message: untrusted(seen.says) }
  try {
    const answered = yield* give(decision, seen, located, rollout)
    const end = yield* watch(located, { ...rollout, request: { ...request, answered } })
    return isBack ? wentBack(end, located) : end
  } catch (error) {
    if (!(error instanceof Failure) || error.parts.code !== 'permission-missing') throw error
    return { outcome: 'detached', cause: causeOf(error) }
  }
}

async function idInFlight(request: ServiceRequest, context: Context): Promise<string> {
  const moving = await findMoving(request, forPreparation(context, request))
  if (moving) return moving.engine === 'codedeploy' ? moving.id : moving.arn
  throw new Failure({
    code: 'deployment-not-found',
    what: text`The service ${untrusted(request.service)} has no paused deployment to continue`,
    why: text`none of its deployments is in progress`,
    fix: text`Check the service in the AWS console: the deployment may have ended, or its pause may have timed out and rolled it back.`,
  })
}

/** Nothing can be done where nothing waits; what somebody else let go on is not taken back by an answer. */
function refusalOf(
  { answer, stage }: PauseDecision,
  seen: Situation,
  located: Located,
  { cluster, service }: ServiceRequest,
): End | undefined {
  const pauses = seen.kind === 'waits' ? pausesAt(stage, seen.pauses) : []
  const goesOn = seen.kind === 'ended' || (seen.kind === 'answered' && answer === 'continue')
  if (goesOn || pauses.length > 0) return undefined
  const where = stage === undefined ? '' : text` at ${untrusted(stage)}`
  return {
    outcome: 'detached',
    cause: certain(
      'nothing-to-answer',
      text`The deployment ${untrusted(located.id)} is not paused${where}`,
      text`${untrusted(seen.says)}`,
      seen.kind === 'answered'
        ? text`It was already continued. To undo the deployment, run the rollback workflow (actions/rollback).`
        : text`No answer was sent, and the deployment continues. Run this job again once it is paused${stage === undefined ? '' : ' there'}; a deploy job with on-pause: leave ends at that point.${reattach(located.id, { cluster, service })}`,
    ),
  }
}

/** Gives the answers, each told as what it does. Returns the ids of the waits that are over now. */
async function* give(
  { answer, stage }: PauseDecision,
  seen: Situation,
  located: Located,
  { context, request }: Rollout,
): Events<readonly string[]> {
  if (seen.kind !== 'waits') return []
  const ports = forPreparation(context, request)
  const pauses = pausesAt(stage, seen.pauses)
  for (const pause of pauses) {
    yield { kind: 'paused', at: context.clock.now(), pause }
    const isOurs = await answerOne(answer, pause, located, ports)
    yield { kind: 'resumed', at: context.clock.now(), id: pause.id, answer: isOurs ? answer : 'unknown' }
    if (isOurs) continue
    const message = `The pause at ${pause.stage} had already ended when this answer was sent: another user or run answered it, or it timed out.`
    yield { kind: 'warning', at: context.clock.now(), message: untrusted(message) }
  }
  return pauses.map(({ id }) => id)
}

/** False: nothing waited there any more. */
async function answerOne(
  answer: PauseDecision['answer'],
  pause: Pause,
  located: Located,
  { ecs, codeDeploy }: Context,
): Promise<boolean> {
  if (located.kind === 'service-deployment')
    return await ecs.continueServiceDeployment(located.arn, pause.id, answer === 'continue' ? 'CONTINUE' : 'ROLLBACK')
  if (answer === 'continue') return await codeDeploy.continueDeployment(located.id, 'READY_WAIT')
  // CodeDeploy knows no other answer than to go on; what waits is stopped instead.
  await codeDeploy.stopDeployment(located.id, true)
  return true
}

function wentBack(end: End, located: Located): End {
  // Before the traffic has moved there is nothing to bring back: CodeDeploy only takes the new tasks away.
  if (end.outcome === 'stopped' && end.serving !== undefined && end.serving === located.previous)
    return { outcome: 'succeeded', serving: end.serving }
  return asRollback(end, located.taskDefinition)
}
