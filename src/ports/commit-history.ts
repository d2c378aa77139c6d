/** How one commit stands to another, in GitHub's words. */
export type CommitOrder = 'ahead' | 'identical' | 'behind' | 'diverged'

/** The history of the run's own repository. */
export interface CommitHistory {
  /**
   * How `head` stands to `base` (both SHAs), or the reason why that cannot be found out. Best effort: never throws, takes
   * some seconds at most.
   */
  compare(base: string, head: string): Promise<CommitOrder | { readonly unknown: string }>
}
