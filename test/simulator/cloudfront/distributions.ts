/** Distributions as CloudFront describes them. They are global: a client signs for us-east-1. */
import { AwsError, type World } from '../contract.ts'
import { draw } from '../identifiers.ts'
import { type PolicyConfig, policyFor, requireAllowed } from './continuous-deployment.ts'
import type { EdgeCache } from './edge.ts'
import type { StoredInvalidation } from './invalidations.ts'

/** What a person would set in the console; everything else has the values of a new distribution. */
export interface DistributionOptions {
  /** Bucket of the origin. */
  readonly bucket: string
  readonly bucketRegion?: string
  readonly originPath?: string
  /** `website`: the website endpoint of the bucket, a custom origin without OAC. Default: `oac`. */
  readonly access?: 'oac' | 'none' | 'website'
  readonly defaultRootObject?: string
  readonly aliases?: readonly string[]
  readonly enabled?: boolean
  readonly errorResponses?: readonly {
    readonly code: number
    readonly page?: string
    readonly status?: string
    readonly ttl?: number
  }[]
  /** Default: `http2`. */
  readonly httpVersion?: string
  /** `CacheTagConfig`: the header of the origin with the cache tags of an object. Default: none. */
  readonly cacheTagHeader?: string
  /** A viewer-request function that changes the address. */
  readonly rewrite?: (uri: string) => string
  /** How long a change takes. Default: 240. */
  readonly deploySeconds?: number
  /** How long an invalidation takes. Default: between 20 and 90. */
  readonly invalidationSeconds?: number
  /** Of the cache policy: query strings that are a part of the cache key. Default: none (CachingOptimized). */
  readonly queryStrings?: 'none' | 'all' | 'forwarded-values'
  /** Of the cache policy, in seconds; default: those of CachingOptimized. */
  readonly ttl?: { readonly min: number; readonly default: number; readonly max: number }
}

export interface StoredDistribution {
  readonly id: string
  readonly arn: string
  readonly domain: string
  readonly options: DistributionOptions
  config: DistributionConfig
  etag: string
  status: 'InProgress' | 'Deployed'
  changedAt: number
  /** What edges use: the configuration before, until a change is deployed. */
  live: DistributionConfig
  /** The continuous deployment policy as edges have it. */
  livePolicy?: PolicyConfig
  /** Of the last change; an earlier one is not deployed any more. */
  changes: number
  readonly invalidations: StoredInvalidation[]
  readonly cache: EdgeCache
}

export interface DistributionConfig {
  readonly CallerReference: string
  readonly Comment: string
  readonly Enabled: boolean
  readonly DefaultRootObject?: string
  readonly Origins: { readonly Quantity: number; readonly Items: readonly Origin[] }
  readonly DefaultCacheBehavior: { readonly TargetOriginId: string; readonly [member: string]: unknown }
  readonly Aliases?: { readonly Quantity: number; readonly Items?: readonly string[] }
  readonly CustomErrorResponses?: { readonly Quantity: number; readonly Items?: readonly ErrorResponse[] }
  readonly Staging?: boolean
  readonly HttpVersion?: string
  readonly CacheTagConfig?: { readonly HeaderName: string }
  readonly ContinuousDeploymentPolicyId?: string
  readonly [member: string]: unknown
}

interface Origin {
  readonly Id: string
  readonly DomainName: string
  readonly OriginPath?: string
  readonly OriginAccessControlId?: string
  readonly [member: string]: unknown
}

export interface ErrorResponse {
  readonly ErrorCode: number
  readonly ResponsePagePath?: string
  readonly ResponseCode?: string
  readonly ErrorCachingMinTTL?: number
}

const upper = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'
const lower = upper.toLowerCase()

