import { UpdateServiceCommand } from '@aws-sdk/client-ecs'
import { DescribeRulesCommand } from '@aws-sdk/client-elastic-load-balancing-v2'
import { describe, expect, test } from '@jest/globals'
import type { NativeOptions } from '../fixtures.ts'
import { createNativeRig } from './native-rig.ts'
import { shiftSteps } from './shift-steps.ts'

const good = 'registry.example.com/api:v2'

describe('the way of production traffic', () => {
  test.each([
    { configuration: { strategy: 'BLUE_GREEN' as const }, percents: [100], minutes: 0 },
    { configuration: { strategy: 'CANARY' as const }, percents: [5, 100], minutes: 10 },
    {
      configuration: { strategy: 'CANARY' as const, canaryConfiguration: { canaryPercent: 100 } },
      percents: [100],
      minutes: 0,
    },
    {
      configuration: {
        strategy: 'CANARY' as const,
        canaryConfiguration: { canaryPercent: 0.1, canaryBakeTimeInMinutes: 1 },
      },
      percents: [0.1, 100],
      minutes: 1,
    },
    {
      configuration: { strategy: 'LINEAR' as const },
      percents: [10, 20, 30, 40, 50, 60, 70, 80, 90, 100],
      minutes: 54,
    },
    {
      configuration: {
        strategy: 'LINEAR' as const,
        linearConfiguration: { stepPercent: 33.3, stepBakeTimeInMinutes: 2 },
      },
      percents: [33.3, 66.6, 99.9, 100],
      minutes: 6,
    },
    {
      configuration: {
        strategy: 'LINEAR' as const,
        linearConfiguration: { stepPercent: 40, stepBakeTimeInMinutes: 0 },
      },
      percents: [40, 80, 100],
      minutes: 0,
    },
  ])('$configuration goes over $percents in $minutes minutes', ({ configuration, percents, minutes }) => {
    const steps = shiftSteps(configuration)
    expect(steps.map(({ percent }) => percent)).toEqual(percents)
    expect(steps.reduce((sum, { bakeMinutes }) => sum + bakeMinutes, 0)).toBe(minutes)
  })

  test.each<{ options: NativeOptions; weights: number[][]; seconds: number }>([
    { options: { strategy: 'BLUE_GREEN', bakeTimeInMinutes: 3 }, weights: [[0, 100]], seconds: 180 },
    {
      options: {
        strategy: 'CANARY',
        canaryConfiguration: { canaryPercent: 12.5, canaryBakeTimeInMinutes: 4 },
        bakeTimeInMinutes: 0,
      },
      weights: [
        [875, 125],
        [0, 100],
      ],
      seconds: 240,
    },
    {
      options: {
        strategy: 'LINEAR',
        linearConfiguration: { stepPercent: 25, stepBakeTimeInMinutes: 1 },
        bakeTimeInMinutes: 2,
      },
      weights: [
        [75, 25],
        [50, 50],
        [25, 75],
        [0, 100],
      ],
      seconds: 300,
    },
  ])('$options.strategy moves the weights of the rule itself', async ({ options, weights, seconds }) => {
    const rig = createNativeRig(options)
    const arn = await rig.deploy(good)
    const seen: number[][] = []
    let shifted = 0
    await rig.until(arn, ({ finishedAt }) => {
      const { blue, green } = rig.weights()
      if (green !== seen.at(-1)?.[1] && green > 0) seen.push([blue, green])
      if (seen.length === 1 && shifted === 0) shifted = rig.sim.clock.now()
      return finishedAt !== undefined
    })
    expect(seen).toEqual(weights)
    const spent = (rig.sim.clock.now() - shifted) / 1000
    expect(spent).toBeGreaterThanOrEqual(seconds)
    expect(spent).toBeLessThan(seconds + 120)
  })
})

