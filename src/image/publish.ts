import { Failure } from '../failure.ts'
import type { Registry, Repository } from '../ports.ts'
import { asName, type Text, text, untrusted } from '../text.ts'
import { decideTags, type Intended, keptImage, type TagDecision } from './build-preflight.ts'
import { revisionLabel } from './manifest.ts'
import { type Outside, readOutside } from './outside-inputs.ts'
import { viewOfPlatform } from './platform-view.ts'
import type { Published, PublishPorts, PublishRequest } from './publish-request.ts'
import { putTags } from './push.ts'
import { type PreparedSource, prepareSource, pushSource, withKeys } from './push-source.ts'
import { requireRepository } from './require-repository.ts'
import { type Decided, decideByInputs, putInputsTag } from './reuse-by-inputs.ts'

/**
 * From a commit to an image in the registry: the repository and the tags are checked before the build, the image is pushed by
 * digest where the builder supports that, and the tags come last, so that no tag ever refers to an incomplete image.
 */
export async function publish(request: PublishRequest, ports: PublishPorts): Promise<Published> {
  const repository = await requireRepository(request.repository, ports)
  const source = await prepareSource(request)
  const registry = comparedRegistry(request, ports)
  const outside = outsideOf(source, ports)
  const decideBy = (inputsKey?: string, pushed?: string) =>
    decideTags(registry, repository, request.tags, intendedOf(source, outside, inputsKey, pushed))
  const { byInputs } = source.kind === 'build' ? source : {}
  const { decision, key, tooOld }: Decided =
    byInputs === undefined
      ? { decision: await decideBy() }
      : await decideByInputs(byInputs, repository.name, decideBy, { ...ports, outside })
  if (decision.kind === 'reuse')
    return await reuse(decision, repository, request, ports, alreadyThere(source, decision, key))
  if (source.kind === 'build' && source.unlike === undefined) reportOthers(decision.others, repository, ports)
  const complete = await withKeys(source, outside, key)
  if (source.kind === 'build' && byInputs === undefined) await reportUnknown(source, outside, ports)
  try {
    const digest = await pushSource(complete, request, ports, repository)
    // Another run may have pushed the same image meanwhile: one commit has one digest.
    const now = source.kind === 'build' ? await decideBy(key, digest) : decision
    if (now.kind === 'reuse' && now.image.digest !== digest && (now.isFixed || now.image.digest !== tooOld))
      return await reuse(now, repository, request, ports, pushedByAnother)
    return await tagPushed(digest, key, repository, request, ports)
  } catch (error) {
    const now = await afterRefusal(error, () => decideBy(key))
    if (now.kind === 'push') throw error
    return await reuse(now, repository, request, ports, pushedByAnother)
  }
}

/** Puts the tags on what this run has pushed. */
async function tagPushed(
  digest: string,
  key: string | undefined,
  repository: Repository,
  request: PublishRequest,
  { registry, say, approve }: PublishPorts,
): Promise<Published> {
  const put = tagsToPut(request)
  await approve?.(digest)
  await putTags(registry, repository.name, digest, put)
  if (key !== undefined) await putInputsTag(registry, repository.name, digest, key, say)
  const tagged = put.length === 0 ? ' without a tag' : text` as ${untrusted(put.join(', '))}`
  say(text`Pushed ${asName(repository.name)}@${digest}${tagged}`)
  return { repository, digest, tag: put[0] ?? '', tags: put, reused: false }
}

/** Base images and secrets as they are now, read at most once and not before they are needed. */
function outsideOf(source: PreparedSource, { builder }: PublishPorts): () => Promise<Outside> {
  let read: Promise<Outside> | undefined
  return async () => {
    if (source.kind === 'layout') return { kind: 'unknown', why: text`a layout is compared by its digest` }
    read ??= readOutside(source.outside, builder.resolveImages)
    return await read
  }
}

