/** What all fixtures of services share: a cluster, a task definition, a service that becomes steady. */
import type { ContainerDefinition, RegisterTaskDefinitionRequest, Service, TaskDefinition } from '@aws-sdk/client-ecs'
import type { Call, World } from './contract.ts'
import type { Iam } from './iam.ts'

/** What a fixture needs of a simulator. */
export interface Seeded {
  readonly world: World
  /** Gets the execution role of the tasks, where it is given. */
  readonly iam?: Iam
}

export interface SeedOptions {
  /** Default `shop`. */
  readonly cluster?: string
  /** Default `api`. */
  readonly service?: string
  /** Default `eu-west-1`. */
  readonly region?: string
  /** Default `registry.example.com/api:v1`, which every task can pull. */
  readonly image?: string
  /** Default 2. */
  readonly desiredCount?: number
  /** Default FARGATE. */
  readonly launchType?: 'FARGATE' | 'EC2'
  /** Without `awsvpc`, a service has no network configuration. Default true. */
  readonly isAwsvpc?: boolean
  /** Container and port that a load balancer sends requests to. Default `api`, 8080. */
  readonly target?: { readonly containerName: string; readonly containerPort: number }
  /** Merged into the container `api`. */
  readonly container?: ContainerDefinition
  /** Merged into the task definition of the family that is named like the service. */
  readonly taskDefinition?: Partial<RegisterTaskDefinitionRequest>
  /** Default: waits (on the virtual clock) until the first revision is steady. */
  readonly waitUntilSteady?: boolean
}

export interface SeededService {
  readonly clusterArn: string
  readonly serviceArn: string
  readonly taskDefinitionArn: string
}

/** Where containers of the fixtures listen. */
export const seededPort = 8080

const network = {
  awsvpcConfiguration: {
    subnets: ['subnet-0aaa1111', 'subnet-0bbb2222'],
    securityGroups: ['sg-0ccc3333'],
    assignPublicIp: 'DISABLED',
  },
}

/** What a seeded service's first revision is registered from: Fargate, one container `api`, logs in `/shop/api`. */
export function seededTaskDefinition(world: World, options: SeedOptions = {}): RegisterTaskDefinitionRequest {
  const { cluster = 'shop', service = 'api', region = 'eu-west-1', image = 'registry.example.com/api:v1' } = options
  return {
    family: service,
    requiresCompatibilities: ['FARGATE'],
    networkMode: 'awsvpc',
    cpu: '256',
    memory: '512',
    executionRoleArn: `arn:aws:iam::${world.accountId}:role/${cluster}-execution`,
    containerDefinitions: [
      {
        name: 'api',
        image,
        portMappings: [{ containerPort: seededPort }],
        logConfiguration: {
          logDriver: 'awslogs',
          options: {
            'awslogs-group': `/${cluster}/${service}`,
            'awslogs-region': region,
            'awslogs-stream-prefix': service,
          },
        },
        ...options.container,
      },
    ],
    ...options.taskDefinition,
  }
}

/** An operation of a seeded region's ECS, without the wire. */
export function ask<Output>(world: World, region: string, operation: string, input: object): Output {
  const call: Call = {
    service: 'ecs',
    operation,
    region,
    accessKeyId: '',
    at: world.clock.now(),
    input: { ...input },
  }
  const handler = world.region(region).ecs.handlers[operation]
  if (!handler) throw new Error(`The simulator does not know ecs:${operation}.`)
  return handler(input, call) as Output
}

export function seedCluster(world: World, options: SeedOptions) {
  const { cluster = 'shop', service = 'api', region = 'eu-west-1' } = options
  world.region(region).logs.createGroup(`/${cluster}/${service}`)
  const created = ask<{ cluster: { clusterArn: string } }>(world, region, 'CreateCluster', { clusterName: cluster })
  const registered = ask<{ taskDefinition: TaskDefinition }>(
    world,
    region,
    'RegisterTaskDefinition',
    seededTaskDefinition(world, options),
  )
  return {
    clusterArn: created.cluster.clusterArn,
    taskDefinitionArn: registered.taskDefinition.taskDefinitionArn ?? '',
  }
}

/** What a load balancer sends requests to. */
export function seededTarget({ target }: SeedOptions) {
  return target ?? { containerName: 'api', containerPort: seededPort }
}

/** AmazonECSTaskExecutionRolePolicy, and the reading of secrets and parameters. */
export const executionActions = [
  'ecr:GetAuthorizationToken',
  'ecr:BatchCheckLayerAvailability',
  'ecr:GetDownloadUrlForLayer',
  'ecr:BatchGetImage',
  'logs:CreateLogStream',
  'logs:PutLogEvents',
  'secretsmanager:GetSecretValue',
  'ssm:GetParameters',
]

/** The execution role that seeded task definitions name, as it should be. */
export function seedExecutionRole({ iam }: Seeded, { cluster = 'shop' }: SeedOptions = {}): void {
  iam?.role({ name: `${cluster}-execution`, trustedServices: ['ecs-tasks.amazonaws.com'], allows: executionActions })
}

export function createSteadyService(world: World, options: SeedOptions, members: object): string {
  const { cluster = 'shop', service = 'api', region = 'eu-west-1', desiredCount = 2 } = options
  const created = ask<{ service: Service }>(world, region, 'CreateService', {
    cluster,
    serviceName: service,
    desiredCount,
    launchType: options.launchType ?? 'FARGATE',
    ...((options.isAwsvpc ?? true) && { networkConfiguration: network }),
    ...members,
  })
  if (options.waitUntilSteady ?? true) untilSteady(world, { cluster, service, region })
  return created.service.serviceArn ?? ''
}

/** Moves the virtual clock until the service is steady; throws after an hour. */
export function untilSteady(
  world: World,
  { cluster = 'shop', service = 'api', region = 'eu-west-1' }: SeedOptions = {},
): void {
  for (let waited = 0; waited < 3600; waited += 5) {
    world.clock.advance(5000)
    const { services } = ask<{ services: Service[] }>(world, region, 'DescribeServices', {
      cluster,
      services: [service],
    })
    if (services[0]?.events?.some(({ message }) => message?.endsWith('has reached a steady state.'))) return
  }
  throw new Error(`The simulated service ${service} did not reach a steady state in a virtual hour.`)
}

/** What the task definition of examples/api expects of an account: its roles and its log group. */
export function seedExample({ world, iam }: Seeded, region = 'eu-west-1'): void {
  const trustedServices = ['ecs-tasks.amazonaws.com']
  iam?.role({ name: 'api-execution', trustedServices, allows: executionActions })
  iam?.role({ name: 'api-task', trustedServices })
  world.region(region).logs.createGroup('/ecs/api')
}
