import type { Repository } from '../ports.ts'
import { type Text, text, untrusted } from '../text.ts'
import { decideTags, isImmutable } from './build-preflight.ts'
import { type CopiedImage, type CopyPlan, type CopyPorts, copyImage } from './copy.ts'
import { putTags } from './push.ts'
import { type CopyEnd, nameOf } from './source-image.ts'

/** A repository to promote to. */
export interface PromoteTarget extends CopyEnd {
  /** Undefined where the credentials are of another account: then the registry itself refuses to move an immutable tag. */
  readonly settings: Repository | undefined
}

/**
 * Checks before anything is copied that the tags can be had: an immutable one may have the same image. Cosign's tags of the
 * image are checked, too. Throws `image-tag-taken`.
 */
export async function requireTags(
  { root, related }: CopyPlan,
  { registry, settings }: PromoteTarget,
  tags: readonly string[],
): Promise<void> {
  if (settings === undefined) return
  const check = async (names: readonly string[], digest: string) => {
    const fixed = names.filter((tag) => isImmutable(settings, tag))
    await decideTags(registry, settings, fixed, { kind: 'image', digest })
  }
  await check(tags, root.digest)
  for (const { tag, digest } of related) if (tag !== undefined) await check([tag], digest)
}

/** Copies the image to all targets, then tags it in all of them, so that a failed copy moves no tag. Logs what was done. */
export async function promote(
  plan: CopyPlan,
  targets: readonly PromoteTarget[],
  tags: readonly string[],
  ports: CopyPorts,
): Promise<readonly CopiedImage[]> {
  const copied: CopiedImage[] = []
  for (const target of targets) {
    const image = await copyImage(plan, target, ports)
    ports.say(text`${untrusted(nameOf(target))}@${untrusted(plan.root.digest)}: ${copiedLine(image)}`)
    copied.push(image)
  }
  for (const target of targets) {
    await putTags(target.registry, target.repository, plan.root.digest, tags)
    if (tags.length > 0) ports.say(text`${untrusted(nameOf(target))}: tagged ${untrusted(tags.join(', '))}`)
  }
  return copied
}

function copiedLine({ manifests, uploadedBlobs, uploadedBytes, mountedBlobs, presentBlobs }: CopiedImage): Text {
  if (manifests === 0) return text`already exists, nothing to copy`
  const mounted = mountedBlobs === 0 ? '' : text`mounted: ${mountedBlobs}; `
  return text`manifests copied: ${manifests}; blobs copied: ${uploadedBlobs} (${uploadedBytes} bytes); ${mounted}already in the repository: ${presentBlobs}; verified`
}
