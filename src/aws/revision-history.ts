import type { CodeDeployDeployment, RevisionHistory } from '../ports.ts'
import { call } from './call.ts'
import { withAppSpecs } from './codedeploy-appspec.ts'
import { deploymentIds } from './codedeploy-lists.ts'
import type { Connection } from './connection.ts'
import { present } from './error-class.ts'
import { historyLimit } from './history-limit.ts'
import { batches } from './pages.ts'

/** BatchGetDeployments takes at most 25 ids. */
const describeAtMost = 25
/** Deployments that ended well, newest first, whose AppSpecs are read where the description has none: a call for each. */
const withAppSpec = 20

/** Earlier revisions and deployments of a service, as ECS and CodeDeploy keep them. */
export function revisionHistory(connection: Connection): RevisionHistory {
  return {
    activeRevisions: (family, limit) => activeRevisions(connection, family, limit),
    codeDeployDeployments: (application, group) => deployments(connection, application, group),
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

async function deployments(connection: Connection, application: string, group: string) {
  const createTimeRange = { start: new Date(connection.clock.now() - historyLimit) }
  const ids = await deploymentIds(connection, { application, group, createTimeRange, orNone: true })
  const found: CodeDeployDeployment[] = []
  for (const some of batches(ids, describeAtMost)) found.push(...(await describe(connection, some)))
  found.sort((one, other) => (other.createTime?.getTime() ?? 0) - (one.createTime?.getTime() ?? 0))
  const good = new Set(found.filter(({ status }) => status === 'Succeeded').slice(0, withAppSpec))
  return await Promise.all(
    found.map((deployment) => (good.has(deployment) ? withAppSpecs(connection, deployment) : deployment)),
  )
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
