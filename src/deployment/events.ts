import type { Cause } from '../diagnosis/cause.ts'
import type { EvidenceReport } from '../diagnosis/evidence-report.ts'
import type { Untrusted } from '../text.ts'
import type { Commands } from './commands.ts'
import type { Details, Gauge } from './details.ts'
import type { Pause, PauseAnswer } from './pause.ts'
import type { Plan } from './plan.ts'
import type { Progress } from './unit-progress.ts'
import type { Verdict } from './verdict.ts'
import type { Version } from './version.ts'

/** How a step stands. `skipped`: CodeDeploy passed it over. */
export type PhaseStatus = 'pending' | 'running' | 'succeeded' | 'failed' | 'skipped'

/** What happens during a deployment. Every engine speaks this; every channel reads it. `at` is in milliseconds since 1970. */
export type DeploymentEvent =
  | { readonly kind: 'planned'; readonly at: number; readonly plan: Plan }
  | {
      readonly kind: 'versioned'
      readonly at: number
      readonly version: Version
      /** True when an equal version existed and is used instead. */
      readonly reused: boolean
    }
  | {
      readonly kind: 'started'
      readonly at: number
      /**
       * What the input deployment-id takes: CodeDeploy's `d-…`; of ECS `service-deployment/cluster/service/id`, the ARN
       * without the account, as the runner drops a job's output with a masked account id in it; or `ecs-svc/…`, which
       * ECS forgets when the deployment has ended badly.
       */
      readonly deploymentId: string
      /** Undefined where the console of the partition is not known. */
      readonly consoleUrl: string | undefined
      /** True when a deployment of the same content was in flight already and is now watched. */
      readonly adopted: boolean
      readonly commands: Commands
      /** Outputs that only this target has, by their names in action.yml. */
      readonly outputs: Readonly<Record<string, string>>
    }
  /** What has started is known by its id, where no reply had it, or by one that AWS does not forget. */
  | { readonly kind: 'identified'; readonly at: number; readonly deploymentId: string }
  /** A step of the engine, by AWS's own name: a service deployment's lifecycle stage, or a CodeDeploy lifecycle event. */
  | {
      readonly kind: 'phase'
      readonly at: number
      readonly name: string
      readonly status: PhaseStatus
      readonly detail?: Untrusted
      /** True where it is the step in which the new units are made. */
      readonly makesUnits?: boolean
    }
  | {
      readonly kind: 'progress'
      readonly at: number
      readonly progress: Progress
    }
  /** Share of production traffic on the new revision, 0 to 100. */
  | { readonly kind: 'traffic'; readonly at: number; readonly percent: number }
  /** What AWS shows of the deployment beside its phases, when it differs from the previous read. */
  | { readonly kind: 'details'; readonly at: number; readonly details: Details }
  /** The deployment waits for an answer: a PAUSE hook of ECS, or CodeDeploy's ready wait. One event for each wait. */
  | { readonly kind: 'paused'; readonly at: number; readonly pause: Pause }
  /** A wait is over. `id` is that of the pause. */
  | { readonly kind: 'resumed'; readonly at: number; readonly id: string; readonly answer: PauseAnswer }
  /** What AWS says meanwhile, in its own words. */
  | {
      readonly kind: 'message'
      readonly at: number
      readonly message: Untrusted
      /** Units that were begun, according to it. */
      readonly begun?: number
      /** True where units are not as they should be, according to it. */
      readonly isTrouble?: boolean
    }
  | {
      readonly kind: 'rolling-back'
      readonly at: number
      readonly reason?: Untrusted
      /** CodeDeploy rolls back by a second deployment, which has its own id. */
      readonly deploymentId?: string
      /** True: this run has stopped the deployment, and what it saw is the reason. */
      readonly isOurs?: boolean
      /** Gauges from the reason: in place of those with the same label in `details`. */
      readonly gauges?: readonly Gauge[]
    }
  /** Lines that a program has written, without secrets. For the log alone: the state keeps no more than the last event of them. */
  | { readonly kind: 'output'; readonly at: number; readonly lines: readonly Untrusted[] }
  /** Does not change the verdict, but needs attention (a missing permission, a late answer). */
  | { readonly kind: 'warning'; readonly at: number; readonly message: Untrusted }
  /** Worth a line of the log, and nothing more. */
  | { readonly kind: 'note'; readonly at: number; readonly message: Untrusted }
  /** The cause as far as it is known while the deployment goes on; undefined: the new tasks have recovered from it. */
  | { readonly kind: 'suspected'; readonly at: number; readonly cause: Cause | undefined }
  | {
      readonly kind: 'explained'
      readonly at: number
      readonly cause: Cause
      readonly evidence: EvidenceReport
      /** Gauges from the evidence, as in `rolling-back`. */
      readonly gauges?: readonly Gauge[]
    }
  | { readonly kind: 'finished'; readonly at: number; readonly verdict: Verdict }
