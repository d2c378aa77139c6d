import type { ListDeploymentsCommandInput } from '@aws-sdk/client-codedeploy'
import { arnInAnyAccount } from '../arn.ts'
import { call } from './call.ts'
import type { Connection } from './connection.ts'
import { type AwsError, present } from './error-class.ts'
import { everyPage, type Page } from './pages.ts'

/** ARN for a minimal IAM statement. */
export function groupArn({ region }: Connection, application: string, group: string): string {
  return arnInAnyAccount('codedeploy', region, `deploymentgroup:${application}/${group}`)
}

/** True for the answers to names that CodeDeploy does not know. */
export function isMissing({ name }: AwsError): boolean {
  return /^(DeploymentGroup|Application)DoesNotExistException$/.test(name)
}

interface Asked extends Pick<ListDeploymentsCommandInput, 'includeOnlyStatuses' | 'createTimeRange'> {
  readonly application: string
  readonly group: string
  /** A group that is not there has no deployments; otherwise it is an error (`aws-rejected`). */
  readonly orNone?: boolean
}

/** Ids of the deployments of a group, in the order in which CodeDeploy lists them. */
export async function deploymentIds(
  connection: Connection,
  { application, group, orNone = false, ...which }: Asked,
): Promise<readonly string[]> {
  const client = await connection.clients.codedeploy()
  const { ListDeploymentsCommand } = await import('@aws-sdk/client-codedeploy')
  const names = { applicationName: application, deploymentGroupName: group }
  return await everyPage((nextToken) =>
    call(
      connection,
      async (options): Promise<Page<string>> => {
        const command = new ListDeploymentsCommand({ ...names, ...which, nextToken })
        const reply = await client.send(command, options)
        return { items: present(reply.deployments, 'deployments'), next: reply.nextToken }
      },
      {
        action: 'codedeploy:ListDeployments',
        resource: groupArn(connection, application, group),
        kind: 'read',
        whenRefused: (refusal) => (orNone && isMissing(refusal) ? { value: { items: [] } } : undefined),
      },
    ),
  )
}
