import type { MissingPermission } from '../../../diagnosis/evidence-report.ts'
import type { AlarmState } from '../../../ports.ts'
import type { Untrusted } from '../../../text.ts'
import type { NetworkEvidence } from './network-facts.ts'

/** Stopped tasks that stopped for one and the same reason, newest first. */
export interface StoppedTaskGroup {
  readonly count: number
  /** `Task.stopCode`: TaskFailedToStart, EssentialContainerExited, ServiceSchedulerInitiated, … */
  readonly stopCode?: string | undefined
  readonly stoppedReason?: Untrusted | undefined
  readonly containers: readonly StoppedContainer[]
  /** ARN of one task of the group, the newest. */
  readonly exampleTaskArn: string
  /** Availability Zone of that task. */
  readonly zone?: string | undefined
}

/** A container of a stopped task, as DescribeTasks and the task definition describe it. */
export interface StoppedContainer {
  readonly name: string
  readonly exitCode?: number | undefined
  readonly reason?: Untrusted | undefined
  readonly essential: boolean
  /** Whether the task definition has ECS check its health. */
  readonly hasHealthCheck?: boolean | undefined
  /** `Container.healthStatus` (ECS API): HEALTHY, UNHEALTHY or UNKNOWN. */
  readonly healthStatus?: string | undefined
  readonly image?: string | undefined
  readonly memory?: number | undefined
}

/** An entry of a service's `events` (ECS API ServiceEvent). */
export interface ServiceEvent {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly message: Untrusted
  /** The revision of the tasks that it names, where these are known. */
  readonly about?: 'new' | 'old' | undefined
  /** Availability Zone of the first of them that is known. */
  readonly zone?: string | undefined
}

/** The health of one target (ELB DescribeTargetHealth). */
export interface TargetHealth {
  readonly target: string
  readonly targetGroupArn: string
  /** True for a known task of the new revision; undefined where it is unknown. */
  readonly isNew?: boolean | undefined
  /** Availability Zone of the target. */
  readonly zone?: string | undefined
  /** When its task began to run, in milliseconds since 1970. */
  readonly runningSince?: number | undefined
  readonly state: string
  readonly reason?: string | undefined
  readonly description?: Untrusted | undefined
}

/** Health check settings and load balancers of a target group of the service. What is unknown is left out. */
export interface HealthCheck {
  readonly targetGroupArn: string
  readonly container?: string | undefined
  /** The port of the check: the container's, unless the target group has a port of its own for it. */
  readonly port?: number | undefined
  readonly path?: string | undefined
  /** Status codes that count as healthy, such as `200-399`. */
  readonly accepts?: string | undefined
}

/** The tags of a repository that lacks the image, newest first. */
export interface ImageTags {
  readonly image: string
  readonly repository: string
  readonly tags: readonly string[]
}

/** One CodeDeploy lifecycle event that did not succeed, with its diagnostics. */
export interface LifecycleFailure {
  readonly event: string
  readonly status: string
  readonly errorCode?: string | undefined
  readonly scriptName?: string | undefined
  readonly message?: Untrusted | undefined
  readonly logTail?: Untrusted | undefined
}

/** The last log events of a container in CloudWatch Logs. */
export interface LogTail {
  readonly container: string
  readonly logGroup: string
  readonly logStream: string
  /** Oldest first. */
  readonly lines: readonly Untrusted[]
}

/** What an image was built for and what the task runs on, where one does not fit the other. */
export interface PlatformEvidence {
  /** Such as `linux/amd64`; undefined where the container instance decides. */
  readonly task: string | undefined
  /** What is not known is left out. */
  readonly images: readonly {
    readonly reference: string
    readonly containers: readonly string[]
    readonly platforms: readonly string[]
  }[]
}

/** Everything known about a deployment that went wrong. Gathered by `gather`, judged by `explain`. */
export interface Evidence {
  /** Whether CodeDeploy carried the deployment out, whose words for its end are then `codeDeploy`. */
  readonly isByCodeDeploy?: boolean | undefined
  /** Where the service is. */
  readonly place?: { readonly region: string; readonly accountId: string } | undefined
  /** When AWS made the deployment, in milliseconds since 1970. */
  readonly startedAt?: number | undefined
  /** When the first task of the new revision began to run, in milliseconds since 1970; infinite where none of them did. */
  readonly firstTaskAt?: number | undefined
  /** `by-us`: this run requested the stop, for the reason that it observed. */
  readonly stopped?: 'by-us' | 'by-others' | undefined
  /** What this run observed, where it requested the stop. */
  readonly stopReason?: Untrusted | undefined
  readonly desiredCount?: number | undefined
  /** How long ECS ignores the health of a new task (`healthCheckGracePeriodSeconds` of the service). Seconds. */
  readonly gracePeriodSeconds?: number | undefined
  readonly stoppedTasks: readonly StoppedTaskGroup[]
  /** Oldest first; only those since the deployment began. */
  readonly serviceEvents: readonly ServiceEvent[]
  /** Targets that are not healthy; none of tasks that are known to be old. */
  readonly targetHealth: readonly TargetHealth[]
  /** Read after targets were unhealthy. */
  readonly healthChecks?: readonly HealthCheck[] | undefined
  /** The reason that ECS gives for the end of the service deployment. */
  readonly statusReason?: Untrusted | undefined
  readonly codeDeploy?:
    | {
        /** Milliseconds since 1970. */
        readonly createdAt?: number | undefined
        readonly errorCode?: string | undefined
        readonly message?: Untrusted | undefined
        readonly failures: readonly LifecycleFailure[]
      }
    | undefined
  readonly logs: readonly LogTail[]
  /** Names of the awslogs groups of the task definition. */
  readonly logGroups?: readonly string[] | undefined
  /** The alarms that ended the deployment according to AWS; empty: it does not name them. */
  readonly triggeredAlarms?: readonly string[] | undefined
  /** The same, or all alarms of the service, in their present CloudWatch state. */
  readonly alarms?: readonly AlarmState[] | undefined
  /** Read after a task could not reach a dependency. */
  readonly network?: NetworkEvidence | undefined
  /** Read after a program or an image was for another platform. */
  readonly platforms?: PlatformEvidence | undefined
  /** Read after an image was not found. */
  readonly imageTags?: ImageTags | undefined
  readonly missingPermissions: readonly MissingPermission[]
}
