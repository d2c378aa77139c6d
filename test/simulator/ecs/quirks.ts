/** What tests may choose of Amazon ECS: what AWS does not document, and what stands around it. */

/** What AWS does not document, or leaves to configuration. The defaults are the harsher choice; tests may change them at any time. */
export interface EcsQuirks {
  /** UpdateService's reply names the new service deployment in `currentServiceDeployment`. Default: it names the one before. */
  updateReplyNamesNewDeployment: boolean
  /** Virtual seconds until a new service deployment can be listed and described. Default 3. */
  listedAfterSeconds: number
  /**
   * What a rolling deployment is rolled back to: the deployment that it replaced is primary again (so in a recorded answer
   * of DescribeServices), or a new one of the same revision. Default: the former.
   */
  rollbackDeployment: 'former' | 'new'
  /** Deregistration delay: seconds from a target's deregistration until its task is stopped. Default 15. */
  drainSeconds: number
  /** How long deployment alarms are watched after all tasks are healthy. Default 60. */
  alarmBakeSeconds: number
  /** How long until a task that never turns healthy is found unhealthy by the load balancer. Default 20. */
  unhealthyAfterSeconds: number
  /** What `stopType` ABORT does: its name is in the API model, but no page says what it means. Default: it stops at once. */
  abort: 'stops' | 'is-refused'
  /**
   * Whether BLUE_GREEN, LINEAR and CANARY heed the circuit breaker. Default true, as the acceptance tests of Terraform's
   * provider have seen it; AWS's pages say that it is for rolling updates only.
   */
  circuitBreakerForAllStrategies: boolean
  /**
   * `lifecycleStage` during PRE_PRODUCTION_TRAFFIC_SHIFT, which is in the text of API ServiceDeployment, but not in the enum
   * of its model. Default: its own name, which clients do not know.
   */
  preProductionStageShown: 'PRE_PRODUCTION_TRAFFIC_SHIFT' | 'PRODUCTION_TRAFFIC_SHIFT' | 'POST_TEST_TRAFFIC_SHIFT'
  /** Whether rolling deployments run the hooks of PRE_SCALE_UP and POST_SCALE_UP. Default: they run. */
  hooksOnRolling: 'run' | 'ignored'
  /** Seconds that a stage without hooks, traffic or tasks takes. Default 2. */
  stageSeconds: number
  /** Seconds of one traffic shift of an Application Load Balancer. Default 10. */
  trafficShiftSeconds: number
  /** Seconds of one traffic shift of a Network Load Balancer, which AWS puts at about ten minutes. Default 600. */
  networkLoadBalancerShiftSeconds: number
  /** Whether containers, variables and secrets of a stored definition come back in another order. Default true, as seen. */
  reordersDefinitions: boolean
  /** Seconds until a Lambda hook that answered IN_PROGRESS is invoked again. Default 30. */
  hookRetrySeconds: number
  /** Seconds after RunTask in which DescribeTasks answers MISSING and ListTasks does not list the task. Default 0; AWS: up to 30. */
  taskShownAfterSeconds: number
  /** Seconds from the end of the containers to STOPPED. Default: 6 to 12, as Fargate needs for network interfaces; less on EC2. */
  deprovisioningSeconds: number | undefined
  /** Why RunTask does not place tasks. Default: it does. */
  shortage: TaskShortage | undefined
}

/** Tasks that RunTask does not place: `failures` of its reply. */
export interface TaskShortage {
  /** In AWS's words, such as `RESOURCE:MEMORY`. */
  readonly reason: string
  readonly detail?: string
  /** How many tasks of each request are placed. Default: none. */
  readonly places?: number
  /** Virtual milliseconds since 1970. Default: without end. */
  readonly until?: number
  /** Only of requests with this capacity provider. */
  readonly provider?: string
}

/** What a Lambda function answers as a lifecycle hook. */
export type HookOutcome =
  | { readonly kind: 'succeeded' }
  | { readonly kind: 'failed' }
  /** Answers IN_PROGRESS so many times, then `end` (default: succeeded). */
  | {
      readonly kind: 'in-progress'
      readonly times: number
      readonly end?: 'succeeded' | 'failed'
      /** Seconds until it wants to be asked again; default: `hookRetrySeconds`. */
      readonly callBackDelay?: number
    }
  /** Its answer has no `hookStatus`, or none came within 15 minutes. */
  | { readonly kind: 'no-status' }
  /** The hook's role may not invoke it. */
  | { readonly kind: 'cannot-invoke' }
  /** Amazon ECS may not assume the hook's role. */
  | { readonly kind: 'cannot-assume-role' }

/** One invocation of a Lambda hook. */
export interface HookInvocation {
  readonly functionArn: string
  readonly stage: string
  readonly at: number
}

/** The Lambda functions of lifecycle hooks. */
export interface LambdaHooks {
  /** Newest rule first; at one stage, or at all. Functions without a rule succeed. */
  set(functionArn: string | RegExp, outcome: HookOutcome, stage?: string): void
  /** All so far, oldest first. */
  readonly invocations: readonly HookInvocation[]
}

/** What the role that Amazon ECS manages load balancers with lacks. */
export type InfrastructureDenial =
  | 'sts:AssumeRole'
  | 'elasticloadbalancing:ModifyListener'
  | 'elasticloadbalancing:ModifyRule'
  | 'elasticloadbalancing:DescribeTargetHealth'
  | 'elasticloadbalancing:RegisterTargets'
