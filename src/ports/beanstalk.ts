/** An environment of Elastic Beanstalk (DescribeEnvironments). */
export interface BeanstalkEnvironment {
  readonly application: string
  readonly name: string
  /** `e-…` */
  readonly id: string
  /** Launching, Updating, Aborting, Ready, Terminating, Terminated, LinkingFrom or LinkingTo. */
  readonly status: string
  /** Green, Yellow, Red or Grey. */
  readonly color: string
  /** With enhanced health: Ok, Info, Warning, Degraded, Severe, … */
  readonly healthStatus?: string | undefined
  readonly versionLabel?: string | undefined
  readonly cname?: string | undefined
  readonly platformArn?: string | undefined
  readonly solutionStack?: string | undefined
  /** `Standard`, `SQS/HTTP` or, in cluster mode, `EKS`. */
  readonly tierType?: string | undefined
  /** Whether AbortEnvironmentUpdate would be accepted. */
  readonly isAbortable: boolean
}

/** An application version (DescribeApplicationVersions). */
export interface ApplicationVersion {
  readonly label: string
  readonly arn: string
  /** Unprocessed, Processing, Building, Processed or Failed. */
  readonly status: string
  readonly source?: BundleLocation | undefined
  /** URI of the image, in cluster mode. */
  readonly image?: string | undefined
  /** Milliseconds since 1970. */
  readonly createdAt: number
}

/** Where a source bundle is. */
export interface BundleLocation {
  readonly bucket: string
  readonly key: string
}

/** An application version that is made. */
export interface NewVersion {
  readonly application: string
  readonly label: string
  readonly description?: string | undefined
  readonly content: { readonly source: BundleLocation } | { readonly image: string }
  readonly tags: Readonly<Record<string, string>>
}

/** One event (DescribeEvents). */
export interface BeanstalkEvent {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly message: string
  /** TRACE, DEBUG, INFO, WARN, ERROR or FATAL. */
  readonly severity: string
  readonly requestId?: string | undefined
}

/** Which events are read; `since` in milliseconds since 1970, inclusive. */
export type EventQuery =
  | { readonly environment: string; readonly requestId?: string | undefined; readonly since: number }
  | { readonly label: string; readonly since: number }

/** One instance with enhanced health (DescribeInstancesHealth). */
export interface BeanstalkInstance {
  readonly id: string
  readonly healthStatus?: string | undefined
  readonly causes: readonly string[]
  /** Of the newest deployment to it. */
  readonly label?: string | undefined
  readonly deploymentId?: number | undefined
  /** In Progress, Deployed or Failed. */
  readonly deploymentStatus?: string | undefined
  /** When that deployment began where it is in progress, and else when it ended (Deployment). Milliseconds since 1970. */
  readonly deployedAt?: number | undefined
}

/** One option of an environment, with its value. */
export interface OptionSetting {
  readonly namespace: string
  readonly name: string
  readonly value: string
}

/** What UpdateEnvironment changes: AWS refuses both in one request. */
export type EnvironmentUpdate = { readonly label: string } | SettingsUpdate

/** Options that get values, and options that have none afterwards. */
export interface SettingsUpdate {
  readonly settings: readonly OptionSetting[]
  readonly removed?: readonly OptionName[] | undefined
}

/** The name of an option. */
export type OptionName = Pick<OptionSetting, 'namespace' | 'name'>

/** AWS Elastic Beanstalk. All throw `Failure`. */
export interface Beanstalk {
  /** Undefined: there is none of this name, or it is terminated. */
  describeEnvironment(application: string, name: string): Promise<BeanstalkEnvironment | undefined>
  /** Undefined: there is none with this label. */
  describeVersion(application: string, label: string): Promise<ApplicationVersion | undefined>
  /** All versions of an application, the newest first. */
  listVersions(application: string): Promise<readonly ApplicationVersion[]>
  /** Makes a version that AWS validates (`Process`). Throws `version-label-taken` where the label exists with other content. */
  createVersion(version: NewVersion): Promise<ApplicationVersion>
  /** `withBundle`: its object in Amazon S3, too. */
  deleteVersion(application: string, label: string, withBundle: boolean): Promise<void>
  /** Labels that environments of the application have. */
  liveLabels(application: string): Promise<readonly string[]>
  /** The bucket of Elastic Beanstalk in this region. */
  storageBucket(): Promise<string>
  /**
   * Begins an update, and returns AWS's id of the request, by which its events are found. Undefined: the environment is not Ready, so
   * nothing was begun.
   */
  update(environment: BeanstalkEnvironment, update: EnvironmentUpdate): Promise<string | undefined>
  /** False: there was nothing to abort. */
  abort(environment: string): Promise<boolean>
  /** Oldest first. */
  events(application: string, query: EventQuery): Promise<readonly BeanstalkEvent[]>
  /** Undefined: the environment has basic health reporting. */
  health(environment: string): Promise<{ readonly status: string; readonly causes: readonly string[] } | undefined>
  /** Undefined: the environment has basic health reporting. */
  instances(environment: string): Promise<readonly BeanstalkInstance[] | undefined>
  settings(application: string, environment: string): Promise<readonly OptionSetting[]>
  /** Those that are being deployed, where some are; otherwise the same. */
  latestSettings(application: string, environment: string): Promise<readonly OptionSetting[]>
  /** Errors of ValidateConfigurationSettings. */
  invalidSettings(
    application: string,
    environment: string,
    settings: readonly OptionSetting[],
  ): Promise<readonly { readonly message: string; readonly setting: string }[]>
  /** A managed update that is running now. */
  managedAction(environment: string): Promise<{ readonly id: string; readonly description: string } | undefined>
  tags(arn: string): Promise<Readonly<Record<string, string>>>
  tag(arn: string, tags: Readonly<Record<string, string>>): Promise<void>
  /** Returns AWS's id of the request; empty where its reply was lost. */
  swapCnames(source: BeanstalkEnvironment, destination: BeanstalkEnvironment): Promise<string>
  /** How many application versions the account may have in the region. */
  versionQuota(): Promise<number | undefined>
  /** Lifecycle states of a platform version and of its branch. */
  platform(arn: string): Promise<{ readonly version?: string | undefined; readonly branch?: string | undefined }>
}
