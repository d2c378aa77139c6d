/**
 * How the parts of the simulator know each other. One file per AWS service implements its interface here; `simulator.ts`
 * puts them together, one set per region.
 */

import type { TaskStopCode } from '@aws-sdk/client-ecs'
import type { SimulatorClock } from './clock.ts'
import type { Distributions } from './cloudfront/cloudfront.ts'
import type { Network } from './ec2.ts'
import type { PushJobScenes } from './ecr-push-jobs.ts'
import type { ScanScenes } from './ecr-scans.ts'
import type { EcsQuirks, InfrastructureDenial, LambdaHooks } from './ecs/quirks.ts'
import type { Beanstalk } from './elasticbeanstalk/elasticbeanstalk.ts'
import type { EventBridge } from './eventbridge.ts'
import type { ObjectStorage } from './s3/s3.ts'

export type { Network } from './ec2.ts'
export type { EcsQuirks, HookOutcome, InfrastructureDenial, LambdaHooks } from './ecs/quirks.ts'
export type { Beanstalk } from './elasticbeanstalk/elasticbeanstalk.ts'
export type { ObjectStorage } from './s3/s3.ts'

/** One request, as the recorder keeps it. */
export interface Call {
  readonly service: string
  readonly operation: string
  readonly region: string
  /** Access key id of the SigV4 signature; empty for unsigned operations. */
  readonly accessKeyId: string
  /** Virtual milliseconds since 1970. */
  readonly at: number
  /** AWS's id of the request, as its reply has it. */
  readonly requestId?: string
  readonly input: Readonly<Record<string, unknown>>
  /** Error code that was answered, if any, or the fault that was injected. */
  outcome?: string
  /** Looks after a change for which the answer is that from before it. Default: none. */
  lag?: number
}

/** Answers one operation. Input and output are checked against AWS's schemas around it. Throws `AwsError` to refuse. */
// biome-ignore lint/suspicious/noExplicitAny: inputs have passed the schema check of their operation; handlers name their shape
export type Handler = (input: any, call: Call) => unknown

export type Handlers = Readonly<Record<string, Handler>>

export interface AwsService {
  /** By operation name, such as `RegisterTaskDefinition`. An operation that is missing here answers 501. */
  readonly handlers: Handlers
}

/** An error that AWS would answer. `code` without the `Exception` that AWS does not write either. */
export class AwsError extends Error {
  readonly code: string
  readonly status: number
  /** Further members of the error's shape. */
  readonly members: Readonly<Record<string, unknown>>

  constructor(code: string, message: string, status = 400, members: Readonly<Record<string, unknown>> = {}) {
    super(message)
    this.code = code
    this.status = status
    this.members = members
  }
}

/** What every part gets. */
export interface World {
  readonly clock: SimulatorClock
  readonly accountId: string
  /** From 0 to 1, seeded: the same seed tells the same story. */
  random(): number
  readonly scenarios: Scenarios
  /** `http://127.0.0.1:port` while the simulator listens; undefined in process. */
  readonly endpoint?: string | undefined
  region(name: string): Region
}

export interface Region {
  readonly name: string
  readonly ecs: EcsService
  readonly codedeploy: AwsService
  readonly ecr: EcrService
  /** Only in us-east-1. */
  readonly 'ecr-public': EcrPublicService
  readonly ec2: Network
  readonly elbv2: LoadBalancing
  readonly logs: Logs
  readonly cloudwatch: Alarms
  readonly 'application-autoscaling': AwsService
  /** Global: clients sign for us-east-1. */
  readonly cloudfront: Distributions
  /** The endpoint of the region; buckets are known in all. */
  readonly s3: ObjectStorage
  readonly secretsmanager: Secrets
  readonly ssm: Secrets
  readonly elasticbeanstalk: Beanstalk
  readonly events: EventBridge
  readonly scheduler: AwsService
}

// --- Scenarios: what containers do, by image ------------------------------------------------------------------------------

/** What a container does while it runs, and when it is told to end. */
export interface Running {
  /** Written at the start, or one line each `logEverySeconds`; what is not written when it ends never is. */
  readonly log?: readonly string[]
  readonly logEverySeconds?: number
  /** Default: SIGTERM ends it with 143. `ignored`: SIGKILL ends it after its `stopTimeout` (default 30 seconds) with 137. */
  readonly onSigterm?: 'ignored' | { readonly exitCode: number; readonly afterSeconds?: number; readonly log?: string }
}

