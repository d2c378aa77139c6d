import { Failure } from '../failure.ts'
import type { Ecs, ServiceDeployment } from '../ports.ts'
import { text, untrusted } from '../text.ts'
import { call } from './call.ts'
import type { Connection } from './connection.ts'
import { type AwsError, present } from './error-class.ts'
import { answerOf } from './error-words.ts'
import { historyLimit } from './history-limit.ts'
import { whenClusterMissing } from './not-found.ts'
import { batches, everyPage, type Page } from './pages.ts'

type ServiceDeployments = Pick<
  Ecs,
  | 'listServiceDeployments'
  | 'describeServiceDeployment'
  | 'taskDefinitionOfRevision'
  | 'rollBackServiceDeployment'
  | 'continueServiceDeployment'
>

/** DescribeServiceDeployments takes at most 20 ARNs. */
const describeAtMost = 20

/** Service deployments: the objects that the ECS deployment controller makes of every update, kept for 90 days. */
export function serviceDeployments(connection: Connection): ServiceDeployments {
  return {
    listServiceDeployments: (cluster, service, after) => list(connection, cluster, service, after),
    describeServiceDeployment: async (arn) => (await describe(connection, [arn]))[0],
    taskDefinitionOfRevision: (arn) => taskDefinitionOfRevision(connection, arn),
    rollBackServiceDeployment: (arn) => rollBack(connection, arn),
    continueServiceDeployment: (arn, hookId, action) => answer(connection, arn, hookId, action),
  }
}

async function list(connection: Connection, cluster: string, service: string, createdAfter = new Date(0)) {
  const client = await connection.clients.ecs()
  const { ListServiceDeploymentsCommand } = await import('@aws-sdk/client-ecs')
  const after = new Date(Math.max(createdAfter.getTime(), connection.clock.now() - historyLimit))
  const listed = await everyPage((nextToken) =>
    call(
      connection,
      async (options): Promise<Page<ServiceDeployment>> => {
        const input = { cluster, service, createdAt: { after }, nextToken }
        const reply = await client.send(new ListServiceDeploymentsCommand(input), options)
        return { items: present(reply.serviceDeployments, 'serviceDeployments'), next: reply.nextToken }
      },
      {
        action: 'ecs:ListServiceDeployments',
        kind: 'read',
        whenRefused(refusal) {
          // Nothing is known of such a time.
          if (/time filter must be within/i.test(refusal.message)) return { value: { items: [] } }
          return whenClusterMissing(connection, cluster)(refusal)
        },
      },
    ),
  )
  const arns = listed.flatMap(({ serviceDeploymentArn }) => serviceDeploymentArn ?? [])
  const found: ServiceDeployment[] = []
  for (const some of batches(arns, describeAtMost)) found.push(...(await describe(connection, some)))
  return found.sort((one, other) => (other.createdAt?.getTime() ?? 0) - (one.createdAt?.getTime() ?? 0))
}

async function describe(connection: Connection, arns: string[]): Promise<readonly ServiceDeployment[]> {
  const client = await connection.clients.ecs()
  const { DescribeServiceDeploymentsCommand } = await import('@aws-sdk/client-ecs')
  return call(
    connection,
    async (options): Promise<readonly ServiceDeployment[]> => {
      const command = new DescribeServiceDeploymentsCommand({ serviceDeploymentArns: arns })
      return present((await client.send(command, options)).serviceDeployments, 'serviceDeployments')
    },
    { action: 'ecs:DescribeServiceDeployments', resource: arns[0], kind: 'read' },
  )
}

async function taskDefinitionOfRevision(connection: Connection, arn: string): Promise<string | undefined> {
  const client = await connection.clients.ecs()
  const { DescribeServiceRevisionsCommand } = await import('@aws-sdk/client-ecs')
  return call(
    connection,
    async (options) => {
      const command = new DescribeServiceRevisionsCommand({ serviceRevisionArns: [arn] })
      return present((await client.send(command, options)).serviceRevisions, 'serviceRevisions')[0]?.taskDefinition
    },
    { action: 'ecs:DescribeServiceRevisions', resource: arn, kind: 'read' },
  )
}

