/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html and its limits, qfacts.html. */
import { AwsError, type Handlers, type World } from '../contract.ts'
import { base64url } from '../identifiers.ts'
import { checksumOf, type Integrity, md5, verifiedChecksums } from './checksums.ts'
import { type Conditions, headersOf, requireConditions, requireKey } from './objects.ts'
import {
  type BucketRequest,
  bucketFor,
  nextVersionId,
  type ObjectHeaders,
  type StoredBucket,
  type StoredObject,
  type StoredPart,
  store,
  type Upload,
} from './store.ts'

interface UploadRequest extends BucketRequest {
  readonly Key: string
  readonly UploadId: string
}

const smallestPart = 5 * 1024 * 1024
const mostParts = 10_000

function uploadOf(bucket: StoredBucket, { UploadId, Key }: UploadRequest): Upload {
  const upload = bucket.uploads.get(UploadId)
  if (upload === undefined || upload.key !== Key)
    throw new AwsError(
      'NoSuchUpload',
      'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
      404,
      { UploadId },
    )
  return upload
}

type CreateInput = BucketRequest &
  ObjectHeaders & {
    readonly Key: string
    readonly ChecksumAlgorithm?: string
    readonly ChecksumType?: 'FULL_OBJECT' | 'COMPOSITE'
    readonly ACL?: string
  }

