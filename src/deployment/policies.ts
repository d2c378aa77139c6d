import type { Origin } from './origin.ts'

/**
 * All traffic on the new version; the same after the last checks of it; or the end, with the old version gone. What
 * goes wrong after the goal is not seen any more.
 */
export type WaitGoal = 'traffic-shifted' | 'baked' | 'terminated'

/** How a deployment is checked before anything is changed. */
export interface PreflightPolicy {
  /** True: nothing is deployed, and what runs already is checked too. */
  readonly only: boolean
  /** Reads secrets, where that is allowed, to see whether their JSON keys are there. */
  readonly secretKeys: boolean
}

/** `leave`: the deployment is left as it is, with the verdict `paused`, for a later job to answer. */
export type PausePolicy = 'wait' | 'leave'

/** `stop` is for a target without rollback. `go-on` is internal: a rollback continues when its run is cancelled. */
export type CancelPolicy = 'stop-and-roll-back' | 'stop' | 'leave' | 'go-on'

/** What to do with a deployment of another user or run that is in progress. */
export type ConflictPolicy = 'wait' | 'stop' | 'fail'

/** What keeps an older commit from replacing a newer one. */
export interface Guard {
  /** `on`: goes on, with a warning, where what is there has no commit to compare with. `strict`: refuses there. */
  readonly mode: 'on' | 'strict'
  /** What is done when neither commit contains the other. `other-branch`: deploys what is of another branch than what is there. */
  readonly onDiverged: 'other-branch' | 'deploy' | 'refuse'
  /** True: an older commit is wanted. */
  readonly allowOlder: boolean
  /** Of what is to be deployed. */
  readonly origin: Origin
}

/** What must be true of the environment before, before this one is deployed to. */
export interface EnvironmentOrder {
  /** Environment that is deployed to. */
  readonly environment: string
  /** Environment that comes first. */
  readonly before: string
  /** Names of the services that must have ended well there. */
  readonly services: readonly string[]
  /** Digest of the image; undefined: nothing but the commit says what is deployed. */
  readonly digest?: string | undefined
  /** True where `digest` is one over several images. */
  readonly isOfSeveral?: boolean | undefined
  /** SHA of the source; empty where it is not known. */
  readonly commit: string
  /** Id of this run. */
  readonly run: string
}