/** Statuses of a deployment that is rolling back or has rolled back. */
const goesBack = new Set(['STOP_REQUESTED', 'ROLLBACK_REQUESTED', 'ROLLBACK_IN_PROGRESS', 'ROLLBACK_SUCCESSFUL'])

async function rollBack(connection: Connection, arn: string): Promise<void> {
  const client = await connection.clients.ecs()
  const { StopServiceDeploymentCommand } = await import('@aws-sdk/client-ecs')
  const isGoingBack = async () => {
    const [deployment] = await describe(connection, [arn])
    return goesBack.has(deployment?.status ?? '') || undefined
  }
  // Two runs may request the same rollback; the second finds it in progress.
  if (await isGoingBack()) return
  await call(
    connection,
    async (options) => {
      const command = new StopServiceDeploymentCommand({ serviceDeploymentArn: arn, stopType: 'ROLLBACK' })
      present((await client.send(command, options)).serviceDeploymentArn, 'serviceDeploymentArn')
      return true
    },
    {
      action: 'ecs:StopServiceDeployment',
      resource: arn,
      kind: 'mutate',
      readBack: isGoingBack,
      whenRefused(refusal) {
        if (!/^(ConflictException|ServiceDeploymentNotFoundException)$/.test(refusal.name)) return undefined
        throw new Failure({
          code: 'deployment-conflict',
          what: text`AWS refused ecs:StopServiceDeployment on ${untrusted(arn)}`,
          why: answerOf(refusal),
          fix: text`The deployment has ended or was superseded since. Check which revision is live; run the rollback workflow (actions/rollback) to undo it.`,
          cause: refusal,
        })
      },
    },
  )
}

async function answer(
  connection: Connection,
  arn: string,
  hookId: string,
  action: 'CONTINUE' | 'ROLLBACK',
): Promise<boolean> {
  const client = await connection.clients.ecs()
  const { ContinueServiceDeploymentCommand } = await import('@aws-sdk/client-ecs')
  const command = new ContinueServiceDeploymentCommand({ serviceDeploymentArn: arn, hookId, action })
  return call(
    connection,
    async (options) => {
      present((await client.send(command, options)).serviceDeploymentArn, 'serviceDeploymentArn')
      return true
    },
    {
      action: 'ecs:ContinueServiceDeployment',
      resource: arn,
      kind: 'mutate',
      async readBack() {
        const [deployment] = await describe(connection, [arn])
        const hook = deployment?.lifecycleHookDetails?.find((one) => one.hookId === hookId)
        return (hook !== undefined && hook.status !== 'AWAITING_ACTION') || undefined
      },
      whenRefused(refusal) {
        // The two errors for an answer that is too late, in AWS's words.
        if (/either completed, unavailable|in terminal states/.test(refusal.message)) return { value: false }
        throwUnanswerable(refusal, arn, hookId)
        return undefined
      },
    },
  )
}

/** Throws for what no answer can be given to (developer guide, "Troubleshooting Amazon ECS blue/green deployments"). */
function throwUnanswerable(refusal: AwsError, arn: string, hookId: string): void {
  if (
    /service deployment does not exist/.test(refusal.message) ||
    refusal.name === 'ServiceDeploymentNotFoundException'
  )
    throw new Failure({
      code: 'deployment-not-found',
      what: text`AWS refused ecs:ContinueServiceDeployment: the service deployment ${untrusted(arn)} does not exist`,
      why: answerOf(refusal),
      fix: text`Check the ARN, its region and account; ECS keeps service deployments for 90 days.`,
      cause: refusal,
    })
  if (/hookId must follow the format: ecs-/.test(refusal.message))
    throw new Failure({
      code: 'aws-rejected',
      what: text`AWS refused ecs:ContinueServiceDeployment: the hookId ${untrusted(hookId)} is invalid`,
      why: answerOf(refusal),
      fix: text`Run the job again: the hookId is that of lifecycleHookDetails in ecs:DescribeServiceDeployments.`,
      cause: refusal,
    })
}
