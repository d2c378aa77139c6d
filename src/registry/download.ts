import { Failure } from '../failure.ts'
import { reasonOf } from '../http/reason.ts'
import { type Text, text, untrusted } from '../text.ts'
import { NoAnswer } from './registry-attempt.ts'
import type { RegistryAnswer } from './registry-request.ts'
import type { Transport } from './transport.ts'

/** A blob in a repository, and how its requests are sent. */
export interface BlobDownload {
  readonly transport: Transport
  /** Aborts when the job is cancelled. */
  readonly signal: AbortSignal
  readonly repository: string
  readonly digest: string
  /** Bytes of the whole blob. */
  readonly size: number
}

/**
 * The bytes of a blob from `from` (inclusive) to `to` (exclusive), as they arrive (OCI distribution spec, "Pulling blobs"). After a
 * broken connection the rest is requested (Range, RFC 9110, 14.2). Throws as the transport does, and `registry-rejected` where
 * the blob is not there. The caller compares the bytes with the digest.
 */
export async function* downloadBlob(
  download: BlobDownload,
  from: number,
  to: number,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const { transport, signal } = download
  const retries = transport.retries()
  const doing = text`to return ${untrusted(download.digest)} of ${untrusted(download.repository)}`
  for (let position = from; position < to; ) {
    const { answer, refusal } = await transport.attempt(requestOf(download, position, to, doing))
    if (answer === undefined) {
      await retries.pause(refusal, doing)
      continue
    }
    if (answer.status === 404) throw missing(download)
    const begin = position
    try {
      for await (const piece of within(answer, position, to)) {
        position += piece.length
        retries.progress()
        yield piece
      }
      if (position >= to) return
      await retries.pause({ message: `the response ended after ${position - begin} of ${to - begin} bytes` }, doing)
    } catch (error) {
      if (error instanceof Failure) throw error
      if (signal.aborted) throw new Failure({ code: 'cancelled', what: text`The copy was cancelled`, cause: error })
      await retries.pause({ message: `GET: ${reasonOf(error)}`, isSilent: error instanceof NoAnswer }, doing)
    }
  }
}

function requestOf({ repository, digest, size }: BlobDownload, from: number, to: number, doing: Text) {
  return {
    method: 'GET',
    path: `/v2/${repository}/blobs/${digest}`,
    ...((from > 0 || to < size) && { headers: { range: `bytes=${from}-${to - 1}` } }),
    doing,
    expected: [200, 206, 404],
    isVerified: true,
    isStreamed: true,
  } as const
}

/** The requested bytes of an answer; a server may ignore Range and return all of them with 200. */
async function* within(answer: RegistryAnswer, from: number, to: number): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let position: number | undefined
  for await (const piece of answer.pieces ?? []) {
    const at: number = position ?? (answer.status === 206 ? firstByte(answer, from) : 0)
    const part = piece.subarray(Math.max(0, from - at), Math.max(0, to - at))
    position = at + piece.length
    if (part.length > 0) yield part
    if (position >= to) return
  }
}

function firstByte({ headers }: RegistryAnswer, from: number): number {
  const range = headers.get('content-range') ?? ''
  const first = Number(/^bytes (\d+)-/.exec(range)?.[1] ?? Number.NaN)
  if (first <= from) return first
  throw new Failure({
    code: 'registry-rejected',
    what: text`The registry returned another part of a blob than the requested one`,
    why: text`requested from byte ${from}, returned Content-Range: ${untrusted(range || 'none')}`,
    fix: text`Check the proxies between this runner and the registry: one of them may change responses.`,
  })
}

function missing({ repository, digest }: BlobDownload): Failure {
  return new Failure({
    code: 'image-not-found',
    what: text`BLOB_UNKNOWN: the registry has no blob ${untrusted(digest)} in ${untrusted(repository)}`,
    why: text`a manifest of the image lists it`,
    fix: text`Push the image again, or promote another digest. A lifecycle policy may have deleted the image during the copy.`,
  })
}
