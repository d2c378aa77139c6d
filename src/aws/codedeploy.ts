import type { CreateDeploymentCommandInput } from '@aws-sdk/client-codedeploy'
import { Failure } from '../failure.ts'
import type { CodeDeploy, CodeDeployDeployment, CreateDeploymentRequest, EcsTarget } from '../ports.ts'
import { text, untrusted } from '../text.ts'
import { call } from './call.ts'
import { appSpecHash, knowAppSpec, withAppSpecs } from './codedeploy-appspec.ts'
import { deploymentGroups } from './codedeploy-groups.ts'
import { deploymentIds, groupArn } from './codedeploy-lists.ts'
import type { Connection } from './connection.ts'
import { given } from './ecs-request.ts'
import { type AwsError, present } from './error-class.ts'

/** Statuses of a deployment that keeps its group busy. */
const busy = ['Created', 'Queued', 'InProgress', 'Baking', 'Ready'] as const

/** AWS CodeDeploy behind the port. */
export function codeDeploy(connection: Connection): CodeDeploy {
  return {
    ...deploymentGroups(connection),
    createDeployment: (request) => create(connection, request),
    describeDeployment: (id) => describe(connection, id),
    describeTarget: (id, cluster, service) => describeTarget(connection, id, cluster, service),
    listActiveDeployments: (application, group) => listActive(connection, application, group),
    continueDeployment: (id, wait) => proceed(connection, id, wait),
    stopDeployment: (id, rollBack) => stop(connection, id, rollBack),
  }
}

async function create(connection: Connection, request: CreateDeploymentRequest): Promise<string> {
  const { applicationName, deploymentGroupName, deploymentConfigName, description, appSpec } = request
  const client = await connection.clients.codedeploy()
  const { CreateDeploymentCommand } = await import('@aws-sdk/client-codedeploy')
  const { overrideAlarmConfiguration, autoRollbackConfiguration } = request
  const overrides = given({ overrideAlarmConfiguration, autoRollbackConfiguration })
  const command = new CreateDeploymentCommand({
    applicationName,
    deploymentGroupName,
    description,
    ...(overrides as Pick<CreateDeploymentCommandInput, keyof typeof overrides>),
    ...(deploymentConfigName && { deploymentConfigName }),
    revision: { revisionType: 'AppSpecContent', appSpecContent: { content: appSpec, sha256: appSpecHash(appSpec) } },
  })
  knowAppSpec(connection, applicationName, appSpec)
  const began = connection.clock.now()
  return call(
    connection,
    async (options) => present((await client.send(command, options)).deploymentId, 'deploymentId'),
    {
      action: 'codedeploy:CreateDeployment',
      resource: groupArn(connection, applicationName, deploymentGroupName),
      kind: 'mutate',
      readBack: async () => (await findActive(connection, request)) ?? (await findEnded(connection, request, began)),
      whenRefused: (refusal) => explainConflict(refusal, deploymentGroupName),
    },
  )
}

/** The id of a deployment of the same content that is under way. */
async function findActive(connection: Connection, request: CreateDeploymentRequest): Promise<string | undefined> {
  for (const id of await listActive(connection, request.applicationName, request.deploymentGroupName))
    if (isOf(request, await describe(connection, id))) return id
  return undefined
}

/** AWS's clock may be a little behind ours. Milliseconds. */
const skew = 5_000

/** As findActive, of a deployment that has ended since: AWS may have been out of reach for as long as it took. */
async function findEnded(
  connection: Connection,
  request: CreateDeploymentRequest,
  began: number,
): Promise<string | undefined> {
  const { applicationName: application, deploymentGroupName: group } = request
  const start = new Date(began - skew)
  for (const id of await deploymentIds(connection, { application, group, createTimeRange: { start } }))
    if (isOf(request, await describe(connection, id))) return id
  return undefined
}

function isOf({ appSpec, description }: CreateDeploymentRequest, deployment: CodeDeployDeployment): boolean {
  const content = deployment.revision?.appSpecContent
  const isSame = content?.sha256 === appSpecHash(appSpec) || content?.content === appSpec
  return isSame && deployment.description === description
}

