import type { DeploymentLifecycleHook } from '@aws-sdk/client-ecs'
import { describe, expect, test } from '@jest/globals'
import type { NativeOptions } from '../fixtures.ts'
import { createNativeRig } from './native-rig.ts'
import type { HookOutcome } from './quirks.ts'

const good = 'registry.example.com/api:v2'
const functionArn = 'arn:aws:lambda:eu-west-1:111122223333:function:smoke-test'
const roleArn = 'arn:aws:iam::111122223333:role/hooks'
const because = (reason: string) => `Service deployment rolled back because ${reason}`

const lambda = (...lifecycleStages: NonNullable<DeploymentLifecycleHook['lifecycleStages']>) => ({
  hookTargetArn: functionArn,
  roleArn,
  lifecycleStages,
})
const pause = (
  stage: NonNullable<DeploymentLifecycleHook['lifecycleStages']>[number],
  timeoutConfiguration?: DeploymentLifecycleHook['timeoutConfiguration'],
) => ({ targetType: 'PAUSE' as const, lifecycleStages: [stage], ...(timeoutConfiguration && { timeoutConfiguration }) })

const withHooks = (lifecycleHooks: DeploymentLifecycleHook[], options: Partial<NativeOptions> = {}) =>
  createNativeRig({ strategy: 'BLUE_GREEN', bakeTimeInMinutes: 0, ...options, lifecycleHooks })

const isPaused = (found: { lifecycleHookDetails?: { status?: string }[] }) =>
  found.lifecycleHookDetails?.some(({ status }) => status === 'AWAITING_ACTION') ?? false

describe('a Lambda hook', () => {
  test.each<{ outcome: HookOutcome; status: string; reason?: string }>([
    { outcome: { kind: 'succeeded' }, status: 'SUCCESSFUL' },
    { outcome: { kind: 'in-progress', times: 3 }, status: 'SUCCESSFUL' },
    {
      outcome: { kind: 'failed' },
      status: 'ROLLBACK_SUCCESSFUL',
      reason: `Lifecycle hook target ${functionArn} returned FAILED status.`,
    },
    {
      outcome: { kind: 'in-progress', times: 1, end: 'failed' },
      status: 'ROLLBACK_SUCCESSFUL',
      reason: `Lifecycle hook target ${functionArn} returned FAILED status.`,
    },
    {
      outcome: { kind: 'no-status' },
      status: 'ROLLBACK_SUCCESSFUL',
      reason: `ECS was unable to parse the response from ${functionArn} due to HookStatus must not be null`,
    },
    {
      outcome: { kind: 'cannot-invoke' },
      status: 'ROLLBACK_SUCCESSFUL',
      reason: `ECS was unable to invoke hook target ${functionArn} due to User: arn:aws:sts::111122223333:assumed-role/hooks/ECS-Lambda-Execution is not authorized to perform: lambda:InvokeFunction on resource: ${functionArn} because no identity-based policy allows the lambda:InvokeFunction action`,
    },
    {
      outcome: { kind: 'cannot-assume-role' },
      status: 'ROLLBACK_SUCCESSFUL',
      reason: `ECS was unable to assume role ${roleArn}`,
    },
  ])('that is $outcome.kind ends $status', async ({ outcome, status, reason }) => {
    const rig = withHooks([lambda('POST_TEST_TRAFFIC_SHIFT')])
    rig.home.ecs.lambdaHooks.set(/smoke/, outcome)
    const end = await rig.finish(await rig.deploy(good))
    expect(end.status).toBe(status)
    expect(end.statusReason).toBe(reason && because(`POST_TEST_TRAFFIC_SHIFT lifecycle hook(s) failed. ${reason}`))
    expect(end.lifecycleHookDetails).toMatchObject([
      { targetType: 'AWS_LAMBDA', targetArn: functionArn, status: reason ? 'FAILED' : 'SUCCEEDED' },
    ])
    expect(end.lifecycleHookDetails![0]!.hookId).toMatch(/^ecs-lambda-[\w-]{43}$/)
  })

  test('that answers IN_PROGRESS is asked again every 30 seconds', async () => {
    const rig = withHooks([lambda('PRE_SCALE_UP')])
    rig.home.ecs.lambdaHooks.set(functionArn, { kind: 'in-progress', times: 2 })
    await rig.finish(await rig.deploy(good))
    const at = rig.home.ecs.lambdaHooks.invocations.map((invocation) => invocation.at)
    expect(at.map((time) => time - at[0]!)).toEqual([0, 30_000, 60_000])
  })

  test('of a traffic stage runs at every step, and in a roll back again', async () => {
    const rig = withHooks(
      [lambda('PRE_PRODUCTION_TRAFFIC_SHIFT', 'PRODUCTION_TRAFFIC_SHIFT', 'POST_PRODUCTION_TRAFFIC_SHIFT')],
      {
        strategy: 'LINEAR',
        linearConfiguration: { stepPercent: 50, stepBakeTimeInMinutes: 1 },
      },
    )
    rig.home.ecs.lambdaHooks.set(functionArn, { kind: 'failed' }, 'POST_PRODUCTION_TRAFFIC_SHIFT')
    await rig.finish(await rig.deploy(good))
    expect(rig.home.ecs.lambdaHooks.invocations.map(({ stage }) => stage)).toEqual([
      'PRE_PRODUCTION_TRAFFIC_SHIFT',
      'PRODUCTION_TRAFFIC_SHIFT',
      'PRE_PRODUCTION_TRAFFIC_SHIFT',
      'PRODUCTION_TRAFFIC_SHIFT',
      'POST_PRODUCTION_TRAFFIC_SHIFT',
      'PRODUCTION_TRAFFIC_SHIFT',
    ])
  })

  test('that fails in the roll back fails it', async () => {
    const rig = withHooks([lambda('PRODUCTION_TRAFFIC_SHIFT')])
    rig.home.ecs.lambdaHooks.set(functionArn, { kind: 'failed' })
    expect((await rig.finish(await rig.deploy(good))).status).toBe('ROLLBACK_FAILED')
  })
})

