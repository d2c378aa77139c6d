/** When the label of an image is believed that names another platform than the one that the task runs on. */
import { expect, test } from '@jest/globals'
import { openFactReader } from '../../../../src/diagnosis/read-fact.ts'
import { digestOf } from '../../../../src/image/manifest.ts'
import { gatherImages } from '../../../../src/targets/ecs/preflight/gather-images.ts'
import { definitionWith } from './facts.ts'

const here = { accountId: '111122223333', region: 'eu-west-1' }
const host = '111122223333.dkr.ecr.eu-west-1.amazonaws.com'
const bytes = (value: object) => new TextEncoder().encode(JSON.stringify(value))

/** A registry in which each tag is an image for a platform, or an index of such. */
function registryOf(images: Readonly<Record<string, string | readonly string[]>>) {
  const contents = new Map<string, Uint8Array>()
  const put = (value: object) => {
    const content = bytes(value)
    contents.set(digestOf(content), content)
    return { mediaType: 'x', digest: digestOf(content), size: content.length }
  }
  const split = (platform: string) => {
    const [os = '', architecture = ''] = platform.split('/')
    return { os, architecture }
  }
  const digests = new Map(
    Object.entries(images).map(([tag, made]) => {
      const manifests = (typeof made === 'string' ? [] : made).map((platform) => ({
        ...put({ schemaVersion: 2, of: tag, layers: [] }),
        platform: split(platform),
      }))
      const config = typeof made === 'string' ? { config: put({ ...split(made), of: tag }) } : {}
      return [tag, put({ schemaVersion: 2, ...config, ...(manifests.length > 0 && { manifests }) }).digest]
    }),
  )
  return {
    digestOf: (tag: string) => digests.get(tag) ?? '',
    ports: {
      ecr: {
        imageDigest: (_: string, id: { tag?: string; digest?: string }) =>
          Promise.resolve(id.digest ?? digests.get(id.tag ?? '')),
      },
      registry: {
        manifest: (_: string, digest: string) => {
          const content = contents.get(digest)
          return Promise.resolve(content && { content, mediaType: '', digest })
        },
        blob: (_: string, digest: string) => Promise.resolve(contents.get(digest)),
      },
    },
  }
}

const labels = { old: 'linux/arm64', new: 'linux/arm64', fits: 'linux/amd64', index: ['linux/arm64'] }

test.each<readonly [boolean, string, string, string, string]>([
  [true, 'what runs is labelled in the same way', 'new', 'api:old', 'linux/amd64'],
  [true, 'the same image runs, by its digest', 'new', 'api@new', 'linux/amd64'],
  [false, 'what runs fits', 'new', 'api:fits', 'linux/amd64'],
  [false, 'the tag of what runs is the new image by now', 'new', 'api:new', 'linux/amd64'],
  [false, 'what runs is gone', 'new', 'api:gone', 'linux/amd64'],
  [false, 'the new image is an index, which containerd compares', 'index', 'api:old', 'linux/amd64'],
  [false, 'what runs is an index', 'new', 'api:index', 'linux/amd64'],
  [false, 'what runs is of another registry', 'new', 'nginx:1', 'linux/amd64'],
  [false, 'the new image fits', 'new', 'api:old', 'linux/arm64'],
])('%s: %s', async (isDisproved, _, tag, runs, platform) => {
  const registry = registryOf(labels)
  const [, pinned] = runs.split('@')
  const reference = pinned ? `api@${registry.digestOf(pinned)}` : runs
  const image = reference.startsWith('api') ? `${host}/${reference}` : reference
  const running = { definition: definitionWith({ image }), platform }
  const wanted = definitionWith({ image: `${host}/api:${tag}` })
  const [fact] = await gatherImages(wanted, { ...here, running }, registry.ports, openFactReader().readFact)
  expect(fact?.standing).toMatchObject({ kind: 'there', isDisproved, platforms: ['linux/arm64'] })
})
