import { type GitOptions, git } from './run-git.ts'

/** What only the program git can say of a checkout. */
export type GitStatus =
  | {
      readonly kind: 'known'
      /** Paths relative to the top folder: changed, added, deleted, and not tracked without being ignored. */
      readonly changed: readonly string[]
      /** Of HEAD: its committer date, in seconds since 1970. */
      readonly committedAt: number
    }
  /** `why` is the end of a sentence. */
  | { readonly kind: 'unknown'; readonly why: string }

/**
 * Reads from git what differs from HEAD, and the time of that commit. Writes nothing, and leaves unknown what git refuses: a
 * checkout of another user ("detected dubious ownership") must not be trusted with the commands of its configuration.
 */
export async function readStatus(options: GitOptions): Promise<GitStatus> {
  const status = await git(options, ['status', '--porcelain=v1', '-z', '--untracked-files=all', '--no-renames'])
  const shown = await git(options, ['show', '--no-patch', '--no-show-signature', '--format=%ct', 'HEAD'])
  const refused = [status, shown].find((answer) => answer.why !== undefined)
  if (refused?.why !== undefined) return { kind: 'unknown', why: refused.why }
  // `XY path`: two letters and a space (git-status(1), "Short Format").
  const changed = status.output.split('\0').flatMap((entry) => (entry.length > 3 ? [entry.slice(3)] : []))
  return { kind: 'known', changed, committedAt: Number(shown.output.trim()) }
}

/** Tags of HEAD, as `refs/tags/…`; none where git does not answer. */
export async function readTags(options: GitOptions): Promise<readonly string[]> {
  const { output } = await git(options, ['for-each-ref', '--points-at=HEAD', '--format=%(refname)', 'refs/tags'])
  return output.split('\n').filter((ref) => ref !== '')
}

/** Which of these paths, relative to the top folder, git does not track, the ignored ones included; none where git does not answer. */
export async function readUntracked(options: GitOptions, paths: readonly string[]): Promise<readonly string[]> {
  const literal = paths.map((path) => `:(literal)${path}`)
  const { output } = await git(options, ['ls-files', '--others', '-z', '--', ...literal])
  return output.split('\0').filter((path) => path !== '')
}
