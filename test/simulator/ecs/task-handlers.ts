/** RunTask, StopTask, ListTasks and DescribeTasks. */
import { isDeepStrictEqual } from 'node:util'
import type {
  DescribeTasksRequest,
  ListTasksRequest,
  RunTaskRequest,
  StopTaskRequest,
  Tag,
  Task,
} from '@aws-sdk/client-ecs'
import { AwsError, type Handlers } from '../contract.ts'
import { arn, nameOf, paginate } from '../identifiers.ts'
import { findCluster } from './clusters.ts'
import { lookUpService } from './find-service.ts'
import { checkTaskRoles } from './role-passing.ts'
import { checkNetwork } from './service-rules.ts'
import { clientException, type EcsState, invalidParameter, type TaskRecord } from './state.ts'
import { checkTags, refuseEmptyTags } from './task-definition-rules.ts'
import { activeDefinition, findDefinition } from './task-definitions.ts'
import { capacityProblem } from './task-story.ts'
import { isVisible, startTask } from './tasks.ts'

const mostStarted = 10
const mostListed = 100

const describe = ({ task, tags }: TaskRecord, withTags: boolean): Task => ({ ...task, ...(withTags && { tags }) })

function runTask(ecs: EcsState, input: RunTaskRequest) {
  const { clusterArn } = findCluster(ecs, input.cluster)
  const definition = activeDefinition(ecs, input.taskDefinition ?? '')
  const count = input.count ?? 1
  if (count < 1 || count > mostStarted) throw invalidParameter(`Count must be between 1 and ${mostStarted}.`)
  if (input.launchType && input.capacityProviderStrategy)
    throw invalidParameter(
      'Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.',
    )
  const byProvider = (input.capacityProviderStrategy?.length ?? 0) > 0
  // The cluster has no default strategy, and then a task is one for EC2 (API_RunTask, launchType).
  const launchType = input.launchType ?? (byProvider ? undefined : 'EC2')
  if (launchType && definition.compatibilities && !definition.compatibilities.includes(launchType))
    throw invalidParameter(`Task definition does not support launch_type ${launchType}.`)
  if (!/^[\w/-]{0,128}$/.test(input.startedBy ?? ''))
    throw invalidParameter('startedBy can have at most 128 letters, numbers, hyphens, forward slashes and underscores.')
  if (input.group?.startsWith('service:'))
    throw invalidParameter('Invalid namespace for group. Group names cannot begin with service:.')
  checkNetwork(definition, input.networkConfiguration)
  refuseEmptyTags(input.tags)
  checkTags(input.tags ?? [])
  checkTaskRoles(ecs, input, definition)
  checkOverrides(input, definition.containerDefinitions?.map(({ name = '' }) => name) ?? [])

  const token = input.clientToken === undefined ? undefined : `${clusterArn} ${input.clientToken}`
  const before = token === undefined ? undefined : ecs.runTaskTokens.get(token)
  if (before && !isDeepStrictEqual(before.input, input))
    throw new AwsError(
      'ConflictException',
      'The request uses the same client token as a previous, but non-identical request.',
      400,
      {
        resourceIds: before.taskArns,
      },
    )
  if (before) return { tasks: before.taskArns.flatMap((taskArn) => ecs.tasks.get(taskArn) ?? []), failures: [] }

  const problem = capacityProblem(ecs, definition)
  if (problem) return { tasks: [], failures: [{ reason: problem }] }
  const propagated =
    input.propagateTags === 'TASK_DEFINITION' ? findDefinition(ecs, definition.taskDefinitionArn ?? '')?.tags : []
  const own = input.tags ?? []
  const tags: Tag[] = [...(propagated ?? []).filter(({ key }) => !own.some((tag) => tag.key === key)), ...own]
  checkTags(tags)
  const tasks = Array.from({ length: count }, () =>
    startTask(ecs, {
      clusterArn,
      definition,
      startedBy: input.startedBy,
      groupName: input.group ?? `family:${definition.family}`,
      awsvpc: input.networkConfiguration?.awsvpcConfiguration,
      launchType,
      overrides: input.overrides,
      tags,
    }),
  )
  if (token !== undefined)
    ecs.runTaskTokens.set(token, { input, taskArns: tasks.map(({ task }) => task.taskArn ?? '') })
  return { tasks, failures: [] }
}

