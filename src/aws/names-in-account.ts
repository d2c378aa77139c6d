import { resourceName } from '../arn.ts'
import { call } from './call.ts'
import type { Connection } from './connection.ts'
import { present } from './error-class.ts'
import type { Page } from './pages.ts'

/** ListServices and ListClusters answer at most 100 names in a page. */
const pageSize = 100

/** One page of the names of the clusters, active or not. */
export async function clusterNames(connection: Connection, nextToken: string | undefined): Promise<Page<string>> {
  const client = await connection.clients.ecs()
  const { ListClustersCommand } = await import('@aws-sdk/client-ecs')
  return call(
    connection,
    async (options): Promise<Page<string>> => {
      const reply = await client.send(new ListClustersCommand({ nextToken, maxResults: pageSize }), options)
      return { items: present(reply.clusterArns, 'clusterArns').map(resourceName), next: reply.nextToken }
    },
    { action: 'ecs:ListClusters', kind: 'read' },
  )
}

/** One page of the names of the services of a cluster. */
export async function serviceNames(
  connection: Connection,
  cluster: string,
  nextToken: string | undefined,
): Promise<Page<string>> {
  const client = await connection.clients.ecs()
  const { ListServicesCommand } = await import('@aws-sdk/client-ecs')
  return call(
    connection,
    async (options): Promise<Page<string>> => {
      const reply = await client.send(new ListServicesCommand({ cluster, nextToken, maxResults: pageSize }), options)
      return { items: present(reply.serviceArns, 'serviceArns').map(resourceName), next: reply.nextToken }
    },
    { action: 'ecs:ListServices', kind: 'read' },
  )
}

/** By name: a cluster that was deleted stays listed for a while, and is INACTIVE (API DeleteCluster). At most 100 names. */
export async function clusterStatuses(
  connection: Connection,
  names: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const client = await connection.clients.ecs()
  const { DescribeClustersCommand } = await import('@aws-sdk/client-ecs')
  return call(
    connection,
    async (options) => {
      const { clusters = [] } = await client.send(new DescribeClustersCommand({ clusters: [...names] }), options)
      return new Map(clusters.map(({ clusterName = '', status = '' }) => [clusterName, status]))
    },
    { action: 'ecs:DescribeClusters', kind: 'read' },
  )
}
