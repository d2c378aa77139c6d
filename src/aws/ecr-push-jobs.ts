import { arnInAnyAccount } from '../arn.ts'
import type { EcrPushJobs, ReplicationStatus, RepositoryRule, SigningStatus } from '../ports.ts'
import { call } from './call.ts'
import type { Connection } from './connection.ts'
import { present } from './error-class.ts'

/** Signatures and replicas of Amazon ECR behind the port. */
export function ecrPushJobs(connection: Connection): EcrPushJobs {
  return {
    signingRules: () => signingRules(connection),
    signing: (repository, digest) => signing(connection, repository, digest),
    replicationRules: () => replicationRules(connection),
    replication: (repository, digest) => replication(connection, repository, digest),
  }
}

function repositoryArn({ region }: Connection, name: string): string {
  return arnInAnyAccount('ecr', region, `repository/${name}`)
}

async function signingRules(connection: Connection): Promise<readonly RepositoryRule[] | undefined> {
  const client = await connection.clients.ecr()
  const { GetSigningConfigurationCommand } = await import('@aws-sdk/client-ecr')
  return await call(
    connection,
    async (options): Promise<readonly RepositoryRule[] | undefined> => {
      const reply = await client.send(new GetSigningConfigurationCommand({}), options)
      return present(reply.signingConfiguration?.rules, 'signingConfiguration').map(
        ({ repositoryFilters = [], signingProfileArn }) => ({
          filters: repositoryFilters.flatMap(({ filter }) => filter ?? []),
          targets: [present(signingProfileArn, 'signingProfileArn')],
        }),
      )
    },
    {
      action: 'ecr:GetSigningConfiguration',
      kind: 'read',
      whenRefused: ({ name }) => (name === 'SigningConfigurationNotFoundException' ? { value: undefined } : undefined),
    },
  )
}

async function signing(connection: Connection, repositoryName: string, imageDigest: string) {
  const client = await connection.clients.ecr()
  const { DescribeImageSigningStatusCommand } = await import('@aws-sdk/client-ecr')
  const command = new DescribeImageSigningStatusCommand({ repositoryName, imageId: { imageDigest } })
  return await call(
    connection,
    async (options): Promise<readonly SigningStatus[]> => (await client.send(command, options)).signingStatuses ?? [],
    {
      action: 'ecr:DescribeImageSigningStatus',
      resource: repositoryArn(connection, repositoryName),
      kind: 'read',
    },
  )
}

async function replicationRules(connection: Connection): Promise<readonly RepositoryRule[]> {
  const client = await connection.clients.ecr()
  const { DescribeRegistryCommand } = await import('@aws-sdk/client-ecr')
  return await call(
    connection,
    async (options): Promise<readonly RepositoryRule[]> => {
      const reply = await client.send(new DescribeRegistryCommand({}), options)
      present(reply.registryId, 'registryId')
      return (reply.replicationConfiguration?.rules ?? []).map(({ repositoryFilters = [], destinations = [] }) => ({
        filters: repositoryFilters.flatMap(({ filter }) => filter ?? []),
        targets: destinations.map(({ region, registryId }) => `${region}/${registryId}`),
      }))
    },
    { action: 'ecr:DescribeRegistry', kind: 'read' },
  )
}

async function replication(connection: Connection, repositoryName: string, imageDigest: string) {
  const client = await connection.clients.ecr()
  const { DescribeImageReplicationStatusCommand } = await import('@aws-sdk/client-ecr')
  const command = new DescribeImageReplicationStatusCommand({ repositoryName, imageId: { imageDigest } })
  return await call(
    connection,
    async (options): Promise<readonly ReplicationStatus[]> =>
      (await client.send(command, options)).replicationStatuses ?? [],
    {
      action: 'ecr:DescribeImageReplicationStatus',
      resource: repositoryArn(connection, repositoryName),
      kind: 'read',
    },
  )
}
