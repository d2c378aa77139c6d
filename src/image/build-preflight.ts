import { Failure } from '../failure.ts'
import type { Registry, Repository } from '../ports.ts'
import { asName, type Text, text, untrusted } from '../text.ts'
import { fitsWildcard } from '../wildcard.ts'
import type { BuildInputs } from './build-inputs.ts'
import { outsideDifference, ownDifference } from './build-key.ts'
import { inputsKeyLabel } from './inputs-key.ts'
import { revisionLabel } from './manifest.ts'
import type { Outside } from './outside-inputs.ts'
import { findImage, type PublishedImage } from './revision.ts'

/** What is going to be pushed, as far as it is known before that. */
export type Intended =
  | { readonly kind: 'image'; readonly digest: string }
  | {
      readonly kind: 'build'
      /** Undefined where it is not known what the image is going to be made of. */
      readonly inputs: BuildInputs | undefined
      /** Base images and secrets as they are now. Asked for only where nothing else distinguishes an image. */
      readonly outside: () => Promise<Outside>
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
      /** What is different now in base images or secrets, where this immutable tag holds the image that the commit has got. */
      readonly outdated?: { readonly tag: string; readonly what: Text } | undefined
    }

interface Present {
  readonly tag: string
  readonly image: PublishedImage
  readonly isFixed: boolean
  /** What makes it another image. */
  readonly other: Text | undefined
}

/**
 * Decides before the build whether the tags can be had, and whether the image is there already: under any of the tags, since one
 * that moves, such as `latest`, may be the image of another commit by now. Only the key is compared, never a name. An immutable tag
 * of anything else is a failure now instead of after a full build, and before a registry of a base image is asked; where only base
 * images or secrets differ, it is the image of this commit. Throws `image-tag-taken`.
 */
export async function decideTags(
  registry: Registry,
  repository: Repository,
  tags: readonly string[],
  intended: Intended,
): Promise<TagDecision> {
  const present = await readTags(registry, repository, tags, intended)
  const fixed = present.filter(({ isFixed }) => isFixed)
  for (const { tag, image, other } of fixed) if (other !== undefined) throw tagTaken(repository.name, tag, image, other)
  const compared = await Promise.all(
    present.map(async (one) => ({ ...one, outdated: one.other ? undefined : await outdatedBy(one.image, intended) })),
  )
  // An immutable tag cannot follow another image.
  const usable = compared.filter(({ other, outdated, isFixed }) => !other && (isFixed || !outdated))
  const order = ({ isFixed, outdated }: (typeof usable)[number]) => (isFixed ? (outdated ? 1 : 0) : 2)
  const [best] = usable.toSorted((one, another) => order(one) - order(another))
  const differing = fixed.find(({ image }) => image.digest !== best?.image.digest)
  if (best !== undefined && differing !== undefined)
    throw tagTaken(repository.name, differing.tag, differing.image, pushesAnother(best.image.digest))
  if (best !== undefined) {
    const { image, tag, outdated: what } = best
    return { kind: 'reuse', image, isFixed: fixed.length > 0, outdated: what && { tag, what } }
  }
  const others = compared.flatMap(({ tag, other, outdated = other }) => (outdated ? [{ tag, other: outdated }] : []))
  return { kind: 'push', others }
}

async function readTags(
  registry: Registry,
  repository: Repository,
  tags: readonly string[],
  intended: Intended,
): Promise<readonly Present[]> {
  const found = await Promise.all(
    tags.map(async (tag) => ({ tag, image: await findImage(registry, repository.name, tag) })),
  )
  return found.flatMap(({ tag, image }) =>
    image === undefined
      ? []
      : [{ tag, image, isFixed: isImmutable(repository, tag), other: otherThan(image, intended) }],
  )
}

function pushesAnother(digest: string): Text {
  return text`this run pushes ${untrusted(digest)}`
}

/** What makes an image another one than the one that is intended, whatever its base images and secrets are. */
function otherThan(image: PublishedImage, intended: Intended): Text | undefined {
  if (isIntended(image, intended)) return undefined
  if (intended.kind === 'image') return pushesAnother(intended.digest)
  const { labels } = image
  const { inputs, unlike } = intended
  if (unlike !== undefined || inputs === undefined)
    return unlike ?? text`it cannot be compared with the build of this run`
  return labels === undefined
    ? text`not authorized to perform ecr:GetDownloadUrlForLayer, so its labels cannot be compared with the build of this run`
    : ownDifference(labels, inputs)
}

/** What is different in base images or secrets, of an image that nothing else distinguishes. */
async function outdatedBy(image: PublishedImage, intended: Intended): Promise<Text | undefined> {
  if (intended.kind === 'image' || isIntended(image, intended)) return undefined
  return outsideDifference(image.labels ?? {}, await intended.outside())
}

/** Whether the digest, or the key without the commit, proves that it is the same image. */
function isIntended({ digest, labels }: PublishedImage, intended: Intended): boolean {
  if (intended.kind === 'image') return digest === intended.digest
  const { inputsKey, pushed } = intended
  return digest === pushed || (inputsKey !== undefined && labels?.[inputsKeyLabel] === inputsKey)
}

/** Whether the registry refuses to move this tag, exclusions considered. */
export function isImmutable(repository: Repository, tag: string): boolean {
  const excluded = (repository.tagExclusions ?? []).some((wildcard) => fitsWildcard(wildcard, tag))
  return repository.immutableTags !== excluded
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

/** The warning for an immutable tag that holds an image of the commit with other base images or secrets. `what`: the difference. */
export function keptImage(repository: string, tag: string, what: Text): Text {
  return text`The immutable tag ${asName(repository)}:${asName(tag)} has an image of this commit, which is used although a build may have other base images or secrets now (${what}). For an image with the present ones, set the input tag to a new tag; with reuse: off, the step fails instead.`
}
