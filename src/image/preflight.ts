import { Failure } from '../failure.ts'
import type { Ecr, Registry, Repository } from '../ports.ts'
import { text, untrusted } from '../text.ts'
import { findImage, type PublishedImage } from './revision.ts'

export interface RepositoryRequest {
  readonly name: string
  /** Make the repository when it does not exist. */
  readonly create: boolean
  /** Tag immutability of a repository that is made. */
  readonly immutableTags: boolean
}

/** The repository that an image goes to, made on request. Throws `repository-not-found`. */
export async function requireRepository(
  ecr: Ecr,
  request: RepositoryRequest,
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
    what: text`There is no ECR repository "${untrusted(request.name)}" in this account and region`,
    fix: text`Create it, set create-repository: true, or check aws-region, the role's account and the spelling. Nothing has been built.`,
  })
}

/** What is going to be pushed, as far as it is known before a build. */
export interface Intended {
  /** Commit that is built. */
  readonly revision: string
  /** Known before the push only for an image that is built already. */
  readonly digest?: string | undefined
}

export type TagDecision =
  /** Build and push; the tags are free, or may move. */
  | { readonly kind: 'push' }
  /** What is there already is what would be pushed. */
  | { readonly kind: 'reuse'; readonly image: PublishedImage }

/**
 * Decides before the build whether the tags can be had: an immutable tag with the same content or the same source commit
 * is taken as it is, one with another content is a failure now instead of after a full build. The first tag is the
 * image's own. Throws `image-tag-taken`.
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
    const isSame =
      intended.digest === undefined ? present.revision === intended.revision : present.digest === intended.digest
    if (!isSame) throw tagTaken(repository.name, tag, present, intended)
    if (reused !== undefined && reused.digest !== present.digest)
      throw tagTaken(repository.name, tag, present, { ...intended, digest: reused.digest })
    reused = present
  }
  return reused === undefined ? { kind: 'push' } : { kind: 'reuse', image: reused }
}

/** Whether the registry refuses to move this tag, exclusions considered. */
function isImmutable(repository: Repository, tag: string): boolean {
  const excluded = (repository.tagExclusions ?? []).some((wildcard) => matches(wildcard, tag))
  return repository.immutableTags !== excluded
}

function matches(wildcard: string, tag: string): boolean {
  const literal = wildcard.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${literal.join('.*')}$`).test(tag)
}

/** The failure for an immutable tag that holds something else. */
export function tagTaken(
  repository: string,
  tag: string,
  present: Pick<PublishedImage, 'digest' | 'revision'>,
  intended: Intended,
): Failure {
  const theirs =
    present.revision === undefined
      ? text`an image that does not name its commit`
      : text`the image of commit ${untrusted(present.revision)}`
  return new Failure({
    code: 'image-tag-taken',
    what: text`The tag "${untrusted(tag)}" of the repository "${untrusted(repository)}" is taken and cannot be moved: the repository's tags are immutable`,
    why: text`it holds ${theirs} (${untrusted(present.digest)}), and this run is about ${intended.digest === undefined ? text`commit ${untrusted(intended.revision)}` : text`${untrusted(intended.digest)}`}`,
    fix: text`Use a tag of its own for every commit (leave out the input tag), or exclude tags that move from the immutability (IMMUTABLE_WITH_EXCLUSION).`,
  })
}
