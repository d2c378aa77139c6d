/** What the Docker platform reads of a source bundle. APPNOTE.TXT of PKWARE, sections 4.3.7, 4.3.12 and 4.3.16. */
import { inflateRawSync } from 'node:zlib'

const endSignature = 0x06054b50

/** The file of this name in a ZIP file; undefined where it has none. */
export function fileIn(zip: Buffer, name: string): string | undefined {
  const end = zip.lastIndexOf(Buffer.from(Uint32Array.of(endSignature).buffer))
  if (end < 0) return undefined
  let at = zip.readUInt32LE(end + 16)
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    const [length, extra, comment] = [28, 30, 32].map((offset) => zip.readUInt16LE(at + offset)) as [
      number,
      number,
      number,
    ]
    if (zip.toString('utf8', at + 46, at + 46 + length) === name) return contentAt(zip, at)
    at += 46 + length + extra + comment
  }
  return undefined
}

function contentAt(zip: Buffer, entry: number): string {
  const [method, packed, local] = [
    zip.readUInt16LE(entry + 10),
    zip.readUInt32LE(entry + 20),
    zip.readUInt32LE(entry + 42),
  ]
  const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28)
  const bytes = zip.subarray(start, start + packed)
  return (method === 0 ? bytes : inflateRawSync(bytes)).toString()
}

/** Whether `Dockerrun.aws.json` names its image by a digest. */
export function hasDockerrunDigest(bundle: Buffer | undefined): boolean {
  const written = bundle && fileIn(bundle, 'Dockerrun.aws.json')
  return written !== undefined && /@sha256:/.test(JSON.parse(written).Image?.Name ?? '')
}
