/** Encryption at rest of a repository (EncryptionConfiguration). */
export interface RepositoryEncryption {
  readonly type: 'AES256' | 'KMS' | 'KMS_DSSE'
  /** Alias, key ID or ARN; undefined is the key `aws/ecr` of AWS. */
  readonly kmsKey?: string | undefined
}

/** A repository of Amazon ECR (DescribeRepositories). */
export interface Repository {
  readonly name: string
  /** Undefined for one that the push is going to create. */
  readonly arn?: string | undefined
  /** `111122223333.dkr.ecr.eu-west-1.amazonaws.com/api`, without scheme. */
  readonly uri: string
  readonly immutableTags: boolean
  /** Wildcards (`*`) of tags for which the opposite of `immutableTags` holds (`*_WITH_EXCLUSION`, at most five). */
  readonly tagExclusions?: readonly string[] | undefined
  /** Undefined where the registry has no such setting. */
  readonly encryption?: RepositoryEncryption | undefined
  readonly scanOnPush?: boolean | undefined
}

/** How a repository is created (CreateRepository, PutLifecyclePolicy, SetRepositoryPolicy). What is undefined is left to AWS. */
export interface RepositorySettings {
  readonly immutableTags: boolean
  /** Wildcards (`*`) of tags for which the opposite of `immutableTags` holds. */
  readonly tagExclusions?: readonly string[] | undefined
  readonly encryption?: RepositoryEncryption | undefined
  readonly scanOnPush?: boolean | undefined
  readonly tags?: Readonly<Record<string, string>> | undefined
  /** JSON. */
  readonly lifecyclePolicy?: string | undefined
  /** JSON. */
  readonly repositoryPolicy?: string | undefined
}

/** A repository, and whether this run created it: one that exists already is left as it is. */
export interface CreatedRepository {
  readonly repository: Repository
  readonly created: boolean
}

/** What is read beside the repository itself. A part that was not requested is not read; undefined also where there is none. */
export interface AttachedSettings {
  readonly tags?: Readonly<Record<string, string>> | undefined
  /** JSON. */
  readonly lifecyclePolicy?: string | undefined
  /** JSON. */
  readonly repositoryPolicy?: string | undefined
}

/** A repository creation template: how Amazon ECR creates a repository that does not exist (DescribeRepositoryCreationTemplates). */
export interface CreationTemplate {
  /** `ROOT`, or the namespace of the names to which it applies: `team` of `team/api`. */
  readonly prefix: string
  /** True where a push creates the repository (CREATE_ON_PUSH). */
  readonly onPush: boolean
  readonly immutableTags: boolean
  readonly tagExclusions: readonly string[]
}
