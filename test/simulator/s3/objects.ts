/** PutObject, GetObject, HeadObject, CopyObject, DeleteObject and DeleteObjects. */
import { AwsError, type Call, type Handlers, type World } from '../contract.ts'
import type { HttpRequest } from '../http.ts'
import { wholeRequest } from '../wire/rest.ts'
import { checksumOf, type Integrity, md5, verifiedChecksums } from './checksums.ts'
import {
  type BucketRequest,
  bucketFor,
  currentObject,
  findObject,
  nextVersionId,
  noSuchKey,
  type ObjectHeaders,
  type StoredBucket,
  type StoredObject,
  store,
} from './store.ts'

interface ObjectRequest extends BucketRequest {
  readonly Key: string
  readonly VersionId?: string
}

export interface Conditions {
  readonly IfMatch?: string
  readonly IfNoneMatch?: string
}

type PutInput = ObjectRequest &
  ObjectHeaders &
  Integrity &
  Conditions & { readonly Body?: Buffer; readonly ACL?: string }

/** 5 GB, https://docs.aws.amazon.com/AmazonS3/latest/userguide/upload-objects.html */
const largestPut = 5 * 1024 ** 3
const longestKey = 1024
/** User-defined metadata in a PUT request: https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html */
const largestMetadata = 2048

const preconditionFailed = (condition: string) =>
  new AwsError('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', 412, {
    Condition: condition,
  })

const sameTag = (condition: string, etag: string) => condition.replaceAll('"', '') === etag.replaceAll('"', '')

/**
 * Conditional writes: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html. If-Match on an object that is
 * not there is 404; only `*` is taken for If-None-Match.
 */
export function requireConditions(bucket: StoredBucket, key: string, { IfMatch, IfNoneMatch }: Conditions): void {
  const current = currentObject(bucket, key)
  if (IfNoneMatch !== undefined && IfNoneMatch !== '*')
    throw new AwsError('NotImplemented', 'A header you provided implies functionality that is not implemented', 501)
  if (IfNoneMatch !== undefined && current !== undefined) throw preconditionFailed('If-None-Match')
  if (IfMatch === undefined) return
  if (current === undefined) throw noSuchKey(key)
  if (!sameTag(IfMatch, current.etag)) throw preconditionFailed('If-Match')
}

export function requireKey(key: string): void {
  const length = Buffer.byteLength(key)
  if (length > longestKey)
    throw new AwsError('KeyTooLongError', 'Your key is too long', 400, { Size: length, MaxSizeAllowed: longestKey })
}

/** What is kept of a request beside its bytes, with the bucket's default encryption. */
export function headersOf(bucket: StoredBucket, input: ObjectHeaders & { readonly ACL?: string }): ObjectHeaders {
  const { Metadata = {}, ACL, WebsiteRedirectLocation } = input
  // Object Ownership "bucket owner enforced", the default: https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
  if (ACL !== undefined && ACL !== 'bucket-owner-full-control')
    throw new AwsError('AccessControlListNotSupported', 'The bucket does not allow ACLs', 400)
  const size = Object.entries(Metadata).reduce((sum, [name, value]) => sum + Buffer.byteLength(name + value), 0)
  if (size > largestMetadata)
    throw new AwsError('MetadataTooLarge', 'Your metadata headers exceed the maximum allowed metadata size', 400, {
      Size: size,
      MaxSizeAllowed: largestMetadata,
    })
  if (WebsiteRedirectLocation !== undefined && !/^(\/|https?:\/\/)/.test(WebsiteRedirectLocation))
    throw new AwsError(
      'InvalidRedirectLocation',
      "The website redirect location must have a prefix of 'http://' or 'https://' or '/'.",
    )
  const { encryption = { algorithm: 'AES256' as const } } = bucket
  const own = {
    ServerSideEncryption: encryption.algorithm,
    ...(encryption.keyId !== undefined && { SSEKMSKeyId: encryption.keyId }),
  }
  const names = [
    ...['ContentType', 'CacheControl', 'ContentEncoding', 'ContentDisposition', 'ContentLanguage', 'Expires'],
    ...['WebsiteRedirectLocation', 'StorageClass', 'Tagging'],
  ] as const
  const given = input as Readonly<Record<string, unknown>>
  const kept = Object.fromEntries(names.flatMap((name) => (given[name] === undefined ? [] : [[name, given[name]]])))
  const { ServerSideEncryption, SSEKMSKeyId } = input
  const requested = ServerSideEncryption !== undefined && {
    ServerSideEncryption,
    SSEKMSKeyId: ServerSideEncryption === 'aws:kms' ? (SSEKMSKeyId ?? encryption.keyId ?? 'alias/aws/s3') : undefined,
  }
  return { Metadata, ...kept, ...(requested || own) }
}

