import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { Failure } from '../../failure.ts'
import { setting, text, untrusted } from '../../text.ts'
import { type IgnoreRule, isIgnored, parseIgnore } from './ignore-rules.ts'

/** A file of a bundle. */
export interface BundleFile {
  /** From the root of the bundle, with slashes. */
  readonly path: string
  readonly content: { readonly bytes: Uint8Array } | { readonly linkTo: string }
  readonly isExecutable: boolean
}

/** What a folder has for a bundle. */
export interface Listed {
  readonly files: readonly BundleFile[]
  /** How many files and folders the ignore file left out, and its name. */
  readonly ignored: { readonly by: string; readonly count: number } | undefined
}

/** Never part of a bundle: files of git, of the EB CLI and of macOS. */
const always = /^(?:\.git|\.elasticbeanstalk|__MACOSX|\.DS_Store)$/

/** The largest source bundle: https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/applications-sourcebundle.html. Bytes. */
export const largestBundle = 500 * 1024 * 1024
/** What is read of a folder: it may shrink to a bundle that is small enough. */
const mostRead = 4 * largestBundle

/**
 * The files of a folder, sorted, without those of `.ebignore`, or else of `.gitignore`, as the EB CLI does. Links stay links and must
 * lead to what is in the folder. `excluded`: more patterns, in the form of an ignore file.
 */
export function listFiles(root: string, excluded: readonly string[]): Listed {
  const by = ['.ebignore', '.gitignore'].find((name) => existsSync(join(root, name)))
  const rules = [...(by ? parseIgnore(readFileSync(join(root, by), 'utf8')) : [])]
  const more = parseIgnore(excluded.join('\n'))
  const walk: Walk = { root, nested: by === '.gitignore', files: [], read: 0, ignored: 0 }
  walkFolder(walk, '', rules, more)
  const files = walk.files.toSorted((one, other) => (one.path < other.path ? -1 : 1))
  return { files, ignored: by !== undefined && walk.ignored > 0 ? { by, count: walk.ignored } : undefined }
}

interface Walk {
  readonly root: string
  /** Whether folders may have ignore files of their own. */
  readonly nested: boolean
  readonly files: BundleFile[]
  read: number
  ignored: number
}

function walkFolder(walk: Walk, folder: string, rules: readonly IgnoreRule[], more: readonly IgnoreRule[]): void {
  const own = join(walk.root, folder, '.gitignore')
  const isNested = walk.nested && folder !== '' && existsSync(own)
  const all = isNested ? [...rules, ...parseIgnore(readFileSync(own, 'utf8'), folder)] : rules
  for (const entry of readdirSync(join(walk.root, folder), { withFileTypes: true })) {
    const path = `${folder}${entry.name}`
    if (always.test(entry.name)) continue
    const isFolder = entry.isDirectory()
    if (isIgnored(all, path, isFolder) || isIgnored(more, path, isFolder)) walk.ignored++
    else if (isFolder) walkFolder(walk, `${path}/`, all, more)
    else addFile(walk, path)
  }
}

function addFile(walk: Walk, path: string): void {
  const full = join(walk.root, path)
  const stat = lstatSync(full)
  if (stat.isSymbolicLink()) {
    const linkTo = readlinkSync(full)
    const target = normalize(join(dirname(path), linkTo))
    if (linkTo.startsWith('/') || target.startsWith('..')) throw leavesFolder(path, linkTo)
    walk.files.push({ path, content: { linkTo }, isExecutable: false })
    return
  }
  // A pipe or socket has no content that a bundle could have.
  if (!stat.isFile()) return
  walk.read += stat.size
  if (walk.read > mostRead) throw tooLarge(walk.read)
  walk.files.push({ path, content: { bytes: readFileSync(full) }, isExecutable: (stat.mode & 0o111) !== 0 })
}

function leavesFolder(path: string, target: string): Failure {
  return new Failure({
    code: 'bundle-invalid',
    what: text`The symbolic link ${untrusted(path)} leads out of the source directory`,
    why: text`its target is ${untrusted(target)}`,
    fix: text`Replace it with the file, or exclude it in .ebignore. Nothing has been changed.`,
  })
}

/** A bundle that AWS would refuse for its size. */
export function tooLarge(bytes: number): Failure {
  return new Failure({
    code: 'bundle-invalid',
    what: text`The source bundle has ${Math.ceil(bytes / 1024 / 1024)} MiB; Elastic Beanstalk takes at most 500 MiB`,
    fix: text`Exclude what the program does not need in .ebignore (node_modules, tests, images), or deploy a container image (${setting('image')}). Nothing has been changed.`,
    docs: 'https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/applications-sourcebundle.html',
  })
}
