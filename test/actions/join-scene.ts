/** Images of single platforms in the repository `api`, as several jobs push them. */
import { digestOf, manifestTypes } from '../../src/image/manifest.ts'
import type { Registry } from '../../src/ports.ts'
import { openRegistry } from '../../src/registry/distribution.ts'
import { portsOf } from '../deployment/scene.ts'
import { blobOf } from '../in-memory-layout.ts'
import type { BuildScene } from './build-scene.ts'

export const [indexType, imageType] = manifestTypes

/** The registry of a scene, without the action. */
export function registryOf({ simulator }: Pick<BuildScene, 'simulator'>): Registry {
  const { ecr, clock } = portsOf(simulator)
  const signal = new AbortController().signal
  return openRegistry({ login: ecr.login, clock, signal, retryTime: 60_000, fetch: simulator.fetch, environment: {} })
}

const bytes = (value: object) => new TextEncoder().encode(JSON.stringify(value))

interface Pushed {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
}

async function push(registry: Registry, mediaType: string, manifest: object): Promise<Pushed> {
  const content = bytes({ schemaVersion: 2, mediaType, ...manifest })
  const digest = await registry.pushManifest('api', digestOf(content), mediaType, content)
  return { mediaType, digest, size: content.length }
}

/** Pushes an image of one platform, and returns its descriptor. */
export async function pushImage(registry: Registry, config: object, mediaType: string = imageType): Promise<Pushed> {
  const [blob, layer] = [bytes(config), bytes({ layer: config })]
  for (const content of [blob, layer]) await registry.pushBlob('api', blobOf(content))
  const part = (type: string, content: Uint8Array) => ({
    mediaType: type,
    digest: digestOf(content),
    size: content.length,
  })
  return await push(registry, mediaType, {
    config: part('application/vnd.oci.image.config.v1+json', blob),
    layers: [part('application/vnd.oci.image.layer.v1.tar', layer)],
  })
}

/** Pushes an index with these descriptors. */
export async function pushIndex(registry: Registry, manifests: readonly object[]): Promise<Pushed> {
  return await push(registry, indexType, { manifests })
}

/** An image and its provenance, as BuildKit pushes them; `time` is in the provenance. */
export async function pushAttested(
  registry: Registry,
  config: { os: string; architecture: string; config?: object },
  time = '',
) {
  const image = await pushImage(registry, config)
  const provenance = await pushImage(registry, { os: 'unknown', architecture: 'unknown', time, of: image.digest })
  const { os, architecture } = config
  const attestation = {
    ...provenance,
    annotations: {
      'vnd.docker.reference.digest': image.digest,
      'vnd.docker.reference.type': 'attestation-manifest',
    },
    platform: { architecture: 'unknown', os: 'unknown' },
  }
  const index = await pushIndex(registry, [{ ...image, platform: { architecture, os } }, attestation])
  return { index, image, attestation }
}
