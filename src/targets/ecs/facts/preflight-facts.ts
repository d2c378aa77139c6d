import type { Unread } from '../../../diagnosis/read-fact.ts'
import type { Failure } from '../../../failure.ts'
import type {
  AlarmState,
  Decision,
  DeploymentGroup,
  JsonObject,
  LoadBalancer,
  SecretKeys,
  Service,
  TrafficRule,
} from '../../../ports.ts'
import type { Placeholder } from '../../../task-definition/placeholders.ts'
import type { Engine } from '../request/ecs-record.ts'
import type { ScalingActivity } from '../request/scaling-mark.ts'
import type { NetworkFacts } from './network-facts.ts'

/** An image of the definition, as far as it could be read. */
export interface ImageFact {
  readonly reference: string
  /** Containers that run it. */
  readonly containers: readonly string[]
  /** True when one of them is essential: the task stops with it. */
  readonly isEssential: boolean
  readonly standing: /** `mayBeCached`: a pull through cache rule may fill the repository with it, as the rules could not be read. */
    | { readonly kind: 'missing'; readonly repository: string; readonly mayBeCached: boolean }
    /**
     * `platforms`, such as `linux/arm64`; undefined where they could not be read. `isDisproved`: an image that runs now says the
     * same of itself, where it could not run if that were true.
     */
    | { readonly kind: 'there'; readonly platforms: readonly string[] | undefined; readonly isDisproved?: boolean }
    /** In a registry that is not read, or pulled through a cache. */
    | { readonly kind: 'elsewhere' }
    /** Not a reference of an image at all. */
    | { readonly kind: 'invalid' }
    | { readonly kind: 'unread' }
}

/** What a container's secret, a log option's or a registry's credentials refer to. */
export interface SecretFact {
  readonly reference: SecretReference
  /** `secret DB_PASSWORD of container api`. */
  readonly user: string
  /** Of the container: the task stops with it. */
  readonly isEssential: boolean
  readonly standing: 'there' | 'missing' | 'deleted' | 'unread'
  /** Names of the keys of its JSON object; undefined when they were not read. */
  readonly keys?: SecretKeys | 'unread' | undefined
}

/** What the `valueFrom` of a container secret references: Secrets Manager or SSM Parameter Store. */
export type SecretReference =
  | {
      readonly kind: 'secret'
      /** ARN or name, without what may follow it in `valueFrom`. */
      readonly id: string
      readonly region?: string | undefined
      readonly accountId?: string | undefined
      readonly key?: string | undefined
      readonly stage?: string | undefined
      readonly version?: string | undefined
    }
  | {
      readonly kind: 'parameter'
      readonly id: string
      readonly region?: string | undefined
      readonly accountId?: string | undefined
    }
  | { readonly kind: 'invalid'; readonly id: string }

/** The log group of a container's `awslogs` configuration, and whether it exists. */
export interface LogGroupFact {
  readonly group: string
  readonly region: string
  readonly container: string
  /** Of the container: the task stops with it. */
  readonly isEssential: boolean
  readonly standing: 'there' | 'missing' | 'unread'
  /** `awslogs-create-group: "true"`. */
  readonly isCreated: boolean
}

/** A target group of the service, and whether it exists. */
export interface TargetGroupFact {
  readonly arn: string
  readonly standing: 'missing' | 'unread' | { readonly targetType: string; readonly isUsed: boolean }
}

/** CodeDeploy's side of a service. */
export interface CodeDeployFacts {
  readonly application: string
  readonly deploymentGroup: string
  /** Undefined where it could not be read, or where there is none. */
  readonly group: DeploymentGroup | undefined
  /** Why there is none, as the deployment would fail for it. */
  readonly problem?: Failure | undefined
  readonly active?:
    | {
        readonly id: string
        readonly isRollback: boolean
        /** It deploys what is wanted. */
        readonly isWanted: boolean
      }
    | undefined
}

/** A listener or rule that sends production traffic to the service. */
export interface TrafficFact {
  readonly arn: string
  /** Names of the two target groups that a deployment shifts traffic between. */
  readonly targetGroups: readonly string[]
  readonly standing: TrafficRule | 'missing' | 'unread'
}

/** A role of this account: of the definition, or of a volume that is configured at launch. */
export interface RoleFact {
  readonly member: 'executionRoleArn' | 'taskRoleArn' | 'managedEBSVolume.roleArn'
  readonly arn: string
  /** `trust`: its trust policy; undefined where that is no JSON object. */
  readonly standing: { readonly trust: JsonObject | undefined } | 'missing' | 'unread'
  /** Whether the deploying principal may pass it (iam:PassRole); undefined where that could not be simulated. */
  readonly passing: { readonly caller: string; readonly decision: Decision } | undefined
  /** Of the execution role: what it would have to do and may not. */
  readonly doing: readonly Decision[]
}

/** Everything that a preflight judges. Gathered by `gatherFacts`, judged by `judge`. */
export interface PreflightFacts {
  readonly region: string
  /** Undefined where no service defines it. */
  readonly accountId: string | undefined
  /** The definition that is to be deployed. */
  readonly definition: JsonObject
  readonly isFargate: boolean
  /** Undefined: only a definition is checked. */
  readonly service: Service | undefined
  readonly engine: Engine | undefined
  /** Members that are still placeholders. */
  readonly placeholders: readonly Placeholder[]
  /** The values that are certain to be placeholders. */
  readonly blank: ReadonlySet<string>
  /** Container and port of the user's AppSpec, if any; else those of the load balancers apply. */
  readonly appSpecTargets: readonly LoadBalancer[] | undefined
  readonly images: readonly ImageFact[]
  readonly secrets: readonly SecretFact[]
  readonly logGroups: readonly LogGroupFact[]
  readonly targetGroups: readonly TargetGroupFact[]
  /** Of the service or of the deployment group; undefined where they could not be read. */
  readonly alarms: { readonly names: readonly string[]; readonly states: readonly AlarmState[] | undefined }
  readonly codeDeploy: CodeDeployFacts | undefined
  /** Whether autoscaling may change the desired count; undefined where nothing depends on it, or it could not be read. */
  readonly isScaled: boolean | undefined
  /** Activities of auto scaling that a run of Slipway has left suspended. */
  readonly leftSuspended: readonly ScalingActivity[]
  readonly traffic: readonly TrafficFact[]
  readonly roles: readonly RoleFact[]
  /** Undefined where tasks have no network of their own, or it could not be read. */
  readonly network: NetworkFacts | undefined
  readonly unread: readonly Unread[]
}
