/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
export const bucketName = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/

/** An ID of a distribution (CloudFront API reference, GetDistribution). */
export const distributionId = /^E[A-Z0-9]{5,}$/

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html: names and values together. Bytes of US-ASCII. */
export const mostMetadata = 2048

/** Bytes of user-defined metadata as S3 counts them. */
export function metadataBytes(metadata: Readonly<Record<string, string>>): number {
  return Object.entries(metadata).reduce((sum, [name, value]) => sum + name.length + value.length, 0)
}
