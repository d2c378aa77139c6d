import { Failure } from '../failure.ts'
import type { Repository } from '../ports.ts'
import { asName, text, untrusted } from '../text.ts'
import { isImmutable, keptImage, tagTaken } from './build-preflight.ts'
import { hasSameImages, hasSameInputs, hasSameKeys, type JoinedImage, joinParts } from './join.ts'
import { childrenOf, readPart } from './join-parts.ts'
import { parseManifest } from './manifest.ts'
import type { Published, PublishPorts, PublishRequest } from './publish-request.ts'
import { putTags } from './push.ts'
import { requireRepository } from './require-repository.ts'
import { findImage, type PublishedImage } from './revision.ts'

/** An image of several platforms, each of which is in the repository already. */
export interface JoinRequest extends Omit<PublishRequest, 'source' | 'digestOnly'> {
  /** Of images, or of indexes with their attestations. */
  readonly digests: readonly string[]
  /** Platforms that the image has to have; empty for those of the digests. */
  readonly platforms: readonly string[]
}

/**
 * Joins images of single platforms into one index and tags it: all parts are read and checked first, the index is pushed by its
 * digest, and the tags come last. An immutable tag that has the same images, or images of the same inputs, is accepted, also when
 * another run put it meanwhile. Throws `image-incomplete`, `image-tag-taken`.
 */
export async function publishJoined(
  { repository: wanted, tags, digests, platforms }: JoinRequest,
  ports: PublishPorts,
): Promise<Published> {
  const { registry, say, approve } = ports
  // The parts are in it.
  const repository = await requireRepository({ name: wanted.name }, ports)
  const parts = await Promise.all(digests.map((digest) => readPart(registry, repository.name, digest)))
  const joined = joinParts(parts, platforms)
  const accept = async (there: PublishedImage): Promise<Published> => {
    await approve?.(there.digest)
    await putTags(registry, repository.name, there.digest, tags)
    say(
      text`${asName(repository.name)}:${asName(tags[0])} already exists as ${untrusted(there.digest)}, with the same images; nothing to join`,
    )
    return { repository, digest: there.digest, tag: tags[0], tags, reused: true }
  }
  const present = await presentImage(ports, repository, tags, joined)
  if (present !== undefined) return await accept(present)
  try {
    await registry.pushManifest(repository.name, joined.digest, joined.mediaType, joined.content)
    await approve?.(joined.digest)
    await putTags(registry, repository.name, joined.digest, tags)
  } catch (error) {
    if (!(error instanceof Failure) || error.parts.code !== 'image-tag-taken') throw error
    // Another run may have joined the same images meanwhile.
    const now = await presentImage(ports, repository, tags, joined)
    if (now === undefined) throw error
    return await accept(now)
  }
  const list = joined.platforms.join(', ')
  say(
    text`Joined ${untrusted(list)} as ${asName(repository.name)}@${joined.digest}, tagged ${untrusted(tags.join(', '))}`,
  )
  return { repository, digest: joined.digest, tag: tags[0], tags, reused: false }
}

/** The image that the tags have already, where it is the one to be joined. Throws `image-tag-taken` for an immutable tag with another. */
async function presentImage(
  ports: PublishPorts,
  repository: Repository,
  tags: readonly string[],
  joined: JoinedImage,
): Promise<PublishedImage | undefined> {
  let same: PublishedImage | undefined
  for (const tag of tags) {
    const present = await findImage(ports.registry, repository.name, tag)
    if (present === undefined || present.digest === same?.digest) continue
    const isSame = same === undefined && (await isJoined(ports, repository, tag, present, joined))
    if (isSame) same = present
    else if (isImmutable(repository, tag))
      throw tagTaken(repository.name, tag, present, text`this run joins ${untrusted(joined.platforms.join(', '))}`)
  }
  return same
}

/** A tag that may move is not kept for the same inputs: what was built now is newer. */
async function isJoined(
  { registry, warn }: PublishPorts,
  repository: Repository,
  tag: string,
  { digest, content }: PublishedImage,
  joined: JoinedImage,
): Promise<boolean> {
  if (digest === joined.digest) return true
  if (parseManifest(content).config !== undefined) return false
  const there = await childrenOf(registry, repository.name, content)
  if (hasSameImages(there, joined.children)) return true
  if (!isImmutable(repository, tag) || !hasSameInputs(there, joined.children)) return false
  if (!hasSameKeys(there, joined.children))
    warn(keptImage(repository.name, tag, text`its images have other keys (slipway.key)`))
  return true
}
