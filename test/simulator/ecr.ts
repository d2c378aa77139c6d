/** Amazon ECR: repositories, images, tokens. What it holds is shared with the OCI door in `oci-registry.ts`. */
import { AwsError, type EcrService, type Handlers, type World } from './contract.ts'
import { createPushJobs } from './ecr-push-jobs.ts'
import { createScans } from './ecr-scans.ts'
import {
  addRepository,
  architecturesOf,
  type Encryption,
  type ImageStore,
  imageStore,
  type Mutability,
  manifestTypes,
  parseManifest,
  pushManifest,
  repositoryOf,
  type StoredManifest,
  type StoredRepository,
  sha256,
  type Template,
  tagsOf,
} from './image-store.ts'

interface ImageId {
  readonly imageDigest?: string
  readonly imageTag?: string
}

interface Named {
  readonly repositoryName: string
}

interface RepositorySettings {
  readonly imageTagMutability?: Mutability
  readonly imageTagMutabilityExclusionFilters?: readonly { readonly filterType: string; readonly filter: string }[]
}

/** How long ECR's authorization tokens live. */
const tokenLifetime = 12 * 60 * 60 * 1000
/** The part size that ECR proposes for uploads through its API; smaller parts are refused, the last one excepted. */
const partSize = 20 * 1024 * 1024
const smallestPart = 5 * 1024 * 1024

/** Amazon ECR of one region. */
export function createEcr(world: World, region: string): EcrService {
  const store = imageStore(world, region)
  const at = { world, store }
  const cacheRules: string[] = []
  const imageOf = (repositoryName: string, id: ImageId) => {
    const repository = repositoryOf(world, store, repositoryName)
    return resolve(repository, id) ?? imageNotFound(world, repository, id)
  }
  const scans = createScans(world, store, imageOf)
  const jobs = createPushJobs(world, store, imageOf)
  return {
    scanning: scans.scenes,
    pushJobs: jobs.scenes,
    handlers: {
      ...scans.handlers,
      ...jobs.handlers,
      ...repositoryHandlers(at),
      ...imageHandlers(at),
      ...layerHandlers(at),
      ...registryHandlers(at),
      ...cacheHandlers(at, cacheRules),
    },
    createRepository: (name, immutableTags = false) => {
      addRepository(world, store, name, { mutability: immutableTags ? 'IMMUTABLE' : 'MUTABLE' })
    },
    cacheRule: (prefix) => void cacheRules.push(prefix),
    find: (reference) => find(at, reference),
  }
}

function cacheHandlers({ world }: Place, prefixes: readonly string[]): Handlers {
  return {
    DescribePullThroughCacheRules: () => ({
      pullThroughCacheRules: prefixes.map((ecrRepositoryPrefix) => ({
        ecrRepositoryPrefix,
        upstreamRegistryUrl: 'registry-1.docker.io',
        registryId: world.accountId,
      })),
    }),
  }
}

interface Place {
  readonly world: World
  readonly store: ImageStore
}

const host = ({ world, store }: Place) => `${world.accountId}.dkr.ecr.${store.region}.amazonaws.com`
const arn = ({ world, store }: Place, name: string) =>
  `arn:aws:ecr:${store.region}:${world.accountId}:repository/${name}`

function find(at: Place, reference: string): ReturnType<EcrService['find']> {
  const parts = /^([^/]+)\/([^@]+?)(?::([\w][\w.-]*))?(?:@(sha256:[0-9a-f]{64}))?$/.exec(reference)
  const [, registry = '', name = '', tag = 'latest', digest] = parts ?? []
  if (registry !== host(at) && !/^(127\.0\.0\.1|localhost):\d+$/.test(registry)) return undefined
  const repository = at.store.repositories.get(name)
  const found = digest ?? repository?.tags.get(tag)
  if (repository === undefined || found === undefined || !repository.manifests.has(found))
    return { exists: false, tags: [], architectures: [] }
  return {
    exists: true,
    digest: found,
    tags: tagsOf(repository, found),
    architectures: architecturesOf(repository, found),
  }
}

// --- Repositories -------------------------------------------------------------------------------------------------------

