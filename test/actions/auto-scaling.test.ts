/** Auto scaling of a service is suspended while it is deployed to, and resumed in every end. */
import { describe, expect, test } from '@jest/globals'
import { cliScene } from '../cli/cli-scene.ts'
import { policyOf } from '../cli/permissions-scene.ts'
import { region } from '../deployment/scene.ts'
import { isLong } from '../often.ts'
import type { Call } from '../simulator/contract.ts'
import type { Effect } from '../simulator/faults.ts'
import type { Simulator } from '../simulator/simulator.ts'
import { doctor } from './doctor-scene.ts'
import { cluster, deploySeveral, imageOf, type Running, repository, severalScene } from './several-scene.ts'

const resource = {
  ServiceNamespace: 'ecs',
  ResourceId: `service/${cluster}/api`,
  ScalableDimension: 'ecs:service:DesiredCount',
}
const flags = ['DynamicScalingInSuspended', 'DynamicScalingOutSuspended', 'ScheduledScalingSuspended'] as const
type Flags = Partial<Record<(typeof flags)[number], boolean>>

function ask<Reply>(sim: Simulator, operation: string, input: object): Reply {
  const handler = sim.world.region(region)['application-autoscaling'].handlers[operation]
  const call: Call = { service: 'application-autoscaling', operation, region, accessKeyId: '', at: 0, input: {} }
  return handler?.(input, call) as Reply
}

interface Found {
  readonly ScalableTargets: readonly {
    readonly ScalableTargetARN: string
    readonly SuspendedState: Flags
    readonly MaxCapacity: number
  }[]
}

/** What is suspended, and what marks the scalable target. */
function scaling(sim: Simulator) {
  const [target] = ask<Found>(sim, 'DescribeScalableTargets', { ServiceNamespace: 'ecs' }).ScalableTargets
  const ResourceARN = target?.ScalableTargetARN ?? ''
  const { Tags } = ask<{ Tags: Record<string, string> }>(sim, 'ListTagsForResource', { ResourceARN })
  return {
    suspended: flags.filter((flag) => target?.SuspendedState[flag]),
    tags: Tags,
    max: target?.MaxCapacity,
    ResourceARN,
  }
}

function scaledScene(state: Flags = {}, services: readonly string[] = ['api']) {
  const sim = severalScene(services)
  ask(sim, 'RegisterScalableTarget', { ...resource, MinCapacity: 2, MaxCapacity: 10, SuspendedState: state })
  ask(sim, 'TagResource', { ResourceARN: scaling(sim).ResourceARN, Tags: { team: 'shop' } })
  return sim
}

/** What was suspended at each change of the service. */
function atUpdates(sim: Simulator) {
  const seen: string[][] = []
  sim.faults.add({
    service: 'ecs',
    operation: 'UpdateService',
    match: ({ service }) => service === 'api',
    times: 9,
    effect: { kind: 'callback', run: () => void seen.push([...scaling(sim).suspended]) },
  })
  return seen
}

const given = { cluster, service: 'api', image: imageOf('api', 'v2'), 'suspend-auto-scaling': 'true' }
const deployed = (sim: Simulator, more: Record<string, string> = {}, running: Running = {}) =>
  deploySeveral(sim, { ...given, ...more }, running)
const clean = { suspended: [], tags: { team: 'shop' }, max: 10, ResourceARN: expect.any(String) }

