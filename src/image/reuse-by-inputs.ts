import { Failure } from '../failure.ts'
import type { ImageRepositories, Registry } from '../ports.ts'
import { asName, type Text, text, untrusted } from '../text.ts'
import type { TagDecision } from './build-preflight.ts'
import { inputsKey, inputsKeyLabel, inputsTag } from './inputs-key.ts'
import type { Outside } from './outside-inputs.ts'
import { putTags } from './push.ts'
import { findImage, type PublishedImage } from './revision.ts'

/** Reuse of images of other commits (`reuse: inputs`). */
export interface InputsReuse {
  /** Over all inputs but the commit, the base images and the values of secrets. */
  readonly hash: string
  /** Why an image of the same inputs may be another one. */
  readonly changeable?: string | undefined
  /** Milliseconds since the image was pushed; undefined: at whatever age. */
  readonly maxAge: number | undefined
}

interface Ports {
  readonly registry: Registry
  readonly ecr: Pick<ImageRepositories, 'pushedAt'>
  /** Base images and secrets as they are now. */
  readonly outside: () => Promise<Outside>
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
 * Decides whether an image of the same inputs exists: of the same commit first, and then of any other commit, under the wanted tags
 * or the tag of the key. `decide`: by the wanted tags. What an immutable tag has is used at any age,
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
    const outside = await ports.outside()
    const key = reuse.changeable === undefined ? inputsKey(reuse.hash, outside) : undefined
    if (key !== undefined) return await decideByKey(key, reuse, repository, decide, ports)
    const why = outside.kind === 'unknown' ? outside.why : text`${untrusted(reuse.changeable ?? '')}`
    ports.say(text`No image of another commit is reused: ${why}`)
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
