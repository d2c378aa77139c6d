import { Failure } from '../failure.ts'
import type { Registry, Repository } from '../ports.ts'
import { type Text, text, untrusted } from '../text.ts'
import { type BuildInputs, differences } from './build-inputs.ts'
import { inputsKeyLabel } from './inputs-key.ts'
import { revisionLabel } from './manifest.ts'
import { findImage, type PublishedImage } from './revision.ts'

/** What is going to be pushed, as far as it is known before that. */
export type Intended =
  | { readonly kind: 'image'; readonly digest: string }
  | {
      readonly kind: 'build'
      /** Undefined where it is not known what the image is going to be made of. */
      readonly inputs: BuildInputs | undefined
      /** Why no existing image can be the same one. */
      readonly unlike: Text | undefined
      /** The key without the commit; undefined: an image of another commit is another image. */
      readonly inputsKey?: string | undefined
      /** Digest of what this run has pushed, under its tag where the engine puts that; undefined before the push. */
      readonly pushed?: string | undefined
    }

/** What the tags that exist in the repository allow. */
export type TagDecision =
  /** Build and push; the tags are free, or may move. `others`: what these tags have now, and what distinguishes it. */
  | { readonly kind: 'push'; readonly others: readonly { readonly tag: string; readonly other: Text }[] }
  /** The existing image equals the one to be pushed. */
  | {
      readonly kind: 'reuse'
      readonly image: PublishedImage
      /** An immutable tag has it. */
      readonly isFixed: boolean
    }

/**
 * Decides before the build whether the tags can be had, and whether the image is there already: under any of the tags, since one
 * that moves, such as `latest`, may be the image of another commit by now. Only the key is compared, never a name. An immutable tag
 * of anything else is a failure now instead of after a full build. Throws `image-tag-taken`.
 */
export async function decideTags(
  registry: Registry,
  repository: Repository,
  tags: readonly string[],
  intended: Intended,
): Promise<TagDecision> {
  const found = await Promise.all(
    tags.map(async (tag) => ({ tag, image: await findImage(registry, repository.name, tag) })),
  )
  const present = found.flatMap(({ tag, image }) =>
    image === undefined
      ? []
      : [{ tag, image, isFixed: isImmutable(repository, tag), other: otherThan(image, intended) }],
  )
  const fixed = present.filter(({ isFixed }) => isFixed)
  // An immutable tag cannot follow another image.
  const same = [...fixed, ...present].find(({ other }) => other === undefined)?.image
  for (const { tag, image, other } of fixed) {
    const distinction = other ?? otherThan(image, { kind: 'image', digest: same?.digest ?? image.digest })
    if (distinction !== undefined) throw tagTaken(repository.name, tag, image, distinction)
  }
  if (same !== undefined) return { kind: 'reuse', image: same, isFixed: fixed.length > 0 }
  return { kind: 'push', others: present.flatMap(({ tag, other }) => (other === undefined ? [] : [{ tag, other }])) }
}

/** What makes an image another one than the one that is intended; undefined where it is the same. */
function otherThan({ digest, labels }: PublishedImage, intended: Intended): Text | undefined {
  if (intended.kind === 'image')
    return digest === intended.digest ? undefined : text`this run pushes ${untrusted(intended.digest)}`
  const { inputs, unlike, inputsKey, pushed } = intended
  if (digest === pushed) return undefined
  if (inputsKey !== undefined && labels?.[inputsKeyLabel] === inputsKey) return undefined
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
