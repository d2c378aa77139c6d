import { Failure } from '../failure.ts'
import { type Text, text, untrusted } from '../text.ts'
import { isSameKey, keyLabel, ownKey } from './build-key.ts'
import type { Child, Part } from './join-parts.ts'
import { digestOf, revisionLabel } from './manifest.ts'
import { normalPlatform } from './platform.ts'

/** One image of several platforms, as an index that the registry does not have yet. */
export interface JoinedImage {
  readonly digest: string
  readonly mediaType: string
  readonly content: Uint8Array
  /** In the order of the index. */
  readonly platforms: readonly string[]
  readonly children: readonly Child[]
}

/** An image of a part, and the digest that was given for it. */
interface Found {
  readonly given: string
  readonly child: Child
}

/**
 * Composes the index of the given parts: images by platform, then their attestations, so that the same digests in any order give
 * the same index. `wanted`: the platforms that the image has to have, and no other; empty for those of the parts. Throws
 * `image-incomplete` with all that is wrong.
 */
export function joinParts(parts: readonly Part[], wanted: readonly string[]): JoinedImage {
  const found = parts.flatMap((part) =>
    part.kind === 'part' ? part.children.map((child) => ({ given: part.digest, child })) : [],
  )
  const images = found.filter(({ child }) => child.platform !== undefined)
  const problems = [
    ...parts.flatMap((part) => (part.kind === 'unusable' ? [part.problem] : [])),
    ...duplicates(images),
    // What could not be read may have the platform that seems to be missing.
    ...(parts.every(({ kind }) => kind === 'part') ? platformProblems(images, wanted) : []),
    ...revisionProblems(images),
  ]
  if (problems.length > 0) throw incomplete(problems)
  return compose(found.map(({ child }) => child))
}

function duplicates(images: readonly Found[]): readonly Text[] {
  return platformsOf(images).flatMap((platform) => {
    const same = images.filter(({ child }) => child.platform === platform)
    const different = [...new Map(same.map((image) => [image.child.digest, image])).values()]
    if (different.length < 2) return []
    const list = different.map(({ given, child }) => (given === child.digest ? given : `${child.digest} of ${given}`))
    return [text`the platform ${untrusted(platform)} has ${different.length} images: ${untrusted(list.join(', '))}`]
  })
}

function platformProblems(images: readonly Found[], wanted: readonly string[]): readonly Text[] {
  if (wanted.length === 0) return []
  const [expected, present] = [wanted.map(normalPlatform), platformsOf(images)]
  const listed = untrusted(present.join(', '))
  return [
    ...expected
      .filter((platform) => !present.includes(platform))
      .map((platform) => text`no digest has the platform ${untrusted(platform)}; the digests have ${listed}`),
    ...present
      .filter((platform) => !expected.includes(platform))
      .map(
        (platform) =>
          text`the platform ${untrusted(platform)} is not one of platforms (${untrusted(wanted.join(', '))})`,
      ),
  ]
}

/** Images of two commits are two images. */
function revisionProblems(images: readonly Found[]): readonly Text[] {
  const named = images.flatMap(({ child: { platform = '', labels } }) => {
    const revision = labels?.[revisionLabel]
    return revision === undefined ? [] : [{ platform, revision }]
  })
  if (new Set(named.map(({ revision }) => revision)).size < 2) return []
  const list = named.map(({ platform, revision }) => `${platform} of ${revision}`).join(', ')
  return [text`the images are of different commits: ${untrusted(list)}`]
}

function platformsOf(images: readonly Found[]): readonly string[] {
  return [...new Set(images.map(({ child }) => child.platform ?? ''))].sort()
}

/** As `docker buildx imagetools create` does: a list of Docker's own type only where all parts are of it. */
function compose(children: readonly Child[]): JoinedImage {
  const images = unique(children.filter(({ platform }) => platform !== undefined)).sort(
    by(({ platform = '' }) => platform),
  )
  const order = images.map(({ digest }) => digest)
  const attestations = unique(children.filter(({ platform }) => platform === undefined)).sort(
    by(({ subject = '', digest }) => `${String(order.indexOf(subject) + 1).padStart(4, '0')} ${digest}`),
  )
  const all = [...images, ...attestations]
  const isDocker = all.every(({ mediaType }) => mediaType.startsWith('application/vnd.docker.'))
  const mediaType = isDocker
    ? 'application/vnd.docker.distribution.manifest.list.v2+json'
    : 'application/vnd.oci.image.index.v1+json'
  const manifests = all.map(({ descriptor }) => descriptor)
  const content = new TextEncoder().encode(JSON.stringify({ schemaVersion: 2, mediaType, manifests }, null, 2))
  const platforms = images.map(({ platform = '' }) => platform)
  return { digest: digestOf(content), mediaType, content, platforms, children: all }
}

function unique(children: readonly Child[]): Child[] {
  return [...new Map(children.map((child) => [child.digest, child])).values()]
}

function by(keyOf: (child: Child) => string): (one: Child, other: Child) => number {
  return (one, other) => (keyOf(one) < keyOf(other) ? -1 : 1)
}

/** Whether two indexes have the same images, whatever their attestations: provenance has the time of its build. */
export function hasSameImages(one: readonly Child[], other: readonly Child[]): boolean {
  return sameByPlatform(one, other, ({ digest }) => digest)
}

/** Whether the images of two indexes were built from the same inputs, whatever their base images and secrets were, by their labels. */
export function hasSameInputs(one: readonly Child[], other: readonly Child[]): boolean {
  return sameByPlatform(one, other, ({ labels }) => labels?.[keyLabel] && ownKey(labels[keyLabel]))
}

/** Whether their base images and secrets were the same, too. */
export function hasSameKeys(one: readonly Child[], other: readonly Child[]): boolean {
  return sameByPlatform(one, other, ({ labels }) => labels?.[keyLabel], isSameKey)
}

function sameByPlatform(
  one: readonly Child[],
  other: readonly Child[],
  partOf: (child: Child) => string | undefined,
  isSame: (one: string, other: string) => boolean = (part, another) => part === another,
): boolean {
  const table = (children: readonly Child[]) =>
    new Map(children.flatMap((child) => (child.platform === undefined ? [] : [[child.platform, partOf(child)]])))
  const [here, there] = [table(one), table(other)]
  return (
    here.size === there.size &&
    [...here].every(([platform, value]) => value !== undefined && isSame(value, there.get(platform) ?? ''))
  )
}

function incomplete(problems: readonly Text[]): Failure {
  return new Failure({
    code: 'image-incomplete',
    what: text`The digests are not one image, so no tag was put`,
    mistakes: problems.map((message) => ({ message })),
    fix: text`Set digests to the output digest of each build, one per platform, and platforms to all of them. GitHub drops a job output that contains a masked value.`,
  })
}
