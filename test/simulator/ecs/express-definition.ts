/** The task definition that Amazon ECS manages for an Express service, and what its configuration shows of any definition. */
import type {
  ContainerDefinition,
  ExpressGatewayContainer,
  ExpressGatewayServiceConfiguration,
  RegisterTaskDefinitionRequest,
  TaskDefinition,
} from '@aws-sdk/client-ecs'
import type { EcsState } from './state.ts'

export interface ManagedSettings {
  readonly family: string
  readonly container: ExpressGatewayContainer
  readonly executionRoleArn: string
  readonly taskRoleArn: string | undefined
  readonly cpu: string
  readonly memory: string
  readonly cpuArchitecture: 'X86_64' | 'ARM64'
}

export const defaultPort = 80

export function managedDefinition(ecs: EcsState, managed: ManagedSettings): RegisterTaskDefinitionRequest {
  const { container, taskRoleArn, cpuArchitecture, ...rest } = managed
  const { image = '', containerPort = defaultPort, awsLogsConfiguration, repositoryCredentials } = container
  const main: ContainerDefinition = {
    name: 'Main',
    image,
    essential: true,
    portMappings: [{ containerPort, name: `main-${containerPort}`, protocol: 'tcp' }],
    logConfiguration: {
      logDriver: 'awslogs',
      options: {
        'awslogs-group': awsLogsConfiguration?.logGroup ?? `/aws/ecs/${managed.family}`,
        'awslogs-region': ecs.region,
        'awslogs-stream-prefix': awsLogsConfiguration?.logStreamPrefix ?? 'ecs',
      },
    },
    ...(container.command && { command: container.command }),
    ...(container.environment && { environment: container.environment }),
    ...(container.secrets && { secrets: container.secrets }),
    ...(repositoryCredentials?.credentialsParameter && {
      repositoryCredentials: { credentialsParameter: repositoryCredentials.credentialsParameter },
    }),
  }
  return {
    family: rest.family,
    executionRoleArn: rest.executionRoleArn,
    ...(taskRoleArn && { taskRoleArn }),
    cpu: rest.cpu,
    memory: rest.memory,
    networkMode: 'awsvpc',
    requiresCompatibilities: ['FARGATE'],
    runtimePlatform: { operatingSystemFamily: 'LINUX', cpuArchitecture },
    containerDefinitions: [main],
  }
}

/** "the API resolves a task definition into a derived primary_container" (hashicorp/terraform-provider-aws#49095). */
export function shownDefinition(definition: TaskDefinition): Partial<ExpressGatewayServiceConfiguration> {
  const main = definition.containerDefinitions?.find(({ name }) => name === 'Main')
  const { cpu, memory, executionRoleArn, taskRoleArn, runtimePlatform, taskDefinitionArn } = definition
  const { options = {} } = main?.logConfiguration ?? {}
  const containerPort = main?.portMappings?.[0]?.containerPort
  const credentialsParameter = main?.repositoryCredentials?.credentialsParameter
  const architecture = runtimePlatform?.cpuArchitecture
  return {
    ...(taskDefinitionArn && { taskDefinitionArn }),
    ...(cpu && { cpu }),
    ...(memory && { memory }),
    ...(executionRoleArn && { executionRoleArn }),
    ...(taskRoleArn && { taskRoleArn }),
    ...(architecture && { cpuArchitecture: architecture }),
    primaryContainer: {
      image: main?.image,
      ...(containerPort && { containerPort }),
      ...(main?.command && { command: main.command }),
      ...(main?.environment && { environment: main.environment }),
      ...(main?.secrets && { secrets: main.secrets }),
      ...(credentialsParameter && { repositoryCredentials: { credentialsParameter } }),
      ...(options['awslogs-group'] && {
        awsLogsConfiguration: {
          logGroup: options['awslogs-group'],
          logStreamPrefix: options['awslogs-stream-prefix'] ?? '',
        },
      }),
    },
  }
}
