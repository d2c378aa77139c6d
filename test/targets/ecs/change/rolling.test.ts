import { describe, expect, test } from '@jest/globals'
import { ecsTarget } from '../../../../src/targets/ecs/index.ts'
import {
  newImage,
  oldImage,
  portsOf,
  region,
  rollingScene,
  runSeldom as run,
  servingImage,
  withImage,
} from '../../../deployment/scene.ts'
import { seedRollingService } from '../../../simulator/fixtures.ts'
import { createSimulator, type Simulator } from '../../../simulator/simulator.ts'

const revision = (number: number) => `arn:aws:ecs:eu-west-1:111122223333:task-definition/api:${number}`

/** Somebody else deploys `image` to the same service, as soon as `when` is reached. */
async function deployElsewhere(sim: Simulator, image: string): Promise<void> {
  const { ecs } = portsOf(sim)
  const current = await ecs.describeTaskDefinition('api')
  const {
    taskDefinitionArn,
    revision: _,
    status: _s,
    requiresAttributes: _r,
    compatibilities: _c,
    ...rest
  } = {
    ...withImage(current, image),
  } as Record<string, never>
  const { registeredAt: _at, registeredBy: _by, tags: _t, ...definition } = rest as Record<string, never>
  const stored = await ecs.registerTaskDefinition(definition)
  await ecs.updateService({ cluster: 'shop', service: 'api', taskDefinition: String(stored.taskDefinitionArn) })
}

describe('how a rolling deployment ends', () => {
  test('a healthy image is deployed, and the verdict names what serves', async () => {
    const sim = rollingScene()
    const ended = await run(sim, { image: newImage })
    expect(ended.outcome).toBe('succeeded')
    expect(ended.state.verdict?.serving?.id).toBe(revision(2))
    expect(ended.state.plan?.artifacts).toEqual([{ kind: 'Image', name: 'api', from: oldImage, to: newImage }])
    expect(servingImage(sim)).toBe(newImage)
    expect(ended.record.stage).toBe('ended')
  })

  test('a crashing image is rolled back, and the verdict names the old revision that serves again', async () => {
    const sim = rollingScene()
    sim.world.scenarios.set(newImage, { kind: 'crash', exitCode: 1 })
    const ended = await run(sim, { image: newImage })
    expect(ended.outcome).toBe('rolled-back')
    expect(ended.state.verdict?.serving?.id).toBe(revision(1))
    expect(ended.state.rollingBack?.reason?.untrusted).toMatch(/circuit breaker threshold was exceeded/)
    expect(servingImage(sim)).toBe(oldImage)
  })

  test("peers' F4: with a circuit breaker that does not roll back, the failure is told at once", async () => {
    const sim = rollingScene({ circuitBreaker: 'stop' })
    sim.world.scenarios.set(newImage, { kind: 'crash', exitCode: 1 })
    const ended = await run(sim, { image: newImage })
    expect(ended.outcome).toBe('failed')
    const [deployment] = await portsOf(sim).ecs.listServiceDeployments(
      'shop',
      'api',
      new Date(ended.state.startedAt - 60_000),
    )
    expect(ended.state.updatedAt - (deployment?.finishedAt?.getTime() ?? 0)).toBeLessThan(6000)
  })

  test("peers' F5: a newer deployment by somebody else is named as such, and is no rollback", async () => {
    const sim = rollingScene()
    sim.world.scenarios.set(newImage, { kind: 'healthy', startSeconds: 120 })
    sim.clock.after(30_000, () => void deployElsewhere(sim, 'registry.example.com/api:v3'))
    const ended = await run(sim, { image: newImage })
    expect(ended.outcome).toBe('superseded')
    expect(ended.cause).toMatch(/deployment ecs-svc\/\d+ of api:3 was started by another user or run/)
  })

  test('a rollback that somebody asks for ends as rolled back', async () => {
    const sim = rollingScene()
    sim.world.scenarios.set(newImage, { kind: 'healthy', startSeconds: 120 })
    const ended = await run(sim, {
      image: newImage,
      onKeep({ serviceDeploymentArn }) {
        if (serviceDeploymentArn)
          sim.clock.after(20_000, () => void portsOf(sim).ecs.rollBackServiceDeployment(serviceDeploymentArn))
      },
    })
    expect(ended.outcome).toBe('rolled-back')
    expect(servingImage(sim)).toBe(oldImage)
  })

  test('the first deployment of a service says beforehand that nothing can be rolled back to', async () => {
    const sim = createSimulator()
    sim.world.scenarios.set(/./, { kind: 'crash', exitCode: 1 })
    seedRollingService(sim, { waitUntilSteady: false })
    const ended = await run(sim, { image: newImage })
    expect(ended.outcome).toMatch(/^(failed|rollback-failed)$/)
    expect(ended.state.warnings.map(({ untrusted }) => untrusted).join()).toMatch(/ECS has no revision to roll back to/)
  })

  test('a desired count of 0 is said to prove nothing', async () => {
    const sim = rollingScene({ desiredCount: 1 })
    const ended = await run(sim, { image: newImage, request: { desiredCount: 0 } })
    expect(ended.outcome).toBe('succeeded')
    expect(ended.state.warnings.map(({ untrusted }) => untrusted).join()).toMatch(/does not test the new revision/)
  })

  test('the deadline is exact, and the message says how to watch further', async () => {
    const sim = rollingScene()
    sim.world.scenarios.set(newImage, { kind: 'healthy', startSeconds: 3600 })
    const ended = await run(sim, { image: newImage, request: { waitMinutes: 7 } })
    expect(ended.outcome).toBe('timed-out')
    expect(ended.state.updatedAt - (ended.state.deployment?.startedAt ?? 0)).toBe(7 * 60_000)
    expect(ended.cause).toMatch(/did not complete within 7 minutes.*Run the job again to watch it further/)
  })

  test('row F09: the deadline holds also when AWS does not answer any more', async () => {
    const sim = rollingScene()
    const ended = await run(sim, {
      image: newImage,
      request: { waitMinutes: 3 },
      onEvent: ({ kind }) =>
        kind === 'progress' && sim.faults.add({ service: 'ecs', times: 1000, effect: { kind: 'hang' } }),
    })
    expect(ended.outcome).toBe('timed-out')
    expect(ended.state.updatedAt - (ended.state.deployment?.startedAt ?? 0)).toBeLessThanOrEqual(4 * 60_000)
  })

  test("peers' F14: wait-for-minutes 0 looks once and does not become 30", async () => {
    const sim = rollingScene()
    const ended = await run(sim, { image: newImage, request: { waitMinutes: 0 } })
    expect(ended.outcome).toBe('timed-out')
    expect(ended.state.updatedAt).toBe(ended.state.deployment?.startedAt)
  })

  test("peers' F3: a deployment that completes just before the deadline is green", async () => {
    const sim = rollingScene()
    sim.world.scenarios.set(newImage, { kind: 'healthy', startSeconds: 480 })
    const first = await run(sim, { image: newImage })
    const took = first.state.updatedAt - (first.state.deployment?.startedAt ?? 0)
    const again = rollingScene()
    again.world.scenarios.set(newImage, { kind: 'healthy', startSeconds: 480 })
    const ended = await run(again, { image: newImage, request: { waitMinutes: Math.ceil(took / 60_000) } })
    expect(ended.outcome).toBe('succeeded')
  })
})

