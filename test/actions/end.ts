/** What happens around a deployment that comes to one of its ends, by whatever engine. */
import { newImage, portsOf, region, run } from '../deployment/scene.ts'
import type { FakeRunner } from '../runner/fake-runner.ts'
import type { Simulator } from '../simulator/simulator.ts'

const older = 'a'.repeat(40)
/** Of the run. */
export const commit = 'b'.repeat(40)
/** Contains it. */
export const newer = 'c'.repeat(40)

export interface End {
  readonly scene: () => Simulator
  readonly given?: Record<string, string>
  /** Before the step begins. */
  readonly prepare?: (sim: Simulator) => unknown
  /** Once AWS has been told to deploy, this many virtual seconds later. */
  readonly meanwhile?: (sim: Simulator, runner: FakeRunner) => unknown
  readonly after?: number
  readonly verdict: string
  readonly green?: boolean
  readonly says: RegExp
}

export const alarm = (sim: Simulator) => sim.world.region(region).cloudwatch.setState('api-5xx', 'ALARM')
export const slow = (sim: Simulator) => sim.world.scenarios.set(newImage, { kind: 'healthy', startSeconds: 240 })
export const crash = (sim: Simulator) => sim.world.scenarios.set(newImage, { kind: 'crash', exitCode: 1 })
export const expire = (sim: Simulator) => {
  for (const service of ['ecs', 'codedeploy'] as const)
    sim.faults.add({ service, times: 10_000, effect: { kind: 'expired-token' } })
}
export const deployed = (sha: string) => async (sim: Simulator) => {
  sim.github.commits.add(older, commit, newer)
  await run(sim, { image: 'registry.example.com/api:newer', commit: sha })
}

export async function stopCodeDeploy(sim: Simulator): Promise<void> {
  const { codeDeploy } = portsOf(sim)
  const [id] = await codeDeploy.listActiveDeployments('AppECS-shop-api', 'DgpECS-shop-api')
  if (id) await codeDeploy.stopDeployment(id, false)
}

export async function stopRolling(sim: Simulator): Promise<void> {
  const { ecs } = portsOf(sim)
  const [newest] = await ecs.listServiceDeployments('shop', 'api', new Date(0))
  const { handlers } = sim.world.region(region).ecs
  const input = { serviceDeploymentArn: newest?.serviceDeploymentArn, stopType: 'ABORT' }
  handlers.StopServiceDeployment?.(input, {
    ...input,
    service: 'ecs',
    operation: '',
    region,
    accessKeyId: '',
    at: 0,
    input,
  })
}
