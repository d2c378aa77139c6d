/** What looks at a service show is a verdict only where it is proven: by AWS's word on our deployment, or by looks that agree. */
import { describe, expect, test } from '@jest/globals'
import { denyServiceDeployments, lag, lagReplies } from '../../../deployment/lag.ts'
import { newImage, region, rollingScene, runSeldom as run, servingImage } from '../../../deployment/scene.ts'
import { truthOf } from '../../../deployment/truth.ts'
import { some } from '../../../often.ts'
import type { Handler } from '../../../simulator/contract.ts'
import { seedNativeService } from '../../../simulator/fixtures.ts'
import { ask } from '../../../simulator/seeding.ts'
import { createSimulator, type Simulator } from '../../../simulator/simulator.ts'

const revision = (number: number) => `arn:aws:ecs:eu-west-1:111122223333:task-definition/api:${number}`
const readable = () => undefined
const rights = [
  ['with', readable],
  ['without', denyServiceDeployments],
] as const

/** Changes what an operation of ECS answers. */
function patch(sim: Simulator, operation: string, change: (answer: () => unknown, input: object) => unknown): void {
  const { handlers } = sim.world.region(region).ecs
  const before = handlers[operation] as Handler
  const changed: Handler = (input, call) => change(() => before(input, call), input)
  Object.assign(handlers, { [operation]: changed })
}

const wanted = { cluster: 'shop', service: 'api' }

/** Somebody else's UpdateService, which no fault spoils. */
const update = (sim: Simulator, more: object) => ask(sim.world, region, 'UpdateService', { ...wanted, ...more })

