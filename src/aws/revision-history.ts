import type { CodeDeployDeployment, RevisionHistory } from '../ports.ts'
import { call } from './call.ts'
import type { Connection } from './connection.ts'
import { present } from './error-class.ts'

/** BatchGetDeployments takes at most 25 ids. */
const describeAtMost = 25

/** The past of a service, as ECS and CodeDeploy keep it. */
export function revisionHistory(connection: Connection): RevisionHistory {
  return {
    activeRevisions: (family, limit) => activeRevisions(connection, family, limit),
    codeDeployDeployments: (application, group, since) => deployments(connection, application, group, since),
  }
}

async function activeRevisions(connection: Connection, family: string, limit: number): Promise<readonly string[]> {
  const client = await connection.clients.ecs()
  const { ListTaskDefinitionsCommand } = await import('@aws-sdk/client-ecs')
  const command = new ListTaskDefinitionsCommand({
    familyPrefix: family,
    status: 'ACTIVE',
    sort: 'DESC',
    maxResults: Math.min(100, limit),
  })
  return call(
    connection,
    async (options): Promise<readonly string[]> =>
      present((await client.send(command, options)).taskDefinitionArns, 'taskDefinitionArns'),
    { action: 'ecs:ListTaskDefinitions', kind: 'read' },
  )
}

async function deployments(connection: Connection, application: string, group: string, since: Date) {
  const ids = await listIds(connection, application, group, since)
  const found: CodeDeployDeployment[] = []
  for (let at = 0; at < ids.length; at += describeAtMost)
    found.push(...(await describe(connection, ids.slice(at, at + describeAtMost))))
  return found.sort((one, other) => (other.createTime?.getTime() ?? 0) - (one.createTime?.getTime() ?? 0))
}

async function listIds(connection: Connection, application: string, group: string, since: Date) {
  const client = await connection.clients.codedeploy()
  const { ListDeploymentsCommand } = await import('@aws-sdk/client-codedeploy')
  const ids: string[] = []
  let nextToken: string | undefined
  do {
    const command = new ListDeploymentsCommand({
      applicationName: application,
      deploymentGroupName: group,
      createTimeRange: { start: since },
      ...(nextToken && { nextToken }),
    })
    const page = await call(
      connection,
      async (options): Promise<{ ids: readonly string[]; nextToken?: string | undefined }> => {
        const reply = await client.send(command, options)
        return { ids: present(reply.deployments, 'deployments'), nextToken: reply.nextToken }
      },
      {
        action: 'codedeploy:ListDeployments',
        resource: `arn:*:codedeploy:${connection.region}:*:deploymentgroup:${application}/${group}`,
        kind: 'read',
        whenRefused: ({ name }) =>
          /^(DeploymentGroup|Application)DoesNotExistException$/.test(name) ? { value: { ids: [] } } : undefined,
      },
    )
    ids.push(...page.ids)
    nextToken = page.nextToken
  } while (nextToken)
  return ids
}

async function describe(connection: Connection, ids: string[]): Promise<readonly CodeDeployDeployment[]> {
  const client = await connection.clients.codedeploy()
  const { BatchGetDeploymentsCommand } = await import('@aws-sdk/client-codedeploy')
  const command = new BatchGetDeploymentsCommand({ deploymentIds: ids })
  return call(
    connection,
    async (options): Promise<readonly CodeDeployDeployment[]> =>
      present((await client.send(command, options)).deploymentsInfo, 'deploymentsInfo'),
    { action: 'codedeploy:BatchGetDeployments', kind: 'read' },
  )
}
