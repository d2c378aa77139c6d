/** What will happen to a task, decided from its definition before it starts: secrets, log groups, images, then the scenario. */
import type { ContainerDefinition, Secret, TaskDefinition } from '@aws-sdk/client-ecs'
import type { Behaviour } from '../contract.ts'
import { notLaunched, notPlaced } from './events.ts'
import { clientException, type EcsState, here } from './state.ts'

/** What a container does once it runs. */
export type ContainerBehaviour = Exclude<Behaviour, { kind: 'fails-to-start' | 'no-capacity' | 'not-launched' }>

export interface ContainerStory {
  readonly container: ContainerDefinition
  readonly behaviour: ContainerBehaviour
  /** Of images in the simulated registry. */
  readonly digest: string | undefined
}

export type TaskStory =
  | {
      readonly kind: 'fails-to-start'
      readonly stoppedReason: string
      /** `containers[].reason` of the container to blame. */
      readonly containerReason: string | undefined
      readonly container: string | undefined
      readonly afterSeconds: number | undefined
    }
  | { readonly kind: 'runs'; readonly containers: readonly ContainerStory[] }

const behavioursOf = (ecs: EcsState, definition: TaskDefinition) =>
  (definition.containerDefinitions ?? []).map((container) => behaviourOf(ecs, definition, container).behaviour)

/** Reason for which no task of this definition finds a place; undefined when there is room. Throws what RunTask refuses. */
export function capacityProblem(ecs: EcsState, definition: TaskDefinition): string | undefined {
  const problems = behavioursOf(ecs, definition)
  const refused = problems.find((behaviour) => behaviour.kind === 'not-launched')
  if (refused) throw clientException(refused.error)
  return problems.find((behaviour) => behaviour.kind === 'no-capacity')?.reason
}

/** The service event about a task of this definition that cannot be made; undefined when it can. */
export function launchProblem(ecs: EcsState, definition: TaskDefinition): string | undefined {
  for (const behaviour of behavioursOf(ecs, definition)) {
    if (behaviour.kind === 'no-capacity') return notPlaced(behaviour.reason)
    if (behaviour.kind === 'not-launched') return notLaunched(behaviour.error)
  }
  return undefined
}

export function tellStory(ecs: EcsState, definition: TaskDefinition): TaskStory {
  const problem = secretProblem(ecs, definition) ?? logProblem(ecs, definition)
  if (problem) return failure(problem)
  const stories: ContainerStory[] = []
  for (const container of definition.containerDefinitions ?? []) {
    const { behaviour, digest } = behaviourOf(ecs, definition, container)
    if (behaviour.kind === 'fails-to-start') {
      const isPull = behaviour.stoppedReason.startsWith('CannotPull')
      const reason = behaviour.containerReason ?? (isPull ? behaviour.stoppedReason : undefined)
      return failure(behaviour.stoppedReason, container, reason, behaviour.afterSeconds)
    }
    const pull = imageProblem(ecs, definition, container)
    if (pull) return failure(pull, container, pull)
    if (behaviour.kind !== 'no-capacity' && behaviour.kind !== 'not-launched')
      stories.push({ container, behaviour, digest })
  }
  return { kind: 'runs', containers: stories }
}

const failure = (
  stoppedReason: string,
  container?: ContainerDefinition,
  containerReason?: string,
  afterSeconds?: number,
): TaskStory => ({
  kind: 'fails-to-start',
  stoppedReason,
  container: container?.name,
  containerReason,
  afterSeconds,
})

function behaviourOf(ecs: EcsState, { family }: TaskDefinition, container: ContainerDefinition) {
  const image = container.image ?? ''
  const found = imageInRegistry(ecs, image)
  // A scenario may be that of a command: `$ node migrate.js`.
  const command = container.command?.length ? [`$ ${container.command.join(' ')}`] : []
  const aliases = [...(found?.tags ?? []), `${family} ${image}`, ...command]
  return { behaviour: ecs.world.scenarios.behaviour(image, aliases), digest: found?.digest ?? image.split('@')[1] }
}

