/**
 * The registry behind ECR: the OCI distribution API under /v2/, with ECR's refusals. Docker, BuildKit, crane and our own
 * adapter push here. A token says which region's registry is meant when the host name does not.
 */
import { AwsError, type World } from './contract.ts'
import type { HttpRequest, HttpResponse } from './http.ts'
import {
  createdOnPush,
  type ImageStore,
  imageStore,
  imageStores,
  manifestTypes,
  parseManifest,
  publicStore,
  pushManifest,
  type StoredRepository,
  sha256,
} from './image-store.ts'

/** Manifests beyond this size are refused (OCI distribution spec, "Pushing Manifests"). */
const largestManifest = 4 * 1024 * 1024
/** Of a layer, in bytes (Amazon ECR service quotas). */
const smallestPart = 5 * 1024 * 1024
const largestPart = 10 * 1024 * 1024

/** Answers a request to /v2/…; undefined for any other path. */
export function handleRegistry(world: World, request: HttpRequest): HttpResponse | undefined {
  if (request.path !== '/v2' && !request.path.startsWith('/v2/')) return undefined
  const store = authorize(world, request)
  return 'status' in store ? store : serve(world, store, request)
}

/** The same for `public.ecr.aws`, whose repositories have an alias before their names. */
export function handlePublicRegistry(world: World, outer: HttpRequest): HttpResponse {
  const request = { ...outer, path: outer.path.replace(/^\/public-ecr/, '') }
  const store = authorizePublic(world, request)
  return 'status' in store ? store : serve(world, store, request)
}

function serve(world: World, store: ImageStore, request: HttpRequest): HttpResponse {
  if (request.path === '/v2' || request.path === '/v2/') return answer(200, {}, '{}')
  const path = /^\/v2\/(.+)\/(blobs|manifests|tags|referrers)\/(.*)$/.exec(request.path)
  const [, name = '', kind, reference = ''] = path ?? []
  if (path === null) return refuse(404, 'UNSUPPORTED', 'The requested operation is not supported')
  const isPush = request.method === 'POST' || request.method === 'PUT'
  const repository = store.repositories.get(name) ?? (isPush ? createdOnPush(world, store, name) : undefined)
  if (repository === undefined)
    return refuse(
      404,
      'NAME_UNKNOWN',
      `The repository with name '${name}' does not exist in the registry with id '${world.accountId}'`,
    )
  const at: Place = { world, store, repository, request }
  if (kind === 'blobs' && reference.startsWith('uploads/')) return upload(at, reference.slice('uploads/'.length))
  if (kind === 'blobs') return blob(at, reference)
  if (kind === 'manifests') return request.method === 'PUT' ? putManifest(at, reference) : manifest(at, reference)
  if (kind === 'tags' && reference === 'list') return listTags(at)
  return referrers(at, reference)
}

interface Place {
  readonly world: World
  readonly store: ImageStore
  readonly repository: StoredRepository
  readonly request: HttpRequest
}

function answer(status: number, headers: Record<string, string> = {}, body?: string | Uint8Array): HttpResponse {
  return {
    status,
    headers: { 'docker-distribution-api-version': 'registry/2.0', ...headers },
    ...(body !== undefined && { body }),
  }
}

function refuse(status: number, code: string, message: string, headers: Record<string, string> = {}): HttpResponse {
  return answer(
    status,
    { 'content-type': 'application/json; charset=utf-8', ...headers },
    JSON.stringify({ errors: [{ code, message }] }),
  )
}

/** An error that a fault makes, as registries write it; of a throttled request as Amazon ECR does (`toomanyrequests: Rate exceeded`). */
export function refuseAsRegistry({ code, message, status }: AwsError): HttpResponse {
  return code === 'ThrottlingException' ? refuse(429, 'TOOMANYREQUESTS', message) : refuse(status, code, message)
}

