/** What RegisterTaskDefinition refuses. Sentences are AWS's own where they are known. */
import type { ContainerDefinition, RegisterTaskDefinitionRequest, Tag } from '@aws-sdk/client-ecs'
import { cpuUnits, fargateOffers, mebibytes } from './fargate-sizes.ts'
import { clientException, invalidParameter } from './state.ts'

const name = /^[\w-]{1,255}$/
const roleShape = /^(arn:aws[\w-]*:iam::\d{12}:role\/[\w+=,.@/-]+|[\w+=,.@-]{1,64})$/
/** Service quota "Task definition size". */
const largestDefinition = 64 * 1024

/** Throws what AWS would answer to the first thing that is wrong. */
export function checkTaskDefinition(input: RegisterTaskDefinitionRequest): void {
  const containers = input.containerDefinitions ?? []
  const length = Buffer.byteLength(JSON.stringify(input))
  if (!input.family) throw clientException('Family should not be null or empty.')
  if (!name.test(input.family)) throw clientException('Family contains invalid characters.')
  if (length > largestDefinition)
    throw clientException(`Actual length: '${length}'. Max allowed length is '${largestDefinition}' bytes.`)
  if (containers.length === 0) throw clientException('Container list cannot be empty.')
  if (containers.length > 10) throw clientException('A task definition can have at most 10 containers.')
  for (const role of [input.taskRoleArn, input.executionRoleArn])
    if (role && !roleShape.test(role)) throw clientException('Role is not valid')
  checkNames(containers)
  for (const container of containers) checkContainer(input, container)
  checkSizes(input)
  if (input.requiresCompatibilities?.includes('FARGATE')) checkFargate(input)
  refuseEmptyTags(input.tags)
  checkTags(input.tags ?? [])
}

/** hashicorp/terraform-provider-aws, task_definition.go: "ClientException: Tags can not be empty." */
export function refuseEmptyTags(tags: readonly Tag[] | undefined): void {
  if (tags?.length === 0) throw clientException('Tags can not be empty.')
}

/** "Generally allowed characters" and the pattern of AWS::ECS::TaskDefinition Tag in CloudFormation. */
const tagText = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u

/** Throws for tags that no taggable resource of Amazon ECS accepts (API Tag, "basic restrictions"). */
export function checkTags(tags: readonly Tag[]): void {
  if (tags.length > 50) throw invalidParameter('The number of tags cannot exceed 50.')
  const keys = tags.map((tag) => tag.key ?? '')
  if (new Set(keys).size < keys.length)
    throw invalidParameter('Duplicate tag keys found. Please note that tag keys are case insensitive.')
  for (const key of keys) {
    if (key.length === 0 || key.length > 128) throw invalidParameter('Tag keys must be 1 to 128 characters long.')
    if (/^aws:/i.test(key)) throw invalidParameter("Tag keys cannot start with 'aws:'.")
  }
  const values = tags.map((tag) => tag.value ?? '')
  if (values.some((value) => value.length > 256))
    throw invalidParameter('Tag values must be at most 256 characters long.')
  if (values.some((value) => /^aws:/i.test(value))) throw invalidParameter("Tag values cannot start with 'aws:'.")
  if ([...keys, ...values].some((text) => !tagText.test(text)))
    throw invalidParameter(
      'Tags contain characters that are not allowed: letters, spaces, numbers and + - = . _ : / @.',
    )
}

function checkNames(containers: readonly ContainerDefinition[]): void {
  const seen = new Set<string>()
  for (const container of containers) {
    if (!container.name) throw clientException('Container.name should not be null or empty.')
    if (!name.test(container.name)) throw clientException('Container.name contains invalid characters.')
    if (seen.has(container.name))
      throw clientException(`Container.name must be unique. Duplicate: '${container.name}'.`)
    seen.add(container.name)
    if (!container.image) throw clientException('Container.image should not be null or empty.')
    if (/\s/.test(container.image)) throw clientException('Container.image contains invalid characters.')
  }
  if (!containers.some((container) => container.essential ?? true))
    throw clientException('A task definition must have at least one essential container.')
  for (const { container, dependency } of containers.flatMap((container) =>
    (container.dependsOn ?? []).map((dependency) => ({ container, dependency })),
  ))
    if (!seen.has(dependency.containerName ?? ''))
      throw clientException(
        `Container '${container.name}' depends on '${dependency.containerName}', which is not in the task definition.`,
      )
}

