import { manifestTypes } from './manifest.ts'
import type { Related } from './related.ts'
import type { CopyEnd } from './source-image.ts'

/**
 * Lists copied referrers in the index of the tag `sha256-<hex>` of their subject, where the registry does not list them itself: then
 * the client that pushes a referrer does it (OCI distribution spec 1.1, "Pushing Manifests with Subject").
 */
export async function listInReferrersTag(
  { registry, repository }: CopyEnd,
  related: readonly Related[],
): Promise<void> {
  const referrers = related.flatMap(({ of }) => (of === undefined ? [] : [of]))
  for (const subject of new Set(referrers.map((referrer) => referrer.subject))) {
    const there = await registry.referrers(repository, subject)
    if (there.isNative) continue
    const listed = new Set(there.referrers.map(({ digest }) => digest))
    const missing = referrers
      .filter((one) => one.subject === subject && !listed.has(one.referrer.digest))
      .map(({ referrer }) => referrer)
    if (missing.length === 0) continue
    const [mediaType] = manifestTypes
    const index = { schemaVersion: 2, mediaType, manifests: [...there.referrers, ...missing] }
    const content = new TextEncoder().encode(JSON.stringify(index))
    await registry.pushManifest(repository, subject.replace(':', '-'), mediaType, content)
  }
}
