/** RunTask, StopTask, ListTasks and DescribeTasks as operations. */
import type { DescribeTasksRequest, ListTasksRequest, RunTaskRequest, StopTaskRequest, Task } from '@aws-sdk/client-ecs'
import { AwsError, type Handlers } from '../contract.ts'
import { arn, nameOf, paginate } from '../identifiers.ts'
import { findCluster } from './clusters.ts'
import { lookUpService } from './find-service.ts'
import { runTask } from './run-task.ts'
import { clientException, type EcsState, invalidParameter, type TaskRecord } from './state.ts'
import { isVisible } from './tasks.ts'

const mostListed = 100

const describe = ({ task, tags }: TaskRecord, withTags: boolean): Task => ({ ...task, ...(withTags && { tags }) })

function isListed(ecs: EcsState, input: ListTasksRequest, clusterArn: string, record: TaskRecord): boolean {
  const { task, definition } = record
  if (task.clusterArn !== clusterArn || task.desiredStatus !== (input.desiredStatus ?? 'RUNNING')) return false
  const service = input.serviceName === undefined ? undefined : `service:${nameOf(input.serviceName)}`
  return (
    (!service || task.group === service) &&
    (!input.family || definition.family === input.family) &&
    (!input.startedBy || task.startedBy === input.startedBy) &&
    (!input.launchType || task.launchType === input.launchType) &&
    isShown(ecs, record)
  )
}

/** Reads right after RunTask may not know the task yet. */
function isShown(ecs: EcsState, record: TaskRecord): boolean {
  const age = ecs.world.clock.now() - (record.task.createdAt?.getTime() ?? 0)
  const isNew = !record.task.group?.startsWith('service:') && age < ecs.quirks.taskShownAfterSeconds * 1000
  return !isNew && isVisible(ecs, record)
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
      return { taskArn, record: record && isShown(ecs, record) ? record : undefined }
    })
    const withTags = input.include?.includes('TAGS') ?? false
    return {
      tasks: found.flatMap(({ record }) => (record ? [describe(record, withTags)] : [])),
      failures: found.filter(({ record }) => !record).map(({ taskArn }) => ({ arn: taskArn, reason: 'MISSING' })),
    }
  },
})
