import type { Ecs, JsonObject, RunTaskReply, RunTaskRequest, Task } from '../ports.ts'
import { text } from '../text.ts'
import { call } from './call.ts'
import type { Connection } from './connection.ts'
import { ecsArn, given } from './ecs-request.ts'
import { type AwsError, type Expected, present } from './error-class.ts'
import { whenClusterMissing } from './not-found.ts'
import { batches, everyPage, type Page } from './pages.ts'
import { requireWhole } from './whole-request.ts'

type Tasks = Pick<Ecs, 'listTasks' | 'describeTasks' | 'runTask' | 'stopTask'>
type TaskFilter = Parameters<Ecs['listTasks']>[1]

/** DescribeTasks takes at most 100 ARNs. */
const describeAtMost = 100

/** Tasks of services and one-off tasks. */
export function tasks(connection: Connection): Tasks {
  return {
    listTasks: async (cluster, filter) => describe(connection, cluster, await list(connection, cluster, filter)),
    describeTasks: (cluster, arns) => describe(connection, cluster, arns),
    runTask: (request) => run(connection, request),
    stopTask: (cluster, task, reason) => stop(connection, cluster, task, reason),
  }
}

async function list(connection: Connection, cluster: string, filter: TaskFilter): Promise<readonly string[]> {
  const client = await connection.clients.ecs()
  const { ListTasksCommand } = await import('@aws-sdk/client-ecs')
  const { service, startedBy, desiredStatus, atMost } = filter
  return await everyPage((nextToken) =>
    call(
      connection,
      async (options): Promise<Page<string>> => {
        const input = given({ cluster, serviceName: service, startedBy, desiredStatus, nextToken, maxResults: atMost })
        const reply = await client.send(new ListTasksCommand(input), options)
        return { items: present(reply.taskArns, 'taskArns'), next: atMost === undefined ? reply.nextToken : undefined }
      },
      { action: 'ecs:ListTasks', kind: 'read', whenRefused: whenClusterMissing(connection, cluster) },
    ),
  )
}

async function describe(connection: Connection, cluster: string, arns: readonly string[]): Promise<readonly Task[]> {
  const client = await connection.clients.ecs()
  const { DescribeTasksCommand } = await import('@aws-sdk/client-ecs')
  const found: Task[] = []
  for (const some of batches(arns, describeAtMost)) {
    const command = new DescribeTasksCommand({ cluster, tasks: some })
    const page = await call(
      connection,
      async (options): Promise<readonly Task[]> => present((await client.send(command, options)).tasks, 'tasks'),
      {
        action: 'ecs:DescribeTasks',
        resource: ecsArn(connection, `task/${cluster.split('/').at(-1)}/*`),
        kind: 'read',
        whenRefused: whenClusterMissing(connection, cluster),
      },
    )
    found.push(...page)
  }
  return found
}

async function run(connection: Connection, request: RunTaskRequest): Promise<RunTaskReply> {
  const client = await connection.clients.ecs()
  const { RunTaskCommand } = await import('@aws-sdk/client-ecs')
  const input = given(request)
  const command = requireWhole(
    new RunTaskCommand(input as ConstructorParameters<typeof RunTaskCommand>[0]),
    input as unknown as JsonObject,
    { code: 'inputs-invalid', what: text`The inputs of the one-off task have members that the SDK would drop` },
  )
  return await call(
    connection,
    async (options): Promise<RunTaskReply> => {
      const { tasks: started, failures } = await client.send(command, options)
      if (!started?.length && !failures?.length) present(undefined, 'tasks')
      return { tasks: (started ?? []) as readonly Task[], failures: failures ?? [] }
    },
    {
      action: 'ecs:RunTask',
      resource: ecsArn(connection, `task-definition/${request.taskDefinition}`),
      kind: 'mutate',
      // The caller's clientToken makes AWS answer a repeated request with the tasks that it started at first.
      idempotent: true,
      async whenRefused(refusal) {
        return settledRefusal(refusal) ?? (await whenClusterMissing(connection, request.cluster)(refusal))
      },
    },
  )
}

/**
 * Refusals that are answers. `ConflictException`: the token was used before with other parameters, and `resourceIds` are the
 * tasks of that request (API RunTask, Errors). The quota of tasks in PROVISIONING passes, as a lack of capacity does.
 */
function settledRefusal(refusal: AwsError & { readonly resourceIds?: readonly string[] }): Expected<RunTaskReply> {
  const { name, message, resourceIds = [] } = refusal
  if (name === 'ConflictException' && resourceIds.length > 0)
    return { value: { tasks: resourceIds.map((taskArn) => ({ taskArn })), failures: [], isOfEarlier: true } }
  if (/provisioning capacity limit/i.test(message)) return { value: { tasks: [], failures: [{ reason: message }] } }
  return undefined
}

async function stop(connection: Connection, cluster: string, task: string, reason: string): Promise<void> {
  const client = await connection.clients.ecs()
  const { StopTaskCommand } = await import('@aws-sdk/client-ecs')
  await call(
    connection,
    async (options) => {
      // ECS takes a reason of up to 1024 characters (StopTask, reason: "up to 1024").
      await client.send(new StopTaskCommand({ cluster, task, reason: reason.slice(0, 1024) }), options)
      return true
    },
    {
      action: 'ecs:StopTask',
      resource: ecsArn(connection, `task/${cluster.split('/').at(-1)}/${task.split('/').at(-1)}`),
      kind: 'mutate',
      idempotent: true,
      async whenRefused(refusal) {
        // A task that has ended and is no longer listed does not run: that is what was wanted.
        if (/referenced task was not found/i.test(refusal.message)) return { value: true }
        return whenClusterMissing(connection, cluster)(refusal)
      },
    },
  )
}