function authorize(world: World, request: HttpRequest): ImageStore | HttpResponse {
  const region = /\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com$/.exec(request.headers.host ?? '')?.[1]
  const [scheme = '', credentials = ''] = (request.headers.authorization ?? '').split(' ')
  const password = /^AWS:(.+)$/s.exec(Buffer.from(credentials, 'base64').toString())?.[1] ?? ''
  const stores = region === undefined ? imageStores(world) : [imageStore(world, region)]
  const store = stores.find((candidate) => candidate.tokens.has(password))
  if (scheme.toLowerCase() !== 'basic' || store === undefined) {
    const realm = world.endpoint ?? `https://${request.headers.host}`
    return answer(
      401,
      {
        'www-authenticate': `Basic realm="${realm}/",service="ecr.amazonaws.com"`,
        'content-type': 'text/plain; charset=utf-8',
      },
      'Not Authorized\n',
    )
  }
  if ((store.tokens.get(password) ?? 0) > world.clock.now()) return store
  return refuse(403, 'DENIED', 'Your authorization token has expired. Reauthenticate and try again.')
}

/**
 * ECR Public takes Bearer with the token that Basic has elsewhere (kreuzwerker/terraform-provider-docker#666), and answers one that
 * is invalid or expired with 400 (aws/containers-roadmap#2835).
 */
function authorizePublic(world: World, request: HttpRequest): ImageStore | HttpResponse {
  const store = imageStore(world, publicStore)
  const [scheme = '', credentials = ''] = (request.headers.authorization ?? '').split(' ')
  if (scheme === '')
    return refuse(401, 'UNAUTHORIZED', 'Not Authorized', {
      'www-authenticate': 'Bearer realm="https://public.ecr.aws/token/",service="public.ecr.aws",scope="aws"',
    })
  const password = /^AWS:(.+)$/s.exec(Buffer.from(credentials, 'base64').toString())?.[1] ?? ''
  const expires = scheme === 'Bearer' ? store.tokens.get(password) : undefined
  if (expires === undefined) return refuse(400, 'DENIED', 'Your Authorization Token is invalid.')
  if (expires > world.clock.now()) return store
  return refuse(400, 'DENIED', 'Your authorization token has expired. Reauthenticate and try again.')
}

// --- Blobs ----------------------------------------------------------------------------------------------------------------

function blob({ repository, request }: Place, digest: string): HttpResponse {
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return refuse(405, 'UNSUPPORTED', 'The operation is unsupported.')
  const content = repository.blobs.get(digest)
  if (content === undefined) return refuse(404, 'BLOB_UNKNOWN', 'blob unknown to registry')
  const headers = {
    'content-type': 'application/octet-stream',
    'docker-content-digest': digest,
    'accept-ranges': 'bytes',
  }
  if (request.method === 'HEAD') return answer(200, { ...headers, 'content-length': String(content.length) })
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '')
  if (range === null) return answer(200, headers, content)
  const first = Number(range[1])
  const last = range[2] ? Math.min(Number(range[2]), content.length - 1) : content.length - 1
  if (first > last) return refuse(416, 'RANGE_INVALID', 'invalid range')
  return answer(
    206,
    { ...headers, 'content-range': `bytes ${first}-${last}/${content.length}` },
    content.subarray(first, last + 1),
  )
}

function upload(at: Place, id: string): HttpResponse {
  const { repository, request } = at
  if (id === '')
    return request.method === 'POST' ? startUpload(at) : refuse(405, 'UNSUPPORTED', 'The operation is unsupported.')
  const received = repository.uploads.get(id)
  if (received === undefined) return refuse(404, 'BLOB_UPLOAD_UNKNOWN', 'blob upload unknown to registry')
  if (request.query.get('_state') === null) return refuse(404, 'BLOB_UPLOAD_UNKNOWN', 'blob upload unknown to registry')
  if (request.body.length > at.store.largestRequest) return refuse(413, 'SIZE_INVALID', 'request entity too large')
  switch (request.method) {
    case 'GET':
      if (at.store.uploadStatus === 'none') return refuse(404, 'BLOB_UPLOAD_UNKNOWN', 'blob upload unknown to registry')
      return progress(at, id, at.store.uploadStatus === 'stale' ? firstPart(received) : received, 204)
    case 'DELETE':
      repository.uploads.delete(id)
      return answer(204)
    case 'PATCH':
      // 201, and the Range of the first part whatever has been received: aws/containers-roadmap#2831.
      return append(at, id, received) ?? progress(at, id, firstPart(repository.uploads.get(id) ?? received), 201)
    case 'PUT':
      return append(at, id, received) ?? (request.isCut ? answer(204) : completeUpload(at, id))
    default:
      return refuse(405, 'UNSUPPORTED', 'The operation is unsupported.')
  }
}

