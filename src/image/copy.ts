import type { Clock } from '../clock.ts'
import { Failure } from '../failure.ts'
import type { BlobContent } from '../ports.ts'
import { type Text, text, untrusted } from '../text.ts'
import type { PlannedManifest } from './layout.ts'
import { type PushedImage, pushByDigest, putTags } from './push.ts'
import { listInReferrersTag } from './referrers-tag.ts'
import { findRelated, type Related } from './related.ts'
import { type CopyEnd, nameOf, readImage, type SourceImage } from './source-image.ts'

/** An image to copy, resolved to its digest, with what belongs to it. */
export interface CopyPlan {
  readonly source: CopyEnd
  readonly root: PlannedManifest
  /** Empty where referrers are not copied. */
  readonly related: readonly Related[]
}

/** Where the log goes, and the time of its lines. */
export interface CopyPorts {
  readonly clock: Pick<Clock, 'monotonic'>
  readonly say: (line: Text) => void
}

/** Counts of one copy, in blobs, bytes and manifests. */
export interface CopiedImage extends PushedImage {
  /** Manifests that were pushed; none where everything was there already. */
  readonly manifests: number
}

/** Milliseconds between two lines about a copy. */
const progressEvery = 30_000
const nothing: CopiedImage = { uploadedBlobs: 0, uploadedBytes: 0, mountedBlobs: 0, presentBlobs: 0, manifests: 0 }

/** Reads what is to be copied: the manifest of a digest or tag, and what refers to it. Undefined when there is no such image. */
export async function planCopy(source: CopyEnd, reference: string, referrers: boolean): Promise<CopyPlan | undefined> {
  const root = await source.registry.manifest(source.repository, reference)
  return root && { source, root, related: referrers ? await findRelated(source, root) : [] }
}

/**
 * Copies an image to another repository by digest, through the registries' API only: blobs that are there are skipped, those of the
 * same registry mounted, the others streamed; children before their index, referrers after their subject. Sets no tag of the image
 * itself. What was pushed is read back and compared. A repeated copy resumes. Throws as the registries do.
 */
export async function copyImage(plan: CopyPlan, target: CopyEnd, ports: CopyPorts): Promise<CopiedImage> {
  if (nameOf(plan.source) === nameOf(target)) return nothing
  let copied = await copyManifest(plan.source, plan.root.digest, target, ports)
  for (const { digest } of plan.related) copied = sum(copied, await copyManifest(plan.source, digest, target, ports))
  await listInReferrersTag(target, plan.related)
  for (const { digest, tag } of plan.related)
    if (tag !== undefined) await putTags(target.registry, target.repository, digest, [tag])
  return copied
}

/** With its children. Where the target has a manifest it has all of it: a registry takes none before what it lists. */
async function copyManifest(source: CopyEnd, digest: string, target: CopyEnd, ports: CopyPorts): Promise<CopiedImage> {
  const present = await target.registry.manifest(target.repository, digest)
  if (present !== undefined) return nothing
  const image = await readImage(source, digest)
  for (const { digest: layer, mediaType } of image.foreign)
    ports.say(
      text`The non-distributable layer ${layer} (${untrusted(mediaType)}, with urls) is not copied: it is pulled from its urls`,
    )
  // Within one registry, every blob can be mounted from the source.
  const base = source.host === target.host ? nameOf(source) : undefined
  const pushed = await pushByDigest(target.registry, target, { ...image, base }, contentOf(image, source, ports))
  for (const manifest of image.manifests) await requireSame(target, manifest)
  return { ...pushed, manifests: image.manifests.length }
}

/** The content of the blobs, as they are read from the source, with a line in the log every half minute. */
function contentOf(
  { blobs }: SourceImage,
  { registry, repository }: CopyEnd,
  { clock, say }: CopyPorts,
): (blob: { readonly digest: string; readonly size: number }) => BlobContent {
  const total = blobs.reduce((bytes, { size }) => bytes + size, 0)
  let copied = 0
  let next = clock.monotonic() + progressEvery
  const count = (bytes: number) => {
    copied += bytes
    if (clock.monotonic() < next) return
    next = clock.monotonic() + progressEvery
    say(text`Copied ${copied} of at most ${total} bytes`)
  }
  return (blob) => {
    const content = registry.blobContent(repository, blob)
    return {
      ...content,
      async *read(from, to) {
        for await (const piece of content.read(from, to)) {
          count(piece.length)
          yield piece
        }
      },
    }
  }
}

/** The proof of a copy: the target returns the same bytes under the same digest. */
async function requireSame(
  { registry, repository, host }: CopyEnd,
  { digest, content }: PlannedManifest,
): Promise<void> {
  const found = await registry.manifest(repository, digest)
  if (found !== undefined && Buffer.compare(found.content, content) === 0) return
  throw new Failure({
    code: 'registry-rejected',
    what: text`The copy could not be verified: ${untrusted(nameOf({ repository, host }))} has no manifest ${untrusted(digest)}`,
    why: text`the registry accepted it`,
    fix: text`Run the job again. If it persists, check for a lifecycle policy that deletes untagged images.`,
  })
}

function sum(one: CopiedImage, other: CopiedImage): CopiedImage {
  return {
    uploadedBlobs: one.uploadedBlobs + other.uploadedBlobs,
    uploadedBytes: one.uploadedBytes + other.uploadedBytes,
    mountedBlobs: one.mountedBlobs + other.mountedBlobs,
    presentBlobs: one.presentBlobs + other.presentBlobs,
    manifests: one.manifests + other.manifests,
  }
}
