import { UpdateServiceCommand } from '@aws-sdk/client-ecs'
import { describe, expect, test } from '@jest/globals'
import { loadBalancerOf, type NativeOptions } from '../fixtures.ts'
import { createNativeRig } from './native-rig.ts'

const good = 'registry.example.com/api:v2'
const because = (reason: string) => `Service deployment rolled back because ${reason}`
const canary: NativeOptions = {
  strategy: 'CANARY',
  canaryConfiguration: { canaryPercent: 10, canaryBakeTimeInMinutes: 5 },
}

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
