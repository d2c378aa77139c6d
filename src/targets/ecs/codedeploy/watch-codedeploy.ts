import { resourceName } from '../../../arn.ts'
import { deadlineIn, remaining } from '../../../clock.ts'
import { unlessDenied } from '../../../deployment/optional-permission.ts'
import { timedOut } from '../../../deployment/outcomes.ts'
import { lookUntil, type Pace, startPace, ticks } from '../../../deployment/pace.ts'
import type { Events } from '../../../deployment/target.ts'
import { afterEndTime, forPreparation, readBesideWatch, withDeadline } from '../../../deployment/time-limits.ts'
import { longestWatchMinutes, startWatchDeadline, watchMinutes } from '../../../deployment/watch-deadline.ts'
import { Failure } from '../../../failure.ts'
import type { CodeDeployDeployment, DeploymentGroup, EcsTarget } from '../../../ports.ts'
import { text, type Untrusted, untrusted } from '../../../text.ts'
import { readyWaitCommands } from '../facts/cli-commands.ts'
import type { Rollout } from '../request/ecs-context.ts'
import type { ServiceEnd } from '../request/service-end.ts'
import type { ServiceRequest } from '../request/service-request.ts'
import { reattach } from '../request/watch-again.ts'
import { notStopped, type Signs, startFailFast } from '../watch/fail-fast.ts'
import { startPauses } from '../watch/pause-watch.ts'
import { followRollback, stoppedBy } from './follow-rollback.ts'
import { isInstalling, startInstallReads } from './install-reads.ts'
import { startReadyWait, withReadyPhase } from './ready-wait.ts'
import { startTargetDetails } from './target-details.ts'
import { hasReached, signsOf, targetProgress } from './target-progress.ts'
import { startProof } from './traffic-proof.ts'

/** Where a goal before the end shows only in the target, every poll takes two calls. Milliseconds. */
const gapOfTwoCalls = 8_000
/** Longest time without a read of the target, whatever other calls are made. Milliseconds. */
const longestUnseen = 60_000
const unshown = untrusted(
  'Not authorized to perform codedeploy:GetDeploymentTarget: lifecycle events and traffic are not reported.',
)

/**
 * Minutes that a deployment may take beside its waits for an answer: the requested ones, and those for which its group keeps the
 * old tasks.
 */
function minutesOf({ waitMinutes, waitFor }: ServiceRequest, group: DeploymentGroup | undefined): number {
  const configuration = group?.blueGreenDeploymentConfiguration
  const termination = configuration?.terminateBlueInstancesOnDeploymentSuccess?.terminationWaitTimeInMinutes ?? 0
  return watchMinutes(waitMinutes, isEarly(waitFor) ? 0 : termination)
}

function isEarly(waitFor: ServiceRequest['waitFor']): boolean {
  return waitFor !== undefined && waitFor !== 'terminated'
}

