import type { CreateRepositoryCommandInput, Repository as EcrRepository } from '@aws-sdk/client-ecr'
import { Failure } from '../failure.ts'
import type { CreatedRepository, Repository, RepositorySettings } from '../ports.ts'
import { text, untrusted } from '../text.ts'
import { call } from './call.ts'
import type { Connection } from './connection.ts'
import { repositoryArn } from './ecr-arn.ts'
import { putPolicies } from './ecr-settings.ts'
import { type AwsError, present } from './error-class.ts'
import { explainRefusal } from './refusal.ts'

function asRepository(found: EcrRepository): Repository {
  const { encryptionType: type, kmsKey } = found.encryptionConfiguration ?? {}
  return {
    name: present(found.repositoryName, 'repositoryName'),
    arn: found.repositoryArn,
    uri: present(found.repositoryUri, 'repositoryUri'),
    immutableTags: found.imageTagMutability?.startsWith('IMMUTABLE') ?? false,
    tagExclusions: found.imageTagMutabilityExclusionFilters?.flatMap(({ filter }) => filter ?? []),
    encryption: type && { type, kmsKey },
    scanOnPush: found.imageScanningConfiguration?.scanOnPush,
  }
}

/** DescribeRepositories; undefined where there is none of that name. */
export async function describeRepository(connection: Connection, name: string): Promise<Repository | undefined> {
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

function creationInput(name: string, settings: RepositorySettings): CreateRepositoryCommandInput {
  const { immutableTags, tagExclusions = [], encryption, scanOnPush, tags } = settings
  const mutability = immutableTags ? 'IMMUTABLE' : 'MUTABLE'
  return {
    repositoryName: name,
    imageTagMutability: tagExclusions.length > 0 ? `${mutability}_WITH_EXCLUSION` : mutability,
    ...(tagExclusions.length > 0 && {
      imageTagMutabilityExclusionFilters: tagExclusions.map((filter) => ({ filterType: 'WILDCARD' as const, filter })),
    }),
    ...(encryption && { encryptionConfiguration: { encryptionType: encryption.type, kmsKey: encryption.kmsKey } }),
    ...(scanOnPush !== undefined && { imageScanningConfiguration: { scanOnPush } }),
    ...(tags && { tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) }),
  }
}

/**
 * CreateRepository, then the policies of the settings. Another job may have made it at the same time: it is returned as it is then.
 * A repository that exists after a lost reply counts as created by this run.
 */
export async function createRepository(
  connection: Connection,
  name: string,
  settings: RepositorySettings,
): Promise<CreatedRepository> {
  const client = await connection.clients.ecr()
  const { CreateRepositoryCommand } = await import('@aws-sdk/client-ecr')
  const command = new CreateRepositoryCommand(creationInput(name, settings))
  const made = await call(
    connection,
    async (send): Promise<Repository | undefined> =>
      asRepository(present((await client.send(command, send)).repository, 'repository')),
    {
      action: 'ecr:CreateRepository',
      resource: repositoryArn(connection, name),
      kind: 'mutate',
      readBack: () => describeRepository(connection, name),
      whenRefused: (refusal) => {
        if (refusal.name === 'RepositoryAlreadyExistsException') return { value: undefined }
        throwKnown(refusal)
        return undefined
      },
    },
  )
  if (made === undefined)
    return { repository: requireFound(await describeRepository(connection, name), name), created: false }
  await putPolicies(connection, name, settings)
  return { repository: made, created: true }
}

/** Throws a refusal of CreateRepository with what to do about it (API reference, CreateRepository, "Errors"). */
function throwKnown(refusal: AwsError): void {
  const fix = creationRefusals[refusal.name]
  if (fix === undefined) return
  throw new Failure({ ...explainRefusal(refusal, { action: 'ecr:CreateRepository' }).parts, fix: [fix] })
}

const creationRefusals: Readonly<Record<string, string>> = {
  LimitExceededException:
    'Delete repositories that are no longer used, or request a higher quota "Registered repositories" of Amazon ECR (default: 100,000 for each region) in Service Quotas.',
  KmsException:
    'Check that the KMS key is enabled, is in the region of the repository, and that its key policy allows the role kms:CreateGrant, kms:RetireGrant and kms:DescribeKey.',
  TooManyTagsException: 'Use at most 50 tags.',
  InvalidTagParameterException:
    'Correct the tags: keys of at most 128 characters that do not start with aws:, values of at most 256.',
}

/** The repository that another job created, which exists unless it was deleted at once. Throws `repository-not-found`. */
export function requireFound(repository: Repository | undefined, name: string): Repository {
  if (repository) return repository
  throw new Failure({
    code: 'repository-not-found',
    what: text`The ECR repository ${untrusted(name)} was deleted during this run`,
    why: text`RepositoryAlreadyExistsException on CreateRepository, then RepositoryNotFoundException on DescribeRepositories`,
    fix: text`Run the job again. AWS CloudTrail has the user who deleted it (event DeleteRepository).`,
  })
}
