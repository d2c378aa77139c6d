import type { Deadline } from '../../../clock.ts'
import type { Context } from '../../../deployment/context.ts'
import type { Artifact } from '../../../deployment/plan.ts'
import type { Terms } from '../../../deployment/terms.ts'
import type { Beanstalk, Identity, ObjectStorages, OptionSetting, RoleSources } from '../../../ports.ts'
import type { Untrusted } from '../../../text.ts'

/** AWS as a deployment to an environment uses it. */
export interface BeanstalkAccess {
  readonly region: string
  readonly beanstalk: Beanstalk
  /** Amazon S3: source bundles and deployment logs. */
  readonly storages: ObjectStorages
  /** Read only by a dry run and `doctor`. */
  readonly roles: Pick<RoleSources, 'role' | 'instanceProfile'>
  identity(): Promise<Identity>
  /** The same with less time: no call is tried again after `deadline`. */
  within(deadline: Deadline): BeanstalkAccess
}

/** What a deployment to an environment uses of its surroundings. */
export interface BeanstalkContext extends BeanstalkAccess, Context {
  /** Adds environment properties whose values no text may show. */
  learn(settings: readonly OptionSetting[]): void
}

/** What an application version consists of. */
export type VersionContent =
  /** `sha256`: of the bytes, in hexadecimal digits. */
  | { readonly kind: 'bundle'; readonly bytes: Uint8Array; readonly sha256: string }
  /** URI of an image, for cluster mode. */
  | { readonly kind: 'image'; readonly uri: string }
  /** The label names a version that exists. */
  | { readonly kind: 'existing' }

/** The application version that is wanted. */
export interface WantedVersion {
  readonly label: string
  /** Whether the label was asked for: equal content under another label is then a change. */
  readonly isLabelGiven: boolean
  readonly content: VersionContent
  readonly description?: string | undefined
  /** What it consists of, in words of the plan. */
  readonly artifacts: readonly Artifact[]
  readonly warnings: readonly Untrusted[]
}

/** What is deployed to an environment, and how. */
export interface BeanstalkChange {
  readonly application: string
  readonly environment: string
  /** Reads and packs what is wanted; called once. Undefined: only settings change. */
  wanted(): Promise<WantedVersion | undefined>
  /** Changed before the version, in a request of their own. */
  readonly settings: readonly OptionSetting[]
  /** Colors that are good enough: Green, Yellow. */
  readonly acceptedHealth: readonly string[]
  /** How long an environment may take to get one of these colors once the version is deployed. Minutes. */
  readonly recoveryMinutes: number
  /** Redeploys the version before where instances are left with the new one, or it is unhealthy. */
  readonly rollsBack: boolean
  /** How many application versions are kept; undefined: all. */
  readonly keepVersions?: number | undefined
  /** Bucket for bundles; undefined: that of Elastic Beanstalk. */
  readonly bucket?: string | undefined
  /** The other environment of a blue/green pair, and the CNAME prefix that users reach. */
  readonly swap?: { readonly environment: string; readonly cnamePrefix: string } | undefined
  /** Deploys a version that has the label, whatever its content is. */
  readonly usesExisting?: boolean | undefined
}

/** A change with its terms. */
export type BeanstalkRequest = BeanstalkChange & Terms

/** What only this target reads of its record. */
export interface BeanstalkRecord {
  readonly application: string
  readonly environment: string
  readonly region: string
  /** `e-…` */
  readonly environmentId?: string | undefined
  /** Whether it runs on pods of a cluster (tier EKS), whose deployment log is another one. */
  readonly isCluster?: boolean | undefined
  /** AWS's id of the request that began the deployment. */
  readonly requestId?: string | undefined
  /** Whether a failed or aborted deployment leaves instances on two versions. */
  readonly mixes?: boolean | undefined
}