function describeRepository(at: Place, repository: StoredRepository) {
  return {
    repositoryArn: arn(at, repository.name),
    registryId: at.world.accountId,
    repositoryName: repository.name,
    repositoryUri: `${host(at)}/${repository.name}`,
    createdAt: new Date(repository.createdAt),
    imageTagMutability: repository.mutability,
    ...(repository.exclusions.length > 0 && {
      imageTagMutabilityExclusionFilters: repository.exclusions.map((filter) => ({ filterType: 'WILDCARD', filter })),
    }),
    imageScanningConfiguration: { scanOnPush: repository.scanOnPush },
    encryptionConfiguration: repository.encryption,
  }
}

function exclusionsOf(settings: RepositorySettings): readonly string[] {
  const filters = settings.imageTagMutabilityExclusionFilters ?? []
  const wanted = settings.imageTagMutability?.endsWith('_WITH_EXCLUSION') ?? false
  if (wanted !== filters.length > 0)
    throw new AwsError(
      'InvalidParameterException',
      "Invalid parameter at 'imageTagMutabilityExclusionFilters' failed to satisfy constraint: 'exclusion filters go with a mutability of IMMUTABLE_WITH_EXCLUSION or MUTABLE_WITH_EXCLUSION, and only with these'",
    )
  if (filters.some(({ filter }) => filter.split('*').length > 3))
    throw new AwsError(
      'InvalidParameterException',
      "Invalid parameter at 'imageTagMutabilityExclusionFilters' failed to satisfy constraint: 'a filter has at most 2 wildcards'",
    )
  return filters.map(({ filter }) => filter)
}

/** Answers name a key by its ARN; without one it is the key that AWS manages (API reference, EncryptionConfiguration). */
function encryptionOf({ world, store }: Place, encryption: Encryption = { encryptionType: 'AES256' }): Encryption {
  const { encryptionType, kmsKey = 'aws-managed-ecr' } = encryption
  if (encryptionType === 'AES256') {
    if (encryption.kmsKey === undefined) return encryption
    throw new AwsError(
      'InvalidParameterException',
      'A KMS key is only allowed with the encryption type KMS or KMS_DSSE',
    )
  }
  if (kmsKey.includes('disabled')) throw new AwsError('KmsException', `${kmsKey} is disabled.`)
  const key = `arn:aws:kms:${store.region}:${world.accountId}:key/${kmsKey.replace(/^alias\//, '')}`
  return { encryptionType, kmsKey: kmsKey.startsWith('arn:') ? kmsKey : key }
}

