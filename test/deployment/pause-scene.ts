/** Services whose deployments wait for an answer, and somebody who gives it. */
import type { DeploymentEvent } from '../../src/deployment/events.ts'
import { seedNativeService } from '../simulator/fixtures.ts'
import { createSimulator, type Simulator } from '../simulator/simulator.ts'
import { portsOf } from './scene.ts'

export const stage = 'POST_TEST_TRAFFIC_SHIFT'

/** A pause, before production traffic unless another stage is named. */
export function hook(
  minutes: number,
  action: 'ROLLBACK' | 'CONTINUE' = 'ROLLBACK',
  at: typeof stage | 'PRE_SCALE_UP' = stage,
) {
  return {
    targetType: 'PAUSE' as const,
    lifecycleStages: [at],
    timeoutConfiguration: { timeoutInMinutes: minutes, action },
  }
}

/** A blue/green service of ECS whose deployments wait by these hooks. */
export function hookScene(...lifecycleHooks: ReturnType<typeof hook>[]): Simulator {
  const sim = createSimulator()
  seedNativeService(sim, { strategy: 'BLUE_GREEN', desiredCount: 2, bakeTimeInMinutes: 1, lifecycleHooks })
  sim.recorder.clear()
  return sim
}

export async function newestArn(sim: Simulator): Promise<string> {
  const [newest] = await portsOf(sim).ecs.listServiceDeployments('shop', 'api', new Date(0))
  return newest?.serviceDeploymentArn ?? ''
}

/** Answers every wait so many milliseconds after it began, as somebody else than the one who watches. */
export function answerAfter(sim: Simulator, delay: number, answer: 'CONTINUE' | 'ROLLBACK') {
  return (event: DeploymentEvent) => {
    if (event.kind !== 'paused') return
    const { id } = event.pause
    sim.clock.after(delay, async () => {
      await portsOf(sim).ecs.continueServiceDeployment(await newestArn(sim), id, answer)
    })
  }
}

/** The deployment that is in flight. */
export const codeDeployId = async (sim: Simulator) =>
  (await portsOf(sim).codeDeploy.listActiveDeployments('AppECS-shop-api', 'DgpECS-shop-api'))[0] ?? ''

/** Answers everything that waits, by either engine, as somebody else than the one who watches. */
export async function answerWaiting(sim: Simulator, answer: 'CONTINUE' | 'ROLLBACK'): Promise<void> {
  const { ecs, codeDeploy } = portsOf(sim)
  const [newest] = await ecs.listServiceDeployments('shop', 'api', new Date(0))
  const waiting = newest?.lifecycleHookDetails?.filter(({ status }) => status === 'AWAITING_ACTION') ?? []
  for (const { hookId = '' } of waiting)
    await ecs.continueServiceDeployment(newest?.serviceDeploymentArn ?? '', hookId, answer)
  if (newest !== undefined) return
  const id = await codeDeployId(sim)
  if (answer === 'CONTINUE') await codeDeploy.continueDeployment(id, 'READY_WAIT')
  else await codeDeploy.stopDeployment(id, true)
}
