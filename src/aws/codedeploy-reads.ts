import type { CodeDeployDeployment, EcsTarget, TrafficRouting } from '../ports.ts'
import { call } from './call.ts'
import { withAppSpecs } from './codedeploy-appspec.ts'
import { deploymentIds } from './codedeploy-lists.ts'
import type { Connection } from './connection.ts'
import { present } from './error-class.ts'

/** Statuses of a deployment that keeps its group busy. */
const busy = ['Created', 'Queued', 'InProgress', 'Baking', 'Ready'] as const

/** The deployment with this id (CodeDeploy GetDeployment). */
export async function describe(connection: Connection, id: string): Promise<CodeDeployDeployment> {
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

/** The ECS target of a deployment (CodeDeploy GetDeploymentTarget). `cluster` and `service`: name or ARN. */
export async function describeTarget(connection: Connection, id: string, cluster: string, service: string) {
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

/** Ids of the deployments that keep the group from another one. */
export function listActive(connection: Connection, application: string, group: string): Promise<readonly string[]> {
  return deploymentIds(connection, { application, group, includeOnlyStatuses: [...busy] })
}

/** How a deployment configuration shifts traffic (CodeDeploy GetDeploymentConfig). */
export async function trafficRouting(connection: Connection, name: string): Promise<TrafficRouting | undefined> {
  const client = await connection.clients.codedeploy()
  const { GetDeploymentConfigCommand } = await import('@aws-sdk/client-codedeploy')
  const command = new GetDeploymentConfigCommand({ deploymentConfigName: name })
  return call(
    connection,
    async (options): Promise<TrafficRouting | undefined> =>
      present((await client.send(command, options)).deploymentConfigInfo, 'deploymentConfigInfo').trafficRoutingConfig,
    {
      action: 'codedeploy:GetDeploymentConfig',
      kind: 'read',
      whenRefused: (refusal) =>
        refusal.name === 'DeploymentConfigDoesNotExistException' ? { value: undefined } : undefined,
    },
  )
}
