/** What CreateService, UpdateService and RunTask refuse. Sentences are AWS's own where they are known. */
import type { CreateServiceRequest, NetworkConfiguration, TaskDefinition } from '@aws-sdk/client-ecs'
import { AwsError } from '../contract.ts'
import { invalidParameter } from './state.ts'
import { checkDeploymentConfiguration } from './strategy-rules.ts'
import { checkTags, refuseEmptyTags } from './task-definition-rules.ts'

const notSimulated = (what: string) =>
  new AwsError('UnsupportedFeatureException', `The simulator does not know ${what}.`)

export function checkService(input: CreateServiceRequest): void {
  const unknown = (['gatewayConnectors', 'monitoring', 'role'] as const).find((member) => input[member] !== undefined)
  if (unknown) throw notSimulated(unknown)
  if (input.schedulingStrategy === 'DAEMON') throw notSimulated('the scheduling strategy DAEMON')
  if (!/^[\w-]{1,255}$/.test(input.serviceName ?? '')) throw invalidParameter('Invalid service name.')
  if (input.launchType && input.capacityProviderStrategy?.length)
    throw invalidParameter(
      'Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.',
    )
  if ((input.desiredCount ?? 0) < 0) throw invalidParameter('Desired count must be 0 or greater.')
  if (input.deploymentController?.type === 'CODE_DEPLOY' && !input.loadBalancers?.length)
    throw invalidParameter('Services with a CODE_DEPLOY deployment controller must have exactly one load balancer.')
  if (input.healthCheckGracePeriodSeconds && !input.loadBalancers?.length)
    throw invalidParameter('Health check grace period is only valid for services configured to use load balancers')
  refuseEmptyTags(input.tags)
  checkTags(input.tags ?? [])
  checkDeploymentConfiguration(input.deploymentConfiguration, input.deploymentController?.type)
}

export function checkNetwork(definition: TaskDefinition, configuration: NetworkConfiguration | undefined): void {
  if (definition.networkMode !== 'awsvpc') return
  if (!configuration?.awsvpcConfiguration)
    throw invalidParameter("Network Configuration must be provided when networkMode 'awsvpc' is specified.")
  if (!configuration.awsvpcConfiguration.subnets?.length) throw invalidParameter('subnets can not be empty.')
  if (configuration.awsvpcConfiguration.subnets.length > 16)
    throw invalidParameter('subnets can have at most 16 items.')
}
