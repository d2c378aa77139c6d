import { Failure } from '../failure.ts'
import { registryFailure } from '../image/registry-refusal.ts'
import type { BlobContent } from '../ports.ts'
import { type Text, text, untrusted } from '../text.ts'
import type { RegistryAnswer, RegistryRequest } from './registry-request.ts'
import type { Refusal, Retries } from './retries.ts'
import { type Outcome, refusalOf, type Transport } from './transport.ts'

/**
 * Bytes of one request. Amazon ECR's own parts have 5 to 10 MiB, which limits callers of UploadLayerPart; a longer request is
 * split there (User Guide, "Amazon ECR service quotas"). Each request costs a round trip, and some registries a write to disk.
 */
export const chunkBytes = 64 * 1024 * 1024
/** Where a request of that size is refused (413): the largest part of Amazon ECR. */
export const smallChunkBytes = 10 * 1024 * 1024
/** Times that an upload which the registry lost is begun again, and that one chunk is refused for its position. */
const mostRestarts = 5
const mostMisplaced = 3

/** One blob on its way to one repository. */
export interface BlobUpload {
  readonly transport: Transport
  readonly repository: string
  readonly blob: BlobContent
  /** True when the registry has the blob: an upload that succeeded although its response was lost. */
  isThere(doing: Text): Promise<boolean>
}

interface Position {
  /** Where the next request goes: the registry may name another address in each response. */
  location: string
  /** Bytes that the registry has. */
  offset: number
  /** Bytes of the next chunk. */
  chunk: number
  /** True when a chunk was interrupted, so that the registry may hold other bytes than it reports. */
  isResumed: boolean
}

/**
 * Uploads a blob in chunks: POST, PATCH with Content-Range, and PUT with the last chunk and the digest (OCI distribution spec,
 * "Pushing a blob in chunks"); a blob of one chunk is a POST and a PUT. After a broken connection it goes on where the registry
 * is. Throws as the transport does, and what `blob.read` throws.
 */
export async function uploadBlob(upload: BlobUpload, from: string | undefined): Promise<'uploaded' | 'mounted'> {
  const retries = upload.transport.retries()
  for (let restarts = 0; ; restarts++) {
    const position = await start(upload, restarts === 0 ? from : undefined)
    if (position === undefined) return 'mounted'
    const lost = await fill(upload, position, retries)
    if (lost === undefined) return 'uploaded'
    if (restarts === mostRestarts) throw registryFailure(lost, doingOf(upload))
    // The refusal is of the upload, not of the blob: a new upload may succeed.
    await retries.pause({ ...lost, status: undefined }, doingOf(upload))
  }
}

function doingOf({ blob }: BlobUpload): Text {
  return text`the blob ${untrusted(blob.digest)} of ${blob.size} bytes`
}

/** Begins an upload; undefined when the blob was mounted instead. A mount that is refused is no failure. */
async function start(upload: BlobUpload, from: string | undefined): Promise<Position | undefined> {
  const { repository, blob, transport } = upload
  const doing = doingOf(upload)
  const path = `/v2/${repository}/blobs/uploads/`
  const request = { method: 'POST', headers: { 'content-length': '0' }, doing } as const
  if (from !== undefined) {
    const query = `?mount=${encodeURIComponent(blob.digest)}&from=${encodeURIComponent(from)}`
    const { answer } = await transport.attempt({ ...request, path: path + query, expected: [201, 202] })
    if (answer?.status === 201) return undefined
    if (answer !== undefined) return begun(answer, doing)
  }
  return begun(await transport.send({ ...request, path, expected: [202] }), doing)
}

function begun({ headers }: RegistryAnswer, doing: Text): Position {
  const location = headers.get('location')
  if (location !== null) return { location, offset: 0, chunk: chunkBytes, isResumed: false }
  throw new Failure({ code: 'registry-rejected', what: text`The registry returned no Location for ${doing}` })
}

