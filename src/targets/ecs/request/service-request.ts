import type { Origin } from '../../../deployment/origin.ts'
import type { Terms } from '../../../deployment/terms.ts'
import type { Source } from '../../../document/document.ts'
import type { Place } from '../../../mistake.ts'
import type { JsonObject, Service } from '../../../ports.ts'
import type { WrittenDefinition } from '../../../task-definition/definition-source.ts'
import type { ExpressChange } from './express-change.ts'
import type { FormerSettings } from './former-settings.ts'
import type { DeploymentSettings } from './requested-settings.ts'

/** The requested change of a service. Everything that is undefined is left as the service has it. */
export interface ServiceChange {
  /** Name or ARN. */
  readonly cluster: string
  readonly service: string
  readonly region: string
  /**
   * Finds and renders the definition that is wanted. `current` is what the service runs now, and `origin` where that comes from; a
   * missing service runs none.
   */
  wanted(
    service: Service | undefined,
    current: JsonObject | undefined,
    origin?: Origin | undefined,
  ): Promise<WantedDefinition>
  readonly desiredCount?: number | undefined
  /** Also where autoscaling owns the count. */
  readonly forceDesiredCount?: boolean | undefined
  /** What a missing service is created from; undefined: a missing service is an error. */
  readonly serviceDefinition?: ServiceDefinition | undefined
  /** Of the service's deployment configuration; undefined: all of it stays. */
  readonly settings?: DeploymentSettings | undefined
  /** Instead of `settings`: what an earlier deployment changed of them is to be as it was before. */
  readonly former?: FormerSettings | undefined
  readonly forceNewDeployment: boolean
  /** True: a service that runs this content already is deployed all the same when the tag of an image of it was moved. */
  readonly followTags?: boolean | undefined
  readonly enableEcsManagedTags?: boolean | undefined
  readonly propagateTags?: string | undefined
  readonly volumeConfigurations?: readonly JsonObject[] | undefined
  readonly codeDeploy: CodeDeployRequest
  /** Of an Express service; undefined: the action knows no Express Mode, and its settings stay. */
  readonly express?: ExpressChange | undefined
  readonly runTask?: OneOffTask | undefined
  /** Run in their order with the new revision before the service is changed. */
  readonly tasksBefore?: readonly NamedTask[] | undefined
  /** Names of those that have run for this request: where the deployment is tried again, they are not run again. */
  readonly tasksRan?: Set<string> | undefined
  /** Run at stages and after the deployment by its steps; here they are checked with the others. */
  readonly tasksLater?: readonly NamedTask[] | undefined
  /** True where the service may have changed a moment ago, so that one read is not enough for `unchanged`. */
  readonly isJustChanged?: boolean | undefined
}

/** The change of a service, and how it is deployed. */
export interface ServiceRequest extends ServiceChange, Terms {}

/** The definition to deploy: in the shape of RegisterTaskDefinition, or an existing revision. */
export interface WantedDefinition {
  readonly definition: JsonObject
  /** What it was rendered from; undefined where it is unknown. */
  readonly original?: WrittenDefinition | undefined
  /** ARN of an existing revision that is to be deployed as it is. */
  readonly arn?: string | undefined
  /** AppSpec by which CodeDeploy deploys it, in place of the requested one. */
  readonly appSpec?: string | undefined
}

/** A service that does not exist yet. */
export interface ServiceDefinition {
  /** Where it was written. */
  readonly file: string
  /** In the shape of CreateService. */
  readonly content: JsonObject
  /** Positions of its members in the file; undefined where they are unknown. */
  readonly at?: ((path: readonly PropertyKey[]) => Place) | undefined
  /** Equal for a repeated attempt of the same run, so that only one service is created. */
  readonly idempotencyKey: string
}

/** After what CodeDeploy rolls back by itself (API AutoRollbackConfiguration, `events`). */
export type RollbackEvent = 'DEPLOYMENT_FAILURE' | 'DEPLOYMENT_STOP_ON_ALARM' | 'DEPLOYMENT_STOP_ON_REQUEST'