function create(world: World, region: string, input: CreateInput) {
  const bucket = bucketFor(world, region, input)
  requireKey(input.Key)
  const { ChecksumAlgorithm: algorithm, ChecksumType } = input
  if (algorithm?.startsWith('SHA') && ChecksumType === 'FULL_OBJECT')
    throw new AwsError(
      'InvalidRequest',
      `The FULL_OBJECT checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`,
    )
  const upload: Upload = {
    id: base64url(world, 64),
    key: input.Key,
    headers: headersOf(bucket, input),
    algorithm,
    checksumType:
      algorithm === undefined ? undefined : (ChecksumType ?? (algorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE')),
    at: world.clock.now(),
    parts: new Map(),
  }
  bucket.uploads.set(upload.id, upload)
  const { ServerSideEncryption, SSEKMSKeyId } = upload.headers
  return {
    Bucket: bucket.name,
    Key: input.Key,
    UploadId: upload.id,
    ChecksumAlgorithm: algorithm,
    ChecksumType: upload.checksumType,
    ServerSideEncryption,
    SSEKMSKeyId,
  }
}

type PartInput = UploadRequest & Integrity & { readonly PartNumber: number; readonly Body: Buffer }

function uploadPart(world: World, region: string, input: PartInput) {
  const { PartNumber: number, Body: body } = input
  const upload = uploadOf(bucketFor(world, region, input), input)
  if (number < 1 || number > mostParts)
    throw new AwsError('InvalidArgument', 'Part number must be an integer between 1 and 10000, inclusive', 400, {
      ArgumentName: 'partNumber',
      ArgumentValue: number,
    })
  const checksums = verifiedChecksums(input, body)
  const given = Object.keys(checksums)[0]?.slice('Checksum'.length)
  if (given !== undefined && upload.algorithm !== undefined && given !== upload.algorithm)
    throw new AwsError(
      'InvalidRequest',
      `Checksum Type mismatch occurred, expected checksum Type: ${upload.algorithm.toLowerCase()}, actual checksum Type: ${given.toLowerCase()}`,
    )
  const part: StoredPart = { number, body, etag: `"${md5(body).toString('hex')}"`, checksums, at: world.clock.now() }
  upload.parts.set(number, part)
  return { ETag: part.etag, ...checksums }
}

type CompleteInput = UploadRequest &
  Conditions & {
    readonly MultipartUpload?: {
      readonly Parts?: readonly ({ readonly PartNumber?: number; readonly ETag?: string } & Readonly<
        Record<string, unknown>
      >)[]
    }
    readonly MpuObjectSize?: number
  }

/** The parts that are named, in order, each as it was uploaded. */
function partsOf(upload: Upload, { MultipartUpload }: CompleteInput): readonly StoredPart[] {
  const named = MultipartUpload?.Parts ?? []
  if (named.length === 0)
    throw new AwsError(
      'MalformedXML',
      'The XML you provided was not well-formed or did not validate against our published schema',
    )
  const numbers = named.map(({ PartNumber = 0 }) => PartNumber)
  if (numbers.some((number, index) => index > 0 && number <= (numbers[index - 1] ?? 0)))
    throw new AwsError(
      'InvalidPartOrder',
      'The list of parts was not in ascending order. The parts list must be specified in order by part number.',
    )
  const parts = named.map((wanted) => {
    const part = upload.parts.get(wanted.PartNumber ?? 0)
    const isSame = part !== undefined && part.etag.replaceAll('"', '') === (wanted.ETag ?? '').replaceAll('"', '')
    const isIntact =
      part !== undefined &&
      Object.entries(part.checksums).every(([name, value]) => wanted[name] === undefined || wanted[name] === value)
    if (!isSame || !isIntact)
      throw new AwsError(
        'InvalidPart',
        "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
        400,
        {
          PartNumber: wanted.PartNumber ?? '',
        },
      )
    return part
  })
  const small = parts.slice(0, -1).find(({ body }) => body.length < smallestPart)
  if (small)
    throw new AwsError('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size', 400, {
      ProposedSize: small.body.length,
      MinSizeAllowed: smallestPart,
      PartNumber: small.number,
    })
  return parts
}

function checksumsOf(
  { algorithm, checksumType }: Upload,
  parts: readonly StoredPart[],
  body: Buffer,
): Record<string, string> {
  if (algorithm === undefined) return { ChecksumCRC64NVME: checksumOf('CRC64NVME', body) }
  if (checksumType === 'FULL_OBJECT') return { [`Checksum${algorithm}`]: checksumOf(algorithm, body) }
  const all = Buffer.concat(
    parts.map((part) =>
      Buffer.from(part.checksums[`Checksum${algorithm}`] ?? checksumOf(algorithm, part.body), 'base64'),
    ),
  )
  return { [`Checksum${algorithm}`]: `${checksumOf(algorithm, all)}-${parts.length}` }
}

function complete(world: World, region: string, input: CompleteInput) {
  const bucket = bucketFor(world, region, input)
  const upload = uploadOf(bucket, input)
  const parts = partsOf(upload, input)
  requireConditions(bucket, input.Key, input)
  const body = Buffer.concat(parts.map((part) => part.body))
  if (input.MpuObjectSize !== undefined && input.MpuObjectSize !== body.length)
    throw new AwsError(
      'InvalidRequest',
      `The provided 'x-amz-mp-object-size' header value ${input.MpuObjectSize} does not match what was computed: ${body.length}`,
    )
  const object: StoredObject = {
    ContentType: 'binary/octet-stream',
    ...upload.headers,
    key: input.Key,
    body,
    etag: `"${md5(Buffer.concat(parts.map((part) => Buffer.from(part.etag.replaceAll('"', ''), 'hex')))).toString('hex')}-${parts.length}"`,
    at: world.clock.now(),
    versionId: nextVersionId(world, bucket),
    checksums: checksumsOf(upload, parts, body),
    checksumType: upload.checksumType ?? 'FULL_OBJECT',
  }
  store(bucket, object)
  bucket.uploads.delete(upload.id)
  const { ServerSideEncryption, SSEKMSKeyId } = upload.headers
  return {
    ...{
      Location: `https://${bucket.name}.s3.${region}.amazonaws.com/${input.Key}`,
      Bucket: bucket.name,
      Key: input.Key,
    },
    ...{ ETag: object.etag, ...object.checksums, ChecksumType: object.checksumType, ServerSideEncryption, SSEKMSKeyId },
    ...(bucket.versioning !== undefined && { VersionId: object.versionId }),
  }
}

function listParts(
  world: World,
  region: string,
  input: UploadRequest & { readonly PartNumberMarker?: number; readonly MaxParts?: number },
) {
  const bucket = bucketFor(world, region, input)
  const upload = uploadOf(bucket, input)
  const { PartNumberMarker = 0, MaxParts = 1000 } = input
  const after = [...upload.parts.values()]
    .filter(({ number }) => number > PartNumberMarker)
    .sort((one, other) => one.number - other.number)
  const page = after.slice(0, Math.min(MaxParts, 1000))
  return {
    ...{ Bucket: bucket.name, Key: input.Key, UploadId: upload.id, MaxParts, PartNumberMarker },
    IsTruncated: after.length > page.length,
    ...(after.length > page.length && { NextPartNumberMarker: page.at(-1)?.number ?? 0 }),
    Parts: page.map(({ number, etag, body, at, checksums }) => ({
      PartNumber: number,
      ETag: etag,
      Size: body.length,
      LastModified: new Date(at),
      ...checksums,
    })),
  }
}

export function multipartHandlers(world: World, region: string): Handlers {
  return {
    CreateMultipartUpload: (input: CreateInput) => create(world, region, input),
    UploadPart: (input: PartInput) => uploadPart(world, region, input),
    CompleteMultipartUpload: (input: CompleteInput) => complete(world, region, input),
    AbortMultipartUpload(input: UploadRequest) {
      const bucket = bucketFor(world, region, input)
      bucket.uploads.delete(uploadOf(bucket, input).id)
      return {}
    },
    ListParts: (input: UploadRequest) => listParts(world, region, input),
    ListMultipartUploads(input: BucketRequest & { readonly Prefix?: string }) {
      const bucket = bucketFor(world, region, input)
      const found = [...bucket.uploads.values()].filter(({ key }) => key.startsWith(input.Prefix ?? ''))
      const Uploads = found.map(({ id, key, at }) => ({
        UploadId: id,
        Key: key,
        Initiated: new Date(at),
        StorageClass: 'STANDARD',
      }))
      return { Bucket: bucket.name, IsTruncated: false, MaxUploads: 1000, Uploads }
    },
  }
}
