import type { Text, Untrusted } from '../text.ts'

/** One fold of evidence. Its lines are redacted; a view escapes them. */
export interface EvidenceSection {
  /**
   * What a channel with little room leaves out first. `history`: what happened, whatever the reason; `log`: the last lines of a
   * program, newest last; `surroundings`: what surrounds the failure; `failure`: what failed, and what ended the deployment.
   */
  readonly kind: 'failure' | 'surroundings' | 'log' | 'history'
  readonly title: Text
  readonly lines: readonly Text[]
}

/** Evidence that could not be read because the credentials lack a permission: named, not hidden. */
export interface MissingPermission {
  /** IAM action, such as `logs:GetLogEvents`. */
  readonly action: string
  /** What it would have shown. */
  readonly shows: string
}

/** What is known about a deployment that went wrong, in words of the target that every channel shows as they are. */
export interface EvidenceReport {
  /** In the order in which they answer why; each has lines. */
  readonly sections: readonly EvidenceSection[]
  /** AWS's own words about the end, which are in one of the sections. */
  readonly said: readonly Untrusted[]
  readonly missingPermissions: readonly MissingPermission[]
}

/** What proves the cause: what the container that failed printed last, where there is that, else what answers why best. */
export function proof({ sections }: EvidenceReport): EvidenceSection | undefined {
  return sections.find(({ kind }) => kind === 'log') ?? sections[0]
}
