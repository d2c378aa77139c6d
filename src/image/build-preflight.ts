import { Failure } from '../failure.ts'
import type { Ecr, Registry, Repository } from '../ports.ts'
import { type Text, text, untrusted } from '../text.ts'
import { type BuildInputs, differences } from './build-inputs.ts'
import { revisionLabel } from './manifest.ts'
import { findImage, type PublishedImage } from './revision.ts'

/** The ECR repository of an image, and whether to create it. */
export interface RepositoryRequest {
  readonly name: string
  /** Make the repository when it does not exist. */
  readonly create: boolean
  /** Tag immutability of a repository that is created. */
  readonly immutableTags: boolean
}

/** The repository of an image, created on request. `registryHost`: of the account and region. Throws `repository-not-found`. */
export async function requireRepository(
  ecr: Ecr,
  request: RepositoryRequest,
  registryHost: () => Promise<string>,
): Promise<{ readonly repository: Repository; readonly created: boolean }> {
  const existing = await ecr.describeRepository(request.name)
  if (existing !== undefined) return { repository: existing, created: false }
  if (request.create)
    return {
      repository: await ecr.createRepository(request.name, { immutableTags: request.immutableTags }),
      created: true,
    }
  throw new Failure({
    code: 'repository-not-found',
    what: text`RepositoryNotFoundException: ${untrusted(await registryHost())} has no repository "${untrusted(request.name)}"`,
    fix: text`Correct repository, aws-region or role-to-assume; or create the repository, or set create-repository: true. Nothing has been built.`,
  })
}

/** What is going to be pushed, as far as it is known before that. */
export type Intended =
  | { readonly kind: 'image'; readonly digest: string }
  | {
      readonly kind: 'build'
      /** Undefined where it is not known what the image is going to be made of. */
      readonly inputs: BuildInputs | undefined
      /** Why no existing image can be the same one. */
      readonly unlike: Text | undefined
    }

/** What the tags that exist in the repository allow. */
export type TagDecision =
  /** Build and push; the tags are free, or may move. */
  | { readonly kind: 'push' }
  /** The existing image equals the one to be pushed. */
  | { readonly kind: 'reuse'; readonly image: PublishedImage }

/**
 * Decides before the build whether the tags can be had: an immutable tag with the same content, or with an image that was
 * made of the same, is taken as it is; one with anything else is a failure now instead of after a full build. The first tag
 * is the image's own. Throws `image-tag-taken`.
 */
export async function decideTags(
  registry: Registry,
  repository: Repository,
  tags: readonly string[],
  intended: Intended,
): Promise<TagDecision> {
  let reused: PublishedImage | undefined
  for (const tag of tags.filter((candidate) => isImmutable(repository, candidate))) {
    const present = await findImage(registry, repository.name, tag)
    if (present === undefined) continue
    const wanted: Intended = reused === undefined ? intended : { kind: 'image', digest: reused.digest }
    const other = otherThan(present, wanted)
    if (other !== undefined) throw tagTaken(repository.name, tag, present, other)
    reused = present
  }
  return reused === undefined ? { kind: 'push' } : { kind: 'reuse', image: reused }
}

/** What makes an image another one than the one that is intended; undefined where it is the same. */
function otherThan({ digest, labels }: PublishedImage, intended: Intended): Text | undefined {
  if (intended.kind === 'image')
    return digest === intended.digest ? undefined : text`this run pushes ${untrusted(intended.digest)}`
  const { inputs, unlike } = intended
  if (unlike !== undefined || inputs === undefined)
    return unlike ?? text`it cannot be compared with the build of this run`
  return labels === undefined
    ? text`not authorized to perform ecr:GetDownloadUrlForLayer, so its labels cannot be compared with the build of this run`
    : differences(labels, inputs)
}

/** Whether the registry refuses to move this tag, exclusions considered. */
export function isImmutable(repository: Repository, tag: string): boolean {
  const excluded = (repository.tagExclusions ?? []).some((wildcard) => matches(wildcard, tag))
  return repository.immutableTags !== excluded
}

function matches(wildcard: string, tag: string): boolean {
  const literal = wildcard.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${literal.join('.*')}$`).test(tag)
}

/** The failure for an immutable tag that holds something else. `other`: what distinguishes the two, as the end of a sentence. */
export function tagTaken(
  repository: string,
  tag: string,
  { digest, labels }: Pick<PublishedImage, 'digest' | 'labels'>,
  other: Text,
): Failure {
  const commit = labels?.[revisionLabel]
  return new Failure({
    code: 'image-tag-taken',
    what: text`ImageTagAlreadyExistsException: the tag "${untrusted(tag)}" already exists in the immutable repository "${untrusted(repository)}"`,
    why: text`it has another image, ${untrusted(digest)}${commit === undefined ? '' : text` of commit ${untrusted(commit)}`}: ${other}`,
    fix: text`Set the input tag to another tag, or exclude moving tags from immutability (IMMUTABLE_WITH_EXCLUSION).`,
  })
}
