/** The signature of an image by one signing profile (ImageSigningStatus). */
export interface SigningStatus {
  readonly signingProfileArn?: string | undefined
  /** IN_PROGRESS, COMPLETE or FAILED. */
  readonly status?: string | undefined
  readonly failureCode?: string | undefined
  readonly failureReason?: string | undefined
}

/** The replica of an image in one destination (ImageReplicationStatus). */
export interface ReplicationStatus {
  readonly region?: string | undefined
  readonly registryId?: string | undefined
  /** IN_PROGRESS, COMPLETE or FAILED. */
  readonly status?: string | undefined
  readonly failureCode?: string | undefined
}

/** A rule of a registry for its repositories (SigningRule, ReplicationRule), with the filters of which one must match. */
export interface RepositoryRule {
  /** Empty: every repository. */
  readonly filters: readonly string[]
  /** The signing profile, or the destinations as `eu-central-1/111122223333`. */
  readonly targets: readonly string[]
}

/** What Amazon ECR makes of an image after its push: signatures and replicas. Images are named by digest. */
export interface EcrPushJobs {
  /** Undefined: the registry has no signing configuration. Filters have wildcards (WILDCARD_MATCH). */
  signingRules(): Promise<readonly RepositoryRule[] | undefined>
  /** One for each signing profile whose rule matched the push. */
  signing(repository: string, digest: string): Promise<readonly SigningStatus[]>
  /** Filters are prefixes (PREFIX_MATCH). */
  replicationRules(): Promise<readonly RepositoryRule[]>
  replication(repository: string, digest: string): Promise<readonly ReplicationStatus[]>
}
