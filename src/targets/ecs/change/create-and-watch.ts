import { createHash } from 'node:crypto'
import { resourceName } from '../../../arn.ts'
import type { Changed } from '../../../deployment/conflict.ts'
import type { End } from '../../../deployment/outcomes.ts'
import { notWatched } from '../../../deployment/outcomes.ts'
import type { Events, Prepared } from '../../../deployment/target.ts'
import { forPreparation, readAfterEnd } from '../../../deployment/time-limits.ts'
import type { CreateServiceRequest, JsonObject, Service } from '../../../ports.ts'
import { diff } from '../../../task-definition/diff.ts'
import { textIn } from '../../../task-definition/members.ts'
import { serviceConsoleUrl } from '../facts/console-url.ts'
import { withoutOrigin } from '../facts/origin-tags.ts'
import { remains } from '../facts/remains.ts'
import { startedEvent } from '../facts/started-event.ts'
import { images } from '../prepare/decide-plan.ts'
import { changed } from '../prepare/obstacles.ts'
import { planInWords } from '../prepare/plan-words.ts'
import { checkNew } from '../prepare/preflight-checks.ts'
import { checkServiceDefinition, engineFor, withSettings } from '../prepare/service-definition.ts'
import type { ServicePlan } from '../prepare/service-plan.ts'
import { expectedMinutes } from '../prepare/service-plan.ts'
import type { EcsContext, Rollout } from '../request/ecs-context.ts'
import { versionOf } from '../request/revision-version.ts'
import { endOf, type ServiceEnd } from '../request/service-end.ts'
import { serviceNouns } from '../request/service-nouns.ts'
import type { ServiceDefinition, ServiceRequest, WantedDefinition } from '../request/service-request.ts'
import { reattach } from '../request/watch-again.ts'
import { stepsOf } from '../strategy/setting-changes.ts'
import { requireTasks } from '../tasks/named-task.ts'
import { runTasksBefore } from '../tasks/release-task.ts'
import { requireSubnets } from '../tasks/task-network.ts'
import { requireShortOverrides } from '../tasks/task-request.ts'
import { requireVolumes } from '../tasks/task-volumes.ts'
import { type Marking, revisionOfNew } from './register-revision.ts'
import { follow } from './update-and-watch.ts'
import { watchFirstTaskSet } from './watch-first-task-set.ts'

/**
 * The deployment of a service that does not exist: it is made, and its first deployment is watched. ECS makes a service deployment
 * for a new service as for an update (developer guide, "View service history using Amazon ECS service deployments"). `Changed`:
 * another user created a service of that name in the meantime.
 */
export async function prepareCreation(
  request: ServiceRequest,
  context: EcsContext,
  marking: Marking | undefined,
): Promise<Prepared> {
  const { serviceDefinition: written } = request
  if (written === undefined) throw new Error('a service without a definition is not made')
  const preparing = forPreparation(context, request)
  const rendered = await request.wanted(undefined, undefined)
  const wanted = { ...rendered, definition: withoutOrigin(rendered.definition) }
  checkServiceDefinition(written, request, textIn(wanted.definition, 'family'))
  requireSubnets(request.runTask, written.content)
  requireShortOverrides(request.runTask)
  requireVolumes(request.runTask, wanted.definition)
  requireTasks([...(request.tasksBefore ?? []), ...(request.tasksLater ?? [])], wanted.definition)
  const given = { ...written, content: withSettings(written.content, request) }
  const plan = planOf(request, given.content, wanted)
  return {
    plan: planInWords(plan),
    warnings: [],
    minutes: expectedMinutes(request, plan),
    judgement: Promise.resolve({ kind: 'pass' }),
    ready: async () => ({
      check: () => checkNew(request, given.content, wanted, preparing),
      change: () => createService(request, { context, preparing, marking }, given, wanted),
    }),
  }
}

interface Creation {
  readonly context: EcsContext
  /** With the time that a step before the watch may take. */
  readonly preparing: EcsContext
  readonly marking: Marking | undefined
}

async function* createService(
  request: ServiceRequest,
  { context, preparing, marking }: Creation,
  given: ServiceDefinition,
  wanted: WantedDefinition,
): Events<End | Changed> {
  const engine = engineFor(given.content)
  preparing.keep({ engine, isCreation: true })
  const taskDefinition = yield* revisionOfNew(wanted, marking, preparing)
  const failed = yield* oneOff(request, context, given.content, wanted, taskDefinition)
  if (failed) return endOf(failed, engine)
  context.keep({ stage: 'updating', taskDefinition })
  const created = await forPreparation(context, request).ecs.createService(requestOf(request, given, taskDefinition))
  if (created === undefined) return changed({ serviceName: request.service })
  return endOf(yield* watchCreated(request, context, created, taskDefinition), engine)
}

