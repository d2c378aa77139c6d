import { Failure } from '../failure.ts'
import { isDigest } from '../image/reference.ts'
import { text } from '../text.ts'

/** The digest in BuildKit's metadata (`--metadata-file`): `containerimage.digest` is what was pushed. Throws `build-failed`. */
export function digestInMetadata(metadata: string): string {
  return inMetadata(metadata, 'containerimage.digest')
}

/**
 * The ID of a loaded image in BuildKit's metadata: the digest of its configuration, which Docker 20.10 reports as that of the image.
 * Throws `build-failed`.
 */
export function imageIdInMetadata(metadata: string): string {
  return inMetadata(metadata, 'containerimage.config.digest', 'containerimage.digest')
}

function inMetadata(metadata: string, ...names: readonly [string, ...string[]]): string {
  const parsed = parsedJson(metadata)
  const members: Record<string, unknown> = typeof parsed === 'object' && parsed !== null ? { ...parsed } : {}
  const name = names.find((one) => members[one] !== undefined) ?? names[0]
  return requireDigest(String(members[name] ?? ''), name)
}

/**
 * The digest of a repository in the `RepoDigests` of `docker image inspect`, as JSON; undefined for an image that was never pushed
 * there. Throws `build-failed`.
 */
export function digestInReferences(references: string, name: string): string | undefined {
  const parsed = parsedJson(references)
  if (!Array.isArray(parsed)) return requireDigest('', 'RepoDigests')
  const reference = parsed.map(String).find((candidate) => candidate.startsWith(`${name}@`))
  return reference && requireDigest(reference.slice(name.length + 1), 'RepoDigests')
}

/** Undefined for what was cut off, as on a full disk. */
function parsedJson(content: string): unknown {
  try {
    return JSON.parse(content)
  } catch {
    return undefined
  }
}

function requireDigest(digest: string, member: string): string {
  if (isDigest(digest)) return digest
  throw new Failure({
    code: 'build-failed',
    what: text`Docker did not report the digest that it pushed`,
    why: text`its report has no ${member}`,
    fix: text`Check that the disk of the runner has free space, and update Docker or Buildx on it.`,
  })
}
