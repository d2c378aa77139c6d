/** Failures of a deployment to a site, as Amazon S3 and CloudFront report them, and what a person has to read first. */
import type { Effect } from '../simulator/faults.ts'
import { bucket, buildOf, deploySite, type SiteOptions, type SiteScene, siteScene } from './site-scene.ts'

export interface SiteEnd {
  readonly name: string
  /** Where the text was found. */
  readonly source: string
  readonly scene?: SiteOptions
  /** After a first good deployment, or before the only one. */
  readonly isFirst?: true
  readonly prepare?: (scene: SiteScene) => unknown
  readonly given?: Readonly<Record<string, string>>
  readonly verdict: string
  readonly code: string
  /** All of these are in the cause. */
  readonly cause: readonly RegExp[]
  /** What to do. */
  readonly fix?: RegExp
  /** Whether visitors still get the pages of before; default: yes. */
  readonly isChanged?: true
}

const s3Errors = 'https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html'
const cloudFrontErrors = 'https://docs.aws.amazon.com/cloudfront/latest/APIReference/CommonErrors.html'
const user = 'User: arn:aws:sts::111122223333:assumed-role/deploy/run'

type Input = Readonly<Record<string, unknown>>
const isAsset = ({ Key }: Input) => String(Key).startsWith('assets/')
const isPage = ({ Key }: Input) => Key === 'index.html'

const error = (code: string, message: string, status = 403): Effect => ({ kind: 'error', code, message, status })

const refuses =
  (service: 's3' | 'cloudfront', operation: string, effect: Effect, match?: (input: Input) => boolean) =>
  ({ sim }: SiteScene) =>
    sim.faults.add({ service, operation, effect, times: 10_000, ...(match && { match }) })

const denied = (action: string, resource: string) =>
  error(
    'AccessDenied',
    `${user} is not authorized to perform: ${action} on resource: "${resource}" because no identity-based policy allows the ${action} action`,
  )

const permissions: readonly SiteEnd[] = [
  {
    name: 'AccessDenied on s3:PutObject',
    source: s3Errors,
    prepare: refuses('s3', 'PutObject', denied('s3:PutObject', `arn:aws:s3:::${bucket}/assets/a.js`), isAsset),
    verdict: 'failed',
    code: 'permission-missing',
    cause: [/AccessDenied: not authorized to perform s3:PutObject/],
    fix: /"Action":"s3:PutObject"/,
  },
  {
    name: 'AccessDenied on kms:GenerateDataKey, for s3:PutObject',
    source: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html',
    scene: { bucket: { encryption: { algorithm: 'aws:kms' } } },
    prepare: refuses(
      's3',
      'PutObject',
      denied('kms:GenerateDataKey', 'arn:aws:kms:eu-west-1:111122223333:key/1'),
      isAsset,
    ),
    verdict: 'failed',
    code: 'permission-missing',
    cause: [/AccessDenied: not authorized to perform kms:GenerateDataKey/, /s3:PutObject requires/],
    fix: /"Action":"kms:GenerateDataKey"/,
  },
  {
    name: 'AccessDenied on s3:GetObject of the state',
    source: s3Errors,
    prepare: refuses('s3', 'GetObject', denied('s3:GetObject', `arn:aws:s3:::${bucket}/.slipway/site.json`)),
    verdict: 'failed',
    code: 'permission-missing',
    cause: [/not authorized to perform s3:GetObject/],
  },
  {
    name: 'AccessDenied on s3:ListBucket, for an object that is not there',
    source: 'https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html',
    isFirst: true,
    prepare: refuses('s3', 'GetObject', denied('s3:ListBucket', `arn:aws:s3:::${bucket}`)),
    verdict: 'failed',
    code: 'permission-missing',
    cause: [/not authorized to perform s3:ListBucket/, /s3:GetObject requires/],
    isChanged: true,
  },
  {
    name: 'AccessDenied on cloudfront:CreateInvalidation',
    source: cloudFrontErrors,
    prepare: refuses(
      'cloudfront',
      'CreateInvalidation',
      denied('cloudfront:CreateInvalidation', 'arn:aws:cloudfront::111122223333:distribution/E1'),
    ),
    verdict: 'rolled-back',
    code: 'permission-missing',
    cause: [/not authorized to perform cloudfront:CreateInvalidation/],
  },
  {
    name: 'AccessDenied on cloudfront:GetDistributionConfig',
    source: cloudFrontErrors,
    prepare: refuses(
      'cloudfront',
      'GetDistribution',
      denied('cloudfront:GetDistribution', 'arn:aws:cloudfront::111122223333:distribution/E1'),
    ),
    verdict: 'failed',
    code: 'permission-missing',
    cause: [/not authorized to perform cloudfront:GetDistribution/],
  },
  {
    name: 'ExpectedBucketOwner: the bucket belongs to another account',
    source: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html',
    isFirst: true,
    scene: { bucket: { owner: '999988887777' } },
    given: { 'expected-bucket-owner': '111122223333' },
    verdict: 'failed',
    code: 'permission-missing',
    cause: [/AccessDenied/],
    fix: /account|owner/,
    isChanged: true,
  },
]

