/** A change of OriginPath: of the origins that have this bucket. Paths as CloudFront has them: `/site`, or empty. */
export interface OriginPathChange {
  readonly bucket: string
  readonly from: string
  readonly to: string
}

/** The end of a change of OriginPath. `other`: an origin of the bucket has neither path. */
export type OriginPathSet = { readonly kind: 'set' } | { readonly kind: 'other'; readonly path: string }
