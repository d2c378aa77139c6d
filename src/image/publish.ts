import { Failure } from '../failure.ts'
import type { Builder, BuildRequest, Ecr, Registry, Repository } from '../ports.ts'
import { asName, type Text, text, untrusted } from '../text.ts'
import { blobContent } from './blob-content.ts'
import type { BuildInputs } from './build-inputs.ts'
import { decideTags, type Intended, type RepositoryRequest, requireRepository } from './build-preflight.ts'
import { type ImagePlan, planLayout } from './layout.ts'
import type { LayoutSource } from './layout-source.ts'
import { viewOfPlatform } from './platform-view.ts'
import { type PushedImage, pushByDigest, putTags } from './push.ts'
import type { PublishedImage } from './revision.ts'

/** The source of the image: a build that has not run yet, or a layout that another tool built. */
export type ImageSource =
  | {
      readonly kind: 'build'
      readonly request: BuildRequest
      /** What the image is going to be made of; undefined where that is not known. */
      readonly inputs: BuildInputs | undefined
      /** Why it is never the image of an earlier build. */
      readonly unlike: Text | undefined
    }
  | { readonly kind: 'layout'; readonly layout: LayoutSource }

/** One image to publish: repository, tags and source. */
export interface PublishRequest {
  readonly repository: RepositoryRequest
  /** At least one; the first is the image's own. */
  readonly tags: readonly [string, ...string[]]
  readonly source: ImageSource
  /** Push without any tag: the tags are only compared, and put when this image is joined with others. */
  readonly digestOnly?: boolean | undefined
}

/** Adapters that publishing needs. */
export interface PublishPorts {
  readonly ecr: Ecr
  readonly registry: Registry
  /** Host of the registry as image references name it. */
  readonly registryHost: () => Promise<string>
  readonly builder: Builder
  readonly say: (line: Text) => void
}

/** The image in the registry, and what was uploaded for it. */
export interface Published {
  readonly repository: Repository
  readonly digest: string
  /** Empty for an image without tags. */
  readonly tag: string
  readonly tags: readonly string[]
  /** True when nothing was built or pushed because the image was there already. */
  readonly reused: boolean
}

/** The same with what a layout holds. */
type Prepared =
  | Extract<ImageSource, { kind: 'build' }>
  | (Extract<ImageSource, { kind: 'layout' }> & { readonly plan: ImagePlan })

/**
 * From a commit to an image in the registry: the repository and the tags are checked before the build, the image is pushed by
 * digest where the builder supports that, and the tags come last, so that no tag ever refers to an incomplete image.
 */
export async function publish(request: PublishRequest, ports: PublishPorts): Promise<Published> {
  const { tags } = request
  const put = tagsToPut(request)
  const { repository, created } = await requireRepository(ports.ecr, request.repository, ports.registryHost)
  if (created) ports.say(text`Created the ECR repository ${asName(repository.name)}`)
  const source = await prepare(request)
  const registry = comparedRegistry(request, ports)
  const decide = () => decideTags(registry, repository, tags, intendedOf(source))
  const decision = await decide()
  if (decision.kind === 'reuse') return await reuse(decision.image, repository, request, ports)
  try {
    const digest = await push(source, request, ports, repository)
    await putTags(ports.registry, repository.name, digest, put)
    const tagged = put.length === 0 ? ' without a tag' : text` as ${untrusted(put.join(', '))}`
    ports.say(text`Pushed ${asName(repository.name)}@${digest}${tagged}`)
    return { repository, digest, tag: put[0] ?? '', tags: put, reused: false }
  } catch (error) {
    if (!(error instanceof Failure) || error.parts.code !== 'image-tag-taken') throw error
    // Another run may have pushed the same image meanwhile; any other image is reported by what distinguishes it.
    const now = await decide()
    if (now.kind === 'push') throw error
    return await reuse(now.image, repository, request, ports)
  }
}

function tagsToPut({ tags, digestOnly }: PublishRequest): readonly string[] {
  return digestOnly === true ? [] : tags
}

/** An image without tags is one platform of the image that the tags have. */
function comparedRegistry({ source, digestOnly }: PublishRequest, { registry }: PublishPorts): Registry {
  const isPart = digestOnly === true && source.kind === 'build'
  return isPart ? viewOfPlatform(registry, source.request.platforms) : registry
}

async function prepare({ source, tags }: PublishRequest): Promise<Prepared> {
  return source.kind === 'build' ? source : { ...source, plan: await planLayout(source.layout, tags[0]) }
}

function intendedOf(source: Prepared): Intended {
  if (source.kind === 'layout') return { kind: 'image', digest: source.plan.digest }
  return { kind: 'build', inputs: source.inputs, unlike: source.unlike }
}

async function reuse(
  { digest, mediaType, content }: PublishedImage,
  repository: Repository,
  request: PublishRequest,
  { registry, say }: PublishPorts,
): Promise<Published> {
  const { source, tags } = request
  const put = tagsToPut(request)
  // A part of an index has no manifest of its own yet.
  if (request.digestOnly === true) await registry.pushManifest(repository.name, digest, mediaType, content)
  await putTags(registry, repository.name, digest, put)
  say(
    text`${asName(repository.name)}:${asName(tags[0])} already exists as ${untrusted(digest)}${source.kind === 'build' ? ', built from the same inputs; nothing to build' : '; nothing to push'}`,
  )
  return { repository, digest, tag: put[0] ?? '', tags: put, reused: true }
}

async function push(
  source: Prepared,
  { tags: [tag], digestOnly }: PublishRequest,
  { registry, registryHost, builder, say }: PublishPorts,
  repository: Repository,
): Promise<string> {
  if (source.kind === 'build')
    return await builder.buildAndPush(source.request, {
      name: `${await registryHost()}/${repository.name}`,
      tag,
      digestOnly,
    })
  const { layout, plan } = source
  const host = await registryHost()
  const to = { repository: repository.name, host }
  say(pushedLine(await pushByDigest(registry, to, plan, (blob) => blobContent(layout, blob))))
  return plan.digest
}

function pushedLine({ uploadedBlobs, uploadedBytes, mountedBlobs, presentBlobs }: PushedImage): Text {
  const mounted = mountedBlobs === 0 ? '' : text`mounted from another repository: ${mountedBlobs}; `
  return text`Blobs uploaded: ${uploadedBlobs} (${uploadedBytes} bytes); ${mounted}already in the registry: ${presentBlobs}`
}
