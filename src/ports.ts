/**
 * What the program needs of the world, as narrow interfaces. The domain (`image task-definition deployment diagnosis
 * report config`) knows only these; the adapters (`aws slack github docker runner`) implement them.
 *
 * Shapes are AWS's own (same member names as the API), cut down to the members that are read.
 * All adapters throw `Failure`; a mutation whose reply was lost has been read back before they return or throw.
 */

/** A JSON object exactly as somebody wrote it; members that Slipway does not know stay in. */
export type JsonObject = { readonly [member: string]: Json }
export type Json = null | boolean | number | string | readonly Json[] | JsonObject

// --- Amazon ECS ------------------------------------------------------------------------------------------------------

export interface EcsDeployment {
  readonly id?: string
  /** PRIMARY, ACTIVE or INACTIVE. */
  readonly status?: string
  readonly taskDefinition?: string
  readonly desiredCount?: number
  readonly pendingCount?: number
  readonly runningCount?: number
  readonly failedTasks?: number
  readonly createdAt?: Date
  readonly updatedAt?: Date
  /** COMPLETED, FAILED or IN_PROGRESS; only with the ECS deployment controller. */
  readonly rolloutState?: string
  readonly rolloutStateReason?: string
}

export interface TaskSet {
  readonly id?: string
  readonly taskSetArn?: string
  readonly status?: string
  readonly externalId?: string
  readonly taskDefinition?: string
  readonly startedBy?: string
  readonly stabilityStatus?: string
  readonly computedDesiredCount?: number
  readonly pendingCount?: number
  readonly runningCount?: number
  readonly createdAt?: Date
  readonly loadBalancers?: readonly LoadBalancer[]
}

export interface LoadBalancer {
  readonly targetGroupArn?: string
  readonly loadBalancerName?: string
  readonly containerName?: string
  readonly containerPort?: number
}

export interface Service {
  readonly serviceArn?: string
  readonly serviceName?: string
  readonly clusterArn?: string
  /** ACTIVE, DRAINING or INACTIVE. */
  readonly status?: string
  readonly desiredCount?: number
  readonly runningCount?: number
  readonly pendingCount?: number
  readonly taskDefinition?: string
  readonly deploymentController?: { readonly type?: string }
  readonly deploymentConfiguration?: {
    readonly strategy?: string
    readonly minimumHealthyPercent?: number
    readonly maximumPercent?: number
    readonly deploymentCircuitBreaker?: { readonly enable?: boolean; readonly rollback?: boolean }
  }
  readonly deployments?: readonly EcsDeployment[]
  readonly taskSets?: readonly TaskSet[]
  readonly loadBalancers?: readonly LoadBalancer[]
  readonly events?: readonly { readonly id?: string; readonly createdAt?: Date; readonly message?: string }[]
  readonly launchType?: string
  readonly platformVersion?: string
  readonly platformFamily?: string
  readonly capacityProviderStrategy?: readonly { readonly capacityProvider?: string; readonly weight?: number; readonly base?: number }[]
  readonly networkConfiguration?: {
    readonly awsvpcConfiguration?: {
      readonly subnets?: readonly string[]
      readonly securityGroups?: readonly string[]
      readonly assignPublicIp?: string
    }
  }
  readonly schedulingStrategy?: string
  readonly currentServiceDeployment?: string
  readonly currentServiceRevisions?: readonly { readonly arn?: string }[]
}

export interface ServiceRevisionSummary {
  readonly arn?: string
  readonly requestedTaskCount?: number
  readonly runningTaskCount?: number
  readonly pendingTaskCount?: number
  readonly requestedProductionTrafficWeight?: number
}

export interface ServiceDeployment {
  readonly serviceDeploymentArn?: string
  readonly serviceArn?: string
  readonly clusterArn?: string
  readonly createdAt?: Date
  readonly startedAt?: Date
  readonly finishedAt?: Date
  readonly stoppedAt?: Date
  readonly updatedAt?: Date
  readonly sourceServiceRevisions?: readonly ServiceRevisionSummary[]
  readonly targetServiceRevision?: ServiceRevisionSummary
  /** PENDING IN_PROGRESS STOP_REQUESTED ROLLBACK_REQUESTED ROLLBACK_IN_PROGRESS, terminal: SUCCESSFUL STOPPED ROLLBACK_SUCCESSFUL ROLLBACK_FAILED. */
  readonly status?: string
  readonly statusReason?: string
  readonly lifecycleStage?: string
  readonly rollback?: { readonly reason?: string; readonly startedAt?: Date; readonly serviceRevisionArn?: string }
  readonly deploymentCircuitBreaker?: { readonly status?: string; readonly failureCount?: number; readonly threshold?: number }
  readonly alarms?: { readonly status?: string; readonly alarmNames?: readonly string[]; readonly triggeredAlarmNames?: readonly string[] }
}

