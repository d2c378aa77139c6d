/** deploy.yml with several images: all are built, each service gets its own, and each is tagged for the environment. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { isLong } from '../often.ts'
import { seedImage } from '../simulator/ecr.ts'
import { seedRollingService } from '../simulator/fixtures.ts'
import { docker } from './played-docker.ts'
import { deploymentJobs, describeJobs, job, logOf } from './runner/record.ts'
import { accounts, inScene, type Scene } from './scene.ts'

const region = 'eu-west-1'
const registry = `${accounts.staging}.dkr.ecr.${region}.amazonaws.com`

/** A service with an image of its own, and a proxy in front of it. */
function prepare(scene: Scene, programs: string) {
  const { world } = scene.staging
  world.region(region).ecr.createRepository('edge')
  const digests = {
    api: seedImage(world, region, 'api', 'of-the-builder', { content: 'api' }),
    edge: seedImage(world, region, 'edge', 'of-the-builder', { content: 'edge' }),
  }
  writeFileSync(join(programs, 'amd64.digest'), digests.api)
  writeFileSync(join(programs, 'edge-amd64.digest'), digests.edge)
  seedRollingService(scene.staging, { cluster: 'staging', service: 'edge', waitUntilSteady: false })
  scene.staging.clock.advance(180_000)
  scene.write(
    'slipway.yml',
    `version: 1
images:
  api: { repository: api, platforms: [linux/amd64] }
  edge: { repository: edge, platforms: [linux/amd64], paths: ["edge/**"] }
services:
  api: { containers: { api: api } }
  edge: { containers: { api: edge } }
environments:
  staging:
    region: ${region}
    account: "${accounts.staging}"
    role: slipway-deploy
    services:
      api: { cluster: staging, service: api }
      edge: { cluster: staging, service: edge }
    waves: [[api], [edge]]
    image-tags: [staging]
`,
  )
  return digests
}

function servingImage({ staging }: Scene, service: string): string {
  const { ecs } = staging.world.region(region)
  const definition = ecs.taskDefinition(ecs.service('staging', service)?.taskDefinition ?? '')
  return String(definition?.containerDefinitions[0]?.image)
}

async function planIt(scene: Scene, inputs: Record<string, string>) {
  scene.callWith({ ...inputs, 'dry-run': 'true' })
  const planned = await scene.run()
  expect(planned.problems).toEqual([])
  expect(logOf(job(planned, 'ship / deploy'))).toMatch(/edge:[0-9a-f]{40}/)
  expect(describeJobs(planned).join()).not.toMatch(/build[^,]*success/)
}

const programs = docker()

test.concurrent(
  'a release of several images is built, planned, deployed in waves and tagged as one',
  inScene(
    async (scene) => {
      const digests = prepare(scene, programs)
      const inputs = { environments: 'staging', 'oci-layout-artifact': "''" }
      if (isLong) await planIt(scene, inputs)
      scene.callWith(inputs)
      const run = await scene.run()
      expect(run.problems).toEqual([])
      expect(deploymentJobs(run)).toContain('ship / deploy in staging: success')
      expect(run.outputs.ship).toMatchObject({ verdict: 'succeeded' })
      expect(JSON.parse(run.outputs.ship?.digests ?? '')).toEqual(digests)
      expect(servingImage(scene, 'api')).toBe(`${registry}/api@${digests.api}`)
      expect(servingImage(scene, 'edge')).toBe(`${registry}/edge@${digests.edge}`)
      const { ecr } = scene.staging.world.region(region)
      expect(ecr.find('127.0.0.1:1/api:staging')?.digest).toBe(digests.api)
      expect(ecr.find('127.0.0.1:1/edge:staging')?.digest).toBe(digests.edge)
    },
    { programs },
  ),
)
