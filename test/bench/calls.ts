import { codeDeployScene, newImage, oldImage, rollingScene, run } from '../deployment/scene.ts'
import type { Simulator } from '../simulator/simulator.ts'
import { rounded, type Table } from './table.ts'

interface Case {
  readonly name: string
  readonly scene: () => Simulator
  readonly image: string
  readonly startSeconds?: number
  /** What amazon-ecs-deploy-task-definition 2.6.3 makes, from a fixed or its own growing pause. */
  readonly incumbent: string
  readonly atMost?: number
}

const cases: readonly Case[] = [
  {
    name: 'rolling, 5 minutes',
    scene: () => rollingScene(),
    image: newImage,
    startSeconds: 220,
    incumbent: '11, ending 3 minutes late; 25 at a fixed 15 s',
  },
  {
    name: 'CodeDeploy, canary of 15 minutes',
    scene: () =>
      codeDeployScene({ deploymentConfig: 'CodeDeployDefault.ECSCanary10Percent15Minutes', terminationWaitMinutes: 0 }),
    image: newImage,
    incumbent: '4, and GetDeployment 23 times in 30 minutes',
  },
  {
    name: 'unchanged',
    scene: () => rollingScene(),
    image: oldImage,
    incumbent: '4 and more, with a new revision',
    atMost: 3,
  },
]

/** How often AWS is asked for one deploy, and for what. */
export async function countCalls(): Promise<Table> {
  const rows = []
  const requirements = []
  for (const { name, scene, image, startSeconds, incumbent, atMost } of cases) {
    const sim = scene()
    if (startSeconds) sim.world.scenarios.set(image, { kind: 'healthy', startSeconds })
    const { outcome, state } = await run(sim, { image, request: { waitMinutes: 60 } })
    const calls = sim.recorder.all.map(({ operation }) => operation)
    const startedAt = state.deployment?.startedAt ?? state.updatedAt
    rows.push({
      deploy: name,
      verdict: outcome ?? 'none',
      minutes: rounded((state.updatedAt - startedAt) / 60_000),
      calls: calls.length,
      'incumbent, calls': incumbent,
      'by operation': [...new Set(calls)]
        .map((operation) => `${operation} ${calls.filter((each) => each === operation).length}`)
        .join(', '),
    })
    if (atMost !== undefined) requirements.push({ what: `${name}: calls`, measured: calls.length, atMost })
  }
  return {
    title: 'Calls of one deploy',
    method:
      "in this process on the virtual clock, as the simulator's recorder counts them; the incumbent is " +
      'amazon-ecs-deploy-task-definition 2.6.3, whose own bundle was run against a simulated AWS on 2026-11-21',
    rows,
    requirements,
  }
}
