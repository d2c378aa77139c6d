/** Amazon ECR Public: its API in us-east-1. What it holds is shared with `public.ecr.aws` in `oci-registry.ts`. */
import { AwsError, type EcrPublicService, type Handlers, type World } from './contract.ts'
import { addRepository, imageStore, publicStore, type StoredRepository } from './image-store.ts'

/** Every registry has an alias that AWS chose; names in references have it before them. */
export const defaultAlias = 'a1b2c3d4'
const host = 'public.ecr.aws'
const tokenLifetime = 12 * 60 * 60 * 1000

interface Named {
  readonly repositoryName: string
}

/** Amazon ECR Public, which has an API in one region only (AWS General Reference). */
export function createEcrPublic(world: World, region: string): EcrPublicService {
  const store = imageStore(world, publicStore)
  const handlers = region === 'us-east-1' ? { ...repositoryHandlers(world), ...registryHandlers(world) } : {}
  return {
    handlers,
    createRepository: (name) => void addRepository(world, store, name),
    digestOf: (name, tag) => store.repositories.get(name)?.tags.get(tag),
  }
}

const arn = (world: World, name: string) => `arn:aws:ecr-public::${world.accountId}:repository/${name}`

function find(world: World, name: string): StoredRepository {
  const found = imageStore(world, publicStore).repositories.get(`${defaultAlias}/${name}`)
  if (found) return found
  throw new AwsError(
    'RepositoryNotFoundException',
    `The repository with name '${name}' does not exist in the registry with id '${world.accountId}'`,
  )
}

function describe(world: World, repositoryName: string, { createdAt }: StoredRepository) {
  return {
    repositoryArn: arn(world, repositoryName),
    registryId: world.accountId,
    repositoryName,
    repositoryUri: `${host}/${defaultAlias}/${repositoryName}`,
    createdAt: new Date(createdAt),
  }
}

function repositoryHandlers(world: World): Handlers {
  const store = imageStore(world, publicStore)
  return {
    DescribeRepositories(input: { repositoryNames?: string[] }) {
      const names =
        input.repositoryNames ?? [...store.repositories.keys()].map((name) => name.slice(defaultAlias.length + 1))
      return { repositories: names.map((name) => describe(world, name, find(world, name))) }
    },
    CreateRepository({ repositoryName, tags = [] }: Named & { tags?: { Key: string; Value: string }[] }) {
      const name = `${defaultAlias}/${repositoryName}`
      if (store.repositories.has(name))
        throw new AwsError(
          'RepositoryAlreadyExistsException',
          `The repository with name '${repositoryName}' already exists in the registry with id '${world.accountId}'`,
        )
      const resourceTags = Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]))
      return { repository: describe(world, repositoryName, addRepository(world, store, name, { resourceTags })) }
    },
    SetRepositoryPolicy({ repositoryName, policyText }: Named & { policyText: string }) {
      find(world, repositoryName).policy = policyText
      return { registryId: world.accountId, repositoryName, policyText }
    },
    GetRepositoryPolicy({ repositoryName }: Named) {
      const { policy } = find(world, repositoryName)
      if (policy !== undefined) return { registryId: world.accountId, repositoryName, policyText: policy }
      throw new AwsError('RepositoryPolicyNotFoundException', `${repositoryName} has no repository policy`)
    },
    ListTagsForResource({ resourceArn }: { resourceArn: string }) {
      const { resourceTags } = find(world, resourceArn.split(':repository/')[1] ?? '')
      return { tags: Object.entries(resourceTags).map(([Key, Value]) => ({ Key, Value })) }
    },
  }
}

function registryHandlers(world: World): Handlers {
  const store = imageStore(world, publicStore)
  return {
    DescribeRegistries: () => ({
      registries: [
        {
          registryId: world.accountId,
          registryArn: `arn:aws:ecr-public::${world.accountId}:registry/${world.accountId}`,
          registryUri: `${host}/${defaultAlias}`,
          verified: false,
          aliases: [
            { name: defaultAlias, status: 'ACTIVE', primaryRegistryAlias: true, defaultRegistryAlias: true },
            { name: 'acme', status: 'PENDING', primaryRegistryAlias: false, defaultRegistryAlias: false },
          ],
        },
      ],
    }),
    /** One object, and not a list as in ECR. */
    GetAuthorizationToken() {
      const expires = world.clock.now() + tokenLifetime
      const password = Buffer.from(`public/${++store.serial}/${expires}`).toString('base64')
      store.tokens.set(password, expires)
      const authorizationToken = Buffer.from(`AWS:${password}`).toString('base64')
      return { authorizationData: { authorizationToken, expiresAt: new Date(expires) } }
    },
  }
}
