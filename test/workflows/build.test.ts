/** build.yml: every platform in a job of its own, joined by digest, with the shipped bundles and a `docker` that is played. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { pushImage, registryOf } from '../actions/join-scene.ts'
import { onlyLong } from '../often.ts'
import { seedImage } from '../simulator/ecr.ts'
import { docker } from './played-docker.ts'
import { describeJobs, job, logOf } from './runner/record.ts'
import { inScene, type Scene } from './scene.ts'

const several = `images:
  api: { repository: api, platforms: [linux/amd64, linux/arm64], build-args: { LEVEL: "3" } }
  edge: { repository: edge, platforms: [linux/arm64] }`
const single = 'image: { repository: api, platforms: [linux/amd64, linux/arm64] }'

/** The caller's slipway.yml and workflow, and the images that `docker` pushes. */
async function prepare(scene: Scene, programs: string, images: string) {
  const registry = registryOf({ simulator: scene.staging })
  const { world } = scene.staging
  world.region('eu-west-1').ecr.createRepository('edge')
  const digests = {
    amd64: (await pushImage(registry, { os: 'linux', architecture: 'amd64' })).digest,
    arm64: (await pushImage(registry, { os: 'linux', architecture: 'arm64' })).digest,
    'edge-arm64': seedImage(world, 'eu-west-1', 'edge', 'built'),
  }
  for (const [name, digest] of Object.entries(digests)) writeFileSync(join(programs, `${name}.digest`), digest)
  scene.write(
    'slipway.yml',
    `version: 1
${images}
services: { api: {} }
environments:
  staging:
    region: eu-west-1
    account: "111122223333"
    role: slipway-deploy
    services: { api: { cluster: staging, service: api } }
`,
  )
  scene.write(
    '.github/workflows/images.yml',
    `on: push
permissions: {}
jobs:
  images:
    uses: your-org/slipway/.github/workflows/build.yml@v1
    permissions: { contents: read, id-token: write }
    with: { build-args: "MODE=fast", cache-to: "type=gha,scope={image}-{platform}" }
    secrets: { build-secrets: "\${{ secrets.BUILD_SECRETS }}" }
`,
  )
  return digests
}

const builders = { 'docker/setup-buildx-action': async () => ({}) }
const workflow = '.github/workflows/images.yml'

const dockerOfSeveral = docker()

test.concurrent(
  'several images: each platform is built without a tag, the platforms are joined, and all digests are one map',
  inScene(
    async (scene) => {
      const digests = await prepare(scene, dockerOfSeveral, several)
      const run = await scene.run({ actions: builders, secrets: { BUILD_SECRETS: 'npm=hidden-value' } }, workflow)
      expect(run.problems).toEqual([])
      expect([...describeJobs(run)].toSorted()).toEqual([
        'images / build in staging: success',
        'images / build in staging: success',
        'images / build in staging: success',
        'images / collect: success',
        'images / join in staging: success',
        'images / prepare: success',
      ])
      const { images } = run.outputs
      const { ecr } = scene.staging.world.region('eu-west-1')
      const joined = ecr.find(`127.0.0.1:1/api:${images?.tag}`)
      expect(JSON.parse(images?.digests ?? '')).toEqual({ api: joined?.digest, edge: digests['edge-arm64'] })
      expect(images).toMatchObject({ unchanged: '[]', tag: images?.revision })
      expect([images?.digest, images?.repository]).toEqual([undefined, undefined])
      expect(ecr.find(`127.0.0.1:1/edge:${images?.tag}`)?.digest).toBe(digests['edge-arm64'])
      const [arm64, edge] = ['arm64', 'edge-arm64'].map((name) =>
        readFileSync(join(dockerOfSeveral, `${name}.calls`), 'utf8'),
      )
      expect(arm64).toContain('push-by-digest=true')
      for (const word of [
        '--build-arg=LEVEL=3',
        '--build-arg=MODE=fast',
        'scope=api-linux-arm64',
        'secret=hidden-value',
      ])
        expect(arm64).toContain(word)
      expect(edge).toContain('scope=edge-linux-arm64')
      const names = run.jobs.map(({ name }) => name)
      expect(names).toContain('Build api linux/amd64')
      expect(run.jobs.map(logOf).join()).not.toContain('hidden-value')
    },
    { programs: dockerOfSeveral },
  ),
)

const dockerOfSingle = docker()

onlyLong(test.concurrent)(
  'no tag names half an image: where the digest of a platform is lost, the join fails by its name',
  inScene(
    async (scene) => {
      const { arm64 } = await prepare(scene, dockerOfSingle, single)
      const run = await scene.run({ actions: builders, masks: [arm64] }, workflow)
      expect(run.result).toBe('failure')
      expect(logOf(job(run, 'images / join'))).toContain('the digest of the image for linux/arm64 is missing')
      expect([run.outputs.images?.digest, run.outputs.images?.digests]).toEqual([undefined, undefined])
      const { ecr } = scene.staging.world.region('eu-west-1')
      expect(ecr.find('127.0.0.1:1/api:1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d')).toMatchObject({ exists: false })
      expect(existsSync(join(dockerOfSingle, 'amd64.calls'))).toBe(true)
    },
    { programs: dockerOfSingle },
  ),
)
