/** What the operations of Express Mode refuse. AWS's sentences are not known; the rules are in the text of the API reference. */
import type {
  CreateExpressGatewayServiceRequest,
  TaskDefinition,
  UpdateExpressGatewayServiceRequest,
} from '@aws-sdk/client-ecs'
import { fargateOffers } from './fargate-sizes.ts'
import { invalidParameter } from './state.ts'

type Request = Omit<CreateExpressGatewayServiceRequest, 'infrastructureRoleArn'> | UpdateExpressGatewayServiceRequest

/** API CreateExpressGatewayService, `taskDefinitionArn`: "you cannot also specify". */
const excluded = ['primaryContainer', 'executionRoleArn', 'taskRoleArn', 'cpu', 'memory', 'cpuArchitecture'] as const

export function checkExpress(input: Request): void {
  const { taskDefinitionArn, healthCheckPath, scalingTarget } = input
  const beside = excluded.filter((member) => input[member] !== undefined)
  if (taskDefinitionArn !== undefined && beside.length > 0)
    throw invalidParameter(`You can't specify ${beside.join(', ')} together with taskDefinitionArn.`)
  if (healthCheckPath !== undefined && !healthCheckPath.startsWith('/'))
    throw invalidParameter('The health check path must start with a forward slash.')
  const { minTaskCount, maxTaskCount } = scalingTarget ?? {}
  if (minTaskCount !== undefined && maxTaskCount !== undefined && minTaskCount > maxTaskCount)
    throw invalidParameter('minTaskCount must be less than or equal to maxTaskCount.')
}

/** "a container named Main with a single TCP port mapping that includes a container port and port name […] FARGATE compatibility". */
export function checkExpressDefinition(definition: TaskDefinition): void {
  const main = definition.containerDefinitions?.find(({ name }) => name === 'Main')
  if (!main) throw invalidParameter('The task definition must have a container named Main.')
  const ports = main.portMappings ?? []
  const [port] = ports
  if (ports.length !== 1 || !port?.containerPort || !port.name || (port.protocol ?? 'tcp') !== 'tcp')
    throw invalidParameter(
      'The container Main must have a single TCP port mapping that includes a container port and port name.',
    )
  if (!definition.compatibilities?.includes('FARGATE') || !definition.requiresCompatibilities?.includes('FARGATE'))
    throw invalidParameter('The task definition must have FARGATE compatibility.')
}

export function checkExpressSize(cpu: string, memory: string): void {
  if (!fargateOffers(Number(cpu), Number(memory)))
    throw invalidParameter('No Fargate configuration exists for given values.')
}
