/** What the simulated AWS CodeDeploy of one region remembers. Every file of this folder works on it. */
import type {
  AlarmConfiguration,
  AutoRollbackConfiguration,
  BlueGreenDeploymentConfiguration,
  CreateDeploymentGroupInput,
  DeploymentConfigInfo,
  DeploymentCreator,
  DeploymentStatus,
  Diagnostics,
  ErrorInformation,
  LifecycleEventStatus,
  RevisionLocation,
  RollbackInfo,
} from '@aws-sdk/client-codedeploy'
import { AwsError, type Region, type SimulatedService, type TaskSetRecord, type World } from '../contract.ts'
import type { AppSpec } from './app-spec.ts'

/** What AWS does not document. The defaults follow recorded deployments; tests and the demo may change them at any time. */
export interface CodeDeployQuirks {
  /** Seconds in status Created. Recorded: 3 s after its creation a deployment is Created or InProgress. */
  startSeconds: number
  /** Seconds in status Queued after that. Default 0: none. */
  queuedSeconds: number
  /** Seconds that Install takes at least. Recorded: nothing shifts for two minutes, most of which is Install. */
  installSeconds: number
  /** Seconds for which the replacement task set must be healthy without a break before Install succeeds. */
  steadySeconds: number
  /** Seconds from an alarm to the end of the deployment. Recorded: at most 23 until the traffic was back as well. */
  alarmSeconds: number
  /**
   * Seconds from the start of the deployment until an alarm that was active before it is seen. Not recorded for Amazon
   * ECS; a Lambda deployment was stopped within its first second.
   */
  activeAlarmSeconds: number
  /** Seconds from StopDeployment to Stopped. */
  stopSeconds: number
  /** Seconds from the creation of a roll back until it moves the traffic; it ends as many seconds later. */
  rollbackSeconds: number
  /** Lets every roll back fail before it has moved any traffic. */
  rollbackFailure: ErrorInformation | undefined
  /** Descriptions of deployments have only the hash of an AppSpec, as the API reference of GetDeployment says. */
  hidesAppSpecs: boolean
}

/** What a Lambda function of the AppSpec's hooks answers, and after how many seconds. */
export type HookOutcome =
  | { readonly kind: 'Succeeded' | 'Failed'; readonly seconds?: number }
  | { readonly kind: 'never' }

export interface ApplicationRecord {
  readonly applicationId: string
  readonly applicationName: string
  readonly createdAt: number
  /** By name. */
  readonly groups: Map<string, GroupRecord>
}

export interface GroupRecord {
  readonly id: string
  /** As it was given, members that were left out stay absent. */
  settings: CreateDeploymentGroupInput
  lastSuccessful: DeploymentRecord | undefined
  lastAttempted: DeploymentRecord | undefined
}

export type LifecycleEventName =
  | 'BeforeInstall'
  | 'Install'
  | 'AfterInstall'
  | 'AllowTestTraffic'
  | 'AfterAllowTestTraffic'
  | 'BeforeAllowTraffic'
  | 'AllowTraffic'
  | 'AfterAllowTraffic'

export interface LifecycleEventRecord {
  readonly name: LifecycleEventName
  status: LifecycleEventStatus
  startedAt?: number
  endedAt?: number
  diagnostics?: Diagnostics
}

export interface DeploymentRecord {
  readonly id: string
  readonly application: ApplicationRecord
  readonly group: GroupRecord
  readonly config: DeploymentConfigInfo
  readonly description: string | undefined
  readonly creator: DeploymentCreator
  readonly revision: RevisionLocation | undefined
  readonly previousRevision: RevisionLocation | undefined
  /** Undefined where the revision cannot be read. */
  readonly appSpec: AppSpec | undefined
  /** Why not. */
  readonly appSpecProblem: string | undefined
  readonly autoRollback: AutoRollbackConfiguration | undefined
  readonly overrideAlarms: AlarmConfiguration | undefined
  readonly blueGreen: BlueGreenDeploymentConfiguration | undefined
  readonly createdAt: number
  readonly events: readonly LifecycleEventRecord[]
  status: DeploymentStatus
  startedAt?: number
  completedAt?: number
  updatedAt: number
  error?: ErrorInformation
  rollback?: RollbackInfo
  service?: SimulatedService
  blue?: TaskSetRecord
  green?: TaskSetRecord
  /** The test listener's weights before the deployment. */
  testForward?: Readonly<Record<string, number>>
  /** Percent of the production traffic that reaches green. */
  greenWeight: number
  terminationWaitStarted: boolean
  /** What ContinueDeployment ends. */
  wait?: { readonly kind: 'READY_WAIT' | 'TERMINATION_WAIT'; end(): void }
  /** What is still to happen; cancelled at the end. */
  readonly timers: Set<{ cancel(): void }>
}

export interface CodeDeployState {
  readonly world: World
  readonly region: string
  readonly quirks: CodeDeployQuirks
  readonly hooks: Map<string, HookOutcome>
  readonly applications: Map<string, ApplicationRecord>
  readonly customConfigs: Map<string, DeploymentConfigInfo>
  readonly deployments: Map<string, DeploymentRecord>
}

export const defaultQuirks = (): CodeDeployQuirks => ({
  startSeconds: 4,
  queuedSeconds: 0,
  installSeconds: 110,
  steadySeconds: 30,
  alarmSeconds: 12,
  activeAlarmSeconds: 100,
  stopSeconds: 4,
  rollbackSeconds: 8,
  rollbackFailure: undefined,
  hidesAppSpecs: true,
})

/** Runs `action` in so many virtual seconds, unless the deployment ends before. */
export function later(state: CodeDeployState, deployment: DeploymentRecord, seconds: number, action: () => void) {
  const timer = state.world.clock.after(seconds * 1000, () => {
    deployment.timers.delete(timer)
    deployment.updatedAt = state.world.clock.now()
    action()
  })
  deployment.timers.add(timer)
}

export const regionOf = (state: CodeDeployState): Region => state.world.region(state.region)

export const isOver = (deployment: DeploymentRecord) => ['Succeeded', 'Failed', 'Stopped'].includes(deployment.status)

/** An error of CodeDeploy by its exception's name. */
export const refusal = (code: string, message: string) => new AwsError(code, message)

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'

/** `d-` and nine characters. */
export const deploymentId = (world: World) =>
  `d-${Array.from({ length: 9 }, () => alphabet[Math.floor(world.random() * alphabet.length)]).join('')}`
