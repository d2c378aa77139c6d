import { basename, dirname, join, relative, resolve } from 'node:path'
import type { SourceLine } from '../image/closing-words.ts'
import { parseRemoteContext } from '../image/git-address.ts'
import type { BuildRequest } from '../ports.ts'

/**
 * Path of the Dockerfile from the workspace; undefined for one that is not there: of a git context, or of another build. BuildKit
 * names it by its last part, and finds a `dockerfile` in lower case, too.
 */
export function placeOfDockerfile(
  { context, file }: Pick<BuildRequest, 'context' | 'file'>,
  workspace: string,
  source: SourceLine,
): string | undefined {
  if (parseRemoteContext(context) !== undefined) return undefined
  const path = file ?? join(context, 'Dockerfile')
  if (basename(path).toLowerCase() !== basename(source.file).toLowerCase()) return undefined
  const place = relative(workspace, resolve(workspace, dirname(path), basename(source.file)))
  return place.startsWith('..') ? undefined : place
}
