import type { AdvancedConfiguration, DeploymentConfiguration } from './deployment-configuration.ts'

/** An entry of a service's `deployments` (ECS API Deployment). */
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

/** A task set of a service (ECS API TaskSet). */
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
  readonly networkConfiguration?: NetworkConfiguration
  readonly platformVersion?: string
  readonly capacityProviderStrategy?: Service['capacityProviderStrategy']
}

/** Where tasks with a network interface of their own start. */
export interface NetworkConfiguration {
  readonly awsvpcConfiguration?: {
    readonly subnets?: readonly string[]
    readonly securityGroups?: readonly string[]
    readonly assignPublicIp?: string
  }
}

/** A load balancer of a service or task set (ECS API LoadBalancer). */
export interface LoadBalancer {
  readonly targetGroupArn?: string
  readonly loadBalancerName?: string
  readonly containerName?: string
  readonly containerPort?: number
  readonly advancedConfiguration?: AdvancedConfiguration
}

/** A service (ECS DescribeServices, API Service). */
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
  readonly deploymentConfiguration?: DeploymentConfiguration
  readonly deployments?: readonly EcsDeployment[]
  readonly taskSets?: readonly TaskSet[]
  readonly loadBalancers?: readonly LoadBalancer[]
  readonly healthCheckGracePeriodSeconds?: number
  readonly events?: readonly { readonly id?: string; readonly createdAt?: Date; readonly message?: string }[]
  readonly launchType?: string
  readonly platformVersion?: string
  readonly platformFamily?: string
  readonly capacityProviderStrategy?: readonly {
    readonly capacityProvider?: string
    readonly weight?: number
    readonly base?: number
  }[]
  readonly networkConfiguration?: NetworkConfiguration
  readonly enableExecuteCommand?: boolean
  readonly enableECSManagedTags?: boolean
  /** SERVICE, TASK_DEFINITION or NONE. */
  readonly propagateTags?: string
  readonly schedulingStrategy?: string
  /** `ECS` for a service in Express Mode, else `CUSTOMER`. */
  readonly resourceManagementType?: string
  readonly currentServiceDeployment?: string
  readonly currentServiceRevisions?: readonly { readonly arn?: string }[]
}

/** Task counts and traffic of a revision in a deployment (ECS API ServiceRevisionSummary). */
export interface ServiceRevisionSummary {
  readonly arn?: string
  readonly requestedTaskCount?: number
  readonly runningTaskCount?: number
  readonly pendingTaskCount?: number
  readonly requestedProductionTrafficWeight?: number
}

/** A service deployment (ECS DescribeServiceDeployments, API ServiceDeployment). */
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
  /** As it was when the deployment began. */
  readonly deploymentConfiguration?: DeploymentConfiguration
  readonly rollback?: { readonly reason?: string; readonly startedAt?: Date; readonly serviceRevisionArn?: string }
  readonly deploymentCircuitBreaker?: {
    readonly status?: string
    readonly failureCount?: number
    readonly threshold?: number
  }
  readonly alarms?: {
    readonly status?: string
    readonly alarmNames?: readonly string[]
    readonly triggeredAlarmNames?: readonly string[]
  }
  /** Every run of a hook until now; several may wait at once. */
  readonly lifecycleHookDetails?: readonly {
    readonly hookId?: string
    /** AWS_LAMBDA or PAUSE. */
    readonly targetType?: string
    readonly targetArn?: string
    /** AWAITING_ACTION, IN_PROGRESS, SUCCEEDED, FAILED or TIMED_OUT. */
    readonly status?: string
    readonly expiresAt?: Date
    /** ROLLBACK or CONTINUE. */
    readonly timeoutAction?: string
  }[]
}
