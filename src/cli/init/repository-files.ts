import { existsSync, globSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Folders that hold the code of others, or what a build made. */
const skipped = new Set(
  'node_modules .git vendor dist build target venv .venv __pycache__ .terraform cdk.out test tests testdata fixtures examples'.split(
    ' ',
  ),
)
/** Levels of folders that are searched. */
const deepest = 4
/** Larger ones are data. Bytes. */
const largest = 256 * 1024

/** The files of a repository, as far as `init` looks at them. */
export interface RepositoryFiles {
  /** Paths relative to the repository, sorted; those nearest to its root first. */
  readonly paths: readonly string[]
  /** Whether there is anything at a path, listed or not. */
  has(path: string): boolean
  /** The text of one; empty where it cannot be read. */
  read(path: string): string
}

/** Lists the files of a folder, without those of others. Symbolic links are not followed. */
export function repositoryFiles(directory: string): RepositoryFiles {
  const patterns = Array.from({ length: deepest }, (_, depth) => `${'*/'.repeat(depth)}{*,.github/workflows/*,.aws/*}`)
  const found = globSync(patterns, {
    cwd: directory,
    withFileTypes: true,
    exclude: (entry) => entry.isDirectory() && skipped.has(entry.name),
  })
  const paths = found
    .filter((entry) => entry.isFile())
    .map((entry) => relativeTo(directory, entry.parentPath, entry.name))
  const depth = (path: string) => path.split('/').length
  return {
    paths: [...new Set(paths)].sort((one, other) => depth(one) - depth(other) || (one < other ? -1 : 1)),
    has: (path) => existsSync(join(directory, path)),
    read: (path) => textOf(join(directory, path)),
  }
}

function relativeTo(directory: string, parent: string, name: string): string {
  const folder = parent.slice(directory.length).replaceAll('\\', '/').replace(/^\//, '')
  return folder === '' ? name : `${folder}/${name}`
}

function textOf(path: string): string {
  try {
    const found = statSync(path)
    // A device has no size, and a named pipe no end: a Compose file may name either.
    return found.isFile() && found.size <= largest ? readFileSync(path, 'utf8') : ''
  } catch {
    return ''
  }
}
