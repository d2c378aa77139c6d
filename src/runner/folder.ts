import { createHash } from 'node:crypto'
import { closeSync, createReadStream, openSync, readSync, realpathSync, type Stats, statSync } from 'node:fs'
import { open, readdir, realpath, stat } from 'node:fs/promises'
import { isAbsolute, join, relative, resolve, sep } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { Failure } from '../failure.ts'
import { inLanes } from '../lanes.ts'
import { setting, text, untrusted } from '../text.ts'

/** A file below a folder, with its bytes read when they are needed. */
export interface FolderEntry {
  /** With slashes, whatever the system has. */
  readonly path: string
  readonly content: {
    readonly size: number
    readonly sha256: string
    /** `into`: memory for the bytes, where they fit into it. */
    read(start: number, end: number, into?: Uint8Array): Promise<Uint8Array>
  }
}

/** Files that are hashed at a time. */
const lanes = 16
/** Files of a folder from which memory is worth more than time. */
const many = 2000
/** Files of at most this size are read at one go, which costs a fraction of reading them through the threads of Node. Bytes. */
const small = 1024 * 1024

/**
 * All files below a folder of the workspace, in the order of their names, with their SHA-256. Links are followed where they stay in the
 * folder. Throws `file-unreadable`.
 */
export async function readFolder(
  folder: string,
  workspace: string,
  isWanted: (path: string) => boolean,
): Promise<readonly FolderEntry[]> {
  const root = rootOf(folder, workspace)
  const paths: string[] = []
  await walk(root, root, paths, new Set())
  const wanted = paths
    .map((path) => path.split(sep).join('/'))
    .filter(isWanted)
    .sort()
  if (wanted.length > many) keepYoungGenerationSmall()
  return await inLanes(lanes, wanted, async (path) => entryOf(root, path))
}

/**
 * Ends the growth of V8's young generation, which thousands of requests would make 32 MiB and more; it costs a quarter more CPU time. V8
 * reads the flag whenever it is about to grow it, so that it can be set late, and ignores a flag that it does not know.
 */
function keepYoungGenerationSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1')
}

function rootOf(folder: string, workspace: string): string {
  const given = resolve(workspace, folder)
  const problem = whyNoFolder(given)
  if (problem !== undefined) throw unreadable(folder, problem)
  const root = realpathSync(given)
  if (!isInside(realpathSync(workspace), root)) throw unreadable(folder, 'it is outside the workspace')
  return root
}

/** Why a path is no folder that can be read. Undefined: it is one. */
export function whyNoFolder(path: string): string | undefined {
  const found = statusOf(path)
  if (typeof found === 'string') return found
  if (found === undefined) return 'no such folder in the workspace'
  return found.isDirectory() ? undefined : 'it is a file, not a folder'
}

/** What is at a path, its links followed; a text: why that cannot be known. Undefined: nothing is there. */
export function statusOf(path: string): Stats | string | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ELOOP'
      ? 'ELOOP: its symbolic links form a loop'
      : `${error instanceof Error ? error.message : error}`
  }
}

function isInside(root: string, path: string): boolean {
  const inside = relative(root, path)
  return !inside.startsWith('..') && !isAbsolute(inside)
}

async function walk(root: string, folder: string, paths: string[], above: ReadonlySet<string>): Promise<void> {
  const real = await realpath(folder)
  if (!isInside(root, real)) throw unreadable(relative(root, folder), 'a symbolic link leads outside the folder')
  if (above.has(real)) throw unreadable(relative(root, folder), 'ELOOP: its symbolic links form a loop')
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    // A file that is no link is inside where its folder is: thousands of files cost no system call each.
    if (entry.isFile()) {
      paths.push(relative(root, path))
      continue
    }
    const found = await stat(path).catch(() => undefined)
    if (found === undefined) throw unreadable(relative(root, path), 'a symbolic link leads to no file')
    if (found.isDirectory()) await walk(root, path, paths, new Set([...above, real]))
    else if (!found.isFile()) throw unreadable(relative(root, path), 'it is not a regular file')
    else if (isInside(root, await realpath(path))) paths.push(relative(root, path))
    else throw unreadable(relative(root, path), 'a symbolic link leads outside the folder')
  }
}

function unreadable(path: string, why: string): Failure {
  return new Failure({
    code: 'file-unreadable',
    what: text`"${untrusted(path)}" of ${setting('folder')} cannot be read`,
    why: text`${untrusted(why)}`,
    fix: text`Correct the path (it is relative to the workspace), or run the build of the site before this step.`,
  })
}

async function entryOf(root: string, path: string): Promise<FolderEntry> {
  const file = join(root, path)
  const { size, sha256 } = (statSync(file).size <= small ? hashAtOnce(file) : undefined) ?? (await hashInPieces(file))
  return { path, content: { size, sha256, read: (start, end, into) => readRange(file, size, start, end, into) } }
}

/** Memory for one file after the other: that of thousands of files would be freed late. */
const page = new Uint8Array(small + 1)

/** Undefined: the file has grown. */
function hashAtOnce(file: string) {
  const bytes = readAtOnce(file, page)
  if (bytes.length > small) return undefined
  return { size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }
}

/** The bytes of a file, or as many as there is memory for. */
function readAtOnce(file: string, into: Uint8Array): Uint8Array {
  const handle = openSync(file, 'r')
  try {
    let size = 0
    for (;;) {
      const count = readSync(handle, into, size, into.length - size, null)
      size += count
      if (count === 0 || size === into.length) return into.subarray(0, size)
    }
  } finally {
    closeSync(handle)
  }
}

async function hashInPieces(file: string) {
  const hash = createHash('sha256')
  let size = 0
  for await (const chunk of createReadStream(file)) {
    hash.update(chunk)
    size += chunk.length
  }
  return { size, sha256: hash.digest('hex') }
}

async function readRange(
  file: string,
  size: number,
  start: number,
  end: number,
  into?: Uint8Array,
): Promise<Uint8Array> {
  const length = end - start
  const bytes = into !== undefined && length <= into.length ? into.subarray(0, length) : new Uint8Array(length)
  if (size <= small && start === 0) return readAtOnce(file, bytes)
  const handle = await open(file)
  try {
    const { bytesRead } = await handle.read(bytes, 0, length, start)
    return bytes.subarray(0, bytesRead)
  } finally {
    await handle.close()
  }
}
