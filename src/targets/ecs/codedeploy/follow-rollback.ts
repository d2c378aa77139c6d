import { type Deadline, deadlineIn } from '../../../clock.ts'
import type { DeploymentEvent } from '../../../deployment/events.ts'
import { returning, stoppedByHand } from '../../../deployment/outcomes.ts'
import { lookUntil, type Pace, ticks } from '../../../deployment/pace.ts'
import { afterEndTime, withDeadline } from '../../../deployment/time-limits.ts'
import type { CodeDeployDeployment, DeploymentGroup } from '../../../ports.ts'
import { text, untrusted } from '../../../text.ts'
import type { Rollout } from '../request/ecs-context.ts'
import type { ServiceEnd } from '../request/service-end.ts'
import { reattach } from '../request/watch-again.ts'
import { alarmsIn } from '../watch/gauges.ts'
import { servingAgain, servingNow } from './traffic-proof.ts'

interface Lost {
  readonly rollout: Rollout
  /** Our deployment, Failed or Stopped. */
  readonly deployment: CodeDeployDeployment
  readonly group: DeploymentGroup | undefined
  readonly deadline: Deadline
  readonly minutes: number
  readonly pace: Pace
  /** We stopped it ourselves, with rollback. */
  readonly isAsked: boolean
}

/** How long CodeDeploy may take to name the deployment by which it rolls back. */
const namingDelay = 30_000

/**
 * Watches a failed deployment to the end of its rollback: CodeDeploy rolls back by a second deployment, and only its end shows
 * the live revision.
 */
export async function* followRollback(given: Lost): AsyncGenerator<DeploymentEvent, ServiceEnd> {
  const { deployment } = given
  const context = withDeadline(given.rollout.context, given.deadline + afterEndTime)
  const rollout = { ...given.rollout, context }
  const lost = { ...given, rollout }
  const reason = reasonOf(deployment)
  const rollbackId = await findRollback(lost)
  if (rollbackId === undefined) return await withoutRollback(lost)
  const said = reason ? { reason, ...alarmsIn(reason) } : {}
  yield { kind: 'rolling-back', at: context.clock.now(), deploymentId: rollbackId, ...said }
  for await (const _ of ticks(context.clock, lost.deadline, lost.pace, context.signal)) {
    const reading = context.codeDeploy.describeDeployment(rollbackId)
    const status = (await lookUntil(context.clock, lost.deadline, reading))?.status
    if (status === 'Succeeded') {
      const serving = await servingAgain(rollout, deployment)
      // A requested rollback succeeds only with proof.
      if (serving !== undefined || !rollout.request.isTurnedRound) return { outcome: 'rolled-back', serving, reason }
    }
    if (status === 'Failed' || status === 'Stopped') return { outcome: 'rollback-failed', reason }
    lost.pace.hurry()
  }
  const last = text`CodeDeploy's rollback, deployment ${untrusted(rollbackId)}, is still in progress`
  return returning(lost.minutes, last, reattach(deployment.deploymentId, rollout.request))
}

async function findRollback({
  rollout,
  deployment,
  group,
  deadline,
  pace,
  isAsked,
}: Lost): Promise<string | undefined> {
  const { clock, signal, codeDeploy } = rollout.context
  const known = deployment.rollbackInfo?.rollbackDeploymentId
  if (known || !deployment.deploymentId || !(isAsked || isRollbackDue(deployment, group))) return known
  const until = Math.min(deadline, deadlineIn(clock, namingDelay))
  for await (const _ of ticks(clock, until, pace, signal)) {
    const now = await lookUntil(clock, deadline, codeDeploy.describeDeployment(deployment.deploymentId))
    if (now?.rollbackInfo?.rollbackDeploymentId) return now.rollbackInfo.rollbackDeploymentId
    pace.hurry()
  }
  return undefined
}

/** Whether the group rolls back by itself after such an end (`autoRollbackConfiguration.events`), or may, where it is not known. */
function isRollbackDue(
  { status, errorInformation }: CodeDeployDeployment,
  group: DeploymentGroup | undefined,
): boolean {
  if (group === undefined) return true
  const { enabled, events = [] } = group.autoRollbackConfiguration ?? {}
  if (!enabled) return false
  if (status === 'Failed') return events.includes('DEPLOYMENT_FAILURE')
  const isAlarm = errorInformation?.code === 'ALARM_ACTIVE'
  return events.includes(isAlarm ? 'DEPLOYMENT_STOP_ON_ALARM' : 'DEPLOYMENT_STOP_ON_REQUEST')
}

async function withoutRollback({ rollout, deployment, isAsked }: Lost): Promise<ServiceEnd> {
  const serving = await servingNow(rollout)
  const reason = reasonOf(deployment)
  // Before the traffic moves there is nothing to bring back: CodeDeploy only takes the new tasks away.
  if (isAsked && serving !== undefined && serving === rollout.previousTaskDefinition)
    return { outcome: 'rolled-back', serving, reason }
  return stoppedBy(deployment, isAsked) === 'by-others'
    ? { ...stoppedByHand(reason), serving }
    : { outcome: 'failed', serving, reason }
}

/**
 * Whether this run or another user stopped a deployment that has ended, if it was stopped. An alarm stops it too, with the code
 * ALARM_ACTIVE (API ErrorInformation, `code`).
 */
export function stoppedBy({ status, errorInformation }: CodeDeployDeployment, isAsked: boolean): ServiceEnd['stopped'] {
  if (isAsked) return 'by-us'
  const code = errorInformation?.code
  return status === 'Stopped' && (code === undefined || code === 'MANUAL_STOP') ? 'by-others' : undefined
}

function reasonOf({ errorInformation }: CodeDeployDeployment) {
  return errorInformation?.message ? untrusted(errorInformation.message) : undefined
}
