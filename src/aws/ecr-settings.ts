import { deadlineIn } from '../clock.ts'
import { Failure } from '../failure.ts'
import type { AttachedSettings, CreationTemplate, Repository, RepositorySettings } from '../ports.ts'
import { text, untrusted } from '../text.ts'
import { call } from './call.ts'
import type { Connection } from './connection.ts'
import { repositoryArn } from './ecr-arn.ts'
import { type AwsError, type Expected, present } from './error-class.ts'
import { everyPage, type Page } from './pages.ts'

/** Sets the policies of a new repository. Throws what AWS refused, with what is left of the work. */
export async function putPolicies(
  connection: Connection,
  name: string,
  { lifecyclePolicy, repositoryPolicy }: RepositorySettings,
): Promise<void> {
  const client = await connection.clients.ecr()
  const { PutLifecyclePolicyCommand, SetRepositoryPolicyCommand } = await import('@aws-sdk/client-ecr')
  const named = { repositoryName: name }
  const request = { resource: repositoryArn(connection, name), kind: 'mutate', idempotent: true } as const
  if (lifecyclePolicy !== undefined) {
    const command = new PutLifecyclePolicyCommand({ ...named, lifecyclePolicyText: lifecyclePolicy })
    await afterCreation(
      name,
      call(connection, async (options): Promise<unknown> => client.send(command, options), {
        action: 'ecr:PutLifecyclePolicy',
        ...request,
      }),
    )
  }
  if (repositoryPolicy !== undefined) {
    const command = new SetRepositoryPolicyCommand({ ...named, policyText: repositoryPolicy })
    await afterCreation(
      name,
      call(connection, async (options): Promise<unknown> => client.send(command, options), {
        action: 'ecr:SetRepositoryPolicy',
        ...request,
      }),
    )
  }
}

/** The repository exists by now, and is never changed by a later run: the user completes or deletes it. */
export async function afterCreation(name: string, put: Promise<unknown>): Promise<void> {
  try {
    await put
  } catch (error) {
    if (!(error instanceof Failure) || error.parts.code === 'cancelled') throw error
    const { parts } = error
    throw new Failure({
      ...parts,
      fix: text`${parts.fix ?? []}${parts.fix ? ' ' : ''}The repository ${untrusted(name)} was created without this policy: delete it while it is empty (aws ecr delete-repository), so that the next run creates it again.`,
    })
  }
}

/** Reads the policies and tags that `like` has, at the same time. */
export async function attachedSettings(
  connection: Connection,
  repository: Repository,
  like: RepositorySettings,
): Promise<AttachedSettings> {
  const [tags, lifecyclePolicy, repositoryPolicy] = await Promise.all([
    like.tags && tagsOf(connection, repository),
    like.lifecyclePolicy === undefined ? undefined : lifecyclePolicyOf(connection, repository.name),
    like.repositoryPolicy === undefined ? undefined : repositoryPolicyOf(connection, repository.name),
  ])
  return { tags, lifecyclePolicy, repositoryPolicy }
}

async function lifecyclePolicyOf(connection: Connection, name: string): Promise<string | undefined> {
  const client = await connection.clients.ecr()
  const { GetLifecyclePolicyCommand } = await import('@aws-sdk/client-ecr')
  return call(
    connection,
    async (options): Promise<string | undefined> =>
      present(
        (await client.send(new GetLifecyclePolicyCommand({ repositoryName: name }), options)).lifecyclePolicyText,
        'lifecyclePolicyText',
      ),
    {
      action: 'ecr:GetLifecyclePolicy',
      resource: repositoryArn(connection, name),
      kind: 'read',
      whenRefused: noneWhen('LifecyclePolicyNotFoundException'),
    },
  )
}

async function repositoryPolicyOf(connection: Connection, name: string): Promise<string | undefined> {
  const client = await connection.clients.ecr()
  const { GetRepositoryPolicyCommand } = await import('@aws-sdk/client-ecr')
  return call(
    connection,
    async (options): Promise<string | undefined> =>
      present(
        (await client.send(new GetRepositoryPolicyCommand({ repositoryName: name }), options)).policyText,
        'policyText',
      ),
    {
      action: 'ecr:GetRepositoryPolicy',
      resource: repositoryArn(connection, name),
      kind: 'read',
      whenRefused: noneWhen('RepositoryPolicyNotFoundException'),
    },
  )
}

function noneWhen(code: string): (refusal: AwsError) => Expected<undefined> {
  return ({ name }) => (name === code ? { value: undefined } : undefined)
}

async function tagsOf(connection: Connection, { name, arn }: Repository): Promise<Readonly<Record<string, string>>> {
  const client = await connection.clients.ecr()
  const { ListTagsForResourceCommand } = await import('@aws-sdk/client-ecr')
  return call(
    connection,
    async (options) => {
      const { tags = [] } = await client.send(new ListTagsForResourceCommand({ resourceArn: arn }), options)
      return Object.fromEntries(tags.map(({ Key = '', Value = '' }) => [Key, Value]))
    },
    { action: 'ecr:ListTagsForResource', resource: repositoryArn(connection, name), kind: 'read' },
  )
}

/** They are read where the repository is missing, and a failure must not wait long for them. Milliseconds. */
const templateTime = 15_000

/** DescribeRepositoryCreationTemplates, all pages. */
export async function creationTemplates(patient: Connection): Promise<readonly CreationTemplate[]> {
  const connection = { ...patient, deadline: Math.min(patient.deadline, deadlineIn(patient.clock, templateTime)) }
  const client = await connection.clients.ecr()
  const { DescribeRepositoryCreationTemplatesCommand } = await import('@aws-sdk/client-ecr')
  return everyPage((nextToken) =>
    call(
      connection,
      async (options): Promise<Page<CreationTemplate>> => {
        const reply = await client.send(new DescribeRepositoryCreationTemplatesCommand({ nextToken }), options)
        const items = present(reply.repositoryCreationTemplates, 'repositoryCreationTemplates').map((template) => ({
          prefix: present(template.prefix, 'prefix'),
          onPush: template.appliedFor?.includes('CREATE_ON_PUSH') ?? false,
          immutableTags: template.imageTagMutability?.startsWith('IMMUTABLE') ?? false,
          tagExclusions: (template.imageTagMutabilityExclusionFilters ?? []).flatMap(({ filter }) => filter ?? []),
        }))
        return { items, next: reply.nextToken }
      },
      { action: 'ecr:DescribeRepositoryCreationTemplates', kind: 'read' },
    ),
  )
}