/** Not the MD5 where AWS KMS encrypts: https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html */
export function etagOf(world: World, { ServerSideEncryption }: ObjectHeaders, body: Uint8Array): string {
  const salt = ServerSideEncryption === 'AES256' ? '' : `kms ${world.clock.now()} ${world.random()}`
  return `"${md5(salt === '' ? body : Buffer.concat([Buffer.from(salt), body])).toString('hex')}"`
}

const encryptionOf = ({ ServerSideEncryption, SSEKMSKeyId }: ObjectHeaders) => ({ ServerSideEncryption, SSEKMSKeyId })

const versionOf = (bucket: StoredBucket, { versionId }: StoredObject) =>
  bucket.versioning === undefined ? {} : { VersionId: versionId }

/** Without a checksum of the client's, S3 calculates CRC64NVME. */
const kept = (checksums: Record<string, string>, body: Buffer) =>
  Object.keys(checksums).length > 0 ? checksums : { ChecksumCRC64NVME: checksumOf('CRC64NVME', body) }

function put(world: World, region: string, input: PutInput) {
  const bucket = bucketFor(world, region, input)
  const { Key, Body = Buffer.alloc(0) } = input
  requireKey(Key)
  if (Body.length > largestPut)
    throw new AwsError('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', 400)
  const checksums = kept(verifiedChecksums(input, Body), Body)
  requireConditions(bucket, Key, input)
  const headers = headersOf(bucket, input)
  const object: StoredObject = {
    ContentType: 'binary/octet-stream',
    ...headers,
    key: Key,
    body: Body,
    etag: etagOf(world, headers, Body),
    at: world.clock.now(),
    versionId: nextVersionId(world, bucket),
    checksums,
    checksumType: 'FULL_OBJECT',
  }
  store(bucket, object)
  return {
    ETag: object.etag,
    ...checksums,
    ChecksumType: 'FULL_OBJECT',
    ...encryptionOf(object),
    ...versionOf(bucket, object),
  }
}

type GetInput = ObjectRequest &
  Conditions & { readonly Range?: string; readonly ChecksumMode?: string; readonly PartNumber?: number }

function described(bucket: StoredBucket, object: StoredObject, { ChecksumMode, Range }: GetInput) {
  const { ContentType, CacheControl, ContentEncoding, ContentDisposition, ContentLanguage, StorageClass } = object
  const { WebsiteRedirectLocation, Metadata, Expires } = object
  return {
    ...{ ContentType, CacheControl, ContentEncoding, ContentDisposition, ContentLanguage, Expires },
    ...{ StorageClass: StorageClass === 'STANDARD' ? undefined : StorageClass, WebsiteRedirectLocation, Metadata },
    ETag: object.etag,
    AcceptRanges: 'bytes',
    ContentLength: object.body.length,
    LastModified: new Date(Math.floor(object.at / 1000) * 1000),
    ...encryptionOf(object),
    ...versionOf(bucket, object),
    ...(ChecksumMode === 'ENABLED' &&
      Range === undefined && { ...object.checksums, ChecksumType: object.checksumType }),
  }
}

