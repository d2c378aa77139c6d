import type { AccountInventory, PlaceableSubnet } from '../ports.ts'
import { call } from './call.ts'
import type { Connection } from './connection.ts'
import { present } from './error-class.ts'
import { clusterNames, clusterStatuses, serviceNames } from './names-in-account.ts'
import { batches, everyPage } from './pages.ts'

/** DescribeClusters takes 100 names. */
const mostDescribed = 100

/** Lists of what an account has. Read only by the command line, so its clients load late. */
export function accountInventory(connection: Connection): AccountInventory {
  return {
    clusters: () => activeClusters(connection),
    services: (cluster) => everyPage((next) => serviceNames(connection, cluster, next)),
    repositories: () => repositories(connection),
    subnets: () => subnets(connection),
    defaultSecurityGroup: (vpcId) => defaultSecurityGroup(connection, vpcId),
  }
}

async function activeClusters(connection: Connection): Promise<readonly string[]> {
  const names = await everyPage((next) => clusterNames(connection, next))
  const active: string[] = []
  for (const batch of batches(names, mostDescribed)) {
    const statuses = await clusterStatuses(connection, batch)
    active.push(...batch.filter((name) => statuses.get(name) === 'ACTIVE'))
  }
  return active
}

async function repositories(connection: Connection): Promise<readonly string[]> {
  const client = await connection.clients.ecr()
  const { DescribeRepositoriesCommand } = await import('@aws-sdk/client-ecr')
  return everyPage((nextToken) =>
    call(
      connection,
      async (options) => {
        const reply = await client.send(new DescribeRepositoriesCommand({ nextToken }), options)
        const items = present(reply.repositories, 'repositories').flatMap(({ repositoryName }) => repositoryName ?? [])
        return { items, next: reply.nextToken }
      },
      { action: 'ecr:DescribeRepositories', kind: 'read' },
    ),
  )
}

async function subnets(connection: Connection): Promise<readonly PlaceableSubnet[]> {
  const client = await connection.clients.ec2()
  const { DescribeSubnetsCommand } = await import('@aws-sdk/client-ec2')
  return everyPage((NextToken) =>
    call(
      connection,
      async (options) => {
        const reply = await client.send(new DescribeSubnetsCommand({ NextToken }), options)
        const items = present(reply.Subnets, 'Subnets')
          .filter(({ State }) => State === 'available')
          .map((subnet) => ({
            id: subnet.SubnetId ?? '',
            vpcId: subnet.VpcId ?? '',
            isDefault: subnet.DefaultForAz ?? false,
          }))
        return { items, next: reply.NextToken }
      },
      { action: 'ec2:DescribeSubnets', kind: 'read' },
    ),
  )
}

async function defaultSecurityGroup(connection: Connection, vpcId: string): Promise<string | undefined> {
  const client = await connection.clients.ec2()
  const { DescribeSecurityGroupsCommand } = await import('@aws-sdk/client-ec2')
  return call(
    connection,
    async (options) => {
      const filters = [
        { Name: 'vpc-id', Values: [vpcId] },
        { Name: 'group-name', Values: ['default'] },
      ]
      const reply = await client.send(new DescribeSecurityGroupsCommand({ Filters: filters }), options)
      return present(reply.SecurityGroups, 'SecurityGroups')[0]?.GroupId
    },
    { action: 'ec2:DescribeSecurityGroups', kind: 'read' },
  )
}