const stages = [
  'PRE_SCALE_UP',
  'SCALE_UP',
  'POST_SCALE_UP',
  'TEST_TRAFFIC_SHIFT',
  'POST_TEST_TRAFFIC_SHIFT',
  'PRE_PRODUCTION_TRAFFIC_SHIFT',
  'PRODUCTION_TRAFFIC_SHIFT',
  'POST_PRODUCTION_TRAFFIC_SHIFT',
  'BAKE_TIME',
  'CLEAN_UP',
]

describe('a deployment', () => {
  test('goes through its stages, test traffic first, and leaves the new revision alone', async () => {
    const rig = createNativeRig({ strategy: 'BLUE_GREEN', bakeTimeInMinutes: 1 })
    rig.home.ecs.quirks.listedAfterSeconds = 0
    const arn = await rig.deploy(good)
    expect(await rig.deployment(arn)).toMatchObject({ status: 'PENDING', lifecycleHookDetails: [] })
    const diary = await rig.diary(arn)
    expect([...new Set(diary.map(({ stage }) => stage))]).toEqual([undefined, ...stages])
    const at = (stage: string) => diary.findLast((entry) => entry.stage === stage)
    expect(at('POST_SCALE_UP')).toMatchObject({ production: 0, test: 0 })
    expect(at('POST_TEST_TRAFFIC_SHIFT')).toMatchObject({ production: 0, test: 100 })
    expect(at('POST_PRODUCTION_TRAFFIC_SHIFT')).toMatchObject({ production: 100, test: 100 })
    const end = await rig.deployment(arn)
    expect(end).toMatchObject({ status: 'SUCCESSFUL', sourceServiceRevisions: [{ runningTaskCount: 0 }] })
    expect(await rig.service()).toMatchObject({ runningCount: 2, deployments: [{ rolloutState: 'COMPLETED' }] })
    const { Rules } = await rig.elbv2.send(new DescribeRulesCommand({ RuleArns: [rig.testRuleArn] }))
    expect(Rules![0]!.Actions![0]!.ForwardConfig!.TargetGroups).toContainEqual({
      TargetGroupArn: rig.greenTargetGroupArn,
      Weight: 100,
    })
  })

  test('keeps both revisions running until the bake time is over, and the next one goes the other way', async () => {
    const rig = createNativeRig({ strategy: 'BLUE_GREEN', bakeTimeInMinutes: 5 })
    const arn = await rig.deploy(good)
    await rig.until(arn, ({ lifecycleStage }) => lifecycleStage === 'BAKE_TIME')
    rig.sim.clock.advance(295_000)
    expect(await rig.deployment(arn)).toMatchObject({
      lifecycleStage: 'BAKE_TIME',
      targetServiceRevision: { runningTaskCount: 2, requestedProductionTrafficWeight: 100 },
      sourceServiceRevisions: [{ runningTaskCount: 2, requestedProductionTrafficWeight: 0 }],
    })
    await rig.finish(arn)
    expect(rig.weights()).toEqual({ blue: 0, green: 100 })
    await rig.finish(await rig.deploy('registry.example.com/api:v3'))
    expect(rig.weights()).toEqual({ blue: 100, green: 0 })
  })

  test.each([
    { loadBalancer: 'none' as const, weights: [undefined, undefined], least: 0, most: 120 },
    { loadBalancer: 'application' as const, weights: [100, 100], least: 60, most: 150 },
    { loadBalancer: 'network' as const, weights: [100, 100], least: 1200, most: 1400 },
  ])('behind $loadBalancer ends with the weights $weights', async ({ loadBalancer, weights, least, most }) => {
    const rig = createNativeRig({ strategy: 'BLUE_GREEN', bakeTimeInMinutes: 0, loadBalancer })
    const diary = await rig.diary(await rig.deploy(good))
    const end = diary.at(-1)!
    expect([end.status, end.production, end.test]).toEqual(['SUCCESSFUL', ...weights])
    expect(end.at).toBeGreaterThanOrEqual(least)
    expect(end.at).toBeLessThan(most)
  })

  test('follows the desired count while it goes on', async () => {
    const rig = createNativeRig({ strategy: 'BLUE_GREEN' })
    const arn = await rig.deploy(good)
    await rig.until(arn, ({ lifecycleStage }) => lifecycleStage === 'BAKE_TIME')
    await rig.ecs.send(new UpdateServiceCommand({ ...rig.target, desiredCount: 3 }))
    await rig.finish(arn)
    rig.sim.clock.advance(60_000)
    expect(await rig.service()).toMatchObject({ runningCount: 3, desiredCount: 3 })
  })

  test('that is replaced by a newer one is reconciled: its tasks and its traffic are gone first', async () => {
    const rig = createNativeRig({
      strategy: 'CANARY',
      canaryConfiguration: { canaryPercent: 20, canaryBakeTimeInMinutes: 30 },
    })
    const older = await rig.deploy(good)
    await rig.until(
      older,
      ({ targetServiceRevision }) => targetServiceRevision?.requestedProductionTrafficWeight === 20,
    )
    const newer = await rig.deploy('registry.example.com/api:v3')
    expect(await rig.deployment(older)).toMatchObject({ status: 'STOPPED' })
    await rig.until(newer, ({ lifecycleStage }) => lifecycleStage === 'RECONCILE_SERVICE')
    await rig.until(newer, ({ lifecycleStage }) => lifecycleStage === 'SCALE_UP')
    expect(rig.weights()).toEqual({ blue: 100, green: 0 })
    expect((await rig.deployment(newer)).sourceServiceRevisions).toHaveLength(2)
    expect((await rig.finish(newer)).status).toBe('SUCCESSFUL')
    expect(await rig.service()).toMatchObject({ runningCount: 2, deployments: [{ status: 'PRIMARY' }] })
  })

  test('that a rolling one replaces gives its traffic back', async () => {
    const rig = createNativeRig({ strategy: 'CANARY' })
    const older = await rig.deploy(good)
    await rig.until(older, ({ targetServiceRevision }) => targetServiceRevision?.requestedProductionTrafficWeight === 5)
    const deploymentConfiguration = { strategy: 'ROLLING' as const }
    await rig.ecs.send(new UpdateServiceCommand({ ...rig.target, deploymentConfiguration }))
    const end = await rig.finish(await rig.deploy('registry.example.com/api:v3'))
    expect([end.status, (await rig.deployment(older)).status]).toEqual(['SUCCESSFUL', 'STOPPED'])
    expect(rig.weights()).toEqual({ blue: 100, green: 0 })
    expect(await rig.service()).toMatchObject({ runningCount: 2 })
  })

  test('may change its strategy with the next update, and go back to rolling', async () => {
    const rig = createNativeRig({ strategy: 'CANARY', canaryConfiguration: { canaryPercent: 10 } })
    const change = (strategy: 'ROLLING' | 'LINEAR') =>
      rig.ecs.send(new UpdateServiceCommand({ ...rig.target, deploymentConfiguration: { strategy } }))
    await change('LINEAR')
    expect((await rig.service()).deploymentConfiguration).toEqual(
      expect.not.objectContaining({ canaryConfiguration: expect.anything() }),
    )
    const linear = await rig.finish(await rig.deploy(good))
    expect(linear).toMatchObject({ status: 'SUCCESSFUL', deploymentConfiguration: { strategy: 'LINEAR' } })
    await change('ROLLING')
    const rolling = await rig.finish(await rig.deploy('registry.example.com/api:v3'))
    expect(rolling).toMatchObject({ status: 'SUCCESSFUL', targetServiceRevision: { runningTaskCount: 2 } })
    expect(rolling.lifecycleStage).toBeUndefined()
    expect(rig.weights()).toEqual({ blue: 0, green: 100 })
  })
})
