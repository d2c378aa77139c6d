import { ZipFile } from 'yazl'
import type { BundleFile } from './list-files.ts'

/** The first moment that a ZIP file can name: bytes must not depend on when a file was checked out. */
const epoch = new Date(1980, 0, 1)

/** A ZIP file with these files, in their order. The same files give the same bytes; of modes, the executable bit and links stay. */
export async function zip(files: readonly BundleFile[]): Promise<Uint8Array> {
  const archive = new ZipFile()
  for (const { path, content, isExecutable } of files) {
    const mode = 'linkTo' in content ? 0o120777 : isExecutable ? 0o100755 : 0o100644
    const bytes = 'linkTo' in content ? Buffer.from(content.linkTo) : Buffer.from(content.bytes)
    archive.addBuffer(bytes, path, { mode, mtime: epoch, forceDosTimestamp: true })
  }
  archive.end()
  const chunks: Buffer[] = []
  for await (const chunk of archive.outputStream) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
}