/** What happens to a task that runs this image. One story drives its states, events, target health and logs. */
export type Behaviour =
  /** Runs and turns healthy `startSeconds` after its start (default 5). */
  | ({ readonly kind: 'healthy'; readonly startSeconds?: number } & Running)
  /** The container exits after `afterSeconds` (default 3). */
  | ({ readonly kind: 'crash'; readonly exitCode: number; readonly afterSeconds?: number } & Running)
  | { readonly kind: 'out-of-memory'; readonly afterSeconds?: number; readonly log?: readonly string[] }
  /** Runs, but the load balancer's health check fails; ECS replaces the task. */
  | {
      readonly kind: 'unhealthy'
      readonly reason: 'Target.ResponseCodeMismatch' | 'Target.Timeout' | 'Target.FailedHealthChecks'
      readonly responseCode?: number
      readonly log?: readonly string[]
    }
  /** The task never starts: its image cannot be pulled, a secret cannot be read, … `stoppedReason` in AWS's own words. */
  | {
      readonly kind: 'fails-to-start'
      readonly stoppedReason: string
      readonly containerReason?: string
      readonly afterSeconds?: number
    }
  /** AWS takes the task away `afterSeconds` (default 10) after its start, say for Spot. `stoppedReason` in AWS's own words. */
  | {
      readonly kind: 'taken-away'
      readonly stopCode: TaskStopCode
      readonly stoppedReason: string
      readonly afterSeconds?: number
      readonly log?: readonly string[]
    }
  /** No capacity: no task is made, only a service event. `reason` in AWS's own words. */
  | { readonly kind: 'no-capacity'; readonly reason: string }
  /** Amazon ECS does not even try to place a task, and says so in a service event. `error` in AWS's own words. */
  | { readonly kind: 'not-launched'; readonly error: string }

export interface Scenarios {
  /** Newest rule first. `image` is compared with the whole reference, its tag, its digest, the tags of that digest, and `family image`. */
  set(image: string | RegExp, behaviour: Behaviour): void
  /** Healthy when no rule fits. `aliases` are other names of the same image (tags of its digest). */
  behaviour(image: string, aliases?: readonly string[]): Behaviour
}

// --- What the services offer each other -------------------------------------------------------------------------------------

/** A set of tasks of one task definition that is kept at a count: the stuff of ECS deployments and of CodeDeploy's task sets. */
export interface TaskGroup {
  /** `Task.startedBy`: `ecs-svc/…` or the id of a task set. */
  readonly startedBy: string
  readonly desired: number
  readonly running: number
  readonly pending: number
  /** Running and, where there are target groups, healthy in all of them. */
  readonly healthy: number
  /** Tasks that stopped by themselves since the start. */
  readonly failed: number
  scaleTo(count: number): void
}

export interface TaskGroupOptions {
  readonly clusterArn: string
  readonly serviceName: string
  readonly taskDefinitionArn: string
  readonly startedBy: string
  readonly desired: number
  readonly loadBalancers: readonly {
    readonly targetGroupArn?: string
    readonly containerName?: string
    readonly containerPort?: number
  }[]
  /** Called after every change of a count. */
  readonly onChange: (group: TaskGroup) => void
}

/** What gets the traffic. */
export interface TaskSetTarget {
  readonly containerName: string
  readonly containerPort: number
}

export interface TaskSetRecord {
  readonly id: string
  readonly taskSetArn: string
  readonly externalId?: string
  readonly taskDefinitionArn: string
  readonly targetGroupArn: string
  /** Of an AppSpec, in the place of those of the service. */
  readonly target?: TaskSetTarget
  readonly group: TaskGroup
  status: 'PRIMARY' | 'ACTIVE' | 'DRAINING'
  readonly createdAt: number
}

export interface EcsService extends AwsService {
  readonly quirks: EcsQuirks
  readonly lambdaHooks: LambdaHooks
  /** Takes these permissions from an infrastructure role; none gives all back. */
  denyInfrastructure(roleArn: string, ...actions: readonly InfrastructureDenial[]): void
  startTaskGroup(options: TaskGroupOptions): TaskGroup
  /** A service by cluster and name, for CodeDeploy and tests; undefined when there is none. */
  service(cluster: string, service: string): SimulatedService | undefined
  /** ARN of a task definition by family, family:revision or ARN; undefined when there is none or it is INACTIVE. */
  taskDefinition(
    reference: string,
  ):
    | { readonly taskDefinitionArn: string; readonly containerDefinitions: readonly Record<string, unknown>[] }
    | undefined
  /** Makes a task set of a service with the CODE_DEPLOY controller and adds it to the service. */
  createTaskSet(
    service: SimulatedService,
    options: {
      externalId: string
      taskDefinitionArn: string
      targetGroupArn: string
      target?: TaskSetTarget
      desired: number
    },
  ): TaskSetRecord
  /** Drains a task set and removes it from the service. */
  deleteTaskSet(service: SimulatedService, taskSet: TaskSetRecord): void
  /** Makes a task set primary: the service then reports its task definition. */
  setPrimary(service: SimulatedService, taskSet: TaskSetRecord): void
}