/** The plan of a service that is going to be made. */
export function planOf(
  request: ServiceRequest,
  content: JsonObject,
  { definition, arn }: WantedDefinition,
): ServicePlan {
  const { cluster, service, region, desiredCount, dryRun } = request
  const { deploymentConfiguration }: Service = content
  return {
    cluster,
    service,
    region,
    engine: engineFor(content),
    strategy: deploymentConfiguration?.strategy,
    steps: stepsOf(deploymentConfiguration),
    to: versionOf(arn),
    family: textIn(definition, 'family'),
    changes: diff(undefined, definition),
    images: images(undefined, definition),
    desiredCount: desiredCount === undefined ? undefined : { from: 0, to: desiredCount },
    dryRun,
    unchanged: false,
    creates: true,
  }
}

/** A one-off task runs where the service is going to run. */
async function* oneOff(
  request: ServiceRequest,
  context: EcsContext,
  content: JsonObject,
  { definition }: WantedDefinition,
  taskDefinition: string,
): Events<ServiceEnd | undefined> {
  const { cluster, longestGap } = request
  const service: Service = content
  const end = yield* runTasksBefore(request, { cluster, service, definition, taskDefinition, longestGap }, context)
  context.signal.throwIfAborted()
  return end
}

/** Inputs come before the file. */
function requestOf(request: ServiceRequest, given: ServiceDefinition, taskDefinition: string): CreateServiceRequest {
  const { cluster, service, desiredCount, enableEcsManagedTags, propagateTags, volumeConfigurations } = request
  return {
    ...given.content,
    cluster,
    serviceName: resourceName(service),
    taskDefinition,
    clientToken: clientTokenOf(given, taskDefinition),
    ...(desiredCount === undefined ? {} : { desiredCount }),
    ...(enableEcsManagedTags === undefined ? {} : { enableECSManagedTags: enableEcsManagedTags }),
    ...(propagateTags === undefined ? {} : { propagateTags }),
    ...(volumeConfigurations === undefined ? {} : { volumeConfigurations }),
  }
}

/** CreateService takes at most 36 characters of 33 to 126. */
function clientTokenOf({ idempotencyKey }: ServiceDefinition, taskDefinition: string): string {
  return createHash('sha256').update(`${idempotencyKey} ${taskDefinition}`).digest('hex').slice(0, 36)
}

/** Watches the first deployment of a service that was made a moment ago. */
export async function* watchCreated(
  request: ServiceRequest,
  context: EcsContext,
  created: Service,
  taskDefinition: string,
): Events<ServiceEnd> {
  // As it was before: without deployments, so that nothing is taken for a way back.
  const { currentServiceDeployment: _, ...before } = { ...created, deployments: [] }
  const rollout = { request, context, service: before, taskDefinition, previousTaskDefinition: undefined }
  const isEcs = (created.deploymentController?.type ?? 'ECS') === 'ECS'
  const end = isEcs ? yield* follow(rollout, created) : yield* followTaskSet(rollout, created)
  if (end.outcome !== 'failed' && end.outcome !== 'rollback-failed') return end
  const { cluster, service: name } = request
  const now = await readAfterEnd(context, ({ ecs }) => ecs.describeService(cluster, name))
  // There was nothing that could be rolled back.
  return { ...end, outcome: 'failed', left: remains(now ?? created, { cluster, service: name }) }
}

async function* followTaskSet(rollout: Rollout, created: Service): Events<ServiceEnd> {
  const { request, context } = rollout
  const deploymentId = created.taskSets?.find(({ status }) => status === 'PRIMARY')?.id
  context.keep({ stage: 'watching', deploymentId })
  const consoleUrl = serviceConsoleUrl(request.region, resourceName(request.cluster), resourceName(request.service))
  const at = context.clock.now()
  yield startedEvent(
    { at, engine: 'codedeploy', deploymentId: deploymentId ?? '', consoleUrl, adopted: false },
    request,
  )
  if (!request.wait) return notWatched(request, serviceNouns, reattach(deploymentId, request))
  return yield* watchFirstTaskSet(rollout, deploymentId)
}