function checkContainer(input: RegisterTaskDefinitionRequest, container: ContainerDefinition): void {
  // aws-actions/amazon-ecs-deploy-task-definition#52: "neither of which are accepted by RegisterTaskDefinition".
  if (container.repositoryCredentials?.credentialsParameter === '')
    throw clientException('Container.repositoryCredentials.credentialsParameter should not be null or empty.')
  const environment = (container.environment ?? []).map((entry) => entry.name ?? '')
  const secrets = (container.secrets ?? []).map((entry) => entry.name ?? '')
  const shared = secrets.find((secret, index) => environment.includes(secret) || secrets.indexOf(secret) < index)
  if (shared !== undefined)
    throw clientException(
      `The secret name must be unique and not shared with any new or existing environment variables set on the container, such as '${shared}'.`,
    )
  const hasMemory =
    container.memory !== undefined || container.memoryReservation !== undefined || input.memory !== undefined
  if (!hasMemory)
    throw clientException(
      `Invalid setting for container '${container.name}'. At least one of 'memory' or 'memoryReservation' must be specified.`,
    )
  if (input.networkMode === 'awsvpc') {
    const mismatch = container.portMappings?.some((port) => port.hostPort && port.hostPort !== port.containerPort)
    if (mismatch)
      throw clientException('When networkMode=awsvpc, the host ports and container ports in port mappings must match.')
    if (container.links?.length) throw clientException('Links are not supported when networkMode=awsvpc.')
  }
  const volumes = (input.volumes ?? []).map((volume) => volume.name)
  const unknown = container.mountPoints?.find((mount) => !volumes.includes(mount.sourceVolume))
  if (unknown) throw clientException(`Unknown volume '${unknown.sourceVolume}'.`)
  checkLogs(input, container)
}

function checkLogs(input: RegisterTaskDefinitionRequest, container: ContainerDefinition): void {
  if (container.logConfiguration?.logDriver !== 'awslogs') return
  const fargate = input.requiresCompatibilities?.includes('FARGATE')
  const needed = ['awslogs-group', 'awslogs-region', ...(fargate ? ['awslogs-stream-prefix'] : [])]
  const missing = needed.filter((option) => !container.logConfiguration?.options?.[option])
  if (missing.length > 0) throw clientException(`Log driver awslogs requires options: ${missing.join(', ')}`)
}

function checkSizes(input: RegisterTaskDefinitionRequest): void {
  const troubleshooting = 'For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.'
  if (input.cpu !== undefined && cpuUnits(input.cpu) === undefined)
    throw clientException(`Invalid 'cpu' setting for task. ${troubleshooting}`)
  if (input.memory !== undefined && mebibytes(input.memory) === undefined)
    throw clientException(`Invalid 'memory' setting for task. ${troubleshooting}`)
}

function checkFargate(input: RegisterTaskDefinitionRequest): void {
  if (input.networkMode !== 'awsvpc') throw clientException('Fargate only supports network mode ‘awsvpc’.')
  if (input.cpu === undefined) throw clientException("Fargate requires that 'cpu' be defined at the task level.")
  if (input.memory === undefined) throw clientException("Fargate requires that 'memory' be defined at the task level.")
  if (!fargateOffers(cpuUnits(input.cpu) ?? 0, mebibytes(input.memory) ?? 0))
    throw clientException(
      'No Fargate configuration exists for given values. See the Amazon ECS documentation for the valid values.',
    )
  if (input.executionRoleArn) return
  const containers = input.containerDefinitions ?? []
  const needsRole = (what: string) =>
    clientException(`Fargate requires task definition to have execution role ARN to support ${what}.`)
  if (containers.some((container) => container.logConfiguration?.logDriver === 'awslogs'))
    throw needsRole('log driver awslogs')
  if (containers.some((container) => /\.dkr\.ecr\.[\w-]+\.amazonaws\.com/.test(container.image ?? '')))
    throw needsRole('ECR images')
  if (containers.some((container) => container.secrets?.length)) throw needsRole('secrets')
}
