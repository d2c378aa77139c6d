/** What `GITHUB_SHA` of an event is. */
export interface CommitMeaning {
  /** As a column of the documentation. */
  readonly sha: string
  /** The same as part of a sentence, where it is not the commit that the event is about. */
  readonly standsFor?: string
}

const defaultBranch: CommitMeaning = {
  sha: 'last commit of the default branch',
  standsFor: 'the last commit of the default branch',
}
const mergeCommit: CommitMeaning = {
  sha: "GitHub's merge commit of the pull request; the revision is its head",
}

/**
 * By the name of the event: https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows.
 * What `workflow_call` runs has the event of its caller. An event that is not listed is taken for one of the default branch,
 * as all are that GitHub has added for years.
 */
export const eventCommits: Readonly<Record<string, CommitMeaning>> = {
  push: { sha: 'the commit that was pushed; of a branch that was deleted, the last commit of the default branch' },
  create: { sha: 'last commit of the branch or tag that was created' },
  release: { sha: 'the commit that the release tags' },
  merge_group: { sha: 'the commit of the merge group' },
  deployment: { sha: 'the commit to be deployed' },
  deployment_status: { sha: 'the commit to be deployed' },
  registry_package: { sha: 'the commit of the package' },
  workflow_dispatch: { sha: 'last commit of the branch or tag that the workflow was started on' },
  pull_request: mergeCommit,
  pull_request_review: mergeCommit,
  pull_request_review_comment: mergeCommit,
  // Before GitHub Enterprise Server 3.20: of the branch that the pull request is to be merged into.
  pull_request_target: defaultBranch,
  schedule: { sha: defaultBranch.sha },
  branch_protection_rule: defaultBranch,
  check_run: defaultBranch,
  check_suite: defaultBranch,
  delete: defaultBranch,
  discussion: defaultBranch,
  discussion_comment: defaultBranch,
  fork: defaultBranch,
  gollum: defaultBranch,
  image_version: defaultBranch,
  issue_comment: defaultBranch,
  issues: defaultBranch,
  label: defaultBranch,
  milestone: defaultBranch,
  page_build: defaultBranch,
  public: defaultBranch,
  repository_dispatch: defaultBranch,
  status: defaultBranch,
  watch: defaultBranch,
  workflow_run: defaultBranch,
}

/** What `GITHUB_SHA` is in a run of this event. Outside of GitHub Actions there is no event, and nothing to say. */
export function meaningOf(event: string, payload: Readonly<Record<string, unknown>>): CommitMeaning {
  if (event === '') return { sha: '' }
  if (event === 'push' && payload.deleted === true) return defaultBranch
  return eventCommits[event] ?? defaultBranch
}
