/** AWS as it is at its worst: answers that lag, are lost or are refused, in any mixture, around one deployment. */
import type { ServiceRequest } from '../../src/targets/ecs/request/service-request.ts'
import { seedNativeService } from '../simulator/fixtures.ts'
import { ask, seededTaskDefinition } from '../simulator/seeding.ts'
import { createSimulator, type Simulator } from '../simulator/simulator.ts'
import { codeDeployScene, newImage, oldImage, type RunOptions, region, rollingScene } from './scene.ts'
import { truthOf } from './truth.ts'

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
  /** `force`: the same image anew; `count`: four tasks of it, for which ECS makes no deployment. */
  readonly change: 'image' | 'force' | 'count'
  /** `crash`: the new tasks, also of the same image; those of a rollback run. */
  readonly story: 'healthy' | 'crash'
  readonly breaker: 'rollback' | 'stop' | 'off'
  readonly failFastAfter: 0 | 3
  readonly startSeconds: number
  /** Somebody else deploys (or stops CodeDeploy's deployment), so many seconds after ours began. */
  readonly otherAfter: number | undefined
  readonly waitFor: ServiceRequest['waitFor']
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

const mutations = [
  'UpdateService',
  'RegisterTaskDefinition',
  'CreateDeployment',
  'StopServiceDeployment',
  'StopDeployment',
]

/** The same numbers for the same seed (mulberry32). */
function dice(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/**
 * The world of a number: another one for each. Of numbers in a row every subset of optional reads is denied in turn; every
 * trouble is there often and absent often, so that none hides another.
 */
export function worldOf(engine: EngineName, number: number): StaleWorld {
  const random = dice(number)
  const pick = <T>(...values: readonly T[]) => values[Math.floor(random() * values.length)] as T
  const chance = (share: number) => random() < share
  const change = chance(0.25) ? pick('force', 'force', engine === 'CodeDeploy' ? 'force' : 'count') : 'image'
  const reads = optional[engine === 'CodeDeploy' ? 'codedeploy' : 'ecs']
  return {
    seed: number,
    change,
    story: (change === 'image' || (change === 'force' && engine !== 'CodeDeploy')) && chance(0.4) ? 'crash' : 'healthy',
    breaker: pick('rollback', 'rollback', 'stop', 'off'),
    failFastAfter: pick(0, 3),
    startSeconds: 1 + Math.floor(random() * 90),
    otherAfter: chance(0.35) ? Math.floor(random() * pick(15, 240)) : undefined,
    waitFor: chance(0.4) ? pick('traffic-shifted', 'baked', 'terminated') : undefined,
    looks: chance(0.6) ? pick(1, 2, 3, 4, 5) : 0,
    replyLags: chance(0.25),
    replyNamesNew: chance(0.5),
    listedAfterSeconds: pick(0, 3, 3, 20, 75),
    rollbackDeployment: pick('former', 'new'),
    stale: chance(0.4) ? pick(0.2, 0.5) : 0,
    lost: mutations.filter(() => chance(0.15)),
    denied: reads.filter((_, index) => (number >> index) % 2 === 1),
  }
}

export const waitMinutes = 30

/** What is asked for in such a world. */
export function askedIn({ change, waitFor, failFastAfter }: StaleWorld): RunOptions {
  const request = { waitFor, failFastAfter, waitMinutes }
  switch (change) {
    case 'image':
      return { image: newImage, request }
    case 'force':
      return { request: { ...request, forceNewDeployment: true } }
    case 'count':
      return { request: { ...request, desiredCount: wantedCount } }
  }
}

/** The scene has two tasks. */
export const wantedCount = 4

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
  sim.world.scenarios.set(
    newImage,
    world.story === 'crash' ? { kind: 'crash', exitCode: 1 } : { kind: 'healthy', startSeconds },
  )
  let hasBegun = false
  const soon = () => {
    if (hasBegun) return
    hasBegun = true
    if (world.otherAfter !== undefined) sim.clock.after(world.otherAfter * 1000, () => interfere(engine, sim))
    if (world.change === 'force' && world.story === 'crash') crashUntilRollback(sim)
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

/** ECS resolves the tag anew for a forced deployment, and rolls back to the digest from before. */
function crashUntilRollback(sim: Simulator): void {
  sim.world.scenarios.set(oldImage, { kind: 'crash', exitCode: 1 })
  const look = () => {
    const [latest] = truthOf(sim).deployments
    const isOver = latest?.isTriggered || latest?.status.startsWith('ROLLBACK') || latest?.image === otherImage
    if (isOver) sim.world.scenarios.set(oldImage, { kind: 'healthy' })
    else sim.clock.after(500, look)
  }
  sim.clock.after(500, look)
}

/** Whoever else it is: their calls are not spoiled. */
function interfere(engine: EngineName, sim: Simulator): void {
  if (engine === 'CodeDeploy') {
    stopCodeDeploy(sim)
    return
  }
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
  const listed = handlers.ListDeployments?.(busy, {} as never) as { deployments: readonly string[] } | undefined
  for (const deploymentId of listed?.deployments ?? []) handlers.StopDeployment?.({ deploymentId }, {} as never)
}
