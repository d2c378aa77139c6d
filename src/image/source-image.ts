import { Failure } from '../failure.ts'
import type { Registry } from '../ports.ts'
import { type Text, text, untrusted } from '../text.ts'
import type { ImagePlan, PlannedManifest } from './layout.ts'
import { type Descriptor, isAttestation, parseManifest } from './manifest.ts'

/** One repository of a registry, as an end of a copy. */
export interface CopyEnd {
  readonly registry: Registry
  readonly repository: string
  /** Host of the registry as image references name it. */
  readonly host: string
}

/** Indexes in indexes deeper than this are refused; no builder makes more than two. */
const deepest = 4
const mostManifests = 1000
/** Bytes of all manifests of one image, which are held in memory until they are pushed. */
const mostBytes = 64 * 1024 * 1024

/** An image in a registry with all that its manifest or index lists. */
export interface SourceImage extends Pick<ImagePlan, 'digest' | 'manifests' | 'blobs'> {
  /** Layers with `urls`, which live elsewhere and are not copied (OCI image spec, layer.md, "Non-distributable layers"). */
  readonly foreign: readonly Descriptor[]
}

interface Collected {
  readonly manifests: Map<string, PlannedManifest>
  readonly blobs: Map<string, Descriptor>
  readonly foreign: Map<string, Descriptor>
  bytes: number
}

/** `registry/repository`, for messages. */
export function nameOf({ host, repository }: Omit<CopyEnd, 'registry'>): string {
  return `${host}/${repository}`
}

/**
 * Reads the manifest or index of a digest with all its children: all platforms and attestations. Nothing is converted, so digests
 * stay the same. Throws `image-not-found`, `registry-rejected`.
 */
export async function readImage(source: CopyEnd, digest: string): Promise<SourceImage> {
  const into: Collected = { manifests: new Map(), blobs: new Map(), foreign: new Map(), bytes: 0 }
  await collect(source, digest, undefined, 0, into)
  return {
    digest,
    manifests: [...into.manifests.values()],
    blobs: [...into.blobs.values()],
    foreign: [...into.foreign.values()],
  }
}

/** The platforms of an index, or the image itself: what else may have signatures of its own. */
export function imagesIn(root: PlannedManifest): readonly string[] {
  const children = parsed(root.content, root.digest).manifests.filter((child) => !isAttestation(child))
  return [root.digest, ...children.map(({ digest }) => digest)]
}

async function collect(
  source: CopyEnd,
  digest: string,
  parent: string | undefined,
  depth: number,
  into: Collected,
): Promise<void> {
  if (into.manifests.has(digest)) return
  const found = await source.registry.manifest(source.repository, digest)
  if (found === undefined) throw missingManifest(source, digest, parent)
  into.bytes += found.content.length
  if (depth > deepest || into.manifests.size >= mostManifests || into.bytes > mostBytes)
    throw invalid(digest, text`its indexes are nested too deeply or list too many images`)
  const manifest = parsed(found.content, digest)
  for (const child of manifest.manifests) await collect(source, child.digest, digest, depth + 1, into)
  for (const blob of [...(manifest.config === undefined ? [] : [manifest.config]), ...manifest.layers])
    (blob.foreign ? into.foreign : into.blobs).set(blob.digest, blob)
  into.manifests.set(digest, { digest, mediaType: manifest.mediaType ?? found.mediaType, content: found.content })
}

function parsed(content: Uint8Array, digest: string): ReturnType<typeof parseManifest> {
  try {
    return parseManifest(content)
  } catch (error) {
    throw invalid(digest, text`${untrusted(error instanceof Error ? error.message : String(error))}`)
  }
}

function invalid(digest: string, why: Text): Failure {
  return new Failure({
    code: 'registry-rejected',
    what: text`The manifest ${untrusted(digest)} cannot be copied`,
    why,
    fix: text`Build the image again with a builder that writes OCI or Docker schema 2 manifests.`,
  })
}

function missingManifest(source: CopyEnd, digest: string, parent: string | undefined): Failure {
  return new Failure({
    code: 'image-not-found',
    what: text`ImageNotFoundException: ${untrusted(nameOf(source))} has no image ${untrusted(digest)}`,
    ...(parent !== undefined && { why: text`the index ${untrusted(parent)} lists it` }),
    fix: text`Check the digest, or push the image again. A lifecycle policy may have deleted it, and an archived image cannot be pulled.`,
  })
}
