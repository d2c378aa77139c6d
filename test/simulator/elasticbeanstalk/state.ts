/** What the simulated Elastic Beanstalk knows: applications, versions, environments with their instances, and events. */
import type {
  ApplicationVersionDescription,
  ConfigurationOptionSetting,
  EnvironmentDescription,
  EventSeverity,
} from '@aws-sdk/client-elastic-beanstalk'
import { AwsError, type World } from '../contract.ts'
import type { Player } from '../ecs/script.ts'

/** What happens where instances get a version. */
export type VersionBehaviour =
  | { readonly kind: 'healthy' }
  /** A hook or the build exits on these instances of the fleet (by order, from 0; default: all). `log`: of the failed step. */
  | {
      readonly kind: 'command-fails'
      readonly exitCode: number
      readonly step?: string
      readonly log: readonly string[]
      readonly on?: readonly number[]
    }
  /** The command does not end before the time-out of Elastic Beanstalk. */
  | { readonly kind: 'command-hangs'; readonly on?: readonly number[]; readonly endsWithTimeouts?: boolean }
  /** Deployed, but the instances never pass their checks. `causes`: those of enhanced health. */
  | { readonly kind: 'unhealthy'; readonly causes: readonly string[] }
  /** On a cluster: pods of the new version that do not get ready, with the blocks of their files in the deployment log. */
  | {
      readonly kind: 'pods-fail'
      readonly events: readonly string[]
      readonly log?: readonly string[]
      /** Of no pod. */
      readonly shared?: readonly string[]
    }
  /** Deployed, with the status Warning (Yellow) from then on. */
  | { readonly kind: 'warning'; readonly causes: readonly string[] }
  /** Deployed, and the instances send no data of their health (Grey). */
  | { readonly kind: 'no-data' }
  /** No instance can be launched for it; for policies that launch some. */
  | { readonly kind: 'launch-fails'; readonly message: string }
  /** The bundle does not pass the validation of CreateApplicationVersion. */
  | { readonly kind: 'processing-fails'; readonly message: string }

/** What AWS does not document, and how long things take. Seconds. */
export interface BeanstalkQuirks {
  command: number
  /** To take a batch out of the load balancer. */
  deregistration: number
  launch: number
  /** Until an instance has passed its health checks, and until it is given up. */
  health: number
  healthLimit: number
  /** To terminate old instances after traffic has shifted. */
  termination: number
  processing: number
  abort: number
  configuration: number
  swap: number
  /** Whether the Docker platform refuses a digest in `Dockerrun.aws.json`, which no page says. */
  refusesDigests: boolean
  /** How long DescribeEnvironments shows an environment as Ready after its update was accepted. */
  readyLag: number
  /** Requests of one region: a bucket of so many, and how many more a second. No page has the figures of AWS. */
  requests: { readonly capacity: number; readonly perSecond: number }
  /** How long after the end of a deployment to a cluster its log is uploaded; undefined: it is not, as the upload is best effort. */
  clusterLog: number | undefined
  /** Whether DescribeEnvironments names the new version from the beginning of its deployment. */
  labelFromStart: boolean
}

/** The times of one real deployment each (Node.js, AL2023, 2026). */
export const usualQuirks: Readonly<BeanstalkQuirks> = {
  command: 9,
  deregistration: 13,
  launch: 122,
  health: 60,
  healthLimit: 300,
  termination: 192,
  processing: 5,
  abort: 20,
  configuration: 40,
  swap: 12,
  refusesDigests: false,
  readyLag: 0,
  requests: { capacity: 60, perSecond: 2 },
  clusterLog: 5,
  labelFromStart: false,
}

export interface AppVersion extends ApplicationVersionDescription {
  readonly ApplicationName: string
  readonly VersionLabel: string
  readonly tags: Map<string, string>
}

export interface Instance {
  readonly id: string
  label: string
  deploymentId: number
  status: 'Deployed' | 'In Progress' | 'Failed'
  deployedAt: number
  readonly launchedAt: number
}

