/** RunTask: what it refuses, what it answers, and what it remembers of a client token. */
import { isDeepStrictEqual } from 'node:util'
import type { Failure, RunTaskRequest, Tag, TaskDefinition } from '@aws-sdk/client-ecs'
import { AwsError } from '../contract.ts'
import { findCluster } from './clusters.ts'
import { checkInfrastructureRole, checkTaskRoles } from './role-passing.ts'
import { checkNetwork } from './service-rules.ts'
import { clientException, type EcsState, invalidParameter, type TaskRecord } from './state.ts'
import { checkTags, refuseEmptyTags } from './task-definition-rules.ts'
import { activeDefinition, findDefinition } from './task-definitions.ts'
import { capacityProblem } from './task-story.ts'
import { startTask } from './tasks.ts'

/** API RunTask, `count`. */
const mostStarted = 10
/** API RunTask, `overrides`: "The total length of overrides is limited to 8192 characters, including the JSON formatting". */
const longestOverrides = 8192
/** API RunTask, `capacityProviderStrategy`. */
const mostProviders = 20
/** ECS service quotas: tasks in the PROVISIONING state per cluster. */
const mostProvisioning = 500

/** What one RunTask has started and what it has not: both may be in one reply (API RunTask, Response Elements). */
export interface Ran {
  readonly tasks: readonly TaskRecord[]
  readonly failures: readonly Failure[]
}

export function runTask(ecs: EcsState, input: RunTaskRequest): Ran {
  const { clusterArn } = findCluster(ecs, input.cluster)
  const definition = activeDefinition(ecs, input.taskDefinition ?? '')
  const launchType = checkRequest(ecs, input, definition)
  const token = input.clientToken === undefined ? undefined : `${clusterArn} ${input.clientToken}`
  const before = token === undefined ? undefined : ecs.runTaskTokens.get(token)
  if (before && !isDeepStrictEqual(before.input, input))
    throw new AwsError(
      'ConflictException',
      'The request uses the same client token as a previous, but non-identical request.',
      400,
      { resourceIds: before.taskArns },
    )
  if (before)
    return { tasks: before.taskArns.flatMap((taskArn) => ecs.tasks.get(taskArn) ?? []), failures: before.failures }
  checkProvisioning(ecs, clusterArn)
  const failures = failuresOf(ecs, input, definition)
  const count = (input.count ?? 1) - failures.length
  const tags = tagsOf(ecs, input, definition)
  const tasks = Array.from({ length: count }, () =>
    startTask(ecs, {
      clusterArn,
      definition,
      startedBy: input.startedBy,
      groupName: input.group ?? `family:${definition.family}`,
      awsvpc: input.networkConfiguration?.awsvpcConfiguration,
      launchType,
      provider: input.capacityProviderStrategy?.[0]?.capacityProvider,
      overrides: input.overrides,
      tags,
    }),
  )
  if (token !== undefined)
    ecs.runTaskTokens.set(token, { input, taskArns: tasks.map(({ task }) => task.taskArn ?? ''), failures })
  return { tasks, failures }
}

/** Refuses what is wrong in itself; returns the launch type. */
function checkRequest(ecs: EcsState, input: RunTaskRequest, definition: TaskDefinition): string | undefined {
  const count = input.count ?? 1
  if (count < 1 || count > mostStarted) throw invalidParameter(`Count must be between 1 and ${mostStarted}.`)
  if (input.launchType && input.capacityProviderStrategy)
    throw invalidParameter(
      'Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.',
    )
  const providers = input.capacityProviderStrategy?.length ?? 0
  if (providers > mostProviders)
    throw invalidParameter(`A capacity provider strategy can have at most ${mostProviders} capacity providers.`)
  // The cluster has no default strategy, and then a task is one for EC2 (API_RunTask, launchType).
  const launchType = input.launchType ?? (providers > 0 ? undefined : 'EC2')
  if (launchType && definition.compatibilities && !definition.compatibilities.includes(launchType))
    throw invalidParameter(`Task definition does not support launch_type ${launchType}.`)
  if (!/^[\w/-]{0,128}$/.test(input.startedBy ?? ''))
    throw invalidParameter('startedBy can have at most 128 letters, numbers, hyphens, forward slashes and underscores.')
  if (input.group?.startsWith('service:'))
    throw invalidParameter('Invalid namespace for group. Group names cannot begin with service:.')
  if (input.clientToken !== undefined && !/^[!-~]{1,64}$/.test(input.clientToken))
    throw invalidParameter('clientToken must be between 1 and 64 characters.')
  // API RunTask, `propagateTags`: "An error will be received if you specify the SERVICE option when running a task."
  if (input.propagateTags === 'SERVICE') throw invalidParameter('SERVICE is not a valid value for propagateTags.')
  checkNetwork(definition, input.networkConfiguration)
  if (definition.networkMode !== 'awsvpc' && input.networkConfiguration)
    throw invalidParameter('Network Configuration is not valid for the given networkMode of this task definition.')
  refuseEmptyTags(input.tags)
  checkTags(input.tags ?? [])
  checkTaskRoles(ecs, input, definition)
  checkVolumes(ecs, input, definition)
  checkOverrides(input, definition.containerDefinitions?.map(({ name = '' }) => name) ?? [])
  return launchType
}

