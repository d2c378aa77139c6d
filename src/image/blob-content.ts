import { createHash } from 'node:crypto'
import type { BlobContent } from '../ports.ts'
import { text } from '../text.ts'
import { blobPath, damaged, type LayoutSource } from './layout-source.ts'
import type { Descriptor } from './manifest.ts'

/**
 * A blob of a layout as it is uploaded: hashed while it is read for the first time, piece by piece. A blob with other bytes
 * than its digest promises is never uploaded as a whole, because its last piece is held back. `read` throws
 * `image-layout-invalid`.
 */
export function blobContent(source: LayoutSource, { digest, size }: Descriptor): BlobContent {
  const stream: BlobContent['read'] = (from, to) => source.stream(blobPath(digest), from, to)
  return verifiedContent({ digest, size }, stream, (found) =>
    damaged(source, text`${digest} has the content of ${found}`),
  )
}

/** A blob whose bytes come from `stream`. `refuse` throws for a blob that has another digest, before its last piece. */
export function verifiedContent(
  { digest, size }: Pick<BlobContent, 'digest' | 'size'>,
  stream: BlobContent['read'],
  refuse: (found: string) => never,
): BlobContent {
  const hash = createHash('sha256')
  /** Bytes that are hashed: a part that is read again, after a broken connection, is not hashed again. */
  let hashed = 0
  let isVerified = false
  const verify = () => {
    const found = isVerified ? digest : `sha256:${hash.digest('hex')}`
    if (found !== digest) refuse(found)
    isVerified = true
  }
  const read = async function* (from: number, to: number): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    // A registry that has more of an upload than this process read for it: what lies between is hashed first.
    if (hashed < from) for await (const _ of read(hashed, from));
    let position = from
    for await (const piece of stream(from, to)) {
      if (position <= hashed && position + piece.length > hashed) hash.update(piece.subarray(hashed - position))
      position += piece.length
      hashed = Math.max(hashed, position)
      if (position === size) verify()
      yield piece
    }
    if (size === 0) verify()
  }
  return { digest, size, read }
}
