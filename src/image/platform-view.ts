import type { JsonObject } from '../ports/json.ts'
import type { Registry } from '../ports.ts'
import { subjectName } from './join-parts.ts'
import { type Descriptor, digestOf, isAttestation, parseManifest } from './manifest.ts'
import { normalPlatform } from './platform.ts'
import { isDigest } from './reference.ts'

/**
 * The registry as the build of one platform sees it: a tag whose index has an image of the platform is that image, with its
 * attestations in an index that may have to be pushed. So the build of a platform is compared with the same platform of an image
 * that was joined of several. `platforms`: with any other number than one, the registry as it is.
 */
export function viewOfPlatform(registry: Registry, platforms: readonly string[]): Registry {
  const [platform, ...others] = platforms
  if (platform === undefined || others.length > 0) return registry
  return {
    ...registry,
    async manifest(repository, reference) {
      const found = await registry.manifest(repository, reference)
      if (found === undefined || isDigest(reference)) return found
      const { manifests } = parseManifest(found.content)
      const image = imageOf(manifests, normalPlatform(platform))
      if (image === undefined) return found
      const attestations = manifests.filter(({ annotations }) => annotations[subjectName] === image.digest)
      if (attestations.length === 0) return await registry.manifest(repository, image.digest)
      return indexOf(found, [image, ...attestations])
    },
  }
}

function imageOf(manifests: readonly Descriptor[], platform: string): Descriptor | undefined {
  const images = manifests.filter((child) => !isAttestation(child))
  return images.find((image) => image.platform !== undefined && normalPlatform(image.platform) === platform)
}

/** An index of some of the children of another one, whose descriptors stay as they are. */
function indexOf(
  { mediaType, content }: { readonly mediaType: string; readonly content: Uint8Array },
  children: readonly Descriptor[],
): NonNullable<Awaited<ReturnType<Registry['manifest']>>> {
  const written: { readonly manifests: readonly JsonObject[] } = JSON.parse(new TextDecoder().decode(content))
  const manifests = written.manifests.filter((child) => children.some(({ digest }) => digest === child.digest))
  const part = new TextEncoder().encode(JSON.stringify({ schemaVersion: 2, mediaType, manifests }, null, 2))
  return { digest: digestOf(part), mediaType, content: part }
}
