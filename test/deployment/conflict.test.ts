import { describe, expect, test } from '@jest/globals'
import type { ConflictPolicy } from '../../src/deployment/policies.ts'
import type { Simulator } from '../simulator/simulator.ts'
import {
  codeDeployScene,
  newImage,
  portsOf,
  type RunOptions,
  rollingScene,
  runSeldom as run,
  servingImage,
} from './scene.ts'

const theirs = 'registry.example.com/api:theirs'

/** Somebody else's deployment is on its way when ours begins. */
async function busy(scene: () => Simulator): Promise<Simulator> {
  const sim = scene()
  sim.world.scenarios.set(theirs, { kind: 'healthy', startSeconds: 120 })
  await run(sim, { image: theirs, request: { wait: false } })
  sim.clock.advance(10_000)
  sim.recorder.clear()
  return sim
}

const deploy = (sim: Simulator, onConflict: ConflictPolicy | undefined, more: RunOptions = {}) =>
  run(sim, { image: newImage, ...more, request: { onConflict, ...more.request } })

describe.each([
  ['rolling', rollingScene],
  ['CodeDeploy', codeDeployScene],
])("row F06: somebody else's %s deployment is in progress", (engine, scene) => {
  test('fail: names it, and changes nothing', async () => {
    const sim = await busy(scene)
    const ended = await deploy(sim, 'fail')
    expect(ended.error).toMatchObject({ message: 'deployment-conflict' })
    expect(ended.cause).toMatch(/on-conflict/)
    expect(sim.recorder.count('ecs', 'RegisterTaskDefinition')).toBe(0)
    sim.clock.advance(30 * 60_000)
    expect(servingImage(sim)).toBe(theirs)
  })

  test('wait: both are deployed, one after the other', async () => {
    const sim = await busy(scene)
    const ended = await deploy(sim, 'wait')
    expect(ended.outcome).toBe('succeeded')
    expect(ended.state.phases[0]).toMatchObject({ name: 'other-deployment', status: 'succeeded' })
    // What is deployed was rendered from what the other one left, and what ran before is the other one.
    expect(ended.state.plan?.artifacts).toEqual([{ kind: 'Image', name: 'api', from: theirs, to: newImage }])
    expect(servingImage(sim)).toBe(newImage)
  })

  test('wait: not longer than the deployment may take', async () => {
    const sim = await busy(scene)
    const ended = await deploy(sim, 'wait', { request: { waitMinutes: 1 } })
    expect(ended.error).toMatchObject({ message: 'deployment-conflict' })
    expect(ended.cause).toMatch(/after a wait of 1 minute.*wait-for-minutes. Nothing has been changed/)
    expect(ended.cause).not.toMatch(/on-conflict/)
    expect(sim.recorder.count('ecs', 'RegisterTaskDefinition')).toBe(0)
  })

  const replaces = /A deployment of api:2 is in progress; this one replaces it/
  test.each<[ConflictPolicy | undefined, RegExp, RegExp]>([
    ['fail', /This deployment would fail.*(api:2|d-\w+)/, /This deployment would fail.*active deployment, d-/],
    [
      'wait',
      /This deployment would wait for another one first.*api:2/,
      /This deployment would wait for another one first.*active deployment/,
    ],
    ['stop', replaces, /This deployment would stop another one first.*active deployment/],
    [undefined, replaces, /This deployment would fail.*active deployment/],
  ])('a dry run with on-conflict %s says what would happen', async (onConflict, rolling, codeDeploy) => {
    const sim = await busy(scene)
    const ended = await deploy(sim, onConflict, { request: { dryRun: true } })
    const warnings = ended.state.warnings.map(({ untrusted }) => untrusted).join('\n')
    expect(ended.state.plan?.artifacts).toEqual([expect.objectContaining({ to: newImage })])
    expect(warnings).toMatch(engine === 'rolling' ? rolling : codeDeploy)
    expect(replaces.test(warnings)).toBe(engine === 'rolling' && rolling === replaces)
    expect([ended.outcome, ended.error]).toEqual([undefined, undefined])
  })

  test.each<[ConflictPolicy | undefined]>([['wait'], ['fail']])(
    'on-conflict %s does not say that the other one is replaced',
    async (onConflict) => {
      const ended = await deploy(await busy(scene), onConflict)
      expect(ended.state.warnings.map(({ untrusted }) => untrusted).join()).not.toMatch(/replaces/)
    },
  )

  test('stop: the other one does not come', async () => {
    const sim = await busy(scene)
    const ended = await deploy(sim, 'stop')
    expect(ended.outcome).toBe('succeeded')
    expect(servingImage(sim)).toBe(newImage)
    if (engine === 'CodeDeploy') expect(sim.recorder.count('codedeploy', 'StopDeployment')).toBe(1)
  })

  test('stop and wait keep the order of commits', async () => {
    for (const policy of ['stop', 'wait'] as const) {
      const sim = scene()
      const [older, newer] = ['a'.repeat(40), 'b'.repeat(40)]
      sim.github.commits.add(older, newer)
      await run(sim, { image: theirs, commit: newer, request: { wait: false } })
      const ended = await deploy(sim, policy, { commit: older })
      expect(ended.outcome).toBe('superseded')
      sim.clock.advance(30 * 60_000)
      expect(servingImage(sim)).toBe(theirs)
    }
  })
})

test('CodeDeploy: without codedeploy:ListDeployments, wait tries until CodeDeploy takes it', async () => {
  const sim = await busy(codeDeployScene)
  sim.faults.add({ operation: 'ListDeployments', times: 1000, effect: { kind: 'access-denied' } })
  expect((await deploy(sim, 'wait')).outcome).toBe('succeeded')
  expect(servingImage(sim)).toBe(newImage)
})

test('CodeDeploy: a rollback is named, and nobody is told to stop it', async () => {
  const sim = await busy(codeDeployScene)
  const { codeDeploy, clock } = portsOf(sim)
  const active = async () => (await codeDeploy.listActiveDeployments('AppECS-shop-api', 'DgpECS-shop-api'))?.[0] ?? ''
  const first = await active()
  await codeDeploy.stopDeployment(first, true)
  for (let now = first; now === first || now === ''; now = await active()) await clock.sleep(1_000)
  const ended = await deploy(sim, 'fail')
  expect(ended.cause).toMatch(/already has an active rollback, d-.*on-conflict to wait\. Nothing/)
  expect(ended.cause).not.toMatch(/stop-deployment/)
})
