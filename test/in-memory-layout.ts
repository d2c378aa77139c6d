/** Layouts and blobs without files. */
import type { LayoutSource } from '../src/image/layout-source.ts'
import { digestOf } from '../src/image/manifest.ts'
import type { BlobContent } from '../src/ports.ts'

async function* pieces(content: Uint8Array, from: number, to: number, most = 1024 * 1024) {
  for (let at = from; at < to; at += most) yield new Uint8Array(content.subarray(at, Math.min(to, at + most)))
}

/** A layout of these files. */
export function inMemoryLayout(files: ReadonlyMap<string, Uint8Array>): LayoutSource {
  return {
    path: 'image',
    read: async (path) => files.get(path),
    stream: (path, from, to) => pieces(files.get(path) ?? new Uint8Array(), from, to),
    size: async (path) => files.get(path)?.length,
  }
}

/** A blob to upload; its bytes are taken at their word. `most`: bytes of a piece. */
export function blobOf(content: Uint8Array, most?: number): BlobContent {
  return { digest: digestOf(content), size: content.length, read: (from, to) => pieces(content, from, to, most) }
}