export interface Task {
  readonly taskArn?: string
  readonly taskDefinitionArn?: string
  readonly startedBy?: string
  readonly lastStatus?: string
  readonly desiredStatus?: string
  readonly stopCode?: string
  readonly stoppedReason?: string
  readonly stoppedAt?: Date
  readonly createdAt?: Date
  readonly startedAt?: Date
  readonly healthStatus?: string
  readonly containers?: readonly {
    readonly name?: string
    readonly image?: string
    readonly lastStatus?: string
    readonly exitCode?: number
    readonly reason?: string
    readonly healthStatus?: string
    readonly runtimeId?: string
  }[]
}

export interface UpdateServiceRequest {
  readonly cluster: string
  readonly service: string
  readonly taskDefinition?: string
  readonly desiredCount?: number
  readonly forceNewDeployment?: boolean
  readonly enableECSManagedTags?: boolean
  readonly propagateTags?: string
  readonly volumeConfigurations?: readonly JsonObject[]
}

export interface RunTaskRequest {
  readonly cluster: string
  readonly taskDefinition: string
  readonly startedBy?: string
  readonly launchType?: string
  readonly capacityProviderStrategy?: readonly JsonObject[]
  readonly networkConfiguration?: JsonObject
  readonly overrides?: JsonObject
  readonly tags?: readonly JsonObject[]
  readonly enableECSManagedTags?: boolean
  readonly propagateTags?: string
  readonly volumeConfigurations?: readonly JsonObject[]
  /** Pinned by the caller, so that a repeated request starts one task only. */
  readonly clientToken: string
}

/** Amazon ECS. */
export interface Ecs {
  /** Undefined when the service does not exist; throws `service-not-found` when the cluster does not. */
  describeService(cluster: string, service: string): Promise<Service | undefined>
  /** Read back: the service's task definition, desired count and deployments. Returns the service after the update. */
  updateService(request: UpdateServiceRequest): Promise<Service>
  /** Newest first. */
  listServiceDeployments(cluster: string, service: string, createdAfter: Date): Promise<readonly ServiceDeployment[]>
  describeServiceDeployment(arn: string): Promise<ServiceDeployment | undefined>
  /** Task definition ARN of a service revision. */
  taskDefinitionOfRevision(serviceRevisionArn: string): Promise<string | undefined>
  /** Stops a service deployment and rolls it back (`stopType: ROLLBACK`). */
  rollBackServiceDeployment(arn: string): Promise<void>
  /** Tasks of a service, of a deployment (`startedBy`) or by ARN; stopped ones stay visible for about an hour. */
  listTasks(cluster: string, filter: { service?: string; startedBy?: string; desiredStatus: 'RUNNING' | 'STOPPED' }): Promise<readonly Task[]>
  describeTasks(cluster: string, arns: readonly string[]): Promise<readonly Task[]>
  runTask(request: RunTaskRequest): Promise<readonly Task[]>
  stopTask(cluster: string, task: string, reason: string): Promise<void>
  /**
   * The definition as AWS has it, read-only members included, with its tags (`include: TAGS`) under `tags`.
   * Undefined when the family or revision does not exist.
   */
  describeTaskDefinition(nameOrArn: string): Promise<JsonObject | undefined>
  /** Registers exactly this; throws `task-definition-lossy` when a member would be dropped on the way. Returns what AWS stored. */
  registerTaskDefinition(definition: JsonObject): Promise<JsonObject>
}

// --- AWS CodeDeploy --------------------------------------------------------------------------------------------------

export interface DeploymentGroup {
  readonly applicationName?: string
  readonly deploymentGroupName?: string
  readonly computePlatform?: string
  readonly deploymentConfigName?: string
  readonly serviceRoleArn?: string
  readonly ecsServices?: readonly { readonly serviceName?: string; readonly clusterName?: string }[]
  readonly blueGreenDeploymentConfiguration?: {
    readonly deploymentReadyOption?: { readonly actionOnTimeout?: string; readonly waitTimeInMinutes?: number }
    readonly terminateBlueInstancesOnDeploymentSuccess?: { readonly action?: string; readonly terminationWaitTimeInMinutes?: number }
  }
  readonly autoRollbackConfiguration?: { readonly enabled?: boolean; readonly events?: readonly string[] }
}

export interface CodeDeployDeployment {
  readonly deploymentId?: string
  readonly applicationName?: string
  readonly deploymentGroupName?: string
  readonly deploymentConfigName?: string
  /** Created Queued InProgress Baking Ready, terminal: Succeeded Failed Stopped. */
  readonly status?: string
  readonly description?: string
  readonly creator?: string
  readonly createTime?: Date
  readonly startTime?: Date
  readonly completeTime?: Date
  readonly errorInformation?: { readonly code?: string; readonly message?: string }
  readonly rollbackInfo?: { readonly rollbackDeploymentId?: string; readonly rollbackTriggeringDeploymentId?: string; readonly rollbackMessage?: string }
  readonly deploymentStatusMessages?: readonly string[]
  readonly revision?: { readonly revisionType?: string; readonly appSpecContent?: { readonly content?: string; readonly sha256?: string } }
  readonly previousRevision?: { readonly appSpecContent?: { readonly content?: string; readonly sha256?: string } }
}