describe.each(rights)('%s the right to read service deployments', (_, deny) => {
  test.each(some([1, 2, 3, 5, 8], 2))(
    'a service that is shown as it was for %d looks is no rollback',
    async (looks) => {
      const sim = rollingScene()
      deny(sim)
      lag(sim, looks)
      const ended = await run(sim, { image: newImage })
      expect(ended.outcome).toBe('succeeded')
      expect(ended.state.verdict?.serving?.id).toBe(revision(2))
      expect(truthOf(sim)).toMatchObject({ image: newImage, rolloutState: 'COMPLETED' })
    },
  )

  test('a reply with the old deployment is read again, and our own is nobody else’s', async () => {
    const sim = rollingScene()
    deny(sim)
    lagReplies(sim)
    lag(sim, 2)
    const ended = await run(sim, { image: newImage })
    expect([ended.outcome, ended.cause]).toEqual(['succeeded', ''])
    expect(ended.state.deployment?.id).toMatch(deny === readable ? /^service-deployment\// : /^ecs-svc\//)
    expect(truthOf(sim)).toMatchObject({ image: newImage, rolloutState: 'COMPLETED' })
  })

  test('the same revision anew is green when the new deployment is complete, not the old one', async () => {
    const sim = rollingScene()
    deny(sim)
    lagReplies(sim)
    lag(sim, 3)
    const { outcome } = await run(sim, { request: { forceNewDeployment: true } })
    expect(outcome).toBe('succeeded')
    expect(truthOf(sim).deployments.map(({ status }) => status)).toEqual(['SUCCESSFUL', 'SUCCESSFUL'])
  })

  test('a count is green when so many tasks run, not while the old count is shown', async () => {
    const sim = rollingScene()
    deny(sim)
    lag(sim, 6)
    expect((await run(sim, { request: { desiredCount: 4 } })).outcome).toBe('succeeded')
    expect(truthOf(sim).running).toBe(4)
  })

  test('a crash is told as rolled back, whether ECS goes back to the old deployment or to a new one of it', async () => {
    for (const rollbackDeployment of some(['former', 'new'] as const, deny === readable ? 1 : 2)) {
      const sim = rollingScene()
      Object.assign(sim.world.region(region).ecs.quirks, { rollbackDeployment })
      sim.world.scenarios.set(newImage, { kind: 'crash', exitCode: 1 })
      deny(sim)
      lag(sim, 4)
      const ended = await run(sim, { image: newImage })
      expect([rollbackDeployment, ended.outcome]).toEqual([rollbackDeployment, 'rolled-back'])
      expect(ended.state.verdict?.serving?.id).toBe(revision(1))
      expect(truthOf(sim)).toMatchObject({ taskDefinition: revision(1), rolloutState: 'COMPLETED' })
    }
  })

  test.each([
    ['', () => undefined],
    [
      ', listed late',
      (sim: Simulator) => Object.assign(sim.world.region(region).ecs.quirks, { listedAfterSeconds: 600 }),
    ],
    [', shown late', (sim: Simulator) => lag(sim, 12)],
  ] as const)('a newer deployment of the same revision%s carries on what was asked for', async (_late, delay) => {
    const sim = rollingScene()
    sim.world.scenarios.set(newImage, { kind: 'healthy', startSeconds: 60 })
    deny(sim)
    const again = () => {
      delay(sim)
      update(sim, { forceNewDeployment: true })
    }
    const onEvent = ({ kind }: { kind: string }) => kind === 'started' && sim.clock.after(30_000, again)
    const ended = await run(sim, { image: newImage, onEvent })
    expect([ended.outcome, ended.cause]).toEqual(['succeeded', ''])
    expect(truthOf(sim).deployments.map(({ status }) => status)).toEqual(['SUCCESSFUL', 'STOPPED', 'SUCCESSFUL'])
  })

  test('one look, or two, at a deployment that nobody knows of are no verdict', async () => {
    const sim = rollingScene()
    sim.world.scenarios.set(newImage, { kind: 'healthy', startSeconds: 60 })
    deny(sim)
    let looks = 0
    patch(sim, 'DescribeServices', (answer) => {
      const { services } = answer() as { services: readonly { deployments: readonly object[] }[] }
      looks++
      const createdAt = new Date(sim.clock.now() + 1000)
      const stray = { ...services[0]?.deployments[0], id: 'ecs-svc/77', taskDefinition: revision(9), createdAt }
      return {
        services: looks === 3 || looks === 4 ? [{ ...services[0], deployments: [stray] }] : services,
        failures: [],
      }
    })
    expect((await run(sim, { image: newImage })).outcome).toBe('succeeded')
    expect(looks).toBeGreaterThan(4)
  })

  test('a service that is deleted meanwhile ends as stopped', async () => {
    const sim = rollingScene()
    sim.world.scenarios.set(newImage, { kind: 'healthy', startSeconds: 240 })
    deny(sim)
    const remove = () => ask(sim.world, region, 'DeleteService', { ...wanted, force: true })
    const ended = await run(sim, {
      image: newImage,
      onEvent: ({ kind }) => kind === 'started' && sim.clock.after(30_000, remove),
    })
    expect(ended.outcome).toBe('stopped')
    expect(ended.cause).toMatch(/the service was deleted/)
  })
})

test('nothing is green, and nobody else’s, while the old revision stays PRIMARY', async () => {
  const sim = rollingScene()
  denyServiceDeployments(sim)
  let taskDefinition = revision(1)
  // The service names the new revision, and nothing is ever rolled out.
  const pretend = (service: object) => ({ ...service, taskDefinition })
  patch(sim, 'DescribeServices', (answer) => {
    const { services } = answer() as { services: readonly object[] }
    return { services: services.map(pretend), failures: [] }
  })
  patch(sim, 'UpdateService', () => {
    taskDefinition = revision(2)
    const { services } = ask<{ services: readonly object[] }>(sim.world, region, 'DescribeServices', {
      cluster: 'shop',
      services: ['api'],
    })
    return { service: services[0] }
  })
  const ended = await run(sim, { image: newImage, request: { waitMinutes: 3 } })
  expect(ended.outcome).toBe('timed-out')
  expect(ended.cause).toMatch(/the PRIMARY deployment of the service is still api:1/)
})

test('the success of a service deployment is not green while its service shows another revision as PRIMARY', async () => {
  const sim = rollingScene()
  const former = ask<{ services: readonly object[] }>(sim.world, region, 'DescribeServices', {
    cluster: 'shop',
    services: ['api'],
  })
  let isUpdated = false
  patch(sim, 'UpdateService', (answer) => {
    isUpdated = true
    return answer()
  })
  patch(sim, 'DescribeServices', (answer) => (isUpdated ? former : answer()))
  const ended = await run(sim, { image: newImage, request: { waitMinutes: 10, longestGap: 30_000 } })
  expect(ended.outcome).toBe('timed-out')
  expect(ended.cause).toMatch(
    /its status is SUCCESSFUL, but the PRIMARY deployment in ecs:DescribeServices is of another revision/,
  )
})

test.each(some(['BLUE_GREEN', 'LINEAR', 'CANARY'] as const, 3))(
  '%s: traffic-shifted is green only with the new revision as PRIMARY, and costs one read',
  async (strategy) => {
    const play = async (waitFor: 'traffic-shifted' | undefined, looks: number) => {
      const sim = createSimulator()
      seedNativeService(sim, { strategy, bakeTimeInMinutes: 10 })
      sim.clock.advance(60_000)
      sim.recorder.clear()
      if (looks > 0) lag(sim, looks)
      const { outcome } = await run(sim, { image: newImage, request: { waitFor, waitMinutes: 60 } })
      expect([outcome, servingImage(sim)]).toEqual(['succeeded', newImage])
      return sim
    }
    await play('traffic-shifted', 4)
    const sim = await play(undefined, 0)
    expect(sim.recorder.all.at(-1)?.operation).toBe('DescribeServices')
    expect(sim.recorder.all.at(-2)?.operation).toBe('DescribeServiceDeployments')
  },
)

describe('before anything is changed', () => {
  test('a look that contradicts itself is repeated, and is not "unchanged"', async () => {
    for (const times of [2, Number.POSITIVE_INFINITY]) {
      const sim = rollingScene()
      let looks = 0
      patch(sim, 'DescribeServices', (answer) => {
        const { services } = answer() as { services: readonly object[] }
        const isWrong = ++looks <= times
        return {
          services: services.map((one) => (isWrong ? { ...one, taskDefinition: revision(7) } : one)),
          failures: [],
        }
      })
      const { outcome } = await run(sim, { request: { waitMinutes: 1 } })
      expect([times, outcome === 'unchanged']).toEqual([times, times === 2])
    }
  })

  test('a service that the first looks do not show is there', async () => {
    const sim = rollingScene()
    let looks = 0
    patch(sim, 'DescribeServices', (answer) =>
      ++looks <= 2 ? { services: [], failures: [{ arn: 'api', reason: 'MISSING' }] } : answer(),
    )
    expect((await run(sim)).outcome).toBe('unchanged')
  })
})
