import { parseArn } from '../../arn.ts'
import { type Document, invalid, parseObject } from '../../document/document.ts'
import { Failure } from '../../failure.ts'
import { publicNameOf } from '../../image/ecr-host.ts'
import { lifecycleMistakes } from '../../image/lifecycle-policy.ts'
import { policyMistakes } from '../../image/repository-policy.ts'
import type { RepositoryRequest } from '../../image/require-repository.ts'
import type { Mistake } from '../../mistake.ts'
import { partitionOf } from '../../partitions.ts'
import type { JsonObject } from '../../ports.ts'
import type { Files } from '../../runner/action.ts'
import { invalidInputs } from '../../runner/inputs.ts'
import { type Text, text, untrusted } from '../../text.ts'
import type { BuildPushInputs } from './build-push-inputs.ts'
import type { RepositoryInputs } from './repository-inputs.ts'

/**
 * The repository of the image, as the inputs request it. Reads and checks the policies, so that nothing is created where one of them
 * is invalid. Throws `inputs-invalid`, `file-unreadable` or `file-invalid` with all mistakes of both files.
 */
export async function requestedRepository(
  inputs: BuildPushInputs,
  region: string | undefined,
  files: Pick<Files, 'readText'>,
): Promise<RepositoryRequest> {
  const publicName = publicNameOf(inputs.repository)
  const name = publicName ?? inputs.repository
  const problems = [
    ...withoutEffect(inputs),
    ...(publicName === undefined ? contradictions(inputs, region) : unlikePublic(inputs, region)),
  ]
  if (problems.length > 0) throw invalidInputs(problems)
  if (!inputs.createRepository) return { name }
  const [lifecyclePolicy, repositoryPolicy] = await policies(inputs, files)
  const { immutableTags, immutableTagsExcept: tagExclusions, encryption: type, kmsKey } = inputs
  return {
    name,
    isMutabilityGiven: immutableTags !== undefined || tagExclusions.length > 0,
    creation: {
      immutableTags: immutableTags ?? true,
      tagExclusions,
      encryption: type && { type, kmsKey },
      scanOnPush: inputs.scanOnPush,
      tags: inputs.repositoryTags,
      lifecyclePolicy,
      repositoryPolicy,
    },
  }
}

/** The inputs that are given, of those that describe a new repository. */
function givenSettings(inputs: RepositoryInputs): readonly string[] {
  const given = {
    'immutable-tags': inputs.immutableTags,
    'immutable-tags-except': inputs.immutableTagsExcept.length > 0 || undefined,
    encryption: inputs.encryption,
    'kms-key': inputs.kmsKey,
    'scan-on-push': inputs.scanOnPush,
    'lifecycle-policy': inputs.lifecyclePolicy,
    'repository-policy': inputs.repositoryPolicy,
    'repository-tags': inputs.repositoryTags,
  }
  return Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [name]))
}

function withoutEffect(inputs: RepositoryInputs): readonly Text[] {
  return inputs.createRepository
    ? []
    : givenSettings(inputs).map(
        (name) => text`${name} describes a repository that is created: set create-repository: true, or remove it`,
      )
}

const privateOnly = [
  'immutable-tags',
  'immutable-tags-except',
  'encryption',
  'kms-key',
  'scan-on-push',
  'lifecycle-policy',
]

/** Amazon ECR Public user guide, "Public repositories"; its region is that of the partition aws. */
function unlikePublic(inputs: BuildPushInputs, region: string | undefined): readonly Text[] {
  const partition = parseArn(inputs.roleToAssume ?? '')?.partition ?? partitionOf(region ?? '').id
  return [
    ...givenSettings(inputs)
      .filter((name) => privateOnly.includes(name))
      .map((name) => text`${name} is a setting of private repositories; Amazon ECR Public has none: remove it`),
    ...(partition === 'aws'
      ? []
      : [text`repository names Amazon ECR Public, which does not exist in the partition ${untrusted(partition)}`]),
  ]
}

function contradictions(inputs: RepositoryInputs, region: string | undefined): readonly Text[] {
  const { immutableTags, immutableTagsExcept, encryption, kmsKey } = inputs
  const keyRegion = parseArn(kmsKey ?? '')?.region
  return [
    ...(immutableTags === false && immutableTagsExcept.length > 0
      ? [text`immutable-tags-except requires immutable-tags: true`]
      : []),
    ...(kmsKey !== undefined && (encryption ?? 'AES256') === 'AES256'
      ? [text`kms-key requires encryption: KMS or KMS_DSSE, not ${encryption ?? 'an empty one'}`]
      : []),
    ...(keyRegion !== undefined && region !== undefined && keyRegion !== region
      ? [text`kms-key must be in the region of the repository, ${untrusted(region)}, not ${untrusted(keyRegion)}`]
      : []),
  ]
}

type Check = (document: Document<JsonObject>) => readonly Mistake[]

/** The texts of both policies, without comments. */
async function policies(
  { lifecyclePolicy, repositoryPolicy }: RepositoryInputs,
  files: Pick<Files, 'readText'>,
): Promise<readonly [string | undefined, string | undefined]> {
  const lifecycle = await policy(lifecyclePolicy, 'lifecycle-policy', lifecycleMistakes, files)
  const access = await policy(repositoryPolicy, 'repository-policy', policyMistakes, files)
  const mistakes = [...lifecycle.mistakes, ...access.mistakes]
  if (mistakes.length > 0) throw invalid(mistakes, { name: 'A policy of the repository' })
  return [lifecycle.json, access.json]
}

async function policy(path: string | undefined, input: string, check: Check, files: Pick<Files, 'readText'>) {
  if (path === undefined) return { json: undefined, mistakes: [] }
  const content = await files.readText(path, input)
  try {
    const document = parseObject(content, { file: path })
    return { json: JSON.stringify(document.value), mistakes: check(document) }
  } catch (error) {
    if (!(error instanceof Failure) || error.parts.mistakes === undefined) throw error
    return { json: undefined, mistakes: error.parts.mistakes }
  }
}
