import { arnBeside, resourceName, withoutAccount } from '../arn.ts'
import { deadlineIn } from '../clock.ts'
import { Failure } from '../failure.ts'
import type { CodeDeployDeployment, DeploymentGroup, EcsDeployment, Service, ServiceDeployment } from '../ports.ts'
import { type Text, text, untrusted } from '../text.ts'
import { taskDefinitionOf } from './codedeploy/appspec.ts'
import { deploymentMeant } from './codedeploy/meant.ts'
import { watchCodeDeploy } from './codedeploy/watch-deployment.ts'
import { codeDeployConsoleUrl, serviceConsoleUrl } from './console.ts'
import { warnOfExpiry } from './credential-expiry.ts'
import { findServiceDeployment } from './ecs/find-service-deployment.ts'
import { watchServiceDeployment, withBakeTimes } from './ecs/watch-service-deployment.ts'
import type { End } from './end.ts'
import { requireService, runningTaskDefinition } from './engine.ts'
import type { DeploymentEvent } from './event.ts'
import type { DeployRequest, Journey, Rollout } from './journey.ts'
import { afterwards, shortly } from './patience.ts'
import { unlessDenied } from './permitted.ts'
import { startPace } from './watch.ts'

type Events<Result> = AsyncGenerator<DeploymentEvent, Result>

/** The longest that a hook waits. Milliseconds. */
const longestPause = 14 * 24 * 3_600_000

/** A deployment that runs, or ran, without us. */
export type Located = {
  readonly service: Service
  /** What people see: `service-deployment/…`, or CodeDeploy's `d-…`. */
  readonly id: string
  readonly taskDefinition: string
  readonly previous: string | undefined
} & (
  | {
      readonly engine: 'ecs-rolling'
      readonly arn: string
      readonly ours: EcsDeployment | undefined
      readonly deployment: ServiceDeployment
    }
  | {
      readonly engine: 'codedeploy'
      readonly deployment: CodeDeployDeployment
      /** Id of its rollback, where it was found by that. */
      readonly rollbackId: string | undefined
      readonly group: DeploymentGroup | undefined
    }
)

/** Goes on watching a deployment by its id. Changes nothing. */
export async function* attach(id: string, request: DeployRequest, journey: Journey): Events<End | undefined> {
  const located = await locate(id, request, journey)
  const rollout = yield* begin(located, request, journey)
  return request.dryRun ? undefined : yield* watch(located, rollout)
}

/**
 * Finds a deployment of the service: `d-…`, `ecs-svc/…`, or a service deployment with or without its account. Throws `deployment-not-found`.
 */
export async function locate(id: string, request: DeployRequest, journey: Journey): Promise<Located> {
  const { ecs } = shortly(journey, request)
  const read = await ecs.describeService(request.cluster, request.service)
  const service = requireService(read, request.service, request.cluster)
  if (id.startsWith('d-')) return await locateCodeDeploy(id, service, request, journey)
  const arn = id.startsWith('ecs-svc/')
    ? await findArn(id, service, request, journey)
    : arnBeside(id, service.serviceArn ?? '')
  return await locateEcs(arn, service, request, journey)
}

async function findArn(id: string, service: Service, request: DeployRequest, journey: Journey): Promise<string> {
  const ours = service.deployments?.find((deployment) => deployment.id === id)
  const taskDefinition = ours?.taskDefinition
  if (taskDefinition === undefined) throw notFound(id, await whatBecame(request, journey))
  const rollout = { request, journey, service, taskDefinition, previousTaskDefinition: undefined }
  const pace = startPace(journey.clock, request.longestGap)
  const deadline = deadlineIn(journey.clock, request.waitMinutes * 60_000)
  const found = await findServiceDeployment({ rollout, updated: service, ours, deadline, pace })
  if (found?.serviceDeploymentArn === undefined) throw notFound(id, text`ECS shows no service deployment for it`)
  return found.serviceDeploymentArn
}

/** ECS forgets the id of a deployment that has ended badly. What the newest service deployment says may explain that. */
async function whatBecame({ cluster, service }: DeployRequest, journey: Journey): Promise<Text> {
  const since = new Date(journey.clock.now() - longestPause)
  const [newest] = (await afterwards(journey, ({ ecs }) => ecs.listServiceDeployments(cluster, service, since))) ?? []
  const gone = text`the service does not list it any more`
  if (newest === undefined) return gone
  const reason = newest.statusReason ? text`: ${untrusted(newest.statusReason)}` : ''
  return text`${gone}; its newest service deployment is ${untrusted(newest.status ?? '')}${reason}`
}

async function locateEcs(arn: string, service: Service, request: DeployRequest, journey: Journey): Promise<Located> {
  const { ecs } = shortly(journey, request)
  const deployment = await ecs.describeServiceDeployment(arn)
  const target = deployment?.targetServiceRevision?.arn
  const taskDefinition = target && (await ecs.taskDefinitionOfRevision(target))
  if (!deployment || !taskDefinition) throw notFound(arn, text`ECS keeps service deployments for 90 days`)
  if (deployment.serviceArn !== service.serviceArn) throw notFound(arn, text`it is another service's`)
  const [source] = deployment.sourceServiceRevisions ?? []
  const previous = source?.arn === undefined ? undefined : await ecs.taskDefinitionOfRevision(source.arn)
  const ours = service.deployments?.find((candidate) => candidate.taskDefinition === taskDefinition)
  return { engine: 'ecs-rolling', service, id: withoutAccount(arn), taskDefinition, previous, arn, ours, deployment }
}

