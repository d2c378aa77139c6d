/** Services that run and are healthy, in one call, for tests, the demo and the command line. */
import type {
  CanaryConfiguration,
  DeploymentLifecycleHook,
  LinearConfiguration,
  LoadBalancer,
} from '@aws-sdk/client-ecs'
import type { World } from './contract.ts'
import {
  ask,
  createSteadyService,
  type Seeded,
  type SeededService,
  type SeedOptions,
  seedCluster,
  seedExecutionRole,
  seededTarget,
} from './seeding.ts'

export {
  type Seeded,
  type SeededService,
  type SeedOptions,
  seedExample,
  seedExecutionRole,
  seededPort,
  seededTaskDefinition,
  untilSteady,
} from './seeding.ts'

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

export interface SeededRollingService extends SeededService {
  /** Of load-balanced services. */
  readonly targetGroupArn?: string
}

export interface BlueGreenSeedOptions extends SeedOptions {
  /** Default `application`. */
  readonly loadBalancer?: 'application' | 'network'
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

export interface NativeOptions extends SeedOptions {
  readonly strategy: 'BLUE_GREEN' | 'LINEAR' | 'CANARY'
  /** Default 5. */
  readonly bakeTimeInMinutes?: number
  readonly canaryConfiguration?: CanaryConfiguration
  readonly linearConfiguration?: LinearConfiguration
  /** Of deployments after the first. */
  readonly lifecycleHooks?: DeploymentLifecycleHook[]
  /** Default `rollback`. */
  readonly circuitBreaker?: 'rollback' | 'stop' | 'off'
  /** Deployment alarms, with roll back. */
  readonly alarms?: readonly string[]
  /** Default `application`; `none` is a service without traffic management. */
  readonly loadBalancer?: 'application' | 'network' | 'none'
  /** Default true. */
  readonly testListener?: boolean
}

export interface SeededNativeService extends SeededService {
  readonly infrastructureRoleArn: string
  /** Serves production traffic at first. Empty, as all below, without a load balancer. */
  readonly blueTargetGroupArn: string
  readonly greenTargetGroupArn: string
  /** Of an Application Load Balancer: a rule. Of a Network Load Balancer: a listener. */
  readonly productionRuleArn: string
  readonly testRuleArn: string
}

/** A service with the ECS deployment controller whose first revision runs. */
export function seedRollingService(seeded: Seeded, options: RollingOptions = {}): SeededRollingService {
  const { world } = seeded
  seedExecutionRole(seeded, options)
  const { service = 'api', region = 'eu-west-1', circuitBreaker = 'rollback', loadBalanced = true } = options
  const { clusterArn, taskDefinitionArn } = seedCluster(world, options)
  const { elbv2, cloudwatch } = world.region(region)
  const group = loadBalanced ? elbv2.createTargetGroup(service) : undefined
  if (group) elbv2.createListener(80, { [group.targetGroupArn]: 1 })
  for (const name of options.alarms ?? []) if (!cloudwatch.state(name)) cloudwatch.setState(name, 'OK')
  const serviceArn = createSteadyService(world, options, {
    taskDefinition: taskDefinitionArn,
    deploymentConfiguration: {
      minimumHealthyPercent: options.minimumHealthyPercent ?? 100,
      maximumPercent: options.maximumPercent ?? 200,
      deploymentCircuitBreaker: { enable: circuitBreaker !== 'off', rollback: circuitBreaker === 'rollback' },
      ...(options.alarms && { alarms: { alarmNames: [...options.alarms], enable: true, rollback: true } }),
    },
    ...(group && {
      loadBalancers: [{ targetGroupArn: group.targetGroupArn, ...seededTarget(options) }],
      healthCheckGracePeriodSeconds: options.healthCheckGracePeriodSeconds ?? 0,
    }),
  })
  return { clusterArn, serviceArn, taskDefinitionArn, ...(group && { targetGroupArn: group.targetGroupArn }) }
}

/** A service that AWS CodeDeploy deploys: its first task set is primary behind the production listener. */
export function seedBlueGreenService(seeded: Seeded, options: BlueGreenSeedOptions = {}): SeededBlueGreenService {
  const { world } = seeded
  seedExecutionRole(seeded, options)
  const { service = 'api', region = 'eu-west-1', loadBalancer = 'application' } = options
  const { clusterArn, taskDefinitionArn } = seedCluster(world, options)
  const { elbv2 } = world.region(region)
  const blue = elbv2.createTargetGroup(`${service}-blue`)
  const green = elbv2.createTargetGroup(`${service}-green`)
  const production = elbv2.createListener(80, { [blue.targetGroupArn]: 100 }, loadBalancer)
  const test = elbv2.createListener(8081, { [blue.targetGroupArn]: 100 }, loadBalancer)
  const serviceArn = createSteadyService(world, options, {
    taskDefinition: taskDefinitionArn,
    deploymentController: { type: 'CODE_DEPLOY' },
    loadBalancers: [{ targetGroupArn: blue.targetGroupArn, ...seededTarget(options) }],
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

/** A service that Amazon ECS deploys by BLUE_GREEN, LINEAR or CANARY; its first revision serves. */
export function seedNativeService(seeded: Seeded, options: NativeOptions): SeededNativeService {
  const { world } = seeded
  seedExecutionRole(seeded, options)
  const { region = 'eu-west-1', service = 'api', cluster = 'shop', circuitBreaker = 'rollback' } = options
  const { clusterArn, taskDefinitionArn } = seedCluster(world, options)
  for (const name of options.alarms ?? []) world.region(region).cloudwatch.setState(name, 'OK')
  const traffic = seedTraffic(world, options)
  const deploymentConfiguration = {
    strategy: options.strategy,
    bakeTimeInMinutes: options.bakeTimeInMinutes ?? 5,
    ...(options.canaryConfiguration && { canaryConfiguration: options.canaryConfiguration }),
    ...(options.linearConfiguration && { linearConfiguration: options.linearConfiguration }),
    deploymentCircuitBreaker: { enable: circuitBreaker !== 'off', rollback: circuitBreaker === 'rollback' },
    ...(options.alarms && { alarms: { alarmNames: [...options.alarms], enable: true, rollback: true } }),
  }
  const serviceArn = createSteadyService(world, options, {
    taskDefinition: taskDefinitionArn,
    deploymentConfiguration,
    ...(traffic.blueTargetGroupArn && { loadBalancers: [loadBalancerOf(traffic, options)] }),
  })
  if (options.lifecycleHooks)
    ask(world, region, 'UpdateService', {
      cluster,
      service,
      deploymentConfiguration: { lifecycleHooks: options.lifecycleHooks },
    })
  return { clusterArn, serviceArn, taskDefinitionArn, ...traffic }
}

function seedTraffic(world: World, options: NativeOptions) {
  const { region = 'eu-west-1', service = 'api', loadBalancer = 'application', testListener = true } = options
  const infrastructureRoleArn = `arn:aws:iam::${world.accountId}:role/ecsInfrastructureRole`
  const none = { blueTargetGroupArn: '', greenTargetGroupArn: '', productionRuleArn: '', testRuleArn: '' }
  if (loadBalancer === 'none') return { infrastructureRoleArn, ...none }
  const { elbv2 } = world.region(region)
  const blueTargetGroupArn = elbv2.createTargetGroup(`${service}-blue`).targetGroupArn
  const greenTargetGroupArn = elbv2.createTargetGroup(`${service}-green`).targetGroupArn
  const forward = { [blueTargetGroupArn]: 100, [greenTargetGroupArn]: 0 }
  const member = loadBalancer === 'network' ? 'listenerArn' : 'ruleArn'
  const production = elbv2.createListener(80, forward, loadBalancer)[member]
  const test = testListener ? elbv2.createListener(8081, forward, loadBalancer)[member] : ''
  return {
    infrastructureRoleArn,
    blueTargetGroupArn,
    greenTargetGroupArn,
    productionRuleArn: production,
    testRuleArn: test,
  }
}

/** As CreateService takes it. */
export const loadBalancerOf = (
  seeded: Omit<SeededNativeService, keyof SeededService>,
  options: SeedOptions = {},
): LoadBalancer => ({
  targetGroupArn: seeded.blueTargetGroupArn,
  ...seededTarget(options),
  advancedConfiguration: {
    alternateTargetGroupArn: seeded.greenTargetGroupArn,
    productionListenerRule: seeded.productionRuleArn,
    ...(seeded.testRuleArn && { testListenerRule: seeded.testRuleArn }),
    roleArn: seeded.infrastructureRoleArn,
  },
})