describe('what is there already', () => {
  test('row F04: what runs already is left alone, in at most three calls', async () => {
    const sim = rollingScene()
    const ended = await run(sim)
    expect(ended.outcome).toBe('unchanged')
    expect(sim.recorder.all.length).toBeLessThanOrEqual(3)
  })

  test('row F03: a run after a lost one watches the deployment that is in flight', async () => {
    const sim = rollingScene()
    sim.world.scenarios.set(newImage, { kind: 'healthy', startSeconds: 90 })
    const lost = new AbortController()
    await run(sim, { image: newImage, signal: lost.signal, onEvent: ({ kind }) => kind === 'started' && lost.abort() })
    const ended = await run(sim, { image: newImage })
    expect(ended.outcome).toBe('succeeded')
    expect(ended.state.deployment?.adopted).toBe(true)
    expect(sim.recorder.count('ecs', 'UpdateService')).toBe(1)
    expect(sim.recorder.count('ecs', 'RegisterTaskDefinition')).toBe(1)
  })

  test('row F17: a registration whose update was denied is used by the next run', async () => {
    const sim = rollingScene()
    sim.faults.add({ operation: 'UpdateService', effect: { kind: 'access-denied' } })
    const denied = await run(sim, { image: newImage })
    expect(denied.outcome).toBe('failed')
    expect(denied.cause).toMatch(/ecs:UpdateService/)
    expect((await run(sim, { image: newImage })).outcome).toBe('succeeded')
    expect(sim.recorder.count('ecs', 'RegisterTaskDefinition')).toBe(1)
  })

  test('a revision that failed here before and was left is tried again', async () => {
    const sim = rollingScene({ circuitBreaker: 'stop' })
    sim.world.scenarios.set(newImage, { kind: 'crash', exitCode: 1 })
    expect((await run(sim, { image: newImage })).outcome).toBe('failed')
    sim.world.scenarios.set(newImage, { kind: 'healthy' })
    expect((await run(sim, { image: newImage })).outcome).toBe('succeeded')
  })

  test('a new desired count alone is applied and waited for, without a new deployment', async () => {
    const sim = rollingScene()
    const ended = await run(sim, { request: { desiredCount: 4 } })
    expect(ended.outcome).toBe('succeeded')
    expect((await portsOf(sim).ecs.describeService('shop', 'api'))?.runningCount).toBe(4)
    expect(sim.recorder.count('ecs', 'RegisterTaskDefinition')).toBe(0)
  })

  test("peers' F11: nothing is sent to UpdateService that was not asked for", async () => {
    const sim = rollingScene()
    await run(sim, { image: newImage })
    const [call] = sim.recorder.calls('ecs', 'UpdateService')
    expect(call?.input).toEqual({ cluster: 'shop', service: 'api', taskDefinition: revision(2) })
  })

  test('a dry run plans and changes nothing', async () => {
    const sim = rollingScene()
    const ended = await run(sim, { image: newImage, request: { dryRun: true } })
    expect(ended.outcome).toBeUndefined()
    expect(ended.state.plan?.artifacts).toEqual([{ kind: 'Image', name: 'api', from: oldImage, to: newImage }])
    expect(sim.recorder.all.map(({ operation }) => operation)).toEqual(['DescribeServices', 'DescribeTaskDefinition'])
  })
})

