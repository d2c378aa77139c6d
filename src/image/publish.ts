import type { Builder, BuildRequest, Ecr, Registry, Repository } from '../ports.ts'
import { type Text, text, untrusted } from '../text.ts'
import { type ImagePlan, type LayoutSource, planLayout, readBlob } from './layout.ts'
import { decideTags, type RepositoryRequest, requireRepository } from './preflight.ts'
import { pushByDigest, putTags } from './push.ts'

/** Where the image comes from: a build that is still to be done, or a layout that another tool built. */
export type ImageSource =
  | { readonly kind: 'build'; readonly request: BuildRequest }
  | { readonly kind: 'layout'; readonly layout: LayoutSource }

export interface PublishRequest {
  readonly repository: RepositoryRequest
  /** At least one; the first is the image's own. */
  readonly tags: readonly [string, ...string[]]
  /** Commit that is built. */
  readonly revision: string
  readonly source: ImageSource
}

export interface PublishPorts {
  readonly ecr: Ecr
  readonly registry: Registry
  /** Host of the registry as image references name it. */
  readonly registryHost: () => Promise<string>
  readonly builder: Builder
  readonly say: (line: Text) => void
}

export interface Published {
  readonly repository: Repository
  readonly digest: string
  readonly tag: string
  readonly tags: readonly string[]
  /** True when nothing was built or pushed because the image was there already. */
  readonly reused: boolean
}

/**
 * From a commit to an image in the registry: the repository and the tags are looked at before anything is built, the
 * image is pushed by digest, and the tags come last, so nobody ever sees a tag without its whole image.
 */
export async function publish(request: PublishRequest, ports: PublishPorts): Promise<Published> {
  const { registry, say } = ports
  const { repository, created } = await requireRepository(ports.ecr, request.repository)
  if (created) say(text`Made the ECR repository ${untrusted(repository.name)}`)
  const [tag] = request.tags
  const plan = request.source.kind === 'layout' ? await planLayout(request.source.layout, tag) : undefined
  const decision = await decideTags(registry, repository, request.tags, {
    revision: request.revision,
    digest: plan?.digest,
  })
  if (decision.kind === 'reuse') {
    await putTags(registry, repository.name, decision.image, request.tags)
    say(
      text`${untrusted(repository.name)}:${untrusted(tag)} is there already as ${untrusted(decision.image.digest)}; nothing to build`,
    )
    return { repository, digest: decision.image.digest, tag, tags: request.tags, reused: true }
  }
  const digest =
    plan === undefined ? await build(request, ports, repository) : await pushLayout(request, plan, ports, repository)
  await putTags(registry, repository.name, { digest, revision: request.revision }, request.tags)
  say(text`Pushed ${untrusted(repository.name)}@${digest} as ${untrusted(request.tags.join(', '))}`)
  return { repository, digest, tag, tags: request.tags, reused: false }
}

async function build({ source, tags }: PublishRequest, ports: PublishPorts, repository: Repository): Promise<string> {
  if (source.kind !== 'build') throw new Error('a layout is not built')
  const name = `${await ports.registryHost()}/${repository.name}`
  return ports.builder.buildAndPush(source.request, { name, tag: tags[0] })
}

async function pushLayout(
  { source }: PublishRequest,
  plan: ImagePlan,
  { registry, say }: PublishPorts,
  repository: Repository,
): Promise<string> {
  if (source.kind !== 'layout') throw new Error('a build has no layout')
  const pushed = await pushByDigest(registry, repository.name, plan, (blob) => readBlob(source.layout, blob))
  say(
    text`Blobs uploaded: ${pushed.uploadedBlobs} (${pushed.uploadedBytes} bytes); there already: ${pushed.presentBlobs}`,
  )
  return plan.digest
}
