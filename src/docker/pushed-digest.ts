import { Failure } from '../failure.ts'
import { isDigest } from '../image/reference.ts'
import { text } from '../text.ts'

/** The digest in BuildKit's metadata (`--metadata-file`): `containerimage.digest` is what was pushed. Throws `build-failed`. */
export function digestInMetadata(metadata: string): string {
  const parsed = parsedJson(metadata)
  const digest =
    typeof parsed === 'object' && parsed !== null && 'containerimage.digest' in parsed
      ? parsed['containerimage.digest']
      : ''
  return requireDigest(String(digest))
}

/** The digest of a repository in the `RepoDigests` of `docker image inspect`, as JSON. Throws `build-failed`. */
export function digestInReferences(references: string, name: string): string {
  const parsed = parsedJson(references)
  const reference = Array.isArray(parsed)
    ? parsed.find((candidate) => String(candidate).startsWith(`${name}@`))
    : undefined
  return requireDigest(String(reference ?? '').slice(name.length + 1))
}

/** Undefined for what was cut off, as on a full disk. */
function parsedJson(content: string): unknown {
  try {
    return JSON.parse(content)
  } catch {
    return undefined
  }
}

function requireDigest(digest: string): string {
  if (isDigest(digest)) return digest
  throw new Failure({
    code: 'build-failed',
    what: text`Docker did not report the digest that it pushed`,
    why: text`the metadata of the build has no containerimage.digest`,
    fix: text`Check that the disk of the runner has free space, and update Docker or Buildx on it.`,
  })
}
