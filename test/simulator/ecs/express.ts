/** Express Mode: services whose load balancer, scaling, alarm and, unless it is given, task definition Amazon ECS manages. */
import type {
  CreateExpressGatewayServiceRequest,
  ExpressGatewayServiceConfiguration,
  RegisterTaskDefinitionRequest,
  Tag,
  TaskDefinition,
  UpdateExpressGatewayServiceRequest,
} from '@aws-sdk/client-ecs'
import { AwsError, type Handlers } from '../contract.ts'
import { nameOf } from '../identifiers.ts'
import { findCluster } from './clusters.ts'
import { defaultPort, managedDefinition, shownDefinition } from './express-definition.ts'
import { checkExpress, checkExpressDefinition, checkExpressSize } from './express-rules.ts'
import { findService } from './find-service.ts'
import { beginChange } from './former.ts'
import { checkDefinitionRoles, checkInfrastructureRole } from './role-passing.ts'
import { createService, deleteService } from './services.ts'
import { type EcsState, here, invalidParameter, now, type ServiceRecord } from './state.ts'
import { activeDefinition, findDefinition, register } from './task-definitions.ts'

/** What an Express service has beside what every service has. */
export interface ExpressRecord {
  readonly infrastructureRoleArn: string
  healthCheckPath: string
  scalingTarget: NonNullable<ExpressGatewayServiceConfiguration['scalingTarget']>
  readonly host: string
  updatedAt: number
}

/** Canary 5 %, 3 minutes, bake 3 minutes, alarm roll back: developer guide, "Updating an Amazon ECS Express Mode service". */
const deploymentOf = (alarm: string) => ({
  strategy: 'CANARY' as const,
  bakeTimeInMinutes: 3,
  canaryConfiguration: { canaryPercent: 5, canaryBakeTimeInMinutes: 3 },
  deploymentCircuitBreaker: { enable: true, rollback: true },
  alarms: { alarmNames: [alarm], enable: true, rollback: true },
})

/** The subnets of the simulated default VPC. */
const defaultSubnets = ['subnet-0aaa1111', 'subnet-0bbb2222']

function create(ecs: EcsState, input: CreateExpressGatewayServiceRequest): ServiceRecord {
  const { infrastructureRoleArn = '', cluster, taskDefinitionArn, primaryContainer } = input
  const serviceName = input.serviceName ?? `express-${ecs.services.size + 1}`
  const { clusterName } = findCluster(ecs, cluster)
  checkExpress(input)
  if (taskDefinitionArn === undefined && (primaryContainer === undefined || input.executionRoleArn === undefined))
    throw invalidParameter('primaryContainer and executionRoleArn are required without taskDefinitionArn.')
  checkInfrastructureRole(ecs, infrastructureRoleArn)
  if (ecs.services.get(`${clusterName}/${serviceName}`)?.status === 'ACTIVE')
    throw invalidParameter('Creation of service was not idempotent.')
  const definition = wantedDefinition(ecs, input, `${clusterName}-${serviceName}`, undefined)
  const { elbv2, cloudwatch } = here(ecs)
  const [blue, green] = ['1', '2'].map((end) => elbv2.createTargetGroup(`${serviceName}-${end}`).targetGroupArn)
  const { ruleArn } = elbv2.createListener(443, { [blue ?? '']: 100, [green ?? '']: 0 })
  const alarm = `${clusterName}/${serviceName}/RollbackAlarm`
  cloudwatch.setState(alarm, 'OK')
  const service = createService(ecs, {
    serviceName,
    cluster,
    taskDefinition: definition.taskDefinitionArn,
    desiredCount: input.scalingTarget?.minTaskCount ?? 1,
    capacityProviderStrategy: [{ capacityProvider: 'FARGATE', weight: 1, base: 0 }],
    networkConfiguration: { awsvpcConfiguration: { subnets: defaultSubnets, ...input.networkConfiguration } },
    deploymentConfiguration: deploymentOf(alarm),
    loadBalancers: [
      {
        targetGroupArn: blue,
        containerName: 'Main',
        containerPort: portOf(definition),
        advancedConfiguration: {
          alternateTargetGroupArn: green,
          productionListenerRule: ruleArn,
          roleArn: infrastructureRoleArn,
        },
      },
    ],
    ...(input.tags && { tags: input.tags }),
  })
  service.express = {
    infrastructureRoleArn,
    healthCheckPath: input.healthCheckPath ?? '/ping',
    scalingTarget: { minTaskCount: 1, maxTaskCount: 20, autoScalingTargetValue: 60, ...input.scalingTarget },
    host: `${serviceName}.ecs.${ecs.region}.on.aws`,
    updatedAt: ecs.world.clock.now(),
  }
  return service
}