function configOf(options: DistributionOptions, reference: string): DistributionConfig {
  const {
    bucket,
    bucketRegion = 'eu-west-1',
    access = 'oac',
    originPath = '',
    aliases = [],
    errorResponses = [],
  } = options
  const isWebsite = access === 'website'
  const origin = {
    Id: 'site',
    DomainName: isWebsite
      ? `${bucket}.s3-website-${bucketRegion}.amazonaws.com`
      : `${bucket}.s3.${bucketRegion}.amazonaws.com`,
    OriginPath: originPath,
    CustomHeaders: { Quantity: 0 },
    OriginAccessControlId: access === 'oac' ? 'E2QWRUHAPOMQZL' : '',
    ...(isWebsite
      ? { CustomOriginConfig: { HTTPPort: 80, HTTPSPort: 443, OriginProtocolPolicy: 'http-only' } }
      : { S3OriginConfig: { OriginAccessIdentity: '' } }),
  }
  const responses = errorResponses.map(({ code, page, status, ttl }) => ({
    ErrorCode: code,
    ...(page !== undefined && { ResponsePagePath: page, ResponseCode: status ?? '200' }),
    ...(ttl !== undefined && { ErrorCachingMinTTL: ttl }),
  }))
  return {
    ...{
      CallerReference: reference,
      Comment: '',
      Enabled: options.enabled ?? true,
      DefaultRootObject: options.defaultRootObject ?? '',
    },
    Origins: { Quantity: 1, Items: [origin] },
    HttpVersion: options.httpVersion ?? 'http2',
    ...(options.cacheTagHeader && { CacheTagConfig: { HeaderName: options.cacheTagHeader } }),
    Staging: false,
    ContinuousDeploymentPolicyId: '',
    Aliases: { Quantity: aliases.length, ...(aliases.length > 0 && { Items: aliases }) },
    CustomErrorResponses: { Quantity: responses.length, ...(responses.length > 0 && { Items: responses }) },
    DefaultCacheBehavior: {
      TargetOriginId: 'site',
      ViewerProtocolPolicy: 'redirect-to-https',
      ...cachingOf(options),
      Compress: true,
    },
  }
}

/** A policy of the user's own, the older ForwardedValues, or the managed CachingOptimized. */
function cachingOf({ queryStrings }: DistributionOptions) {
  if (queryStrings === 'forwarded-values')
    return { ForwardedValues: { QueryString: true, Cookies: { Forward: 'none' } }, MinTTL: 0 }
  const own = queryStrings === undefined ? undefined : ownPolicies[queryStrings]
  return { CachePolicyId: own ?? '658327ea-f89d-4fab-a63d-7e88639e58f6' }
}

/** Ids of policies of the user's own, by what they have of query strings in the cache key. */
const ownPolicies = {
  none: 'd1f9c5b2-6a3e-4d70-9c18-0b7e52a41f60',
  all: '0a6e3b8d-51c4-4f2a-8e97-c3d2f1b05a74',
} as const

/** The cache policy of an id, as `GetCachePolicy` describes it. */
export function describedPolicy(id: string) {
  const found = Object.entries(ownPolicies).find(([, own]) => own === id)
  if (found === undefined) throw new AwsError('NoSuchCachePolicy', 'The cache policy does not exist.', 404)
  const [QueryStringBehavior] = found
  return {
    Id: id,
    LastModifiedTime: new Date(0),
    CachePolicyConfig: {
      Name: `site-${QueryStringBehavior}`,
      MinTTL: 1,
      DefaultTTL: 86_400,
      MaxTTL: 31_536_000,
      ParametersInCacheKeyAndForwardedToOrigin: {
        EnableAcceptEncodingGzip: true,
        EnableAcceptEncodingBrotli: true,
        HeadersConfig: { HeaderBehavior: 'none' },
        CookiesConfig: { CookieBehavior: 'none' },
        QueryStringsConfig: { QueryStringBehavior },
      },
    },
  }
}

const stores = new WeakMap<World, Map<string, StoredDistribution>>()

/** By their ids. */
export function distributionsOf(world: World): Map<string, StoredDistribution> {
  const known = stores.get(world) ?? new Map<string, StoredDistribution>()
  stores.set(world, known)
  return known
}

