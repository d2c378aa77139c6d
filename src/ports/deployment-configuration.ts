/** How the ECS deployment controller deploys a service (API DeploymentConfiguration). */
export interface DeploymentConfiguration {
  /** ROLLING, BLUE_GREEN, LINEAR or CANARY; absent means ROLLING. */
  readonly strategy?: string
  readonly minimumHealthyPercent?: number
  readonly maximumPercent?: number
  readonly bakeTimeInMinutes?: number
  readonly canaryConfiguration?: { readonly canaryPercent?: number; readonly canaryBakeTimeInMinutes?: number }
  readonly linearConfiguration?: { readonly stepPercent?: number; readonly stepBakeTimeInMinutes?: number }
  readonly deploymentCircuitBreaker?: {
    readonly enable?: boolean
    readonly rollback?: boolean
    readonly resetOnHealthyTask?: boolean
    readonly thresholdConfiguration?: FailureThreshold
  }
  readonly alarms?: {
    readonly alarmNames?: readonly string[]
    readonly enable?: boolean
    readonly rollback?: boolean
  }
  readonly earlySuccessCriteria?: {
    readonly enable?: boolean
    readonly healthyPercent?: number
    /** BLOCKING or DEFERRED. */
    readonly sourceServiceRevisionCleanup?: string
  }
  readonly lifecycleHooks?: readonly LifecycleHook[]
}

/** `type`: BOUNDED_PERCENT, UNBOUNDED_PERCENT or COUNT. */
export interface FailureThreshold {
  readonly type?: string
  readonly value?: number
}

/** A hook of a service deployment (ECS API DeploymentLifecycleHook). */
export interface LifecycleHook {
  /** AWS_LAMBDA (also when absent) or PAUSE. */
  readonly targetType?: string
  readonly hookTargetArn?: string
  readonly roleArn?: string
  readonly lifecycleStages?: readonly string[]
  /** Any JSON; passed to the function. */
  readonly hookDetails?: unknown
  /** `action`: CONTINUE or ROLLBACK. */
  readonly timeoutConfiguration?: { readonly timeoutInMinutes?: number; readonly action?: string }
}

/**
 * Routing of traffic while it is shifted (API AdvancedConfiguration). Rules are ARNs of listeners behind a Network Load Balancer.
 */
export interface AdvancedConfiguration {
  readonly alternateTargetGroupArn?: string
  readonly productionListenerRule?: string
  readonly testListenerRule?: string
  readonly roleArn?: string
}
