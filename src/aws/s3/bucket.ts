import { Failure } from '../../failure.ts'
import { partitionOf } from '../../partitions.ts'
import { setting, text, untrusted } from '../../text.ts'
import type { AwsRequest } from '../call.ts'
import type { Connection } from '../connection.ts'
import type { AwsError } from '../error-class.ts'

/** A bucket behind a connection. */
export interface Bucket {
  readonly connection: Connection
  readonly name: string
  /** Account that must own it, sent as x-amz-expected-bucket-owner with every request. */
  readonly owner: string | undefined
}

/** The members by which every request names its bucket. https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html */
export function ofBucket({ name, owner }: Bucket) {
  return { Bucket: name, ...(owner !== undefined && { ExpectedBucketOwner: owner }) }
}

/** The ARN of a bucket, or of an object of it. */
export function s3Arn({ connection, name }: Bucket, key?: string): string {
  const bucket = `arn:${partitionOf(connection.region).id}:s3:::${name}`
  return key === undefined ? bucket : `${bucket}/${key}`
}

type Refused<T> = NonNullable<AwsRequest<T>['whenRefused']>

/**
 * Turns what S3 answers about a bucket that is not there, in another region or of another account into failures that name it; any
 * other refusal is left to `other`.
 */
export function whenBucketRefused<T>(bucket: Bucket, other?: Refused<T>): Refused<T> {
  return async (refusal) => {
    const expected = await other?.(refusal)
    if (expected) return expected
    const failure = bucketFailure(bucket, refusal)
    if (failure) throw failure
    return undefined
  }
}

function bucketFailure({ connection, name, owner }: Bucket, refusal: AwsError): Failure | undefined {
  const { region } = connection
  // "…the region 'us-east-1' is wrong; expecting 'eu-west-1'": the error responses of Amazon S3.
  const isMalformed = refusal.name === 'AuthorizationHeaderMalformed'
  const [, expecting] = /expecting '([a-z0-9-]+)'/.exec(isMalformed ? refusal.message : '') ?? []
  const found = refusal.$response?.headers?.['x-amz-bucket-region'] ?? expecting
  const status = refusal.$metadata?.httpStatusCode
  if (refusal.name === 'NoSuchBucket')
    return new Failure({
      code: 'bucket-not-found',
      what: text`There is no S3 bucket ${untrusted(name)}`,
      why: text`NoSuchBucket: The specified bucket does not exist`,
      fix: text`Correct ${setting('bucket')}. Nothing has been changed.`,
      cause: refusal,
    })
  if (
    refusal.name === 'PermanentRedirect' ||
    expecting !== undefined ||
    status === 301 ||
    (found !== undefined && found !== region && status === 400)
  )
    return new Failure({
      code: 'bucket-not-found',
      what: text`The S3 bucket ${untrusted(name)} is not in ${region}`,
      why: text`${isMalformed ? 'AuthorizationHeaderMalformed' : 'PermanentRedirect'}${found === undefined ? [] : text`: it is in ${untrusted(found)}`}`,
      fix: text`Set ${setting('aws-region')} to ${untrusted(found ?? 'the region of the bucket')}. Nothing has been changed.`,
      cause: refusal,
    })
  // S3 has no words of its own for it: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html
  if (owner !== undefined && status === 403 && /^Access Denied\.?$/.test(refusal.message))
    return new Failure({
      code: 'permission-missing',
      what: text`AccessDenied for the S3 bucket ${untrusted(name)}`,
      why: text`either its owner is another account than ${untrusted(owner)} (x-amz-expected-bucket-owner), or the policy of the bucket or of its AWS KMS key refuses this role`,
      fix: text`Correct ${setting('bucket')} or ${setting('expected-bucket-owner')}, or allow the role in the policy of the bucket and of its key.`,
      cause: refusal,
    })
  return undefined
}
