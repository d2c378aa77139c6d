import { Failure } from './failure.ts'
import { type Text, text, untrusted } from './text.ts'

/** What the runner's disk refuses, by Node's codes, with what to do. */
const fixes: Readonly<Record<string, Text>> = {
  ENOSPC: text`Free disk space on the runner, or take one with a larger disk.`,
  EDQUOT: text`Raise the disk quota of the runner's user, or free disk space.`,
  EROFS: text`Put the workspace and RUNNER_TEMP of the runner on a writable file system.`,
}

/** The failure for a file that could not be written. */
export function unwritable(path: string, cause: unknown): Failure {
  return new Failure({
    code: 'file-unwritable',
    what: text`The file ${untrusted(path)} cannot be written`,
    why: text`${untrusted(cause instanceof Error ? cause.message : String(cause))}`,
    fix:
      fixes[codeOf(cause)] ??
      text`Check that the runner's user has write permission for the workspace and RUNNER_TEMP.`,
    cause,
  })
}

/** The same for an unexpected error; undefined where it does not concern the runner's disk. */
export function unwritableBy(error: unknown): Failure | undefined {
  if (fixes[codeOf(error)] === undefined) return undefined
  const { path } = Object(error) as { readonly path?: unknown }
  return unwritable(typeof path === 'string' ? path : 'of the runner', error)
}

/** Does what writes files below a folder. Throws `file-unwritable`. */
export async function writing<T>(path: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write()
  } catch (error) {
    throw unwritable(path, error)
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