/** An image of this account's registry in any region; undefined for all others. */
function imageInRegistry(ecs: EcsState, image: string) {
  const [, region = ecs.region] = /\.dkr\.ecr\.([\w-]+)\.amazonaws\.com\//.exec(image) ?? []
  return ecs.world.region(region).ecr.find?.(image)
}

function imageProblem(ecs: EcsState, definition: TaskDefinition, container: ContainerDefinition): string | undefined {
  const image = container.image ?? ''
  const found = imageInRegistry(ecs, image)
  if (!found) return undefined
  if (!found.exists)
    return `CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref ${image}: ${image}: not found`
  const architecture = definition.runtimePlatform?.cpuArchitecture === 'ARM64' ? 'arm64' : 'amd64'
  const fits = found.architectures.length === 0 || found.architectures.includes(architecture)
  if (fits) return undefined
  return `CannotPullContainerError: pull image manifest has been retried 7 time(s): image Manifest does not contain descriptor matching platform 'linux/${architecture}'`
}

const unableToPull =
  'ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed:'

function secretProblem(ecs: EcsState, definition: TaskDefinition): string | undefined {
  const containers = definition.containerDefinitions ?? []
  const secrets = containers.flatMap((container) => [
    ...(container.secrets ?? []),
    ...(container.logConfiguration?.secretOptions ?? []),
  ])
  return secrets.map((secret) => problemOf(ecs, secret)).find((problem) => problem !== undefined)
}

/** `valueFrom` is the ARN of a secret, with `:json-key:version-stage:version-id` if wanted, or the name or ARN of a parameter. */
function problemOf(ecs: EcsState, { valueFrom = '' }: Secret): string | undefined {
  const [, region = ecs.region] = /^arn:[\w-]+:\w+:([\w-]+):/.exec(valueFrom) ?? []
  if (!valueFrom.includes(':secretsmanager:')) {
    if (ecs.world.region(region).ssm.value(valueFrom) !== undefined) return undefined
    const parameter = valueFrom.replace(/^arn:.*:parameter(?=\/)/, '')
    return `${unableToPull} unable to retrieve secrets from ssm: service call has been retried 1 time(s): invalid parameters: ${parameter}`
  }
  const parts = valueFrom.split(':')
  const secretArn = parts.slice(0, 7).join(':')
  const [key] = parts.slice(7)
  const value = ecs.world.region(region).secretsmanager.value(secretArn)
  if (value === undefined)
    return `${unableToPull} unable to retrieve secret from asm: service call has been retried 1 time(s): ResourceNotFoundException: The task can't retrieve the secret with ARN '${secretArn}' from AWS Secrets Manager. Check whether the secret exists in the specified Region.`
  if (!key || hasKey(value, key)) return undefined
  return `${unableToPull} unable to retrieve secret from asm: service call has been retried 1 time(s): retrieved secret from Secrets Manager did not contain json key ${key}`
}

function hasKey(value: string, key: string): boolean {
  try {
    return Object.hasOwn(JSON.parse(value) as object, key)
  } catch {
    return false
  }
}

function logProblem(ecs: EcsState, definition: TaskDefinition): string | undefined {
  for (const { logConfiguration } of definition.containerDefinitions ?? []) {
    if (logConfiguration?.logDriver !== 'awslogs') continue
    const {
      'awslogs-group': group = '',
      'awslogs-region': region = ecs.region,
      'awslogs-create-group': create,
    } = logConfiguration.options ?? {}
    const { logs } = ecs.world.region(region)
    if (create === 'true') logs.createGroup(group)
    if (!logs.hasGroup(group))
      return 'ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist. : exit status 1'
  }
  return undefined
}

/** Where a container of a task writes its log lines; undefined without the awslogs driver and a stream prefix. */
export function logStream(ecs: EcsState, container: ContainerDefinition, taskId: string) {
  const options = container.logConfiguration?.logDriver === 'awslogs' ? container.logConfiguration.options : undefined
  const {
    'awslogs-group': group,
    'awslogs-stream-prefix': prefix,
    'awslogs-region': region = ecs.region,
  } = options ?? {}
  if (!group || !prefix) return undefined
  return {
    logs: region === ecs.region ? here(ecs).logs : ecs.world.region(region).logs,
    group,
    stream: `${prefix}/${container.name}/${taskId}`,
  }
}
