import type { Repository } from '../ports.ts'
import { type Text, text } from '../text.ts'
import { blobContent } from './blob-content.ts'
import { inputLabels } from './build-key.ts'
import { inputsKeyLabel } from './inputs-key.ts'
import { requireLayerSizes } from './layer-limits.ts'
import { type ImagePlan, planLayout } from './layout.ts'
import type { Outside } from './outside-inputs.ts'
import type { ImageSource, PublishPorts, PublishRequest } from './publish-request.ts'
import { type PushedImage, pushByDigest } from './push.ts'

/** The source of an image, with what a layout holds. */
export type PreparedSource =
  | Extract<ImageSource, { kind: 'build' }>
  | (Extract<ImageSource, { kind: 'layout' }> & { readonly plan: ImagePlan })

/** Reads what a layout holds. */
export async function prepareSource({ source, tags }: PublishRequest): Promise<PreparedSource> {
  return source.kind === 'build' ? source : { ...source, plan: await planLayout(source.layout, tags[0]) }
}

/** The keys become labels, by which the image of a tag is compared. `key`: that without the commit. */
export async function withKeys(
  source: PreparedSource,
  outside: () => Promise<Outside>,
  key: string | undefined,
): Promise<PreparedSource> {
  if (source.kind === 'layout') return source
  const { request, inputs } = source
  const labels = {
    ...request.labels,
    ...(inputs && inputLabels(inputs, await outside())),
    ...(key !== undefined && { [inputsKeyLabel]: key }),
  }
  return { ...source, request: { ...request, labels } }
}

/** Builds, or takes the layout, and pushes. Returns the digest. */
export async function pushSource(
  source: PreparedSource,
  { tags, digestOnly }: PublishRequest,
  { registry, registryHost, builder, say }: PublishPorts,
  repository: Repository,
): Promise<string> {
  if (source.kind === 'build')
    return await builder.buildAndPush(source.request, {
      name: `${await registryHost()}/${repository.name}`,
      tag: tags[0],
      tags,
      digestOnly,
    })
  const { layout, plan } = source
  const host = await registryHost()
  requireLayerSizes(plan, host)
  const to = { repository: repository.name, host }
  say(pushedLine(await pushByDigest(registry, to, plan, (blob) => blobContent(layout, blob))))
  return plan.digest
}

function pushedLine({ uploadedBlobs, uploadedBytes, mountedBlobs, presentBlobs }: PushedImage): Text {
  const mounted = mountedBlobs === 0 ? '' : text`mounted from another repository: ${mountedBlobs}; `
  return text`Blobs uploaded: ${uploadedBlobs} (${uploadedBytes} bytes); ${mounted}already in the registry: ${presentBlobs}`
}
