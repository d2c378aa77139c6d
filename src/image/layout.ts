import { text, untrusted } from '../text.ts'
import { blobPath, damaged, type LayoutSource, readBlob } from './layout-source.ts'
import {
  type Descriptor,
  isAttestation,
  largestManifest,
  type Manifest,
  parseConfig,
  parseManifest,
  revisionLabel,
} from './manifest.ts'

/** A manifest or index to push, with its exact bytes. */
export interface PlannedManifest {
  readonly digest: string
  readonly mediaType: string
  readonly content: Uint8Array
}

/** All parts of an image, in the order in which a registry takes them. */
export interface ImagePlan {
  /** The manifest or index that gets the tags. */
  readonly digest: string
  /** Children before the index that lists them; the last one is the image itself. */
  readonly manifests: readonly PlannedManifest[]
  /** Configs and layers, each once. */
  readonly blobs: readonly Descriptor[]
  /** Such as `linux/amd64`. */
  readonly platforms: readonly string[]
  /** Commit in the image's labels. */
  readonly revision: string | undefined
  /** Name of the base image, as the builder annotated it. */
  readonly base: string | undefined
}

/** Annotation that names the base image (OCI image spec, annotations.md). */
const baseName = 'org.opencontainers.image.base.name'
/** Indexes in indexes deeper than this are refused; no builder makes more than two. */
const deepest = 4
const mostManifests = 1000

/**
 * Reads an OCI image layout (OCI image spec, image-layout.md) into a plan: which blobs and manifests, in which order.
 * Digests of manifests and configs are verified here, those of layers while they are read (`blobContent`), and all sizes here.
 * Throws `image-layout-invalid`.
 */
export async function planLayout(source: LayoutSource, tag: string): Promise<ImagePlan> {
  await requireVersion(source)
  const index = await readIndex(source)
  const root = chooseImage(source, index.manifests, tag)
  const collected: Collected = {
    ...{ manifests: new Map(), blobs: new Map(), platforms: new Set(), revision: undefined, base: undefined },
  }
  await collect(source, root, 0, collected)
  for (const blob of collected.blobs.values()) await requireSize(source, blob)
  return {
    digest: root.digest,
    manifests: [...collected.manifests.values()],
    blobs: [...collected.blobs.values()],
    platforms: [...collected.platforms],
    revision: collected.revision,
    base: collected.base,
  }
}

interface Collected {
  readonly manifests: Map<string, PlannedManifest>
  readonly blobs: Map<string, Descriptor>
  readonly platforms: Set<string>
  revision: string | undefined
  base: string | undefined
}

async function requireVersion(source: LayoutSource): Promise<void> {
  const content = await source.read('oci-layout', largestManifest)
  if (content === undefined)
    return damaged(
      source,
      text`it has no file "oci-layout"`,
      text`Set oci-layout to the directory or tar that "docker buildx build --output type=oci", "podman save --format oci-archive", "skopeo copy … oci:…" or another OCI builder wrote.`,
    )
  const version: unknown = attempt(
    source,
    'oci-layout',
    () => JSON.parse(new TextDecoder().decode(content)).imageLayoutVersion,
  )
  if (version !== '1.0.0')
    return damaged(source, text`its imageLayoutVersion is ${untrusted(String(version))}, not 1.0.0`)
}

async function readIndex(source: LayoutSource): Promise<Manifest> {
  const content = await source.read('index.json', largestManifest)
  return content === undefined
    ? damaged(source, text`it has no file "index.json"`)
    : attempt(source, 'index.json', () => parseManifest(content))
}

/** One image is taken as it is; of several the one whose name is the tag (`org.opencontainers.image.ref.name`). */
function chooseImage(source: LayoutSource, images: readonly Descriptor[], tag: string): Descriptor {
  const named = images.map((image) => ({ image, name: image.annotations['org.opencontainers.image.ref.name'] }))
  const fitting = named.filter(({ name }) => name === tag || name?.endsWith(`:${tag}`))
  const chosen = images.length === 1 ? images[0] : fitting.length === 1 ? fitting[0]?.image : undefined
  if (chosen !== undefined) return chosen
  if (images.length === 0) return damaged(source, text`its index.json lists no image`)
  const names = named.map(({ image, name }) => name ?? image.digest).join(', ')
  return damaged(
    source,
    text`it has ${images.length} images (${untrusted(names)}), and not exactly one of them is named "${untrusted(tag)}"`,
    text`Write one image per layout, or give the image the name of the tag.`,
  )
}

async function collect(source: LayoutSource, descriptor: Descriptor, depth: number, into: Collected): Promise<void> {
  if (into.manifests.has(descriptor.digest)) return
  if (depth > deepest || into.manifests.size >= mostManifests)
    return damaged(source, text`its indexes are nested too deeply or list too many images`)
  if (descriptor.size > largestManifest)
    return damaged(source, text`the manifest ${descriptor.digest} is larger than ${largestManifest} bytes`)
  const content = await readBlob(source, descriptor)
  const manifest = attempt(source, descriptor.digest, () => parseManifest(content))
  for (const child of manifest.manifests) await collect(source, child, depth + 1, into)
  if (manifest.config !== undefined) await collectImage(source, descriptor, manifest, manifest.config, into)
  into.revision ??= manifest.annotations[revisionLabel]
  into.base ??= manifest.annotations[baseName]
  into.manifests.set(descriptor.digest, {
    digest: descriptor.digest,
    mediaType: manifest.mediaType ?? descriptor.mediaType,
    content,
  })
}

async function collectImage(
  source: LayoutSource,
  descriptor: Descriptor,
  manifest: Manifest,
  config: Descriptor,
  into: Collected,
): Promise<void> {
  for (const blob of [config, ...manifest.layers]) if (!blob.foreign) into.blobs.set(blob.digest, blob)
  if (isAttestation(descriptor) || !/\.(image\.config|container\.image)\.v1\+json$/.test(config.mediaType)) return
  if (config.size > largestManifest)
    return damaged(source, text`the config ${config.digest} is larger than ${largestManifest} bytes`)
  const content = await readBlob(source, config)
  const { platform, labels } = attempt(source, config.digest, () => parseConfig(content))
  const known = descriptor.platform ?? platform
  if (known !== undefined) into.platforms.add(known)
  into.revision ??= labels[revisionLabel]
}

async function requireSize(source: LayoutSource, blob: Descriptor): Promise<void> {
  const size = await source.size(blobPath(blob.digest))
  if (size === undefined) return damaged(source, text`${blob.digest} is missing`)
  if (size !== blob.size) return damaged(source, text`${blob.digest} has ${size} bytes instead of ${blob.size}`)
}

function attempt<T>(source: LayoutSource, part: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    return damaged(source, text`${part}: ${untrusted(error instanceof Error ? error.message : String(error))}`)
  }
}