describe('a pause', () => {
  test.each(['CONTINUE', undefined, 'ROLLBACK'] as const)('waits for its answer, %s', async (action) => {
    const rig = withHooks([pause('POST_TEST_TRAFFIC_SHIFT')])
    const arn = await rig.deploy(good)
    const paused = await rig.until(arn, isPaused)
    const since = rig.sim.clock.now()
    expect(paused).toMatchObject({ status: 'IN_PROGRESS', lifecycleStage: 'POST_TEST_TRAFFIC_SHIFT' })
    const [hook] = paused.lifecycleHookDetails!
    expect(hook).toEqual({
      hookId: expect.stringMatching(/^ecs-pause-[\w-]{43}$/),
      targetType: 'PAUSE',
      status: 'AWAITING_ACTION',
      expiresAt: expect.any(Date),
      timeoutAction: 'ROLLBACK',
    })
    expect(Math.abs(hook!.expiresAt!.getTime() - since - 86_400_000)).toBeLessThan(2000)
    rig.sim.clock.advance(12 * 3_600_000)
    expect(rig.weights()).toEqual({ blue: 100, green: 0 })
    await rig.answer(arn, hook!.hookId!, action)
    if (action === 'ROLLBACK') expect((await rig.deployment(arn)).status).toBe('ROLLBACK_REQUESTED')
    const end = await rig.finish(arn)
    expect(end.status).toBe(action === 'ROLLBACK' ? 'ROLLBACK_SUCCESSFUL' : 'SUCCESSFUL')
    expect(end.lifecycleHookDetails![0]!.status).toBe(action === 'ROLLBACK' ? 'FAILED' : 'SUCCEEDED')
    expect(rig.weights().green).toBe(action === 'ROLLBACK' ? 0 : 100)
  })

  test.each([
    { action: 'CONTINUE' as const, status: 'SUCCESSFUL', reason: undefined },
    {
      action: 'ROLLBACK' as const,
      status: 'ROLLBACK_SUCCESSFUL',
      reason: because('POST_SCALE_UP pause hook timed out.'),
    },
  ])('that nobody answers ends by $action', async ({ action, status, reason }) => {
    const rig = withHooks([pause('POST_SCALE_UP', { timeoutInMinutes: 15, action })])
    const arn = await rig.deploy(good)
    await rig.until(arn, isPaused)
    rig.sim.clock.advance(14 * 60_000)
    expect(isPaused(await rig.deployment(arn))).toBe(true)
    const end = await rig.finish(arn)
    expect([end.status, end.statusReason]).toEqual([status, reason])
    expect(end.lifecycleHookDetails).toMatchObject([{ status: 'TIMED_OUT', timeoutAction: action }])
  })

  test('before the traffic of every step has an id of its own each time', async () => {
    const rig = withHooks([pause('PRE_PRODUCTION_TRAFFIC_SHIFT')], {
      strategy: 'CANARY',
      canaryConfiguration: { canaryPercent: 10, canaryBakeTimeInMinutes: 1 },
    })
    const arn = await rig.deploy(good)
    const ids: string[] = []
    for (const green of [0, 10]) {
      const paused = await rig.until(arn, isPaused)
      expect(rig.weights().green).toBe(green)
      ids.push(paused.lifecycleHookDetails!.at(-1)!.hookId!)
      await rig.answer(arn, ids.at(-1)!)
    }
    expect((await rig.finish(arn)).status).toBe('SUCCESSFUL')
    expect(new Set(ids).size).toBe(2)
  })

  test.each(['PRE_PRODUCTION_TRAFFIC_SHIFT', 'PRODUCTION_TRAFFIC_SHIFT', 'POST_TEST_TRAFFIC_SHIFT'] as const)(
    'before production traffic may be shown as %s',
    async (shown) => {
      const rig = withHooks([pause('PRE_PRODUCTION_TRAFFIC_SHIFT')])
      rig.home.ecs.quirks.preProductionStageShown = shown
      expect((await rig.until(await rig.deploy(good), isPaused)).lifecycleStage).toBe(shown)
    },
  )

  test('and a Lambda hook of one stage run side by side; one that fails ends both', async () => {
    const rig = withHooks([pause('POST_SCALE_UP'), lambda('POST_SCALE_UP'), pause('POST_SCALE_UP')])
    rig.home.ecs.lambdaHooks.set(functionArn, { kind: 'in-progress', times: 4, end: 'failed' })
    const arn = await rig.deploy(good)
    const paused = await rig.until(arn, isPaused)
    expect(paused.lifecycleHookDetails!.map(({ status }) => status)).toEqual([
      'AWAITING_ACTION',
      'IN_PROGRESS',
      'AWAITING_ACTION',
    ])
    await rig.answer(arn, paused.lifecycleHookDetails![0]!.hookId!)
    rig.sim.clock.advance(60_000)
    expect(isPaused(await rig.deployment(arn))).toBe(true)
    const end = await rig.finish(arn)
    expect(end.statusReason).toContain('returned FAILED status.')
    await expect(rig.answer(arn, paused.lifecycleHookDetails![2]!.hookId!)).rejects.toThrow('terminal states')
  })

  test('can be answered once, by its own id, on its own deployment, while that lasts', async () => {
    const rig = withHooks([pause('POST_SCALE_UP'), pause('POST_TEST_TRAFFIC_SHIFT')])
    const arn = await rig.deploy(good)
    const paused = await rig.until(arn, isPaused)
    const hookId = paused.lifecycleHookDetails![0]!.hookId!
    const refuses = (answer: Promise<unknown>, name: string, message: string) =>
      expect(answer).rejects.toMatchObject({ name, message })
    await refuses(
      rig.answer(arn, 'hook-1'),
      'InvalidParameterException',
      'Invalid hookId: hookId must follow the format: ecs-{hookType}-{id}',
    )
    await refuses(
      rig.answer(`${arn}x`, hookId),
      'ServiceDeploymentNotFoundException',
      'The service deployment does not exist.',
    )
    const unknown = 'Provided hookId is either completed, unavailable, or not associated with the given Resource ARN'
    await refuses(rig.answer(arn, `${hookId}x`), 'InvalidParameterException', unknown)
    await rig.answer(arn, hookId)
    await refuses(rig.answer(arn, hookId), 'InvalidParameterException', unknown)
    const next = await rig.until(arn, isPaused)
    const newer = await rig.deploy('registry.example.com/api:v3')
    await refuses(rig.answer(newer, next.lifecycleHookDetails![1]!.hookId!), 'InvalidParameterException', unknown)
    await refuses(
      rig.answer(arn, hookId),
      'InvalidParameterException',
      'Continuing a service deployment is not allowed for service deployment in terminal states.',
    )
  })
})
