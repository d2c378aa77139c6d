import { createHash } from 'node:crypto'
import { isDigest } from './reference.ts'

/** A reference to another part of an image (OCI image spec, descriptor.md), cut down to the members that are read. */
export interface Descriptor {
  readonly mediaType: string
  readonly digest: string
  /** Bytes. */
  readonly size: number
  readonly annotations: Readonly<Record<string, string>>
  /** `linux/amd64`; undefined where the descriptor has none. */
  readonly platform?: string | undefined
  /** True for layers that live elsewhere and are not pushed (`urls`). */
  readonly foreign: boolean
}

/** An image manifest or an index of them, in OCI's or Docker's media types. */
export interface Manifest {
  readonly mediaType: string | undefined
  readonly config?: Descriptor | undefined
  readonly layers: readonly Descriptor[]
  /** Children of an index; empty for an image. */
  readonly manifests: readonly Descriptor[]
  readonly annotations: Readonly<Record<string, string>>
}

/** Registries refuse larger ones (OCI distribution spec, "Pushing Manifests"). Bytes. */
export const largestManifest = 4 * 1024 * 1024

/** The label and annotation that names the commit an image was built from (OCI image spec, annotations.md). */
export const revisionLabel = 'org.opencontainers.image.revision'

/** Accept header for every kind of manifest that Slipway understands. */
export const manifestTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
] as const

/** Digest of a content: `sha256:` and lower-case hexadecimal. */
export function digestOf(content: Uint8Array): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`
}

/** Reads a manifest or index. Throws an `Error` that names what is wrong. */
export function parseManifest(content: Uint8Array): Manifest {
  const parsed = record(parseJson(content))
  if (parsed === undefined || parsed.schemaVersion !== 2) throw new Error('it is not a manifest of schema version 2')
  return {
    mediaType: typeof parsed.mediaType === 'string' ? parsed.mediaType : undefined,
    config: parsed.config === undefined ? undefined : parseDescriptor(parsed.config),
    layers: parseDescriptors(parsed.layers),
    manifests: parseDescriptors(parsed.manifests),
    annotations: texts(parsed.annotations),
  }
}

/** Platforms that a config names, or labels in it. Throws an `Error` when it is no JSON object. */
export function parseConfig(content: Uint8Array): {
  readonly platform: string | undefined
  readonly labels: Readonly<Record<string, string>>
} {
  const parsed = record(parseJson(content))
  if (parsed === undefined) throw new Error('the config is not a JSON object')
  const platform =
    typeof parsed.os === 'string' && typeof parsed.architecture === 'string'
      ? `${parsed.os}/${parsed.architecture}`
      : undefined
  return { platform, labels: texts(record(parsed.config)?.Labels) }
}

function parseJson(content: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(content))
  } catch {
    throw new Error('it is not JSON')
  }
}

function parseDescriptors(value: unknown): readonly Descriptor[] {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) throw new Error('its list of descriptors is not a list')
  return value.map(parseDescriptor)
}

function parseDescriptor(value: unknown): Descriptor {
  const parsed = record(value)
  const { mediaType, digest, size } = parsed ?? {}
  if (typeof mediaType !== 'string') throw new Error('a descriptor has no media type')
  if (typeof digest !== 'string' || !isDigest(digest)) throw new Error('a descriptor has no sha256 digest')
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0)
    throw new Error(`the descriptor of ${digest} has no size`)
  return {
    mediaType,
    digest,
    size,
    annotations: texts(parsed?.annotations),
    platform: platformOf(parsed?.platform),
    foreign: Array.isArray(parsed?.urls) && parsed.urls.length > 0,
  }
}

function platformOf(value: unknown): string | undefined {
  const { os, architecture, variant } = record(value) ?? {}
  return typeof os === 'string' && typeof architecture === 'string'
    ? [os, architecture, variant].filter((part) => typeof part === 'string').join('/')
    : undefined
}

function record(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined
}

function texts(value: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(record(value) ?? {}).flatMap(([name, content]) =>
      typeof content === 'string' ? [[name, content]] : [],
    ),
  )
}

/** True for BuildKit's provenance and SBOM manifests, which an index lists beside the images. */
export function isAttestation(descriptor: Descriptor): boolean {
  return (
    descriptor.annotations['vnd.docker.reference.type'] === 'attestation-manifest' ||
    descriptor.platform === 'unknown/unknown'
  )
}
