import { codeDeployScene, measure, newImage, portsOf, rollingScene } from '../deployment/scene.ts'
import type { Simulator } from '../simulator/simulator.ts'
import { quantile, rounded, type Table } from './table.ts'

const runs = 200

interface Engine {
  readonly name: string
  scene(seed: number): Simulator
  /** When AWS was done, by AWS's own account. */
  endedAt(sim: Simulator): Promise<Date | undefined>
}

const engines: readonly Engine[] = [
  {
    name: 'rolling',
    scene: (seed) => rollingScene({}, { seed }),
    async endedAt(sim) {
      const [deployment] = await portsOf(sim).ecs.listServiceDeployments('shop', 'api', new Date(0))
      return deployment?.finishedAt
    },
  },
  {
    name: 'CodeDeploy',
    scene: (seed) => codeDeployScene({ terminationWaitMinutes: 1 }, { seed }),
    async endedAt(sim) {
      const asked = sim.recorder.calls('codedeploy', 'GetDeployment').at(-1)
      return (await portsOf(sim).codeDeploy.describeDeployment(String(asked?.input.deploymentId))).completeTime
    },
  },
]

/** From the moment at which AWS is done to our verdict, with the end anywhere between two looks. */
export async function measureLag(): Promise<Table> {
  const rows = []
  const requirements = []
  for (const { name, scene, endedAt } of engines) {
    const measured = []
    for (let seed = 1; seed <= runs; seed++) {
      const sim = scene(seed)
      // From half a minute to ten, in steps that no pause between looks divides.
      sim.world.scenarios.set(newImage, { kind: 'healthy', startSeconds: 30 + ((seed * 97.3) % 570) })
      measured.push(await measure(sim, () => endedAt(sim)))
    }
    const lags = measured.map(({ lag }) => lag / 1000)
    const perMinute = measured.reduce((sum, { callsPerMinute }) => sum + callsPerMinute, 0) / runs
    const [median, worst] = [quantile(lags, 0.5), Math.max(...lags)]
    rows.push({
      engine: name,
      'median s': rounded(median),
      'p95 s': rounded(quantile(lags, 0.95)),
      'max s': rounded(worst),
      'calls a minute': rounded(perMinute),
    })
    requirements.push(
      { what: `${name}: median lag in seconds`, measured: median, atMost: 3 },
      { what: `${name}: longest lag in seconds`, measured: worst, atMost: 6 },
      { what: `${name}: calls a minute while waiting, on average`, measured: perMinute, atMost: 16 },
    )
  }
  return {
    title: 'End of a deploy: from AWS being done to our verdict',
    method: `in this process on the simulator's virtual clock, default settings, ${runs} seeded deploys per engine of 1 to 12 minutes`,
    rows,
    requirements,
  }
}