export interface Environment extends EnvironmentDescription {
  readonly EnvironmentName: string
  readonly EnvironmentId: string
  readonly ApplicationName: string
  readonly CreatedAt: number
  readonly tags: Map<string, string>
  instances: Instance[]
  /** Of the newest deployment, and the version of the last that succeeded with its number. */
  deployments: number
  expected: { readonly label: string; readonly deploymentId: number }
  /** By namespace and name. */
  readonly settings: Map<string, ConfigurationOptionSetting>
  /** Settings that are being deployed, or that could not be: API reference, ConfigurationSettingsDescription. */
  draft?:
    | { readonly status: 'pending' | 'failed'; readonly settings: Map<string, ConfigurationOptionSetting> }
    | undefined
  /** Enhanced health; false: basic. */
  readonly enhanced: boolean
  /** The operation in progress. */
  operation?: Operation | undefined
  readonly player: Player
  managedAction?: { readonly id: string; readonly from: number } | undefined
  /** Until then it is shown as Ready, although its update has begun. */
  shownReadyUntil?: number
  /** The next change of settings fails with this event. */
  nextConfigurationFailure?: string | undefined
}

export interface Operation {
  readonly requestId: string
  readonly label?: string | undefined
  readonly deploymentId: number
  readonly isAbortable: boolean
  /** What an abort does to the fleet, and whether instances may be left on two versions. */
  undo(): boolean
}

export interface BeanstalkEvent {
  readonly at: number
  readonly message: string
  readonly severity: EventSeverity
  readonly application: string
  readonly environment?: string | undefined
  readonly label?: string | undefined
  readonly requestId?: string | undefined
}

/** Objects of Amazon S3, as far as Elastic Beanstalk reads and writes them. */
export interface Storage {
  read(bucket: string, key: string): Buffer | undefined
  write(bucket: string, key: string, body: Buffer): void
}

/** One region. */
export interface State {
  readonly world: World
  readonly region: string
  readonly quirks: BeanstalkQuirks
  readonly applications: Map<string, { readonly createdAt: number }>
  readonly versions: AppVersion[]
  readonly environments: Environment[]
  readonly events: BeanstalkEvent[]
  readonly storage: Storage
  /** The bucket of CreateStorageLocation. */
  readonly bucket: string
  /** Lifecycle states of platform branches, by the ARN of a platform; `Supported` where there is none. */
  readonly branchLifecycle: Map<string, string>
  /** Versions that an account may have. Default 1000. */
  versionQuota: number
  behaviour(label: string): VersionBehaviour
}

/** The environment of a request. Texts: Elastic Beanstalk's own, as its command lines print them. */
export function findEnvironment(
  state: State,
  input: { EnvironmentName?: string; EnvironmentId?: string },
): Environment {
  const { EnvironmentName: name, EnvironmentId: id } = input
  if (name === undefined && id === undefined)
    throw new AwsError('MissingParameter', 'Either an EnvironmentId or an EnvironmentName must be specified.')
  const found = state.environments.find(
    (environment) =>
      environment.Status !== 'Terminated' &&
      (name === undefined || environment.EnvironmentName === name) &&
      (id === undefined || environment.EnvironmentId === id),
  )
  if (found) return found
  const asked = name === undefined ? `EnvironmentId = '${id}'` : `EnvironmentName = '${name}'`
  throw new AwsError('InvalidParameterValue', `No Environment found for ${asked}.`)
}

/** Throws what Elastic Beanstalk answers while an operation is in progress. */
export function requireReady({ EnvironmentName, Status }: Environment): void {
  if (Status !== 'Ready')
    throw new AwsError(
      'InvalidParameterValue',
      `Environment named ${EnvironmentName} is in an invalid state for this operation. Must be Ready.`,
    )
}

/** A setting of an environment. */
export const settingOf = (environment: Environment, namespace: string, name: string): string | undefined =>
  environment.settings.get(`${namespace} ${name}`)?.Value