const credentials: readonly SiteEnd[] = [
  {
    name: 'SignatureDoesNotMatch',
    source: s3Errors,
    prepare: refuses(
      's3',
      'GetObject',
      error(
        'SignatureDoesNotMatch',
        'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
      ),
    ),
    verdict: 'failed',
    code: 'aws-rejected',
    cause: [/SignatureDoesNotMatch/],
    fix: /access key/,
  },
  {
    name: 'InvalidAccessKeyId',
    source: s3Errors,
    prepare: refuses(
      's3',
      'GetObject',
      error('InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.'),
    ),
    verdict: 'failed',
    code: 'aws-rejected',
    cause: [/InvalidAccessKeyId/],
    fix: /access key/,
  },
  {
    name: 'ExpiredToken, with credentials that cannot be renewed',
    source: s3Errors,
    prepare: refuses('s3', 'PutObject', { kind: 'expired-token' }, isAsset),
    verdict: 'failed',
    code: 'credentials-expired',
    cause: [/ExpiredToken/],
    fix: /role-to-assume/,
  },
  {
    name: 'RequestTimeTooSkewed: the clock of the runner is wrong',
    source: s3Errors,
    prepare: refuses(
      's3',
      'GetObject',
      error('RequestTimeTooSkewed', "The difference between the request time and the server's time is too large."),
    ),
    verdict: 'failed',
    code: 'aws-rejected',
    cause: [/RequestTimeTooSkewed/],
    fix: /clock/,
  },
]

const requests: readonly SiteEnd[] = [
  {
    name: 'NoSuchBucket',
    source: s3Errors,
    isFirst: true,
    given: { bucket: 'shop-sites' },
    verdict: 'failed',
    code: 'bucket-not-found',
    cause: [/NoSuchBucket/, /shop-sites/],
    isChanged: true,
  },
  {
    name: 'PermanentRedirect: the bucket is in another region',
    source: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/Redirects.html',
    isFirst: true,
    given: { 'aws-region': 'eu-central-1' },
    verdict: 'failed',
    code: 'bucket-not-found',
    cause: [/PermanentRedirect/, /eu-west-1/],
    fix: /aws-region/,
    isChanged: true,
  },
  {
    name: 'AuthorizationHeaderMalformed: the bucket is in another region',
    source: s3Errors,
    isFirst: true,
    prepare: refuses(
      's3',
      'GetObject',
      error(
        'AuthorizationHeaderMalformed',
        "The authorization header is malformed; the region 'eu-west-1' is wrong; expecting 'eu-central-1'",
        400,
      ),
    ),
    verdict: 'failed',
    code: 'bucket-not-found',
    cause: [/AuthorizationHeaderMalformed/, /eu-central-1/],
    fix: /aws-region/,
    isChanged: true,
  },
  {
    name: 'EntityTooLarge',
    source: s3Errors,
    prepare: refuses(
      's3',
      'PutObject',
      error('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', 400),
      isAsset,
    ),
    verdict: 'failed',
    code: 'aws-rejected',
    cause: [/EntityTooLarge/],
  },
  {
    name: 'AccessControlListNotSupported',
    source: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-ownership-error-responses.html',
    prepare: refuses(
      's3',
      'PutObject',
      error('AccessControlListNotSupported', 'The bucket does not allow ACLs', 400),
      isAsset,
    ),
    verdict: 'failed',
    code: 'aws-rejected',
    cause: [/AccessControlListNotSupported/],
  },
  {
    name: 'KMS.DisabledException: the key of the bucket is disabled',
    source: 'https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateDataKey.html',
    prepare: refuses(
      's3',
      'PutObject',
      error('KMS.DisabledException', 'arn:aws:kms:eu-west-1:111122223333:key/1 is disabled.', 400),
      isAsset,
    ),
    verdict: 'failed',
    code: 'aws-rejected',
    cause: [/KMS\.DisabledException/, /is disabled/],
  },
  {
    name: 'PreconditionFailed: another program writes a page at the same time',
    source: s3Errors,
    prepare: refuses(
      's3',
      'PutObject',
      error('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', 412),
      isPage,
    ),
    verdict: 'rolled-back',
    code: 'site-busy',
    cause: [/index\.html/],
  },
  {
    name: 'SlowDown, for as long as the job may take',
    source: s3Errors,
    prepare: refuses('s3', 'PutObject', error('SlowDown', 'Please reduce your request rate.', 503), isAsset),
    given: { 'wait-for-minutes': '5' },
    verdict: 'failed',
    code: 'aws-unreachable',
    cause: [/SlowDown/, /s3:PutObject/],
  },
]

