import { Failure } from '../../failure.ts'
import type { Registry } from '../../ports.ts'
import { asName, text, untrusted } from '../../text.ts'
import { isAttestation, type Manifest, parseManifest } from '../manifest.ts'

/** An image of an index, or the image itself. */
export interface PlatformImage {
  readonly digest: string
  /** `linux/arm64`; undefined where the image is for one platform only. */
  readonly platform?: string | undefined
}

/** Indexes within indexes are followed so far. */
const deepest = 4

/**
 * The images that ECR scans: an index itself cannot be scanned (`An artifact with media type … cannot be scanned`,
 * alexjurkiewicz/ecr-scan-image#43). Attestations are none. Throws `image-not-found`, `registry-rejected`.
 */
export async function platformImages(
  registry: Registry,
  repository: string,
  digest: string,
): Promise<readonly PlatformImage[]> {
  const found = await imagesOf(registry, repository, { digest }, deepest)
  const unique = new Map(found.map((image) => [image.digest, image]))
  // An index of attestations alone has nothing to scan: ECR answers for it as a whole.
  return unique.size === 0 ? [{ digest }] : [...unique.values()]
}

async function imagesOf(
  registry: Registry,
  repository: string,
  image: PlatformImage,
  depth: number,
): Promise<readonly PlatformImage[]> {
  const { manifests } = await readManifest(registry, repository, image.digest)
  if (manifests.length === 0 || depth === 0) return [image]
  const children = manifests.filter((child) => !isAttestation(child))
  const isOne = children.length === 1
  const found: PlatformImage[] = []
  for (const child of children) {
    const platform = isOne ? image.platform : (child.platform ?? image.platform)
    found.push(...(await imagesOf(registry, repository, { digest: child.digest, platform }, depth - 1)))
  }
  return found
}

async function readManifest(registry: Registry, repository: string, digest: string): Promise<Manifest> {
  const found = await registry.manifest(repository, digest)
  if (found === undefined)
    throw new Failure({
      code: 'image-not-found',
      what: text`ImageNotFoundException: ${asName(repository)}@${untrusted(digest)} is not in the registry`,
      fix: text`Check whether a lifecycle policy of the repository deletes untagged images.`,
    })
  try {
    return parseManifest(found.content)
  } catch (error) {
    throw new Failure({
      code: 'registry-rejected',
      what: text`The manifest ${asName(repository)}@${untrusted(digest)} cannot be read`,
      why: text`${untrusted(error instanceof Error ? error.message : String(error))}`,
      cause: error,
    })
  }
}