/** What no later run can compare is built again by it, where its tag may move. */
async function reportUnknown(
  { inputs }: Extract<PreparedSource, { kind: 'build' }>,
  outside: () => Promise<Outside>,
  { say }: PublishPorts,
): Promise<void> {
  const found = inputs && (await outside())
  if (found?.kind === 'unknown') say(text`A later run builds this image again where its tag may move: ${found.why}`)
}

/**
 * The tags after a push that failed. BuildKit may report nothing but the status of a tag that is immutable (`unexpected status from
 * PUT request to …/manifests/v1: 400 Bad Request`, docker/buildx#1660), so the tags themselves are read. Any other image than the
 * same one is reported by what distinguishes it.
 */
async function afterRefusal(error: unknown, decide: () => Promise<TagDecision>): Promise<TagDecision> {
  const { code } = error instanceof Failure ? error.parts : {}
  if (code !== 'image-tag-taken' && code !== 'registry-rejected') throw error
  return decide().catch((reason: unknown) => {
    throw reason instanceof Failure && reason.parts.code === 'image-tag-taken' ? reason : error
  })
}

const pushedByAnother = text`pushed by another run during this one, built from the same inputs`

type Reuse = Extract<TagDecision, { kind: 'reuse' }>

function alreadyThere({ kind }: PreparedSource, { image, outdated }: Reuse, key: string | undefined): Text {
  if (kind === 'layout') return text`nothing to push`
  if (outdated !== undefined) return text`built at the same commit; nothing to build`
  const commit = key === undefined ? undefined : image.labels?.[revisionLabel]
  const of = commit === undefined ? text`` : text` at commit ${untrusted(commit)}`
  return text`built from the same inputs${of}; nothing to build`
}

/** Why an image that exists takes the place of no build. */
function reportOthers(
  others: Extract<TagDecision, { kind: 'push' }>['others'],
  { name }: Repository,
  { say }: PublishPorts,
): void {
  for (const { tag, other } of others)
    say(text`${asName(name)}:${asName(tag)} has another image and will be moved: ${other}`)
}

function tagsToPut({ tags, digestOnly }: PublishRequest): readonly string[] {
  return digestOnly === true ? [] : tags
}

/** An image without tags is one platform of the image that the tags have. */
function comparedRegistry({ source, digestOnly }: PublishRequest, { registry }: PublishPorts): Registry {
  const isPart = digestOnly === true && source.kind === 'build'
  return isPart ? viewOfPlatform(registry, source.request.platforms) : registry
}

function intendedOf(
  source: PreparedSource,
  outside: () => Promise<Outside>,
  inputsKey: string | undefined,
  pushed: string | undefined,
): Intended {
  if (source.kind === 'layout') return { kind: 'image', digest: source.plan.digest }
  return { kind: 'build', inputs: source.inputs, outside, unlike: source.unlike, inputsKey, pushed }
}

async function reuse(
  { image: { digest, labels, mediaType, content }, outdated }: Reuse,
  repository: Repository,
  request: PublishRequest,
  { registry, say, warn, approve, builder, registryHost }: PublishPorts,
  how: Text,
): Promise<Published> {
  const { source, tags } = request
  const put = tagsToPut(request)
  await approve?.(digest)
  // A part of an index has no manifest of its own yet.
  if (request.digestOnly === true) await registry.pushManifest(repository.name, digest, mediaType, content)
  await putTags(registry, repository.name, digest, put)
  if (outdated !== undefined) warn(keptImage(repository.name, outdated.tag, outdated.what))
  say(text`${asName(repository.name)}:${asName(tags[0])} already exists as ${untrusted(digest)}: ${how}`)
  if (source.kind === 'build' && (source.request.outputs.length > 0 || source.request.load)) {
    say(text`It is built for outputs and load alone`)
    const name = `${await registryHost()}/${repository.name}`
    await builder.buildOnly(
      source.request,
      tags.map((tag) => `${name}:${tag}`),
    )
  }
  return { repository, digest, tag: put[0] ?? '', tags: put, reused: true, builtFrom: labels?.[revisionLabel] }
}
