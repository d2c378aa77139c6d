/** Where the files of a tar archive are. Reads headers only: nothing is extracted, so no path can lead anywhere. */

/** Tar archives are made of blocks of this many bytes. */
export const blockSize = 512

/** The header of one entry of a tar archive. */
export interface TarEntry {
  /** As the archive has it, without a leading `./`. */
  readonly name: string
  /** Bytes of content. */
  readonly size: number
  /** `file`, or anything else that a tar may hold (links, directories, long names), which Slipway passes over. */
  readonly kind: 'file' | 'long-name' | 'pax' | 'other'
}

/** Reads a header block; undefined for the empty block that ends an archive. Throws an `Error` when it is no header. */
export function parseHeader(block: Uint8Array): TarEntry | undefined {
  if (block.every((byte) => byte === 0)) return undefined
  if (checksum(block) !== octal(block, 148, 8)) throw new Error('it is not a tar archive, or it is compressed')
  const prefix = field(block, 257, 5) === 'ustar' ? field(block, 345, 155) : ''
  const name = prefix === '' ? field(block, 0, 100) : `${prefix}/${field(block, 0, 100)}`
  return {
    name: name.replace(/^\.\//, ''),
    size: numeric(block, 124, 12),
    kind: kindOf(String.fromCharCode(block[156] ?? 0)),
  }
}

/** Bytes from one header to the next: content is padded to whole blocks. */
export function entryLength(entry: TarEntry): number {
  return blockSize + Math.ceil(entry.size / blockSize) * blockSize
}

/** The `path` of a PAX header (POSIX.1-2001: `length key=value\n`), if it sets one. */
export function paxPath(content: Uint8Array): string | undefined {
  return /(?:^|\n)\d+ path=([^\n]*)\n/.exec(new TextDecoder().decode(content))?.[1]
}

function kindOf(flag: string): TarEntry['kind'] {
  if (flag === '0' || flag === '\0' || flag === '7') return 'file'
  if (flag === 'L') return 'long-name'
  return flag === 'x' ? 'pax' : 'other'
}

function field(block: Uint8Array, start: number, length: number): string {
  const bytes = block.subarray(start, start + length)
  const end = bytes.indexOf(0)
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end))
}

function octal(block: Uint8Array, start: number, length: number): number {
  const digits = field(block, start, length).trim()
  return /^[0-7]*$/.test(digits) ? Number.parseInt(digits || '0', 8) : Number.NaN
}

/** Sizes from 8 GiB on are binary, marked by the highest bit (GNU and star). */
function numeric(block: Uint8Array, start: number, length: number): number {
  if (((block[start] ?? 0) & 0x80) === 0) return octal(block, start, length)
  return block.subarray(start + 1, start + length).reduce((sum, byte) => sum * 256 + byte, 0)
}

/** The sum of all bytes, with the checksum's own eight taken as spaces. */
function checksum(block: Uint8Array): number {
  return block.reduce((sum, byte, index) => sum + (index >= 148 && index < 156 ? 32 : byte), 0)
}
