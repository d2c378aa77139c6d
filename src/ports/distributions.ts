import type { ContinuousDeployment } from './continuous-deployment.ts'
import type { OriginPathChange, OriginPathSet } from './origin-path.ts'

/** A CloudFront distribution, as far as a site needs it. */
export interface Distribution {
  readonly id: string
  /** `d111111abcdef8.cloudfront.net`. */
  readonly domain: string
  readonly aliases: readonly string[]
  readonly enabled: boolean
  /** `InProgress`: a change is on its way to the edges. */
  readonly status: string
  /** Key that `/` is answered with; undefined: none. */
  readonly defaultRootObject: string | undefined
  readonly origins: readonly DistributionOrigin[]
  readonly errorResponses: readonly ErrorResponse[]
  /** Whether code at the edge may change the address of a request. */
  readonly rewrites: boolean
  /** `http2`, `http2and3`, … */
  readonly httpVersion: string
  readonly isStaging: boolean
  /** The header by which its origin gives cache tags (CacheTagConfig); undefined: none. */
  readonly cacheTagHeader: string | undefined
  /** ID of its continuous deployment policy. */
  readonly deploymentPolicy: string | undefined
}

/** Where a distribution gets objects from. */
export interface DistributionOrigin {
  readonly domain: string
  /** `/site`; empty: none. */
  readonly path: string
  /** Origin access control, or the older origin access identity. */
  readonly hasAccessControl: boolean
  /** Whether edges cache its objects once for each query string, or may do so; false where it was not read. */
  readonly queryStrings: boolean
}

/** What is answered in the place of an error of the origin. */
export interface ErrorResponse {
  readonly code: number
  readonly page: string | undefined
  readonly responseCode: number | undefined
  /** Seconds for which the error is cached. */
  readonly cachedFor: number
}

/** The end of a request for an invalidation. `busy`: TooManyInvalidationsInProgress. */
export type Invalidated = { readonly kind: 'created'; readonly id: string } | { readonly kind: 'busy' }

/** Distributions of CloudFront and their invalidations. */
export interface Distributions extends ContinuousDeployment {
  /** `cachePolicies`: reads whether objects are cached by query string, too. Throws `distribution-not-found`. */
  distribution(id: string, wanted?: { readonly cachePolicies: boolean }): Promise<Distribution>
  /** The same reference with the same paths is the same invalidation. */
  invalidate(id: string, paths: readonly string[], reference: string): Promise<Invalidated>
  isInvalidated(id: string, invalidation: string): Promise<boolean>
  /** Does nothing where it is set already. Edges have it once the status is `Deployed`. */
  setOriginPath(id: string, change: OriginPathChange): Promise<OriginPathSet>
}