/** Sends chunk by chunk until the blob is complete. Returns why the upload cannot go on, where a new one may. */
async function fill(upload: BlobUpload, position: Position, retries: Retries): Promise<Refusal | undefined> {
  for (let misplaced = 0; ; ) {
    const { blob, transport } = upload
    const { request, end } = nextChunk(upload, position)
    const outcome = await transport.attempt(request)
    const status = outcome.answer?.status ?? 0
    if (status >= 200 && status < 300) {
      if (request.method === 'PUT') return undefined
      // Not by the Range of the response: that of Amazon ECR lags behind (aws/containers-roadmap#2831).
      position.offset = end
      position.location = outcome.answer?.headers.get('location') ?? position.location
      misplaced = 0
      retries.progress()
      continue
    }
    const ended = await afterRefusal(upload, position, outcome, retries)
    if (ended !== undefined) return ended === 'complete' ? undefined : ended
    if (status === 416 && ++misplaced > mostMisplaced) return refusalIn(outcome)
    if (position.offset > blob.size) return refusalIn(outcome)
  }
}

/** Moves the position to where the registry is; or returns that the blob is complete, or why this upload is lost. */
async function afterRefusal(
  upload: BlobUpload,
  position: Position,
  outcome: Outcome,
  retries: Retries,
): Promise<Refusal | 'complete' | undefined> {
  const doing = doingOf(upload)
  const refusal = refusalIn(outcome)
  const status = outcome.answer?.status
  if (status === undefined) {
    await retries.pause(refusal, doing)
    const before = position.offset
    // A registry that reports less than it has confirmed lags behind.
    position.offset = Math.max(before, (await askPosition(upload, position, retries)) ?? 0)
    position.isResumed = true
    if (position.offset > before) retries.progress()
    return undefined
  }
  if (status === 416) {
    position.isResumed = true
    position.offset = expectedByEcr(refusal) ?? (await askPosition(upload, position, retries)) ?? position.offset
    return undefined
  }
  if (status === 413 && position.chunk > smallChunkBytes && upload.blob.size > smallChunkBytes) {
    position.chunk = smallChunkBytes
    return undefined
  }
  if (status === 404 && refusal.code !== 'NAME_UNKNOWN' && (await upload.isThere(doing))) return 'complete'
  const isLost = (status === 404 && refusal.code !== 'NAME_UNKNOWN') || (status === 400 && position.isResumed)
  if (isLost) return refusal
  throw registryFailure(refusal, doing)
}

function refusalIn({ answer, refusal }: Outcome): Refusal {
  return answer === undefined ? refusal : refusalOf(answer)
}

/** The rest of the blob with its digest, or the next chunk of it. */
function nextChunk(
  upload: BlobUpload,
  { location, offset, chunk }: Position,
): { request: RegistryRequest; end: number } {
  const { blob } = upload
  const isLast = blob.size - offset <= chunk
  const end = isLast ? blob.size : offset + chunk
  const length = end - offset
  const request: RegistryRequest = {
    method: isLast ? 'PUT' : 'PATCH',
    path: isLast
      ? `${location}${location.includes('?') ? '&' : '?'}digest=${encodeURIComponent(blob.digest)}`
      : location,
    headers: {
      'content-type': 'application/octet-stream',
      'content-length': `${length}`,
      ...(length > 0 && length < blob.size && { 'content-range': `${offset}-${end - 1}` }),
    },
    body: { length, open: () => blob.read(offset, end) },
    doing: doingOf(upload),
    // 201: what Amazon ECR returns for a chunk (aws/containers-roadmap#2831).
    expected: isLast ? [201, 204, 400, 404, 413, 416] : [201, 202, 204, 400, 404, 413, 416],
  }
  return { request, end }
}

/** Bytes that the registry has, as it reports them; undefined where it does not (ECR Public returns 404). */
async function askPosition(upload: BlobUpload, position: Position, retries: Retries): Promise<number | undefined> {
  const doing = doingOf(upload)
  const expected = [200, 204, 400, 404, 405, 416]
  const ask = () => upload.transport.attempt({ method: 'GET', path: position.location, doing, expected })
  let asked = await ask()
  while (asked.answer === undefined) {
    await retries.pause(asked.refusal, doing)
    asked = await ask()
  }
  const { headers } = asked.answer
  position.location = headers.get('location') ?? position.location
  const last = /^(?:bytes=)?0-(\d+)$/.exec(headers.get('range') ?? '')?.[1]
  if (last === undefined) return undefined
  // An upload without any byte has the range 0-0.
  return last === '0' ? 0 : Number(last) + 1
}

/** ECR's words for InvalidLayerPartException: "First byte of the layer part is 0 instead of 11304960". */
function expectedByEcr({ message }: Refusal): number | undefined {
  const expected = /first byte of the layer part is \d+ instead of (\d+)/i.exec(message)?.[1]
  return expected === undefined ? undefined : Number(expected)
}
