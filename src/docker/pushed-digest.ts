import { Failure } from '../failure.ts'
import { isDigest } from '../image/reference.ts'
import { text } from '../text.ts'

/** BuildKit's metadata (`--metadata-file`): `containerimage.digest` is what was pushed. */
export function digestFrom(metadata: string): string {
  const parsed: unknown = JSON.parse(metadata)
  const digest =
    typeof parsed === 'object' && parsed !== null && 'containerimage.digest' in parsed
      ? parsed['containerimage.digest']
      : ''
  return requireDigest(String(digest))
}

/** The digest as it is. Throws `build-failed` where it is none. */
export function requireDigest(digest: string): string {
  if (isDigest(digest)) return digest
  throw new Failure({
    code: 'build-failed',
    what: text`Docker did not report the digest that it pushed`,
    why: text`the metadata of the build has no containerimage.digest`,
    fix: text`Update Docker or Buildx on the runner.`,
  })
}
