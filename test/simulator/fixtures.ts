/** Services that run and are healthy, in one call, for tests, the demo and the command line. */
import type { ContainerDefinition, RegisterTaskDefinitionRequest, Service, TaskDefinition } from '@aws-sdk/client-ecs'
import type { Call, World } from './contract.ts'

/** What a fixture needs of a simulator. */
export interface Seeded {
  readonly world: World
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
  /** Merged into the container `api`. */
  readonly container?: ContainerDefinition
  /** Merged into the task definition of the family that is named like the service. */
  readonly taskDefinition?: Partial<RegisterTaskDefinitionRequest>
  /** Default: waits (on the virtual clock) until the first revision is steady. */
  readonly waitUntilSteady?: boolean
}

export interface RollingOptions extends SeedOptions {
  /** `rollback` (the default) and `stop` turn the circuit breaker on. */
  readonly circuitBreaker?: 'rollback' | 'stop' | 'off'
  /** Default true. */
  readonly loadBalanced?: boolean
  readonly minimumHealthyPercent?: number
  readonly maximumPercent?: number
  /** Deployment alarms, with roll back. */
  readonly alarms?: readonly string[]
  readonly healthCheckGracePeriodSeconds?: number
}

export interface SeededService {
  readonly clusterArn: string
  readonly serviceArn: string
  readonly taskDefinitionArn: string
}

export interface SeededRollingService extends SeededService {
  /** Of load-balanced services. */
  readonly targetGroupArn?: string
}

export interface SeededBlueGreenService extends SeededService {
  /** Serves production traffic. */
  readonly blueTargetGroupArn: string
  readonly greenTargetGroupArn: string
  readonly blueTargetGroupName: string
  readonly greenTargetGroupName: string
  /** Port 80. */
  readonly productionListenerArn: string
  /** Port 8081. */
  readonly testListenerArn: string
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
function ask<Output>(world: World, region: string, operation: string, input: object): Output {
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

function seedCluster(world: World, options: SeedOptions) {
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

function create(world: World, options: SeedOptions, members: object): string {
  const { cluster = 'shop', service = 'api', region = 'eu-west-1', desiredCount = 2 } = options
  const created = ask<{ service: Service }>(world, region, 'CreateService', {
    cluster,
    serviceName: service,
    desiredCount,
    launchType: 'FARGATE',
    networkConfiguration: network,
    ...members,
  })
  if (options.waitUntilSteady ?? true) untilSteady(world, { cluster, service, region })
  return created.service.serviceArn ?? ''
}

/** Moves the virtual clock until the service is steady; throws after ten virtual minutes. */
export function untilSteady(
  world: World,
  { cluster = 'shop', service = 'api', region = 'eu-west-1' }: SeedOptions = {},
): void {
  for (let waited = 0; waited < 600; waited += 5) {
    world.clock.advance(5000)
    const { services } = ask<{ services: Service[] }>(world, region, 'DescribeServices', {
      cluster,
      services: [service],
    })
    if (services[0]?.events?.some(({ message }) => message?.endsWith('has reached a steady state.'))) return
  }
  throw new Error(`The simulated service ${service} did not reach a steady state in ten virtual minutes.`)
}

/** A service with the ECS deployment controller whose first revision runs. */
export function seedRollingService({ world }: Seeded, options: RollingOptions = {}): SeededRollingService {
  const { service = 'api', region = 'eu-west-1', circuitBreaker = 'rollback', loadBalanced = true } = options
  const { clusterArn, taskDefinitionArn } = seedCluster(world, options)
  const { elbv2, cloudwatch } = world.region(region)
  const group = loadBalanced ? elbv2.createTargetGroup(service) : undefined
  if (group) elbv2.createListener(80, { [group.targetGroupArn]: 1 })
  for (const name of options.alarms ?? []) if (!cloudwatch.state(name)) cloudwatch.setState(name, 'OK')
  const serviceArn = create(world, options, {
    taskDefinition: taskDefinitionArn,
    deploymentConfiguration: {
      minimumHealthyPercent: options.minimumHealthyPercent ?? 100,
      maximumPercent: options.maximumPercent ?? 200,
      deploymentCircuitBreaker: { enable: circuitBreaker !== 'off', rollback: circuitBreaker === 'rollback' },
      ...(options.alarms && { alarms: { alarmNames: [...options.alarms], enable: true, rollback: true } }),
    },
    ...(group && {
      loadBalancers: [{ targetGroupArn: group.targetGroupArn, containerName: 'api', containerPort: seededPort }],
      healthCheckGracePeriodSeconds: options.healthCheckGracePeriodSeconds ?? 0,
    }),
  })
  return { clusterArn, serviceArn, taskDefinitionArn, ...(group && { targetGroupArn: group.targetGroupArn }) }
}

/** A service that AWS CodeDeploy deploys: its first task set is primary behind the production listener. */
export function seedBlueGreenService({ world }: Seeded, options: SeedOptions = {}): SeededBlueGreenService {
  const { service = 'api', region = 'eu-west-1' } = options
  const { clusterArn, taskDefinitionArn } = seedCluster(world, options)
  const { elbv2 } = world.region(region)
  const blue = elbv2.createTargetGroup(`${service}-blue`)
  const green = elbv2.createTargetGroup(`${service}-green`)
  const production = elbv2.createListener(80, { [blue.targetGroupArn]: 100 })
  const test = elbv2.createListener(8081, { [blue.targetGroupArn]: 100 })
  const serviceArn = create(world, options, {
    taskDefinition: taskDefinitionArn,
    deploymentController: { type: 'CODE_DEPLOY' },
    loadBalancers: [{ targetGroupArn: blue.targetGroupArn, containerName: 'api', containerPort: seededPort }],
  })
  return {
    clusterArn,
    serviceArn,
    taskDefinitionArn,
    blueTargetGroupArn: blue.targetGroupArn,
    greenTargetGroupArn: green.targetGroupArn,
    blueTargetGroupName: blue.name,
    greenTargetGroupName: green.name,
    productionListenerArn: production.listenerArn,
    testListenerArn: test.listenerArn,
  }
}
