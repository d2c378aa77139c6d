import { describe, expect, test } from '@jest/globals'
import { lag } from '../../../deployment/lag.ts'
import {
  codeDeployScene,
  newImage,
  oldImage,
  portsOf,
  region,
  rollingScene,
  runSeldom as run,
  servingImage,
} from '../../../deployment/scene.ts'
import { seedNativeService } from '../../../simulator/fixtures.ts'
import { createSimulator, type Simulator } from '../../../simulator/simulator.ts'

/** `deployment-id: …` as a message prints it. */
const idIn = (cause: string) => /deployment-id: (\S+)\.$/.exec(cause)?.[1] ?? ''

const watch = (sim: Simulator, deploymentId: string) =>
  run(sim, { request: { deploymentId, wanted: () => Promise.reject(new Error('nothing is rendered')) } })

/** A deployment whose wait ended too early, and the id that was printed for going on. */
async function left(sim: Simulator, waitMinutes = 2) {
  const ended = await run(sim, { image: newImage, request: { waitMinutes } })
  expect(ended.outcome).toBe('timed-out')
  sim.recorder.clear()
  return idIn(ended.cause)
}

const mutations = /^(RegisterTaskDefinition|UpdateService|CreateDeployment|TagResource|Stop.*)$/

describe.each([
  ['rolling', rollingScene, /^service-deployment\/shop\/api\//],
  ['CodeDeploy', () => codeDeployScene({ terminationWaitMinutes: 0 }), /^d-/],
] as const)('deployment-id of a %s deployment', (_, scene, form) => {
  test('a wait that ended too early prints it, and another run watches on to the end', async () => {
    const sim = scene()
    sim.world.scenarios.set(newImage, { kind: 'healthy', startSeconds: 300 })
    const id = await left(sim)
    expect(id).toMatch(form)
    const ended = await watch(sim, id)
    expect(ended.outcome).toBe('succeeded')
    expect(ended.state.deployment?.adopted).toBe(true)
    expect(ended.state.verdict?.serving?.id).toMatch(/api:2$/)
    expect(ended.state.plan?.from?.id).toMatch(/api:1$/)
    expect(sim.recorder.all.filter(({ operation }) => mutations.test(operation))).toEqual([])
    expect(ended.record).toMatchObject({ stage: 'ended' })
  })

  test('what has ended by then is told by its end', async () => {
    const sim = scene()
    sim.world.scenarios.set(newImage, { kind: 'healthy', startSeconds: 300 })
    const id = await left(sim)
    sim.clock.advance(30 * 60_000)
    expect((await watch(sim, id)).outcome).toBe('succeeded')
  })

  test('another service has none of that id', async () => {
    const sim = scene()
    sim.world.scenarios.set(newImage, { kind: 'healthy', startSeconds: 300 })
    const id = await left(sim)
    const ports = portsOf(sim)
    const other = async () => ({
      ...(await ports.ecs.describeService('shop', 'api')),
      serviceName: 'web',
      serviceArn: 'web',
    })
    const context = { ...ports, signal: new AbortController().signal, keep() {} }
    const { foundDeployment } = await import('../../../../src/targets/ecs/locate/found-deployment.ts')
    const request = { cluster: 'shop', service: 'web', region: 'eu-west-1', waitMinutes: 1 } as never
    const world = { ...context, within: () => ({ ...ports, ecs: { ...ports.ecs, describeService: other } }) }
    await expect(foundDeployment(id, request, world)).rejects.toMatchObject({ message: 'deployment-not-found' })
  })
})

test('a rolling deployment that fails after all is followed to what serves again, with the cause', async () => {
  const sim = rollingScene({ desiredCount: 10 })
  sim.world.scenarios.set(newImage, { kind: 'crash', exitCode: 3, afterSeconds: 30 })
  const id = await left(sim, 1)
  const ended = await watch(sim, id)
  expect(ended.outcome).toBe('rolled-back')
  expect(ended.cause).toMatch(/exit code 3\)/)
  expect(servingImage(sim)).toBe(oldImage)
})

test('what the strategy waits by itself does not count, as in the run that began it', async () => {
  const sim = createSimulator()
  seedNativeService(sim, { strategy: 'CANARY', desiredCount: 2, bakeTimeInMinutes: 25 })
  const started = await run(sim, { image: newImage, request: { wait: false } })
  const deploymentId = idIn(started.cause)
  const ended = await run(sim, { request: { deploymentId, waitMinutes: 10, longestGap: 120_000 } })
  expect(ended.outcome).toBe('succeeded')
})

test.each([1, 2])('an id that was printed a moment ago is found, though %d looks do not show it', async (looks) => {
  const sim = rollingScene()
  sim.clock.advance(120_000)
  lag(sim, looks)
  sim.world.scenarios.set(newImage, { kind: 'healthy', startSeconds: 120 })
  const started = await run(sim, { image: newImage, request: { wait: false } })
  expect(idIn(started.cause)).toMatch(/^ecs-svc/)
  expect((await watch(sim, idIn(started.cause))).outcome).toBe('succeeded')
})

