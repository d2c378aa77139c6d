import type { Failure } from '../failure.ts'
import type { DeploymentConfiguration } from './deployment-configuration.ts'
import type { ExpressServices } from './express.ts'
import type { JsonObject } from './json.ts'
import type { LoadBalancer, Service, ServiceDeployment } from './service.ts'

/** A task (ECS API Task). */
export interface Task {
  readonly taskArn?: string
  readonly taskDefinitionArn?: string
  readonly startedBy?: string
  readonly lastStatus?: string
  readonly desiredStatus?: string
  readonly stopCode?: string
  readonly stoppedReason?: string
  /** When it began to stop, when its containers had ended, and when all of it was gone. */
  readonly stoppingAt?: Date
  readonly executionStoppedAt?: Date
  readonly stoppedAt?: Date
  readonly createdAt?: Date
  readonly startedAt?: Date
  readonly healthStatus?: string
  readonly availabilityZone?: string
  readonly containers?: readonly {
    readonly name?: string
    readonly image?: string
    /** Of what was pulled; only of images in Amazon ECR. */
    readonly imageDigest?: string
    readonly lastStatus?: string
    readonly exitCode?: number
    readonly reason?: string
    readonly healthStatus?: string
    readonly runtimeId?: string
    readonly networkInterfaces?: readonly { readonly privateIpv4Address?: string; readonly ipv6Address?: string }[]
  }[]
  readonly attachments?: readonly {
    readonly details?: readonly { readonly name?: string; readonly value?: string }[]
  }[]
}

/** Request of ECS UpdateService. */
export interface UpdateServiceRequest {
  readonly cluster: string
  readonly service: string
  readonly taskDefinition?: string
  readonly desiredCount?: number
  readonly forceNewDeployment?: boolean
  readonly enableECSManagedTags?: boolean
  readonly propagateTags?: string
  readonly volumeConfigurations?: readonly JsonObject[]
  /** Omitted members stay; a given member replaces the previous one, with all below it. */
  readonly deploymentConfiguration?: DeploymentConfiguration
  /** Changes by whom the service is deployed: of services of CodeDeploy to ECS (`type: ECS`). */
  readonly deploymentController?: { readonly type: 'ECS' }
  /** All of them; makes a new deployment. */
  readonly loadBalancers?: readonly LoadBalancer[]
}

/** In the shape of CreateService, complete. */
export interface CreateServiceRequest extends JsonObject {
  readonly cluster: string
  readonly serviceName: string
  readonly taskDefinition: string
  /** Pinned by the caller, so that a repeated request makes one service only. At most 36 characters. */
  readonly clientToken: string
}

/** Request of ECS RunTask. */
export interface RunTaskRequest {
  readonly cluster: string
  readonly taskDefinition: string
  /** 1 to 10; 1 when it is absent. */
  readonly count?: number
  readonly startedBy?: string
  readonly group?: string
  readonly launchType?: string
  readonly platformVersion?: string
  readonly capacityProviderStrategy?: readonly JsonObject[]
  readonly networkConfiguration?: JsonObject
  readonly overrides?: JsonObject
  readonly tags?: readonly JsonObject[]
  readonly enableECSManagedTags?: boolean
  readonly enableExecuteCommand?: boolean
  readonly propagateTags?: string
  readonly volumeConfigurations?: readonly JsonObject[]
  /** Pinned by the caller, so that a repeated request starts its tasks once only. */
  readonly clientToken: string
}

/** Why a task was not placed (ECS API, Failure). */
export interface RunTaskFailure {
  readonly reason?: string | undefined
  readonly detail?: string | undefined
}

/** What one RunTask has started, and what it has not. */
export interface RunTaskReply {
  readonly tasks: readonly Task[]
  readonly failures: readonly RunTaskFailure[]
  /** True where the client token belongs to an earlier request with other parameters: these are the tasks of that one. */
  readonly isOfEarlier?: boolean | undefined
}

/** Amazon ECS. */
export interface Ecs extends ExpressServices {
  /** Undefined when the service does not exist; throws `service-not-found` when the cluster does not. */
  describeService(cluster: string, service: string): Promise<Service | undefined>
  /** The `service-not-found` for a service that is MISSING, or INACTIVE, with the names that exist instead. */
  explainMissingService(cluster: string, service: string, reason: 'MISSING' | 'INACTIVE'): Promise<Failure>
  /** Read back: the service's task definition, desired count and deployments. Returns the service after the update. */
  updateService(request: UpdateServiceRequest): Promise<Service>
  /** Read back. Undefined when there is an active service of that name already, which another caller created. */
  createService(request: CreateServiceRequest): Promise<Service | undefined>
  /** Newest first: all of about the last three months, or those that were created after a moment of that time. */
  listServiceDeployments(cluster: string, service: string, createdAfter?: Date): Promise<readonly ServiceDeployment[]>
  describeServiceDeployment(arn: string): Promise<ServiceDeployment | undefined>
  /** Task definition ARN of a service revision. */
  taskDefinitionOfRevision(serviceRevisionArn: string): Promise<string | undefined>
  /** Stops a service deployment and rolls it back (`stopType: ROLLBACK`). */
  rollBackServiceDeployment(arn: string): Promise<void>
  /** Answers a PAUSE hook that is AWAITING_ACTION. False: the hook no longer waited, as another caller answered or it ended. */
  continueServiceDeployment(arn: string, hookId: string, action: 'CONTINUE' | 'ROLLBACK'): Promise<boolean>
  /**
   * Tasks of a service, of a deployment (`startedBy`) or by ARN; stopped ones stay visible for about an hour. `atMost`: 100
   * or fewer of them will do.
   */
  listTasks(
    cluster: string,
    filter: { service?: string; startedBy?: string; desiredStatus: 'RUNNING' | 'STOPPED'; atMost?: number },
  ): Promise<readonly Task[]>
  describeTasks(cluster: string, arns: readonly string[]): Promise<readonly Task[]>
  /** `tasks` and `failures` may each be empty. A repeated request returns the tasks of the first one. */
  runTask(request: RunTaskRequest): Promise<RunTaskReply>
  stopTask(cluster: string, task: string, reason: string): Promise<void>
  /**
   * The definition as AWS has it, read-only members included, with its tags (`include: TAGS`) under `tags`.
   * Undefined when the family or revision does not exist.
   */
  describeTaskDefinition(nameOrArn: string): Promise<JsonObject | undefined>
  /** Registers exactly this; throws `task-definition-lossy` when the SDK would drop a member. Returns what AWS stored. */
  registerTaskDefinition(definition: JsonObject): Promise<JsonObject>
  /** Adds tags to a resource, or changes their values. */
  tagResource(arn: string, tags: Readonly<Record<string, string>>): Promise<void>
  /** Removes tags from a resource, by their keys. */
  untagResource(arn: string, keys: readonly string[]): Promise<void>
}
