import { describe, expect, test } from '@jest/globals'
import { isLong, times } from '../often.ts'
import type { Simulator } from '../simulator/simulator.ts'
import { codeDeployScene, measure, newImage, portsOf, rollingScene } from './scene.ts'

const runs = times('LAGS', 5, 80)
/** Of few runs the median is not yet what it is of many, as the bench has them. */
const median = isLong ? 3000 : 3500

/** Healthy after another time in every run, so that the end falls anywhere between two looks. */
function spread(make: (seed: number) => Simulator): readonly Simulator[] {
  return Array.from({ length: runs }, (_, index) => {
    const sim = make(index + 1)
    sim.world.scenarios.set(newImage, { kind: 'healthy', startSeconds: 30 + ((index * 13.1) % 200) })
    return sim
  })
}

async function rollingEnd(sim: Simulator): Promise<Date | undefined> {
  const [deployment] = await portsOf(sim).ecs.listServiceDeployments('shop', 'api', new Date(0))
  return deployment?.finishedAt
}

async function codeDeployEnd(sim: Simulator): Promise<Date | undefined> {
  const made = sim.recorder.calls('codedeploy', 'GetDeployment').at(-1)
  return (await portsOf(sim).codeDeploy.describeDeployment(String(made?.input.deploymentId))).completeTime
}

describe("peers' F2: the end is seen soon, and AWS is not asked too often", () => {
  test.each([
    ['rolling', (seed: number) => rollingScene({}, { seed }), rollingEnd],
    ['CodeDeploy', (seed: number) => codeDeployScene({ terminationWaitMinutes: 1 }, { seed }), codeDeployEnd],
  ] as const)('%s: median lag at most 3 s, never above 6 s, at most 16 calls a minute', async (_, make, end) => {
    const measured = []
    for (const sim of spread(make)) measured.push(await measure(sim, () => end(sim), { failFastAfter: 3 }))
    const lags = measured.map(({ lag }) => lag).sort((one, other) => one - other)
    expect(lags[Math.floor(runs / 2)]).toBeLessThanOrEqual(median)
    expect(lags.at(-1)).toBeLessThanOrEqual(6000)
    expect(lags[0]).toBeGreaterThanOrEqual(0)
    const mean = measured.reduce((sum, { callsPerMinute }) => sum + callsPerMinute, 0) / runs
    expect(mean).toBeLessThanOrEqual(16)
  })

  test('wait-max-delay-seconds spaces the calls out, and the lag with them', async () => {
    const [sim] = spread((seed) => rollingScene({}, { seed }))
    if (!sim) throw new Error('no run')
    const { callsPerMinute, lag } = await measure(sim, () => rollingEnd(sim), { longestGap: 30_000 })
    expect(callsPerMinute).toBeLessThan(8)
    expect(lag).toBeLessThanOrEqual(30_000)
  })
})
