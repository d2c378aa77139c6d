/** What a registry holds: repositories, manifests, blobs. Shared by ECR's API (`ecr.ts`) and the OCI door (`oci-registry.ts`). */
import { createHash } from 'node:crypto'
import { AwsError, type World } from './contract.ts'

export type Mutability = 'MUTABLE' | 'IMMUTABLE' | 'MUTABLE_WITH_EXCLUSION' | 'IMMUTABLE_WITH_EXCLUSION'

export interface StoredManifest {
  readonly digest: string
  readonly mediaType: string
  readonly content: Buffer
  readonly pushedAt: number
  /** Cannot be pulled until it is pushed again, or restored. */
  isArchived?: boolean
}

export interface Encryption {
  readonly encryptionType: 'AES256' | 'KMS' | 'KMS_DSSE'
  readonly kmsKey?: string
}

/** How repositories of a namespace are created that do not exist. */
export interface Template {
  readonly prefix: string
  readonly appliedFor: readonly string[]
  readonly imageTagMutability?: Mutability
  readonly imageTagMutabilityExclusionFilters?: readonly { readonly filterType: string; readonly filter: string }[]
  readonly lifecyclePolicy?: string
}

export interface StoredRepository {
  readonly name: string
  readonly createdAt: number
  mutability: Mutability
  /** Wildcards of tags to which the mutability does not apply. */
  exclusions: readonly string[]
  scanOnPush: boolean
  readonly encryption: Encryption
  resourceTags: Readonly<Record<string, string>>
  lifecyclePolicy?: string
  policy?: string
  readonly tags: Map<string, string>
  readonly manifests: Map<string, StoredManifest>
  readonly blobs: Map<string, Buffer>
  readonly uploads: Map<string, Buffer>
  /** Uploads whose last part is shorter than any but the last may be. */
  readonly shortUploads: Set<string>
}

export interface ImageStore {
  readonly region: string
  readonly repositories: Map<string, StoredRepository>
  /** Passwords that were handed out, with the moment when they expire. */
  readonly tokens: Map<string, number>
  /** Account setting BLOB_MOUNTING; off unless somebody turns it on. */
  blobMounting: boolean
  readonly templates: Map<string, Template>
  serial: number
  /** Bytes of the largest request, as a proxy before the registry has it. */
  largestRequest: number
  /** What GET of an upload returns: ECR Public knows none (dotnet/sdk#33019). */
  uploadStatus: 'exact' | 'stale' | 'none'
}

/** The name of the store of ECR Public, in the place of a region. */
export const publicStore = 'public'

const stores = new WeakMap<World, Map<string, ImageStore>>()

/** All regions' private registries that have been used. */
export function imageStores(world: World): readonly ImageStore[] {
  return [...(stores.get(world)?.values() ?? [])].filter(({ region }) => region !== publicStore)
}

export function imageStore(world: World, region: string): ImageStore {
  const regions = stores.get(world) ?? new Map<string, ImageStore>()
  stores.set(world, regions)
  const store = regions.get(region) ?? {
    region,
    repositories: new Map(),
    tokens: new Map(),
    blobMounting: false,
    templates: new Map(),
    serial: 0,
    largestRequest: Infinity,
    uploadStatus: region === publicStore ? 'none' : 'exact',
  }
  regions.set(region, store)
  return store
}

export function sha256(content: Uint8Array): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`
}

export function notFound(world: World, name: string): AwsError {
  return new AwsError(
    'RepositoryNotFoundException',
    `The repository with name '${name}' does not exist in the registry with id '${world.accountId}'`,
  )
}

export function repositoryOf(world: World, store: ImageStore, name: string): StoredRepository {
  const repository = store.repositories.get(name)
  if (repository === undefined) throw notFound(world, name)
  return repository
}

const wildcard = (filter: string) =>
  new RegExp(
    `^${filter
      .split('*')
      .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*')}$`,
  )

export function isImmutable(repository: StoredRepository, tag: string): boolean {
  const excluded = repository.exclusions.some((filter) => wildcard(filter).test(tag))
  switch (repository.mutability) {
    case 'MUTABLE':
      return false
    case 'IMMUTABLE':
      return true
    case 'MUTABLE_WITH_EXCLUSION':
      return excluded
    case 'IMMUTABLE_WITH_EXCLUSION':
      return !excluded
  }
}

export interface Descriptor {
  readonly mediaType?: string
  readonly digest?: string
  readonly size?: number
  readonly platform?: { readonly architecture?: string; readonly os?: string }
  readonly urls?: readonly string[]
  readonly annotations?: Readonly<Record<string, string>>
}

export interface ParsedManifest {
  readonly mediaType?: string
  readonly artifactType?: string
  readonly config?: Descriptor
  readonly layers?: readonly Descriptor[]
  readonly manifests?: readonly Descriptor[]
  readonly subject?: Descriptor
  readonly annotations?: Readonly<Record<string, string>>
}

export const manifestTypes = {
  image: 'application/vnd.oci.image.manifest.v1+json',
  index: 'application/vnd.oci.image.index.v1+json',
  dockerImage: 'application/vnd.docker.distribution.manifest.v2+json',
  dockerList: 'application/vnd.docker.distribution.manifest.list.v2+json',
} as const

export function parseManifest(content: Uint8Array): ParsedManifest {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(content).toString())
    if (typeof parsed === 'object' && parsed !== null && 'schemaVersion' in parsed && parsed.schemaVersion === 2)
      return parsed as ParsedManifest
  } catch {}
  throw new AwsError(
    'InvalidParameterException',
    "Invalid parameter at 'ImageManifest' failed to satisfy constraint: 'Invalid JSON syntax'",
  )
}

