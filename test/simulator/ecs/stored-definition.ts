/**
 * How Amazon ECS stores a task definition: with what it fills in, in the order in which it answers lists. Seen in answers of
 * AWS that others have kept, where no page says it.
 */
import type { ContainerDefinition, RegisterTaskDefinitionRequest, Volume } from '@aws-sdk/client-ecs'
import { cpuUnits, mebibytes } from './fargate-sizes.ts'

type Definition = Omit<RegisterTaskDefinitionRequest, 'tags'>

/** `reorders`: containers, variables and secrets come back in another order than they were given. */
export function storedDefinition(definition: Definition, reorders: boolean): Definition {
  const { networkMode, proxyConfiguration, requiresCompatibilities, cpu, memory } = definition
  const containers = (definition.containerDefinitions ?? []).map((container) =>
    storedContainer(container, networkMode === 'awsvpc', reorders),
  )
  return {
    ...definition,
    containerDefinitions: reorders ? otherwise(containers) : containers,
    ...(cpu && { cpu: String(cpuUnits(cpu)) }),
    ...(memory && { memory: String(mebibytes(memory)) }),
    volumes: (definition.volumes ?? []).map(storedVolume),
    placementConstraints: definition.placementConstraints ?? [],
    // `["FARGATE", "EC2"]` is answered as `["EC2", "FARGATE"]` (go-to-k/cdk-real-drift, TaskDef.enumset).
    ...(requiresCompatibilities && { requiresCompatibilities: requiresCompatibilities.toSorted() }),
    ...(proxyConfiguration && { proxyConfiguration: { type: 'APPMESH', ...proxyConfiguration } }),
  }
}

/** Developer guide, "task definition parameters"; the empty lists are those of `describe-task-definition`. */
function storedContainer(container: ContainerDefinition, awsvpc: boolean, reorders: boolean): ContainerDefinition {
  const {
    healthCheck,
    logConfiguration,
    linuxParameters,
    links,
    secrets,
    environment = [],
    volumesFrom = [],
  } = container
  return {
    ...container,
    cpu: container.cpu ?? 0,
    essential: container.essential ?? true,
    portMappings: (container.portMappings ?? []).map((port) => ({
      ...port,
      ...(port.containerPortRange ? {} : { hostPort: port.hostPort || (awsvpc ? port.containerPort : 0) }),
      protocol: port.protocol ?? 'tcp',
    })),
    // hashicorp/terraform-provider-aws, container_definitions.go: "fields which may be re-ordered in the API".
    environment: reorders ? otherwise(environment) : environment,
    ...(secrets && { secrets: reorders ? otherwise(secrets) : secrets }),
    mountPoints: container.mountPoints ?? [],
    // Answered by their names, as links are (go-to-k/cdk-real-drift, TaskDef.mounts and TaskDef.sets).
    volumesFrom: byText(volumesFrom),
    ...(links && { links: links.toSorted() }),
    systemControls: container.systemControls ?? [],
    ...(healthCheck && { healthCheck: { interval: 30, timeout: 5, retries: 3, ...healthCheck } }),
    ...(linuxParameters && { linuxParameters: { devices: [], tmpfs: [], ...linuxParameters } }),
    ...(logConfiguration && {
      logConfiguration: { ...logConfiguration, secretOptions: logConfiguration.secretOptions ?? [] },
    }),
  }
}

/** EFS: hashicorp/terraform-provider-aws#19549, CircleCI-Public/aws-ecs-orb#105. Scope: computed by AWS in Terraform's schema. */
function storedVolume(volume: Volume): Volume {
  const { efsVolumeConfiguration: efs, dockerVolumeConfiguration: docker } = volume
  return {
    ...volume,
    ...(Object.keys(volume).length === 1 && { host: {} }),
    ...(efs && { efsVolumeConfiguration: { ...efs, rootDirectory: efs.rootDirectory ?? '/' } }),
    ...(docker && { dockerVolumeConfiguration: { ...docker, scope: docker.scope ?? 'task' } }),
  }
}

function byText<Item>(list: readonly Item[]): Item[] {
  return [...list].sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1))
}

/** Some other order than the given one, the same each time. */
function otherwise<Item>(list: readonly Item[]): Item[] {
  return byText(list).reverse()
}
