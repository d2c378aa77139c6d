import { Failure, type FailureCode } from '../failure.ts'
import type { CreationTemplate, ImageRepositories, Repository, RepositorySettings } from '../ports.ts'
import { asName, joined, type Text, text, untrusted } from '../text.ts'
import { publicHost } from './ecr-host.ts'
import { mutabilityDifference, repositoryDifferences } from './repository-differences.ts'

/** The repository of an image, and how it is created when it does not exist. */
export interface RepositoryRequest {
  readonly name: string
  /** Undefined: a repository that does not exist is a failure. */
  readonly creation?: RepositorySettings | undefined
  /** False where the tag mutability is a default: that of an existing repository may be another one. */
  readonly isMutabilityGiven?: boolean
}

interface Ports {
  readonly ecr: ImageRepositories
  /** Of the account and region. */
  readonly registryHost: () => Promise<string>
  readonly say: (line: Text) => void
  readonly warn: (line: Text) => void
}

/**
 * The repository of an image: as it is, created on request, or, where a creation template makes the push create it, as it is going to
 * be. An existing one is never changed; what differs from the settings is a warning. Throws `repository-not-found`.
 */
export async function requireRepository(request: RepositoryRequest, ports: Ports): Promise<Repository> {
  const { name, creation } = request
  const existing = await ports.ecr.describeRepository(name)
  if (existing !== undefined) return await compared(existing, request, ports)
  if (creation === undefined) return await createdOnPush(name, ports)
  const { repository, created } = await ports.ecr.createRepository(name, creation)
  if (!created) return await compared(repository, request, ports)
  ports.say(text`Created the ECR repository ${asName(name)}`)
  return repository
}

async function compared(
  repository: Repository,
  { creation, isMutabilityGiven = false }: RepositoryRequest,
  { ecr, warn }: Ports,
): Promise<Repository> {
  if (creation === undefined) return repository
  const attached = await orFailure(ecr.attachedSettings(repository, creation), ['permission-missing'])
  const found = repositoryDifferences(repository, creation, attached instanceof Failure ? undefined : attached)
  const differences = [...(isMutabilityGiven ? mutabilityDifference(repository, creation) : []), ...found]
  if (differences.length > 0)
    warn(
      text`The ECR repository ${asName(repository.name)} exists and was not changed; it differs from the inputs: ${joined(differences, '; ')}`,
    )
  if (attached instanceof Failure)
    warn(
      text`The policies and tags of the ECR repository ${asName(repository.name)} were not compared with the inputs: ${attached.parts.what}. ${attached.parts.fix ?? []}`,
    )
  return repository
}

/** What only a message depends on may be unreadable. */
async function orFailure<T>(read: Promise<T>, codes: readonly FailureCode[]): Promise<T | Failure> {
  try {
    return await read
  } catch (error) {
    if (error instanceof Failure && codes.includes(error.parts.code)) return error
    throw error
  }
}

async function createdOnPush(name: string, { ecr, registryHost, say }: Ports): Promise<Repository> {
  // Regions and emulators without templates refuse the call.
  const templates = await orFailure(ecr.creationTemplates(), ['permission-missing', 'aws-rejected', 'aws-unreachable'])
  if (templates instanceof Failure) throw await notFound(name, registryHost, unreadable(templates))
  const template = templateOf(name, templates)
  if (template?.onPush !== true) throw await notFound(name, registryHost, unfit(template))
  say(
    text`The ECR repository ${asName(name)} does not exist; the push creates it by the repository creation template ${asName(template.prefix)} (CREATE_ON_PUSH)`,
  )
  const { immutableTags, tagExclusions } = template
  return { name, uri: `${await registryHost()}/${name}`, immutableTags, tagExclusions }
}

/**
 * The template that applies to a name: that of the longest prefix, which ends at a slash; `ROOT` fits every name without another one
 * (API reference, CreateRepositoryCreationTemplate, `prefix`).
 */
export function templateOf(name: string, templates: readonly CreationTemplate[]): CreationTemplate | undefined {
  const [longest] = templates
    .filter(({ prefix }) => name.startsWith(`${prefix}/`))
    .toSorted((one, other) => other.prefix.length - one.prefix.length)
  return longest ?? templates.find(({ prefix }) => prefix === 'ROOT')
}

function unreadable({ parts }: Failure): Text {
  const unknown = text` Whether a repository creation template creates it on push is unknown (${parts.what})`
  return parts.code === 'permission-missing'
    ? text`${unknown}: to use one, allow ecr:DescribeRepositoryCreationTemplates on *.`
    : text`${unknown}.`
}

function unfit(template: CreationTemplate | undefined): Text {
  if (template === undefined) return []
  return text` The repository creation template ${asName(template.prefix)} applies to this name, but not to pushes: add CREATE_ON_PUSH to its appliedFor.`
}

async function notFound(name: string, registryHost: () => Promise<string>, more: Text): Promise<Failure> {
  const host = await registryHost()
  return new Failure({
    code: 'repository-not-found',
    what: text`RepositoryNotFoundException: ${untrusted(host)} has no repository "${untrusted(name)}"`,
    fix: text`Correct repository${host === publicHost ? '' : ', aws-region'} or role-to-assume; or create the repository, or set create-repository: true. Nothing has been built.${more}`,
  })
}
