import type { Origins } from '../origins.ts'
import type {
  CancelPolicy,
  ConflictPolicy,
  EnvironmentOrder,
  Guard,
  PausePolicy,
  PreflightPolicy,
  WaitGoal,
} from './policies.ts'

/** How something is deployed, whatever it is. Everything that is undefined has its default. */
export interface Terms {
  /** How its settings were set, for messages. */
  readonly origins?: Origins | undefined
  /** False: start the deployment and do not watch it. */
  readonly wait: boolean
  readonly waitMinutes: number
  /** Longest gap between two reads, in milliseconds; undefined for the default. */
  readonly longestGap?: number | undefined
  readonly dryRun: boolean
  /** What is checked before any change; undefined: nothing. */
  readonly preflight?: PreflightPolicy | undefined
  /** Keeps an older commit from replacing a newer one; undefined: no check, and nothing is tagged. */
  readonly guard?: Guard | undefined
  /** What must have been deployed before to another environment; undefined: nothing. */
  readonly order?: EnvironmentOrder | undefined
  /** A deployment that runs already is watched, and nothing is changed: its id, as the event `started` has it, or its ARN. */
  readonly deploymentId?: string | undefined
  /** This many new tasks with the same failure end the deployment; 0 or undefined: never. */
  readonly failFastAfter?: number | undefined
  /** How far the deployment is watched; undefined: to its end. */
  readonly waitFor?: WaitGoal | undefined
  /** The answer when the deployment waits for one; undefined: it is watched until another caller answers. */
  readonly onPause?: PausePolicy | undefined
  /** Ids of waits that we have just answered ourselves. */
  readonly answered?: readonly string[] | undefined
  /** True where a deployment in flight is stopped, and its rollback is the goal of the watch. */
  readonly isTurnedRound?: boolean | undefined
  /** Undefined: a deployment fails where AWS refuses a second one, and replaces the other where AWS lets it. */
  readonly onConflict?: ConflictPolicy | undefined
  /** What the post step does with a deployment that is in flight when the job is cancelled. */
  readonly onCancel: CancelPolicy
}
