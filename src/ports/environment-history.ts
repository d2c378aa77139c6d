import type { Incomparable } from './commit-history.ts'

/** How one step ended a deployment to an environment, as GitHub's deployment page keeps it. */
export interface EnvironmentEnd {
  /** `rolled-back`: an earlier version was put back on purpose. */
  readonly kind: 'succeeded' | 'failed' | 'rolled-back'
  /** Digest of the image that was deployed; undefined where the step deployed no image by its digest. */
  readonly digest?: string | undefined
  /** SHA of its source, where the step deployed no image by its digest. */
  readonly commit?: string | undefined
  /** Id of the run. */
  readonly run: string
}

/** What has been deployed to the environments of the run's own repository. */
export interface EnvironmentHistory {
  /**
   * How deployments of a service to an environment ended, newest first, read on demand. The last item says why no more can be
   * read, where that is so. Never throws; each read takes half a minute at most. `service`: its name in slipway.yml, or that of
   * the ECS service.
   */
  ends(environment: string, service: string): AsyncIterable<EnvironmentEnd | Incomparable>
}
