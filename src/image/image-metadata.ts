import type { Registry } from '../ports.ts'
import { parseManifest } from './manifest.ts'
import type { Published } from './publish-request.ts'

/** An image as Docker names it. */
export interface ImageMetadata {
  /** Digest of the configuration, or of the index, as `docker buildx build --iidfile` writes it. */
  readonly id: string
  /** Members of Buildx's metadata file (docs.docker.com, "docker buildx build", `--metadata-file`) that are known of any image. */
  readonly members: Readonly<Record<string, unknown>>
}

/** Reads the image in the registry, so that one that was built earlier has the same. */
export async function imageMetadata(
  registry: Pick<Registry, 'manifest'>,
  { repository, digest, tags }: Pick<Published, 'repository' | 'digest' | 'tags'>,
): Promise<ImageMetadata> {
  const found = await registry.manifest(repository.name, digest)
  const config = found && parseManifest(found.content).config?.digest
  const names = tags.length === 0 ? [repository.uri] : tags.map((tag) => `${repository.uri}:${tag}`)
  const members = {
    ...(config !== undefined && { 'containerimage.config.digest': config }),
    ...(found && {
      'containerimage.descriptor': { mediaType: found.mediaType, digest, size: found.content.length },
    }),
    'containerimage.digest': digest,
    'image.name': names.join(','),
  }
  return { id: config ?? digest, members }
}
