import { persistently } from '../../../deployment/agreement.ts'
import { pausesAt } from '../../../deployment/answer-pauses.ts'
import { unlessDenied } from '../../../deployment/optional-permission.ts'
import type { PauseDecision, Situation } from '../../../deployment/target.ts'
import { forPreparation } from '../../../deployment/time-limits.ts'
import { startReadyWait } from '../codedeploy/ready-wait.ts'
import { readyWaitCommands } from '../facts/cli-commands.ts'
import { standingOf } from '../facts/service-deployment.ts'
import type { Rollout } from '../request/ecs-context.ts'
import { hookWaits } from '../watch/hook-waits.ts'
import type { Located } from './locate.ts'

/** What is there to be answered. Where that is nothing, it is looked at again: a look may be older than the wait. */
export async function situationOf({ stage }: PauseDecision, located: Located, rollout: Rollout): Promise<Situation> {
  const isAnswerable = (seen: Situation) =>
    seen.kind === 'waits' ? pausesAt(stage, seen.pauses).length > 0 : seen.kind !== 'moving'
  const first = await judge(located, rollout)
  if (isAnswerable(first) || located.kind === 'task-set') return first
  const later = await persistently(rollout.context, async () => {
    const seen = await judge(await reread(located, rollout), rollout)
    return isAnswerable(seen) ? seen : undefined
  })
  return later ?? first
}

async function judge(located: Located, rollout: Rollout): Promise<Situation> {
  if (located.kind === 'task-set')
    return { kind: 'moving', says: 'it is the first of its service, which CodeDeploy never pauses' }
  return located.kind === 'codedeploy' ? await readyNow(located, rollout) : hooksNow(located, rollout)
}

async function reread(
  located: Exclude<Located, { kind: 'task-set' }>,
  { context, request }: Rollout,
): Promise<Located> {
  const { ecs, codeDeploy } = forPreparation(context, request)
  if (located.kind === 'codedeploy') return { ...located, deployment: await codeDeploy.describeDeployment(located.id) }
  return { ...located, deployment: (await ecs.describeServiceDeployment(located.arn)) ?? located.deployment }
}

function hooksNow({ deployment }: Extract<Located, { kind: 'service-deployment' }>, { request }: Rollout): Situation {
  const { status = '', lifecycleStage = '', lifecycleHookDetails: hooks = [] } = deployment
  if (standingOf(deployment) !== 'running')
    return { kind: 'ended', says: `The deployment has already ended: its status is ${status}.` }
  const { open } = hookWaits(deployment, request)
  if (open.length > 0) return { kind: 'waits', pauses: open, says: `it is paused at ${lifecycleStage}` }
  const wasAnswered = hooks.some((hook) => hook.targetType === 'PAUSE' && hook.status !== 'AWAITING_ACTION')
  if (wasAnswered)
    return { kind: 'answered', says: `The pause has already ended: the deployment is at ${lifecycleStage}.` }
  return { kind: 'moving', says: `its status is ${status}${lifecycleStage && `, at ${lifecycleStage}`}` }
}

async function readyNow(
  { deployment, group, id }: Extract<Located, { kind: 'codedeploy' }>,
  { context, request, service }: Rollout,
): Promise<Situation> {
  const { status = '' } = deployment
  if (/^(Succeeded|Failed|Stopped)$/.test(status))
    return { kind: 'ended', says: `The deployment has already ended: its status is ${status}.` }
  const { codeDeploy } = forPreparation(context, request)
  const names = [service.clusterArn ?? request.cluster, service.serviceName ?? request.service] as const
  const target = await unlessDenied(codeDeploy.describeTarget(id, ...names), () => undefined)
  const waits = startReadyWait(
    group,
    readyWaitCommands(id, request.region),
  )({ deployment, target, isStopped: false, now: context.clock.now() })
  if (waits.open.length > 0) return { kind: 'waits', pauses: waits.open, says: 'it is paused at READY_WAIT' }
  const running = target?.lifecycleEvents?.findLast((event) => event.status !== 'Pending')?.lifecycleEventName ?? ''
  const says = `its status is ${status}${running && `, at ${running}`}`
  // The wait comes before this event, where there is one.
  const isAfterPause = /^(BeforeAllowTraffic|AllowTraffic|AfterAllowTraffic)$/.test(running)
  return isAfterPause ? { kind: 'answered', says: `The pause has already ended: ${says}.` } : { kind: 'moving', says }
}
