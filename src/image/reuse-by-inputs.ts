import { Failure } from '../failure.ts'
import type { Builder, ImageRepositories, Registry } from '../ports.ts'
import { asName, type Text, text } from '../text.ts'
import type { TagDecision } from './build-preflight.ts'
import { type CommitlessInputs, inputsKey, inputsKeyLabel, inputsTag } from './inputs-key.ts'
import { putTags } from './push.ts'
import { findImage, type PublishedImage } from './revision.ts'

/** Reuse of images of other commits (`reuse: inputs`). */
export interface InputsReuse extends CommitlessInputs {
  /** Milliseconds since the image was pushed; undefined: at whatever age. */
  readonly maxAge: number | undefined
}

interface Ports {
  readonly registry: Registry
  readonly ecr: Pick<ImageRepositories, 'pushedAt'>
  readonly builder: Pick<Builder, 'resolveImages'>
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly say: (line: Text) => void
}

/** The decision, and the key of the inputs where it had to be found out. */
export interface Decided {
  readonly decision: TagDecision
  readonly key?: string | undefined
  /** Digest of the image that is too old: a tag that still has it after the build does not have the image of another run. */
  readonly tooOld?: string | undefined
}

/**
 * Decides whether an image of the same inputs exists: of the same commit first, which takes no call of Docker, and then of any other
 * commit, under the wanted tags or the tag of the key. `decide`: by the wanted tags. What an immutable tag has is used at any age,
 * since no other image can have that tag. Throws `image-tag-taken`.
 */
export async function decideByInputs(
  reuse: InputsReuse,
  repository: string,
  decide: (key?: string) => Promise<TagDecision>,
  ports: Ports,
): Promise<Decided> {
  const byCommit = await decide().catch(whenTaken)
  if (byCommit instanceof Failure || byCommit.kind === 'push') {
    const found = await inputsKey(reuse, ports.builder.resolveImages)
    if ('key' in found) return await decideByKey(found.key, reuse, repository, decide, ports)
    ports.say(text`No image of another commit is reused: ${found.unknown}`)
  }
  if (byCommit instanceof Failure) throw byCommit
  return { decision: byCommit }
}

function whenTaken(error: unknown): Failure {
  if (error instanceof Failure && error.parts.code === 'image-tag-taken') return error
  throw error
}

async function decideByKey(
  key: string,
  { maxAge }: InputsReuse,
  repository: string,
  decide: (key: string) => Promise<TagDecision>,
  ports: Ports,
): Promise<Decided> {
  const decision = await decide(key)
  if (decision.kind === 'reuse' && decision.isFixed) return { decision, key }
  const image = decision.kind === 'reuse' ? decision.image : await imageOfKey(key, repository, ports)
  if (image === undefined) return { decision, key }
  const tooOld = await age(image, repository, maxAge, ports)
  if (tooOld === undefined) return { decision: { kind: 'reuse', image, isFixed: false }, key }
  ports.say(text`The image ${image.digest} of the same inputs is not reused: ${tooOld}`)
  return { decision: { kind: 'push', others: [] }, key, tooOld: image.digest }
}

async function imageOfKey(key: string, repository: string, { registry }: Ports): Promise<PublishedImage | undefined> {
  const found = await findImage(registry, repository, inputsTag(key))
  return found?.labels?.[inputsKeyLabel] === key ? found : undefined
}

/** Why the image is too old; undefined where it is not. */
async function age(
  { digest }: PublishedImage,
  repository: string,
  maxAge: number | undefined,
  { ecr, now }: Ports,
): Promise<Text | undefined> {
  if (maxAge === undefined) return undefined
  const pushed = await ecr.pushedAt?.(repository, digest)
  if (pushed === undefined) return text`the time of its push is unknown`
  const hours = (milliseconds: number) => Math.floor(milliseconds / 3_600_000)
  const since = now() - pushed.getTime()
  return since <= maxAge ? undefined : text`it was pushed ${hours(since)} h ago, reuse-max-age is ${hours(maxAge)} h`
}

/** Puts the tag of the key, so that builds of other commits find the image. An immutable one stays where it is. */
export async function putInputsTag(
  registry: Registry,
  repository: string,
  digest: string,
  key: string,
  say: Ports['say'],
): Promise<void> {
  const tag = inputsTag(key)
  try {
    await putTags(registry, repository, digest, [tag])
  } catch (error) {
    if (!(error instanceof Failure) || error.parts.code !== 'image-tag-taken') throw error
    say(
      text`The tag ${asName(tag)} is immutable and keeps an older image, so builds of other commits do not find this one. Exclude slipway-* from the immutability of the repository (IMMUTABLE_WITH_EXCLUSION).`,
    )
  }
}
