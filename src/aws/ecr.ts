import type { ImageDetail } from '@aws-sdk/client-ecr'
import type { Ecr, RegistryLogin } from '../ports.ts'
import { call } from './call.ts'
import type { Connection } from './connection.ts'
import { repositoryArn } from './ecr-arn.ts'
import { createRepository, describeRepository } from './ecr-repository.ts'
import { attachedSettings, creationTemplates } from './ecr-settings.ts'
import { present } from './error-class.ts'

/** Amazon ECR behind the port. */
export function ecr(connection: Connection): Ecr {
  return {
    describeRepository: (name) => describeRepository(connection, name),
    createRepository: (name, settings) => createRepository(connection, name, settings),
    attachedSettings: (repository, like) => attachedSettings(connection, repository, like),
    creationTemplates: () => creationTemplates(connection),
    imageDigest: (repository, reference) => imageDigest(connection, repository, reference),
    pushedAt: (repository, digest) => pushedAt(connection, repository, digest),
    imageStatus: async (repository, reference) => {
      const image = await describeImage(connection, repository, reference)
      return image && (image.imageStatus ?? 'ACTIVE')
    },
    tags: (repository) => tags(connection, repository),
    login: () => login(connection),
  }
}

/** An image that is archived, or being restored, is described and cannot be pulled (ECR user guide, "Archiving an image"). */
function isActive({ imageStatus = 'ACTIVE' }: ImageDetail): boolean {
  return imageStatus === 'ACTIVE'
}

type ImageReference = Parameters<Ecr['imageDigest']>[1]

async function imageDigest(connection: Connection, repository: string, reference: ImageReference) {
  const image = await describeImage(connection, repository, reference)
  return image && isActive(image) ? present(image.imageDigest, 'imageDigest') : undefined
}

async function pushedAt(connection: Connection, repository: string, digest: string): Promise<Date | undefined> {
  return (await describeImage(connection, repository, { digest }))?.imagePushedAt
}

async function describeImage(connection: Connection, repository: string, reference: ImageReference) {
  const client = await connection.clients.ecr()
  const { DescribeImagesCommand } = await import('@aws-sdk/client-ecr')
  const id = 'tag' in reference ? { imageTag: reference.tag } : { imageDigest: reference.digest }
  const command = new DescribeImagesCommand({ repositoryName: repository, imageIds: [id] })
  return call(
    connection,
    async (options): Promise<ImageDetail | undefined> =>
      present((await client.send(command, options)).imageDetails?.[0], 'imageDetails'),
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
