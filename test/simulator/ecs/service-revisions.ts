/** Service deployments and service revisions: the record of what was deployed, and how far it is. */
import type {
  ContinueServiceDeploymentRequest,
  DescribeServiceDeploymentsRequest,
  DescribeServiceRevisionsRequest,
  ListServiceDeploymentsRequest,
  LoadBalancer,
  ServiceDeployment,
  ServiceDeploymentBrief,
  ServiceRevisionSummary,
  StopServiceDeploymentRequest,
  TaskDefinition,
} from '@aws-sdk/client-ecs'
import { AwsError, type Handlers } from '../contract.ts'
import { arn, nameOf, paginate, serviceDeploymentId, serviceRevisionId } from '../identifiers.ts'
import { findService } from './find-service.ts'
import { checkHookId } from './lifecycle-hooks.ts'
import {
  type EcsState,
  here,
  invalidParameter,
  now,
  type RolloutRecord,
  type ServiceDeploymentRecord,
  type ServiceRecord,
} from './state.ts'

const pathOf = (service: ServiceRecord) => `${nameOf(service.clusterArn)}/${service.serviceName}`

/** Remembers what the service is made of from now on. Returns the ARN. */
export function createRevision(
  ecs: EcsState,
  service: ServiceRecord,
  definition: TaskDefinition,
  loadBalancers: readonly LoadBalancer[],
): string {
  const path = `service-revision/${pathOf(service)}/${serviceRevisionId(ecs.world)}`
  const serviceRevisionArn = arn('ecs', ecs.region, ecs.world.accountId, path)
  const { launchType, platformVersion, capacityProviderStrategy, networkConfiguration, volumeConfigurations } =
    service.settings
  ecs.serviceRevisions.set(serviceRevisionArn, {
    serviceRevisionArn,
    serviceArn: service.serviceArn,
    clusterArn: service.clusterArn,
    taskDefinition: definition.taskDefinitionArn,
    ...(launchType && { launchType }),
    ...(capacityProviderStrategy && { capacityProviderStrategy }),
    platformVersion: platformVersion ?? '1.4.0',
    platformFamily: 'Linux',
    loadBalancers: service.loadBalancers,
    ...(loadBalancers.length > 0 && { resolvedConfiguration: { loadBalancers: loadBalancers.map(resolved) } }),
    ...(networkConfiguration && { networkConfiguration }),
    ...(volumeConfigurations && { volumeConfigurations }),
    containerImages: (definition.containerDefinitions ?? []).map(({ name, image = '' }) => {
      const imageDigest = image.split('@')[1] ?? here(ecs).ecr.find?.(image)?.digest
      return { containerName: name, image, ...(imageDigest && { imageDigest }) }
    }),
    createdAt: now(ecs),
  })
  return serviceRevisionArn
}

const resolved = ({ targetGroupArn, advancedConfiguration }: LoadBalancer) => ({
  ...(targetGroupArn && { targetGroupArn }),
  ...(advancedConfiguration?.productionListenerRule && {
    productionListenerRule: advancedConfiguration.productionListenerRule,
  }),
})

export function recordServiceDeployment(
  ecs: EcsState,
  service: ServiceRecord,
  target: RolloutRecord,
  sources: readonly RolloutRecord[],
): ServiceDeploymentRecord {
  const path = `service-deployment/${pathOf(service)}/${serviceDeploymentId(ecs.world)}`
  const serviceDeploymentArn = arn('ecs', ecs.region, ecs.world.accountId, path)
  const { deploymentConfiguration } = service.settings
  const record: ServiceDeploymentRecord = {
    target,
    sources,
    listedAt: ecs.world.clock.now() + ecs.quirks.listedAfterSeconds * 1000,
    view: {
      serviceDeploymentArn,
      serviceArn: service.serviceArn,
      clusterArn: service.clusterArn,
      createdAt: now(ecs),
      updatedAt: now(ecs),
      status: 'PENDING',
      ...(deploymentConfiguration && { deploymentConfiguration }),
    },
  }
  service.history.unshift(record)
  ecs.serviceDeployments.set(serviceDeploymentArn, record)
  return record
}

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/view-service-deployment.html: "the most recent 90-day history". */
const keptDays = 90
const day = 24 * 3_600_000

/** Whether the world may see it: not yet right after the update that made it, and not any more when it is history. */
function isKnown(ecs: EcsState, { listedAt, view }: ServiceDeploymentRecord): boolean {
  const now = ecs.world.clock.now()
  return listedAt <= now && (view.createdAt?.getTime() ?? 0) >= now - keptDays * day
}

/** Service deployments that the world may see, newest first. */
export const listed = (ecs: EcsState, service: ServiceRecord) => service.history.filter((one) => isKnown(ecs, one))

/** As DescribeServices shows a revision. */
export const taskCounts = ({ serviceRevisionArn, group }: RolloutRecord) => ({
  arn: serviceRevisionArn,
  requestedTaskCount: group.desired,
  runningTaskCount: group.running,
  pendingTaskCount: group.pending,
})

const summary = (rollout: RolloutRecord): ServiceRevisionSummary => ({
  ...taskCounts(rollout),
  ...(rollout.traffic?.production !== undefined && { requestedProductionTrafficWeight: rollout.traffic.production }),
  ...(rollout.traffic?.test !== undefined && { requestedTestTrafficWeight: rollout.traffic.test }),
})

