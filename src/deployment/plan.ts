import type { Text, Untrusted } from '../text.ts'
import type { Version } from './version.ts'

/** What a deployment will do, in words that every channel shows as they are. `dry-run` prints it and stops. */
export interface Plan {
  /**
   * `nothing`: what is live is what is wanted. `settings`: no version is deployed. `creates`: nothing of this name exists yet.
   * `runs`: the version is run once, and nothing is live afterwards.
   */
  readonly does: 'nothing' | 'settings' | 'creates' | 'deploys' | 'runs'
  /** What is live now; absent where nothing is. */
  readonly from?: Version | undefined
  /** What is deployed, where it exists already; absent where it has to be made or found first. */
  readonly to?: Version | undefined
  /** What the version that is deployed is a revision of, where versions have such a name; known also before it is made. */
  readonly family?: string | undefined
  readonly method: Method
  /** What decides how the deployment goes and does not change by it. */
  readonly facts: readonly PlanFact[]
  /** What changes beside the version; empty: nothing. */
  readonly settings: readonly SettingChange[]
  /** What the target needs to put `settings` back; only the target reads it. */
  readonly undo?: unknown
  /** `undo` for the post step, where a part of it is not saved, because it may be secret. Default: all of it is. */
  readonly undoSaved?: unknown
  /** How the description of the new version differs from that of the live one; values of environment and secrets are masked. */
  readonly changes: readonly Change[]
  /** What they are of: `Task definition`. */
  readonly changesOf: string
  /** What a version consists of. */
  readonly artifacts: readonly Artifact[]
  /** True when nothing is going to be done in any case: the plan is all there is. */
  readonly dryRun?: boolean | undefined
  /** Why what was deployed is harmless and stays when others are rolled back, as the end of a sentence. Default: it is rolled back, too. */
  readonly stays?: Untrusted | undefined
  /** Why this version was chosen, where the program chose it: for a rollback. */
  readonly basis?: Untrusted | undefined
}

/** How a version replaces another one. */
export interface Method {
  /** `ECS canary`. */
  readonly label: Text
  /** How traffic is shifted, `5 % for 10 min`, where that is done in steps. */
  readonly pace?: string | undefined
  /** `with an ECS canary deployment (5 % for 10 min)`. */
  readonly deploys: Text
  /** `with Amazon ECS`. */
  readonly rollsBack: Text
}

/** A fact with its label; `line` is the same as a line of the log. */
export interface PlanFact {
  readonly label: string
  readonly value: Text
  readonly line: Text
}

/** One setting that a deployment changes, in words; `from` and `to` may contain names that others chose. */
export interface SettingChange {
  readonly name: string
  readonly from: string
  readonly to: string
}

/** One difference between two descriptions of a version. `from` is absent for what is added, `to` for what is removed. */
export interface Change {
  readonly path: string
  readonly from?: string | undefined
  readonly to?: string | undefined
}

/** A part of a version; `from` is that of the live version. */
export interface Artifact {
  /** What it is: `Image`. */
  readonly kind: string
  /** What has it: the name of a container. */
  readonly name: string
  readonly from?: string | undefined
  readonly to: string
}

/** A plan as it is saved for the post step: the runner prints saved state when debug logging is on. */
export function savedPlan({ undo, undoSaved = undo, ...plan }: Plan): Plan {
  return { ...plan, undo: undoSaved }
}
