import type { Registry } from '../ports.ts'
import { isAttestation, type Manifest, parseConfig, parseManifest } from './manifest.ts'

/** One image of a tag, as the registry stores it. */
export interface PlatformImage {
  /** `linux/amd64`; undefined where it is unknown. */
  readonly platform: string | undefined
  /** Bytes of its layers, compressed. */
  readonly size: number
}

/** The images that a manifest or an index consists of, without attestations. Empty where they cannot be read. */
export async function imagePlatforms(
  registry: Registry,
  repository: string,
  digest: string,
): Promise<readonly PlatformImage[]> {
  try {
    const manifest = await read(registry, repository, digest)
    if (manifest.manifests.length === 0) return [await imageOf(registry, repository, manifest)]
    const images = manifest.manifests.filter((descriptor) => !isAttestation(descriptor))
    return await Promise.all(
      images.map(async ({ platform, digest: child }) => ({
        platform,
        size: sizeOf(await read(registry, repository, child)),
      })),
    )
  } catch {
    // Only a report needs it: what failed here is no reason to fail a push that succeeded.
    return []
  }
}

async function read(registry: Registry, repository: string, digest: string): Promise<Manifest> {
  const found = await registry.manifest(repository, digest)
  if (found === undefined) throw new Error(`${digest} is missing`)
  return parseManifest(found.content)
}

async function imageOf(registry: Registry, repository: string, manifest: Manifest): Promise<PlatformImage> {
  const size = sizeOf(manifest)
  const config = manifest.config && (await registry.blob(repository, manifest.config.digest).catch(() => undefined))
  return { platform: config && parseConfig(config).platform, size }
}

function sizeOf({ layers }: Manifest): number {
  return layers.reduce((sum, layer) => sum + layer.size, 0)
}
