import type { Registry } from '../ports.ts'

/** The same registry, from which nothing is read twice that its digest names: its content cannot change. */
export function rememberDigests(registry: Registry): Registry {
  const manifests = new Map<string, NonNullable<Awaited<ReturnType<Registry['manifest']>>>>()
  const blobs = new Map<string, Uint8Array>()
  return {
    ...registry,
    async manifest(repository, reference) {
      const found = manifests.get(`${repository}@${reference}`) ?? (await registry.manifest(repository, reference))
      if (found !== undefined) manifests.set(`${repository}@${found.digest}`, found)
      return found
    },
    async blob(repository, digest) {
      const found = blobs.get(`${repository}@${digest}`) ?? (await registry.blob(repository, digest))
      if (found !== undefined) blobs.set(`${repository}@${digest}`, found)
      return found
    },
  }
}
