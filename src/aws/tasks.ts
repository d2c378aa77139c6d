import { Failure } from '../failure.ts'
import type { Ecs, JsonObject, RunTaskRequest, Task } from '../ports.ts'
import { text, untrusted } from '../text.ts'
import { call } from './call.ts'
import type { Connection } from './connection.ts'
import { ecsArn, given } from './ecs-request.ts'
import { present } from './error-class.ts'
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

async function run(connection: Connection, request: RunTaskRequest): Promise<readonly Task[]> {
  const client = await connection.clients.ecs()
  const { RunTaskCommand } = await import('@aws-sdk/client-ecs')
  const input = given(request)
  const command = requireWhole(
    new RunTaskCommand(input as ConstructorParameters<typeof RunTaskCommand>[0]),
    input as unknown as JsonObject,
    { code: 'inputs-invalid', what: text`The inputs run-task-* have members that the SDK would drop` },
  )
  const reply = await call(
    connection,
    async (options) => {
      const { tasks: started, failures } = await client.send(command, options)
      if (!started?.length && !failures?.length) present(undefined, 'tasks')
      return { started: (started ?? []) as readonly Task[], failures: failures ?? [] }
    },
    {
      action: 'ecs:RunTask',
      resource: ecsArn(connection, `task-definition/${request.taskDefinition}`),
      kind: 'mutate',
      // The caller's clientToken makes AWS answer a repeated request with the task that it started at first.
      idempotent: true,
      whenRefused: whenClusterMissing(connection, request.cluster),
    },
  )
  if (reply.started.length > 0) return reply.started
  throw new Failure({
    code: 'task-failed',
    what: text`ecs:RunTask started no task of ${untrusted(request.taskDefinition)} in cluster ${untrusted(request.cluster)}`,
    why: text`${untrusted(reply.failures.map(({ reason, detail }) => [reason, detail].filter(Boolean).join(': ')).join('; '))}`,
    fix: text`Resolve the reason (AWS's list of API failure reasons explains it), then run the job again.`,
    docs: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/api_failures_messages.html',
  })
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
