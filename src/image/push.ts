import { Failure } from '../failure.ts'
import type { BlobContent, Registry } from '../ports.ts'
import { text, untrusted } from '../text.ts'
import { tagTaken } from './build-preflight.ts'
import type { ImagePlan } from './layout.ts'
import type { Descriptor } from './manifest.ts'
import { mountSource } from './mount-source.ts'
import { findImage } from './revision.ts'

/** Counts of one push, in blobs and bytes. */
export interface PushedImage {
  readonly uploadedBlobs: number
  readonly uploadedBytes: number
  /** Blobs of other repositories of the registry, which it gave to this one. */
  readonly mountedBlobs: number
  /** Blobs that the repository had already. */
  readonly presentBlobs: number
}

/** Where an image is pushed to. */
export interface PushTarget {
  readonly repository: string
  /** Host of the registry as image references name it; undefined: nothing is mounted. */
  readonly host?: string
}

/** Uploads at once. More does not help on a runner's uplink and makes registries throttle. */
const lanes = 4

/**
 * Pushes an image by digest: the missing blobs, then manifests with children first. Moves no tag, so an interrupted push has no
 * visible effect, and a repeated one resumes. The first failure ends the other uploads.
 */
export async function pushByDigest(
  registry: Registry,
  { repository, host }: PushTarget,
  plan: Pick<ImagePlan, 'blobs' | 'base' | 'manifests'>,
  contentOf: (blob: Descriptor) => BlobContent,
): Promise<PushedImage> {
  const waiting = [...plan.blobs]
  const [uploaded, mounted]: [Descriptor[], Descriptor[]] = [[], []]
  const failed: { error: unknown }[] = []
  const push = async (blob: Descriptor) => {
    if (await registry.hasBlob(repository, blob.digest)) return
    const content = endedBy(failed, contentOf(blob))
    const way = await registry.pushBlob(repository, content, mountSource(blob, plan.base, { repository, host }))
    const list = way === 'mounted' ? mounted : uploaded
    list.push(blob)
  }
  const work = async () => {
    for (let blob = waiting.shift(); blob !== undefined && failed.length === 0; blob = waiting.shift())
      await push(blob).catch((error: unknown) => void failed.push({ error }))
  }
  await Promise.all(Array.from({ length: lanes }, work))
  if (failed[0] !== undefined) throw failed[0].error
  for (const { digest, mediaType, content } of plan.manifests)
    requireDigest(await registry.pushManifest(repository, digest, mediaType, content), digest)
  return {
    uploadedBlobs: uploaded.length,
    uploadedBytes: uploaded.reduce((sum, blob) => sum + blob.size, 0),
    mountedBlobs: mounted.length,
    presentBlobs: plan.blobs.length - uploaded.length - mounted.length,
  }
}

/** The same content, until another upload has failed: then the rest is not needed. */
function endedBy(failed: readonly { readonly error: unknown }[], content: BlobContent): BlobContent {
  return {
    ...content,
    async *read(from, to) {
      for await (const piece of content.read(from, to)) {
        if (failed[0] !== undefined) throw failed[0].error
        yield piece
      }
    },
  }
}

/**
 * Tags an image of the registry, one tag after the other. An existing equal tag counts as put, also when the registry refuses it
 * because it is immutable. Throws `image-tag-taken`, `image-not-found`.
 */
export async function putTags(
  registry: Registry,
  repository: string,
  digest: string,
  tags: readonly string[],
): Promise<void> {
  const manifest = await registry.manifest(repository, digest)
  if (manifest === undefined) throw missing(digest)
  for (const tag of tags) {
    const present = await registry.manifest(repository, tag)
    if (present?.digest === digest) continue
    try {
      requireDigest(await registry.pushManifest(repository, tag, manifest.mediaType, manifest.content), digest)
    } catch (error) {
      if (!(error instanceof Failure) || error.parts.code !== 'image-tag-taken') throw error
      // Another run may have put the tag between our read and our push.
      const now = await findImage(registry, repository, tag)
      if (now === undefined) throw error
      if (now.digest !== digest) throw tagTaken(repository, tag, now, text`this run pushes ${untrusted(digest)}`)
    }
  }
}

function requireDigest(reported: string, expected: string): void {
  if (reported === expected) return
  throw new Failure({
    code: 'registry-rejected',
    what: text`The registry returned another digest than that of the pushed manifest`,
    why: text`pushed ${expected}, returned ${reported}`,
    fix: text`Check the proxies between this runner and the registry: one of them changes requests.`,
  })
}

function missing(digest: string): Failure {
  return new Failure({
    code: 'image-not-found',
    what: text`The image ${digest} was pushed and is no longer in the registry`,
    fix: text`Run the job again. If it persists, check for a lifecycle policy that deletes untagged images.`,
  })
}
