import type { FileHandle } from 'node:fs/promises'
import { Failure } from '../failure.ts'
import { type Text, text, untrusted } from '../text.ts'

/** Bytes of one read. */
const mostAtOnce = 256 * 1024 * 1024
/** Bytes of one piece of a blob. */
const pieceBytes = 1024 * 1024

/** A part of a file, in bytes. */
export interface Place {
  readonly offset: number
  readonly size: number
}

/** The bytes of a part. Throws `image-layout-invalid` when the file ends before. */
export async function readAt(
  path: string,
  file: FileHandle,
  { offset, size }: Place,
): Promise<Uint8Array<ArrayBuffer>> {
  const content = new Uint8Array(size)
  for (let done = 0; done < size; ) {
    const { bytesRead } = await file.read(content, done, Math.min(size - done, mostAtOnce), offset + done)
    if (bytesRead === 0) return invalid(path, text`it ends in the middle of an entry: a truncated download?`)
    done += bytesRead
  }
  return content
}

/** The bytes of a part from `from` to `to`; the next piece is read while the last one is sent. */
export async function* piecesAt(
  path: string,
  file: FileHandle,
  { offset, size }: Place,
  from: number,
  to: number,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  if (to > size) return invalid(path, text`a file of it became shorter while it was read`)
  const pieceFrom = (position: number) => {
    const piece = readAt(path, file, { offset: offset + position, size: Math.min(pieceBytes, to - position) })
    // Handled where it is awaited; avoids an unhandledRejection when nobody takes the next piece.
    piece.catch(() => undefined)
    return piece
  }
  let next = from < to ? pieceFrom(from) : undefined
  for (let position = from; next !== undefined; ) {
    const piece = await next
    position += piece.length
    next = position < to ? pieceFrom(position) : undefined
    yield piece
  }
}

/** Throws `image-layout-invalid` for a file of more bytes than expected. */
export function requireLimit(path: string, name: string, size: number, limit: number | undefined): void {
  if (limit !== undefined && size > limit)
    invalid(path, text`${untrusted(name)} has ${size} bytes; at most ${limit} were expected`)
}

/** Throws `file-unreadable`. */
export function unreadable(path: string, why: Text): never {
  throw new Failure({
    code: 'file-unreadable',
    what: text`The OCI image layout "${untrusted(path)}" of the input oci-layout cannot be read`,
    why,
    fix: text`Set oci-layout to a directory or an uncompressed tar in the workspace or below RUNNER_TEMP.`,
  })
}

/** Throws `image-layout-invalid`. */
export function invalid(path: string, why: Text): never {
  throw new Failure({
    code: 'image-layout-invalid',
    what: text`The OCI image layout "${untrusted(path)}" is invalid`,
    why,
    fix: text`Set oci-layout to a directory or an uncompressed tar as "docker buildx build --output type=oci" writes it.`,
  })
}