function startUpload(at: Place): HttpResponse {
  const { store, repository, request } = at
  const mount = request.query.get('mount')
  const source = store.repositories.get(request.query.get('from') ?? '')?.blobs.get(mount ?? '')
  if (mount !== null && source !== undefined && store.blobMounting) {
    repository.blobs.set(mount, source)
    return created(repository, mount)
  }
  const id = `00000000-0000-4000-9000-${String(++store.serial).padStart(12, '0')}`
  repository.uploads.set(id, Buffer.alloc(0))
  if (request.query.has('digest')) return append(at, id, Buffer.alloc(0)) ?? completeUpload(at, id)
  return progress(at, id, Buffer.alloc(0), 202)
}

function progress({ repository }: Place, id: string, received: Buffer, status: number): HttpResponse {
  return answer(status, {
    location: `/v2/${repository.name}/blobs/uploads/${id}?_state=${received.length}`,
    range: `0-${Math.max(0, received.length - 1)}`,
    'docker-upload-uuid': id,
    'content-length': '0',
  })
}

const firstPart = (received: Buffer) => received.subarray(0, largestPart)

/**
 * Adds the body of a request to an upload. A chunk that does not follow the last one is refused in the words of ECR, and so is
 * one after a chunk that is smaller than a layer part may be. Of a body that was cut, what arrived is kept.
 */
function append({ repository, request }: Place, id: string, received: Buffer): HttpResponse | undefined {
  const header = request.headers['content-range']
  const range = /^(\d+)-(\d+)$/.exec(header ?? '')
  if (header !== undefined && range === null) return refuse(400, 'BLOB_UPLOAD_INVALID', 'Content-Range is invalid')
  const first =
    range === null ? (request.method === 'PUT' && request.body.length > 0 ? 0 : received.length) : Number(range[1])
  const isWhole = range === null || request.isCut || Number(range[2]) - first + 1 === request.body.length
  if (request.body.length > 0 && first !== received.length)
    return refuse(416, 'BLOB_UPLOAD_INVALID', `First byte of the layer part is ${first} instead of ${received.length}`)
  if (!isWhole) return refuse(400, 'SIZE_INVALID', 'provided length did not match content length')
  if (request.body.length > 0 && repository.shortUploads.has(id) && !request.isCut)
    return refuse(400, 'BLOB_UPLOAD_INVALID', 'Layer parts must be at least 5 MiB in size')
  if (request.body.length > 0 && request.body.length < smallestPart && !request.isCut) repository.shortUploads.add(id)
  repository.uploads.set(id, Buffer.concat([received, request.body]))
  return undefined
}

function completeUpload({ repository, request }: Place, id: string): HttpResponse {
  const content = repository.uploads.get(id) ?? Buffer.alloc(0)
  const digest = request.query.get('digest') ?? ''
  if (sha256(content) !== digest) {
    repository.uploads.delete(id)
    return refuse(400, 'DIGEST_INVALID', 'provided digest did not match uploaded content')
  }
  repository.uploads.delete(id)
  repository.blobs.set(digest, content)
  return created(repository, digest)
}

function created(repository: StoredRepository, digest: string): HttpResponse {
  return answer(201, {
    location: `/v2/${repository.name}/blobs/${digest}`,
    'docker-content-digest': digest,
    'content-length': '0',
  })
}

// --- Manifests ------------------------------------------------------------------------------------------------------------

/** Codes of the OCI distribution spec for what ECR's API calls otherwise. */
const refusals: Readonly<Record<string, { status: number; code: string }>> = {
  ImageTagAlreadyExistsException: { status: 400, code: 'TAG_INVALID' },
  ImageDigestDoesNotMatchException: { status: 400, code: 'DIGEST_INVALID' },
  LayersNotFoundException: { status: 404, code: 'MANIFEST_BLOB_UNKNOWN' },
  ReferencedImagesNotFoundException: { status: 404, code: 'MANIFEST_BLOB_UNKNOWN' },
  InvalidParameterException: { status: 400, code: 'MANIFEST_INVALID' },
}

