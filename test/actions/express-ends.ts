/** Every end of a deployment to Express Mode, for the table test and for the comparison with another action. */
import { region } from '../deployment/scene.ts'
import { behaviours } from '../simulator/behaviours.ts'
import { ask } from '../simulator/seeding.ts'
import type { Simulator } from '../simulator/simulator.ts'
import { accountRole, emptyCluster, expressScene } from './express-scene.ts'

export interface ExpressEnd {
  readonly name: string
  /** There is no service yet. */
  readonly creates?: boolean
  prepare?(sim: Simulator, alarm: string): void
  /** Beside service, cluster, roles and image. */
  readonly given?: Readonly<Record<string, string>>
  readonly verdict: string
  /** What a person has to read; undefined where it succeeds. */
  readonly cause?: RegExp
}

/** What is deployed by every end. */
export const expressImage = 'registry.example.com/api:v2'

const behaves = (name: string) => (sim: Simulator) =>
  sim.world.scenarios.set(expressImage, behaviours[name] ?? { kind: 'healthy' })

const later = (sim: Simulator, minutes: number, act: () => void) => void sim.clock.after(minutes * 60_000, act)

const fires = (minutes: number) => (sim: Simulator, alarm: string) =>
  later(sim, minutes, () => sim.world.region(region).cloudwatch.setState(alarm, 'ALARM'))

const newest = (sim: Simulator) =>
  ask<{ serviceDeployments: { serviceDeploymentArn: string }[] }>(sim.world, region, 'ListServiceDeployments', {
    cluster: 'shop',
    service: 'api',
  }).serviceDeployments[0]?.serviceDeploymentArn ?? ''

const denies =
  (...operations: readonly string[]) =>
  (sim: Simulator) => {
    for (const operation of operations) sim.faults.add({ operation, effect: { kind: 'access-denied' }, times: 100_000 })
  }

export const expressEnds: readonly ExpressEnd[] = [
  { name: 'healthy', verdict: 'succeeded' },
  { name: 'a new service', creates: true, verdict: 'succeeded' },
  { name: 'the same image again', given: { image: 'registry.example.com/api:v1' }, verdict: 'unchanged' },
  { name: 'a start of 4 minutes', prepare: behaves('slow'), verdict: 'succeeded' },
  { name: 'an alarm in the canary', prepare: fires(2), verdict: 'rolled-back', cause: /RollbackAlarm/ },
  { name: 'an alarm in the bake time', prepare: fires(6), verdict: 'rolled-back', cause: /RollbackAlarm/ },
  { name: 'a crash', prepare: behaves('crash'), verdict: 'rolled-back', cause: /exit code 1/ },
  { name: 'out of memory', prepare: behaves('out-of-memory'), verdict: 'rolled-back', cause: /OutOfMemoryError/ },
  {
    name: 'a missing image',
    prepare: behaves('image-missing'),
    verdict: 'rolled-back',
    cause: /CannotPullContainerError/,
  },
  {
    name: 'a missing secret',
    prepare: behaves('secret-missing'),
    verdict: 'rolled-back',
    cause: /ResourceInitializationError/,
  },
  {
    name: 'a health check that fails',
    prepare: behaves('unhealthy'),
    verdict: 'rolled-back',
    cause: /failed ELB health checks/,
  },
  { name: 'a program that ends', prepare: behaves('exit-0'), verdict: 'rolled-back', cause: /exit code 0/ },
  {
    name: 'stopped by another user',
    prepare: (sim) =>
      later(sim, 2, () => {
        ask(sim.world, region, 'StopServiceDeployment', { serviceDeploymentArn: newest(sim), stopType: 'ROLLBACK' })
      }),
    verdict: 'rolled-back',
    cause: /stop/i,
  },
  {
    name: 'replaced by another user',
    prepare: (sim) =>
      later(sim, 2, () => {
        const serviceArn = sim.world.region(region).ecs.service('shop', 'api')?.serviceArn
        const primaryContainer = { image: 'registry.example.com/api:v3' }
        ask(sim.world, region, 'UpdateExpressGatewayService', { serviceArn, primaryContainer })
      }),
    verdict: 'superseded',
    cause: /superseded|newer deployment|replaced/i,
  },
  {
    name: 'an alarm, and deployments that may not be read',
    prepare: (sim, alarm) => {
      denies('ListServiceDeployments', 'DescribeServiceDeployments')(sim)
      fires(2)(sim, alarm)
    },
    verdict: 'rolled-back',
    cause: /monitored condition/,
  },
  {
    name: 'no permission to update',
    prepare: denies('UpdateExpressGatewayService'),
    verdict: 'failed',
    cause: /ecs:UpdateExpressGatewayService/,
  },
  {
    name: 'a new service that crashes',
    creates: true,
    prepare: behaves('crash'),
    verdict: 'failed',
    cause: /exit code 1/,
  },
  {
    name: 'a new service with a role that ECS cannot assume',
    creates: true,
    prepare: (sim) =>
      sim.world
        .region(region)
        .ecs.denyInfrastructure(accountRole(sim, 'ecsInfrastructureRoleForExpressServices'), 'sts:AssumeRole'),
    verdict: 'failed',
    cause: /unable to assume the configured ECS Infrastructure Role/,
  },
  {
    name: 'a size that Fargate does not offer',
    given: { cpu: '512', memory: '512' },
    verdict: 'failed',
    cause: /No Fargate configuration exists/,
  },
]

/** The simulator before the deployment, and the inputs of the step, under the names that both actions have. */
export function playedScene({ creates, prepare, given }: ExpressEnd) {
  const sim = creates ? emptyCluster() : expressScene().sim
  prepare?.(sim, 'shop/api/RollbackAlarm')
  const inputs = {
    'service-name': 'api',
    cluster: 'shop',
    image: expressImage,
    'execution-role-arn': accountRole(sim, 'shop-execution'),
    'infrastructure-role-arn': accountRole(sim, 'ecsInfrastructureRoleForExpressServices'),
    'container-port': '8080',
    ...given,
  }
  return { sim, inputs }
}
