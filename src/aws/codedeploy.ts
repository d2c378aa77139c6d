import type { CreateDeploymentCommandInput } from '@aws-sdk/client-codedeploy'
import { Failure } from '../failure.ts'
import type { CodeDeploy, CodeDeployDeployment, CreateDeploymentRequest } from '../ports.ts'
import { quoted, text, untrusted } from '../text.ts'
import { call } from './call.ts'
import { appSpecHash, cacheAppSpec } from './codedeploy-appspec.ts'
import { deploymentGroups } from './codedeploy-groups.ts'
import { deploymentIds, groupArn } from './codedeploy-lists.ts'
import { describe, describeTarget, listActive, trafficRouting } from './codedeploy-reads.ts'
import type { Connection } from './connection.ts'
import { given } from './ecs-request.ts'
import { type AwsError, present } from './error-class.ts'
import { answerOf } from './error-words.ts'

/** AWS CodeDeploy behind the port. */
export function codeDeploy(connection: Connection): CodeDeploy {
  return {
    ...deploymentGroups(connection),
    trafficRouting: (name) => trafficRouting(connection, name),
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
  cacheAppSpec(connection, applicationName, appSpec)
  const began = connection.clock.now()
  let active: string | undefined
  return call(
    connection,
    async (options) => {
      try {
        return present((await client.send(command, options)).deploymentId, 'deploymentId')
      } catch (error) {
        active = activeIn(error)
        throw error
      }
    },
    {
      action: 'codedeploy:CreateDeployment',
      resource: groupArn(connection, applicationName, deploymentGroupName),
      kind: 'mutate',
      readBack: async () =>
        (await findActive(connection, request, active)) ?? (await findEnded(connection, request, began)),
      whenRefused: (refusal) => explainConflict(refusal, deploymentGroupName),
    },
  )
}

/** Id of the deployment that blocks another one in the group (DeploymentLimitExceededException), if that is the error. */
function activeIn(error: unknown): string | undefined {
  const isBusy = error instanceof Error && error.name === 'DeploymentLimitExceededException'
  return isBusy ? /\bd-[A-Z0-9]+\b/.exec(error.message)?.[0] : undefined
}

/**
 * The id of an active deployment of the same content: `known`, or one that is listed. Without permission to list it is unknown;
 * the error of CreateDeployment then names it.
 */
async function findActive(
  connection: Connection,
  request: CreateDeploymentRequest,
  known: string | undefined,
): Promise<string | undefined> {
  const { applicationName, deploymentGroupName } = request
  const listed = known ? [known] : await ifAllowed(listActive(connection, applicationName, deploymentGroupName))
  for (const active of listed) {
    const { rollbackInfo } = await describe(connection, active)
    // It may be rolled back already, by a deployment of its own.
    const id = rollbackInfo?.rollbackTriggeringDeploymentId ?? active
    if (isOf(request, await describe(connection, id))) return id
  }
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
  for (const id of await ifAllowed(deploymentIds(connection, { application, group, createTimeRange: { start } })))
    if (isOf(request, await describe(connection, id))) return id
  return undefined
}

async function ifAllowed(ids: Promise<readonly string[]>): Promise<readonly string[]> {
  try {
    return await ids
  } catch (error) {
    if (error instanceof Failure && error.parts.code === 'permission-missing') return []
    throw error
  }
}

function isOf({ appSpec, description }: CreateDeploymentRequest, deployment: CodeDeployDeployment): boolean {
  const content = deployment.revision?.appSpecContent
  const isSame = content?.sha256 === appSpecHash(appSpec) || content?.content === appSpec
  return isSame && deployment.description === description
}

/** A deployment group runs one deployment at a time. The wording has changed before; the exception's name has not. */
function explainConflict(refusal: AwsError, group: string): undefined {
  if (refusal.name !== 'DeploymentLimitExceededException') return undefined
  const active = activeIn(refusal)
  throw new Failure({
    code: 'deployment-conflict',
    what: text`The deployment group ${untrusted(group)} already has an active deployment${active ? `, ${active}` : ''}`,
    why: answerOf(refusal),
    fix: active
      ? text`Wait until it has ended, or stop it: ${quoted(`aws deploy stop-deployment --auto-rollback-enabled --deployment-id ${active}`)}. Then run the job again.`
      : text`Wait until it has ended, or stop it in the CodeDeploy console. Then run the job again.`,
    cause: refusal,
  })
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
      // The response is empty; any result but an error means that it was accepted.
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