function checkOverrides(input: RunTaskRequest, containers: readonly string[]): void {
  const unknown = input.overrides?.containerOverrides?.find(({ name = '' }) => !containers.includes(name))
  if (unknown)
    throw invalidParameter(`Override for container named ${unknown.name} is not a container in the TaskDefinition.`)
}

function isListed(ecs: EcsState, input: ListTasksRequest, clusterArn: string, record: TaskRecord): boolean {
  const { task, definition } = record
  if (task.clusterArn !== clusterArn || task.desiredStatus !== (input.desiredStatus ?? 'RUNNING')) return false
  const service = input.serviceName === undefined ? undefined : `service:${nameOf(input.serviceName)}`
  return (
    (!service || task.group === service) &&
    (!input.family || definition.family === input.family) &&
    (!input.startedBy || task.startedBy === input.startedBy) &&
    (!input.launchType || task.launchType === input.launchType) &&
    isVisible(ecs, record)
  )
}

export const taskHandlers = (ecs: EcsState): Handlers => ({
  RunTask: (input: RunTaskRequest) => {
    const { tasks, failures } = runTask(ecs, input)
    return { tasks: tasks.map((record) => describe(record, true)), failures }
  },
  StopTask: (input: StopTaskRequest) => {
    const cluster = findCluster(ecs, input.cluster)
    const id = nameOf(input.task ?? '')
    const record = ecs.tasks.get(arn('ecs', ecs.region, ecs.world.accountId, `task/${cluster.clusterName}/${id}`))
    if (!record || !isVisible(ecs, record)) throw invalidParameter('The referenced task was not found.')
    record.stop({ stopCode: 'UserInitiated', stoppedReason: input.reason ?? 'Task stopped by user' })
    return { task: describe(record, false) }
  },
  ListTasks: (input: ListTasksRequest) => {
    const { clusterArn } = findCluster(ecs, input.cluster)
    if (input.serviceName !== undefined && !lookUpService(ecs, input.cluster, input.serviceName))
      throw new AwsError('ServiceNotFoundException', 'Service not found.')
    const size = input.maxResults ?? mostListed
    if (size < 1 || size > mostListed) throw invalidParameter(`maxResults must be between 1 and ${mostListed}.`)
    const rows = [...ecs.tasks.values()].filter((record) => isListed(ecs, input, clusterArn, record))
    const { page, nextToken } = paginate(rows, size, input.nextToken)
    return { taskArns: page.map(({ task }) => task.taskArn), ...(nextToken && { nextToken }) }
  },
  DescribeTasks: (input: DescribeTasksRequest) => {
    const cluster = findCluster(ecs, input.cluster)
    const references = input.tasks ?? []
    if (references.length === 0) throw invalidParameter('Tasks cannot be empty.')
    if (references.length > mostListed) throw clientException(`Tasks cannot have more than ${mostListed} elements.`)
    const found = references.map((reference) => {
      const taskArn = arn('ecs', ecs.region, ecs.world.accountId, `task/${cluster.clusterName}/${nameOf(reference)}`)
      const record = ecs.tasks.get(taskArn)
      return { taskArn, record: record && isVisible(ecs, record) ? record : undefined }
    })
    const withTags = input.include?.includes('TAGS') ?? false
    return {
      tasks: found.flatMap(({ record }) => (record ? [describe(record, withTags)] : [])),
      failures: found.filter(({ record }) => !record).map(({ taskArn }) => ({ arn: taskArn, reason: 'MISSING' })),
    }
  },
})