/** Requested settings of CodeDeploy. What is undefined is as the group has it, or found. */
export interface CodeDeployRequest {
  readonly application?: string | undefined
  readonly deploymentGroup?: string | undefined
  readonly deploymentConfig?: string | undefined
  readonly description?: string | undefined
  /** AppSpec as YAML or JSON; made from the service when undefined. */
  readonly appSpec?: string | undefined
  /** Source of that text: a file, or the input itself. Undefined for the AppSpec of an earlier deployment. */
  readonly appSpecSource?: Source | undefined
  /** Names of the alarms that stop this deployment, in the place of the group's; none: no alarm does. */
  readonly alarms?: readonly string[] | undefined
  /** What rolls this deployment back, in the place of the group's own settings; none: nothing does. */
  readonly autoRollback?: readonly RollbackEvent[] | undefined
}

/** A task of slipway.yml. */
export interface NamedTask {
  readonly name: string
  /** In place of the container's own; undefined: as the definition has them. */
  readonly command?: readonly string[] | undefined
  readonly environment: Readonly<Record<string, string>>
  /** Undefined: the only essential container. */
  readonly container?: string | undefined
  /** Image of the only container of a definition that is registered for it; undefined: the revision itself. */
  readonly image?: string | undefined
  /** One at a time of this name, wherever it is started. */
  readonly lock?: string | undefined
  /** Network, tags and the like; its overrides are those above. */
  readonly task: OneOffTask
}

/** One or several one-off tasks of a revision: a migration before the service is updated, say. */
export interface OneOffTask {
  /** `containerOverrides`. */
  readonly overrides?: readonly JsonObject[] | undefined
  /** Other members of `overrides`: size, roles, ephemeral storage. */
  readonly taskOverrides?: JsonObject | undefined
  /** How many, all alike. Default 1. */
  readonly count?: number | undefined
  /** Whose exit code counts; undefined: `watchedContainers` decides. */
  readonly container?: string | undefined
  /** Network, launch type and capacity providers are the service's own where they are not given, and Fargate without one. */
  readonly subnets: readonly string[]
  readonly securityGroups: readonly string[]
  readonly assignPublicIp?: 'ENABLED' | 'DISABLED' | undefined
  readonly launchType?: string | undefined
  readonly capacityProviderStrategy?: readonly JsonObject[] | undefined
  readonly platformVersion?: string | undefined
  /** Undefined: one that no other task has, made of the key. */
  readonly startedBy?: string | undefined
  readonly group?: string | undefined
  readonly enableExecuteCommand?: boolean | undefined
  readonly tags?: readonly JsonObject[] | undefined
  readonly volumeConfigurations?: readonly JsonObject[] | undefined
  readonly enableEcsManagedTags?: boolean | undefined
  readonly propagateTags?: string | undefined
  /** False: start it and go on, or see it run (`awaitRunning`). */
  readonly awaitStop: boolean
  readonly awaitRunning?: boolean | undefined
  readonly waitMinutes: number
  /** Whether the log of the watched containers is followed. Default: where the task is awaited to its stop. */
  readonly followsLog?: boolean | undefined
  /** What a line begins with whose rest is the result of the task; the last such line counts. */
  readonly resultMarker?: string | undefined
  /** What is done with a task that runs when its time is up, or when the job is cancelled. Default: both `stop`. */
  readonly onTimeout?: 'stop' | 'leave' | undefined
  readonly onCancel?: 'stop' | 'leave' | undefined
  /** How long RunTask is repeated while capacity is lacking. Default 10, and never more than `waitMinutes`. */
  readonly capacityMinutes?: number | undefined
  /** How often a task is started again that AWS has taken away. Default 0: the command may have been half through. */
  readonly interruptionRetries?: number | undefined
  /** Where Fargate Spot has no capacity, Fargate is asked for once. */
  readonly fallsBackToFargate?: boolean | undefined
  /** Only one task of this name runs in the cluster at a time, of whatever repository. */
  readonly lock?: string | undefined
  /** Instead of a token made of the key: equal for a request that is to find the tasks of an earlier one. */
  readonly clientToken?: string | undefined
  /** The same for a repeated try of the same run, so that one task is started only. */
  readonly idempotencyKey: string
  /** Keys of earlier attempts of this run, the last one first: a killed one may have left a task that still runs. */
  readonly earlierKeys?: readonly string[] | undefined
}
