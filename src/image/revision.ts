import { Failure } from '../failure.ts'
import type { Registry } from '../ports.ts'
import { isAttestation, type Manifest, parseConfig, parseManifest, revisionLabel } from './manifest.ts'

export interface PublishedImage {
  readonly digest: string
  readonly mediaType: string
  readonly content: Uint8Array
  /** Commit that the image says it was built from (`org.opencontainers.image.revision`); undefined when it does not say. */
  readonly revision: string | undefined
}

/** What is behind a tag or digest, and what commit it says it comes from. Undefined when there is nothing. */
export async function findImage(
  registry: Registry,
  repository: string,
  reference: string,
): Promise<PublishedImage | undefined> {
  const found = await registry.manifest(repository, reference)
  return found && { ...found, revision: await revisionOf(registry, repository, found.content) }
}

async function revisionOf(registry: Registry, repository: string, content: Uint8Array): Promise<string | undefined> {
  const manifest = read(() => parseManifest(content))
  if (manifest === undefined) return undefined
  return manifest.annotations[revisionLabel] ?? (await labelOf(registry, repository, manifest))
}

/** The label in the config; for an index in the config of its first image, since all are built from one commit. */
async function labelOf(registry: Registry, repository: string, manifest: Manifest): Promise<string | undefined> {
  const child = manifest.manifests.find((descriptor) => !isAttestation(descriptor))
  if (child !== undefined) {
    const found = await registry.manifest(repository, child.digest)
    const image = found && read(() => parseManifest(found.content))
    return image === undefined || image.manifests.length > 0 ? undefined : labelOf(registry, repository, image)
  }
  const digest = manifest.config?.digest
  const config = digest === undefined ? undefined : await readableBlob(registry, repository, digest)
  return config && read(() => parseConfig(config).labels[revisionLabel])
}

/** Reading blobs needs a permission of its own (`ecr:GetDownloadUrlForLayer`); without it the revision is just unknown. */
async function readableBlob(registry: Registry, repository: string, digest: string): Promise<Uint8Array | undefined> {
  try {
    return await registry.blob(repository, digest)
  } catch (error) {
    if (error instanceof Failure && error.parts.code === 'permission-missing') return undefined
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
