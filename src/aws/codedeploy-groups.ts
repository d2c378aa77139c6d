import type { CodeDeploy, DeploymentGroup } from '../ports.ts'
import { call } from './call.ts'
import { groupArn, isMissing } from './codedeploy-lists.ts'
import type { Connection } from './connection.ts'
import { present } from './error-class.ts'
import { batches, everyPage, type Page } from './pages.ts'

/** BatchGetApplications and BatchGetDeploymentGroups take no more names. */
const mostNames = 100
/** Limit of applications of Amazon ECS to search; those whose names contain the service's come first. */
const mostApplications = 200
/** Concurrent reads. */
const atOnce = 5

/** Deployment groups by their names, or by the service of Amazon ECS that they deploy. */
export function deploymentGroups(
  connection: Connection,
): Pick<CodeDeploy, 'describeDeploymentGroup' | 'findDeploymentGroups'> {
  return {
    describeDeploymentGroup: (application, group) => describeGroup(connection, application, group),
    async findDeploymentGroups(cluster, service, application) {
      const applications = application === undefined ? await ecsApplications(connection, service) : [application]
      const considered = applications.slice(0, mostApplications)
      const found: DeploymentGroup[] = []
      for (let from = 0; from < considered.length; from += atOnce) {
        const some = considered.slice(from, from + atOnce)
        const groups = await Promise.all(some.map((name) => groupsOf(connection, name)))
        found.push(...groups.flat().filter((group) => deploys(group, cluster, service)))
      }
      return { groups: found, isComplete: considered.length === applications.length }
    },
  }
}

async function describeGroup(connection: Connection, application: string, group: string) {
  const client = await connection.clients.codedeploy()
  const { GetDeploymentGroupCommand } = await import('@aws-sdk/client-codedeploy')
  const command = new GetDeploymentGroupCommand({ applicationName: application, deploymentGroupName: group })
  return call(
    connection,
    async (options): Promise<DeploymentGroup | undefined> =>
      present((await client.send(command, options)).deploymentGroupInfo, 'deploymentGroupInfo'),
    {
      action: 'codedeploy:GetDeploymentGroup',
      resource: groupArn(connection, application, group),
      kind: 'read',
      whenRefused: (refusal) => (isMissing(refusal) ? { value: undefined } : undefined),
    },
  )
}

function deploys({ ecsServices = [] }: DeploymentGroup, cluster: string, service: string): boolean {
  return ecsServices.some(({ clusterName, serviceName }) => clusterName === cluster && serviceName === service)
}

async function ecsApplications(connection: Connection, service: string): Promise<readonly string[]> {
  const client = await connection.clients.codedeploy()
  const { BatchGetApplicationsCommand, ListApplicationsCommand } = await import('@aws-sdk/client-codedeploy')
  const names = await everyPage((nextToken) =>
    call(
      connection,
      async (options): Promise<Page<string>> => {
        const reply = await client.send(new ListApplicationsCommand({ nextToken }), options)
        return { items: present(reply.applications, 'applications'), next: reply.nextToken }
      },
      { action: 'codedeploy:ListApplications', kind: 'read' },
    ),
  )
  const ours: string[] = []
  for (const applicationNames of batches(names, mostNames)) {
    const command = new BatchGetApplicationsCommand({ applicationNames })
    const infos = await call(
      connection,
      async (options) => present((await client.send(command, options)).applicationsInfo, 'applicationsInfo'),
      { action: 'codedeploy:BatchGetApplications', kind: 'read' },
    )
    ours.push(
      ...infos.flatMap(({ computePlatform, applicationName }) =>
        computePlatform === 'ECS' && applicationName ? [applicationName] : [],
      ),
    )
  }
  const isLikely = (name: string) => name.includes(service)
  return [...ours.filter(isLikely), ...ours.filter((name) => !isLikely(name))]
}

async function groupsOf(connection: Connection, applicationName: string): Promise<readonly DeploymentGroup[]> {
  const client = await connection.clients.codedeploy()
  const { BatchGetDeploymentGroupsCommand, ListDeploymentGroupsCommand } = await import('@aws-sdk/client-codedeploy')
  const names = await everyPage((nextToken) =>
    call(
      connection,
      async (options): Promise<Page<string>> => {
        const reply = await client.send(new ListDeploymentGroupsCommand({ applicationName, nextToken }), options)
        return { items: present(reply.deploymentGroups, 'deploymentGroups'), next: reply.nextToken }
      },
      {
        action: 'codedeploy:ListDeploymentGroups',
        kind: 'read',
        whenRefused: ({ name }) => (name === 'ApplicationDoesNotExistException' ? { value: { items: [] } } : undefined),
      },
    ),
  )
  const found: DeploymentGroup[] = []
  for (const deploymentGroupNames of batches(names, mostNames)) {
    const command = new BatchGetDeploymentGroupsCommand({ applicationName, deploymentGroupNames })
    const groups = await call(
      connection,
      async (options): Promise<readonly DeploymentGroup[]> =>
        present((await client.send(command, options)).deploymentGroupsInfo, 'deploymentGroupsInfo'),
      { action: 'codedeploy:BatchGetDeploymentGroups', kind: 'read' },
    )
    found.push(...groups.map((group) => ({ ...group, applicationName })))
  }
  return found
}
