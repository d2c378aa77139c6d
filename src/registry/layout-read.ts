import type { FileHandle } from 'node:fs/promises'
import { Failure } from '../failure.ts'
import { type Text, text, untrusted } from '../text.ts'

/** Bytes of one read. */
const mostAtOnce = 256 * 1024 * 1024
/** Bytes of one piece of a blob, and buffers for them: one is sent, one is read, and two are left alone for who is slow. */
const pieceBytes = 512 * 1024
const pieceBuffers = 4

/** A part of a file, in bytes. */
export interface Place {
  readonly offset: number
  readonly size: number
}

/** The bytes of a part. Throws `image-layout-invalid` when the file ends before. */
export function readAt(path: string, file: FileHandle, { offset, size }: Place): Promise<Uint8Array<ArrayBuffer>> {
  return fill(path, file, offset, new Uint8Array(size))
}

async function fill(
  path: string,
  file: FileHandle,
  offset: number,
  content: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  for (let done = 0; done < content.length; ) {
    const { bytesRead } = await file
      .read(content, done, Math.min(content.length - done, mostAtOnce), offset + done)
      .catch((error: unknown) => unreadable(path, text`${untrusted(String(error))}`))
    if (bytesRead === 0) return invalid(path, text`it ends in the middle of an entry: a truncated download?`)
    done += bytesRead
  }
  return content
}

/**
 * The bytes of a part from `from` to `to`. The next piece is read while the last one is sent, in turn into a few buffers: with
 * one for each piece, gigabytes wait for the garbage collector.
 */
export async function* piecesAt(
  path: string,
  file: FileHandle,
  { offset, size }: Place,
  from: number,
  to: number,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  if (to > size) return invalid(path, text`a file of it became shorter while it was read`)
  const length = Math.min(pieceBytes, to - from)
  const buffers = Array.from({ length: pieceBuffers }, () => new Uint8Array(length))
  const pieceFrom = (position: number) => {
    const buffer = buffers.shift() ?? new Uint8Array(length)
    buffers.push(buffer)
    const piece = fill(path, file, offset + position, buffer.subarray(0, Math.min(length, to - position)))
    // Handled where it is awaited; avoids an unhandledRejection when the next piece is not read.
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
