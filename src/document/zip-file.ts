import { crc32, inflateRawSync } from 'node:zlib'

/** One file of a ZIP archive, as the central directory describes it (APPNOTE.TXT 4.3.12). */
export interface ZipEntry {
  readonly name: string
  /** Bytes of the content, as the archive declares them. */
  readonly size: number
  /** Bytes in the archive. */
  readonly packed: number
  /** 0: stored; 8: deflated. */
  readonly method: number
  readonly crc: number
  readonly isEncrypted: boolean
  /** Where its local header begins. */
  readonly header: number
}

const localHeader = 30
const centralHeader = 46
const endRecord = 22
const endSignature = Buffer.from([0x50, 0x4b, 0x05, 0x06])
const centralSignature = 0x02014b50

/**
 * The files of a ZIP archive, from its central directory (APPNOTE.TXT 4.3.16); those before the first damaged entry. Empty where it has
 * no directory.
 */
export function zipEntries(bytes: Uint8Array): readonly ZipEntry[] {
  const archive = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const end = archive.lastIndexOf(endSignature)
  if (end < 0 || end + endRecord > archive.length) return []
  const count = archive.readUInt16LE(end + 10)
  const entries: ZipEntry[] = []
  let at = archive.readUInt32LE(end + 16)
  while (entries.length < count && at + centralHeader <= end && archive.readUInt32LE(at) === centralSignature) {
    const name = archive.readUInt16LE(at + 28)
    entries.push(entryAt(archive, at, name))
    at += centralHeader + name + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32)
  }
  return entries
}

function entryAt(archive: Buffer, at: number, nameLength: number): ZipEntry {
  return {
    name: archive.toString('utf8', at + centralHeader, at + centralHeader + nameLength),
    isEncrypted: (archive.readUInt16LE(at + 8) & 1) === 1,
    method: archive.readUInt16LE(at + 10),
    crc: archive.readUInt32LE(at + 16),
    packed: archive.readUInt32LE(at + 20),
    size: archive.readUInt32LE(at + 24),
    header: archive.readUInt32LE(at + 42),
  }
}

/**
 * The content of one file; undefined where it is encrypted, damaged or longer than it declares. Never uses more memory than the declared
 * size, so that the caller's limit on that is a limit on a ZIP bomb.
 */
export function zipContent(bytes: Uint8Array, entry: ZipEntry): Uint8Array | undefined {
  const archive = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (entry.isEncrypted || entry.header + localHeader > archive.length) return undefined
  const lengths = archive.readUInt16LE(entry.header + 26) + archive.readUInt16LE(entry.header + 28)
  const start = entry.header + localHeader + lengths
  if (start + entry.packed > archive.length) return undefined
  const content = unpacked(archive.subarray(start, start + entry.packed), entry)
  return content?.length === entry.size && crc32(content) === entry.crc ? content : undefined
}

function unpacked(packed: Uint8Array, { method, size }: ZipEntry): Uint8Array | undefined {
  if (method === 0) return packed
  if (method !== 8) return undefined
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.max(1, size) })
  } catch {
    // Data that is no Deflate stream, or a longer one than declared (ERR_BUFFER_TOO_LARGE).
    return undefined
  }
}
