/** No false verdict, whatever reads lag, which replies are lost and which optional reads are denied. */
import { expect, test } from '@jest/globals'
import { times } from '../often.ts'
import { runSeldom as run } from './scene.ts'
import { falsehood } from './stale-verdicts.ts'
import { askedIn, engines, sceneOf, worldOf } from './stale-world.ts'
import { truthOf } from './truth.ts'

const count = Math.ceil(times('STALE_READS', 5, 2000) / engines.length)
const numbers = Array.from({ length: count }, (_, index) => index + 1)

test.each(engines)(
  '%s: no verdict is false',
  async (engine) => {
    for (const number of numbers) {
      const world = worldOf(engine, number)
      const sim = sceneOf(engine, world)
      const ended = await run(sim, askedIn(world))
      const truth = truthOf(sim)
      expect(sim.recorder.all.filter(({ outcome }) => outcome === 'SimulatorError')).toEqual([])
      const why = falsehood(engine, world, ended, truth)
      expect({ why, world, cause: ended.cause, truth }).toEqual({ world, cause: ended.cause, truth })
    }
  },
  1_800_000,
)

test('an update that was carried out twice, as its reply was lost, is not called stopped for the sake of the first', async () => {
  // Service deployments may not be listed, and the service still names that of the first.
  const world = worldOf('rolling', 241)
  const { outcome } = await run(sceneOf('rolling', world), askedIn(world))
  expect({ lost: world.lost, denied: world.denied, outcome }).toEqual({
    lost: ['UpdateService'],
    denied: ['ListServiceDeployments', 'DescribeTasks'],
    outcome: 'succeeded',
  })
})
