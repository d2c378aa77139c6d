/** Services: CreateService, UpdateService, DeleteService and what reads them. */
import type {
  CreateServiceRequest,
  DeleteServiceRequest,
  DescribeServicesRequest,
  ListServicesRequest,
  TaskDefinition,
} from '@aws-sdk/client-ecs'
import { AwsError, type Handlers } from '../contract.ts'
import { arn, nameOf, paginate, uuid } from '../identifiers.ts'
import { findCluster } from './clusters.ts'
import { mostEvents } from './events.ts'
import { findService, lookUpService } from './find-service.ts'
import { lookAt, replyOf } from './former.ts'
import { checkAssociations, checkLoadBalancers } from './load-balancer-rules.ts'
import { checkServiceRoles } from './role-passing.ts'
import { createScheduler } from './scheduler.ts'
import { checkNetwork, checkService } from './service-rules.ts'
import { updateService } from './service-update.ts'
import { describeService } from './service-view.ts'
import { type EcsState, here, invalidParameter, now, type ServiceRecord } from './state.ts'
import { activeDefinition } from './task-definitions.ts'
import { createTaskSet, setPrimary } from './task-sets.ts'

const mostDescribed = 10

function newRecord(
  ecs: EcsState,
  input: CreateServiceRequest,
  clusterArn: string,
  definition: TaskDefinition | undefined,
): ServiceRecord {
  const { serviceName = '' } = input
  const service: ServiceRecord = {
    serviceName,
    serviceArn: arn('ecs', ecs.region, ecs.world.accountId, `service/${nameOf(clusterArn)}/${serviceName}`),
    clusterArn,
    desiredCount: input.desiredCount ?? 0,
    taskDefinition: definition?.taskDefinitionArn ?? '',
    deploymentControllerType: input.deploymentController?.type ?? 'ECS',
    loadBalancers: input.loadBalancers ?? [],
    taskSets: [],
    settings: {
      ...(input.capacityProviderStrategy
        ? { capacityProviderStrategy: input.capacityProviderStrategy }
        : { launchType: input.launchType ?? 'EC2' }),
      deploymentConfiguration: {
        ...(input.deploymentController?.type === 'CODE_DEPLOY' ? {} : { strategy: 'ROLLING' as const }),
        maximumPercent: 200,
        minimumHealthyPercent: 100,
        ...input.deploymentConfiguration,
      },
      ...(input.networkConfiguration && { networkConfiguration: input.networkConfiguration }),
      ...(input.platformVersion && { platformVersion: input.platformVersion }),
      ...(input.volumeConfigurations?.length && { volumeConfigurations: input.volumeConfigurations }),
      ...(input.serviceRegistries && { serviceRegistries: input.serviceRegistries }),
      ...(input.serviceConnectConfiguration && { serviceConnectConfiguration: input.serviceConnectConfiguration }),
      ...(input.vpcLatticeConfigurations && { vpcLatticeConfigurations: input.vpcLatticeConfigurations }),
      healthCheckGracePeriodSeconds: input.healthCheckGracePeriodSeconds ?? 0,
      schedulingStrategy: input.schedulingStrategy ?? 'REPLICA',
      enableECSManagedTags: input.enableECSManagedTags ?? false,
      enableExecuteCommand: input.enableExecuteCommand ?? false,
      propagateTags: input.propagateTags ?? 'NONE',
      placementConstraints: input.placementConstraints ?? [],
      placementStrategy: input.placementStrategy ?? [],
      availabilityZoneRebalancing: input.availabilityZoneRebalancing ?? 'ENABLED',
    },
    status: 'ACTIVE',
    clientToken: input.clientToken,
    tags: input.tags ?? [],
    createdAt: ecs.world.clock.now(),
    events: [],
    rollouts: [],
    completed: undefined,
    history: [],
    former: { view: undefined, changedAt: ecs.world.clock.now(), looks: 0 },
    scheduler: undefined,
    express: undefined,
    addEvent: (message) => {
      const full = message.startsWith('(service ') ? message : `(service ${serviceName}) ${message}`
      service.events.unshift({ id: uuid(ecs.world), createdAt: now(ecs), message: full })
      service.events.splice(mostEvents)
    },
  }
  return service
}

