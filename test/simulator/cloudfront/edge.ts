/**
 * What one edge location answers to a viewer. It caches by the lifetimes of the cache policy and of Cache-Control, errors for
 * ErrorCachingMinTTL, and an invalidation takes what it covers away once it has completed. Without sockets of its own: viewers come by
 * `/edge/<domain>/…`, or by the domain in process.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/Expiration.html
 */
import type { World } from '../contract.ts'
import type { HttpRequest, HttpResponse } from '../http.ts'
import { bucketsOf, currentObject, type StoredBucket, type StoredObject } from '../s3/store.ts'
import { distributionsOf, type StoredDistribution } from './distributions.ts'

interface Cached {
  readonly response: HttpResponse
  readonly at: number
  /** Milliseconds. */
  readonly lifetime: number
}

/** By address, with the query where the cache key has it. */
export type EdgeCache = Map<string, Cached>

/** The managed policy CachingOptimized, in seconds. */
const optimized = { min: 1, default: 86_400, max: 31_536_000 }
/** "By default … for 10 seconds": custom-error-pages-expiration.html. */
const errorLifetime = 10

function lifetimeOf(cacheControl: string | undefined, { min, default: usual, max }: typeof optimized): number {
  if (cacheControl === undefined) return usual
  if (/no-store|no-cache|private/.test(cacheControl)) return min
  const age = /s-maxage=(\d+)/.exec(cacheControl)?.[1] ?? /max-age=(\d+)/.exec(cacheControl)?.[1]
  return age === undefined ? usual : Math.min(max, Math.max(min, Number(age)))
}

/** Whether the policy of the bucket lets this distribution do something. */
function allows(bucket: StoredBucket, action: string, { arn, options }: StoredDistribution): boolean {
  if (options.access === 'website') return bucket.blocksPublicAccess === false
  const { policy = '{}' } = bucket
  const { Statement = [] } = JSON.parse(policy) as { readonly Statement?: readonly Record<string, unknown>[] }
  return Statement.some((statement) => {
    const text = JSON.stringify(statement)
    const actions = [statement.Action].flat() as readonly string[]
    return (
      options.access !== 'none' &&
      text.includes('cloudfront.amazonaws.com') &&
      (text.includes(arn) || text.includes(':distribution/*')) &&
      actions.includes(action)
    )
  })
}

const headersOf = (object: StoredObject): Record<string, string> => {
  const { ContentType, CacheControl, ContentEncoding, Metadata = {}, etag } = object
  const meta = Object.entries(Metadata).map(([name, value]) => [`x-amz-meta-${name}`, value])
  const given = {
    'content-type': ContentType,
    'cache-control': CacheControl,
    'content-encoding': ContentEncoding,
    etag,
  }
  return Object.fromEntries([...Object.entries(given).filter(([, value]) => value !== undefined), ...meta])
}

/** Amazon S3 decodes the path of an address, and reads a plus as a space: object-keys.html, "Characters that might require special handling". */
function keyPathOf(path: string): string {
  try {
    return decodeURIComponent(path.replaceAll('+', ' '))
  } catch {
    return path
  }
}

function ofOrigin(world: World, distribution: StoredDistribution, path: string): HttpResponse {
  const bucket = bucketsOf(world).get(distribution.options.bucket)
  const denied = {
    status: 403,
    headers: { 'content-type': 'application/xml' },
    body: '<Error><Code>AccessDenied</Code></Error>',
  }
  if (bucket === undefined) return { status: 404, headers: {}, body: '<Error><Code>NoSuchBucket</Code></Error>' }
  const { DefaultCacheBehavior: behavior, Origins } = distribution.live
  const { OriginPath = '' } = Origins.Items.find(({ Id }) => Id === behavior.TargetOriginId) ?? {}
  const isWebsite = distribution.options.access === 'website'
  const wanted = `${OriginPath}${keyPathOf(path)}`.slice(1)
  const key = isWebsite && (wanted === '' || wanted.endsWith('/')) ? `${wanted}${bucket.website?.index ?? ''}` : wanted
  if (!allows(bucket, 's3:GetObject', distribution)) return denied
  const object = currentObject(bucket, key)
  if (object === undefined)
    return isWebsite || allows(bucket, 's3:ListBucket', distribution)
      ? { status: 404, headers: {}, body: '<Error><Code>NoSuchKey</Code></Error>' }
      : denied
  if (isWebsite && object.WebsiteRedirectLocation !== undefined)
    return { status: 301, headers: { location: object.WebsiteRedirectLocation }, body: '' }
  return { status: 200, headers: headersOf(object), body: object.body }
}

