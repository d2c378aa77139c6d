import { existsSync, realpathSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Failure } from '../../failure.ts'
import { whyNoFolder } from '../../runner/folder.ts'
import { text, untrusted } from '../../text.ts'

/** Absolute path of a build context in the workspace. Throws `file-unreadable`. */
export function requireFolder(context: string, workspace: string): string {
  const folder = resolve(workspace, context)
  const problem = whyNoFolder(folder)
  if (problem === undefined) return realpathSync(folder)
  throw new Failure({
    code: 'file-unreadable',
    what: text`The build context "${untrusted(context)}" cannot be read`,
    why: text`${untrusted(problem)}`,
    fix: text`Correct the input context, or check out the repository before this step (actions/checkout).`,
  })
}

/** The Dockerfile of a folder. Docker takes the name in lower case, too. */
export function usualDockerfile(folder: string): string {
  const [usual, other] = [join(folder, 'Dockerfile'), join(folder, 'dockerfile')]
  return !existsSync(usual) && existsSync(other) ? other : usual
}
