/** Buckets and their objects. A bucket's name is unique in all regions; the bucket is in one. */
import { AwsError, type World } from '../contract.ts'
import { hexadecimal } from '../identifiers.ts'

/** What a request can set on an object besides its bytes, in the names of PutObject. */
export interface ObjectHeaders {
  readonly ContentType?: string
  readonly CacheControl?: string
  readonly ContentEncoding?: string
  readonly ContentDisposition?: string
  readonly ContentLanguage?: string
  readonly Expires?: Date
  readonly WebsiteRedirectLocation?: string
  readonly Metadata?: Readonly<Record<string, string>>
  readonly StorageClass?: string
  readonly ServerSideEncryption?: string
  readonly SSEKMSKeyId?: string
  readonly BucketKeyEnabled?: boolean
  readonly Tagging?: string
}

export interface StoredObject extends ObjectHeaders {
  readonly key: string
  readonly body: Buffer
  /** With its quotation marks. */
  readonly etag: string
  readonly at: number
  readonly versionId: string
  readonly isDeleteMarker?: boolean
  /** By the name of the member: `ChecksumCRC32`. */
  readonly checksums: Readonly<Record<string, string>>
  readonly checksumType?: 'FULL_OBJECT' | 'COMPOSITE'
}

export interface StoredPart {
  readonly number: number
  readonly body: Buffer
  readonly etag: string
  readonly checksums: Readonly<Record<string, string>>
  readonly at: number
}

export interface Upload {
  readonly id: string
  readonly key: string
  readonly headers: ObjectHeaders
  readonly algorithm: string | undefined
  readonly checksumType: 'FULL_OBJECT' | 'COMPOSITE' | undefined
  readonly at: number
  readonly parts: Map<number, StoredPart>
}

export interface BucketOptions {
  /** Default: the account of the simulator. */
  readonly owner?: string
  readonly versioning?: 'Enabled' | 'Suspended'
  /** Default: SSE-S3, as every bucket has had since 2023-01-05 (Amazon S3 user guide, "Setting default encryption"). */
  readonly encryption?: {
    readonly algorithm: 'AES256' | 'aws:kms'
    readonly keyId?: string
    readonly bucketKey?: boolean
  }
  /** The bucket's policy as JSON. */
  readonly policy?: string
  readonly website?: { readonly index?: string; readonly error?: string }
  /** All four settings of Block Public Access; default: on. */
  readonly blocksPublicAccess?: boolean
}

export interface StoredBucket extends BucketOptions {
  readonly name: string
  readonly region: string
  readonly createdAt: number
  /** By key; the versions of a key, newest last. */
  readonly objects: Map<string, readonly StoredObject[]>
  readonly uploads: Map<string, Upload>
}

const stores = new WeakMap<World, Map<string, StoredBucket>>()

/** All buckets of all regions and accounts. */
export function bucketsOf(world: World): Map<string, StoredBucket> {
  const known = stores.get(world) ?? new Map<string, StoredBucket>()
  stores.set(world, known)
  return known
}

export const noSuchBucket = (name: string) =>
  new AwsError('NoSuchBucket', 'The specified bucket does not exist', 404, { BucketName: name })

export const noSuchKey = (key: string) =>
  new AwsError('NoSuchKey', 'The specified key does not exist.', 404, { Key: key })

export const accessDenied = () => new AwsError('AccessDenied', 'Access Denied', 403)

/** What every request names. */
export interface BucketRequest {
  readonly Bucket: string
  readonly ExpectedBucketOwner?: string
}

/**
 * The bucket of a request that came to the endpoint of a region.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/Redirects.html and bucket-owner-condition.html
 */
export function bucketFor(world: World, region: string, { Bucket, ExpectedBucketOwner }: BucketRequest): StoredBucket {
  const bucket = bucketsOf(world).get(Bucket)
  if (bucket === undefined) throw noSuchBucket(Bucket)
  if (bucket.region !== region)
    throw new AwsError(
      'PermanentRedirect',
      'The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.',
      301,
      { Endpoint: `${Bucket}.s3.${bucket.region}.amazonaws.com`, Bucket, 'x-amz-bucket-region': bucket.region },
    )
  const owner = bucket.owner ?? world.accountId
  if (ExpectedBucketOwner !== undefined && ExpectedBucketOwner !== owner) throw accessDenied()
  // Nothing of other accounts is shared here.
  if (owner !== world.accountId) throw accessDenied()
  return bucket
}

/** The version that a request without one gets; undefined where there is none, or it is a delete marker. */
export function currentObject(bucket: StoredBucket, key: string): StoredObject | undefined {
  const newest = bucket.objects.get(key)?.at(-1)
  return newest?.isDeleteMarker ? undefined : newest
}

export function findObject(bucket: StoredBucket, key: string, versionId: string | undefined): StoredObject {
  if (versionId === undefined) {
    const found = currentObject(bucket, key)
    if (found === undefined) throw noSuchKey(key)
    return found
  }
  const found = bucket.objects.get(key)?.find((version) => version.versionId === versionId)
  if (found === undefined)
    throw new AwsError('NoSuchVersion', 'The specified version does not exist.', 404, {
      Key: key,
      VersionId: versionId,
    })
  // API reference of GetObject: "If the specified version is a delete marker, the response returns a 405 Method Not Allowed".
  if (found.isDeleteMarker)
    throw new AwsError('MethodNotAllowed', 'The specified method is not allowed against this resource.', 405, {
      'x-amz-delete-marker': 'true',
    })
  return found
}

/** Version ids are opaque; `null` without versioning. */
export const nextVersionId = (world: World, bucket: StoredBucket) =>
  bucket.versioning === 'Enabled' ? hexadecimal(world, 32) : 'null'

/** Adds a version as the bucket's versioning has it: a version `null` is replaced, any other one stays. */
export function store(bucket: StoredBucket, object: StoredObject): void {
  const versions = bucket.objects.get(object.key) ?? []
  const kept = versions.filter(({ versionId }) => versionId !== object.versionId)
  bucket.objects.set(object.key, [...kept, object])
}
