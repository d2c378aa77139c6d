import { Failure } from '../failure.ts'
import { type Text, text, untrusted } from '../text.ts'
import { type Descriptor, digestOf } from './manifest.ts'

/**
 * A place that holds an OCI image layout: a directory or a tar archive. Nothing is ever extracted. Paths are the layout's
 * own (`index.json`, `blobs/sha256/…`); undefined when there is none. Throws `file-unreadable` beyond `limit` bytes.
 */
export interface LayoutSource {
  /** As the user wrote it. */
  readonly path: string
  read(path: string, limit?: number): Promise<Uint8Array | undefined>
  /** The bytes from `from` (inclusive) to `to` (exclusive) in pieces, which last as those of `BlobContent`. */
  stream(path: string, from: number, to: number): AsyncIterable<Uint8Array<ArrayBuffer>>
  /** Bytes; undefined when there is no such file. */
  size(path: string): Promise<number | undefined>
}

/** Path of the content of a digest in a layout. The digest is checked, so the path cannot lead anywhere else. */
export function blobPath(digest: string): string {
  return `blobs/sha256/${digest.slice('sha256:'.length)}`
}

/** The content of a blob, verified against its digest and size. */
export async function readBlob(source: LayoutSource, blob: Descriptor): Promise<Uint8Array> {
  const content = await source.read(blobPath(blob.digest), blob.size)
  if (content === undefined) return damaged(source, text`${blob.digest} is missing`)
  if (content.length !== blob.size)
    return damaged(source, text`${blob.digest} has ${content.length} bytes instead of ${blob.size}`)
  const digest = digestOf(content)
  return digest === blob.digest ? content : damaged(source, text`${blob.digest} has the content of ${digest}`)
}

/** Throws `image-layout-invalid`; `fix` is to build or transfer the layout again unless another is given. */
export function damaged(source: LayoutSource, why: Text, fix?: Text): never {
  throw new Failure({
    code: 'image-layout-invalid',
    what: text`The OCI image layout "${untrusted(source.path)}" is invalid`,
    why,
    fix:
      fix ??
      text`Build the image again, or check how the layout was transferred to this job (a truncated download, for example).`,
  })
}
