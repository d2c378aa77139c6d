/** UpdateService: what it refuses, what it changes in place, and what starts a new deployment. */
import { isDeepStrictEqual } from 'node:util'
import type { DeploymentConfiguration, UpdateServiceRequest } from '@aws-sdk/client-ecs'
import { changeController } from './controller-change.ts'
import { findActiveService } from './find-service.ts'
import { beginChange } from './former.ts'
import { checkAssociations, checkLoadBalancers } from './load-balancer-rules.ts'
import { checkServiceRoles } from './role-passing.ts'
import { checkNetwork } from './service-rules.ts'
import { type EcsState, here, invalidParameter, type ServiceRecord } from './state.ts'
import { checkDeploymentConfiguration } from './strategy-rules.ts'
import { activeDefinition } from './task-definitions.ts'

/** Each "doesn't trigger a new service deployment" in the API reference of UpdateService. */
const inPlace = [
  'availabilityZoneRebalancing',
  'capacityProviderStrategy',
  'enableECSManagedTags',
  'enableExecuteCommand',
  'healthCheckGracePeriodSeconds',
  'placementConstraints',
  'placementStrategy',
  'propagateTags',
] as const

/** Each "triggers a new service deployment" there, when it differs from what is. */
const redeploying = [
  'networkConfiguration',
  'platformVersion',
  'serviceConnectConfiguration',
  'serviceRegistries',
  'volumeConfigurations',
  'vpcLatticeConfigurations',
] as const

const unsupported = ['gatewayConnectors', 'monitoring'] as const

export function updateService(ecs: EcsState, input: UpdateServiceRequest): ServiceRecord {
  const service = findActiveService(ecs, input.cluster, input.service ?? '')
  // Harsher than AWS, which says that both APIs work, and that the changes of this one may conflict with Express Mode's.
  if (service.express) throw invalidParameter('The service is an Express service: use UpdateExpressGatewayService.')
  const controller = input.deploymentController?.type ?? service.deploymentControllerType
  const isEcs = controller === 'ECS'
  if (!isEcs && service.deploymentControllerType !== 'ECS') refuseForOthers(service, input)
  const unknown = unsupported.find((member) => input[member] !== undefined)
  if (unknown) throw invalidParameter(`The simulator does not update ${unknown}.`)
  const configuration = mergedConfiguration(service, input.deploymentConfiguration)
  checkDeploymentConfiguration(configuration, controller)
  if ((input.desiredCount ?? 0) < 0) throw invalidParameter('Desired count must be 0 or greater.')

  const definition = isEcs ? activeDefinition(ecs, input.taskDefinition ?? service.taskDefinition) : undefined
  checkServiceRoles(ecs, input, definition)
  if (definition && (input.taskDefinition || input.networkConfiguration || input.loadBalancers))
    checkNetwork(definition, input.networkConfiguration ?? service.settings.networkConfiguration)
  if (definition && (input.taskDefinition || input.loadBalancers || input.deploymentConfiguration))
    checkLoadBalancers(here(ecs).elbv2, definition, input.loadBalancers ?? service.loadBalancers, configuration)
  checkAssociations(here(ecs).elbv2, input.loadBalancers)
  const isNew = [
    input.forceNewDeployment === true,
    definition !== undefined && definition.taskDefinitionArn !== service.taskDefinition,
    input.loadBalancers !== undefined && !isDeepStrictEqual(input.loadBalancers, service.loadBalancers),
    ...redeploying.map(
      (member) => input[member] !== undefined && !isDeepStrictEqual(input[member], service.settings[member] ?? []),
    ),
  ].some(Boolean)

  const before = {
    settings: { ...service.settings },
    loadBalancers: service.loadBalancers,
    desiredCount: service.desiredCount,
  }
  beginChange(ecs, service)
  changeController(ecs, service, controller)
  apply(service, input, configuration)
  try {
    if (isNew && definition) service.scheduler?.deploy(definition)
  } catch (error) {
    Object.assign(service.settings, before.settings)
    Object.assign(service, { loadBalancers: before.loadBalancers, desiredCount: before.desiredCount })
    throw error
  }
  if (input.desiredCount !== undefined) rescale(service)
  return service
}

function apply(service: ServiceRecord, input: UpdateServiceRequest, configuration: DeploymentConfiguration): void {
  for (const member of [...inPlace, ...redeploying])
    if (input[member] !== undefined) Object.assign(service.settings, { [member]: input[member] })
  // An empty list removes the configuration; leaving it out keeps it (API UpdateService).
  if (input.volumeConfigurations?.length === 0) delete service.settings.volumeConfigurations
  if (input.deploymentConfiguration) service.settings.deploymentConfiguration = configuration
  if (input.loadBalancers) service.loadBalancers = input.loadBalancers
  if (input.desiredCount !== undefined) service.desiredCount = input.desiredCount
}

/** What is left out stays as it is, but for the settings of a strategy that is given up. */
function mergedConfiguration(service: ServiceRecord, input: DeploymentConfiguration = {}): DeploymentConfiguration {
  const before = service.settings.deploymentConfiguration ?? {}
  if (!input.strategy || input.strategy === before.strategy) return { ...before, ...input }
  const { canaryConfiguration: _canary, linearConfiguration: _linear, earlySuccessCriteria: _early, ...kept } = before
  return { ...kept, ...input }
}

function rescale(service: ServiceRecord): void {
  service.scheduler?.wake()
  service.taskSets.find(({ status }) => status === 'PRIMARY')?.group.scaleTo(service.desiredCount)
}

/** AWS's sentences for services that somebody else deploys. */
function refuseForOthers(service: ServiceRecord, input: UpdateServiceRequest): void {
  const type = service.deploymentControllerType
  const instead = type === 'CODE_DEPLOY' ? ' Use AWS CodeDeploy to trigger a new deployment.' : ''
  const refuse = (what: string) =>
    invalidParameter(`${what} on services with a ${type} deployment controller.${instead}`)
  if (input.taskDefinition) throw refuse('Unable to update task definition')
  if (input.forceNewDeployment) throw refuse('Cannot force a new deployment')
  if (input.networkConfiguration) throw refuse('Unable to update network parameters')
  if (input.platformVersion) throw refuse('Unable to update platform version')
  if (input.loadBalancers) throw refuse('Unable to update load balancers')
  if (input.serviceRegistries) throw refuse('Unable to update service registries')
  if (input.volumeConfigurations?.length) throw refuse('Unable to update volume configurations')
}
