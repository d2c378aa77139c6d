/** ZIP files as a writer of streams makes them: sizes are in the central directory. APPNOTE.TXT of PKWARE, 4.3.7, 4.3.12, 4.3.16. */
import { crc32, deflateRawSync } from 'node:zlib'

/** One file; `size` and `method` where an archive states others than are true. */
export interface ZipFile {
  readonly name: string
  readonly content: string | Buffer
  readonly size?: number
  readonly method?: number
  readonly flags?: number
}

interface Part {
  readonly local: Buffer
  readonly central: Buffer
}

function partOf({ name, content, size, method = 8, flags = 0 }: ZipFile, offset: number): Part {
  const bytes = Buffer.from(content)
  const packed = method === 0 ? bytes : deflateRawSync(bytes)
  const title = Buffer.from(name)
  const common = Buffer.alloc(26)
  common.writeUInt16LE(20, 0)
  common.writeUInt16LE(flags, 2)
  common.writeUInt16LE(method, 4)
  common.writeUInt32LE(crc32(bytes), 10)
  common.writeUInt32LE(packed.length, 14)
  common.writeUInt32LE(size ?? bytes.length, 18)
  common.writeUInt16LE(title.length, 22)
  const rest = Buffer.alloc(14)
  rest.writeUInt32LE(offset, 10)
  return {
    local: Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, title, packed]),
    central: Buffer.concat([Buffer.from('PK\x01\x02\x14\0', 'latin1'), common, rest, title]),
  }
}

/** An archive of these files. */
export function zipOf(files: readonly ZipFile[]): Buffer {
  const parts: Part[] = []
  let offset = 0
  for (const file of files) {
    const part = partOf(file, offset)
    parts.push(part)
    offset += part.local.length
  }
  const directory = Buffer.concat(parts.map(({ central }) => central))
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(parts.length, 8)
  end.writeUInt16LE(parts.length, 10)
  end.writeUInt32LE(directory.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...parts.map(({ local }) => local), directory, end])
}