const edges: readonly SiteEnd[] = [
  {
    name: 'NoSuchDistribution',
    source: cloudFrontErrors,
    given: { 'distribution-id': 'E0000000000000' },
    verdict: 'failed',
    code: 'distribution-not-found',
    cause: [/NoSuchDistribution/, /E0000000000000/],
  },
  {
    name: 'InvalidArgument of an invalidation',
    source: cloudFrontErrors,
    prepare: refuses(
      'cloudfront',
      'CreateInvalidation',
      error('InvalidArgument', 'Your request contains one or more invalid invalidation paths.', 400),
    ),
    verdict: 'rolled-back',
    code: 'aws-rejected',
    cause: [/InvalidArgument/, /invalid invalidation paths/],
  },
  {
    name: 'TooManyInvalidationsInProgress, for as long as the job may take',
    source: cloudFrontErrors,
    prepare: refuses(
      'cloudfront',
      'CreateInvalidation',
      error(
        'TooManyInvalidationsInProgress',
        'Processing your request will cause you to exceed the maximum number of in-progress wildcard invalidations.',
        400,
      ),
    ),
    given: { 'wait-for-minutes': '5' },
    verdict: 'timed-out',
    code: 'timed-out',
    isChanged: true,
    cause: [/TooManyInvalidationsInProgress/],
  },
  {
    name: '403 from the edge: the policy of the bucket does not allow the distribution (OAC)',
    source:
      'https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html',
    isFirst: true,
    scene: { bucket: { policy: JSON.stringify({ Statement: [] }) } },
    verdict: 'failed',
    code: 'site-not-served',
    cause: [/403/, /policy of the bucket/],
    isChanged: true,
  },
  {
    name: 'an error document with status 200 in place of the page',
    source: 'https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/GeneratingCustomErrorResponses.html',
    isFirst: true,
    scene: {
      bucket: { policy: JSON.stringify({ Statement: [] }) },
      distribution: { errorResponses: [{ code: 403, page: '/index.html', status: '200' }] },
    },
    verdict: 'failed',
    code: 'site-not-served',
    cause: [/403|content/],
    isChanged: true,
  },
]

/** At least fifteen, each with the first sentence that a person reads. */
export const siteEnds: readonly SiteEnd[] = [...permissions, ...credentials, ...requests, ...edges]

export async function playSite(end: SiteEnd) {
  const scene = siteScene(end.scene)
  if (!end.isFirst) await deploySite(scene, { build: buildOf('one') })
  scene.sim.recorder.clear()
  end.prepare?.(scene)
  const ended = await deploySite(scene, { build: buildOf('two') }, end.given)
  const over = scene.sim.clock.now()
  const refused = scene.sim.recorder.all.find(({ outcome }) => outcome !== undefined)
  // Where nothing was refused, visitors show it: from the last write on.
  const shown = refused ?? scene.sim.recorder.all.findLast(({ operation }) => operation === 'PutObject')
  return { ...ended, scene, seconds: shown === undefined ? undefined : (over - shown.at) / 1000 }
}