function repositoryHandlers(at: Place): Handlers {
  const { world, store } = at
  return {
    CreateRepository(
      input: Named &
        RepositorySettings & {
          tags?: { Key: string; Value: string }[]
          imageScanningConfiguration?: { scanOnPush?: boolean }
          encryptionConfiguration?: Encryption
        },
    ) {
      if (store.repositories.has(input.repositoryName))
        throw new AwsError(
          'RepositoryAlreadyExistsException',
          `The repository with name '${input.repositoryName}' already exists in the registry with id '${world.accountId}'`,
        )
      const repository = addRepository(world, store, input.repositoryName, {
        mutability: input.imageTagMutability ?? 'MUTABLE',
        exclusions: exclusionsOf(input),
        scanOnPush: input.imageScanningConfiguration?.scanOnPush ?? false,
        encryption: encryptionOf(at, input.encryptionConfiguration),
        resourceTags: Object.fromEntries((input.tags ?? []).map(({ Key, Value }) => [Key, Value])),
      })
      return { repository: describeRepository(at, repository) }
    },
    DescribeRepositories(input: { repositoryNames?: string[]; maxResults?: number; nextToken?: string }) {
      const named = input.repositoryNames?.map((name) => repositoryOf(world, store, name))
      const { items, nextToken } = page(named ?? [...store.repositories.values()], input)
      return { repositories: items.map((repository) => describeRepository(at, repository)), nextToken }
    },
    DeleteRepository(input: Named & { force?: boolean }) {
      const repository = repositoryOf(world, store, input.repositoryName)
      if (repository.manifests.size > 0 && !input.force)
        throw new AwsError(
          'RepositoryNotEmptyException',
          `The repository with name '${repository.name}' in registry with id '${world.accountId}' cannot be deleted because it still contains images`,
        )
      store.repositories.delete(repository.name)
      return { repository: describeRepository(at, repository) }
    },
    PutImageTagMutability(input: Named & RepositorySettings) {
      const repository = repositoryOf(world, store, input.repositoryName)
      repository.exclusions = exclusionsOf(input)
      repository.mutability = input.imageTagMutability ?? repository.mutability
      const { imageTagMutability, imageTagMutabilityExclusionFilters } = describeRepository(at, repository)
      return {
        registryId: world.accountId,
        repositoryName: repository.name,
        imageTagMutability,
        imageTagMutabilityExclusionFilters,
      }
    },
    PutLifecyclePolicy(input: Named & { lifecyclePolicyText: string }) {
      const repository = repositoryOf(world, store, input.repositoryName)
      repository.lifecyclePolicy = input.lifecyclePolicyText
      return {
        registryId: world.accountId,
        repositoryName: repository.name,
        lifecyclePolicyText: input.lifecyclePolicyText,
      }
    },
    GetLifecyclePolicy(input: Named) {
      const repository = repositoryOf(world, store, input.repositoryName)
      if (repository.lifecyclePolicy === undefined)
        throw new AwsError(
          'LifecyclePolicyNotFoundException',
          `Lifecycle policy does not exist for the repository with name '${repository.name}' in the registry with id '${world.accountId}'`,
        )
      return {
        registryId: world.accountId,
        repositoryName: repository.name,
        lifecyclePolicyText: repository.lifecyclePolicy,
      }
    },
    SetRepositoryPolicy(input: Named & { policyText: string }) {
      const repository = repositoryOf(world, store, input.repositoryName)
      repository.policy = input.policyText
      return { registryId: world.accountId, repositoryName: repository.name, policyText: input.policyText }
    },
    GetRepositoryPolicy(input: Named) {
      const repository = repositoryOf(world, store, input.repositoryName)
      if (repository.policy === undefined)
        throw new AwsError(
          'RepositoryPolicyNotFoundException',
          `Repository policy does not exist for the repository with name '${repository.name}' in the registry with id '${world.accountId}'`,
        )
      return { registryId: world.accountId, repositoryName: repository.name, policyText: repository.policy }
    },
    CreateRepositoryCreationTemplate(input: Template) {
      if (store.templates.has(input.prefix))
        throw new AwsError('TemplateAlreadyExistsException', `A template with the prefix '${input.prefix}' exists`)
      store.templates.set(input.prefix, input)
      return { registryId: world.accountId, repositoryCreationTemplate: input }
    },
    DescribeRepositoryCreationTemplates(input: { prefixes?: string[]; maxResults?: number; nextToken?: string }) {
      const all = [...store.templates.values()].filter(({ prefix }) => input.prefixes?.includes(prefix) ?? true)
      const { items, nextToken } = page(all, input)
      return { registryId: world.accountId, repositoryCreationTemplates: items, nextToken }
    },
    ListTagsForResource(input: { resourceArn: string }) {
      const repository = repositoryOf(world, store, input.resourceArn.split(':repository/')[1] ?? '')
      return { tags: Object.entries(repository.resourceTags).map(([Key, Value]) => ({ Key, Value })) }
    },
  }
}

/** AWS's pages: `nextToken` is opaque to clients; here it is the index of the next item. */
function page<T>(
  all: readonly T[],
  input: { maxResults?: number; nextToken?: string },
): { items: readonly T[]; nextToken?: string } {
  const start = Number(input.nextToken ?? 0)
  const end = start + (input.maxResults ?? 100)
  return { items: all.slice(start, end), ...(end < all.length && { nextToken: String(end) }) }
}

// --- Images ---------------------------------------------------------------------------------------------------------------

function resolve(repository: StoredRepository, id: ImageId): StoredManifest | undefined {
  const tagged = id.imageTag === undefined ? undefined : repository.tags.get(id.imageTag)
  if (id.imageTag !== undefined && id.imageDigest !== undefined && tagged !== id.imageDigest) return undefined
  return repository.manifests.get(id.imageDigest ?? tagged ?? '')
}