const portOf = ({ containerDefinitions = [] }: TaskDefinition): number =>
  containerDefinitions.find(({ name }) => name === 'Main')?.portMappings?.[0]?.containerPort ?? defaultPort

/** The definition that is given, or one that is registered for what is given; what is left out stays as it was. */
function wantedDefinition(
  ecs: EcsState,
  input: Omit<CreateExpressGatewayServiceRequest, 'infrastructureRoleArn'>,
  family: string,
  current: TaskDefinition | undefined,
): TaskDefinition {
  if (input.taskDefinitionArn !== undefined) {
    const definition = activeDefinition(ecs, input.taskDefinitionArn)
    checkExpressDefinition(definition)
    checkDefinitionRoles(ecs, definition)
    return definition
  }
  const before = current && shownDefinition(current)
  const container = { ...before?.primaryContainer, ...input.primaryContainer }
  const { cpu = before?.cpu ?? '256', memory = before?.memory ?? '512' } = input
  const executionRoleArn = input.executionRoleArn ?? before?.executionRoleArn
  const taskRoleArn = input.taskRoleArn ?? before?.taskRoleArn
  const cpuArchitecture = input.cpuArchitecture ?? before?.cpuArchitecture ?? 'X86_64'
  if (executionRoleArn === undefined || container.image === undefined)
    throw invalidParameter('primaryContainer and executionRoleArn are required without taskDefinitionArn.')
  checkExpressSize(cpu, memory)
  const settings = { family, container: { ...container, image: container.image }, executionRoleArn, taskRoleArn }
  const managed = managedDefinition(ecs, { ...settings, cpu, memory, cpuArchitecture })
  const isSame = current && JSON.stringify(shownDefinition(current)) === JSON.stringify(shown(managed, current))
  if (isSame) return current
  here(ecs).logs.createGroup(managed.containerDefinitions?.[0]?.logConfiguration?.options?.['awslogs-group'] ?? '')
  return register(ecs, managed).definition
}

const shown = (managed: RegisterTaskDefinitionRequest, { taskDefinitionArn }: TaskDefinition) =>
  shownDefinition({ ...(managed as TaskDefinition), ...(taskDefinitionArn && { taskDefinitionArn }) })

function update(ecs: EcsState, input: UpdateExpressGatewayServiceRequest): ServiceRecord {
  const service = findExpress(ecs, input.serviceArn)
  if (service.status !== 'ACTIVE') throw new AwsError('ServiceNotActiveException', 'Service was not ACTIVE.')
  const { express } = service
  checkExpress(input)
  const current = findDefinition(ecs, service.taskDefinition)?.definition
  const isManaged = ['primaryContainer', 'executionRoleArn', 'taskRoleArn', 'cpu', 'memory', 'cpuArchitecture'].some(
    (member) => input[member as keyof typeof input] !== undefined,
  )
  const family = `${nameOf(service.clusterArn)}-${service.serviceName}`
  const definition =
    isManaged || input.taskDefinitionArn !== undefined ? wantedDefinition(ecs, input, family, current) : current
  const awsvpcConfiguration = service.settings.networkConfiguration?.awsvpcConfiguration
  const network = { awsvpcConfiguration: { subnets: [], ...awsvpcConfiguration, ...input.networkConfiguration } }
  const healthCheckPath = input.healthCheckPath ?? express.healthCheckPath
  const isNew =
    definition?.taskDefinitionArn !== service.taskDefinition ||
    healthCheckPath !== express.healthCheckPath ||
    JSON.stringify(network) !== JSON.stringify(service.settings.networkConfiguration)
  beginChange(ecs, service)
  Object.assign(service.settings, { networkConfiguration: network })
  service.loadBalancers = service.loadBalancers.map((one) => ({
    ...one,
    ...(definition && { containerPort: portOf(definition) }),
  }))
  const scalingTarget = { ...express.scalingTarget, ...input.scalingTarget }
  Object.assign(express, { healthCheckPath, scalingTarget, updatedAt: ecs.world.clock.now() })
  service.desiredCount = Math.max(service.desiredCount, scalingTarget.minTaskCount ?? 1)
  if (isNew && definition) service.scheduler?.deploy(definition)
  else service.scheduler?.wake()
  return service
}

