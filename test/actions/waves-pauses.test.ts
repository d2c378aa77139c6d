/** A release in waves that is rolled back over a service whose deployments pause. */
import { expect, test } from '@jest/globals'
import { hook } from '../deployment/pause-scene.ts'
import { newImage, oldImage, region, servingImage } from '../deployment/scene.ts'
import { seedNativeService, seedRollingService } from '../simulator/fixtures.ts'
import { createSimulator } from '../simulator/simulator.ts'
import { deployWith, operations, probeOf, response } from './verify-scene.ts'

const config = `version: 1
services: { api: {}, edge: {} }
environments:
  production:
    region: ${region}
    account: "111122223333"
    services:
      api: { cluster: shop, service: api, verify: [{ url: "https://api.example.com/health" }] }
      edge: { cluster: shop, service: edge }
    waves: [[api], [edge]]
`

test('the pause of what was live before is continued: nobody has to answer it, and users get it back in minutes', async () => {
  const sim = createSimulator()
  seedNativeService(sim, { strategy: 'BLUE_GREEN', bakeTimeInMinutes: 1, lifecycleHooks: [hook(600)] })
  seedRollingService(sim, { service: 'edge' })
  sim.world.scenarios.set(`edge ${newImage}`, { kind: 'crash', exitCode: 1 })
  sim.recorder.clear()
  const start = sim.clock.now()
  const { outputs, log } = await deployWith(sim, { files: { 'slipway.yml': config }, probe: probeOf(response(200)) })
  expect([outputs.verdict, servingImage(sim)]).toEqual(['rolled-back', oldImage])
  expect(outputs.cause).toMatch(/^edge: .*1 service rolled back: api\.$/)
  expect(operations(sim, /^ContinueServiceDeployment$/)).toHaveLength(2)
  expect((sim.clock.now() - start) / 60_000).toBeLessThan(30)
  expect(log).not.toMatch(/rollback-failed/)
})
