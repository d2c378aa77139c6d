import { resourceName } from '../arn.ts'
import { deadlineIn } from '../clock.ts'
import { Failure } from '../failure.ts'
import type { CodeDeployDeployment, Service } from '../ports.ts'
import { type Text, text, untrusted } from '../text.ts'
import { taskDefinitionIn } from './appspec.ts'
import { codeDeployConsoleUrl, serviceConsoleUrl } from './console.ts'
import type { End } from './end.ts'
import { requireService, runningTaskDefinition } from './engine.ts'
import type { DeploymentEvent, Engine } from './event.ts'
import { findServiceDeployment } from './find-service-deployment.ts'
import type { DeployRequest, Journey, Rollout } from './journey.ts'
import { shortly } from './patience.ts'
import { unlessDenied } from './permitted.ts'
import { startPace } from './watch.ts'
import { watchCodeDeploy } from './watch-codedeploy.ts'
import { watchServiceDeployment } from './watch-service-deployment.ts'

type Events<Result> = AsyncGenerator<DeploymentEvent, Result>

/** A deployment that runs, or ran, without us. */
interface Found {
  readonly engine: Engine
  readonly service: Service
  /** What people see: `ecs-svc/…`, or CodeDeploy's `d-…`. */
  readonly id: string
  readonly taskDefinition: string
  readonly previous: string | undefined
}

/** Goes on watching a deployment by its id: `d-…`, `ecs-svc/…` or the ARN of a service deployment. Changes nothing. */
export async function* attach(id: string, request: DeployRequest, journey: Journey): Events<End | undefined> {
  const { ecs } = shortly(journey, request)
  const read = await ecs.describeService(request.cluster, request.service)
  const service = requireService(read, request.service, request.cluster)
  if (id.startsWith('d-')) return yield* attachCodeDeploy(id, service, request, journey)
  const arn = id.startsWith('arn:') ? id : await findArn(id, service, request, journey)
  return yield* attachEcs(arn, service, request, journey)
}

async function findArn(id: string, service: Service, request: DeployRequest, journey: Journey): Promise<string> {
  const ours = service.deployments?.find((deployment) => deployment.id === id)
  const taskDefinition = ours?.taskDefinition
  if (taskDefinition === undefined) throw notFound(id, text`the service does not list it any more`)
  const rollout = { request, journey, service, taskDefinition, previousTaskDefinition: undefined }
  const pace = startPace(journey.clock, request.longestGap)
  const deadline = deadlineIn(journey.clock, request.waitMinutes * 60_000)
  const found = await findServiceDeployment({ rollout, updated: service, ours, deadline, pace })
  if (found?.serviceDeploymentArn === undefined) throw notFound(id, text`ECS shows no service deployment for it`)
  return found.serviceDeploymentArn
}

async function* attachEcs(
  arn: string,
  service: Service,
  request: DeployRequest,
  journey: Journey,
): Events<End | undefined> {
  const { ecs } = shortly(journey, request)
  const deployment = await ecs.describeServiceDeployment(arn)
  const target = deployment?.targetServiceRevision?.arn
  const taskDefinition = target && (await ecs.taskDefinitionOfRevision(target))
  if (!taskDefinition) throw notFound(arn, text`ECS keeps service deployments for 90 days`)
  if (deployment?.serviceArn !== service.serviceArn) throw notFound(arn, text`it is another service's`)
  const [source] = deployment?.sourceServiceRevisions ?? []
  const previous = source?.arn === undefined ? undefined : await ecs.taskDefinitionOfRevision(source.arn)
  const ours = service.deployments?.find((candidate) => candidate.taskDefinition === taskDefinition)
  const id = ours?.id ?? arn
  const rollout = yield* begin({ engine: 'ecs-rolling', service, id, taskDefinition, previous }, request, journey)
  journey.keep({ serviceDeploymentArn: arn })
  if (request.dryRun) return undefined
  const pace = startPace(journey.clock, request.longestGap)
  const deadline = deadlineIn(journey.clock, request.waitMinutes * 60_000)
  return yield* watchServiceDeployment({ rollout, arn, ours, deadline, pace })
}

async function* attachCodeDeploy(
  id: string,
  service: Service,
  request: DeployRequest,
  journey: Journey,
): Events<End | undefined> {
  const { codeDeploy } = shortly(journey, request)
  const deployment = await codeDeploy.describeDeployment(id)
  const taskDefinition = revisionOf(deployment.revision)
  if (taskDefinition === undefined) throw notFound(id, text`it has no AppSpec for Amazon ECS`)
  const { applicationName: application = '', deploymentGroupName: deploymentGroup = '' } = deployment
  const group = await unlessDenied(codeDeploy.describeDeploymentGroup(application, deploymentGroup), () => undefined)
  const serves = group?.ecsServices ?? []
  if (serves.length > 0 && !serves.some(({ serviceName }) => serviceName === service.serviceName))
    throw notFound(id, text`it is another service's`)
  // A group's first deployment has no previous revision; until its old tasks are ended, their set names it.
  const beside = [runningTaskDefinition(service), ...(service.taskSets ?? []).map((set) => set.taskDefinition)]
  const previous = revisionOf(deployment.previousRevision) ?? beside.find((arn) => arn !== taskDefinition)
  const rollout = yield* begin({ engine: 'codedeploy', service, id, taskDefinition, previous }, request, journey)
  journey.keep({ codeDeploy: { application, deploymentGroup } })
  return request.dryRun ? undefined : yield* watchCodeDeploy(rollout, id, group)
}

function revisionOf(revision: CodeDeployDeployment['previousRevision']): string | undefined {
  const content = revision?.appSpecContent?.content
  return content === undefined ? undefined : taskDefinitionIn(content)
}

/** What a deployment of our own tells before it is watched. */
async function* begin(found: Found, request: DeployRequest, journey: Journey): Events<Rollout> {
  const { engine, service, id, taskDefinition, previous: previousTaskDefinition } = found
  const { cluster, region } = request
  const at = journey.clock.now()
  const plan = {
    ...{ cluster, service: request.service, region, engine, previousTaskDefinition, taskDefinition },
    ...{ changes: [], images: [], unchanged: false },
  }
  yield { kind: 'planned', at, plan }
  const consoleUrl =
    engine === 'codedeploy'
      ? codeDeployConsoleUrl(region, id)
      : serviceConsoleUrl(region, resourceName(service.clusterArn ?? cluster), service.serviceName ?? request.service)
  if (!request.dryRun) {
    journey.keep({ stage: 'watching', engine, taskDefinition, previousTaskDefinition, deploymentId: id })
    yield { kind: 'registered', at, taskDefinitionArn: taskDefinition, reused: true }
    yield { kind: 'started', at, engine, deploymentId: id, consoleUrl, adopted: true }
  }
  return { request, journey, service, taskDefinition, previousTaskDefinition }
}

function notFound(id: string, why: Text): Failure {
  return new Failure({
    code: 'deployment-not-found',
    what: text`There is no deployment ${untrusted(id)} of this service to watch`,
    why,
    fix: text`Check deployment-id, and that cluster, service and aws-region are those of that deployment.`,
  })
}
