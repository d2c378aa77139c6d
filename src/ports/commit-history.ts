/** The relation of one commit to another, in GitHub's words. */
export type CommitOrder = 'ahead' | 'identical' | 'behind' | 'diverged'

/** Why two commits could not be compared. */
export interface Incomparable {
  /**
   * `denied`: the token may not read the repository. `gone`: it may, and the repository does not have both commits in one
   * history. `unanswered`: GitHub does not answer, or not with a comparison, so that another time may know more.
   */
  readonly reason: 'denied' | 'gone' | 'unanswered'
  /** The same in words, as the end of a sentence. */
  readonly unknown: string
}

/** Files that differ between commits of the run's own repository. */
export interface ComparedFiles {
  /**
   * Paths that changed from `base` to its descendant `head` (both SHAs), or why they are unknown. Never throws, takes half a minute at
   * most.
   */
  between(base: string, head: string): Promise<readonly string[] | Incomparable>
}

/** The history of the run's own repository. */
export interface CommitHistory {
  /** The relation of `head` to `base` (both SHAs), or why it is unknown. Never throws, takes half a minute at most. */
  compare(base: string, head: string): Promise<CommitOrder | Incomparable>
}