function describeImage({ world }: Place, repository: StoredRepository, stored: StoredManifest) {
  const manifest = parseManifest(stored.content)
  const tags = tagsOf(repository, stored.digest)
  const layers = [manifest.config, ...(manifest.layers ?? [])]
  return {
    registryId: world.accountId,
    repositoryName: repository.name,
    imageDigest: stored.digest,
    ...(tags.length > 0 && { imageTags: tags }),
    imageSizeInBytes: layers.reduce((sum, layer) => sum + (layer?.size ?? 0), 0),
    imagePushedAt: new Date(stored.pushedAt),
    imageManifestMediaType: stored.mediaType,
    artifactMediaType: manifest.artifactType ?? manifest.config?.mediaType,
    subjectManifestDigest: manifest.subject?.digest,
    imageStatus: stored.isArchived ? 'ARCHIVED' : 'ACTIVE',
  }
}

/** The three views of a repository's images: `tagStatus` decides which ones are in. */
function imagesOf(repository: StoredRepository, tagStatus = 'ANY'): readonly StoredManifest[] {
  return [...repository.manifests.values()].filter(
    ({ digest }) => tagStatus === 'ANY' || (tagStatus === 'TAGGED') === tagsOf(repository, digest).length > 0,
  )
}

function imageHandlers(at: Place): Handlers {
  const { world, store } = at
  const image = (repository: StoredRepository, stored: StoredManifest, imageTag?: string) => ({
    registryId: world.accountId,
    repositoryName: repository.name,
    imageId: { imageDigest: stored.digest, imageTag },
    imageManifest: stored.content.toString(),
    imageManifestMediaType: stored.mediaType,
  })
  const failure = (imageId: ImageId) => ({
    imageId,
    failureCode: 'ImageNotFound',
    failureReason: 'Requested image not found',
  })
  return {
    DescribeImages(
      input: Named & { imageIds?: ImageId[]; filter?: { tagStatus?: string }; maxResults?: number; nextToken?: string },
    ) {
      const repository = repositoryOf(world, store, input.repositoryName)
      const named = input.imageIds?.map((id) => resolve(repository, id) ?? imageNotFound(world, repository, id))
      const { items, nextToken } = page(named ?? imagesOf(repository, input.filter?.tagStatus), input)
      return { imageDetails: items.map((stored) => describeImage(at, repository, stored)), nextToken }
    },
    ListImages(input: Named & { filter?: { tagStatus?: string }; maxResults?: number; nextToken?: string }) {
      const repository = repositoryOf(world, store, input.repositoryName)
      const ids = imagesOf(repository, input.filter?.tagStatus).flatMap(({ digest }): ImageId[] => {
        const tags = tagsOf(repository, digest)
        return tags.length === 0
          ? [{ imageDigest: digest }]
          : tags.map((imageTag) => ({ imageDigest: digest, imageTag }))
      })
      const { items, nextToken } = page(ids, input)
      return { imageIds: items, nextToken }
    },
    /** An archived image is listed and described, and cannot be pulled (ECR user guide, "Archiving an image"). */
    UpdateImageStorageClass(input: Named & { imageId: ImageId; targetStorageClass: 'STANDARD' | 'ARCHIVE' }) {
      const repository = repositoryOf(world, store, input.repositoryName)
      const stored = resolve(repository, input.imageId) ?? imageNotFound(world, repository, input.imageId)
      stored.isArchived = input.targetStorageClass === 'ARCHIVE'
      return {
        registryId: world.accountId,
        repositoryName: repository.name,
        imageId: input.imageId,
        imageStatus: stored.isArchived ? 'ARCHIVED' : 'ACTIVE',
      }
    },
    BatchGetImage(input: Named & { imageIds: ImageId[] }) {
      const repository = repositoryOf(world, store, input.repositoryName)
      const found = input.imageIds.map((id) => ({ id, stored: resolve(repository, id) }))
      return {
        images: found.flatMap(({ id, stored }) => (stored ? [image(repository, stored, id.imageTag)] : [])),
        failures: found.flatMap(({ id, stored }) => (stored ? [] : [failure(id)])),
      }
    },
    PutImage(
      input: Named & {
        imageManifest: string
        imageManifestMediaType?: string
        imageTag?: string
        imageDigest?: string
      },
    ) {
      const repository = repositoryOf(world, store, input.repositoryName)
      const content = Buffer.from(input.imageManifest)
      const digest = sha256(content)
      const unchanged =
        input.imageTag === undefined ? repository.manifests.has(digest) : repository.tags.get(input.imageTag) === digest
      if (unchanged)
        throw new AwsError(
          'ImageAlreadyExistsException',
          `Image with digest '${digest}' and tag '${input.imageTag ?? 'null'}' already exists in the repository with name '${repository.name}' in registry with id '${world.accountId}'`,
        )
      const stored = pushManifest(world, repository, {
        content,
        mediaType: input.imageManifestMediaType,
        tag: input.imageTag,
        digest: input.imageDigest,
      })
      return { image: image(repository, stored, input.imageTag) }
    },
    BatchDeleteImage(input: Named & { imageIds: ImageId[] }) {
      const repository = repositoryOf(world, store, input.repositoryName)
      const found = input.imageIds.map((id) => ({ id, stored: resolve(repository, id) }))
      for (const { id, stored } of found) if (stored) deleteImage(repository, id, stored.digest)
      return {
        imageIds: found.flatMap(({ id, stored }) => (stored ? [{ ...id, imageDigest: stored.digest }] : [])),
        failures: found.flatMap(({ id, stored }) => (stored ? [] : [failure(id)])),
      }
    },
  }
}