function requireRead(object: StoredObject, { IfMatch, IfNoneMatch }: Conditions): void {
  if (IfMatch !== undefined && IfMatch !== '*' && !sameTag(IfMatch, object.etag)) throw preconditionFailed('If-Match')
  if (IfNoneMatch !== undefined && sameTag(IfNoneMatch, object.etag))
    throw new AwsError('NotModified', 'Not Modified', 304)
}

function ranged(body: Buffer, range: string | undefined) {
  const match = /^bytes=(\d*)-(\d*)$/.exec(range ?? '')
  if (match === null) return { Body: body }
  const [first, last] = [match[1] ?? '', match[2] ?? '']
  const start = first === '' ? Math.max(0, body.length - Number(last)) : Number(first)
  const end = first === '' || last === '' ? body.length - 1 : Math.min(Number(last), body.length - 1)
  if (start > end) throw new AwsError('InvalidRange', 'The requested range is not satisfiable', 416)
  const part = body.subarray(start, end + 1)
  return { Body: part, ContentLength: part.length, ContentRange: `bytes ${start}-${end}/${body.length}` }
}

type CopyInput = ObjectRequest &
  ObjectHeaders &
  Conditions & {
    readonly CopySource: string
    readonly MetadataDirective?: 'COPY' | 'REPLACE'
    readonly CopySourceIfMatch?: string
    readonly ChecksumAlgorithm?: string
  }

function copy(world: World, region: string, input: CopyInput) {
  const bucket = bucketFor(world, region, input)
  const source = /^\/?([^/]+)\/(.+?)(?:\?versionId=(.+))?$/s.exec(decodeURIComponent(input.CopySource))
  if (source === null) throw new AwsError('InvalidArgument', 'Invalid copy source object key')
  const [, from = '', key = '', versionId] = source
  const object = findObject(bucketFor(world, region, { Bucket: from }), key, versionId)
  const { CopySourceIfMatch, MetadataDirective = 'COPY' } = input
  if (CopySourceIfMatch !== undefined && !sameTag(CopySourceIfMatch, object.etag))
    throw preconditionFailed('x-amz-copy-source-If-Match')
  requireConditions(bucket, input.Key, input)
  const isSame = from === input.Bucket && key === input.Key && versionId === undefined
  const changes =
    MetadataDirective === 'REPLACE' ||
    [input.StorageClass, input.WebsiteRedirectLocation, input.ServerSideEncryption].some((value) => value !== undefined)
  if (isSame && !changes)
    throw new AwsError(
      'InvalidRequest',
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    )
  const headers = headersOf(
    bucket,
    MetadataDirective === 'REPLACE'
      ? input
      : ({ ...object, ServerSideEncryption: undefined, ...input, Metadata: object.Metadata } as ObjectHeaders),
  )
  const made: StoredObject = {
    ContentType: 'binary/octet-stream',
    ...headers,
    key: input.Key,
    body: object.body,
    etag: etagOf(world, headers, object.body),
    at: world.clock.now(),
    versionId: nextVersionId(world, bucket),
    checksums: object.checksums,
    checksumType: 'FULL_OBJECT',
  }
  store(bucket, made)
  return {
    CopyObjectResult: { ETag: made.etag, LastModified: new Date(made.at), ...made.checksums },
    ...encryptionOf(made),
    ...versionOf(bucket, made),
  }
}

/** Deletes as the bucket's versioning has it. Deleting what is not there is no error. */
function remove(world: World, bucket: StoredBucket, key: string, versionId: string | undefined) {
  const versions = bucket.objects.get(key) ?? []
  if (versionId !== undefined || bucket.versioning === undefined) {
    const left = versions.filter((version) => version.versionId !== (versionId ?? 'null'))
    if (left.length > 0) bucket.objects.set(key, left)
    else bucket.objects.delete(key)
    return versionId === undefined ? {} : { VersionId: versionId }
  }
  const marker: StoredObject = {
    ...{ key, body: Buffer.alloc(0), etag: '', at: world.clock.now(), checksums: {} },
    ...{ versionId: nextVersionId(world, bucket), isDeleteMarker: true },
  }
  store(bucket, marker)
  return { DeleteMarker: true, VersionId: marker.versionId }
}