async function locateCodeDeploy(
  given: string,
  service: Service,
  request: DeployRequest,
  journey: Journey,
): Promise<Located> {
  const { codeDeploy } = shortly(journey, request)
  const { id, deployment, rollbackId } = await deploymentMeant(given, codeDeploy)
  const taskDefinition = taskDefinitionOf(deployment.revision)
  if (taskDefinition === undefined) throw notFound(id, text`it has no AppSpec for Amazon ECS`)
  const { applicationName = '', deploymentGroupName = '' } = deployment
  const group = await unlessDenied(
    codeDeploy.describeDeploymentGroup(applicationName, deploymentGroupName),
    () => undefined,
  )
  const serves = group?.ecsServices ?? []
  if (serves.length > 0 && !serves.some(({ serviceName }) => serviceName === service.serviceName))
    throw notFound(id, text`it is another service's`)
  // A group's first deployment has no previous revision; until its old tasks are ended, their set names it.
  const beside = [runningTaskDefinition(service), ...(service.taskSets ?? []).map((set) => set.taskDefinition)]
  const previous = taskDefinitionOf(deployment.previousRevision) ?? beside.find((arn) => arn !== taskDefinition)
  return { engine: 'codedeploy', service, id, taskDefinition, previous, deployment, group, rollbackId }
}

/** Tells what a deployment of our own tells before it is watched, and keeps it for the post step. */
export async function* begin(
  located: Located,
  request: DeployRequest,
  journey: Journey,
  isTakenBack = false,
): Events<Rollout> {
  const { engine, service, id, taskDefinition, previous: previousTaskDefinition } = located
  const { cluster, region } = request
  const at = journey.clock.now()
  const [from, to] = isTakenBack ? [taskDefinition, previousTaskDefinition] : [previousTaskDefinition, taskDefinition]
  const plan = {
    ...{ cluster, service: request.service, region, engine, previousTaskDefinition: from, taskDefinition: to },
    ...{ strategy: service.deploymentConfiguration?.strategy, changes: [], images: [], unchanged: false },
  }
  yield { kind: 'planned', at, plan }
  yield* warnOfExpiry(request, plan, journey)
  if (located.engine === 'codedeploy' && located.rollbackId !== undefined) {
    const message = `${located.rollbackId} is the rollback of deployment ${id}, whose end is reported.`
    yield { kind: 'warning', at, message: untrusted(message) }
  }
  const consoleUrl =
    engine === 'codedeploy'
      ? codeDeployConsoleUrl(region, id)
      : serviceConsoleUrl(region, resourceName(service.clusterArn ?? cluster), service.serviceName ?? request.service)
  if (!request.dryRun) {
    journey.keep({ stage: 'watching', engine, taskDefinition, previousTaskDefinition, deploymentId: id })
    const began = beginningOf(located)?.getTime()
    journey.keep({ startedAt: began ?? at, createdAt: began })
    journey.keep(engine === 'codedeploy' ? { codeDeploy: groupOf(located) } : { serviceDeploymentArn: located.arn })
    if (!isTakenBack) yield { kind: 'registered', at, taskDefinitionArn: taskDefinition, reused: true }
    yield { kind: 'started', at, engine, deploymentId: id, consoleUrl, adopted: true }
  }
  return { request, journey, service, taskDefinition, previousTaskDefinition }
}

/** What has happened since belongs to the deployment, and may be the evidence for its end. */
function beginningOf(located: Located): Date | undefined {
  return located.engine === 'codedeploy' ? located.deployment.createTime : located.deployment.createdAt
}

function groupOf({ deployment }: Extract<Located, { engine: 'codedeploy' }>) {
  const { applicationName: application = '', deploymentGroupName: deploymentGroup = '' } = deployment
  return { application, deploymentGroup }
}

/** Watches a deployment that was found to its end. */
export async function* watch(located: Located, found: Rollout): Events<End> {
  if (located.engine === 'codedeploy') return yield* watchCodeDeploy(found, located.id, located.group)
  const { arn, ours, deployment } = located
  const rollout = withBakeTimes(found, deployment.deploymentConfiguration)
  const { request, journey } = rollout
  const pace = startPace(journey.clock, request.longestGap)
  const deadline = deadlineIn(journey.clock, request.waitMinutes * 60_000)
  return yield* watchServiceDeployment({ rollout, arn, ours, deadline, pace })
}

function notFound(id: string, why: Text): Failure {
  return new Failure({
    code: 'deployment-not-found',
    what: text`There is no deployment ${untrusted(id)} of this service to watch`,
    why,
    fix: text`Check deployment-id, and that cluster, service and aws-region are those of that deployment.`,
  })
}