/** A tag's deletion removes the image only when it was the last one, as in ECR. */
function deleteImage(repository: StoredRepository, id: ImageId, digest: string): void {
  for (const tag of id.imageTag === undefined ? tagsOf(repository, digest) : [id.imageTag]) repository.tags.delete(tag)
  if (tagsOf(repository, digest).length === 0) repository.manifests.delete(digest)
}

function imageNotFound(world: World, repository: StoredRepository, id: ImageId): never {
  const digest = id.imageDigest ?? 'null'
  const tag = id.imageTag ?? 'null'
  throw new AwsError(
    'ImageNotFoundException',
    `The image with imageId {imageDigest:'${digest}', imageTag:'${tag}'} does not exist within the repository with name '${repository.name}' in the registry with id '${world.accountId}'`,
  )
}

// --- Layers, for clients that push through ECR's API -------------------------------------------------------------------------

function layerHandlers(at: Place): Handlers {
  const { world, store } = at
  const uploadOf = (repository: StoredRepository, uploadId: string) => {
    const upload = repository.uploads.get(uploadId)
    if (upload !== undefined) return upload
    throw new AwsError(
      'UploadNotFoundException',
      `The upload with upload id '${uploadId}' does not exist within the repository with name '${repository.name}' in the registry with id '${world.accountId}'`,
    )
  }
  return {
    BatchCheckLayerAvailability(input: Named & { layerDigests: string[] }) {
      const repository = repositoryOf(world, store, input.repositoryName)
      const layers = input.layerDigests.map((layerDigest) => {
        const blob = repository.blobs.get(layerDigest)
        return { layerDigest, layerAvailability: blob ? 'AVAILABLE' : 'UNAVAILABLE', layerSize: blob?.length }
      })
      return { layers, failures: [] }
    },
    InitiateLayerUpload(input: Named) {
      const repository = repositoryOf(world, store, input.repositoryName)
      const uploadId = `00000000-0000-4000-8000-${String(++store.serial).padStart(12, '0')}`
      repository.uploads.set(uploadId, Buffer.alloc(0))
      return { uploadId, partSize }
    },
    UploadLayerPart(
      input: Named & { uploadId: string; partFirstByte: number; partLastByte: number; layerPartBlob: Uint8Array },
    ) {
      const repository = repositoryOf(world, store, input.repositoryName)
      const upload = uploadOf(repository, input.uploadId)
      const { length } = input.layerPartBlob
      if (input.partFirstByte !== upload.length || input.partLastByte - input.partFirstByte + 1 !== length)
        throw new AwsError(
          'InvalidLayerPartException',
          `The layer part upload to '${repository.name}' is not consecutive to byte range of a previous layer part upload`,
          400,
          {
            registryId: world.accountId,
            repositoryName: repository.name,
            uploadId: input.uploadId,
            lastValidByteReceived: upload.length - 1,
          },
        )
      if (upload.length > 0 && upload.length < smallestPart)
        throw new AwsError('LayerPartTooSmallException', 'Layer parts must be at least 5 MiB in size')
      repository.uploads.set(input.uploadId, Buffer.concat([upload, input.layerPartBlob]))
      return {
        registryId: world.accountId,
        repositoryName: repository.name,
        uploadId: input.uploadId,
        lastByteReceived: input.partLastByte,
      }
    },
    CompleteLayerUpload(input: Named & { uploadId: string; layerDigests: string[] }) {
      const repository = repositoryOf(world, store, input.repositoryName)
      const upload = uploadOf(repository, input.uploadId)
      const layerDigest = sha256(upload)
      if (upload.length === 0)
        throw new AwsError('EmptyUploadException', 'The specified layer upload does not contain any layer parts')
      if (repository.blobs.has(layerDigest))
        throw new AwsError(
          'LayerAlreadyExistsException',
          `The layer with digest '${layerDigest}' already exists in the repository with name '${repository.name}' in registry with id '${world.accountId}'`,
        )
      if (!input.layerDigests.includes(layerDigest))
        throw new AwsError(
          'InvalidLayerException',
          `The layer digest calculation performed by Amazon ECR upon receipt of the image layer does not match the digest specified`,
        )
      repository.uploads.delete(input.uploadId)
      repository.blobs.set(layerDigest, upload)
      return { registryId: world.accountId, repositoryName: repository.name, uploadId: input.uploadId, layerDigest }
    },
    GetDownloadUrlForLayer(input: Named & { layerDigest: string }) {
      const repository = repositoryOf(world, store, input.repositoryName)
      if (!repository.blobs.has(input.layerDigest))
        throw new AwsError(
          'LayersNotFoundException',
          `The layer with digest '${input.layerDigest}' does not exist within the repository with name '${repository.name}' in the registry with id '${world.accountId}'`,
        )
      return {
        downloadUrl: `${proxyEndpoint(at)}/v2/${repository.name}/blobs/${input.layerDigest}`,
        layerDigest: input.layerDigest,
      }
    },
  }
}