type DeleteInput = ObjectRequest & Conditions

interface DeleteManyInput extends BucketRequest {
  readonly [wholeRequest]: HttpRequest
  readonly Delete: {
    readonly Objects: readonly { readonly Key: string; readonly VersionId?: string; readonly ETag?: string }[]
    readonly Quiet?: boolean
  }
}

/** The checksum of the bytes of a request without which S3 does not take it. */
function requireIntegrity({ headers, body }: HttpRequest): void {
  const given = Object.entries(headers).flatMap(([name, value]) => {
    const algorithm = /^x-amz-checksum-(?!algorithm|type)(\w+)$/.exec(name)?.[1]?.toUpperCase()
    return algorithm === undefined ? [] : [[`Checksum${algorithm}`, value]]
  })
  const md5 = headers['content-md5']
  verifiedChecksums({ ...Object.fromEntries(given), ...(md5 !== undefined && { ContentMD5: md5 }) }, body, true)
}

function removeMany(world: World, region: string, input: DeleteManyInput) {
  const bucket = bucketFor(world, region, input)
  const { Objects, Quiet = false } = input.Delete
  // "A list of up to 1,000 keys": https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
  if (Objects.length > 1000 || Objects.length === 0)
    throw new AwsError(
      'MalformedXML',
      'The XML you provided was not well-formed or did not validate against our published schema',
    )
  requireIntegrity(input[wholeRequest])
  const Deleted: object[] = []
  const Errors: object[] = []
  for (const { Key, VersionId, ETag } of Objects) {
    try {
      if (ETag !== undefined) requireConditions(bucket, Key, { IfMatch: ETag })
      const { DeleteMarker, VersionId: made } = remove(world, bucket, Key, VersionId) as {
        DeleteMarker?: boolean
        VersionId?: string
      }
      Deleted.push({
        Key,
        ...(VersionId !== undefined && { VersionId }),
        ...(DeleteMarker && { DeleteMarker, DeleteMarkerVersionId: made }),
      })
    } catch (error) {
      if (!(error instanceof AwsError)) throw error
      Errors.push({ Key, Code: error.code, Message: error.message })
    }
  }
  return { ...(!Quiet && Deleted.length > 0 && { Deleted }), ...(Errors.length > 0 && { Errors }) }
}

/** The handlers of requests about single objects at the endpoint of a region. `mayList`: a missing key is 403 without it. */
export function objectHandlers(
  world: World,
  region: string,
  mayList: (call: Call, bucket: string) => boolean,
): Handlers {
  const found = (input: GetInput, call: Call) => {
    const bucket = bucketFor(world, region, input)
    try {
      return { bucket, object: findObject(bucket, input.Key, input.VersionId) }
    } catch (error) {
      // https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html: "If you don't have the s3:ListBucket permission … 403".
      const isHidden = error instanceof AwsError && error.code === 'NoSuchKey' && !mayList(call, input.Bucket)
      throw isHidden ? new AwsError('AccessDenied', 'Access Denied', 403) : error
    }
  }
  return {
    PutObject: (input: PutInput) => put(world, region, input),
    GetObject(input: GetInput, call) {
      const { bucket, object } = found(input, call)
      requireRead(object, input)
      return { ...described(bucket, object, input), ...ranged(object.body, input.Range) }
    },
    HeadObject(input: GetInput, call) {
      const { bucket, object } = found(input, call)
      requireRead(object, input)
      return described(bucket, object, input)
    },
    CopyObject: (input: CopyInput) => copy(world, region, input),
    DeleteObject(input: DeleteInput) {
      const bucket = bucketFor(world, region, input)
      if (input.IfMatch !== undefined) requireConditions(bucket, input.Key, { IfMatch: input.IfMatch })
      return remove(world, bucket, input.Key, input.VersionId)
    },
    DeleteObjects: (input: DeleteManyInput) => removeMany(world, region, input),
  }
}
