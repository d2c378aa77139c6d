import type { Repository as PublicRepository } from '@aws-sdk/client-ecr-public'
import { arnInAnyAccount } from '../arn.ts'
import { Failure } from '../failure.ts'
import { publicHost } from '../image/ecr-host.ts'
import type { CreatedRepository, ImageRepositories, RegistryLogin, Repository, RepositorySettings } from '../ports.ts'
import { text, untrusted } from '../text.ts'
import { call } from './call.ts'
import type { Connection } from './connection.ts'
import { attachedToPublic, putPublicPolicy } from './ecr-public-settings.ts'
import { requireFound } from './ecr-repository.ts'
import { type AwsError, present } from './error-class.ts'
import { explainRefusal } from './refusal.ts'

/**
 * Amazon ECR Public behind the port, of a connection to us-east-1. Names have the alias of the registry before them, as in image
 * references: `a1b2c3d4/api`. It has neither immutable tags nor lifecycle policies, encryption, scans or creation templates.
 */
export function ecrPublic(connection: Connection): ImageRepositories {
  return {
    describeRepository: (name) => describe(connection, name),
    createRepository: (name, settings) => create(connection, name, settings),
    attachedSettings: (repository, like) => attachedToPublic(connection, repository, like),
    creationTemplates: async () => [],
    login: () => login(connection),
  }
}

/** `a1b2c3d4/team/api` is `team/api` of the registry a1b2c3d4. */
function parts(name: string): { readonly alias: string; readonly repositoryName: string } {
  const slash = name.indexOf('/')
  return { alias: name.slice(0, slash), repositoryName: name.slice(slash + 1) }
}

/** `arn:aws:ecr-public::ACCOUNT:repository/NAME` (Service Authorization Reference): without a region. */
function repositoryArn(name: string): string {
  return arnInAnyAccount('ecr-public', '', `repository/${parts(name).repositoryName}`)
}

function asRepository(name: string, { repositoryArn: arn }: PublicRepository): Repository {
  return { name, arn, uri: `${publicHost}/${name}`, immutableTags: false }
}

async function describe(connection: Connection, name: string): Promise<Repository | undefined> {
  const client = await connection.clients.ecrPublic()
  const { DescribeRepositoriesCommand } = await import('@aws-sdk/client-ecr-public')
  const { alias, repositoryName } = parts(name)
  const found = await call(
    connection,
    async (options): Promise<PublicRepository | undefined> => {
      const reply = await client.send(new DescribeRepositoriesCommand({ repositoryNames: [repositoryName] }), options)
      return present(reply.repositories?.[0], 'repositories')
    },
    {
      action: 'ecr-public:DescribeRepositories',
      resource: repositoryArn(name),
      kind: 'read',
      whenRefused: (refusal) => (refusal.name === 'RepositoryNotFoundException' ? { value: undefined } : undefined),
    },
  )
  if (found === undefined) return undefined
  if (found.repositoryUri !== `${publicHost}/${name}`) await requireAlias(connection, alias)
  return asRepository(name, found)
}

/** Throws `repository-not-found` where the alias is that of another account. A registry has a default alias and at most one more. */
async function requireAlias(connection: Connection, alias: string): Promise<void> {
  const client = await connection.clients.ecrPublic()
  const { DescribeRegistriesCommand } = await import('@aws-sdk/client-ecr-public')
  const aliases = await call(
    connection,
    async (options) => {
      const registries = present(
        (await client.send(new DescribeRegistriesCommand({}), options)).registries,
        'registries',
      )
      return registries.flatMap((registry) => registry.aliases ?? []).filter(({ status }) => status === 'ACTIVE')
    },
    { action: 'ecr-public:DescribeRegistries', kind: 'read' },
  )
  const names = aliases.flatMap(({ name = '' }) => name)
  if (names.includes(alias)) return
  throw new Failure({
    code: 'repository-not-found',
    what: text`${publicHost}/${untrusted(alias)} is not the public registry of this account`,
    why: names.length === 0 ? text`it has none yet` : text`its aliases are ${untrusted(names.join(', '))}`,
    fix: text`Correct repository or role-to-assume. Nothing has been changed.`,
  })
}

async function create(connection: Connection, name: string, settings: RepositorySettings): Promise<CreatedRepository> {
  const client = await connection.clients.ecrPublic()
  const { CreateRepositoryCommand } = await import('@aws-sdk/client-ecr-public')
  const { alias, repositoryName } = parts(name)
  await requireAlias(connection, alias)
  const tags = settings.tags && Object.entries(settings.tags).map(([Key, Value]) => ({ Key, Value }))
  const command = new CreateRepositoryCommand({ repositoryName, ...(tags && { tags }) })
  const made = await call(
    connection,
    async (send): Promise<Repository | undefined> =>
      asRepository(name, present((await client.send(command, send)).repository, 'repository')),
    {
      action: 'ecr-public:CreateRepository',
      resource: repositoryArn(name),
      kind: 'mutate',
      readBack: () => describe(connection, name),
      whenRefused: (refusal) => {
        if (refusal.name === 'RepositoryAlreadyExistsException') return { value: undefined }
        throwKnown(refusal)
        return undefined
      },
    },
  )
  if (made === undefined) return { repository: requireFound(await describe(connection, name), name), created: false }
  await putPublicPolicy(connection, repositoryName, settings)
  return { repository: made, created: true }
}

/** Amazon ECR Public user guide, "Service quotas". */
function throwKnown(refusal: AwsError): void {
  if (refusal.name !== 'LimitExceededException') return
  throw new Failure({
    ...explainRefusal(refusal, { action: 'ecr-public:CreateRepository' }).parts,
    fix: text`Delete repositories that are no longer used, or request a higher quota "Registered repositories" of Amazon ECR Public in Service Quotas (us-east-1).`,
  })
}

/** Also requires sts:GetServiceBearerToken (API reference of Amazon ECR Public, GetAuthorizationToken). */
async function login(connection: Connection): Promise<RegistryLogin> {
  const client = await connection.clients.ecrPublic()
  const { GetAuthorizationTokenCommand } = await import('@aws-sdk/client-ecr-public')
  return call(
    connection,
    async (options) => {
      const reply = await client.send(new GetAuthorizationTokenCommand({}), options)
      const given = present(reply.authorizationData, 'authorizationData')
      // Base64 of `AWS:<password>`, as with a private registry.
      const token = Buffer.from(present(given.authorizationToken, 'authorizationToken'), 'base64').toString()
      return {
        endpoint: `https://${publicHost}`,
        username: token.slice(0, token.indexOf(':')),
        password: token.slice(token.indexOf(':') + 1),
        expiresAt: present(given.expiresAt, 'expiresAt'),
        scheme: 'Bearer' as const,
      }
    },
    { action: 'ecr-public:GetAuthorizationToken', kind: 'read' },
  )
}
