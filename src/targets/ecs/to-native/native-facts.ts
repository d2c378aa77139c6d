import type { DeploymentGroup, Service, TaskSet, TrafficRoute, TrafficRouting } from '../../../ports.ts'
import type { GroupName } from '../codedeploy-group/group-name.ts'
import type { InfrastructureRole } from './infrastructure-role.ts'

/** A target group by its two names. */
export interface NamedGroup {
  readonly name: string
  readonly arn: string
}

/** A Lambda function that an AppSpec runs at a lifecycle event. */
export interface AppSpecHook {
  readonly event: string
  readonly lambda: string
}

/** What a service of CodeDeploy has, as far as ECS's own blue/green deployments depend on it. */
export interface NativeFacts {
  readonly region: string
  readonly cluster: string
  readonly service: Service
  readonly name: GroupName
  readonly group: DeploymentGroup
  /** Ids of active deployments; undefined where they may not be listed. */
  readonly active: readonly string[] | undefined
  /** Of its deployment configuration; `unread`: not allowed, undefined: there is no such configuration. */
  readonly routing: TrafficRouting | 'unread' | undefined
  /** The task set that serves. */
  readonly primary: TaskSet | undefined
  /** Status of its revision, such as ACTIVE; undefined without the permission to read it. */
  readonly revisionStatus: string | undefined
  /** Its target group, and the other one of the pair; undefined where they cannot be told apart. */
  readonly serving: NamedGroup | undefined
  readonly other: NamedGroup | undefined
  /** Rules of the production listener that forward to the serving target group. */
  readonly production: readonly TrafficRoute[]
  /** Rules of the test listener that forward to one of both. */
  readonly test: readonly TrafficRoute[]
  /** Hooks of the AppSpec of the task set that serves; undefined where it could not be read. */
  readonly hooks: readonly AppSpecHook[] | undefined
  readonly role: InfrastructureRole
}

/** What a person decides about the change. */
export interface NativeWish {
  /** The role by which ECS changes listeners: its ARN, or its name in the account of the service. */
  readonly infrastructureRole?: string | undefined
  /** True: the Lambda hooks of the AppSpec may be lost. */
  readonly withoutHooks: boolean
}
