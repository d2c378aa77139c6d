import { describe, expect, test } from '@jest/globals'
import type { NativeOptions } from '../fixtures.ts'
import { createNativeRig } from './native-rig.ts'

const good = 'registry.example.com/api:v2'
const bad = 'registry.example.com/api:bad'
const because = (reason: string) => `Service deployment rolled back because ${reason}`
const canary: NativeOptions = {
  strategy: 'CANARY',
  canaryConfiguration: { canaryPercent: 10, canaryBakeTimeInMinutes: 5 },
}

/** The old revision alone, with all traffic. */
async function expectBlueAlone(rig: ReturnType<typeof createNativeRig>) {
  expect(rig.weights()).toEqual({ blue: 100, green: 0 })
  expect(await rig.service()).toMatchObject({
    taskDefinition: rig.taskDefinitionArn,
    runningCount: 2,
    deployments: [{ taskDefinition: rig.taskDefinitionArn, status: 'PRIMARY', rolloutState: 'COMPLETED' }],
  })
}

describe('a stop with roll back', () => {
  test.each([
    'PRE_SCALE_UP',
    'SCALE_UP',
    'POST_SCALE_UP',
    'TEST_TRAFFIC_SHIFT',
    'POST_TEST_TRAFFIC_SHIFT',
    'PRODUCTION_TRAFFIC_SHIFT',
    'POST_PRODUCTION_TRAFFIC_SHIFT',
    'BAKE_TIME',
    'CLEAN_UP',
  ])('in %s puts the old revision back', async (stage) => {
    const rig = createNativeRig(canary)
    rig.home.ecs.quirks.listedAfterSeconds = 0
    const arn = await rig.deploy(good)
    await rig.until(arn, ({ lifecycleStage }) => lifecycleStage === stage, 500)
    rig.sim.clock.advance(stage === 'PRODUCTION_TRAFFIC_SHIFT' || stage === 'CLEAN_UP' ? 8000 : 0)
    await rig.stop(arn)
    expect((await rig.deployment(arn)).status).toBe('ROLLBACK_REQUESTED')
    await rig.stop(arn)
    rig.sim.clock.advance(2000)
    expect((await rig.deployment(arn)).status).toBe('ROLLBACK_IN_PROGRESS')
    await rig.stop(arn)
    const end = await rig.finish(arn)
    const reason = because('a stop was requested.')
    expect(end).toMatchObject({ status: 'ROLLBACK_SUCCESSFUL', statusReason: reason, rollback: { reason } })
    expect(end.rollback!.serviceRevisionArn).toBe(end.sourceServiceRevisions![0]!.arn)
    await expectBlueAlone(rig)
    await expect(rig.stop(arn)).rejects.toMatchObject({ name: 'ConflictException' })
  })

  test('works while the deployment is pending', async () => {
    const rig = createNativeRig(canary)
    rig.home.ecs.quirks.listedAfterSeconds = 0
    const arn = await rig.deploy(good)
    await rig.stop(arn)
    expect((await rig.finish(arn)).status).toBe('ROLLBACK_SUCCESSFUL')
    await expectBlueAlone(rig)
  })
})

test('ABORT stops where it is, and a later roll back does not change that; or it is refused', async () => {
  const rig = createNativeRig(canary)
  const arn = await rig.deploy(good)
  rig.home.ecs.quirks.abort = 'is-refused'
  await expect(rig.stop(arn, 'ABORT')).rejects.toMatchObject({ name: 'InvalidParameterException' })
  rig.home.ecs.quirks.abort = 'stops'
  await rig.until(arn, ({ targetServiceRevision }) => targetServiceRevision?.requestedProductionTrafficWeight === 10)
  await rig.stop(arn, 'ABORT')
  await rig.stop(arn, 'ROLLBACK')
  expect((await rig.deployment(arn)).status).toBe('STOP_REQUESTED')
  expect((await rig.finish(arn)).status).toBe('STOPPED')
  expect(rig.weights()).toEqual({ blue: 90, green: 10 })
})

describe('the circuit breaker', () => {
  const withBadImage = (options: Partial<NativeOptions>) => {
    const rig = createNativeRig({ strategy: 'BLUE_GREEN', ...options })
    rig.sim.world.scenarios.set('bad', { kind: 'crash', exitCode: 1 })
    return rig
  }

  test('rolls back, shows its count, and tells it in events', async () => {
    const rig = withBadImage({})
    const end = await rig.finish(await rig.deploy(bad))
    expect(end).toMatchObject({
      status: 'ROLLBACK_SUCCESSFUL',
      statusReason: because('the circuit breaker threshold was exceeded.'),
      deploymentCircuitBreaker: { status: 'TRIGGERED', failureCount: 3, threshold: 3 },
    })
    expect(await rig.messages()).toContainEqual(
      expect.stringMatching(
        /deployment failed: Service deployment rolled back because the circuit breaker threshold was exceeded\.$/,
      ),
    )
    await expectBlueAlone(rig)
  })

  test('without roll back stops, and production stays where it was', async () => {
    const rig = withBadImage({ circuitBreaker: 'stop' })
    expect((await rig.finish(await rig.deploy(bad))).status).toBe('STOPPED')
    expect(rig.weights()).toEqual({ blue: 100, green: 0 })
  })

  test.each(['off', 'not heeded'])('that is %s leaves it to the day that a stage may take', async (how) => {
    const rig = withBadImage(how === 'off' ? { circuitBreaker: 'off' } : {})
    rig.home.ecs.quirks.circuitBreakerForAllStrategies = how === 'off'
    const arn = await rig.deploy(bad)
    rig.sim.clock.advance(23 * 3_600_000)
    expect((await rig.deployment(arn)).status).toBe('IN_PROGRESS')
    rig.sim.clock.advance(3_600_000)
    expect((await rig.finish(arn)).status).toBe('ROLLBACK_SUCCESSFUL')
  })

  test('finds nothing to go back to in a first deployment', async () => {
    const rig = createNativeRig({ strategy: 'BLUE_GREEN', waitUntilSteady: false, image: good })
    rig.sim.world.scenarios.set('v2', { kind: 'crash', exitCode: 1 })
    rig.sim.clock.advance(5000)
    const [first] = rig.newest().serviceDeployments
    const end = await rig.finish(first!.serviceDeploymentArn!)
    expect(end).toMatchObject({
      status: 'ROLLBACK_FAILED',
      statusReason: 'No rollback candidate was found to run the rollback.',
    })
  })
})

describe('deployment alarms', () => {
  test.each(['SCALE_UP', 'PRODUCTION_TRAFFIC_SHIFT', 'BAKE_TIME'])('roll back in %s', async (stage) => {
    const rig = createNativeRig({ ...canary, alarms: ['api-5xx'] })
    const arn = await rig.deploy(good)
    await rig.until(arn, ({ lifecycleStage }) => lifecycleStage === stage)
    rig.home.cloudwatch.setState('api-5xx', 'ALARM', 'Threshold Crossed')
    expect(await rig.finish(arn)).toMatchObject({
      status: 'ROLLBACK_SUCCESSFUL',
      statusReason: because('a monitored condition was met.'),
      alarms: { status: 'TRIGGERED', alarmNames: ['api-5xx'], triggeredAlarmNames: ['api-5xx'] },
    })
    await expectBlueAlone(rig)
  })

  test('do not count when they are in ALARM from the start', async () => {
    const rig = createNativeRig({ ...canary, alarms: ['api-5xx'] })
    rig.home.cloudwatch.setState('api-5xx', 'ALARM')
    expect((await rig.finish(await rig.deploy(good))).status).toBe('SUCCESSFUL')
  })
})
