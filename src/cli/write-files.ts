import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { Failure } from '../failure.ts'
import { findCheckout } from '../git/checkout.ts'
import { readStatus, readUntracked } from '../git/status.ts'
import { joined, type Text, text, untrusted } from '../text.ts'
import { unwritable } from '../unwritable.ts'
import type { CliWorld } from './command.ts'
import { readText } from './read-text.ts'
import { unifiedDiff } from './unified-diff.ts'

/** A file as it is to be. */
export interface NewFile {
  /** Relative to the folder of the command. */
  readonly path: string
  readonly content: string
}

/** How files are written. */
export interface WriteOptions {
  /** Overwrites changes that are not committed, without asking. */
  readonly force: boolean
  /** Shows the differences and writes nothing. */
  readonly check?: boolean
  /** Where the diffs are shown. */
  readonly show: (diff: string) => void
}

/** What became of one file. */
export interface WrittenFile {
  readonly path: string
  readonly state: 'created' | 'changed' | 'unchanged'
}

interface Change {
  readonly path: string
  /** Where its bytes are, with links followed. */
  readonly real: string
  readonly before: string | undefined
  readonly after: string
}

/**
 * Shows each file as a unified diff and writes those that differ: all or, before any is changed, none. A file with changes that
 * are not committed is overwritten only with `force` or after the answer yes. Throws `file-unwritable`.
 */
export async function writeFiles(
  files: readonly NewFile[],
  options: WriteOptions,
  world: CliWorld,
): Promise<readonly WrittenFile[]> {
  const changes = files.map(({ path, content }) => changeOf(path, content, world.directory))
  const different = changes.filter(({ before, after }) => before !== after)
  for (const { path, before, after } of different) options.show(unifiedDiff(path, before, after))
  if (!options.check) {
    const endangered = options.force ? [] : await uncommitted(different, world)
    if (endangered.length > 0) await askFor(endangered, world)
    writeAll(different)
  }
  return changes.map(({ path, before, after }) => ({
    path,
    state: before === after ? 'unchanged' : before === undefined ? 'created' : 'changed',
  }))
}

function changeOf(path: string, after: string, directory: string): Change {
  const real = realPath(resolve(directory, path))
  const inside = relative(realPath(directory), real)
  if (inside.startsWith('..') || isAbsolute(inside))
    throw new Failure({
      code: 'file-unwritable',
      what: text`The file ${untrusted(path)} cannot be written`,
      why: text`it is outside of ${untrusted(directory)}, as its path is or a symbolic link in it`,
      fix: text`Correct the path, or run the command in the folder of the file.`,
    })
  return { path, real, before: existsSync(real) ? readText(real, path) : undefined, after }
}

/** With links followed, as far as the path exists. */
function realPath(path: string): string {
  if (existsSync(path) || path === dirname(path)) return realpathSync(path)
  return join(realPath(dirname(path)), basename(path))
}

/** Files that exist and of which git has no committed copy, or cannot say. */
async function uncommitted(changes: readonly Change[], world: CliWorld): Promise<readonly Change[]> {
  const existing = changes.filter(({ before }) => before !== undefined)
  if (existing.length === 0) return []
  const checkout = findCheckout(world.directory, '/')
  if (checkout === undefined) return existing
  const { root } = checkout
  const options = { root, environment: world.environment, signal: world.signal }
  const status = await readStatus(options)
  if (status.kind === 'unknown') return existing
  const paths = existing.map(({ real }) => relative(root, real))
  const without = new Set([...status.changed, ...(await readUntracked(options, paths))])
  return existing.filter(({ real }) => without.has(relative(root, real)))
}

async function askFor(endangered: readonly Change[], { ask }: CliWorld): Promise<void> {
  const names = endangered.map(({ path }) => path)
  const answer = await ask?.(`Overwrite ${names.join(', ')}, which git has no committed copy of? [y/N] `)
  if (/^y(es)?$/i.test(answer?.trim() ?? '')) return
  throw notOverwritten(names.map((name) => text`${untrusted(name)}`))
}

function notOverwritten(names: readonly Text[]): Failure {
  return new Failure({
    code: 'file-unwritable',
    what: text`No file was written`,
    why: text`git has no committed copy of ${joined(names)}, which would be overwritten`,
    fix: text`Commit or stash the changes, or repeat the command with --force.`,
  })
}

/** Every new content is on disk before the first file is replaced. */
function writeAll(changes: readonly Change[]): void {
  const prepared: { readonly temporary: string; readonly change: Change }[] = []
  const folders: string[] = []
  let current = ''
  try {
    for (const [index, change] of changes.entries()) {
      current = change.path
      // A name of its own: a longer one than that of the file may exceed the limit of the file system.
      const temporary = join(dirname(change.real), `.slipway-${process.pid}-${index}`)
      makeFolders(dirname(change.real), folders)
      prepared.push({ temporary, change })
      writeDurably(temporary, change)
    }
    for (const { temporary, change } of prepared) {
      current = change.path
      renameSync(temporary, change.real)
    }
  } catch (error) {
    removeTemporary(prepared)
    removeEmpty(folders)
    throw unwritable(current, error)
  }
  removeTemporary(prepared)
}

function removeTemporary(prepared: readonly { readonly temporary: string }[]): void {
  for (const { temporary } of prepared) rmSync(temporary, { force: true })
}

/** Makes a folder and those above it; the new ones are added to `made`, the outermost first. */
function makeFolders(path: string, made: string[]): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return
  makeFolders(dirname(path), made)
  mkdirSync(path)
  made.push(path)
}

/** Removes folders that were made for nothing; one in which a file was written stays. */
function removeEmpty(folders: readonly string[]): void {
  for (const folder of folders.toReversed()) if (readdirSync(folder).length === 0) rmdirSync(folder)
}

function writeDurably(path: string, { real, before, after }: Change): void {
  const mode = before === undefined ? 0o666 : statSync(real).mode & 0o777
  const file = openSync(path, 'wx', mode)
  try {
    writeFileSync(file, after)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
