/** ListObjects, ListObjectsV2 and ListObjectVersions: in the order of UTF-8 bytes, at most 1,000 a page. */
import { AwsError, type Handlers, type World } from '../contract.ts'
import { type BucketRequest, bucketFor, type StoredBucket, type StoredObject } from './store.ts'

interface ListInput extends BucketRequest {
  readonly Prefix?: string
  readonly Delimiter?: string
  readonly MaxKeys?: number
  readonly StartAfter?: string
  readonly ContinuationToken?: string
  readonly EncodingType?: 'url'
  readonly FetchOwner?: boolean
}

/** S3 sorts by bytes, JavaScript by UTF-16 units. */
export const byBytes = (one: string, other: string) => Buffer.compare(Buffer.from(one), Buffer.from(other))

interface Row {
  readonly key: string
  readonly object?: StoredObject
}

/** Keys and, with a delimiter, what several have in common. */
function rowsOf(bucket: StoredBucket, { Prefix = '', Delimiter }: ListInput): readonly Row[] {
  const rows = new Map<string, Row>()
  for (const [key, versions] of bucket.objects) {
    const object = versions.at(-1)
    if (!key.startsWith(Prefix) || object === undefined || object.isDeleteMarker) continue
    const cut = Delimiter ? key.indexOf(Delimiter, Prefix.length) : -1
    const common = cut < 0 || !Delimiter ? undefined : key.slice(0, cut + Delimiter.length)
    rows.set(common ?? key, common === undefined ? { key, object } : { key: common })
  }
  return [...rows.values()].sort((one, other) => byBytes(one.key, other.key))
}

const tokenOf = (key: string) => Buffer.from(`after ${key}`).toString('base64')

function keyOf(token: string): string {
  const text = Buffer.from(token, 'base64').toString()
  if (!text.startsWith('after '))
    throw new AwsError('InvalidArgument', 'The continuation token provided is incorrect', 400, {
      ArgumentName: 'continuation-token',
    })
  return text.slice('after '.length)
}

function list(world: World, region: string, input: ListInput) {
  const bucket = bucketFor(world, region, input)
  const { MaxKeys = 1000, StartAfter, ContinuationToken, EncodingType, Prefix, Delimiter } = input
  if (MaxKeys < 0)
    throw new AwsError('InvalidArgument', 'Argument maxKeys must be an integer between 0 and 2147483647', 400)
  const after = ContinuationToken === undefined ? StartAfter : keyOf(ContinuationToken)
  const rows = rowsOf(bucket, input).filter(({ key }) => after === undefined || byBytes(key, after) > 0)
  const page = rows.slice(0, Math.min(MaxKeys, 1000))
  const last = page.at(-1)
  const isTruncated = rows.length > page.length && last !== undefined
  const written = (key: string) => (EncodingType === 'url' ? encodeURIComponent(key).replaceAll('%2F', '/') : key)
  const contents = page.flatMap(({ key, object }) =>
    object === undefined
      ? []
      : [
          {
            ...{ Key: written(key), LastModified: new Date(object.at), ETag: object.etag, Size: object.body.length },
            ...{
              ChecksumAlgorithm: Object.keys(object.checksums).map((name) => name.slice('Checksum'.length)),
              ChecksumType: object.checksumType,
            },
            StorageClass: object.StorageClass ?? 'STANDARD',
          },
        ],
  )
  const commons = page.filter(({ object }) => object === undefined).map(({ key }) => ({ Prefix: written(key) }))
  return {
    ...{
      Name: bucket.name,
      Prefix: written(Prefix ?? ''),
      Delimiter,
      MaxKeys,
      EncodingType,
      StartAfter,
      ContinuationToken,
    },
    ...{
      KeyCount: page.length,
      IsTruncated: isTruncated,
      ...(isTruncated && { NextContinuationToken: tokenOf(last.key) }),
    },
    ...(contents.length > 0 && { Contents: contents }),
    ...(commons.length > 0 && { CommonPrefixes: commons }),
  }
}

/** The first version of the same, which goes on by key: the EB CLI uses it. `NextMarker` only with a delimiter. */
function listByMarker(world: World, region: string, { Marker, ...input }: ListInput & { readonly Marker?: string }) {
  const {
    KeyCount: _count,
    NextContinuationToken: next,
    StartAfter: _after,
    ContinuationToken: _token,
    ...listed
  } = list(world, region, {
    ...input,
    ...(Marker !== undefined && { StartAfter: Marker }),
  })
  return {
    ...listed,
    Marker: Marker ?? '',
    ...(next !== undefined && input.Delimiter !== undefined && { NextMarker: keyOf(next) }),
  }
}

export function listHandlers(world: World, region: string): Handlers {
  return {
    ListObjectsV2: (input: ListInput) => list(world, region, input),
    ListObjects: (input: ListInput) => listByMarker(world, region, input),
  }
}