export interface EcsTarget {
  readonly deploymentId?: string
  readonly targetId?: string
  readonly status?: string
  readonly lifecycleEvents?: readonly {
    readonly lifecycleEventName?: string
    readonly status?: string
    readonly startTime?: Date
    readonly endTime?: Date
    readonly diagnostics?: { readonly errorCode?: string; readonly scriptName?: string; readonly message?: string; readonly logTail?: string }
  }[]
  /** `identifer` is AWS's own spelling. */
  readonly taskSetsInfo?: readonly {
    readonly identifer?: string
    readonly desiredCount?: number
    readonly pendingCount?: number
    readonly runningCount?: number
    readonly status?: string
    readonly trafficWeight?: number
    readonly targetGroup?: { readonly name?: string }
    readonly taskSetLabel?: string
  }[]
}

export interface CreateDeploymentRequest {
  readonly applicationName: string
  readonly deploymentGroupName: string
  readonly deploymentConfigName?: string
  /** At most 512 characters. */
  readonly description: string
  /** AppSpec, as JSON text. */
  readonly appSpec: string
}

/** AWS CodeDeploy for Amazon ECS. */
export interface CodeDeploy {
  describeDeploymentGroup(application: string, group: string): Promise<DeploymentGroup | undefined>
  /** Read back: deployments of the group in progress with the same appspec. Throws `deployment-conflict` with the id of the active one. */
  createDeployment(request: CreateDeploymentRequest): Promise<string>
  describeDeployment(id: string): Promise<CodeDeployDeployment>
  /** The ECS target of a deployment; undefined until CodeDeploy has made it. */
  describeTarget(id: string, cluster: string, service: string): Promise<EcsTarget | undefined>
  /** Ids of deployments of the group that are Created, Queued, InProgress, Baking or Ready. */
  listActiveDeployments(application: string, group: string): Promise<readonly string[]>
  /** Stops with `autoRollbackEnabled`. A deployment that has ended already is no error. */
  stopDeployment(id: string, rollBack: boolean): Promise<void>
}

// --- What explains a failure ------------------------------------------------------------------------------------------

/** Read-only sources of evidence. Each throws `permission-missing` when it is not allowed; the diagnosis goes on without. */
export interface EvidenceSources {
  targetHealth(targetGroupArn: string): Promise<
    readonly { readonly target: string; readonly state: string; readonly reason?: string | undefined; readonly description?: string | undefined }[]
  >
  /** The last `limit` lines, oldest first; empty when the group or stream does not exist. `region` where it differs. */
  logTail(logGroup: string, logStream: string, limit: number, region?: string): Promise<readonly string[]>
}

// --- Amazon ECR and registries ------------------------------------------------------------------------------------------

export interface Repository {
  readonly name: string
  /** `111122223333.dkr.ecr.eu-west-1.amazonaws.com/api`, without scheme. */
  readonly uri: string
  readonly immutableTags: boolean
}

export interface RegistryLogin {
  /** With scheme: `https://111122223333.dkr.ecr.eu-west-1.amazonaws.com`. */
  readonly endpoint: string
  readonly username: string
  readonly password: string
  readonly expiresAt: Date
}

/** Amazon ECR. */
export interface Ecr {
  describeRepository(name: string): Promise<Repository | undefined>
  /** One that exists already is returned as it is. */
  createRepository(name: string, options: { readonly immutableTags: boolean; readonly tags?: Record<string, string> }): Promise<Repository>
  /** Digest behind a tag, or undefined. */
  imageDigest(repository: string, reference: { readonly tag: string } | { readonly digest: string }): Promise<string | undefined>
  login(): Promise<RegistryLogin>
}

/** An OCI distribution registry, for images that are pushed without Docker. Paths are those of the OCI distribution spec. */
export interface Registry {
  hasBlob(repository: string, digest: string): Promise<boolean>
  pushBlob(repository: string, digest: string, content: Uint8Array): Promise<void>
  /** Pushes by digest or tag; returns the digest that the registry reports. */
  pushManifest(repository: string, reference: string, mediaType: string, content: Uint8Array): Promise<string>
  /** Undefined when there is none. */
  manifest(repository: string, reference: string): Promise<{ readonly digest: string; readonly mediaType: string; readonly content: Uint8Array } | undefined>
}

// --- Who and where ------------------------------------------------------------------------------------------------------

export interface Identity {
  readonly accountId: string
  /** ARN of the principal. */
  readonly arn: string
}
