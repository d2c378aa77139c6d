import { UpdateServiceCommand } from '@aws-sdk/client-ecs'
import { describe, expect, test } from '@jest/globals'
import { loadBalancerOf, type NativeOptions } from '../fixtures.ts'
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
      statusReason: because('one or more deployment alarms were triggered.'),
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

describe('load balancers that are not as they should be', () => {
  type Rig = ReturnType<typeof createNativeRig>
  const role = 'arn:aws:iam::111122223333:role/ecsInfrastructureRole'
  const user = 'arn:aws:sts::111122223333:assumed-role/ecsInfrastructureRole/ECSNetworkingWithELB'
  const invalid = 'of invalid networking configuration'
  const deny = (
    rig: Rig,
    ...actions: Parameters<typeof rig.home.ecs.denyInfrastructure> extends [string, ...infer A] ? A : never
  ) => rig.home.ecs.denyInfrastructure(role, ...actions)
  const setForward = (rig: Rig, arn: string, forward: Record<string, number>) => {
    rig.home.elbv2.route(arn)!.forward = forward
  }

  test.each<{
    what: string
    spoil: (rig: Rig) => void
    reason: (rig: Rig) => string
    options?: Partial<NativeOptions>
  }>([
    {
      what: 'a role that may not be assumed',
      spoil: (rig) => deny(rig, 'sts:AssumeRole'),
      reason: () =>
        `${invalid}. ECS was unable to manage the ELB resources due to missing permissions on ECS Infrastructure Role '${role}'.`,
    },
    {
      what: 'two target groups that serve',
      spoil: (rig) =>
        setForward(rig, rig.productionRuleArn, { [rig.blueTargetGroupArn]: 50, [rig.greenTargetGroupArn]: 50 }),
      reason: (rig) =>
        `${invalid}. productionListenerRule ${rig.productionRuleArn} should have exactly one target group serving traffic but found 2 target groups which are serving traffic`,
    },
    {
      what: 'a target group that belongs to somebody else',
      spoil: (rig) => {
        const { targetGroupArn } = rig.home.elbv2.createTargetGroup('other')
        setForward(rig, rig.productionRuleArn, { [targetGroupArn]: 100, [rig.blueTargetGroupArn]: 0 })
      },
      reason: (rig) => {
        const other = Object.keys(rig.home.elbv2.route(rig.productionRuleArn)!.forward)[0]
        return `${invalid}. Production listener rule is forwarding traffic to unexpected target group ${other}. Expected traffic to be forwarded to either targetGroupArn: ${rig.blueTargetGroupArn} or alternateTargetGroupArn: ${rig.greenTargetGroupArn}`
      },
    },
    {
      what: 'a target group without rule',
      spoil: (rig) => {
        setForward(rig, rig.productionRuleArn, { [rig.blueTargetGroupArn]: 100 })
        setForward(rig, rig.testRuleArn, { [rig.blueTargetGroupArn]: 100 })
      },
      reason: (rig) =>
        `${invalid}: Target group ${rig.greenTargetGroupArn} is not associated with either productionListenerRule or testListenerRule.`,
    },
    {
      what: 'a target group without rule, and no test listener',
      options: { testListener: false },
      spoil: (rig) => setForward(rig, rig.productionRuleArn, { [rig.blueTargetGroupArn]: 100 }),
      reason: () =>
        `${invalid}. Both targetGroup and alternateTargetGroup must be associated with the productionListenerRule or testListenerRule.`,
    },
    {
      what: 'a role that may not change listeners',
      spoil: (rig) => deny(rig, 'elasticloadbalancing:ModifyListener'),
      reason: (rig) =>
        `TEST_TRAFFIC_SHIFT lifecycle hook(s) failed. User: ${user} is not authorized to perform: elasticloadbalancing:ModifyListener on resource: ${rig.home.elbv2.route(rig.testRuleArn)!.listenerArn} because no identity-based policy allows the elasticloadbalancing:ModifyListener action`,
    },
  ])('$what', async ({ spoil, reason, options }) => {
    const rig = createNativeRig({ strategy: 'BLUE_GREEN', ...options })
    spoil(rig)
    const end = await rig.finish(await rig.deploy(good))
    expect(end).toMatchObject({ status: 'ROLLBACK_SUCCESSFUL', statusReason: because(reason(rig)) })
    expect((await rig.service()).taskDefinition).toBe(rig.taskDefinitionArn)
  })

  test('a rule that is gone', async () => {
    const rig = createNativeRig({ strategy: 'BLUE_GREEN' })
    const { listenerArn } = rig.home.elbv2.route(rig.productionRuleArn)!
    const forward = { [rig.blueTargetGroupArn]: 100, [rig.greenTargetGroupArn]: 0 }
    const { ruleArn } = rig.home.elbv2.createRule(listenerArn, 10, forward)
    const loadBalancers = [loadBalancerOf({ ...rig, productionRuleArn: ruleArn })]
    const update = new UpdateServiceCommand({ ...rig.target, loadBalancers, forceNewDeployment: true })
    await rig.ecs.send(update)
    rig.sim.clock.advance(600_000)
    expect(rig.home.elbv2.route(ruleArn)!.forward).toEqual({
      [rig.blueTargetGroupArn]: 0,
      [rig.greenTargetGroupArn]: 100,
    })
    rig.home.elbv2.deleteRule(ruleArn)
    const end = await rig.finish(await rig.deploy(good))
    expect(end.statusReason).toBe(because(`${invalid}. One or more rules not found`))
  })

  test.each([
    {
      action: 'elasticloadbalancing:DescribeTargetHealth' as const,
      event:
        'failed to describe target health on target-group api-green with (error User: arn:aws:sts::111122223333:assumed-role/ecsInfrastructureRole/ecs-service-scheduler is not authorized to perform: elasticloadbalancing:DescribeTargetHealth because no identity-based policy allows the elasticloadbalancing:DescribeTargetHealth action)',
    },
    {
      action: 'elasticloadbalancing:RegisterTargets' as const,
      event: 'failed to register targets in target-group api-green with',
    },
  ])('a role without $action: an event, and no end for a day', async ({ action, event }) => {
    const rig = createNativeRig({ strategy: 'BLUE_GREEN' })
    deny(rig, action)
    const arn = await rig.deploy(good)
    rig.sim.clock.advance(600_000)
    expect(await rig.deployment(arn)).toMatchObject({ status: 'IN_PROGRESS', lifecycleStage: 'SCALE_UP' })
    expect(await rig.messages()).toContainEqual(expect.stringContaining(event))
  })

  test('fail the roll back too when they break on the way', async () => {
    const rig = createNativeRig(canary)
    const arn = await rig.deploy(good)
    await rig.until(arn, ({ targetServiceRevision }) => targetServiceRevision?.requestedProductionTrafficWeight === 10)
    deny(rig, 'elasticloadbalancing:ModifyRule')
    await rig.stop(arn)
    expect(await rig.finish(arn)).toMatchObject({
      status: 'ROLLBACK_FAILED',
      statusReason: expect.stringContaining('elasticloadbalancing:ModifyRule action'),
    })
    expect(rig.weights()).toEqual({ blue: 90, green: 10 })
  })
})