const isDigest = (reference: string) => reference.startsWith('sha256:')

function putManifest({ world, repository, request }: Place, reference: string): HttpResponse {
  if (request.body.length > largestManifest) return refuse(413, 'SIZE_INVALID', 'The manifest is larger than 4 MiB')
  if (!isDigest(reference) && !/^\w[\w.-]{0,127}$/.test(reference))
    return refuse(400, 'TAG_INVALID', `The tag '${reference}' is not valid`)
  try {
    const stored = pushManifest(world, repository, {
      content: request.body,
      mediaType: request.headers['content-type'],
      ...(isDigest(reference) ? { digest: reference } : { tag: reference }),
    })
    const subject = parseManifest(stored.content).subject?.digest
    return answer(201, {
      location: `/v2/${repository.name}/manifests/${stored.digest}`,
      'docker-content-digest': stored.digest,
      'content-length': '0',
      ...(subject !== undefined && { 'oci-subject': subject }),
    })
  } catch (error) {
    const refusal = error instanceof AwsError ? refusals[error.code] : undefined
    if (!(error instanceof AwsError) || refusal === undefined) throw error
    return refuse(refusal.status, refusal.code, error.message)
  }
}

function manifest({ repository, request }: Place, reference: string): HttpResponse {
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return refuse(405, 'UNSUPPORTED', 'The operation is unsupported.')
  const digest = isDigest(reference) ? reference : repository.tags.get(reference)
  const stored = repository.manifests.get(digest ?? '')
  if (stored === undefined || stored.isArchived) return refuse(404, 'MANIFEST_UNKNOWN', 'Requested image not found')
  const accepted = request.headers.accept ?? '*/*'
  if (!accepted.includes('*/*') && !accepted.includes(stored.mediaType))
    return refuse(
      404,
      'MANIFEST_UNKNOWN',
      `The image manifest has the media type ${stored.mediaType}, which the client does not accept`,
    )
  const headers = { 'content-type': stored.mediaType, 'docker-content-digest': stored.digest }
  return request.method === 'HEAD'
    ? answer(200, { ...headers, 'content-length': String(stored.content.length) })
    : answer(200, headers, stored.content)
}

function listTags({ repository, request }: Place): HttpResponse {
  const last = request.query.get('last') ?? ''
  const all = [...repository.tags.keys()].sort().filter((tag) => tag > last)
  const tags = all.slice(0, Number(request.query.get('n') ?? 1000))
  const more = tags.length < all.length && {
    link: `</v2/${repository.name}/tags/list?n=${tags.length}&last=${tags.at(-1)}>; rel="next"`,
  }
  return answer(200, { 'content-type': 'application/json', ...more }, JSON.stringify({ name: repository.name, tags }))
}

/** Referrers on a page where the client does not ask for fewer; ListImageReferrers returns at most 50, too. */
const referrersOnPage = 50

function referrers({ repository, request }: Place, digest: string): HttpResponse {
  if (request.method !== 'GET') return refuse(405, 'UNSUPPORTED', 'The operation is unsupported.')
  if (!isDigest(digest)) return refuse(400, 'DIGEST_INVALID', `The digest '${digest}' is not valid`)
  const all = [...repository.manifests.values()].flatMap((stored) => {
    const { subject, artifactType, config, annotations } = parseManifest(stored.content)
    const type = artifactType ?? config?.mediaType
    return subject?.digest === digest
      ? [
          {
            mediaType: stored.mediaType,
            digest: stored.digest,
            size: stored.content.length,
            artifactType: type,
            annotations,
          },
        ]
      : []
  })
  const start = Number(request.query.get('next') ?? 0)
  const end = start + Number(request.query.get('n') ?? referrersOnPage)
  return answer(
    200,
    {
      'content-type': manifestTypes.index,
      ...(end < all.length && {
        link: `</v2/${repository.name}/referrers/${digest}?n=${end - start}&next=${end}>; rel="next"`,
      }),
    },
    JSON.stringify({ schemaVersion: 2, mediaType: manifestTypes.index, manifests: all.slice(start, end) }),
  )
}
