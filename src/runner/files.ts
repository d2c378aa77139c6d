// Small files are read at one go: `node:fs/promises` costs every start-up more than any of them.
import {
  closeSync,
  constants,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { Failure } from '../failure.ts'
import { nearest } from '../nearest.ts'
import { setting, type Text, text, untrusted } from '../text.ts'
import { unwritable } from '../unwritable.ts'
import type { Files } from './action.ts'

const maximumBytes = 1024 * 1024

/**
 * Files of the workspace, and of the runner's temporary folder, where earlier steps hand on rendered files. A path must
 * end at a regular file inside one of them once its links are followed, so that a repository cannot make an action read
 * the runner's own files; nothing is ever executed or imported.
 */
export function openFiles(workspace: string, temporary: string): Files {
  const readBytes = async (path: string, input: string) => {
    const inside = locate(workspace, temporary, path, input)
    const file = attempt(path, input, () =>
      openSync(inside, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW),
    )
    try {
      const stat = fstatSync(file)
      if (!stat.isFile()) return unreadable(path, input, text`it is not a regular file`)
      if (stat.size > maximumBytes)
        return unreadable(path, input, text`it has ${stat.size} bytes; at most ${maximumBytes} are read`)
      return new Uint8Array(readFileSync(file))
    } finally {
      closeSync(file)
    }
  }
  return {
    readBytes,
    readText: async (path, input) => decode(await readBytes(path, input), path, input),
    exists: async (path) => isFile(resolve(workspace, path)),
    async writeTemporary(name, content) {
      const path = join(temporary, name)
      try {
        mkdirSync(dirname(path), { recursive: true })
        writeFileSync(path, content, { mode: 0o600 })
      } catch (error) {
        throw unwritable(path, error)
      }
      return path
    },
  }
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile()
  } catch {
    return false
  }
}

/** The real path, which must be in the same folder (workspace or temporary) as the path that was given. */
function locate(workspace: string, temporary: string, path: string, input: string): string {
  const given = resolve(workspace, path)
  const root = [workspace, temporary].find((folder) => isInside(resolve(folder), given))
  if (root === undefined) return unreadable(path, input, text`it is outside the workspace`)
  const real = attempt(
    path,
    input,
    () => realpathSync(given),
    () => besideMissing(given, root),
  )
  if (isInside(realpathSync(root), real)) return real
  return unreadable(path, input, text`a symbolic link in its path leads outside the workspace`)
}

function attempt<T>(path: string, input: string, read: () => T, near?: () => string | undefined): T {
  try {
    return read()
  } catch (error) {
    return unreadable(path, input, reasonOf(error, near), error)
  }
}

/** A file with nearly the same name in the same folder: `slipway.yaml` for `slipway.yml`. */
function besideMissing(path: string, root: string): string | undefined {
  try {
    const folder = realpathSync(dirname(path))
    return isInside(realpathSync(root), folder) ? nearest(basename(path), readdirSync(folder)) : undefined
  } catch {
    return undefined
  }
}

function isInside(root: string, path: string): boolean {
  const inside = relative(root, path)
  return !inside.startsWith('..') && !isAbsolute(inside)
}

function decode(bytes: Uint8Array, path: string, input: string): string {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff))
    return unreadable(path, input, text`it is UTF-16; save it as UTF-8`)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    return unreadable(path, input, text`it is not UTF-8 text`, error)
  }
}

function reasonOf(error: unknown, near?: () => string | undefined): Text {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : ''
  if (code === 'ENOENT') {
    const suggestion = near?.()
    return suggestion === undefined
      ? text`ENOENT: no such file in the workspace; is the repository checked out before this step?`
      : text`ENOENT: no such file in the workspace; did you mean ${untrusted(suggestion)} in the same folder?`
  }
  if (code === 'EACCES') return text`EACCES: permission denied`
  if (code === 'ELOOP') return text`ELOOP: its symbolic links form a loop`
  return text`${untrusted(error instanceof Error ? error.message : String(error))}`
}

function unreadable(path: string, input: string, why: Text, cause?: unknown): never {
  throw new Failure({
    code: 'file-unreadable',
    what: text`The file "${untrusted(path)}" of ${setting(input)} cannot be read`,
    why,
    fix: text`Correct the path (it is relative to the workspace) or the file.`,
    cause,
  })
}
