import type { FileHandle } from 'node:fs/promises'
import type { LayoutSource } from '../image/layout-source.ts'
import { blockSize, entryLength, parseHeader, paxPath } from '../image/tar.ts'
import { text, untrusted } from '../text.ts'
import { invalid, type Place, piecesAt, readAt, requireLimit, unreadable } from './layout-read.ts'

const mostEntries = 100_000
const longestName = 4096

/** A layout in an uncompressed tar, by the places of its entries; `file` is closed with it. */
export async function archive(path: string, file: FileHandle): Promise<LayoutSource & { close(): Promise<void> }> {
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
      async *stream(name, from, to) {
        const place = files.get(name)
        if (place === undefined) return invalid(path, text`${untrusted(name)} is missing`)
        yield* piecesAt(path, file, place, from, to)
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
