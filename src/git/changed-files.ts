import { type GitOptions, git } from './run-git.ts'

/** Which files two commits differ in. */
export type ChangedFiles =
  /** Paths from the top folder; a renamed file is two, as GitHub's path filters count it. */
  | { readonly kind: 'known'; readonly files: readonly string[] }
  /** `why` is the end of a sentence. */
  | { readonly kind: 'unknown'; readonly why: string }

/** Two commits to compare. */
export interface CommitRange {
  readonly base: string
  readonly head: string
  /** From where the two parted (a pull request) instead of from the base itself (a push). */
  readonly fromMergeBase: boolean
}

/** Compares two commits of the checkout. A shallow checkout does not contain the base. */
export async function changedFiles(options: GitOptions, range: CommitRange): Promise<ChangedFiles> {
  const { base, head, fromMergeBase } = range
  for (const commit of [base, head]) {
    const { why } = await git(options, ['cat-file', '-e', `${commit}^{commit}`])
    if (why !== undefined)
      return { kind: 'unknown', why: `the checkout does not have the commit ${commit} (fetch-depth)` }
  }
  const compared = `${base}${fromMergeBase ? '...' : '..'}${head}`
  const { output, why } = await git(options, [
    'diff',
    '--name-only',
    '-z',
    '--no-renames',
    '--no-ext-diff',
    compared,
    '--',
  ])
  if (why !== undefined) return { kind: 'unknown', why }
  return { kind: 'known', files: output.split('\0').filter((path) => path !== '') }
}
