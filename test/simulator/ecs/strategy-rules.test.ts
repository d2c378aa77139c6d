import {
  CreateServiceCommand,
  type DeploymentConfiguration,
  type LoadBalancer,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs'
import { describe, expect, test } from '@jest/globals'
import { loadBalancerOf } from '../fixtures.ts'
import { createNativeRig } from './native-rig.ts'

const rig = createNativeRig({ strategy: 'BLUE_GREEN', desiredCount: 1 })
const balancer = loadBalancerOf(rig)
const other = rig.home.elbv2.createTargetGroup('other').targetGroupArn
const others = rig.home.elbv2.createTargetGroup('others').targetGroupArn
const { listenerArn } = rig.home.elbv2.route(rig.productionRuleArn)!
const advanced = balancer.advancedConfiguration!
const lonely = rig.home.elbv2.createRule(listenerArn, 7, { [rig.blueTargetGroupArn]: 1 }).ruleArn

const refusal = async (input: {
  deploymentConfiguration?: DeploymentConfiguration
  loadBalancers?: LoadBalancer[]
}) => {
  const before = await rig.service()
  const told: string[] = []
  for (const command of [
    new UpdateServiceCommand({ ...rig.target, ...input }),
    new CreateServiceCommand({
      cluster: 'shop',
      serviceName: 'new',
      taskDefinition: rig.taskDefinitionArn,
      networkConfiguration: before.networkConfiguration!,
      loadBalancers: input.loadBalancers ?? [balancer],
      deploymentConfiguration: { strategy: 'BLUE_GREEN', bakeTimeInMinutes: 1, ...input.deploymentConfiguration },
    }),
  ])
    await rig.ecs.send(command as UpdateServiceCommand).then(
      () => told.push('accepted'),
      (error: Error) => {
        expect(error.name).toBe('InvalidParameterException')
        told.push(error.message)
      },
    )
  expect((await rig.service()).deploymentConfiguration).toEqual(before.deploymentConfiguration)
  return told
}

describe("load balancers are refused in AWS's words, by CreateService and UpdateService alike", () => {
  const second = {
    ...balancer,
    targetGroupArn: other,
    advancedConfiguration: { ...advanced, alternateTargetGroupArn: others },
  }
  const withoutAdvanced: LoadBalancer = { targetGroupArn: other, containerName: 'api', containerPort: 8080 }

  test.each<{ loadBalancers: LoadBalancer[]; message: string }>([
    {
      loadBalancers: [{ ...balancer, advancedConfiguration: { ...advanced, productionListenerRule: listenerArn } }],
      message: `productionListenerRule has an invalid ARN format. Must be RuleArn for ALB or ListenerArn for NLB. Got: ${listenerArn}`,
    },
    {
      loadBalancers: [{ ...balancer, advancedConfiguration: { ...advanced, testListenerRule: 'rule' } }],
      message: 'testListenerRule has an invalid ARN format. Must be RuleArn for ALB or ListenerArn for NLB. Got: rule',
    },
    {
      loadBalancers: [{ ...balancer, advancedConfiguration: { ...advanced, testListenerRule: rig.productionRuleArn } }],
      message: `The following rules cannot be used as both production and test listener rules: ${rig.productionRuleArn}`,
    },
    {
      loadBalancers: [
        {
          ...balancer,
          advancedConfiguration: {
            alternateTargetGroupArn: rig.greenTargetGroupArn,
            productionListenerRule: lonely,
            roleArn: rig.infrastructureRoleArn,
          },
        },
      ],
      message:
        'For Application LoadBalancer, testListenerRule is required when productionListenerRule is not associated with both targetGroup and alternateTargetGroup',
    },
    {
      loadBalancers: [balancer, { ...second, targetGroupArn: rig.blueTargetGroupArn }],
      message: `Duplicate targetGroupArn found: ${rig.blueTargetGroupArn}`,
    },
    {
      loadBalancers: [balancer, { loadBalancerName: 'classic', containerName: 'api', containerPort: 8080 }],
      message:
        'All loadBalancers must be strictly either ELBv1 (defining loadBalancerName) or ELBv2 (defining targetGroupArn)',
    },
    {
      loadBalancers: [
        { loadBalancerName: 'classic', containerName: 'api', containerPort: 8080, advancedConfiguration: advanced },
      ],
      message: 'advancedConfiguration field is not allowed with ELBv1 loadBalancers',
    },
    {
      loadBalancers: [balancer, withoutAdvanced],
      message: 'Either all or none of the provided loadBalancers must have advancedConfiguration defined',
    },
    {
      loadBalancers: [withoutAdvanced],
      message:
        'advancedConfiguration field is required for all loadBalancers when using a non-ROLLING deployment strategy',
    },
  ])('$message', async ({ loadBalancers, message }) => {
    expect(await refusal({ loadBalancers })).toEqual([message, message])
  })
})

describe('deployment configurations are refused', () => {
  const hook = {
    hookTargetArn: 'arn:aws:lambda:eu-west-1:111122223333:function:f',
    roleArn: 'arn:aws:iam::111122223333:role/r',
  }
  test.each<{ configuration: DeploymentConfiguration; message: string | RegExp }>([
    {
      configuration: { lifecycleHooks: [{ targetType: 'SLEEP' as 'PAUSE', lifecycleStages: ['PRE_SCALE_UP'] }] },
      message: 'Invalid targetType. Valid values are: AWS_LAMBDA, PAUSE',
    },
    {
      configuration: { lifecycleHooks: [{ targetType: 'PAUSE', lifecycleStages: ['TEST_TRAFFIC_SHIFT'] }] },
      message: 'Invalid lifecycle stage provided for Pause Hook',
    },
    {
      configuration: { lifecycleHooks: [{ targetType: 'PAUSE', lifecycleStages: ['PRODUCTION_TRAFFIC_SHIFT'] }] },
      message: 'Invalid lifecycle stage provided for Pause Hook',
    },
    { configuration: { lifecycleHooks: [{ lifecycleStages: ['PRE_SCALE_UP'] }] }, message: /hookTargetArn/ },
    { configuration: { lifecycleHooks: [{ ...hook, lifecycleStages: [] }] }, message: /lifecycleStages/ },
    {
      configuration: {
        lifecycleHooks: Array.from({ length: 11 }, () => ({
          targetType: 'PAUSE' as const,
          lifecycleStages: ['PRE_SCALE_UP' as const],
        })),
      },
      message: /at most 10/,
    },
    {
      configuration: {
        lifecycleHooks: [
          {
            targetType: 'PAUSE',
            lifecycleStages: ['PRE_SCALE_UP'],
            timeoutConfiguration: { timeoutInMinutes: 20_161 },
          },
        ],
      },
      message: /20160/,
    },
    { configuration: { bakeTimeInMinutes: 1441 }, message: /bakeTimeInMinutes/ },
    { configuration: { strategy: 'CANARY', canaryConfiguration: { canaryPercent: 0 } }, message: /canaryPercent/ },
    { configuration: { strategy: 'CANARY', canaryConfiguration: { canaryPercent: 100.1 } }, message: /canaryPercent/ },
    {
      configuration: { strategy: 'CANARY', canaryConfiguration: { canaryPercent: 0.15 } },
      message: /multiples of 0.1/,
    },
    {
      configuration: { strategy: 'CANARY', canaryConfiguration: { canaryBakeTimeInMinutes: 1441 } },
      message: /canaryBakeTimeInMinutes/,
    },
    { configuration: { strategy: 'LINEAR', linearConfiguration: { stepPercent: 2.9 } }, message: /stepPercent/ },
    {
      configuration: { strategy: 'LINEAR', linearConfiguration: { stepBakeTimeInMinutes: -1 } },
      message: /stepBakeTimeInMinutes/,
    },
    { configuration: { strategy: 'LINEAR', canaryConfiguration: {} }, message: /canaryConfiguration/ },
    { configuration: { strategy: 'CANARY', linearConfiguration: {} }, message: /linearConfiguration/ },
    {
      configuration: {
        deploymentCircuitBreaker: { enable: true, rollback: true, thresholdConfiguration: { type: 'COUNT', value: 0 } },
      },
      message: /thresholdConfiguration/,
    },
    {
      configuration: {
        earlySuccessCriteria: { enable: true, healthyPercent: 100, sourceServiceRevisionCleanup: 'DEFERRED' },
      },
      message: /earlySuccessCriteria/,
    },
    { configuration: { strategy: 'ROLLING', earlySuccessCriteria: { enable: true } }, message: /required/ },
    {
      configuration: {
        strategy: 'ROLLING',
        earlySuccessCriteria: { enable: true, healthyPercent: 99, sourceServiceRevisionCleanup: 'BLOCKING' },
      },
      message: /minimumHealthyPercent/,
    },
  ])('$configuration', async ({ configuration, message }) => {
    const [updated, created] = await refusal({ deploymentConfiguration: configuration })
    expect(updated).toEqual(typeof message === 'string' ? message : expect.stringMatching(message))
    expect(created).toBe(updated)
  })

  test('without the bake time that BLUE_GREEN needs', async () => {
    const { serviceName: _name, ...input } = { serviceName: 'x', strategy: 'BLUE_GREEN' as const }
    const rolling = new CreateServiceCommand({
      cluster: 'shop',
      serviceName: 'headless',
      taskDefinition: rig.taskDefinitionArn,
      networkConfiguration: (await rig.service()).networkConfiguration!,
      deploymentConfiguration: input,
    })
    await expect(rig.ecs.send(rolling)).rejects.toThrow('bakeTimeInMinutes')
  })
})
