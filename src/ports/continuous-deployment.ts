import type { OriginPathChange, OriginPathSet } from './origin-path.ts'

/** A staging distribution of CloudFront: a copy of a primary one, for a part of its viewers. */
export interface StagingDistribution {
  readonly id: string
  /** `d111111abcdef8.cloudfront.net`; no viewer is answered by this name. */
  readonly domain: string
}

/** Which viewers get the staging distribution: those with a header, or so many percent of the sessions. */
export type CanaryTraffic =
  | { readonly kind: 'header'; readonly name: string; readonly value: string }
  | { readonly kind: 'weight'; readonly percent: number }

/** A continuous deployment policy. */
export interface DeploymentPolicy {
  readonly id: string
  readonly isEnabled: boolean
  /** Domain names of its staging distributions; CloudFront takes one. */
  readonly staging: readonly string[]
}

/** Continuous deployment of CloudFront. https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/continuous-deployment.html */
export interface ContinuousDeployment {
  /** Undefined: there is none with this id any more. */
  deploymentPolicy(id: string): Promise<DeploymentPolicy | undefined>
  /** The staging distribution of a primary one: that of its policy, or a copy that Slipway has made; undefined: none. */
  stagingOf(primary: string): Promise<StagingDistribution | undefined>
  /** Copies the primary distribution. The copy has no viewers. */
  copyToStaging(primary: string): Promise<StagingDistribution>
  /** Gives the staging distribution the settings of the primary one, with the OriginPath `to`. Throws `inputs-invalid` where they differ in what CloudFront does not let change. */
  stage(primary: string, staging: string, change: OriginPathChange): Promise<void>
  /** The policy of the primary distribution; where it has none, one is created, disabled, and attached. */
  attachPolicy(primary: string, staging: StagingDistribution): Promise<string>
  /** Sends traffic to the staging distribution; `off`: disables the policy. Does nothing where it is so already, or where there is no such policy. */
  shiftTraffic(policy: string, traffic: CanaryTraffic | 'off'): Promise<void>
  /** Gives the primary distribution the configuration of the staging one, and disables the policy. Throws `site-busy` where they differ in more than OriginPath. */
  promote(primary: string, staging: string, change: OriginPathChange): Promise<OriginPathSet>
}
