import type { Text } from '../text.ts'
import type { Names } from './image-reference.ts'
import type { MigrationOptions } from './migration.ts'
import type { Part } from './parts.ts'
import type { KeptScript, Rewrite } from './rewrite-step.ts'
import type { Job, Step } from './workflow.ts'

/** What the translation of a step can read of its job. */
export interface Surroundings {
  /** The file. */
  readonly source: string
  readonly job: Job
  readonly names: Names
  readonly options: MigrationOptions
  /** Steps of docker/metadata-action that can be merged into a build, by id. */
  readonly metadata: ReadonlyMap<string, Step>
}

/** The outcome of one step. */
export type Translation =
  /** Not a step that Slipway replaces. */
  | { readonly kind: 'other' }
  /** It stays, for this reason. `offset`: of the part that is meant. */
  | { readonly kind: 'left'; readonly why: Text; readonly offset?: number | undefined }
  | Translated
  | Partial
  /** The steps of Slipway make it unnecessary, where nothing else uses it. */
  | Needless

/** A step without a purpose beside Slipway's. */
export interface Needless {
  readonly kind: 'needless'
  readonly role: 'credentials' | 'login' | 'metadata' | 'wait' | 'merged'
  /** The services that it waits for. */
  readonly waits?: readonly { readonly cluster: string; readonly services: readonly string[] }[]
}

/** A step that becomes one or more of Slipway's. */
export interface Translated {
  readonly kind: 'translated'
  readonly rewrite: Rewrite
  readonly why: Text
  /** Names of outputs that change: old to new. A used output that is not named, and not the same, is an obstacle. */
  readonly outputs: Readonly<Record<string, string>>
  /** For each new step: whether it calls AWS. */
  readonly callsAws: boolean
  /** A role replaces static keys that the step had itself. */
  readonly assumesRole?: boolean
  readonly advice?: readonly Text[]
  /** Deployments that are not waited for; a step that waits for all of them can be merged. */
  readonly started?: readonly { readonly cluster: string; readonly service: string }[]
}

/** A step with a part of a deployment, which directly following steps may complete. */
export interface Partial {
  readonly kind: 'part'
  readonly parts: readonly Part[]
  readonly unusedEnv: readonly string[]
  readonly unusedKeys: readonly string[]
  readonly comments: readonly string[]
  /** Region of the step, where no command names one. */
  readonly region?: string | undefined
  /** The commands before, which stay. */
  readonly kept?: KeptScript | undefined
  /** Its static keys are replaced by a role. */
  readonly replacesKeys?: boolean
}

/** A step with its translation. */
export interface MigrationPair {
  readonly step: Step
  readonly translation: Translation
}

/** Translates a step, or reports why not. */
export type Translate = (step: Step, surroundings: Surroundings) => Translation

/** A step that stays. */
export function left(why: Text, offset?: number): Translation {
  return { kind: 'left', why, offset }
}

/** A rewrite that only replaces `uses` and `with`. */
export const onlyUses = { unusedEnv: [], unusedKeys: [], comments: [] }

/** A step with what becomes of it. */
export interface Planned {
  readonly step: Step
  readonly translation: Translation
  /** Of a step that is needless: whether it is removed. */
  readonly isRemoved: boolean
}

/** What becomes of the steps of a job. */
export interface JobPlan {
  readonly job: Job
  readonly steps: readonly Planned[]
  /** Outputs that are used under another name: by step id, old to new. */
  readonly renames: ReadonlyMap<string, Readonly<Record<string, string>>>
}
