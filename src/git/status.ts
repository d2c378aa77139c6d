import { execFile } from 'node:child_process'

/** The working tree that `git` reads, and the process it runs in. */
export interface GitOptions {
  /** Top folder of the working tree. */
  readonly root: string
  /** Process environment. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Aborts when the job is cancelled. */
  readonly signal: AbortSignal
}

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

/** A status of very many files takes some seconds. Milliseconds. */
const longest = 60_000
const mostOutput = 64 * 1024 * 1024

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

interface Answer {
  readonly output: string
  /** Why there is none. */
  readonly why?: string
}

function git({ root, environment, signal }: GitOptions, words: readonly string[]): Promise<Answer> {
  const command = ['--no-optional-locks', '-c', 'core.fsmonitor=false', '-C', root, ...words]
  const options = { env: passed(environment), signal, timeout: longest, maxBuffer: mostOutput }
  return new Promise((resolve) => {
    execFile('git', command, options, (error, output, said) => {
      if (error === null) return resolve({ output })
      const isMissing = error.code === 'ENOENT'
      resolve({
        output: '',
        why: isMissing ? 'git is not installed' : `git reports: ${said.split('\n')[0] || error.message}`,
      })
    })
  })
}

/** What git reads for itself, and neither inputs nor credentials. */
function passed(environment: GitOptions['environment']): Record<string, string> {
  const names = /^(PATH|HOME|XDG_CONFIG_HOME|TMPDIR|GIT_CONFIG_\w+)$/
  const own = Object.entries(environment).flatMap(([name, value]) =>
    value !== undefined && names.test(name) ? [[name, value]] : [],
  )
  return { ...Object.fromEntries(own), LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0', GIT_NO_LAZY_FETCH: '1' }
}
