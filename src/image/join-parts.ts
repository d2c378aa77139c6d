import type { JsonObject } from '../ports/json.ts'
import type { Registry } from '../ports.ts'
import { type Text, text, untrusted } from '../text.ts'
import { isAttestation, manifestTypes, parseConfig, parseManifest } from './manifest.ts'
import { normalPlatform, platformMembers } from './platform.ts'
import { findImage } from './revision.ts'

/** What an index lists: an image, or an attestation of one. */
export interface Child {
  /** As it is in the index, with every member. */
  readonly descriptor: JsonObject
  readonly digest: string
  readonly mediaType: string
  /** In the form of `normalPlatform`; undefined for an attestation. */
  readonly platform: string | undefined
  /** Of an attestation: the digest of its image. */
  readonly subject: string | undefined
  /** Of an image; undefined where the credentials do not allow to read them. */
  readonly labels: Readonly<Record<string, string>> | undefined
}

/** What one digest is made of, or what is wrong with it. */
export type Part =
  | { readonly kind: 'part'; readonly digest: string; readonly children: readonly Child[] }
  | { readonly kind: 'unusable'; readonly digest: string; readonly problem: Text }

/** Annotation of an attestation that names its image (docs.docker.com, "Image attestation storage"). */
export const subjectName = 'vnd.docker.reference.digest'

/** Reads a digest of the repository: an image, or an index with its images and attestations. */
export async function readPart(registry: Registry, repository: string, digest: string): Promise<Part> {
  const unusable = (problem: Text): Part => ({
    kind: 'unusable',
    digest,
    problem: text`${untrusted(digest)} ${problem}`,
  })
  const found = await registry.manifest(repository, digest)
  if (found === undefined)
    return unusable(
      text`is not in the repository (ImageNotFoundException): push it with push-by-digest, to the same repository`,
    )
  try {
    const manifest = parseManifest(found.content)
    if (manifest.config !== undefined) {
      const children = [await imageChild(registry, repository, { ...found, config: manifest.config.digest })]
      return { kind: 'part', digest, children }
    }
    const children = await childrenOf(registry, repository, found.content)
    return children.length > 0 ? { kind: 'part', digest, children } : unusable(text`lists no image`)
  } catch (error) {
    if (error instanceof UnusablePart) return unusable(text`${untrusted(error.message)}`)
    throw error
  }
}

class UnusablePart extends Error {
  override readonly name = 'UnusablePart'
}

/** The children of an index, whose descriptors say what they are. Throws for a content that is no index. */
export async function childrenOf(
  registry: Registry,
  repository: string,
  content: Uint8Array,
): Promise<readonly Child[]> {
  const { manifests } = parseManifest(content)
  const { manifests: written = [] } = JSON.parse(new TextDecoder().decode(content)) as { manifests?: JsonObject[] }
  return await Promise.all(
    manifests.map(async (child, index): Promise<Child> => {
      const { digest, mediaType, platform, annotations } = child
      const found = { descriptor: written[index] ?? {}, digest, mediaType }
      if (isAttestation(child))
        return { ...found, platform: undefined, subject: annotations[subjectName], labels: undefined }
      if (isIndex(mediaType)) throw new UnusablePart(`lists another index, ${digest}`)
      if (platform === undefined) throw new UnusablePart(`lists ${digest} without a platform`)
      const labels = (await findImage(registry, repository, digest))?.labels
      return { ...found, platform: normalPlatform(platform), subject: undefined, labels }
    }),
  )
}

function isIndex(mediaType: string): boolean {
  return manifestTypes.some((type) => type === mediaType && /index|list/.test(type))
}

/** An image without an index: its config names the platform. */
async function imageChild(
  registry: Registry,
  repository: string,
  { digest, mediaType, content, config }: { digest: string; mediaType: string; content: Uint8Array; config: string },
): Promise<Child> {
  const blob = await registry.blob(repository, config)
  if (blob === undefined) throw new UnusablePart(`has no config: the registry does not have ${config}`)
  const { labels } = parseConfig(blob)
  const platform = platformMembers(JSON.parse(new TextDecoder().decode(blob)))
  if (platform === undefined) throw new UnusablePart('names no platform in its config')
  const { os, architecture, variant } = platform
  const name = [os, architecture, variant].filter((part) => part !== undefined).join('/')
  const descriptor = { mediaType, digest, size: content.length, platform }
  return { descriptor, digest, mediaType, platform: normalPlatform(name), subject: undefined, labels }
}