/** API Volume: one volume that is configured at launch. The sentence is quoted in go-to-k/cdkd#811, that of the role in role-passing.ts. */
function checkVolumes(
  ecs: EcsState,
  { volumeConfigurations = [] }: RunTaskRequest,
  { volumes = [] }: TaskDefinition,
): void {
  for (const { name, managedEBSVolume } of volumeConfigurations) {
    const isThere = volumes.some((volume) => volume.name === name && volume.configuredAtLaunch)
    if (!isThere || volumeConfigurations.length > 1)
      throw invalidParameter(
        'Volume configuration provided but no matching configuredAtLaunch volume found in task definition.',
      )
    if (managedEBSVolume) checkInfrastructureRole(ecs, managedEBSVolume.roleArn ?? '')
  }
}

function checkOverrides({ overrides }: RunTaskRequest, containers: readonly string[]): void {
  // The sentence of boto users, such as apache/airflow#15227.
  if (overrides && JSON.stringify(overrides).length > longestOverrides)
    throw invalidParameter(`Container Overrides length must be at most ${longestOverrides}`)
  const unknown = overrides?.containerOverrides?.find(({ name = '' }) => !containers.includes(name))
  if (unknown)
    throw invalidParameter(`Override for container named ${unknown.name} is not a container in the TaskDefinition.`)
}

function checkProvisioning(ecs: EcsState, clusterArn: string): void {
  const provisioning = [...ecs.tasks.values()].filter(
    ({ task }) => task.clusterArn === clusterArn && task.lastStatus === 'PROVISIONING',
  )
  if (provisioning.length >= mostProvisioning)
    throw clientException('The tasks provisioning capacity limit was exceeded.')
}

/** One failure for each task that finds no place: by the scenario of its image, or by what a test says of the cluster. */
function failuresOf(ecs: EcsState, input: RunTaskRequest, definition: TaskDefinition): readonly Failure[] {
  const count = input.count ?? 1
  const problem = capacityProblem(ecs, definition)
  if (problem) return Array.from({ length: count }, () => ({ reason: problem }))
  const { shortage } = ecs.quirks
  if (!shortage || !isShort(shortage, input, ecs.world.clock.now())) return []
  const { reason, detail, places = 0 } = shortage
  const missing = Math.max(0, count - places)
  return Array.from({ length: missing }, () => ({ reason, ...(detail !== undefined && { detail }) }))
}

function isShort(
  { until = Number.POSITIVE_INFINITY, provider }: NonNullable<EcsState['quirks']['shortage']>,
  input: RunTaskRequest,
  now: number,
): boolean {
  const providers = input.capacityProviderStrategy?.map(({ capacityProvider }) => capacityProvider) ?? []
  return now < until && (provider === undefined || providers.includes(provider))
}

function tagsOf(ecs: EcsState, input: RunTaskRequest, definition: TaskDefinition): readonly Tag[] {
  const propagated =
    input.propagateTags === 'TASK_DEFINITION' ? findDefinition(ecs, definition.taskDefinitionArn ?? '')?.tags : []
  const own = input.tags ?? []
  const tags: Tag[] = [...(propagated ?? []).filter(({ key }) => !own.some((tag) => tag.key === key)), ...own]
  checkTags(tags)
  return tags
}
