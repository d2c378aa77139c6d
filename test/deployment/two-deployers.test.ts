import { expect, test } from '@jest/globals'
import { times } from '../often.ts'
import type { Behaviour } from '../simulator/contract.ts'
import type { Simulator } from '../simulator/simulator.ts'
import { codeDeployScene, type Ended, portsOf, rollingScene, run, servingImage } from './scene.ts'

const [older, newer] = ['a'.repeat(40), 'b'.repeat(40)]
const imageOf = (commit: string) => `registry.example.com/api:${commit.slice(0, 7)}`

const stories: readonly Behaviour[] = [
  { kind: 'healthy' },
  { kind: 'healthy', startSeconds: 90 },
  { kind: 'crash', exitCode: 1 },
]
const policies = [undefined, 'wait', 'stop', 'fail'] as const

function pick<T>(list: readonly T[], random: () => number): T {
  const index = Math.floor(random() * list.length)
  return list[index] as T
}

/** `INTERLEAVINGS=500 npm test -- test/deployment/two-deployers` tries more of them. */
const seeds = Array.from({ length: times('INTERLEAVINGS', 2, 60) }, (_, index) => index + 1)

/** One of two jobs that deploy the same service at about the same time. */
async function job(sim: Simulator, commit: string, random: () => number): Promise<Ended> {
  const image = imageOf(commit)
  sim.world.scenarios.set(image, pick(stories, random))
  const request = { onConflict: pick(policies, random), waitMinutes: 20, failFastAfter: 3 }
  const isGuarded = random() < 0.7
  await sim.clock.forProgram.sleep(Math.floor(random() * 120_000))
  return await run(sim, { image, request, ...(isGuarded ? { commit } : {}) })
}

/** What AWS itself says about the deployments of a revision. */
async function succeededAtAws(sim: Simulator, { state }: Ended): Promise<boolean> {
  const { ecs, codeDeploy } = portsOf(sim)
  const { deployment, versioned } = state
  if (deployment?.id.startsWith('d-'))
    return (await codeDeploy.describeDeployment(deployment.id)).status === 'Succeeded'
  for (const { status, targetServiceRevision } of await ecs.listServiceDeployments('shop', 'api', new Date(0))) {
    const revision = await ecs.taskDefinitionOfRevision(targetServiceRevision?.arn ?? '')
    if (status === 'SUCCESSFUL' && revision === versioned?.version.id) return true
  }
  return false
}

test.each([
  ['rolling', (seed: number) => rollingScene({}, { seed })],
  ['CodeDeploy', (seed: number) => codeDeployScene({ terminationWaitMinutes: 1 }, { seed })],
])(
  'row F06: two jobs deploy the same %s service at once, and none calls the success of the other its own',
  async (_, scene) => {
    for (const seed of seeds) {
      const sim = scene(seed)
      sim.github.commits.add(older, newer)
      const random = () => sim.clock.forProgram.random()
      const jobs = await Promise.all([job(sim, older, random), job(sim, newer, random)])
      for (const ended of jobs) {
        const outcome = ended.outcome ?? String(ended.error)
        expect([seed, outcome, outcome === 'succeeded' && !(await succeededAtAws(sim, ended))]).toEqual([
          seed,
          outcome,
          false,
        ])
      }
      // Whatever happened: where one succeeded, what serves in the end is of one that succeeded.
      sim.clock.advance(30 * 60_000)
      const winners = jobs
        .filter(({ outcome }) => outcome === 'succeeded')
        .map(({ state }) => state.plan?.artifacts[0]?.to)
      if (winners.length > 0) expect([seed, winners]).toEqual([seed, expect.arrayContaining([servingImage(sim)])])
    }
  },
)
