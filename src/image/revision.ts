import { Failure } from '../failure.ts'
import type { Registry } from '../ports.ts'
import { isAttestation, type Manifest, parseConfig, parseManifest } from './manifest.ts'

/** An image that the registry holds, with its manifest or index. */
export interface PublishedImage {
  readonly digest: string
  readonly mediaType: string
  readonly content: Uint8Array
  /** The image's labels, annotations included; undefined where the credentials do not allow to read them. */
  readonly labels: Readonly<Record<string, string>> | undefined
}

/** The image of a tag or digest, with its labels. Undefined when there is none. */
export async function findImage(
  registry: Registry,
  repository: string,
  reference: string,
): Promise<PublishedImage | undefined> {
  const found = await registry.manifest(repository, reference)
  if (found === undefined) return undefined
  const manifest = read(() => parseManifest(found.content))
  const labels = manifest === undefined ? {} : await labelsOf(registry, repository, manifest)
  return { ...found, labels: labels && { ...labels, ...manifest?.annotations } }
}

/** The labels in the config; for an index in the config of its first image, since all are built from the same. */
async function labelsOf(registry: Registry, repository: string, manifest: Manifest): Promise<PublishedImage['labels']> {
  const child = manifest.manifests.find((descriptor) => !isAttestation(descriptor))
  if (child !== undefined) {
    const found = await registry.manifest(repository, child.digest)
    const image = found && read(() => parseManifest(found.content))
    return image === undefined || image.manifests.length > 0 ? {} : labelsOf(registry, repository, image)
  }
  if (manifest.config === undefined) return {}
  const config = await readableBlob(registry, repository, manifest.config.digest)
  if (config === 'denied') return undefined
  return (config && read(() => parseConfig(config).labels)) ?? {}
}

/** Reading blobs needs a permission of its own (`ecr:GetDownloadUrlForLayer`). */
async function readableBlob(
  registry: Registry,
  repository: string,
  digest: string,
): Promise<Uint8Array | 'denied' | undefined> {
  try {
    return await registry.blob(repository, digest)
  } catch (error) {
    if (error instanceof Failure && error.parts.code === 'permission-missing') return 'denied'
    throw error
  }
}

function read<T>(parse: () => T): T | undefined {
  try {
    return parse()
  } catch {
    return undefined
  }
}
