import { Failure } from '../failure.ts'
import { inLanes } from '../lanes.ts'
import type { Referrer } from '../ports.ts'
import { text, untrusted } from '../text.ts'
import type { PlannedManifest } from './layout.ts'
import { type CopyEnd, imagesIn } from './source-image.ts'

/** What belongs to an image and is not listed in it: signatures, attestations, SBOMs. */
export interface Related {
  readonly digest: string
  /** The manifest that it refers to (`subject`), and the entry in the list of the registry; undefined where a tag names it. */
  readonly of?: { readonly subject: string; readonly referrer: Referrer } | undefined
  /** Tag of cosign that names it. */
  readonly tag?: string | undefined
}

/** Suffixes of cosign's tags `sha256-<hex>.<suffix>` (sigstore/cosign, specs/SIGNATURE_SPEC.md, "Discovery"). */
const cosignSuffixes = ['sig', 'att', 'sbom'] as const
/** Signatures of SBOMs of an image are two levels of referrers. */
const deepest = 4
const mostRelated = 500
/** Requests at once: short ones, of which registries allow hundreds in a second. */
const lanes = 8

/**
 * Finds what refers to an image, to its platforms and, level by level, to what was found: by the referrers API or its tag, and by the
 * tags of cosign. The referrer of a referrer comes after it. Throws `registry-rejected` for more than 500.
 */
export async function findRelated(source: CopyEnd, root: PlannedManifest): Promise<readonly Related[]> {
  const images = imagesIn(root)
  const tags = images.flatMap((digest) => cosignSuffixes.map((suffix) => `${digest.replace(':', '-')}.${suffix}`))
  const [tagged, referrers] = await Promise.all([
    inLanes(lanes, tags, (tag) => byTag(source, tag)),
    findReferrers(source, images),
  ])
  return [...referrers, ...tagged.flat()]
}

async function findReferrers(source: CopyEnd, images: readonly string[]): Promise<readonly Related[]> {
  const found = new Map<string, Related>()
  let level = images
  for (let depth = 0; level.length > 0; depth++) {
    const lists = await inLanes(lanes, level, (subject) => referrersOf(source, subject))
    const news = lists.flat().filter(({ digest }) => !found.has(digest) && !images.includes(digest))
    for (const related of news) found.set(related.digest, related)
    if (depth > deepest || found.size > mostRelated) throw tooMany(images[0] ?? '')
    level = [...new Set(news.map(({ digest }) => digest))]
  }
  return [...found.values()]
}

async function referrersOf({ registry, repository }: CopyEnd, subject: string): Promise<readonly Related[]> {
  const { referrers } = await registry.referrers(repository, subject)
  return referrers.map((referrer) => ({ digest: referrer.digest, of: { subject, referrer } }))
}

async function byTag({ registry, repository }: CopyEnd, tag: string): Promise<readonly Related[]> {
  const found = await registry.manifest(repository, tag)
  return found === undefined ? [] : [{ digest: found.digest, tag }]
}

function tooMany(digest: string): Failure {
  return new Failure({
    code: 'registry-rejected',
    what: text`More than ${mostRelated} manifests, or more than ${deepest} levels of them, refer to ${untrusted(digest)}`,
    fix: text`Delete old signatures and attestations, or set referrers: false to copy the image alone.`,
  })
}