describe('what stands in the way', () => {
  test.each(['EXTERNAL'])(
    'a service with the deployment controller %s is refused before anything changes',
    async () => {
      const sim = createSimulator()
      const service = { status: 'ACTIVE', deploymentController: { type: 'EXTERNAL' } }
      const ports = portsOf(sim)
      const { deploy } = await import('../../../../src/deployment/deploy.ts')
      const request = {
        cluster: 'shop',
        service: 'api',
        region,
        forceNewDeployment: false,
        codeDeploy: {},
        wait: true,
      } as const
      const context = {
        ...ports,
        within: () => ({ ...ports, ecs: { ...ports.ecs, describeService: async () => service } }),
        signal: new AbortController().signal,
        keep() {},
      }
      const wanted = async () => ({ definition: {} })
      const whole = { ...request, wanted, waitMinutes: 1, dryRun: false, onCancel: 'leave' } as const
      const events = deploy(ecsTarget(whole, context), whole, context)
      await expect(
        (async () => {
          for await (const _ of events);
        })(),
      ).rejects.toMatchObject({ message: 'service-unsupported' })
      expect(sim.recorder.all).toEqual([])
    },
  )

  test('a service that does not exist is named', async () => {
    const ended = await run(rollingScene(), { request: { service: 'apl' } })
    expect(ended.error).toMatchObject({ message: 'service-not-found' })
    expect(ended.outcome).toBe('failed')
  })

  test('without permission to read service deployments, the service itself is watched, with a warning', async () => {
    for (const crash of [false, true]) {
      const sim = rollingScene()
      sim.faults.add({ operation: /ServiceDeployments$/, times: 1000, effect: { kind: 'access-denied' } })
      if (crash) sim.world.scenarios.set(newImage, { kind: 'crash', exitCode: 1 })
      const ended = await run(sim, { image: newImage })
      expect(ended.outcome).toBe(crash ? 'rolled-back' : 'succeeded')
      expect(ended.state.warnings.map(({ untrusted }) => untrusted).join()).toMatch(/ecs:DescribeServiceDeployments/)
    }
  })

  test("peers' F6, row F11: credentials that expire while we watch end the watch at the next look, with what is known", async () => {
    const sim = rollingScene()
    sim.world.scenarios.set(newImage, { kind: 'healthy', startSeconds: 300 })
    let expiredAt = 0
    const ended = await run(sim, {
      image: newImage,
      onEvent({ kind, at }) {
        if (kind !== 'started') return
        expiredAt = at + 60_000
        sim.clock.after(60_000, () =>
          sim.faults.add({ service: 'ecs', times: 1000, effect: { kind: 'expired-token' } }),
        )
      },
    })
    expect(ended.outcome).toBe('detached')
    expect(ended.cause).toMatch(/expired.*run this job again to watch it further/is)
    expect(ended.state.updatedAt - expiredAt).toBeLessThan(6000)
  })

  test('row F12: a lost reply of UpdateService starts no second deployment and gives no false verdict', async () => {
    for (const operation of ['UpdateService', 'RegisterTaskDefinition']) {
      const sim = rollingScene()
      sim.faults.add({ operation, effect: { kind: 'apply-then-drop' } })
      expect((await run(sim, { image: newImage })).outcome).toBe('succeeded')
      expect(sim.recorder.count('ecs', 'UpdateService')).toBe(1)
      expect(sim.recorder.count('ecs', 'RegisterTaskDefinition')).toBe(1)
    }
  })
})
