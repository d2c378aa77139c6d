import { Failure } from '../failure.ts'
import { buildFailure, pushFailure } from '../image/build-failure.ts'
import { isDigest } from '../image/reference.ts'
import type { BuildDestination } from '../ports.ts'
import { asName, text } from '../text.ts'
import { namesOf } from './arguments.ts'
import { pushOutput } from './build-output.ts'
import { runIn, type Session } from './session.ts'

/**
 * An engine with the classic image store pushes only tags; its manifest is uploaded last, so the tag never names an incomplete
 * image. Returns the digest that was pushed.
 */
export async function pushTag(session: Session, { name, tag }: BuildDestination): Promise<string> {
  const { say, warn, redact, grouped } = session.options
  await grouped(text`Pushing ${asName(`${name}:${tag}`)}`, async () => {
    const reader = pushOutput({ say, warn, redact, placeOf: () => undefined })
    const { exitCode } = await runIn(session, ['push', '--', `${name}:${tag}`], reader)
    const { error } = reader.end(exitCode)
    if (exitCode !== 0) throw pushFailure(error)
  })
  const inspect = ['image', 'inspect', '--format={{json .RepoDigests}}', '--', `${name}:${tag}`]
  const { exitCode, output, tail } = await runIn(session, inspect)
  if (exitCode !== 0) throw buildFailure({ exitCode, error: tail.at(-1) ?? '' })
  const references: unknown = JSON.parse(output)
  const reference = Array.isArray(references)
    ? references.find((candidate) => String(candidate).startsWith(`${name}@`))
    : undefined
  return requireDigest(String(reference ?? '').slice(name.length + 1))
}

/** Names an image in the store of the engine by its other tags. */
export async function tagLoaded(session: Session, destination: BuildDestination): Promise<void> {
  const first = `${destination.name}:${destination.tag}`
  for (const name of namesOf(destination).filter((other) => other !== first)) {
    const { exitCode, tail } = await runIn(session, ['tag', '--', first, name])
    if (exitCode !== 0) throw buildFailure({ exitCode, error: tail.at(-1) ?? '' })
  }
}

/** BuildKit's metadata (`--metadata-file`): `containerimage.digest` is what was pushed. */
export function digestFrom(metadata: string): string {
  const parsed: unknown = JSON.parse(metadata)
  const digest =
    typeof parsed === 'object' && parsed !== null && 'containerimage.digest' in parsed
      ? parsed['containerimage.digest']
      : ''
  return requireDigest(String(digest))
}

function requireDigest(digest: string): string {
  if (isDigest(digest)) return digest
  throw new Failure({
    code: 'build-failed',
    what: text`Docker did not report the digest that it pushed`,
    why: text`the metadata of the build has no containerimage.digest`,
    fix: text`Update Docker or Buildx on the runner.`,
  })
}
