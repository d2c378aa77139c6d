/** What the simulated Amazon ECS of one region remembers. Every file of this folder works on it. */
import type {
  Deployment,
  LoadBalancer,
  NetworkConfiguration,
  RunTaskRequest,
  Service,
  ServiceDeployment,
  ServiceRevision,
  Tag,
  Task,
  TaskDefinition,
} from '@aws-sdk/client-ecs'
import {
  AwsError,
  type EcsQuirks,
  type Region,
  type SimulatedService,
  type TaskGroup,
  type TaskSetRecord,
  type World,
} from '../contract.ts'
import type { ExpressRecord } from './express.ts'
import type { Former } from './former.ts'
import type { HookTargets } from './hook-targets.ts'
import type { InfrastructureDenial } from './quirks.ts'
import type { TaskStory } from './task-story.ts'
import type { TaskEnd } from './tasks.ts'

export interface EcsState {
  readonly world: World
  readonly region: string
  readonly quirks: EcsQuirks
  readonly hookTargets: HookTargets
  /** What infrastructure roles lack, by role ARN. */
  readonly infrastructureDenials: Map<string, ReadonlySet<InfrastructureDenial>>
  readonly clusters: Map<string, ClusterRecord>
  /** Revisions by family: index 0 is revision 1. */
  readonly families: Map<string, DefinitionRecord[]>
  /** By task ARN. */
  readonly tasks: Map<string, TaskRecord>
  /** By `cluster/service`. */
  readonly services: Map<string, ServiceRecord>
  readonly serviceDeployments: Map<string, ServiceDeploymentRecord>
  readonly serviceRevisions: Map<string, ServiceRevision>
  /** Task ARNs by client token. */
  readonly runTaskTokens: Map<
    string,
    {
      readonly input: RunTaskRequest
      readonly taskArns: readonly string[]
      readonly failures: readonly { reason?: string }[]
    }
  >
}

export interface ClusterRecord {
  readonly clusterName: string
  readonly clusterArn: string
  tags: Tag[]
  /** It stays listed and described for a while (API DeleteCluster), and nothing else works with it. */
  isDeleted?: boolean
}

export interface DefinitionRecord {
  readonly definition: TaskDefinition
  tags: Tag[]
}

export interface TaskRecord {
  /** As DescribeTasks shows it. */
  readonly task: Task
  readonly tags: Tag[]
  readonly definition: TaskDefinition
  readonly story: TaskStory
  readonly group: TaskGroupRecord | undefined
  readonly address: string
  /** Running and, where there are target groups, healthy in all of them. */
  healthy: boolean
  /** Virtual milliseconds of `STOPPED`, after which it stays visible for an hour. */
  forgottenAt: number | undefined
  /** Ends it for somebody's sake; does nothing when it is stopping already. */
  stop(end: TaskEnd): void
  /** What is still to happen to it; cancelled when it stops. */
  readonly timers: { cancel(): void }[]
}

/** A `TaskGroup` with what ECS itself needs to know about it. */
export interface TaskGroupRecord extends TaskGroup {
  readonly taskDefinitionArn: string
  readonly tasks: Set<TaskRecord>
  /** Tasks that are meant to run: provisioning, pending or running. */
  readonly active: number
  /** Tasks on their way to STOPPED, connections draining included. */
  readonly stopping: number
  /** Since the last healthy task; `Deployment.failedTasks`. */
  readonly consecutiveFailures: number
  /** A frozen group shrinks but never starts a task: that of an older deployment. */
  freeze(): void
  thaw(): void
}

/** One entry of `Service.deployments` with its tasks. */
export interface RolloutRecord {
  readonly deployment: Deployment
  readonly group: TaskGroupRecord
  readonly serviceRevisionArn: string
  /** With the target groups in which its tasks are registered. */
  readonly loadBalancers: readonly LoadBalancer[]
  /** Percent of the service's traffic, where deployments shift it. */
  traffic?: { readonly production?: number; readonly test?: number }
}

export interface ServiceDeploymentRecord {
  readonly view: ServiceDeployment
  target: RolloutRecord
  readonly sources: readonly RolloutRecord[]
  /** Virtual milliseconds from which ListServiceDeployments shows it. */
  readonly listedAt: number
}

export interface ServiceRecord extends SimulatedService {
  readonly taskSets: TaskSetRecord[]
  /** Members of DescribeServices that are kept as they were given. */
  readonly settings: Pick<
    Service,
    | 'deploymentConfiguration'
    | 'networkConfiguration'
    | 'launchType'
    | 'capacityProviderStrategy'
    | 'platformVersion'
    | 'healthCheckGracePeriodSeconds'
    | 'schedulingStrategy'
    | 'enableECSManagedTags'
    | 'enableExecuteCommand'
    | 'propagateTags'
    | 'placementConstraints'
    | 'placementStrategy'
    | 'serviceRegistries'
    | 'availabilityZoneRebalancing'
  > &
    Pick<Deployment, 'serviceConnectConfiguration' | 'volumeConfigurations' | 'vpcLatticeConfigurations'>
  loadBalancers: NonNullable<Service['loadBalancers']>
  deploymentControllerType: SimulatedService['deploymentControllerType']
  status: 'ACTIVE' | 'DRAINING' | 'INACTIVE'
  readonly clientToken: string | undefined
  tags: Tag[]
  readonly createdAt: number
  readonly events: { readonly id: string; readonly createdAt: Date; readonly message: string }[]
  /** Newest first: the PRIMARY deployment, then older ones that still have tasks. */
  rollouts: RolloutRecord[]
  /** The last one that completed, with the tasks it had: where a roll back goes. */
  completed: RolloutRecord | undefined
  /** Newest first. */
  readonly history: ServiceDeploymentRecord[]
  /** What reads that lag show. */
  former: Former
  /** Undefined for services that AWS CodeDeploy or others deploy. */
  scheduler: ServiceScheduler | undefined
  /** Of a service in Express Mode. */
  express: ExpressRecord | undefined
}

/** The deployments of one service, one at a time. */
export interface ServiceScheduler {
  deploy(definition: TaskDefinition): void
  /** Throws ConflictException when the deployment is over. */
  stop(serviceDeploymentArn: string, stopType: 'ABORT' | 'ROLLBACK'): void
  /** Answers a pause. Throws InvalidParameterException when there is none of this id. */
  answer(serviceDeploymentArn: string, hookId: string, action: 'CONTINUE' | 'ROLLBACK'): void
  /** Looks at the counts again soon. */
  wake(): void
}

/** What brings up deployments of some strategies. */
export interface DeploymentEngine {
  /** `undefined` while none is in flight. */
  readonly inFlight: ServiceDeploymentRecord | undefined
  deploy(definition: TaskDefinition): void
  /** Ends the one in flight, because a newer one starts. */
  supersede(): void
  stop(stopType: 'ABORT' | 'ROLLBACK'): void
  answer(hookId: string, action: 'CONTINUE' | 'ROLLBACK'): void
  wake(): void
}

export type AwsvpcConfiguration = NonNullable<NetworkConfiguration['awsvpcConfiguration']>

export const now = (ecs: EcsState) => new Date(ecs.world.clock.now())
export const here = (ecs: EcsState): Region => ecs.world.region(ecs.region)

/** Amazon ECS's word for a request that is wrong in itself. */
export const clientException = (message: string) => new AwsError('ClientException', message)
export const invalidParameter = (message: string) => new AwsError('InvalidParameterException', message)
