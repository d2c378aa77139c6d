/** A multi-platform image as BuildKit and signers leave it in a registry: provenance, a signed SBOM, and a tag of cosign. */
import { digestOf, manifestTypes } from '../../src/image/manifest.ts'
import type { Registry } from '../../src/ports.ts'
import { blobOf } from '../in-memory-layout.ts'
import { buildLayout, layoutTypes } from '../oci-layout.ts'

interface Descriptor {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
}

export interface StoredManifest {
  readonly digest: string
  readonly mediaType: string
  readonly content: Uint8Array
  /** Pushed by this tag, not by its digest. */
  readonly tag?: string
}

export interface SignedImage {
  /** Of the index. */
  readonly digest: string
  readonly blobs: readonly Uint8Array[]
  /** In the order of a push. */
  readonly manifests: readonly StoredManifest[]
  readonly signature: string
  /** Of the SBOM, the second level. */
  readonly signatureOfSbom: string
  readonly cosignTag: string
  pushTo(registry: Registry, repository: string, tag: string): Promise<void>
}

const text = (value: object | string) =>
  new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value))

/** `layer`: what the layer of each platform has in it. */
export function signedImage(layer: string | Uint8Array = 'serve()', name = 'app'): SignedImage {
  const blobs: Uint8Array[] = []
  const manifests: StoredManifest[] = []
  const put = (mediaType: string, content: Uint8Array): Descriptor => {
    blobs.push(content)
    return { mediaType, digest: digestOf(content), size: content.length }
  }
  const manifest = (value: object, mediaType: string = layoutTypes.manifest, tag?: string): Descriptor => {
    const content = text({ schemaVersion: 2, mediaType, ...value })
    manifests.push({ digest: digestOf(content), mediaType, content, ...(tag && { tag }) })
    return { mediaType, digest: digestOf(content), size: content.length }
  }
  const artifact = (artifactType: string, content: string, subject?: Descriptor, tag?: string) =>
    manifest(
      {
        ...(subject && { artifactType, subject }),
        config: put(
          subject ? 'application/vnd.oci.empty.v1+json' : layoutTypes.config,
          text(subject ? '{}' : `{"of":"${content}"}`),
        ),
        layers: [put(artifactType, text(content))],
      },
      layoutTypes.manifest,
      tag,
    )
  const { files } = buildLayout({
    files: { [`/${name}`]: layer },
    entrypoint: [`/${name}`],
    architecture: ['amd64', 'arm64'],
  })
  const children: object[] = []
  const index = JSON.parse(new TextDecoder().decode(files.get('index.json'))).manifests[0]
  const read = (digest: string) => files.get(`blobs/sha256/${digest.slice(7)}`) ?? new Uint8Array()
  for (const child of JSON.parse(new TextDecoder().decode(read(index.digest))).manifests) {
    const { config, layers } = JSON.parse(new TextDecoder().decode(read(child.digest)))
    for (const { digest } of [config, ...layers]) blobs.push(read(digest))
    manifests.push({ digest: child.digest, mediaType: child.mediaType, content: read(child.digest) })
    children.push(child)
    const provenance = artifact('application/vnd.in-toto+json', `provenance of ${child.digest}`)
    const annotations = {
      'vnd.docker.reference.type': 'attestation-manifest',
      'vnd.docker.reference.digest': child.digest,
    }
    children.push({ ...provenance, platform: { os: 'unknown', architecture: 'unknown' }, annotations })
  }
  const root = manifest({ manifests: children }, layoutTypes.index)
  const cosignTag = `${root.digest.replace(':', '-')}.sig`
  const signature = artifact('application/vnd.dev.sigstore.bundle.v0.3+json', `signature of ${root.digest}`, root)
  const sbom = artifact('application/spdx+json', 'an SBOM', root)
  const signatureOfSbom = artifact('application/vnd.dev.sigstore.bundle.v0.3+json', 'signature of it', sbom)
  artifact('application/vnd.dev.cosign.simplesigning.v1+json', 'an older signature', undefined, cosignTag)
  return {
    digest: root.digest,
    blobs,
    manifests,
    signature: signature.digest,
    signatureOfSbom: signatureOfSbom.digest,
    cosignTag,
    async pushTo(registry, repository, tag) {
      for (const blob of blobs)
        if (!(await registry.hasBlob(repository, digestOf(blob)))) await registry.pushBlob(repository, blobOf(blob))
      for (const { digest, mediaType, content, tag: named } of manifests)
        await registry.pushManifest(repository, named ?? digest, mediaType, content)
      const index = manifests.find(({ digest }) => digest === root.digest)
      await registry.pushManifest(repository, tag, manifestTypes[0], index?.content ?? new Uint8Array())
    },
  }
}
