import { resourceName } from '../arn.ts'
import { deadlineIn } from '../clock.ts'
import type { CodeDeployDeployment, DeploymentGroup, EcsTarget } from '../ports.ts'
import { text, untrusted } from '../text.ts'
import { appSpecFor, type GroupName, groupNameOf, type InFlight } from './codedeploy-group.ts'
import { followRollback } from './codedeploy-rollback.ts'
import { targetProgress } from './codedeploy-target.ts'
import { codeDeployConsoleUrl } from './console.ts'
import { type End, notWatched, shortName, timedOut } from './end.ts'
import type { DeploymentEvent } from './event.ts'
import type { Rollout } from './journey.ts'
import { aftermath, aside, shortly, until } from './patience.ts'
import { unlessDenied } from './permitted.ts'
import { lookUntil, startPace, ticks } from './watch.ts'

type Events<Result> = AsyncGenerator<DeploymentEvent, Result>

/** GitHub ends a job after six hours on its own machines; a wait that is longer cannot end well. */
const longestWaitMinutes = 360
const unshown = untrusted(
  'The credentials do not allow codedeploy:GetDeploymentTarget, so its steps and traffic are not shown.',
)

/** Of `description`, as CodeDeploy takes it. */
const longestDescription = 512

/** Deploys through CodeDeploy, or goes on with a deployment of the same content that is in flight. */
export async function* deployByCodeDeploy(
  rollout: Rollout,
  group: DeploymentGroup | undefined,
  inFlight: InFlight | undefined,
): Events<End> {
  const { request, journey } = rollout
  const name = groupNameOf(request)
  const id = inFlight?.deploymentId ?? (await create(rollout, name))
  journey.keep({ stage: 'watching', engine: 'codedeploy', codeDeploy: name, deploymentId: id })
  yield {
    kind: 'started',
    at: journey.clock.now(),
    engine: 'codedeploy',
    deploymentId: id,
    consoleUrl: codeDeployConsoleUrl(request.region, id),
    adopted: inFlight !== undefined,
  }
  if (!request.wait) return notWatched()
  return yield* watch(rollout, id, group)
}

async function create({ request, journey, service, taskDefinition }: Rollout, name: GroupName): Promise<string> {
  journey.keep({ stage: 'updating', engine: 'codedeploy', codeDeploy: name, taskDefinition })
  const description = request.codeDeploy.description ?? `${shortName(taskDefinition)}, deployed by Slipway`
  return await shortly(journey, request).codeDeploy.createDeployment({
    applicationName: name.application,
    deploymentGroupName: name.deploymentGroup,
    ...(request.codeDeploy.deploymentConfig ? { deploymentConfigName: request.codeDeploy.deploymentConfig } : {}),
    description: description.slice(0, longestDescription),
    appSpec: appSpecFor(request, service, taskDefinition),
  })
}

/** What the group itself waits for, in minutes; a group may leave out any part of its configuration. */
function waitsOf(group: DeploymentGroup | undefined) {
  const configuration = group?.blueGreenDeploymentConfiguration
  return {
    ready: configuration?.deploymentReadyOption?.waitTimeInMinutes ?? 0,
    termination: configuration?.terminateBlueInstancesOnDeploymentSuccess?.terminationWaitTimeInMinutes ?? 0,
  }
}

async function* watch(started: Rollout, id: string, group: DeploymentGroup | undefined): Events<End> {
  const { request } = started
  const waits = waitsOf(group)
  const minutes = Math.min(
    Math.max(longestWaitMinutes, request.waitMinutes),
    request.waitMinutes + waits.ready + waits.termination,
  )
  const deadline = deadlineIn(started.journey.clock, minutes * 60_000)
  const journey = until(started.journey, deadline + aftermath)
  const rollout = { ...started, journey }
  const pace = startPace(journey.clock, request.longestGap)
  let status: string | undefined
  let target: EcsTarget | undefined
  let isShown = true
  for await (const _ of ticks(journey.clock, deadline, pace, journey.signal)) {
    const deployment = await lookUntil(journey.clock, deadline, journey.codeDeploy.describeDeployment(id))
    if (deployment === undefined) continue
    yield* readyWait(status, deployment.status, waits.ready, journey.clock.now())
    const moved = deployment.status !== status
    const over = isOver(deployment)
    status = deployment.status
    if (moved) pace.hurry()
    if (over) pace.spend()
    if (isShown && (over || pace.aside(moved))) {
      const look = aside(journey, ({ codeDeploy }) => codeDeploy.describeTarget(id, ...namesOf(rollout)))
      const now = await unlessDenied(look, () => {
        isShown = false
      })
      if (!isShown) yield { kind: 'warning', at: journey.clock.now(), message: unshown }
      if (now) yield* targetProgress(target, now, journey.clock.now())
      target = now ?? target
    }
    if (status === 'Succeeded') return { outcome: 'succeeded', serving: rollout.taskDefinition }
    if (over) return yield* followRollback({ rollout, deployment, group, deadline, pace, minutes })
  }
  return timedOut(minutes, text`its status is still ${untrusted(status ?? 'unknown')}`)
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
