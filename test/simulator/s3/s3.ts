/**
 * Amazon S3 at the endpoint of one region: strict about checksums, conditions, owners, regions and limits. Reads are strongly
 * consistent, as S3's have been since 2020-12-01; a fault of kind `error` with ConditionalRequestConflict (409) plays two writers
 * that meet. https://docs.aws.amazon.com/AmazonS3/latest/API/Welcome.html
 */
import { AwsError, type AwsService, type Call, type World } from '../contract.ts'
import { listHandlers } from './lists.ts'
import { multipartHandlers } from './multipart.ts'
import { objectHandlers } from './objects.ts'
import {
  type BucketOptions,
  type BucketRequest,
  bucketFor,
  bucketsOf,
  currentObject,
  type StoredBucket,
  type StoredObject,
} from './store.ts'

export interface ObjectStorage extends AwsService {
  /** Makes a bucket in this region. */
  createBucket(name: string, options?: BucketOptions): StoredBucket
  /** The object as it is now; undefined: there is none. */
  object(bucket: string, key: string): StoredObject | undefined
  /** Keys of a bucket that have an object now, sorted. */
  keys(bucket: string): readonly string[]
  /** Whether a caller may list a bucket: without it, a missing key is 403. Default: it may. */
  mayList: (call: Call, bucket: string) => boolean
}

const missing = (code: string, message: string) => new AwsError(code, message, 404)

export function createS3(world: World, region: string): ObjectStorage {
  const buckets = bucketsOf(world)
  const bucket = (input: BucketRequest) => bucketFor(world, region, input)
  const storage: ObjectStorage = {
    mayList: () => true,
    createBucket(name, options = {}) {
      const made: StoredBucket = {
        ...options,
        name,
        region,
        createdAt: world.clock.now(),
        objects: new Map(),
        uploads: new Map(),
      }
      buckets.set(name, made)
      return made
    },
    object: (name, key) => {
      const found = buckets.get(name)
      return found && currentObject(found, key)
    },
    keys: (name) => {
      const found = buckets.get(name)
      return found === undefined
        ? []
        : [...found.objects.keys()].filter((key) => currentObject(found, key) !== undefined).sort()
    },
    handlers: {
      ...objectHandlers(world, region, (call, name) => storage.mayList(call, name)),
      ...multipartHandlers(world, region),
      ...listHandlers(world, region),
      HeadBucket: (input: BucketRequest) => ({ BucketRegion: bucket(input).region }),
      // Null for us-east-1: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html
      GetBucketLocation: (input: BucketRequest) => {
        const { region: at } = bucket(input)
        return at === 'us-east-1' ? {} : { LocationConstraint: at }
      },
      GetBucketVersioning: (input: BucketRequest) => {
        const { versioning } = bucket(input)
        return versioning === undefined ? {} : { Status: versioning }
      },
      GetBucketPolicy: (input: BucketRequest) => {
        const { policy } = bucket(input)
        if (policy === undefined) throw missing('NoSuchBucketPolicy', 'The bucket policy does not exist')
        return { Policy: policy }
      },
      GetPublicAccessBlock: (input: BucketRequest) => {
        if (bucket(input).blocksPublicAccess === false)
          throw missing('NoSuchPublicAccessBlockConfiguration', 'The public access block configuration was not found')
        const on = {
          BlockPublicAcls: true,
          IgnorePublicAcls: true,
          BlockPublicPolicy: true,
          RestrictPublicBuckets: true,
        }
        return { PublicAccessBlockConfiguration: on }
      },
      GetBucketWebsite: (input: BucketRequest) => {
        const { website } = bucket(input)
        if (website === undefined)
          throw missing('NoSuchWebsiteConfiguration', 'The specified bucket does not have a website configuration')
        return {
          ...(website.index !== undefined && { IndexDocument: { Suffix: website.index } }),
          ...(website.error !== undefined && { ErrorDocument: { Key: website.error } }),
        }
      },
      GetBucketEncryption: (input: BucketRequest) => {
        const { algorithm, keyId, bucketKey = false } = bucket(input).encryption ?? { algorithm: 'AES256' as const }
        const ApplyServerSideEncryptionByDefault = {
          SSEAlgorithm: algorithm,
          ...(keyId !== undefined && { KMSMasterKeyID: keyId }),
        }
        return {
          ServerSideEncryptionConfiguration: {
            Rules: [{ ApplyServerSideEncryptionByDefault, BucketKeyEnabled: bucketKey }],
          },
        }
      },
    },
  }
  return storage
}