type Express = ServiceRecord & { express: ExpressRecord }

function findExpress(ecs: EcsState, serviceArn = ''): Express {
  const [, cluster] = /:service\/([^/]+)\//.exec(serviceArn) ?? []
  const service = findService(ecs, cluster, serviceArn)
  if (!isExpress(service))
    throw invalidParameter('The service is not an Express service: its resourceManagementType is CUSTOMER.')
  return service
}

const isExpress = (service: ServiceRecord): service is Express => service.express !== undefined

function configurations(ecs: EcsState, { express, settings, rollouts }: Express): ExpressGatewayServiceConfiguration[] {
  const { subnets = [], securityGroups = [] } = settings.networkConfiguration?.awsvpcConfiguration ?? {}
  return rollouts.map(({ deployment, serviceRevisionArn }) => ({
    serviceRevisionArn,
    ...shownDefinition(findDefinition(ecs, deployment.taskDefinition ?? '')?.definition ?? {}),
    networkConfiguration: { subnets, securityGroups },
    healthCheckPath: express.healthCheckPath,
    scalingTarget: express.scalingTarget,
    ingressPaths: [{ accessType: 'PUBLIC', endpoint: express.host }],
    ...(deployment.createdAt && { createdAt: deployment.createdAt }),
  }))
}

function describe(ecs: EcsState, service: Express, tags: readonly Tag[] | undefined) {
  return {
    ...identity(service),
    infrastructureRoleArn: service.express.infrastructureRoleArn,
    ...(service.history[0] && { currentDeployment: service.history[0].view.serviceDeploymentArn }),
    activeConfigurations: configurations(ecs, service),
    ...(tags && { tags }),
  }
}

const identity = ({ clusterArn, serviceName, serviceArn, status, createdAt, express }: Express) => ({
  cluster: clusterArn,
  serviceName,
  serviceArn,
  status: { statusCode: status },
  createdAt: new Date(createdAt),
  updatedAt: new Date(express.updatedAt),
})

export const expressHandlers = (ecs: EcsState): Handlers => ({
  CreateExpressGatewayService: (input: CreateExpressGatewayServiceRequest) => {
    const service = create(ecs, input)
    return { service: describe(ecs, service as Express, service.tags) }
  },
  UpdateExpressGatewayService: (input: UpdateExpressGatewayServiceRequest) => {
    const service = update(ecs, input) as Express
    return { service: { ...identity(service), targetConfiguration: configurations(ecs, service)[0] } }
  },
  DescribeExpressGatewayService: (input: { serviceArn?: string; include?: readonly string[] }) => {
    const service = findExpress(ecs, input.serviceArn)
    return { service: describe(ecs, service, input.include?.includes('TAGS') ? service.tags : undefined) }
  },
  DeleteExpressGatewayService: (input: { serviceArn?: string }) => {
    const { clusterArn: cluster, serviceArn: service } = findExpress(ecs, input.serviceArn)
    const deleted = deleteService(ecs, { cluster, service, force: true }) as Express
    Object.assign(deleted.express, { updatedAt: now(ecs).getTime() })
    return { service: describe(ecs, deleted, undefined) }
  },
})
