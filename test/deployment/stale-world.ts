/** AWS as it is at its worst: answers that lag, are lost or are refused, in any mixture, around one deployment. */
import fc from 'fast-check'
import type { DeployRequest } from '../../src/deployment/journey.ts'
import { seedNativeService } from '../simulator/fixtures.ts'
import { ask, seededTaskDefinition } from '../simulator/seeding.ts'
import { createSimulator, type Simulator } from '../simulator/simulator.ts'
import { codeDeployScene, newImage, region, rollingScene } from './scene.ts'

export const engines = ['rolling', 'BLUE_GREEN', 'LINEAR', 'CANARY', 'CodeDeploy'] as const
export type EngineName = (typeof engines)[number]

export const otherImage = 'registry.example.com/api:v3'

/** Reads without which a deployment is watched all the same. */
const optional = {
  ecs: [
    'ListServiceDeployments',
    'DescribeServiceDeployments',
    'DescribeServiceRevisions',
    'ListTasks',
    'DescribeTasks',
  ],
  codedeploy: ['GetDeploymentTarget', 'ListDeployments', 'GetApplicationRevision', 'ListTasks', 'DescribeTasks'],
} as const

export interface StaleWorld {
  readonly seed: number
  /** `crash`: the new tasks; `alarm`: CodeDeploy's, half a minute after the start. */
  readonly story: 'healthy' | 'crash'
  readonly breaker: 'rollback' | 'stop' | 'off'
  readonly failFastAfter: 0 | 3
  readonly startSeconds: number
  /** Somebody else deploys (or stops CodeDeploy's deployment), so many seconds after ours began. */
  readonly otherAfter: number | undefined
  readonly waitFor: DeployRequest['waitFor']
  /** Looks at the service after a change that show it as it was before. */
  readonly looks: number
  /** UpdateService answers so, too. */
  readonly replyLags: boolean
  readonly replyNamesNew: boolean
  readonly listedAfterSeconds: number
  readonly rollbackDeployment: 'former' | 'new'
  /** Share of reads that are answered with one of the three answers before, no older than ten seconds. */
  readonly stale: number
  /** Changes that are carried out while the reply is lost. */
  readonly lost: readonly string[]
  readonly denied: readonly string[]
}

const mutations = ['UpdateService', 'RegisterTaskDefinition', 'CreateDeployment', 'StopServiceDeployment', 'StopDeployment']

export function staleWorlds(engine: EngineName): fc.Arbitrary<StaleWorld> {
  return fc.record({
    seed: fc.integer({ min: 1, max: 1_000_000 }),
    story: fc.constantFrom('healthy', 'healthy', 'crash'),
    breaker: fc.constantFrom('rollback', 'stop', 'off'),
    failFastAfter: fc.constantFrom(0, 3),
    startSeconds: fc.integer({ min: 1, max: 90 }),
    otherAfter: fc.oneof({ arbitrary: fc.constant(undefined), weight: 2 }, fc.integer({ min: 0, max: 240 })),
    waitFor: fc.constantFrom(undefined, undefined, 'traffic-shifted', 'baked', 'terminated'),
    looks: fc.integer({ min: 0, max: 5 }),
    replyLags: fc.boolean(),
    replyNamesNew: fc.boolean(),
    listedAfterSeconds: fc.constantFrom(0, 3, 20, 75),
    rollbackDeployment: fc.constantFrom('former', 'new'),
    stale: fc.constantFrom(0, 0.2, 0.5),
    lost: fc.subarray(mutations),
    denied: fc.subarray([...optional[engine === 'CodeDeploy' ? 'codedeploy' : 'ecs']]),
  })
}

/** A steady service, and everything that is going to befall it and the calls about it. */
export function sceneOf(engine: EngineName, world: StaleWorld): Simulator {
  const sim = seed(engine, world)
  // What made the scene lags no more.
  sim.clock.advance(120_000)
  const { quirks } = sim.world.region(region).ecs
  Object.assign(quirks, {
    listedAfterSeconds: world.listedAfterSeconds,
    rollbackDeployment: world.rollbackDeployment,
    updateReplyNamesNewDeployment: world.replyNamesNew,
  })
  const { startSeconds } = world
  sim.world.scenarios.set(newImage, world.story === 'crash' ? { kind: 'crash', exitCode: 1 } : { kind: 'healthy', startSeconds })
  let hasBegun = false
  const soon = () => {
    if (!hasBegun && world.otherAfter !== undefined)
      sim.clock.after(world.otherAfter * 1000, () => interfere(engine, sim))
    hasBegun = true
  }
  spoil(sim, world)
  sim.faults.add({ operation: /^(UpdateService|CreateDeployment)$/, effect: { kind: 'callback', run: soon } })
  sim.recorder.clear()
  return sim
}

function seed(engine: EngineName, { seed: number, breaker }: StaleWorld): Simulator {
  if (engine === 'rolling') return rollingScene({ circuitBreaker: breaker }, { seed: number })
  if (engine === 'CodeDeploy')
    return codeDeployScene(
      { terminationWaitMinutes: 1, ...(breaker === 'rollback' ? {} : { autoRollback: [] }) },
      { seed: number },
    )
  const sim = createSimulator({ seed: number })
  seedNativeService(sim, {
    strategy: engine,
    circuitBreaker: breaker,
    bakeTimeInMinutes: 1,
    ...(engine === 'CANARY' && { canaryConfiguration: { canaryPercent: 10, canaryBakeTimeInMinutes: 1 } }),
    ...(engine === 'LINEAR' && { linearConfiguration: { stepPercent: 50, stepBakeTimeInMinutes: 1 } }),
  })
  return sim
}

function spoil(sim: Simulator, { looks, replyLags, stale, lost, denied }: StaleWorld): void {
  if (looks > 0) sim.faults.add({ operation: 'DescribeServices', effect: { kind: 'lag', looks } })
  if (replyLags) sim.faults.add({ operation: 'UpdateService', effect: { kind: 'lag', looks: 1 } })
  for (const calls of [1, 3])
    if (stale > 0)
      sim.faults.add({
        operation: /^(Describe|Get|List)/,
        probability: stale / 2,
        effect: { kind: 'stale-read', calls, within: 10_000 },
      })
  for (const operation of lost) sim.faults.add({ operation, effect: { kind: 'apply-then-drop' } })
  for (const operation of denied) sim.faults.add({ operation, times: 1e6, effect: { kind: 'access-denied' } })
}

/** Whoever else it is: their calls are not spoiled. */
function interfere(engine: EngineName, sim: Simulator): void {
  if (engine === 'CodeDeploy') return stopCodeDeploy(sim)
  const definition = seededTaskDefinition(sim.world, { image: otherImage })
  const { taskDefinition } = ask<{ taskDefinition: { taskDefinitionArn: string } }>(
    sim.world,
    region,
    'RegisterTaskDefinition',
    definition,
  )
  const wanted = { cluster: 'shop', service: 'api', taskDefinition: taskDefinition.taskDefinitionArn }
  ask(sim.world, region, 'UpdateService', wanted)
}

function stopCodeDeploy(sim: Simulator): void {
  const { handlers } = sim.world.region(region).codedeploy
  const names = { applicationName: 'AppECS-shop-api', deploymentGroupName: 'DgpECS-shop-api' }
  const busy = { ...names, includeOnlyStatuses: ['Created', 'Queued', 'InProgress', 'Ready'] }
  const { deployments } = handlers.ListDeployments?.(busy, {} as never) as { deployments: readonly string[] }
  for (const deploymentId of deployments) handlers.StopDeployment?.({ deploymentId }, {} as never)
}