test('a service deployment that is not known yet is found', async () => {
  const sim = rollingScene()
  sim.world.region(region).ecs.quirks.listedAfterSeconds = 0
  const started = await run(sim, { image: newImage, request: { waitMinutes: 0 } })
  const missing = { serviceDeployments: [], failures: [] }
  const { handlers } = sim.world.region(region).ecs
  const describe = handlers.DescribeServiceDeployments
  let looks = 0
  Object.assign(handlers, {
    DescribeServiceDeployments: (...asked: Parameters<NonNullable<typeof describe>>) =>
      ++looks <= 2 ? missing : describe?.(...asked),
  })
  expect((await watch(sim, idIn(started.cause))).outcome).toBe('succeeded')
})

test('what was deployed over since is superseded, and not green', async () => {
  const sim = rollingScene()
  const first = await run(sim, { image: newImage })
  await run(sim, { image: 'registry.example.com/api:v3' })
  const ended = await watch(sim, first.state.deployment?.id ?? '')
  expect(ended.outcome).toBe('superseded')
  expect(ended.cause).toMatch(/of api:3 was started by another user or run/)
})

test('what was deployed again since is green: the same revision serves', async () => {
  const sim = rollingScene()
  const first = await run(sim, { image: newImage })
  await run(sim, { image: newImage, request: { forceNewDeployment: true } })
  expect((await watch(sim, first.state.deployment?.id ?? '')).outcome).toBe('succeeded')
})

test('the id that ECS shows for a deployment does as well', async () => {
  const sim = rollingScene()
  sim.world.scenarios.set(newImage, { kind: 'healthy', startSeconds: 120 })
  const started = await run(sim, { image: newImage, request: { wait: false } })
  expect(idIn(started.cause)).toMatch(/^ecs-svc\/\d+$/)
  expect((await watch(sim, idIn(started.cause))).outcome).toBe('succeeded')
})

test('row F11: credentials that expire leave the id behind', async () => {
  const sim = rollingScene()
  sim.world.scenarios.set(newImage, { kind: 'healthy', startSeconds: 300 })
  const ended = await run(sim, {
    image: newImage,
    onEvent: ({ kind }) =>
      kind === 'started' &&
      sim.clock.after(60_000, () => sim.faults.add({ service: 'ecs', times: 1000, effect: { kind: 'expired-token' } })),
  })
  expect(ended.outcome).toBe('detached')
  expect(idIn(ended.cause)).toMatch(/^service-deployment\//)
})

describe("the id of CodeDeploy's own rollback", () => {
  const quirksOf = (sim: Simulator) =>
    (sim.world.region(region).codedeploy as unknown as { readonly quirks: Record<string, unknown> }).quirks

  /** A deployment that is being rolled back, and the ids of both. */
  async function returning(sim: Simulator) {
    sim.world.scenarios.set(newImage, { kind: 'crash', exitCode: 3, afterSeconds: 5 })
    const { state } = await run(sim, { image: newImage, request: { wait: false } })
    const id = state.deployment?.id ?? ''
    sim.clock.advance(60_000)
    const { codeDeploy } = portsOf(sim)
    await codeDeploy.stopDeployment(id, true)
    sim.clock.advance(4000)
    const { rollbackInfo } = await codeDeploy.describeDeployment(id)
    return { id, rollbackId: rollbackInfo?.rollbackDeploymentId ?? '' }
  }

  test.each([
    ['while it runs', 0],
    ['when it has ended', 20],
  ])("%s: gives the verdict of the deployment that it rolls back, also at a group's first", async (_, minutes) => {
    const sim = codeDeployScene()
    const { id, rollbackId } = await returning(sim)
    sim.clock.advance(minutes * 60_000)
    const ended = await watch(sim, rollbackId)
    expect(ended.outcome).toBe('rolled-back')
    expect(ended.cause).toMatch(/exit code 3\)/)
    expect(ended.state.deployment?.id).toBe(id)
    expect(ended.state.rollingBack?.deploymentId).toBe(rollbackId)
    expect(ended.state.verdict?.serving?.id).toMatch(/api:1$/)
    expect(ended.state.warnings.map(({ untrusted }) => untrusted)).toEqual([
      `${rollbackId} is the rollback of deployment ${id}: this run reports how ${id} ends.`,
    ])
  })

  test('that fails is told as a failed rollback', async () => {
    const sim = codeDeployScene()
    quirksOf(sim).rollbackFailure = { code: 'INTERNAL_ERROR', message: 'There was an internal error.' }
    const { rollbackId } = await returning(sim)
    expect((await watch(sim, rollbackId)).outcome).toBe('rollback-failed')
  })

  test('is not what a watch prints whose time is up during the rollback, nor that the job picks it up', async () => {
    const sim = codeDeployScene()
    quirksOf(sim).rollbackSeconds = 240
    const { id } = await returning(sim)
    const ended = await run(sim, { request: { deploymentId: id, waitMinutes: 1 } })
    expect(ended.outcome).toBe('timed-out')
    expect(idIn(ended.cause)).toBe(id)
    expect(ended.cause).not.toMatch(/picked up/)
    expect((await watch(sim, id)).outcome).toBe('rolled-back')
  })
})
