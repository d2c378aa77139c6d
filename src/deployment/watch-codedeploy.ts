import { resourceName } from '../arn.ts'
import { deadlineIn } from '../clock.ts'
import type { CodeDeployDeployment, DeploymentGroup, EcsTarget } from '../ports.ts'
import { text, type Untrusted, untrusted } from '../text.ts'
import { followRollback } from './codedeploy-rollback.ts'
import { hasReached, signsOf, targetProgress } from './codedeploy-target.ts'
import { type End, timedOut } from './end.ts'
import type { DeploymentEvent } from './event.ts'
import { startFailFast } from './fail-fast.ts'
import type { DeployRequest, Rollout } from './journey.ts'
import { aftermath, aside, shortly, until } from './patience.ts'
import { unlessDenied } from './permitted.ts'
import { lookUntil, type Pace, startPace, ticks } from './watch.ts'

type Events<Result> = AsyncGenerator<DeploymentEvent, Result>

/** GitHub ends a job after six hours on its own machines; a wait that is longer cannot end well. */
const longestWaitMinutes = 360
/** Where a goal before the end is seen only in the target, every look takes two calls. Milliseconds. */
const gapOfTwoCalls = 8_000
const unshown = untrusted(
  'The credentials do not allow codedeploy:GetDeploymentTarget, so its steps and traffic are not shown.',
)

/** Minutes that a deployment may take: what is asked for, and what its group itself waits for in the meantime. */
function minutesOf({ waitMinutes, waitFor }: DeployRequest, group: DeploymentGroup | undefined): number {
  const configuration = group?.blueGreenDeploymentConfiguration
  const termination = configuration?.terminateBlueInstancesOnDeploymentSuccess?.terminationWaitTimeInMinutes ?? 0
  const wanted = waitMinutes + readyMinutes(group) + (isEarly(waitFor) ? 0 : termination)
  return Math.min(Math.max(longestWaitMinutes, waitMinutes), wanted)
}

/** A group may leave out any part of its configuration. */
function readyMinutes(group: DeploymentGroup | undefined): number {
  return group?.blueGreenDeploymentConfiguration?.deploymentReadyOption?.waitTimeInMinutes ?? 0
}

function isEarly(waitFor: DeployRequest['waitFor']): boolean {
  return waitFor !== undefined && waitFor !== 'terminated'
}

/** Watches a deployment of CodeDeploy to its end or to the goal, and through its rollback where it has one. */
export async function* watchCodeDeploy(started: Rollout, id: string, group: DeploymentGroup | undefined): Events<End> {
  const { request } = started
  const minutes = minutesOf(request, group)
  const deadline = deadlineIn(started.journey.clock, minutes * 60_000)
  const journey = until(started.journey, deadline + aftermath)
  const rollout = { ...started, journey }
  const pace = startPace(journey.clock, request.longestGap ?? (isEarly(request.waitFor) ? gapOfTwoCalls : undefined))
  const view = startView(rollout, id, pace)
  const failFast = startFailFast(rollout, pace)
  let status: string | undefined
  let isStopped = false
  for await (const _ of ticks(journey.clock, deadline, pace, journey.signal)) {
    const deployment = await lookUntil(journey.clock, deadline, journey.codeDeploy.describeDeployment(id))
    if (deployment === undefined) continue
    yield* readyWait(status, deployment.status, readyMinutes(group), journey.clock.now())
    const moved = deployment.status !== status
    const over = isOver(deployment)
    status = deployment.status
    if (moved) pace.hurry()
    const target = yield* view(over, moved)
    if (status === 'Succeeded') return { outcome: 'succeeded', serving: rollout.taskDefinition }
    if (over) return yield* followRollback({ rollout, deployment, group, deadline, pace, minutes, isAsked: isStopped })
    if (hasReached(target, request.waitFor)) return { outcome: 'succeeded', serving: rollout.taskDefinition }
    const same: Untrusted | undefined = target && !isStopped ? await failFast.look(signsOf(target)) : undefined
    if (same) {
      isStopped = yield* stop(rollout, id, same)
      pace.hurry()
    }
  }
  return timedOut(minutes, text`its status is still ${untrusted(status ?? 'unknown')}`, id)
}

/** Tells what the target shows, now and then; hands on what was seen last. */
function startView(rollout: Rollout, id: string, pace: Pace) {
  const { journey, request } = rollout
  let target: EcsTarget | undefined
  let isShown = true
  return async function* (over: boolean, moved: boolean): Events<EcsTarget | undefined> {
    if (over) pace.spend()
    if (!isShown || !(over || pace.aside(moved || isEarly(request.waitFor)))) return target
    const look = aside(journey, ({ codeDeploy }) => codeDeploy.describeTarget(id, ...namesOf(rollout)))
    const now = await unlessDenied(look, () => {
      isShown = false
    })
    if (!isShown) yield { kind: 'warning', at: journey.clock.now(), message: unshown }
    if (now) yield* targetProgress(target, now, journey.clock.now())
    target = now ?? target
    return target
  }
}

/** Stops the deployment with rollback. True when that was allowed. */
async function* stop({ journey, request }: Rollout, id: string, reason: Untrusted): Events<boolean> {
  const { codeDeploy } = shortly(journey, request)
  let isAllowed = true
  await unlessDenied(codeDeploy.stopDeployment(id, true), () => {
    isAllowed = false
  })
  const at = journey.clock.now()
  if (isAllowed) yield { kind: 'rolling-back', at, reason }
  else
    yield {
      kind: 'warning',
      at,
      message: untrusted(`${reason.untrusted}, but codedeploy:StopDeployment is not allowed.`),
    }
  return isAllowed
}

function isOver({ status }: CodeDeployDeployment): boolean {
  return status === 'Succeeded' || status === 'Failed' || status === 'Stopped'
}

/** A deployment that is Ready waits for somebody to let the traffic over, for as long as its group says. */
function readyWait(
  before: string | undefined,
  now: string | undefined,
  minutes: number,
  at: number,
): readonly DeploymentEvent[] {
  if (before !== 'Ready' && now === 'Ready') {
    const detail = untrusted(
      `waits up to ${minutes} min for aws deploy continue-deployment --deployment-wait-type READY_WAIT`,
    )
    return [{ kind: 'phase', at, name: 'READY_WAIT', status: 'running', detail }]
  }
  if (before === 'Ready' && now !== 'Ready') return [{ kind: 'phase', at, name: 'READY_WAIT', status: 'succeeded' }]
  return []
}

function namesOf({ request, service }: Rollout): [cluster: string, service: string] {
  return [resourceName(service.clusterArn ?? request.cluster), service.serviceName ?? request.service]
}