export interface SimulatedService {
  readonly serviceName: string
  readonly serviceArn: string
  readonly clusterArn: string
  desiredCount: number
  taskDefinition: string
  readonly deploymentControllerType: 'ECS' | 'CODE_DEPLOY' | 'EXTERNAL'
  readonly loadBalancers: readonly {
    readonly targetGroupArn?: string
    readonly containerName?: string
    readonly containerPort?: number
  }[]
  readonly taskSets: readonly TaskSetRecord[]
  addEvent(message: string): void
}

export interface SimulatedTarget {
  /** IP address. */
  readonly id: string
  readonly port: number
  health(): { readonly State: string; readonly Reason?: string; readonly Description?: string }
}

export interface LoadBalancing extends AwsService {
  createTargetGroup(name: string): { readonly targetGroupArn: string; readonly name: string }
  /** All traffic of the listener goes to `forward`'s target groups by weight. */
  createListener(
    port: number,
    forward: Readonly<Record<string, number>>,
    type?: 'application' | 'network',
  ): { readonly listenerArn: string; readonly ruleArn: string }
  /** A rule of an application listener besides its default rule. */
  createRule(
    listenerArn: string,
    priority: number,
    forward: Readonly<Record<string, number>>,
  ): { readonly ruleArn: string }
  deleteRule(ruleArn: string): void
  /** Gives a route an action before its forward action. */
  authenticate(reference: string, type: 'authenticate-cognito' | 'authenticate-oidc'): void
  /** What forwards traffic under this ARN: a rule, default rules included, or the listener of a Network Load Balancer. */
  route(
    arn: string,
  ): { forward: Readonly<Record<string, number>>; readonly listenerArn: string; readonly first?: string } | undefined
  targetGroup(arn: string): { readonly name: string; readonly targetGroupArn: string } | undefined
  listener(arn: string): { forward: Readonly<Record<string, number>> } | undefined
  /** Whether any listener forwards to the target group, be it with weight 0. */
  isInUse(targetGroupArn: string): boolean
  register(targetGroupArn: string, target: SimulatedTarget): void
  deregister(targetGroupArn: string, targetId: string): void
}

export interface Logs extends AwsService {
  createGroup(name: string): void
  hasGroup(name: string): boolean
  put(group: string, stream: string, message: string): void
  /** Seconds from the writing of an event to the first read that has it; events of a stream stay in order. Default 0. */
  ingestionSeconds: number | (() => number)
}

export interface Alarms extends AwsService {
  /** Makes the alarm when it is new. */
  setState(name: string, state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA', reason?: string): void
  state(name: string): { readonly state: string; readonly reason: string } | undefined
  /** Called whenever an alarm changes its state. */
  onChange(listener: (name: string) => void): void
}

/** Secrets Manager or the SSM parameter store. */
export interface Secrets extends AwsService {
  /** Returns the ARN. */
  put(name: string, value: string): string
  /** By name or ARN (Secrets Manager: with or without its random suffix, and with `:key:stage:version`). */
  value(reference: string): string | undefined
}

export interface EcrPublicService extends AwsService {
  /** Without a request; names have the alias before them. */
  createRepository(name: string): void
  digestOf(name: string, tag: string): string | undefined
}

export interface EcrService extends AwsService {
  /** Without a request, for tests and demos. */
  createRepository(name: string, immutableTags?: boolean): void
  /** A pull through cache rule for repositories with a prefix; `ROOT` stands for all. */
  cacheRule(prefix: string): void
  /** How images are scanned. */
  readonly scanning: ScanScenes
  /** How images are signed and replicated. */
  readonly pushJobs: PushJobScenes
  /** An image in this registry by any of its references; undefined when the reference is not of this registry. */
  find(reference: string):
    | {
        readonly exists: boolean
        readonly digest?: string
        readonly tags: readonly string[]
        readonly architectures: readonly string[]
      }
    | undefined
}
