/** One version of what is deployed: a revision, a bundle, a release. */
export interface Version {
  /** What programs use, and what two versions are compared by; an ARN where AWS has one. */
  readonly id: string
  /** The name in reports: `api:118`. */
  readonly label: string
}
