import type { DeploymentGroup, Role, Service, TaskSet, TrafficRoute, TrafficRouting } from '../../../ports.ts'
import type { GroupName } from '../codedeploy-group/group-name.ts'

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
  readonly routing: TrafficRouting | undefined
  /** The task set that serves. */
  readonly primary: TaskSet | undefined
  /** Its target group, and the other one of the pair; undefined where they cannot be told apart. */
  readonly serving: NamedGroup | undefined
  readonly other: NamedGroup | undefined
  /** Rules of the production listener that forward to the serving target group. */
  readonly production: readonly TrafficRoute[]
  /** Rules of the test listener that forward to one of both. */
  readonly test: readonly TrafficRoute[]
  /** Hooks of the AppSpec that was deployed last; undefined where it could not be read. */
  readonly hooks: readonly AppSpecHook[] | undefined
  /** Of the infrastructure role; `missing`: IAM has none of this name, undefined: not given or not read. */
  readonly role: Role | 'missing' | undefined
}

/** What a person decides about the change. */
export interface NativeWish {
  /** ARN of the role by which ECS changes listeners. */
  readonly infrastructureRole?: string | undefined
  /** ARN of the production rule, where several forward to the serving target group. */
  readonly productionRule?: string | undefined
  /** True: the Lambda hooks of the AppSpec may be lost. */
  readonly withoutHooks: boolean
}
