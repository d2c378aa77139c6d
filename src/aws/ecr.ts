import type { Repository as EcrRepository, ImageDetail } from '@aws-sdk/client-ecr'
import { arnInAnyAccount } from '../arn.ts'
import { Failure } from '../failure.ts'
import type { Ecr, RegistryLogin, Repository } from '../ports.ts'
import { text, untrusted } from '../text.ts'
import { call } from './call.ts'
import type { Connection } from './connection.ts'
import { present } from './error-class.ts'

/** Amazon ECR behind the port. */
export function ecr(connection: Connection): Ecr {
  return {
    describeRepository: (name) => describe(connection, name),
    createRepository: (name, options) => create(connection, name, options),
    imageDigest: (repository, reference) => imageDigest(connection, repository, reference),
    imageStatus: async (repository, reference) => {
      const image = await describeImage(connection, repository, reference)
      return image && (image.imageStatus ?? 'ACTIVE')
    },
    tags: (repository) => tags(connection, repository),
    login: () => login(connection),
  }
}

function repositoryArn({ region }: Connection, name: string): string {
  return arnInAnyAccount('ecr', region, `repository/${name}`)
}

function asRepository(found: EcrRepository): Repository {
  return {
    name: present(found.repositoryName, 'repositoryName'),
    uri: present(found.repositoryUri, 'repositoryUri'),
    immutableTags: found.imageTagMutability?.startsWith('IMMUTABLE') ?? false,
    tagExclusions: found.imageTagMutabilityExclusionFilters?.flatMap(({ filter }) => filter ?? []),
  }
}

async function describe(connection: Connection, name: string): Promise<Repository | undefined> {
  const client = await connection.clients.ecr()
  const { DescribeRepositoriesCommand } = await import('@aws-sdk/client-ecr')
  return call(
    connection,
    async (options): Promise<Repository | undefined> => {
      const reply = await client.send(new DescribeRepositoriesCommand({ repositoryNames: [name] }), options)
      return asRepository(present(reply.repositories?.[0], 'repositories'))
    },
    {
      action: 'ecr:DescribeRepositories',
      resource: repositoryArn(connection, name),
      kind: 'read',
      whenRefused: (refusal) => (refusal.name === 'RepositoryNotFoundException' ? { value: undefined } : undefined),
    },
  )
}

type CreateOptions = Parameters<Ecr['createRepository']>[1]

async function create(connection: Connection, name: string, options: CreateOptions): Promise<Repository> {
  const client = await connection.clients.ecr()
  const { CreateRepositoryCommand } = await import('@aws-sdk/client-ecr')
  const command = new CreateRepositoryCommand({
    repositoryName: name,
    imageTagMutability: options.immutableTags ? 'IMMUTABLE' : 'MUTABLE',
    ...(options.tags && { tags: Object.entries(options.tags).map(([Key, Value]) => ({ Key, Value })) }),
  })
  const made = await call(
    connection,
    async (send): Promise<Repository | undefined> =>
      asRepository(present((await client.send(command, send)).repository, 'repository')),
    {
      action: 'ecr:CreateRepository',
      resource: repositoryArn(connection, name),
      kind: 'mutate',
      readBack: () => describe(connection, name),
      // Another job made it at the same time.
      whenRefused: (refusal) =>
        refusal.name === 'RepositoryAlreadyExistsException' ? { value: undefined } : undefined,
    },
  )
  return made ?? requireFound(await describe(connection, name), name)
}

function requireFound(repository: Repository | undefined, name: string): Repository {
  if (repository) return repository
  throw new Failure({
    code: 'repository-not-found',
    what: text`The ECR repository ${untrusted(name)} was deleted during this run`,
    why: text`RepositoryAlreadyExistsException on ecr:CreateRepository, then RepositoryNotFoundException on ecr:DescribeRepositories`,
    fix: text`Run the job again. AWS CloudTrail has the user who deleted it (event DeleteRepository).`,
  })
}

/** An image that is archived, or being restored, is described and cannot be pulled (ECR user guide, "Archiving an image"). */
function isActive({ imageStatus = 'ACTIVE' }: ImageDetail): boolean {
  return imageStatus === 'ACTIVE'
}

type ImageReference = Parameters<Ecr['imageDigest']>[1]

async function imageDigest(connection: Connection, repository: string, reference: ImageReference) {
  const image = await describeImage(connection, repository, reference)
  return image !== undefined && isActive(image) ? image.imageDigest : undefined
}

async function describeImage(connection: Connection, repository: string, reference: ImageReference) {
  const client = await connection.clients.ecr()
  const { DescribeImagesCommand } = await import('@aws-sdk/client-ecr')
  const id = 'tag' in reference ? { imageTag: reference.tag } : { imageDigest: reference.digest }
  const command = new DescribeImagesCommand({ repositoryName: repository, imageIds: [id] })
  return call(
    connection,
    async (options): Promise<ImageDetail | undefined> => {
      const image = present((await client.send(command, options)).imageDetails?.[0], 'imageDetails')
      present(image.imageDigest, 'imageDigest')
      return image
    },
    {
      action: 'ecr:DescribeImages',
      resource: repositoryArn(connection, repository),
      kind: 'read',
      whenRefused: ({ name }) =>
        /^(ImageNotFound|RepositoryNotFound)Exception$/.test(name) ? { value: undefined } : undefined,
    },
  )
}

/** DescribeImages gives at most a thousand images on a page. */
const imagesAtMost = 1000

async function tags(connection: Connection, repository: string): Promise<readonly string[] | undefined> {
  const client = await connection.clients.ecr()
  const { DescribeImagesCommand } = await import('@aws-sdk/client-ecr')
  const filter = { tagStatus: 'TAGGED' } as const
  const command = new DescribeImagesCommand({ repositoryName: repository, filter, maxResults: imagesAtMost })
  return call(
    connection,
    async (options): Promise<readonly string[] | undefined> => {
      const images = present((await client.send(command, options)).imageDetails, 'imageDetails')
      return images
        .filter(isActive)
        .toSorted((left, right) => (right.imagePushedAt?.getTime() ?? 0) - (left.imagePushedAt?.getTime() ?? 0))
        .flatMap(({ imageTags = [] }) => imageTags)
    },
    {
      action: 'ecr:DescribeImages',
      resource: repositoryArn(connection, repository),
      kind: 'read',
      whenRefused: ({ name }) => (name === 'RepositoryNotFoundException' ? { value: undefined } : undefined),
    },
  )
}

async function login(connection: Connection): Promise<RegistryLogin> {
  const client = await connection.clients.ecr()
  const { GetAuthorizationTokenCommand } = await import('@aws-sdk/client-ecr')
  return call(
    connection,
    async (options) => {
      const reply = await client.send(new GetAuthorizationTokenCommand({}), options)
      const given = present(reply.authorizationData?.[0], 'authorizationData')
      // Base64 of `AWS:<password>` (GetAuthorizationToken, authorizationToken).
      const [username = '', ...password] = Buffer.from(
        present(given.authorizationToken, 'authorizationToken'),
        'base64',
      )
        .toString()
        .split(':')
      return {
        endpoint: present(given.proxyEndpoint, 'proxyEndpoint'),
        username,
        password: password.join(':'),
        expiresAt: present(given.expiresAt, 'expiresAt'),
      }
    },
    { action: 'ecr:GetAuthorizationToken', kind: 'read' },
  )
}
