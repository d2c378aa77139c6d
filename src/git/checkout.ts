import { closeSync, constants, fstatSync, openSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { type Checkout, isCommit } from '../source.ts'

// A repository is known by its files: `git` may not be installed, and refuses a checkout of another user ("detected dubious
// ownership", safe.directory), as in a job's container. Layout: gitrepository-layout(5).

/** Where a working tree keeps its repository; both are the same but for the worktrees of one. */
interface GitFolders {
  /** With HEAD. */
  readonly own: string
  /** With config, packed-refs and most of refs. */
  readonly common: string
}

/** Packed refs of large repositories have some megabytes. Bytes. */
const largestFile = 64 * 1024 * 1024

/**
 * The checkout that a folder lies in: the nearest `.git` above it; for a folder below `workspace`, no higher than that. Undefined
 * where there is none, as after a checkout without git, which downloads only the files.
 */
export function findCheckout(folder: string, workspace: string): Checkout | undefined {
  const start = realFolder(folder)
  const top = realFolder(workspace)
  const isBelow = isInside(top, start)
  for (let root = start; ; root = dirname(root)) {
    const folders = gitFolders(join(root, '.git'))
    if (folders) return { root, ...headOf(folders), remote: remoteOf(read(join(folders.common, 'config')) ?? '') }
    if (root === dirname(root) || (isBelow && root === top)) return undefined
  }
}

/** The real path of a folder, or of the nearest one above it that exists. */
function realFolder(path: string): string {
  for (let folder = resolve(path); ; folder = dirname(folder)) {
    try {
      return realpathSync(folder)
    } catch {
      if (folder === dirname(folder)) return folder
    }
  }
}

function isInside(root: string, path: string): boolean {
  const inside = relative(root, path)
  return !inside.startsWith('..') && !isAbsolute(inside)
}

/** `.git` is the repository, or a file that names it: of a worktree, or of a submodule. */
function gitFolders(path: string): GitFolders | undefined {
  const named = /^gitdir: (.+?)\s*$/.exec(read(path) ?? '')?.[1]
  const own = named === undefined ? path : resolve(dirname(path), named)
  if (read(join(own, 'HEAD')) === undefined) return undefined
  const common = read(join(own, 'commondir'))?.trim()
  return { own, common: common ? resolve(own, common) : own }
}

function headOf(folders: GitFolders): Pick<Checkout, 'commit' | 'ref'> {
  const head = read(join(folders.own, 'HEAD'))?.trim() ?? ''
  if (isCommit(head)) return { commit: head, ref: pullRequestRef(folders, head) }
  const ref = /^ref: (refs\/\S+)$/.exec(head)?.[1]
  // Where refs are kept in another format (`reftable`), HEAD holds this.
  if (ref === undefined || ref.split('/').includes('..') || ref === 'refs/heads/.invalid')
    return { commit: undefined, ref: undefined }
  return { commit: resolveRef(folders, ref), ref }
}

function resolveRef({ own, common }: GitFolders, ref: string): string | undefined {
  const loose = (read(join(own, ref)) ?? read(join(common, ref)))?.trim()
  if (loose !== undefined) return isCommit(loose) ? loose : undefined
  const packed = read(join(common, 'packed-refs')) ?? ''
  const line = packed.split('\n').find((entry) => entry.endsWith(` ${ref}`))
  const sha = line?.slice(0, line.indexOf(' ')) ?? ''
  return isCommit(sha) ? sha : undefined
}

/** actions/checkout leaves a pull request at `refs/remotes/pull/<number>/merge` or `head`, and HEAD detached. */
function pullRequestRef({ common }: GitFolders, commit: string): string | undefined {
  const folder = join(common, 'refs/remotes/pull')
  const refs = entriesOf(folder).flatMap((number) => ['merge', 'head'].map((kind) => `${number}/${kind}`))
  const found = refs.find((ref) => read(join(folder, ref))?.trim() === commit)
  return found === undefined ? undefined : `refs/pull/${found}`
}

/** `url` in `[remote "origin"]` of git-config(1). */
function remoteOf(config: string): string | undefined {
  const lines = config.split('\n').map((line) => line.trim())
  const start = lines.indexOf('[remote "origin"]') + 1
  if (start === 0) return undefined
  const length = lines.slice(start).findIndex((line) => line.startsWith('['))
  const section = lines.slice(start, length < 0 ? undefined : start + length)
  const found = section.flatMap((line) => /^url\s*=\s*"?([^"\s]{1,2000})"?$/.exec(line)?.[1] ?? [])
  return found[0]
}

function entriesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

/** Undefined for what is no readable file. */
function read(path: string): string | undefined {
  try {
    const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    try {
      const stat = fstatSync(file)
      return stat.isFile() && stat.size <= largestFile ? readFileSync(file, 'utf8') : undefined
    } finally {
      closeSync(file)
    }
  } catch {
    return undefined
  }
}
