/** What CreateService, UpdateService and RunTask refuse. Sentences are AWS's own where they are known. */
import type {
  CreateServiceRequest,
  DeploymentConfiguration,
  LoadBalancer,
  NetworkConfiguration,
  TaskDefinition,
} from '@aws-sdk/client-ecs'
import { AwsError, type LoadBalancing } from '../contract.ts'
import { invalidParameter } from './state.ts'
import { checkTags } from './task-definition-rules.ts'

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
  checkTags(input.tags ?? [])
  checkDeploymentConfiguration(input.deploymentConfiguration, input.deploymentController?.type)
}

export function checkDeploymentConfiguration(
  configuration: DeploymentConfiguration | undefined,
  controller = 'ECS',
): void {
  const { strategy = 'ROLLING' } = configuration ?? {}
  if (strategy !== 'ROLLING') throw notSimulated(`the strategy ${strategy}`)
  const { minimumHealthyPercent = 100, maximumPercent = 200, alarms, deploymentCircuitBreaker } = configuration ?? {}
  if (maximumPercent < 100 || maximumPercent < minimumHealthyPercent)
    throw invalidParameter('maximumPercent must be at least 100 and not less than minimumHealthyPercent.')
  if (maximumPercent === 100 && minimumHealthyPercent >= 100)
    throw invalidParameter(
      'Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments.',
    )
  if (controller === 'ECS') return
  if (deploymentCircuitBreaker?.enable)
    throw invalidParameter('Deployment circuit breaker is only supported with the ECS deployment controller.')
  if (alarms?.enable) throw invalidParameter('Deployment alarms are only supported with the ECS deployment controller.')
}

export function checkNetwork(definition: TaskDefinition, configuration: NetworkConfiguration | undefined): void {
  if (definition.networkMode !== 'awsvpc') return
  if (!configuration?.awsvpcConfiguration)
    throw invalidParameter("Network Configuration must be provided when networkMode 'awsvpc' is specified.")
  if (!configuration.awsvpcConfiguration.subnets?.length) throw invalidParameter('subnets can not be empty.')
  if (configuration.awsvpcConfiguration.subnets.length > 16)
    throw invalidParameter('subnets can have at most 16 items.')
}

export function checkLoadBalancers(
  elbv2: LoadBalancing,
  definition: TaskDefinition,
  balancers: readonly LoadBalancer[],
): void {
  for (const { targetGroupArn, containerName, containerPort } of balancers) {
    const container = definition.containerDefinitions?.find((candidate) => candidate.name === containerName)
    if (!container) throw invalidParameter(`The container ${containerName} does not exist in the task definition.`)
    if (!container.portMappings?.some((port) => port.containerPort === containerPort))
      throw invalidParameter(`The container ${containerName} did not have a container port ${containerPort} defined.`)
    if (!targetGroupArn || !elbv2.targetGroup(targetGroupArn))
      throw invalidParameter(`The target group ${targetGroupArn} does not exist.`)
    if (!elbv2.isInUse(targetGroupArn))
      throw invalidParameter(
        `The target group with targetGroupArn ${targetGroupArn} does not have an associated load balancer.`,
      )
  }
}
