import type { Clock } from '../clock.ts'
import type { CommitHistory } from '../ports/commit-history.ts'
import type { CredentialLifetime } from '../ports/credentials.ts'
import type { EnvironmentHistory } from '../ports/environment-history.ts'
import type { DeploymentRecord } from './deployment-record.ts'

/** What one deployment uses of its surroundings, whatever is deployed to. A target has its access to AWS from its opening. */
export interface Context {
  /** The order of commits; undefined without a repository. */
  readonly history?: CommitHistory | undefined
  /** How deployments to other environments ended; undefined: not readable. */
  readonly environments?: EnvironmentHistory | undefined
  readonly clock: Clock
  /** Aborts when the job is cancelled. */
  readonly signal: AbortSignal
  /** How long the credentials last, as far as it is known. */
  credentialLifetime(): Promise<CredentialLifetime>
  /** Keeps what the post step needs, before and after everything that changes AWS. Later values replace earlier ones. */
  keep(part: Partial<DeploymentRecord>): void
  /** Told what a cancel has interrupted, of which the verdict says only that it was one. */
  interrupted?(error: unknown): void
}
