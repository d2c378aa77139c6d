import { constants } from 'node:fs'
import { type FileHandle, open, realpath, stat } from 'node:fs/promises'
import { isAbsolute, join, relative, resolve } from 'node:path'
import { Failure } from '../failure.ts'
import type { LayoutSource } from '../image/layout.ts'
import { blockSize, entryLength, parseHeader, paxPath } from '../image/tar.ts'
import { type Text, text, untrusted } from '../text.ts'

const mostEntries = 100_000
const longestName = 4096
/** Bytes of one read. */
const mostAtOnce = 256 * 1024 * 1024

/**
 * Opens an OCI image layout, a directory or a tar, below one of the `roots` (workspace and RUNNER_TEMP). Links inside of
 * the layout are refused and a tar is only read, never extracted, so a layout cannot name any other file of the runner.
 * Throws `file-unreadable`, `image-layout-invalid`.
 */
export async function openLayout(
  path: string,
  roots: readonly string[],
): Promise<LayoutSource & { close(): Promise<void> }> {
  const real = await realpath(resolve(roots[0] ?? '.', path)).catch((error: unknown) =>
    unreadable(path, text`${untrusted(reasonOf(error))}`),
  )
  const allowed = await Promise.all(roots.map((root) => realpath(root).catch(() => undefined)))
  if (!allowed.some((root) => root !== undefined && isInside(root, real)))
    return unreadable(path, text`it is outside the workspace and RUNNER_TEMP`)
  return (await stat(real)).isDirectory()
    ? directory(path, real)
    : archive(path, await open(real, constants.O_RDONLY | constants.O_NONBLOCK))
}

function isInside(root: string, path: string): boolean {
  const inside = relative(root, path)
  return !inside.startsWith('..') && !isAbsolute(inside)
}

function directory(path: string, root: string): LayoutSource & { close(): Promise<void> } {
  /** Undefined when there is none; a file that is reached through a link is none of the layout's. */
  const withFile = async <T>(
    name: string,
    use: (file: FileHandle, size: number) => Promise<T>,
  ): Promise<T | undefined> => {
    const wanted = join(root, name)
    const real = await realpath(wanted).catch(() => undefined)
    if (real === undefined) return undefined
    if (real !== wanted) return unreadable(path, text`${untrusted(name)} is a link`)
    const file = await open(wanted, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    try {
      const { size, isFile } = await file.stat().then((found) => ({ size: found.size, isFile: found.isFile() }))
      return isFile ? await use(file, size) : unreadable(path, text`${untrusted(name)} is not a regular file`)
    } finally {
      await file.close()
    }
  }
  return {
    path,
    size: (name) => withFile(name, async (_, size) => size),
    read: (name, limit) =>
      withFile(name, async (file, size) => {
        requireLimit(path, name, size, limit)
        return readAt(path, file, { offset: 0, size })
      }),
    close: async () => {},
  }
}

interface Place {
  readonly offset: number
  readonly size: number
}

async function archive(path: string, file: FileHandle): Promise<LayoutSource & { close(): Promise<void> }> {
  try {
    const files = await listEntries(path, file)
    return {
      path,
      size: async (name) => files.get(name)?.size,
      read: async (name, limit) => {
        const place = files.get(name)
        if (place === undefined) return undefined
        requireLimit(path, name, place.size, limit)
        return readAt(path, file, place)
      },
      close: () => file.close(),
    }
  } catch (error) {
    await file.close()
    throw error
  }
}

async function listEntries(path: string, file: FileHandle): Promise<ReadonlyMap<string, Place>> {
  const { size, isFile } = await file.stat().then((found) => ({ size: found.size, isFile: found.isFile() }))
  if (!isFile) return unreadable(path, text`it is neither a directory nor a regular file`)
  const files = new Map<string, Place>()
  let longName: string | undefined
  for (let offset = 0, count = 0; offset < size; count++) {
    const entry = headerOf(path, await readAt(path, file, { offset, size: blockSize }))
    if (entry === undefined || count > mostEntries) break
    const place = { offset: offset + blockSize, size: entry.size }
    // Before anything is allocated by it: a header can claim any size.
    if (!(place.offset + place.size <= size))
      return invalid(
        path,
        text`its entry ${untrusted(entry.name)} is longer than the file, which may be a truncated download`,
      )
    offset += entryLength(entry)
    if (entry.kind === 'file') {
      const name = longName ?? entry.name
      if (files.has(name)) return invalid(path, text`it has two entries ${untrusted(name)}`)
      files.set(name, place)
      longName = undefined
    } else if (entry.kind === 'long-name' || entry.kind === 'pax') {
      const content = entry.size <= longestName ? await readAt(path, file, place) : new Uint8Array()
      longName =
        entry.kind === 'pax' ? (paxPath(content) ?? longName) : new TextDecoder().decode(content).replace(/\0+$/, '')
    } else longName = undefined
  }
  return files
}

function headerOf(path: string, block: Uint8Array): ReturnType<typeof parseHeader> {
  try {
    return parseHeader(block)
  } catch (error) {
    return invalid(path, text`${error instanceof Error ? error.message : ''}`)
  }
}

async function readAt(path: string, file: FileHandle, place: Place): Promise<Uint8Array> {
  const content = new Uint8Array(place.size)
  for (let done = 0; done < place.size; ) {
    const { bytesRead } = await file.read(content, done, Math.min(place.size - done, mostAtOnce), place.offset + done)
    if (bytesRead === 0) return invalid(path, text`it ends in the middle of an entry: a truncated download?`)
    done += bytesRead
  }
  return content
}

function requireLimit(path: string, name: string, size: number, limit: number | undefined): void {
  if (limit !== undefined && size > limit)
    invalid(path, text`${untrusted(name)} has ${size} bytes; at most ${limit} were expected`)
}

function reasonOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
  return code === 'ENOENT' ? 'there is no such file or directory' : String(error)
}

function unreadable(path: string, why: Text): never {
  throw new Failure({
    code: 'file-unreadable',
    what: text`The OCI image layout "${untrusted(path)}" of the input oci-layout cannot be read`,
    why,
    fix: text`Set oci-layout to a directory or an uncompressed tar in the workspace or below RUNNER_TEMP.`,
  })
}

function invalid(path: string, why: Text): never {
  throw new Failure({
    code: 'image-layout-invalid',
    what: text`The OCI image layout "${untrusted(path)}" is invalid`,
    why,
    fix: text`Set oci-layout to a directory or an uncompressed tar as "docker buildx build --output type=oci" writes it.`,
  })
}