/** The answer of the origin, with the error page of the distribution in its place. */
function fetched(
  world: World,
  distribution: StoredDistribution,
  path: string,
): { response: HttpResponse; seconds: number } {
  const response = ofOrigin(world, distribution, path)
  const ttl = distribution.options.ttl ?? optimized
  if (response.status < 400) return { response, seconds: lifetimeOf(response.headers['cache-control'], ttl) }
  const rule = distribution.live.CustomErrorResponses?.Items?.find(({ ErrorCode }) => ErrorCode === response.status)
  const seconds = rule?.ErrorCachingMinTTL ?? errorLifetime
  if (rule?.ResponsePagePath === undefined) return { response, seconds }
  const page = ofOrigin(world, distribution, rule.ResponsePagePath)
  return { response: page.status === 200 ? { ...page, status: Number(rule.ResponseCode) } : response, seconds }
}

const refused: HttpResponse = { status: 403, headers: {}, body: 'ERROR: The request could not be satisfied' }

/** The cookie by which CloudFront knows a session; its name is not documented. */
const session = 'CloudFront-Session'

/** Which distribution answers a viewer by the policy of the primary one. `cookie`: what a new session is given. */
function chosenBy(
  world: World,
  primary: StoredDistribution,
  headers: Readonly<Record<string, string>>,
): { readonly distribution: StoredDistribution; readonly cookie?: string } {
  const { Enabled = false, StagingDistributionDnsNames: names, TrafficConfig: traffic } = primary.livePolicy ?? {}
  const staging = [...distributionsOf(world).values()].find(({ domain }) => names?.Items?.includes(domain))
  if (!Enabled || staging === undefined || traffic === undefined) return { distribution: primary }
  const { SingleHeaderConfig: header, SingleWeightConfig: weight } = traffic
  if (header) {
    const isAsked = headers[header.Header.toLowerCase()] === header.Value
    return { distribution: isAsked ? staging : primary }
  }
  const [, known] = new RegExp(`${session}=(primary|staging)`).exec(headers.cookie ?? '') ?? []
  const isSticky = weight?.SessionStickinessConfig !== undefined
  if (isSticky && known) return { distribution: known === 'staging' ? staging : primary }
  const side = world.random() < (weight?.Weight ?? 0) ? 'staging' : 'primary'
  return {
    distribution: side === 'staging' ? staging : primary,
    ...(isSticky && { cookie: `${session}=${side}` }),
  }
}

/** What a viewer gets now from the edge of a domain: its own, or an alias. A staging distribution has no viewers of its own. */
export function view(
  world: World,
  domain: string,
  address: string,
  headers: Readonly<Record<string, string>> = {},
): HttpResponse {
  const primary = [...distributionsOf(world).values()].find(
    (one) => one.domain === domain || one.live.Aliases?.Items?.includes(domain),
  )
  // "Viewers cannot send requests directly to a staging distribution": understanding-continuous-deployment.html.
  if (primary === undefined || !primary.live.Enabled || primary.config.Staging === true) return refused
  const { distribution, cookie } = chosenBy(world, primary, headers)
  const answer = distribution.live.Enabled ? served(world, distribution, address) : refused
  return cookie === undefined ? answer : { ...answer, headers: { ...answer.headers, 'set-cookie': cookie } }
}

function served(world: World, distribution: StoredDistribution, address: string): HttpResponse {
  const [raw = '/', ...rest] = address.split('?')
  const { queryStrings = 'none' } = distribution.options
  const query = rest.length > 0 && queryStrings !== 'none' ? `?${rest.join('?')}` : ''
  const rewritten = distribution.options.rewrite?.(raw) ?? raw
  const root = distribution.live.DefaultRootObject
  const path = rewritten === '/' && root ? `/${root}` : rewritten
  const now = world.clock.now()
  // The default root object is cached as `/`: it takes an invalidation of its own.
  const known = distribution.cache.get(`${rewritten}${query}`)
  if (known && now < known.at + known.lifetime) {
    const age = String(Math.floor((now - known.at) / 1000))
    return { ...known.response, headers: { ...known.response.headers, 'x-cache': 'Hit from cloudfront', age } }
  }
  const { response, seconds } = fetched(world, distribution, path)
  distribution.cache.set(`${rewritten}${query}`, { response, at: now, lifetime: seconds * 1000 })
  return { ...response, headers: { ...response.headers, 'x-cache': 'Miss from cloudfront' } }
}

/** Viewers' requests. */
export function handleEdge(world: World, request: HttpRequest): HttpResponse | undefined {
  const [, domain = '', address = ''] = /^\/edge\/([^/]+)(.*)$/s.exec(request.path) ?? []
  if (domain === '' || (request.method !== 'GET' && request.method !== 'HEAD')) return undefined
  return view(world, domain, address === '' ? '/' : address, request.headers)
}