function describe(
  { view, target, sources }: ServiceDeploymentRecord,
  service: ServiceRecord | undefined,
): ServiceDeployment {
  const isOver = view.finishedAt !== undefined
  const requested = isOver || view.lifecycleStage ? target.group.desired : (service?.desiredCount ?? 0)
  return {
    ...view,
    sourceServiceRevisions: sources.map(summary),
    targetServiceRevision: { ...summary(target), requestedTaskCount: view.rollback ? target.group.desired : requested },
  }
}

function brief({ view, target }: ServiceDeploymentRecord): ServiceDeploymentBrief {
  const { serviceDeploymentArn, serviceArn, clusterArn, startedAt, createdAt, finishedAt, status, statusReason } = view
  return {
    serviceDeploymentArn,
    serviceArn,
    clusterArn,
    createdAt,
    ...(startedAt && { startedAt }),
    ...(finishedAt && { finishedAt }),
    targetServiceRevisionArn: target.serviceRevisionArn,
    status,
    ...(statusReason && { statusReason }),
  }
}

const mostDescribed = 20

/** Three months at their shortest: whether AWS counts calendar months or 90 days is not known. */
const limitDays = 89

/** AWS's words: https://github.com/hashicorp/terraform-provider-aws/issues/43445 */
function checkTimes(ecs: EcsState, { after, before }: NonNullable<ListServiceDeploymentsRequest['createdAt']> = {}) {
  const earliest = ecs.world.clock.now() - limitDays * day
  if ([after, before].some((time) => time !== undefined && time.getTime() < earliest))
    throw invalidParameter('Before and After time filter must be within the last 3 months.')
}

export const serviceDeploymentHandlers = (ecs: EcsState): Handlers => ({
  ListServiceDeployments: (input: ListServiceDeploymentsRequest) => {
    const service = findService(ecs, input.cluster, input.service ?? '')
    const { after, before } = input.createdAt ?? {}
    checkTimes(ecs, input.createdAt)
    const rows = listed(ecs, service).filter(({ view: { createdAt = new Date(0), status } }) => {
      const inTime = (!after || createdAt >= after) && (!before || createdAt <= before)
      return inTime && (!input.status?.length || (status !== undefined && input.status.includes(status)))
    })
    const { page, nextToken } = paginate(rows, input.maxResults ?? 20, input.nextToken)
    return { serviceDeployments: page.map(brief), ...(nextToken && { nextToken }) }
  },
  DescribeServiceDeployments: (input: DescribeServiceDeploymentsRequest) => {
    const arns = input.serviceDeploymentArns ?? []
    if (arns.length > mostDescribed)
      throw invalidParameter(`A maximum of ${mostDescribed} service deployments can be described.`)
    const found = arns.map((reference) => {
      const record = ecs.serviceDeployments.get(reference)
      return { reference, record: record && isKnown(ecs, record) ? record : undefined }
    })
    return {
      serviceDeployments: found.flatMap(({ record }) => (record ? [describe(record, serviceOf(ecs, record))] : [])),
      failures: found.filter(({ record }) => !record).map(({ reference }) => ({ arn: reference, reason: 'MISSING' })),
    }
  },
  DescribeServiceRevisions: (input: DescribeServiceRevisionsRequest) => {
    const arns = input.serviceRevisionArns ?? []
    if (arns.length > mostDescribed)
      throw invalidParameter(`A maximum of ${mostDescribed} service revisions can be described.`)
    const found = arns.map((reference) => ({ reference, revision: ecs.serviceRevisions.get(reference) }))
    return {
      serviceRevisions: found.flatMap(({ revision }) => revision ?? []),
      failures: found
        .filter(({ revision }) => !revision)
        .map(({ reference }) => ({ arn: reference, reason: 'MISSING' })),
    }
  },
  ContinueServiceDeployment: ({ serviceDeploymentArn = '', hookId = '', action }: ContinueServiceDeploymentRequest) => {
    checkHookId(hookId)
    const record = ecs.serviceDeployments.get(serviceDeploymentArn)
    if (!record) throw new AwsError('ServiceDeploymentNotFoundException', 'The service deployment does not exist.')
    serviceOf(ecs, record)?.scheduler?.answer(serviceDeploymentArn, hookId, action ?? 'CONTINUE')
    return { serviceDeploymentArn }
  },
  StopServiceDeployment: (input: StopServiceDeploymentRequest) => {
    const record = ecs.serviceDeployments.get(input.serviceDeploymentArn ?? '')
    if (!record) throw new AwsError('ServiceDeploymentNotFoundException', 'The service deployment does not exist.')
    serviceOf(ecs, record)?.scheduler?.stop(input.serviceDeploymentArn ?? '', input.stopType ?? 'ROLLBACK')
    return { serviceDeploymentArn: input.serviceDeploymentArn }
  },
})

const serviceOf = (ecs: EcsState, { view }: ServiceDeploymentRecord) =>
  ecs.services.get(`${nameOf(view.clusterArn ?? '')}/${nameOf(view.serviceArn ?? '')}`)