export function createService(ecs: EcsState, input: CreateServiceRequest): ServiceRecord {
  const cluster = findCluster(ecs, input.cluster)
  const key = `${cluster.clusterName}/${input.serviceName}`
  const existing = ecs.services.get(key)
  if (existing?.status === 'DRAINING') throw invalidParameter('Unable to Start a service that is still Draining.')
  // The API's words on clientToken: a request with the token of an earlier one makes nothing and is answered alike.
  if (existing?.status === 'ACTIVE' && input.clientToken && existing.clientToken === input.clientToken) return existing
  if (existing?.status === 'ACTIVE') throw invalidParameter('Creation of service was not idempotent.')
  const controller = input.deploymentController?.type ?? 'ECS'
  if (!input.taskDefinition && controller !== 'EXTERNAL') throw invalidParameter('TaskDefinition can not be blank.')
  const definition = input.taskDefinition ? activeDefinition(ecs, input.taskDefinition) : undefined
  checkService(input)
  checkServiceRoles(ecs, input, definition)
  if (definition) {
    checkNetwork(definition, input.networkConfiguration)
    checkLoadBalancers(here(ecs).elbv2, definition, input.loadBalancers ?? [], input.deploymentConfiguration)
    checkAssociations(here(ecs).elbv2, input.loadBalancers)
  }
  const service = newRecord(ecs, input, cluster.clusterArn, definition)
  ecs.services.set(key, service)
  if (controller === 'ECS' && definition) {
    service.scheduler = createScheduler(ecs, service)
    service.scheduler.deploy(definition)
  }
  if (controller === 'CODE_DEPLOY' && definition)
    setPrimary(
      ecs,
      service,
      createTaskSet(ecs, service, {
        taskDefinitionArn: definition.taskDefinitionArn ?? '',
        targetGroupArn: service.loadBalancers[0]?.targetGroupArn ?? '',
        desired: service.desiredCount,
      }),
    )
  return service
}

export function deleteService(ecs: EcsState, input: DeleteServiceRequest): ServiceRecord {
  const service = findService(ecs, input.cluster, input.service ?? '')
  if (service.status !== 'ACTIVE') throw new AwsError('ServiceNotFoundException', 'Service not found.')
  if (service.desiredCount > 0 && !input.force)
    throw invalidParameter('The service cannot be stopped while it is scaled above 0.')
  service.desiredCount = 0
  service.status = 'DRAINING'
  const groups = [...service.rollouts, ...service.taskSets].map(({ group }) => group)
  for (const group of groups) group.scaleTo(0)
  const finish = () => {
    if (groups.some((group) => group.running + group.pending > 0)) ecs.world.clock.after(5000, finish)
    else service.status = 'INACTIVE'
  }
  ecs.world.clock.after(5000, finish)
  return service
}

export const serviceHandlers = (ecs: EcsState): Handlers => ({
  CreateService: (input: CreateServiceRequest) => ({
    service: describeService(ecs, createService(ecs, input), { withTags: true, inReply: true }),
  }),
  UpdateService: (input, call) => ({ service: replyOf(ecs, updateService(ecs, input), call) }),
  DeleteService: (input: DeleteServiceRequest) => ({ service: describeService(ecs, deleteService(ecs, input)) }),
  DescribeServices: (input: DescribeServicesRequest, call) => {
    const references = input.services ?? []
    if (references.length === 0) throw invalidParameter('Services cannot be empty.')
    if (references.length > mostDescribed) throw invalidParameter('Services cannot have more than 10 elements.')
    const cluster = findCluster(ecs, input.cluster)
    const withTags = input.include?.includes('TAGS') ?? false
    const found = references.map((reference) => {
      const record = lookUpService(ecs, input.cluster, reference)
      return { reference, service: record && lookAt(ecs, record, call, { withTags }) }
    })
    return {
      services: found.flatMap(({ service }) => service ?? []),
      failures: found
        .filter(({ service }) => !service)
        .map(({ reference }) => ({
          arn: reference.startsWith('arn:')
            ? reference
            : arn('ecs', ecs.region, ecs.world.accountId, `service/${cluster.clusterName}/${reference}`),
          reason: 'MISSING',
        })),
    }
  },
  ListServices: (input: ListServicesRequest) => {
    const { clusterArn } = findCluster(ecs, input.cluster)
    const services = [...ecs.services.values()].filter(
      (service) =>
        service.clusterArn === clusterArn &&
        service.status !== 'INACTIVE' &&
        (!input.launchType || service.settings.launchType === input.launchType),
    )
    const { page, nextToken } = paginate(services, input.maxResults ?? 10, input.nextToken)
    return { serviceArns: page.map((service) => service.serviceArn), ...(nextToken && { nextToken }) }
  },
})
