import type { Permission } from './permission.ts'

/** Of every action that deploys a service with `after.invalidate`. */
export const invalidation = {
  actions: ['cloudfront:GetDistribution', 'cloudfront:CreateInvalidation', 'cloudfront:GetInvalidation'],
  note: 'on the distribution',
  why: '`after.invalidate` of slipway.yml',
  without: 'fails',
  when: 'invalidate',
} as const satisfies Permission

/** Permissions of `deploy-site`. */
export const deploySite = [
  {
    actions: ['s3:GetObject'],
    note: 'on the objects below the prefix',
    why: 'read what is live; copy inside the bucket',
    without: 'fails',
  },
  { actions: ['s3:PutObject'], note: 'on the same', why: 'write files and the state of the site', without: 'fails' },
  {
    actions: ['s3:ListBucket'],
    note: 'on the bucket',
    why: 'find what other programs have changed or deleted; without it, a missing object is 403 instead of 404',
    without:
      'fails in the first deployment (AccessDenied for the state of the site, which is missing); a warning later',
  },
  {
    actions: ['s3:DeleteObject'],
    note: 'on the objects below the prefix',
    why: 'delete what has expired',
    without: 'fails once a file has expired, unless `delete-removed` is false',
  },
  {
    actions: ['s3:AbortMultipartUpload'],
    note: 'on the same',
    why: 'give up the parts of a file of 16 MiB or more that could not be sent',
    without: 'parts are left, until a lifecycle rule removes them',
  },
  {
    actions: ['cloudfront:GetDistribution', 'cloudfront:CreateInvalidation', 'cloudfront:GetInvalidation'],
    note: 'on the distributions',
    why: 'check the origin, invalidate, wait',
    without: 'fails, where `distribution-id` is set',
  },
  {
    actions: ['cloudfront:GetCachePolicy'],
    note: 'on the cache policies of the distributions',
    why: 'find out whether edges cache by query string, where a cache policy is none of the managed ones without',
    without: 'paths are invalidated with a wildcard at their end, as if they did',
  },
  {
    actions: ['cloudfront:GetDistributionConfig', 'cloudfront:UpdateDistribution'],
    note: 'on the distributions',
    why: 'switch `OriginPath`, with `publish: origin-path`',
    without: 'fails, and the release before stays',
    when: 'origin-path',
  },
  {
    actions: ['cloudfront:CopyDistribution', 'cloudfront:CreateDistribution', 'cloudfront:ListDistributions'],
    note: '(only the first knows resources: distributions)',
    why: 'a canary: create the staging distribution, and find it again',
    without: 'fails, and nothing that visitors see was changed',
    when: 'canary',
  },
  {
    actions: ['cloudfront:CreateContinuousDeploymentPolicy', 'cloudfront:ListContinuousDeploymentPolicies'],
    note: '(they know no resource)',
    why: 'a canary: create the continuous deployment policy, and find it again',
    without: 'fails, where the distribution has none',
    when: 'canary',
  },
  {
    actions: ['cloudfront:GetContinuousDeploymentPolicy', 'cloudfront:UpdateContinuousDeploymentPolicy'],
    note: 'on continuous deployment policies',
    why: 'a canary: send visitors to the staging distribution, and end that',
    without: 'fails, and the release before stays',
    when: 'canary',
  },
  {
    actions: ['cloudfront:UpdateDistributionWithStagingConfig'],
    note: 'on the distributions',
    why: 'a canary: promote the staging distribution',
    without: 'fails, and the release before stays',
    when: 'canary',
  },
  {
    actions: ['s3:GetBucketPolicy'],
    note: 'on the bucket',
    why: 'a canary: find out whether the policy of the bucket allows the staging distribution',
    without: 'where it does not, the check of the canary fails with 403',
    when: 'canary',
  },
  {
    actions: ['kms:GenerateDataKey', 'kms:Decrypt'],
    note: 'on the key',
    why: 'objects that AWS KMS encrypts',
    without: 'fails, where the bucket or `encryption` has a key of yours',
  },
] as const satisfies readonly Permission[]

/** Permissions of `doctor` for a site. */
export const doctorSite = [
  { actions: ['s3:GetObject', 's3:ListBucket'], why: 'a site: the live release, and the objects of the bucket' },
  { actions: ['cloudfront:GetDistribution', 'cloudfront:GetCachePolicy'], why: 'a site: its distributions' },
  {
    actions: [
      'cloudfront:GetDistributionConfig',
      'cloudfront:ListDistributions',
      'cloudfront:GetContinuousDeploymentPolicy',
    ],
    why: 'a site with a canary: its staging distribution, and who gets it',
    when: 'canary',
  },
  { actions: ['s3:GetBucketPolicy'], why: 'a site: the policy of its bucket allows its distributions to read it' },
] as const satisfies readonly Permission[]
