import { expect, test } from '@jest/globals'
import { openImageStore } from '../../src/actions/world/open-image-store.ts'
import { simulated } from '../aws/simulated.ts'
import { fakeRunner } from '../runner/fake-runner.ts'
import { seedImage } from '../simulator/ecr.ts'

test('what looks into one registry asks for one token, however often it is opened', async () => {
  const { simulator, aws, clock } = simulated()
  simulator.world.region('eu-west-1').ecr.createRepository('api')
  seedImage(simulator.world, 'eu-west-1', 'api', 'v1')
  const runner = await fakeRunner({ clock })
  const world = { aws, runner, fetch: simulator.fetch }
  const [before, after] = [openImageStore(world), openImageStore(world)]
  expect(await before.registry.manifest('api', 'v1')).toBeDefined()
  expect(await after.registry.manifest('api', 'v1')).toBeDefined()
  expect(simulator.recorder.count('ecr', 'GetAuthorizationToken')).toBe(1)
  expect(runner.masks).toHaveLength(1)
})
