import { Failure } from '../failure.ts'
import { verifiedContent } from '../image/blob-content.ts'
import { digestOf, manifestTypes } from '../image/manifest.ts'
import { isDigest } from '../image/reference.ts'
import type { Registry } from '../ports.ts'
import { asName, type Text, text, untrusted } from '../text.ts'
import { downloadBlob } from './download.ts'
import { listReferrers } from './referrers.ts'
import { redirects } from './registry-attempt.ts'
import type { RegistryOptions } from './registry-request.ts'
import { createTransport, type Send } from './transport.ts'
import { uploadBlob } from './upload.ts'

/** A registry that speaks the OCI distribution protocol (1.1) with a user name and a password, as ECR does. */
export function openRegistry(options: RegistryOptions): Registry {
  const transport = createTransport(options)
  const { send } = transport
  const manifest: Registry['manifest'] = (repository, reference) => readManifest(send, repository, reference)
  return {
    hasBlob: (repository, digest) =>
      hasBlob(send, repository, digest, text`to check for ${untrusted(digest)} (ecr:BatchCheckLayerAvailability)`),
    blob: (repository, digest) => readBlob(send, repository, digest),
    blobContent(repository, blob) {
      const download = { transport, signal: options.signal, repository, ...blob }
      const stream = (from: number, to: number) => downloadBlob(download, from, to)
      return verifiedContent(blob, stream, () => refuseContent(blob.digest))
    },
    pushBlob: (repository, blob, from) =>
      uploadBlob(
        { transport, repository, blob, isThere: (doing) => hasBlob(send, repository, blob.digest, doing) },
        from,
      ),
    pushManifest: (repository, reference, mediaType, content) =>
      pushManifest(send, repository, reference, mediaType, content),
    manifest,
    referrers: (repository, digest) => listReferrers(send, manifest, repository, digest),
  }
}

/** A redirect of the registry proves nothing, unless the registry names the digest with it: then it is uploaded again. */
async function hasBlob(send: Send, repository: string, digest: string, doing: Text): Promise<boolean> {
  const path = `/v2/${repository}/blobs/${digest}`
  const answer = await send({ method: 'HEAD', path, doing, expected: [200, 404, ...redirects] })
  return answer.status === 200 || answer.headers.get('docker-content-digest') === digest
}

async function readBlob(send: Send, repository: string, digest: string): Promise<Uint8Array | undefined> {
  const path = `/v2/${repository}/blobs/${digest}`
  const answer = await send({
    method: 'GET',
    path,
    doing: text`to return ${untrusted(digest)}`,
    expected: [200, 404],
    isVerified: true,
  })
  if (answer.status === 404) return undefined
  return requireContent(answer.body, digest)
}

async function pushManifest(
  send: Send,
  repository: string,
  reference: string,
  mediaType: string,
  content: Uint8Array,
): Promise<string> {
  const answer = await send({
    method: 'PUT',
    path: `/v2/${repository}/manifests/${reference}`,
    headers: { 'content-type': mediaType },
    body: content,
    doing: text`the manifest ${untrusted(reference)} of ${untrusted(repository)}`,
    expected: [200, 201],
  })
  return answer.headers.get('docker-content-digest') ?? digestOf(content)
}

async function readManifest(send: Send, repository: string, reference: string): ReturnType<Registry['manifest']> {
  const answer = await send({
    method: 'GET',
    path: `/v2/${repository}/manifests/${reference}`,
    headers: { accept: manifestTypes.join(', ') },
    doing: text`to return ${asName(repository)}:${asName(reference)}`,
    expected: [200, 404],
    isVerified: isDigest(reference),
  })
  if (answer.status === 404) return undefined
  const content = isDigest(reference) ? requireContent(answer.body, reference) : answer.body
  return { digest: digestOf(content), mediaType: answer.headers.get('content-type')?.split(';')[0] ?? '', content }
}

/** The digest is known before the content arrives: other content is refused. */
function requireContent(content: Uint8Array, digest: string): Uint8Array {
  return digestOf(content) === digest ? content : refuseContent(digest)
}

function refuseContent(digest: string): never {
  throw new Failure({
    code: 'registry-rejected',
    what: text`The registry returned content that does not match ${untrusted(digest)}`,
    fix: text`Check the proxies between this runner and the registry: one of them may change responses.`,
  })
}