describe('auto scaling', () => {
  test.each<[string, Record<string, string>, (sim: Simulator) => void, string]>([
    ['succeeds', {}, () => undefined, 'succeeded'],
    [
      'is rolled back',
      {},
      (sim) => sim.world.scenarios.set(given.image, { kind: 'crash', exitCode: 1 }),
      'rolled-back',
    ],
    [
      'times out',
      { 'wait-for-minutes': '1' },
      (sim) => sim.world.scenarios.set(given.image, { kind: 'healthy', startSeconds: 600 }),
      'timed-out',
    ],
    [
      'is refused',
      {},
      (sim) => sim.faults.add({ operation: 'UpdateService', effect: { kind: 'access-denied' } }),
      'failed',
    ],
  ])('is suspended during a deployment that %s, and resumed after it', async (_, more, prepare, verdict) => {
    const sim = scaledScene()
    const seen = atUpdates(sim)
    prepare(sim)
    const { runner, log } = await deployed(sim, more)
    expect(runner.outputs.verdict).toBe(verdict)
    for (const suspended of seen) expect(suspended).toEqual(flags)
    expect(scaling(sim)).toEqual(clean)
    expect(log).toContain('Auto scaling of api is suspended: scale-in, scale-out, scheduled actions.')
    expect(log).toContain('Auto scaling of api is resumed: scale-in, scale-out, scheduled actions.')
  })

  test('that was suspended before stays so, in part or whole', async () => {
    const sim = scaledScene({ DynamicScalingInSuspended: true })
    const seen = atUpdates(sim)
    const { log } = await deployed(sim)
    expect(seen).toEqual([[...flags]])
    expect(scaling(sim)).toEqual({ ...clean, suspended: ['DynamicScalingInSuspended'] })
    expect(log).toContain('resumed: scale-out, scheduled actions.')
    const whole = scaledScene(Object.fromEntries(flags.map((flag) => [flag, true])))
    expect((await deployed(whole)).log).toContain('was suspended before this run, and stays so')
    expect(scaling(whole)).toEqual({ ...clean, suspended: [...flags] })
  })

  test('that a run left suspended when it was killed is resumed by the next run, also where nothing is deployed', async () => {
    for (const image of [given.image, 'registry.example.com/api:v1']) {
      const sim = scaledScene(Object.fromEntries(flags.map((flag) => [flag, true])))
      ask(sim, 'TagResource', {
        ResourceARN: scaling(sim).ResourceARN,
        Tags: { 'slipway:suspended-scaling': 'out scheduled' },
      })
      const { runner } = await deployed(sim, { image })
      expect(runner.outputs.verdict).toBe(image === given.image ? 'succeeded' : 'unchanged')
      expect(scaling(sim)).toEqual({ ...clean, suspended: ['DynamicScalingInSuspended'] })
    }
  })

  const off = Object.fromEntries(flags.map((flag) => [flag, true]))
  const left = (by: string | undefined) => {
    const sim = scaledScene(off)
    const Tags: Record<string, string> = by === undefined ? {} : { 'slipway:suspended-scaling': by }
    ask(sim, 'TagResource', { ResourceARN: scaling(sim).ResourceARN, Tags })
    return sim
  }

  test.each([
    ['all of it', 'in out scheduled', []],
    ['what was suspended before stays', 'out scheduled', ['DynamicScalingInSuspended']],
  ])('that a killed run left is resumed by a deployment without suspend-auto-scaling: %s', async (_, by, stays) => {
    const sim = left(by)
    const { log, runner } = await deployed(sim, { 'suspend-auto-scaling': 'false' })
    expect([runner.outputs.verdict, scaling(sim)]).toEqual(['succeeded', { ...clean, suspended: stays }])
    expect(log).toMatch(/Auto scaling of api is resumed: .*A run that was killed had left it suspended/)
  })

  test('that others have suspended is left as it is by such a deployment, with one read', async () => {
    const sim = left(undefined)
    const { runner } = await deployed(sim, { 'suspend-auto-scaling': 'false' })
    expect([runner.outputs.verdict, scaling(sim)]).toEqual(['succeeded', { ...clean, suspended: flags }])
    const plain = scaledScene()
    await deployed(plain, { 'suspend-auto-scaling': 'false' })
    const calls = plain.recorder.all.filter(({ service }) => service === 'application-autoscaling')
    expect(calls.map(({ operation }) => operation)).toEqual(['DescribeScalableTargets'])
  })

  test.each(['DescribeScalableTargets', 'RegisterScalableTarget'])(
    'a deployment that may not resume it is green: %s',
    async (operation) => {
      const sim = left('in out scheduled')
      const effect: Effect = { kind: 'access-denied' }
      sim.faults.add({ service: 'application-autoscaling', operation, times: 9, effect })
      const { log, runner } = await deployed(sim, { 'suspend-auto-scaling': 'false' })
      expect([runner.outputs.verdict, scaling(sim).suspended]).toEqual(['succeeded', flags])
      expect(/warning .*may still be suspended/.test(log)).toBe(operation === 'RegisterScalableTarget')
    },
  )

  test.each([
    ['in out', true],
    [undefined, false],
  ])('doctor reports what a killed run left: %s', async (by, isFound) => {
    const sim = left(by)
    const { findings } = await doctor(sim, { given: { cluster, service: 'api' } })
    const found = findings.find(({ code }) => code === 'scaling-suspended')
    expect(found?.what).toBe(isFound ? 'Auto scaling of the service is suspended: scale-in, scale-out' : undefined)
    const resumes = '--suspended-state DynamicScalingInSuspended=false,DynamicScalingOutSuspended=false'
    if (isFound) expect(found?.fix).toContain(resumes)
  })

  test('is resumed by the post step after a cancel, with a request still on its way', async () => {
    const sim = scaledScene()
    let runner: Parameters<NonNullable<Running['onRunner']>>[0] | undefined
    sim.faults.add({
      service: 'ecs',
      operation: 'UpdateService',
      effect: { kind: 'callback', run: () => void sim.clock.after(20_000, () => runner?.cancel()) },
    })
    const main = await deployed(sim, {}, { onRunner: (one) => (runner = one) })
    expect(main.runner.outputs.verdict).toBe('cancelled')
    expect(scaling(sim).suspended).toEqual(flags)
    const state = main.runner.savedState
    const after = await deployed(sim, {}, { state })
    expect(scaling(sim)).toEqual(clean)
    expect(after.log).toContain('Auto scaling of api is resumed')
  })

  const effects: readonly Effect[] = [
    { kind: 'apply-then-drop' },
    { kind: 'reset' },
    { kind: 'throttle' },
    { kind: 'http', status: 503 },
  ]
  test.each(effects)('is resumed whatever reply is lost: %j', async (effect) => {
    const operations = ['RegisterScalableTarget', 'TagResource', 'UntagResource']
    for (const faulty of isLong ? operations.map((one) => [one]) : [operations]) {
      const sim = scaledScene()
      for (const operation of faulty)
        sim.faults.add({ service: 'application-autoscaling', operation, times: 2, effect })
      expect((await deployed(sim)).runner.outputs.verdict).toBe('succeeded')
      expect(scaling(sim)).toEqual(clean)
    }
  })

  test('is resumed where the suspension itself ended in an error and had been made', async () => {
    const sim = scaledScene()
    const suspend = () => {
      ask(sim, 'RegisterScalableTarget', {
        ...resource,
        SuspendedState: Object.fromEntries(flags.map((flag) => [flag, true])),
      })
    }
    const service = 'application-autoscaling'
    sim.faults.add({ service, operation: 'TagResource', effect: { kind: 'callback', run: suspend } })
    sim.faults.add({ service, operation: 'RegisterScalableTarget', times: 1, effect: { kind: 'access-denied' } })
    const { runner } = await deployed(sim)
    expect(runner.outputs.verdict).toBe('failed')
    expect(sim.recorder.count('ecs', 'UpdateService')).toBe(0)
    expect(scaling(sim)).toEqual(clean)
  })

  test('is not suspended where there is none, in a dry run, or unwatched', async () => {
    const none = severalScene(['api'])
    expect((await deployed(none)).log).toContain('api has no scalable target, so nothing is suspended')
    const sim = scaledScene()
    expect((await deployed(sim, { 'dry-run': 'true' })).log).toContain('suspended during the deployment')
    const unwatched = await deployed(sim, { 'wait-for-service-stability': 'false' })
    expect(unwatched.log).toContain('suspend-auto-scaling is left out')
    expect(sim.recorder.count('application-autoscaling', 'RegisterScalableTarget')).toBe(0)
  })

  test('that may not be suspended is an error before anything is changed', async () => {
    const sim = scaledScene()
    sim.faults.add({
      operation: 'TagResource',
      service: 'application-autoscaling',
      times: 9,
      effect: { kind: 'access-denied' },
    })
    const { runner, log } = await deployed(sim)
    expect(runner.outputs.verdict).toBe('failed')
    expect(log).toContain('application-autoscaling:TagResource')
    expect(sim.recorder.count('ecs', 'UpdateService')).toBe(0)
  })

  test('needs no more than the policy that slipway permissions makes of slipway.yml', async () => {
    const sim = scaledScene()
    const files = repository(sim, '', ['api'])
    const config = files['slipway.yml']?.replace('service: api }', 'service: api, suspend-auto-scaling: true }') ?? ''
    const all = { ...files, 'slipway.yml': config }
    sim.iam.enforce(await policyOf(cliScene(all)))
    const { runner } = await deploySeveral(
      sim,
      { environment: 'production', service: 'api', image: imageOf('api', 'v2') },
      { files: all },
    )
    expect(runner.outputs.verdict).toBe('succeeded')
    expect(sim.recorder.all.filter(({ outcome }) => /AccessDenied/.test(outcome ?? ''))).toEqual([])
    expect(sim.recorder.count('application-autoscaling', 'UntagResource')).toBe(1)
  })

  test('that cannot be resumed makes the step red, with the cause', async () => {
    const sim = scaledScene()
    sim.faults.add({ operation: 'RegisterScalableTarget', skip: 1, times: 9, effect: { kind: 'access-denied' } })
    const { runner, log } = await deployed(sim)
    expect(runner.outputs.verdict).toBe('failed')
    expect(log).toContain('Auto scaling of api may still be suspended')
  })

  test('of services in waves is set in slipway.yml, and suspended once more where they are rolled back', async () => {
    const sim = scaledScene({}, ['api', 'worker'])
    const files = repository(sim, '[[api], [worker]]', ['api', 'worker'], { worker: { kind: 'crash', exitCode: 1 } })
    const config = files['slipway.yml']?.replace('service: api }', 'service: api, suspend-auto-scaling: true }') ?? ''
    const seen = atUpdates(sim)
    const { runner } = await deploySeveral(
      sim,
      { environment: 'production', 'keep-image': 'true' },
      { files: { ...files, 'slipway.yml': config } },
    )
    expect(runner.outputs.verdict).toBe('rolled-back')
    expect(seen).toEqual([[...flags], [...flags]])
    expect(scaling(sim)).toEqual(clean)
  })
})
