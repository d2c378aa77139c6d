import { Failure } from '../failure.ts'
import { manifestTypes } from '../image/manifest.ts'
import type { Referrer, Registry } from '../ports.ts'
import { text, untrusted } from '../text.ts'
import type { Send } from './transport.ts'

/** Pages of one list; ECR allows fewer images in a repository than this many pages have. */
const mostPages = 100

/**
 * What refers to a manifest by its `subject`: by the referrers API, page by page, or by the index of the tag `sha256-<hex>` where the
 * registry has no such API (OCI distribution spec 1.1, "Listing Referrers" and "Referrers Tag Schema").
 */
export async function listReferrers(
  send: Send,
  manifestOf: Registry['manifest'],
  repository: string,
  digest: string,
): ReturnType<Registry['referrers']> {
  const found: Referrer[] = []
  let path: string | undefined = `/v2/${repository}/referrers/${digest}`
  for (let page = 0; path !== undefined; page++) {
    const { status, headers, body } = await send({
      method: 'GET',
      path,
      headers: { accept: manifestTypes[0] },
      doing: text`to list the referrers of ${untrusted(digest)} in ${untrusted(repository)}`,
      expected: [200, 404],
    })
    if (status === 404 && page === 0 && !isUnknownRepository(body)) return byTag(manifestOf, repository, digest)
    if (status === 404 || page === mostPages) throw invalid(digest, `HTTP ${status} on page ${page + 1}`)
    found.push(...parseReferrers(body, digest))
    path = nextPage(headers)
  }
  return { referrers: found, isNative: true }
}

async function byTag(manifestOf: Registry['manifest'], repository: string, digest: string) {
  const index = await manifestOf(repository, digest.replace(':', '-'))
  return { referrers: index === undefined ? [] : parseReferrers(index.content, digest), isNative: false }
}

/** A registry without the API has a page for this that is not its own. */
function isUnknownRepository(body: Uint8Array): boolean {
  return new TextDecoder().decode(body).includes('NAME_UNKNOWN')
}

/** `Link: </v2/api/referrers/sha256:…?n=2&last=…>; rel="next"` (RFC 8288). */
function nextPage(headers: Headers): string | undefined {
  return /<([^>]+)>\s*;\s*rel="?next"?/.exec(headers.get('link') ?? '')?.[1]
}

function parseReferrers(content: Uint8Array, digest: string): readonly Referrer[] {
  try {
    const { manifests } = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(content))
    if (manifests === null || manifests === undefined) return []
    return (manifests as readonly unknown[]).map(referrerOf)
  } catch (error) {
    throw invalid(digest, error instanceof Error ? error.message : String(error))
  }
}

function referrerOf(value: unknown): Referrer {
  const { mediaType, digest, size, artifactType, annotations } = (value ?? {}) as Record<string, unknown>
  if (typeof mediaType !== 'string' || typeof size !== 'number')
    throw new Error('a descriptor has no media type or size')
  if (typeof digest !== 'string' || !/^sha256:[0-9a-f]{64}$/.test(digest))
    throw new Error('a descriptor has no sha256 digest')
  return {
    ...{ mediaType, digest, size },
    ...(typeof artifactType === 'string' && { artifactType }),
    ...(typeof annotations === 'object' &&
      annotations !== null && { annotations: annotations as Referrer['annotations'] }),
  }
}

function invalid(digest: string, why: string): Failure {
  return new Failure({
    code: 'registry-rejected',
    what: text`The list of referrers of ${untrusted(digest)} is invalid`,
    why: text`${untrusted(why)}`,
    fix: text`Run the job again. To copy without signatures and attestations that refer to the image, set referrers: false.`,
  })
}
