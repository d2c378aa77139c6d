/** A service in Express Mode whose first revision runs. */
import { seedExecutionRole } from './fixtures.ts'
import {
  ask,
  type Seeded,
  type SeedOptions,
  seedCluster,
  seededPort,
  seededTaskDefinition,
  untilSteady,
} from './seeding.ts'

export interface ExpressOptions extends SeedOptions {
  /** `own`: from a task definition of its own. Default `managed`: from a primary container. */
  readonly definition?: 'own' | 'managed'
}

export interface SeededExpress {
  readonly clusterArn: string
  readonly serviceArn: string
  readonly infrastructureRoleArn: string
  readonly executionRoleArn: string
  readonly alarm: string
}

/** As API CreateExpressGatewayService wants a definition: a container `Main` with one named port, Fargate. */
export function expressDefinition(seeded: Seeded, options: ExpressOptions = {}) {
  const container = { name: 'Main', portMappings: [{ containerPort: seededPort, name: 'http' }] }
  return seededTaskDefinition(seeded.world, { ...options, container: { ...container, ...options.container } })
}

export function seedExpressService(seeded: Seeded, options: ExpressOptions = {}): SeededExpress {
  const { world } = seeded
  const { cluster = 'shop', service = 'api', region = 'eu-west-1', image = 'registry.example.com/api:v1' } = options
  seedExecutionRole(seeded, options)
  const { clusterArn } = seedCluster(world, options)
  const infrastructureRoleArn = `arn:aws:iam::${world.accountId}:role/ecsInfrastructureRoleForExpressServices`
  const executionRoleArn = `arn:aws:iam::${world.accountId}:role/${cluster}-execution`
  const own = () => {
    const registered = ask<{ taskDefinition: { taskDefinitionArn: string } }>(
      world,
      region,
      'RegisterTaskDefinition',
      expressDefinition(seeded, options),
    )
    return { taskDefinitionArn: registered.taskDefinition.taskDefinitionArn }
  }
  const managed = () => ({ executionRoleArn, primaryContainer: { image, containerPort: seededPort } })
  const created = ask<{ service: { serviceArn: string } }>(world, region, 'CreateExpressGatewayService', {
    cluster,
    serviceName: service,
    infrastructureRoleArn,
    healthCheckPath: '/health',
    scalingTarget: { minTaskCount: options.desiredCount ?? 2, maxTaskCount: 4 },
    ...(options.definition === 'own' ? own() : managed()),
  })
  if (options.waitUntilSteady ?? true) untilSteady(world, { cluster, service, region })
  const alarm = `${cluster}/${service}/RollbackAlarm`
  return { clusterArn, serviceArn: created.service.serviceArn, infrastructureRoleArn, executionRoleArn, alarm }
}