export interface Push {
  readonly content: Buffer
  readonly mediaType?: string | undefined
  readonly tag?: string | undefined
  readonly digest?: string | undefined
}

/** Stores a manifest as ECR does: everything that it refers to must be there, and immutable tags stay where they are. */
export function pushManifest(world: World, repository: StoredRepository, push: Push): StoredManifest {
  const manifest = parseManifest(push.content)
  const mediaType = push.mediaType ?? manifest.mediaType
  if (mediaType === undefined || !(Object.values(manifestTypes) as string[]).includes(mediaType))
    throw new AwsError(
      'InvalidParameterException',
      `Invalid parameter at 'ImageManifestMediaType': '${mediaType}' is not supported`,
    )
  if (manifest.mediaType !== undefined && manifest.mediaType !== mediaType)
    throw new AwsError(
      'InvalidParameterException',
      "Invalid parameter at 'ImageManifestMediaType': it differs from the manifest's mediaType",
    )
  const digest = sha256(push.content)
  if (push.digest !== undefined && push.digest !== digest)
    throw new AwsError(
      'ImageDigestDoesNotMatchException',
      `The image digest '${push.digest}' does not match the digest '${digest}' of the manifest`,
    )
  requireReferences(world, repository, manifest)
  // ECR refuses an immutable tag even for the digest that it has already (aws/containers-roadmap#2179).
  if (push.tag !== undefined && repository.tags.has(push.tag) && isImmutable(repository, push.tag))
    throw new AwsError(
      'ImageTagAlreadyExistsException',
      `The image tag '${push.tag}' already exists in the '${repository.name}' repository and cannot be overwritten because the tag is immutable.`,
    )
  const stored: StoredManifest = repository.manifests.get(digest) ?? {
    digest,
    mediaType,
    content: push.content,
    pushedAt: world.clock.now(),
  }
  stored.isArchived = false
  repository.manifests.set(digest, stored)
  if (push.tag !== undefined) repository.tags.set(push.tag, digest)
  return stored
}

function requireReferences(world: World, repository: StoredRepository, manifest: ParsedManifest): void {
  const where = `required for pushing image into repository with name '${repository.name}' in the registry with id '${world.accountId}' do not exist`
  const blobs = [manifest.config, ...(manifest.layers ?? [])].filter(
    (blob) => blob !== undefined && blob.urls === undefined,
  )
  const missing = blobs.map((blob) => blob?.digest ?? '').filter((digest) => !repository.blobs.has(digest))
  if (missing.length > 0)
    throw new AwsError('LayersNotFoundException', `Layers with digests '[${missing.join(', ')}]' ${where}`)
  const children = (manifest.manifests ?? [])
    .map((child) => child.digest ?? '')
    .filter((digest) => !repository.manifests.has(digest))
  if (children.length > 0)
    throw new AwsError('ReferencedImagesNotFoundException', `Images with digests '[${children.join(', ')}]' ${where}`)
}

export function tagsOf(repository: StoredRepository, digest: string): readonly string[] {
  return [...repository.tags].filter(([, tagged]) => tagged === digest).map(([tag]) => tag)
}

/** Architectures of an image: of its index entries, or of its config. Attestations (`unknown`) do not count. */
export function architecturesOf(repository: StoredRepository, digest: string): readonly string[] {
  const stored = repository.manifests.get(digest)
  if (stored === undefined) return []
  const manifest = parseManifest(stored.content)
  if (manifest.manifests !== undefined) {
    const all = manifest.manifests.flatMap(
      (child) => child.platform?.architecture ?? architecturesOf(repository, child.digest ?? ''),
    )
    return [...new Set(all)].filter((architecture) => architecture !== 'unknown')
  }
  const config = repository.blobs.get(manifest.config?.digest ?? '')
  const architecture: unknown = config === undefined ? undefined : JSON.parse(config.toString()).architecture
  return typeof architecture === 'string' ? [architecture] : []
}

export function addRepository(
  world: World,
  store: ImageStore,
  name: string,
  options: Partial<
    Pick<
      StoredRepository,
      'mutability' | 'exclusions' | 'scanOnPush' | 'encryption' | 'resourceTags' | 'lifecyclePolicy'
    >
  > = {},
): StoredRepository {
  const repository: StoredRepository = {
    name,
    createdAt: world.clock.now(),
    mutability: 'MUTABLE',
    exclusions: [],
    scanOnPush: false,
    encryption: { encryptionType: 'AES256' },
    resourceTags: {},
    tags: new Map(),
    manifests: new Map(),
    blobs: new Map(),
    uploads: new Map(),
    shortUploads: new Set(),
    ...options,
  }
  store.repositories.set(name, repository)
  return repository
}

/**
 * The repository that a push creates where a template has CREATE_ON_PUSH: that of the longest prefix, or `ROOT`. No permission beside
 * those of the push is needed (aws/containers-roadmap#853).
 */
export function createdOnPush(world: World, store: ImageStore, name: string): StoredRepository | undefined {
  const [longest] = [...store.templates.values()]
    .filter(({ prefix }) => name.startsWith(`${prefix}/`))
    .sort((one, other) => other.prefix.length - one.prefix.length)
  const template = longest ?? store.templates.get('ROOT')
  if (!template?.appliedFor.includes('CREATE_ON_PUSH')) return undefined
  const { imageTagMutability: mutability = 'MUTABLE', imageTagMutabilityExclusionFilters: filters = [] } = template
  const { lifecyclePolicy } = template
  return addRepository(world, store, name, {
    mutability,
    exclusions: filters.map(({ filter }) => filter),
    ...(lifecyclePolicy !== undefined && { lifecyclePolicy }),
  })
}
