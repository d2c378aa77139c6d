import type { Registry } from '../ports.ts'
import { isAttestation, parseManifest } from './manifest.ts'
import { normalPlatform } from './platform.ts'
import { isDigest } from './reference.ts'

/**
 * The registry as the build of one platform sees it: a tag whose index has an image of the platform is that image. So the build
 * of a platform is compared with the same platform of an image that was joined of several. `platforms`: with any other number
 * than one, the registry as it is.
 */
export function viewOfPlatform(registry: Registry, platforms: readonly string[]): Registry {
  const [platform, ...others] = platforms
  if (platform === undefined || others.length > 0) return registry
  return {
    ...registry,
    async manifest(repository, reference) {
      const found = await registry.manifest(repository, reference)
      if (found === undefined || isDigest(reference)) return found
      const child = imageOf(found.content, normalPlatform(platform))
      return child === undefined ? found : await registry.manifest(repository, child)
    },
  }
}

/** Digest of the image of a platform in an index; undefined where it has none, or is no index. */
function imageOf(content: Uint8Array, platform: string): string | undefined {
  const images = parseManifest(content).manifests.filter((child) => !isAttestation(child))
  return images.find((image) => image.platform !== undefined && normalPlatform(image.platform) === platform)?.digest
}
