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

/** A status of very many files takes some seconds. Milliseconds. */
const longest = 60_000
const mostOutput = 64 * 1024 * 1024

/** What git printed. */
export interface Answer {
  readonly output: string
  /** Why there is none. */
  readonly why?: string
}

/** Runs git without writing anything, fetching anything, or passing on credentials. */
export function git({ root, environment, signal }: GitOptions, words: readonly string[]): Promise<Answer> {
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
