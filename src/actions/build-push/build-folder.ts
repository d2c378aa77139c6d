import { existsSync, realpathSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Failure } from '../../failure.ts'
import { text, untrusted } from '../../text.ts'

/** Absolute path of a build context in the workspace. Throws `file-unreadable`. */
export function requireFolder(context: string, workspace: string): string {
  const folder = resolve(workspace, context)
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return realpathSync(folder)
  throw new Failure({
    code: 'file-unreadable',
    what: text`The build context "${untrusted(context)}" was not found`,
    why: text`no such folder in the workspace`,
    fix: text`Correct the input context, or check out the repository before this step (actions/checkout).`,
  })
}

/** The Dockerfile of a folder. Docker takes the name in lower case, too. */
export function usualDockerfile(folder: string): string {
  const [usual, other] = [join(folder, 'Dockerfile'), join(folder, 'dockerfile')]
  return !existsSync(usual) && existsSync(other) ? other : usual
}