/** A deployment group runs one deployment at a time. The wording has changed before; the exception's name has not. */
function explainConflict(refusal: AwsError, group: string): undefined {
  if (refusal.name !== 'DeploymentLimitExceededException') return undefined
  const active = /\bd-[A-Z0-9]+\b/.exec(refusal.message)?.[0]
  throw new Failure({
    code: 'deployment-conflict',
    what: text`The deployment group ${untrusted(group)} has a deployment in progress already${active ? `: ${active}` : ''}`,
    why: text`${untrusted(refusal.message)}`,
    fix: active
      ? text`Wait until it has ended, or stop it (aws deploy stop-deployment --deployment-id ${active} --auto-rollback-enabled), then run the job again.`
      : text`Wait until it has ended, or stop it, then run the job again.`,
    cause: refusal,
  })
}

async function describe(connection: Connection, id: string): Promise<CodeDeployDeployment> {
  const client = await connection.clients.codedeploy()
  const { GetDeploymentCommand } = await import('@aws-sdk/client-codedeploy')
  const described = await call(
    connection,
    async (options): Promise<CodeDeployDeployment> =>
      present(
        (await client.send(new GetDeploymentCommand({ deploymentId: id }), options)).deploymentInfo,
        'deploymentInfo',
      ),
    { action: 'codedeploy:GetDeployment', kind: 'read' },
  )
  return await withAppSpecs(connection, described)
}

async function describeTarget(connection: Connection, id: string, cluster: string, service: string) {
  const client = await connection.clients.codedeploy()
  const { GetDeploymentTargetCommand } = await import('@aws-sdk/client-codedeploy')
  // An ECS target's id is `<cluster>:<service>`, both as names (GetDeploymentTarget, targetId).
  const targetId = `${cluster.split('/').at(-1)}:${service.split('/').at(-1)}`
  return call(
    connection,
    async (options): Promise<EcsTarget | undefined> => {
      const reply = await client.send(new GetDeploymentTargetCommand({ deploymentId: id, targetId }), options)
      return present(reply.deploymentTarget, 'deploymentTarget').ecsTarget
    },
    {
      action: 'codedeploy:GetDeploymentTarget',
      kind: 'read',
      whenRefused: ({ name }) =>
        /^(DeploymentTargetDoesNotExist|DeploymentNotStarted)Exception$/.test(name) ? { value: undefined } : undefined,
    },
  )
}

function listActive(connection: Connection, application: string, group: string): Promise<readonly string[]> {
  return deploymentIds(connection, { application, group, includeOnlyStatuses: [...busy] })
}

async function stop(connection: Connection, id: string, rollBack: boolean): Promise<void> {
  const client = await connection.clients.codedeploy()
  const { StopDeploymentCommand } = await import('@aws-sdk/client-codedeploy')
  const command = new StopDeploymentCommand({ deploymentId: id, autoRollbackEnabled: rollBack })
  await call(
    connection,
    async (options) => present((await client.send(command, options)).status, 'status') !== undefined,
    {
      action: 'codedeploy:StopDeployment',
      kind: 'mutate',
      idempotent: true,
      whenRefused: ({ name }) => (name === 'DeploymentAlreadyCompletedException' ? { value: true } : undefined),
    },
  )
}

async function proceed(connection: Connection, id: string, deploymentWaitType: 'READY_WAIT'): Promise<boolean> {
  const client = await connection.clients.codedeploy()
  const { ContinueDeploymentCommand } = await import('@aws-sdk/client-codedeploy')
  const command = new ContinueDeploymentCommand({ deploymentId: id, deploymentWaitType })
  return call(
    connection,
    async (options) => {
      // The answer is empty; anything else than an error says that it was taken.
      await client.send(command, options)
      return true
    },
    {
      action: 'codedeploy:ContinueDeployment',
      kind: 'mutate',
      readBack: async () => (await describe(connection, id)).status !== 'Ready' || undefined,
      whenRefused: ({ name }) =>
        /^Deployment(IsNotInReadyState|AlreadyCompleted)Exception$/.test(name) ? { value: false } : undefined,
    },
  )
}