// --- The registry itself --------------------------------------------------------------------------------------------------------

const proxyEndpoint = (at: Place) => at.world.endpoint ?? `https://${host(at)}`

function registryHandlers(at: Place): Handlers {
  const { world, store } = at
  return {
    GetAuthorizationToken() {
      // A moment is not enough to tell two tokens apart, so the serial is in.
      const expires = world.clock.now() + tokenLifetime
      const payload = {
        payload: `${store.region}/${++store.serial}`,
        version: '2',
        type: 'DATA_KEY',
        expiration: Math.floor(expires / 1000),
      }
      const password = Buffer.from(JSON.stringify(payload)).toString('base64')
      store.tokens.set(password, expires)
      const authorizationToken = Buffer.from(`AWS:${password}`).toString('base64')
      return {
        authorizationData: [{ authorizationToken, expiresAt: new Date(expires), proxyEndpoint: proxyEndpoint(at) }],
      }
    },
    GetAccountSetting: (input: { name: string }) => ({
      name: input.name,
      value: input.name === 'BLOB_MOUNTING' && store.blobMounting ? 'ENABLED' : 'DISABLED',
    }),
    PutAccountSetting(input: { name: string; value: string }) {
      if (input.name === 'BLOB_MOUNTING') store.blobMounting = input.value === 'ENABLED'
      return { name: input.name, value: input.value }
    },
  }
}

/** Puts a tiny image into a repository, for tests that need one to be there. Returns its digest. */
export function seedImage(
  world: World,
  region: string,
  repository: string,
  tag: string,
  options: {
    readonly architecture?: string
    readonly labels?: Readonly<Record<string, string>>
    readonly content?: string
  } = {},
): string {
  const stored = repositoryOf(world, imageStore(world, region), repository)
  const layer = Buffer.from(options.content ?? tag)
  const config = Buffer.from(
    JSON.stringify({
      architecture: options.architecture ?? 'amd64',
      os: 'linux',
      config: { Labels: options.labels ?? {} },
      rootfs: { type: 'layers', diff_ids: [sha256(layer)] },
    }),
  )
  const describe = (mediaType: string, blob: Buffer) => {
    stored.blobs.set(sha256(blob), blob)
    return { mediaType, digest: sha256(blob), size: blob.length }
  }
  const manifest = {
    schemaVersion: 2,
    mediaType: manifestTypes.image,
    config: describe('application/vnd.oci.image.config.v1+json', config),
    layers: [describe('application/vnd.oci.image.layer.v1.tar', layer)],
  }
  return pushManifest(world, stored, { content: Buffer.from(JSON.stringify(manifest)), tag }).digest
}
