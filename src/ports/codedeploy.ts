/** A deployment group (CodeDeploy API DeploymentGroupInfo). */
export interface DeploymentGroup {
  readonly applicationName?: string
  readonly deploymentGroupName?: string
  readonly computePlatform?: string
  readonly deploymentConfigName?: string
  readonly serviceRoleArn?: string
  readonly ecsServices?: readonly { readonly serviceName?: string; readonly clusterName?: string }[]
  readonly blueGreenDeploymentConfiguration?: {
    readonly deploymentReadyOption?: { readonly actionOnTimeout?: string; readonly waitTimeInMinutes?: number }
    readonly terminateBlueInstancesOnDeploymentSuccess?: {
      readonly action?: string
      readonly terminationWaitTimeInMinutes?: number
    }
  }
  readonly loadBalancerInfo?: {
    readonly targetGroupPairInfoList?: readonly {
      readonly targetGroups?: readonly { readonly name?: string }[]
      readonly prodTrafficRoute?: { readonly listenerArns?: readonly string[] }
      readonly testTrafficRoute?: { readonly listenerArns?: readonly string[] }
    }[]
  }
  readonly triggerConfigurations?: readonly { readonly triggerName?: string; readonly triggerTargetArn?: string }[]
  readonly autoRollbackConfiguration?: { readonly enabled?: boolean; readonly events?: readonly string[] }
  readonly alarmConfiguration?: {
    readonly enabled?: boolean
    readonly alarms?: readonly { readonly name?: string }[]
  }
}

/** How a deployment configuration shifts traffic (CodeDeploy API TrafficRoutingConfig). */
export interface TrafficRouting {
  /** AllAtOnce, TimeBasedCanary or TimeBasedLinear. */
  readonly type?: string
  /** Percent, and minutes until the rest follows. */
  readonly timeBasedCanary?: { readonly canaryPercentage?: number; readonly canaryInterval?: number }
  /** Percent of each step, and minutes between two. */
  readonly timeBasedLinear?: { readonly linearPercentage?: number; readonly linearInterval?: number }
}

/** A deployment (CodeDeploy API DeploymentInfo). */
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
  readonly rollbackInfo?: {
    readonly rollbackDeploymentId?: string
    readonly rollbackTriggeringDeploymentId?: string
    readonly rollbackMessage?: string
  }
  readonly deploymentStatusMessages?: readonly string[]
  readonly revision?: {
    readonly revisionType?: string
    readonly appSpecContent?: { readonly content?: string; readonly sha256?: string }
  }
  readonly previousRevision?: { readonly appSpecContent?: { readonly content?: string; readonly sha256?: string } }
}

/** The ECS service that a deployment targets (CodeDeploy API ECSTarget). */
export interface EcsTarget {
  readonly deploymentId?: string
  readonly targetId?: string
  readonly status?: string
  readonly lifecycleEvents?: readonly {
    readonly lifecycleEventName?: string
    readonly status?: string
    readonly startTime?: Date
    readonly endTime?: Date
    readonly diagnostics?: {
      readonly errorCode?: string
      readonly scriptName?: string
      readonly message?: string
      readonly logTail?: string
    }
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

/** Request of CodeDeploy CreateDeployment. */
export interface CreateDeploymentRequest {
  readonly applicationName: string
  readonly deploymentGroupName: string
  readonly deploymentConfigName?: string
  /** At most 512 characters. */
  readonly description: string
  /** AppSpec, as JSON text. */
  readonly appSpec: string
  /** In the place of the group's own; needs the permission codedeploy:UpdateDeploymentGroup. */
  readonly overrideAlarmConfiguration?: DeploymentGroup['alarmConfiguration']
  /** In the place of the group's own. */
  readonly autoRollbackConfiguration?: DeploymentGroup['autoRollbackConfiguration']
}

/** AWS CodeDeploy for Amazon ECS. */
export interface CodeDeploy {
  describeDeploymentGroup(application: string, group: string): Promise<DeploymentGroup | undefined>
  /**
   * The groups that deploy one service of Amazon ECS (both by name), of all applications or of the one that is named. Incomplete
   * where there are too many applications to search.
   */
  findDeploymentGroups(
    cluster: string,
    service: string,
    application?: string,
  ): Promise<{ readonly groups: readonly DeploymentGroup[]; readonly isComplete: boolean }>
  /** How a deployment configuration shifts traffic, by its name; undefined when there is none. */
  trafficRouting(name: string): Promise<TrafficRouting | undefined>
  /** Read back: deployments of the group in progress with the same appspec. Throws `deployment-conflict` with the id of the active one. */
  createDeployment(request: CreateDeploymentRequest): Promise<string>
  describeDeployment(id: string): Promise<CodeDeployDeployment>
  /** The ECS target of a deployment; undefined until CodeDeploy has made it. */
  describeTarget(id: string, cluster: string, service: string): Promise<EcsTarget | undefined>
  /** Ids of deployments of the group that are Created, Queued, InProgress, Baking or Ready. */
  listActiveDeployments(application: string, group: string): Promise<readonly string[]>
  /** Ends a wait. False: the deployment no longer waited, as another caller answered or it ended. */
  continueDeployment(id: string, wait: 'READY_WAIT'): Promise<boolean>
  /** Stops with `autoRollbackEnabled`. A deployment that has ended already is no error. */
  stopDeployment(id: string, rollBack: boolean): Promise<void>
}