/** Watches a deployment of CodeDeploy to its end or to the goal, and through its rollback where it has one. */
export async function* watchCodeDeploy(
  rollout: Rollout,
  id: string,
  group: DeploymentGroup | undefined,
): Events<ServiceEnd> {
  const { request, context } = rollout
  const { clock, signal } = context
  const minutes = minutesOf(request, group)
  const deadline = startWatchDeadline(clock, deadlineIn(clock, minutes * 60_000))
  const pace = startPace(clock, request.longestGap ?? (isEarly(request.waitFor) ? gapOfTwoCalls : undefined))
  const view = startView(rollout, id, pace, group)
  const pauses = startPauses(request)
  const ready = startReadyWait(group, readyWaitCommands(id, request.region))
  const prove = startProof(rollout)
  let status: string | undefined
  let seen: EcsTarget | undefined
  const install = startInstallReads(rollout)
  const stops = startStops(rollout, id, pace)
  let isInstalled = false
  for await (const _ of ticks(clock, deadline.at, pace, signal)) {
    const isLast = remaining(clock, deadline.at()) === 0
    if (!isLast && !stops.isStopped() && install.isTurn(seen)) {
      const signs = yield* install.read()
      isInstalled = signs === 'over'
      if (signs === 'over') pace.hurry()
      else yield* stops.onFailure(signs)
      continue
    }
    const { codeDeploy } = withDeadline(context, deadline.at() + afterEndTime)
    const deployment = await lookUntil(clock, deadline.at(), codeDeploy.describeDeployment(id))
    if (deployment === undefined) continue
    const moved = deployment.status !== status || isInstalled
    isInstalled = false
    const over = isOver(deployment)
    status = deployment.status
    if (moved) pace.hurry()
    // The target contains when the wait began; this saves the user a second check.
    const target = yield* view(over || (moved && status === 'Ready'), moved)
    const isStopped = stops.isStopped()
    const waits = ready({ deployment, target, isStopped, now: clock.now() })
    const events = withReadyPhase(pauses.update(waits, clock.now()))
    // First: whoever answers the pause does so before the next event.
    deadline.hold(pauses.isWaiting())
    yield* events
    if (over && status !== 'Succeeded') {
      const lost = { rollout, deployment, group, deadline: deadline.at(), pace, minutes, isAsked: isStopped }
      const end = yield* followRollback(lost)
      return pauses.explain({ ...end, stopped: stoppedBy(deployment, isStopped), stopReason: stops.reason() })
    }
    if (over || hasReached(target, request.waitFor)) {
      pace.spend()
      const proven = await prove(deployment, target)
      if (proven) return proven
      pace.hurry()
      continue
    }
    if (pauses.isWaiting() && request.onPause === 'leave') return { outcome: 'paused' }
    const signs = target && !isInstalling(target) ? { ...signsOf(target), isOld: target === seen } : undefined
    seen = target
    yield* stops.onFailure(signs)
  }
  const unproven = text`its status is Succeeded, but DescribeServices does not show its revision in the PRIMARY task set`
  const last = status === 'Succeeded' ? unproven : text`its status is still ${untrusted(status ?? 'unknown')}`
  return pauses.overdue(longestWatchMinutes, id) ?? timedOut(request, minutes, last, reattach(id, request))
}

/** Reports what the target shows, at intervals; passes on the last state. */
function startView(rollout: Rollout, id: string, pace: Pace, group: DeploymentGroup | undefined) {
  const details = startTargetDetails(rollout, group)
  const { context, request } = rollout
  let target: EcsTarget | undefined
  let isShown = true
  let seenAt = context.clock.monotonic()
  return async function* (over: boolean, moved: boolean): Events<EcsTarget | undefined> {
    const isNeeded = over || context.clock.monotonic() - seenAt >= longestUnseen
    if (isNeeded) pace.spend()
    if (!isShown || !(isNeeded || pace.aside(moved || isEarly(request.waitFor)))) return target
    seenAt = context.clock.monotonic()
    const reading = readBesideWatch(context, ({ codeDeploy }) => codeDeploy.describeTarget(id, ...namesOf(rollout)))
    const now = await unlessDenied(reading, () => {
      isShown = false
    })
    if (!isShown) yield { kind: 'warning', at: context.clock.now(), message: unshown }
    if (now) yield* targetProgress(target, now, context.clock.now())
    if (now) yield* details(now)
    target = now ?? target
    return target
  }
}

/** Stops the deployment as soon as its new tasks reach `fail-fast-after`. */
function startStops(rollout: Rollout, id: string, pace: Pace) {
  const failFast = startFailFast(rollout, pace)
  let stopReason: Untrusted | undefined
  return {
    isStopped: () => stopReason !== undefined,
    reason: () => stopReason,
    async *onFailure(signs: Signs | undefined): Events<void> {
      const same = signs && stopReason === undefined ? await failFast.check(signs) : undefined
      if (same === undefined) return
      if (yield* stop(rollout, id, same)) stopReason = same
      pace.hurry()
    },
  }
}

/** Stops the deployment with rollback. True when that was allowed. */
async function* stop({ context, request }: Rollout, id: string, reason: Untrusted): Events<boolean> {
  const { codeDeploy } = forPreparation(context, request)
  try {
    await codeDeploy.stopDeployment(id, true)
    yield { kind: 'rolling-back', at: context.clock.now(), reason, isOurs: true }
    return true
  } catch (error) {
    if (!(error instanceof Failure) || error.parts.code !== 'permission-missing') throw error
    yield { kind: 'warning', at: context.clock.now(), message: notStopped(reason, error) }
    return false
  }
}

function isOver({ status }: CodeDeployDeployment): boolean {
  return status === 'Succeeded' || status === 'Failed' || status === 'Stopped'
}

function namesOf({ request, service }: Rollout): [cluster: string, service: string] {
  return [resourceName(service.clusterArn ?? request.cluster), service.serviceName ?? request.service]
}
