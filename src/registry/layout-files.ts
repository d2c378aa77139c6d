import { constants } from 'node:fs'
import { type FileHandle, open, realpath, stat } from 'node:fs/promises'
import { isAbsolute, join, relative, resolve } from 'node:path'
import type { LayoutSource } from '../image/layout-source.ts'
import { text, untrusted } from '../text.ts'
import { archive } from './layout-archive.ts'
import { invalid, piecesAt, readAt, requireLimit, unreadable } from './layout-read.ts'

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
  const openFile = async (name: string): Promise<{ file: FileHandle; size: number } | undefined> => {
    const wanted = join(root, name)
    const real = await realpath(wanted).catch(() => undefined)
    if (real === undefined) return undefined
    if (real !== wanted) return unreadable(path, text`${untrusted(name)} is a link`)
    const file = await open(wanted, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    const found = await file.stat()
    if (found.isFile()) return { file, size: found.size }
    await file.close()
    return unreadable(path, text`${untrusted(name)} is not a regular file`)
  }
  return {
    path,
    async size(name) {
      const found = await openFile(name)
      await found?.file.close()
      return found?.size
    },
    async read(name, limit) {
      const found = await openFile(name)
      if (found === undefined) return undefined
      try {
        requireLimit(path, name, found.size, limit)
        return await readAt(path, found.file, { offset: 0, size: found.size })
      } finally {
        await found.file.close()
      }
    },
    async *stream(name, from, to) {
      const found = await openFile(name)
      if (found === undefined) return invalid(path, text`${untrusted(name)} is missing`)
      try {
        yield* piecesAt(path, found.file, { offset: 0, size: found.size }, from, to)
      } finally {
        await found.file.close()
      }
    },
    close: async () => {},
  }
}

function reasonOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
  return code === 'ENOENT' ? 'there is no such file or directory' : String(error)
}
