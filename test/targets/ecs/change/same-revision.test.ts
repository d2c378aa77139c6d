/** Rollbacks to the very revision that is deployed: whose the PRIMARY deployment is, its task definition does not say. */
import { expect, test } from '@jest/globals'
import { newImage, oldImage, region, rollingScene, run } from '../../../deployment/scene.ts'
import { truthOf } from '../../../deployment/truth.ts'
import type { Simulator } from '../../../simulator/simulator.ts'

const reads = ['ListServiceDeployments', 'DescribeServiceDeployments', 'DescribeServiceRevisions']

function scene(rollbackDeployment: 'former' | 'new', isDenied: boolean): Simulator {
  const sim = rollingScene()
  sim.clock.advance(120_000)
  Object.assign(sim.world.region(region).ecs.quirks, { rollbackDeployment })
  if (isDenied)
    for (const operation of reads) sim.faults.add({ operation, times: 1e6, effect: { kind: 'access-denied' } })
  return sim
}

const isTriggered = (sim: Simulator) => truthOf(sim).deployments.some((one) => one.isTriggered)

test.each([
  ['new', true],
  ['new', false],
  ['former', true],
  ['former', false],
] as const)(
  'a forced deployment that the circuit breaker ends is rolled back, and not green (%s deployment, service deployments denied: %s)',
  async (rollbackDeployment, isDenied) => {
    const sim = scene(rollbackDeployment, isDenied)
    // The tag was moved to an image that crashes; the rollback has the digest from before.
    sim.world.scenarios.set(oldImage, { kind: 'crash', exitCode: 1 })
    const ended = await run(sim, {
      request: { forceNewDeployment: true },
      onEvent: () => isTriggered(sim) && sim.world.scenarios.set(oldImage, { kind: 'healthy' }),
    })
    expect(ended.outcome).toBe('rolled-back')
  },
)

test.each([true, false])(
  'a rollback to the wanted revision is watched to its good end (service deployments denied: %s)',
  async (isDenied) => {
    const sim = scene('new', isDenied)
    sim.world.scenarios.set(newImage, { kind: 'crash', exitCode: 1 })
    await run(sim, { image: newImage, request: { wait: false } })
    while (!isTriggered(sim)) sim.clock.advance(1_000)
    sim.clock.advance(2_000)
    const ended = await run(sim, { image: oldImage })
    expect(ended.outcome).toBe('succeeded')
    expect(ended.state.deployment?.adopted).toBe(true)
    expect(ended.events.map(({ kind }) => kind)).not.toContain('rolling-back')
  },
)
