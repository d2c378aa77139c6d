import { Failure } from '../failure.ts'
import { buildFailure, pushFailure } from '../image/build-failure.ts'
import { isPassingError } from '../image/passing-push.ts'
import type { BuildDestination } from '../ports.ts'
import { asName, text, untrusted } from '../text.ts'
import { pushOutput } from './build-output.ts'
import { pushAgain } from './push-again.ts'
import { digestInReferences } from './pushed-digest.ts'
import { run, type Session } from './session.ts'

/** How often a tag is set and pushed, when other jobs on the same engine move it meanwhile. */
const pushes = 3

/**
 * An engine with the classic image store pushes only tags; its manifest is uploaded last, so the tag never names an incomplete
 * image. Another job on the same engine may have built the same tag: what was pushed is told by the ID of the image.
 */
export async function pushImage(session: Session, { name, tag }: BuildDestination, id: string): Promise<string> {
  for (let left = pushes; left > 0; left--) {
    await succeed(session, ['image', 'tag', id, `${name}:${tag}`])
    await pushTag(session, `${name}:${tag}`)
    const output = await succeed(session, ['image', 'inspect', '--format={{json .RepoDigests}}', '--', id])
    const digest = digestInReferences(output, name)
    if (digest !== undefined) return digest
  }
  throw new Failure({
    code: 'build-failed',
    what: text`Docker did not push the image ${untrusted(id)} as ${untrusted(`${name}:${tag}`)}`,
    why: text`another job on the same engine set this tag between the build and the push, ${pushes} times`,
    fix: text`Let one job at a time build for this tag (concurrency), or give every job a builder of its own (docker/setup-buildx-action).`,
  })
}

async function pushTag(session: Session, image: string): Promise<void> {
  const push = async () => {
    const reader = pushOutput({ ...session.options, placeOf: () => undefined })
    const { exitCode } = await run(session, ['push', '--', image], reader)
    const { error } = reader.end(exitCode)
    return exitCode === 0 ? undefined : { failure: pushFailure(error), isPassing: isPassingError(error) }
  }
  await session.options.grouped(text`Pushing ${asName(image)}`, () => pushAgain(session.options, push))
}

async function succeed(session: Session, arguments_: readonly string[]): Promise<string> {
  const { exitCode, output, tail } = await run(session, arguments_)
  if (exitCode !== 0) throw buildFailure({ exitCode, error: tail.at(-1) ?? '' })
  return output
}
