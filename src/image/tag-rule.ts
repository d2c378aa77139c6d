import type { Template } from './tag-template.ts'

/** What every rule has. */
interface CommonRule {
  /** Line of the input, counted from 1. */
  readonly line: number
  /** Whether the rule applies: always, never, or only on the default branch, or only on others. */
  readonly enable: 'true' | 'false' | 'default-branch' | 'other-branch'
  /** The tag of the rule with the highest one is the version of the image. */
  readonly priority: number
  /** Undefined: that of the flavor. */
  readonly prefix: Template | undefined
  readonly suffix: Template | undefined
}

/** Rules whose value is the git tag, unless they have one of their own. */
interface VersionRule {
  readonly pattern: Template
  readonly value: Template | undefined
  readonly match: RegExp | undefined
}

/** One rule of the input `tags`, in the words of docker/metadata-action. */
export type TagRule = CommonRule &
  (
    | { readonly type: 'schedule'; readonly pattern: Template }
    | ({ readonly type: 'semver' } & VersionRule)
    | ({ readonly type: 'pep440' } & VersionRule)
    | { readonly type: 'match'; readonly pattern: RegExp; readonly group: number; readonly value: Template | undefined }
    | { readonly type: 'edge'; readonly branch: string | undefined }
    | { readonly type: 'ref'; readonly event: 'branch' | 'tag' | 'pr' }
    | { readonly type: 'raw'; readonly value: Template }
    | { readonly type: 'sha'; readonly format: 'short' | 'long' }
  )

/** A kind of rule. */
export type TagRuleType = TagRule['type']

/** As docker/metadata-action orders rules without a `priority`. */
export const defaultPriorities: Readonly<Record<TagRuleType, number>> = {
  schedule: 1000,
  semver: 900,
  pep440: 900,
  match: 800,
  edge: 700,
  ref: 600,
  raw: 200,
  sha: 100,
}
