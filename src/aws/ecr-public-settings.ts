import type { AttachedSettings, Repository, RepositorySettings } from '../ports.ts'
import { call } from './call.ts'
import type { Connection } from './connection.ts'
import { afterCreation } from './ecr-settings.ts'
import { present } from './error-class.ts'

/** Sets the repository policy of a new public repository. */
export async function putPublicPolicy(
  connection: Connection,
  repositoryName: string,
  { repositoryPolicy: policyText }: RepositorySettings,
): Promise<void> {
  if (policyText === undefined) return
  const client = await connection.clients.ecrPublic()
  const { SetRepositoryPolicyCommand } = await import('@aws-sdk/client-ecr-public')
  const command = new SetRepositoryPolicyCommand({ repositoryName, policyText })
  const put = call(connection, async (options): Promise<unknown> => client.send(command, options), {
    action: 'ecr-public:SetRepositoryPolicy',
    kind: 'mutate',
    idempotent: true,
  })
  await afterCreation(repositoryName, put)
}

/** Reads the policy and the tags that `like` has. */
export async function attachedToPublic(
  connection: Connection,
  repository: Repository,
  like: RepositorySettings,
): Promise<AttachedSettings> {
  const [tags, repositoryPolicy] = await Promise.all([
    like.tags && tagsOf(connection, repository),
    like.repositoryPolicy === undefined ? undefined : policyOf(connection, repository),
  ])
  return { tags, repositoryPolicy }
}

async function policyOf(connection: Connection, { name }: Repository): Promise<string | undefined> {
  const client = await connection.clients.ecrPublic()
  const { GetRepositoryPolicyCommand } = await import('@aws-sdk/client-ecr-public')
  const command = new GetRepositoryPolicyCommand({ repositoryName: name.slice(name.indexOf('/') + 1) })
  return call(
    connection,
    async (options): Promise<string | undefined> =>
      present((await client.send(command, options)).policyText, 'policyText'),
    {
      action: 'ecr-public:GetRepositoryPolicy',
      kind: 'read',
      whenRefused: (refusal) =>
        refusal.name === 'RepositoryPolicyNotFoundException' ? { value: undefined } : undefined,
    },
  )
}

async function tagsOf(connection: Connection, { arn }: Repository): Promise<Readonly<Record<string, string>>> {
  const client = await connection.clients.ecrPublic()
  const { ListTagsForResourceCommand } = await import('@aws-sdk/client-ecr-public')
  return call(
    connection,
    async (options) => {
      const { tags = [] } = await client.send(new ListTagsForResourceCommand({ resourceArn: arn }), options)
      return Object.fromEntries(tags.map(({ Key = '', Value = '' }) => [Key, Value]))
    },
    { action: 'ecr-public:ListTagsForResource', kind: 'read' },
  )
}
