/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
export const bucketName = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/

/** An ID of a distribution (CloudFront API reference, GetDistribution). */
export const distributionId = /^E[A-Z0-9]{5,}$/