export function createDistribution(world: World, options: DistributionOptions, cache: EdgeCache): StoredDistribution {
  const id = `E${draw(world, upper, 13)}`
  const config = configOf(options, id)
  const made: StoredDistribution = {
    id,
    arn: `arn:aws:cloudfront::${world.accountId}:distribution/${id}`,
    domain: `d${draw(world, lower, 13)}.cloudfront.net`,
    options,
    config,
    live: config,
    etag: `E${draw(world, upper, 13)}`,
    status: 'Deployed',
    changedAt: world.clock.now(),
    changes: 0,
    invalidations: [],
    cache,
  }
  distributionsOf(world).set(id, made)
  return made
}

export function distributionFor(world: World, id: string): StoredDistribution {
  const found = distributionsOf(world).get(id)
  if (found === undefined) throw new AwsError('NoSuchDistribution', 'The specified distribution does not exist.', 404)
  return found
}

/** "Usually within a few minutes": https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/HowToUpdateDistribution.html */
const deployTime = 4 * 60_000

interface Update {
  readonly Id: string
  readonly IfMatch?: string
  readonly DistributionConfig: DistributionConfig
}

export function updateDistribution(world: World, { Id, IfMatch, DistributionConfig }: Update): StoredDistribution {
  const distribution = distributionFor(world, Id)
  requireMatch(IfMatch, distribution.etag)
  if (DistributionConfig.CallerReference !== distribution.config.CallerReference)
    throw new AwsError('IllegalUpdate', 'The update contains modifications that are not allowed.')
  requireAllowed(world, distribution, DistributionConfig)
  distribution.config = DistributionConfig
  propagate(world, distribution)
  return distribution
}

export function requireMatch(given: string | undefined, etag: string): void {
  if (given === undefined)
    throw new AwsError('InvalidIfMatchVersion', 'The If-Match version is missing or not valid for the resource.')
  if (given !== etag)
    throw new AwsError(
      'PreconditionFailed',
      "The request failed because it didn't meet the preconditions in one or more request-header fields.",
      412,
    )
}

export const newEtag = (world: World): string => `E${draw(world, upper, 13)}`

/** Brings what a distribution is, with its continuous deployment policy, to the edges. */
export function propagate(world: World, distribution: StoredDistribution): void {
  const change = ++distribution.changes
  Object.assign(distribution, { etag: newEtag(world), status: 'InProgress', changedAt: world.clock.now() })
  const { config } = distribution
  const id = config.ContinuousDeploymentPolicyId
  const policy = id ? policyFor(world, id).config : undefined
  const { deploySeconds: seconds } = distribution.options
  world.clock.after(seconds === undefined ? deployTime : seconds * 1000, () => {
    if (distribution.changes !== change) return
    distribution.live = config
    if (policy) distribution.livePolicy = policy
    else delete distribution.livePolicy
    distribution.status = 'Deployed'
  })
}

export function described(distribution: StoredDistribution) {
  const { id, arn, domain, config, status, changedAt, invalidations } = distribution
  return {
    ...{
      Id: id,
      ARN: arn,
      Status: status,
      DomainName: domain,
      LastModifiedTime: new Date(changedAt),
      DistributionConfig: config,
    },
    InProgressInvalidationBatches: invalidations.filter((batch) => batch.status === 'InProgress').length,
  }
}

/** What ListDistributions has of a distribution: the members of its configuration, without the caller reference. */
export function summaryOf({ id, arn, domain, config, status, changedAt }: StoredDistribution) {
  const {
    CallerReference: _,
    DefaultRootObject: __,
    Logging: ___,
    ContinuousDeploymentPolicyId: ____,
    ...rest
  } = config
  return {
    ...{ Id: id, ARN: arn, Status: status, LastModifiedTime: new Date(changedAt), DomainName: domain },
    ...{ CacheBehaviors: { Quantity: 0 }, CustomErrorResponses: { Quantity: 0 }, PriceClass: 'PriceClass_All' },
    ...{ ViewerCertificate: { CloudFrontDefaultCertificate: true }, WebACLId: '', IsIPV6Enabled: true },
    Restrictions: { GeoRestriction: { RestrictionType: 'none', Quantity: 0 } },
    ...rest,
  }
}
