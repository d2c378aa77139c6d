import { describe, expect, test } from '@jest/globals'
import type { DeploymentConfiguration, LoadBalancer, Service } from '../../../../src/ports.ts'
import { combineSettings, type DeploymentSettings } from '../../../../src/targets/ecs/request/requested-settings.ts'
import { arrange } from '../../../../src/targets/ecs/strategy/arrange-strategy.ts'
import { refusal } from '../../../refusal.ts'

const elb = 'arn:aws:elasticloadbalancing:eu-west-1:111122223333'
const [blue, green] = [`${elb}:targetgroup/blue/1`, `${elb}:targetgroup/green/2`]
const advanced = {
  alternateTargetGroupArn: green,
  productionListenerRule: `${elb}:listener-rule/app/shop/1/2/3`,
  roleArn: 'arn:aws:iam::111122223333:role/ecs',
}
const plainBalancer: LoadBalancer = { targetGroupArn: blue, containerName: 'api', containerPort: 8080 }
const shifting: LoadBalancer = { ...plainBalancer, advancedConfiguration: advanced }

/** As DescribeServices shows a service that somebody has tuned. */
const tuned: DeploymentConfiguration = {
  strategy: 'CANARY',
  minimumHealthyPercent: 50,
  maximumPercent: 150,
  bakeTimeInMinutes: 7,
  canaryConfiguration: { canaryPercent: 21, canaryBakeTimeInMinutes: 9 },
  deploymentCircuitBreaker: {
    enable: true,
    rollback: true,
    resetOnHealthyTask: false,
    thresholdConfiguration: { type: 'COUNT', value: 4 },
  },
  alarms: { alarmNames: ['api-5xx'], enable: true, rollback: false },
  lifecycleHooks: [{ targetType: 'PAUSE', lifecycleStages: ['POST_TEST_TRAFFIC_SHIFT'] }],
}

function service(deploymentConfiguration: DeploymentConfiguration = {}, more: Partial<Service> = {}): Service {
  return { serviceName: 'api', deploymentConfiguration, loadBalancers: [shifting], ...more }
}

const rolling = service({ strategy: 'ROLLING' }, { loadBalancers: [plainBalancer] })

function asked(settings: DeploymentSettings, of: Service = service(tuned)) {
  return arrange({ settings }, of, 'ecs-rolling')
}

function refused(settings: DeploymentSettings, of?: Service, engine: 'ecs-rolling' | 'codedeploy' = 'ecs-rolling') {
  return refusal(() => arrange({ settings }, of ?? service(tuned), engine))
}

describe('what a service had', () => {
  const sent = (settings: DeploymentSettings, of: Service) => {
    const {
      deploymentConfiguration = of.deploymentConfiguration,
      loadBalancers = of.loadBalancers,
      former,
    } = asked(settings, of) ?? {}
    const now = { ...of, ...present({ deploymentConfiguration, loadBalancers }) }
    // It is kept as JSON for the post step.
    return { now, back: arrange(JSON.parse(JSON.stringify({ former })), now, 'ecs-rolling') }
  }
  const present = (members: object) =>
    Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))

  test.each<[string, DeploymentSettings, Service]>([
    ['percentages', { minimumHealthyPercent: 10, maximumPercent: 150 }, rolling],
    ['steps of a canary', { canaryPercent: 50, bakeMinutes: 30 }, service(tuned)],
    ['hooks and alarms', { lifecycleHooks: [], alarms: [] }, service(tuned)],
    ['a circuit breaker', { circuitBreaker: 'off' }, service(tuned)],
  ])('comes back: %s', (_, settings, of) => {
    expect(sent(settings, of).back?.deploymentConfiguration).toEqual(of.deploymentConfiguration)
  })

  test('is turned off again where it had none, as UpdateService keeps what is left out', () => {
    const hook = { targetType: 'PAUSE', lifecycleStages: ['POST_TEST_TRAFFIC_SHIFT'] }
    const settings = { alarms: ['api-5xx'], circuitBreaker: 'roll-back', lifecycleHooks: [hook] } as const
    const { back } = sent(settings, service({ strategy: 'ROLLING' }))
    expect(back?.deploymentConfiguration).toMatchObject({
      strategy: 'ROLLING',
      alarms: { alarmNames: [], enable: false, rollback: false },
      deploymentCircuitBreaker: { enable: false, rollback: false },
      lifecycleHooks: [],
    })
  })

  test('leaves what somebody else has changed meanwhile', () => {
    const { now } = sent({ minimumHealthyPercent: 10 }, rolling)
    const theirs = { ...now, deploymentConfiguration: { ...now.deploymentConfiguration, maximumPercent: 130 } }
    const former = asked({ minimumHealthyPercent: 10 }, rolling)?.former
    expect(arrange({ former }, theirs, 'ecs-rolling')?.deploymentConfiguration).toMatchObject({ maximumPercent: 130 })
  })
})

describe('what a service gets', () => {
  test.each<[string, DeploymentSettings, DeploymentConfiguration]>([
    [
      'one number of a canary keeps the other, which AWS would set back',
      { canaryPercent: 30 },
      { canaryConfiguration: { canaryPercent: 30, canaryBakeTimeInMinutes: 9 } },
    ],
    [
      'a threshold keeps the rest of the circuit breaker',
      { circuitBreakerThreshold: { type: 'BOUNDED_PERCENT', value: 25 } },
      {
        deploymentCircuitBreaker: {
          enable: true,
          rollback: true,
          resetOnHealthyTask: false,
          thresholdConfiguration: { type: 'BOUNDED_PERCENT', value: 25 },
        },
      },
    ],
    [
      'a circuit breaker that is turned off keeps its threshold for another day',
      { circuitBreaker: 'off' },
      { deploymentCircuitBreaker: { ...tuned.deploymentCircuitBreaker, enable: false, rollback: false } },
    ],
    [
      'other alarms keep what happens when one fires',
      { alarms: ['api-5xx', 'api-slow'] },
      { alarms: { alarmNames: ['api-5xx', 'api-slow'], enable: true, rollback: false } },
    ],
    ['no alarms', { alarms: [] }, { alarms: { alarmNames: [], enable: false, rollback: false } }],
    [
      'a rollback by alarms keeps their names',
      { alarmsRollBack: true },
      { alarms: { alarmNames: ['api-5xx'], enable: true, rollback: true } },
    ],
    ['an empty list takes the hooks away', { lifecycleHooks: [] }, { lifecycleHooks: [] }],
  ])('%s', (_, settings, expected) => {
    expect(asked(settings)?.deploymentConfiguration).toEqual({ ...tuned, ...expected })
    expect(asked(settings)?.loadBalancers).toBeUndefined()
  })

  test('alarms of a service that watches none roll it back', () => {
    expect(asked({ alarms: ['api-5xx'] }, rolling)?.deploymentConfiguration?.alarms).toEqual({
      alarmNames: ['api-5xx'],
      enable: true,
      rollback: true,
    })
  })

  test('another strategy drops what belongs to the old one, and keeps the rest', () => {
    const { canaryConfiguration: _, ...kept } = tuned
    expect(asked({ strategy: 'LINEAR', linearStepPercent: 20 })?.deploymentConfiguration).toEqual({
      ...kept,
      strategy: 'LINEAR',
      linearConfiguration: { stepPercent: 20 },
    })
  })

  test('an early success is turned off where the new strategy has none', () => {
    const early = { earlySuccessCriteria: { enable: true, healthyPercent: 100 } }
    const configuration = asked({ strategy: 'CANARY' }, service(early))?.deploymentConfiguration
    expect(configuration?.earlySuccessCriteria).toEqual({ enable: false })
  })

  test.each<[string, DeploymentSettings]>([
    ['nothing that is asked for', {}],
    ['what it has already', { strategy: 'CANARY', canaryPercent: 21, alarms: ['api-5xx'] }],
    [
      "AWS's own defaults, written out",
      {
        lifecycleHooks: [
          {
            lifecycleStages: ['POST_TEST_TRAFFIC_SHIFT'],
            targetType: 'PAUSE',
            timeoutConfiguration: { timeoutInMinutes: 1440 },
          },
        ],
      },
    ],
    ['the load balancer that it has', { loadBalancerConfiguration: advanced }],
  ])('%s changes nothing', (_, settings) => {
    expect(asked(settings)).toBeUndefined()
  })

  test('is told as what it was and what it will be', () => {
    const settings = { strategy: 'CANARY', bakeMinutes: 3, circuitBreaker: 'roll-back' } as const
    const arrangement = asked({ ...settings, loadBalancerConfiguration: advanced }, rolling)
    expect(arrangement?.changes.map(({ name, from, to }) => `${name}: ${from} → ${to}`)).toEqual([
      'strategy: ROLLING → CANARY 5% for 10 min',
      'bake time: 0 min → 3 min',
      'circuit breaker: off → rolls back at 50% of the tasks, at least 3 and at most 200',
      'load balancer: one target group → alternate target group green',
    ])
    expect(arrangement?.loadBalancers).toEqual([shifting])
  })

  test('traffic alone leaves the configuration alone', () => {
    const arrangement = asked({ loadBalancerConfiguration: advanced }, rolling)
    expect(arrangement).toMatchObject({ loadBalancers: [shifting] })
    expect(arrangement?.deploymentConfiguration).toBeUndefined()
  })

  test('one of several target groups is found by its ARN', () => {
    const other = { targetGroupArn: `${elb}:targetgroup/admin/3`, containerName: 'api', containerPort: 9000 }
    const second = { ...advanced, alternateTargetGroupArn: `${elb}:targetgroup/admin-green/4` }
    const of = service({}, { loadBalancers: [plainBalancer, other] })
    const list = [
      { targetGroupArn: other.targetGroupArn, advancedConfiguration: second },
      { targetGroupArn: blue, advancedConfiguration: advanced },
    ]
    expect(asked({ strategy: 'CANARY', loadBalancerConfiguration: list }, of)?.loadBalancers).toEqual([
      shifting,
      { ...other, advancedConfiguration: second },
    ])
  })
})

describe('what AWS would refuse is refused before anything changes', () => {
  test.each<[DeploymentSettings, Service | undefined, string]>([
    [{ canaryPercent: 5 }, rolling, 'canary-percent requires strategy CANARY, and it is ROLLING'],
    [{ linearStepBakeMinutes: 5 }, undefined, 'linear-step-bake-minutes requires strategy LINEAR, and it is CANARY'],
    [{ bakeMinutes: 5 }, rolling, 'bake-minutes requires strategy BLUE_GREEN or LINEAR or CANARY, and it is ROLLING'],
    [{ earlySuccess: { healthyPercent: 100 } }, undefined, 'early-success requires strategy ROLLING, and it is CANARY'],
    [
      { earlySuccess: { healthyPercent: 75 } },
      rolling,
      'early-success (75%) must not be lower than the input minimum-healthy-percent (100%)',
    ],
    [{ strategy: 'BLUE_GREEN' }, service({}), 'bake-minutes is required with strategy BLUE_GREEN (0 is allowed)'],
    [
      { strategy: 'CANARY' },
      rolling,
      'load-balancer-configuration has no alternateTargetGroupArn, productionListenerRule, roleArn for blue',
    ],
    [
      {
        strategy: 'CANARY',
        loadBalancerConfiguration: {
          alternateTargetGroupArn: green,
          productionListenerRule: advanced.productionListenerRule,
        },
      },
      rolling,
      'load-balancer-configuration has no roleArn for blue',
    ],
    [
      { loadBalancerConfiguration: { ...advanced, productionListenerRule: `${elb}:listener/app/shop/1/2` } },
      rolling,
      'must have the ARN of an Application Load Balancer rule',
    ],
    [
      { loadBalancerConfiguration: { ...advanced, testListenerRule: advanced.productionListenerRule } },
      rolling,
      'the same rule as productionListenerRule and testListenerRule',
    ],
    [
      { loadBalancerConfiguration: { ...advanced, alternateTargetGroupArn: blue } },
      rolling,
      'uses the target group blue twice',
    ],
    [{ loadBalancerConfiguration: advanced }, service({}, { loadBalancers: [] }), 'the service has no load balancer'],
    [
      { loadBalancerConfiguration: advanced },
      service({}, { loadBalancers: [{ loadBalancerName: 'old' }] }),
      'does not support Classic Load Balancers',
    ],
    [
      { loadBalancerConfiguration: [{ targetGroupArn: green, advancedConfiguration: advanced }] },
      rolling,
      `names the target group ${green}, which the service does not have`,
    ],
    [{ minimumHealthyPercent: 100, maximumPercent: 100 }, rolling, 'cannot both be 100'],
    [
      { circuitBreakerThreshold: { type: 'COUNT', value: 5 } },
      rolling,
      'circuit-breaker-threshold requires a deployment circuit breaker, and it is off',
    ],
    [{ alarmsRollBack: true }, rolling, 'alarms-roll-back requires alarms, and the service has none'],
    [
      { lifecycleHooks: [{ lifecycleStages: ['POST_SCALE_UP'] }] },
      undefined,
      'lifecycle-hooks[0].hookTargetArn is required',
    ],
    [
      { lifecycleHooks: [{ targetType: 'PAUSE', lifecycleStages: ['PRODUCTION_TRAFFIC_SHIFT'] }] },
      undefined,
      'a PAUSE hook is not supported at PRODUCTION_TRAFFIC_SHIFT',
    ],
    [{ lifecycleHooks: [{ targetType: 'PAUSE', lifecycleStages: ['BAKE_TIME'] }] }, undefined, ', not BAKE_TIME'],
    [
      {
        lifecycleHooks: Array.from({ length: 11 }, () => ({ targetType: 'PAUSE', lifecycleStages: ['POST_SCALE_UP'] })),
      },
      undefined,
      'has more than 10 PAUSE or 10 AWS_LAMBDA hooks',
    ],
  ])('%j', (settings, of, expected) => {
    expect(refused(settings, of)).toContain(expected)
  })

  test('all at once, in one sentence', () => {
    const said = refused(
      { canaryPercent: 5, alarmsRollBack: true, minimumHealthyPercent: 100, maximumPercent: 100 },
      rolling,
    )
    for (const input of ['canary-percent', 'minimum-healthy-percent', 'alarms-roll-back'])
      expect(said).toContain(`${input} `)
    expect(said).not.toContain('\n')
    expect(said).toContain('Nothing has been changed on AWS.')
  })

  test('a service that CodeDeploy deploys has none of these settings', () => {
    const of = service({}, { deploymentController: { type: 'CODE_DEPLOY' } })
    const said = refused({ strategy: 'CANARY', alarms: ['a'] }, of, 'codedeploy')
    expect(said).toContain(
      'the input strategy, the input alarms: these settings are of the deployment controller ECS, and the service has CODE_DEPLOY',
    )
    expect(said).toContain('codedeploy-deployment-config for the traffic steps')
  })

  test('a service without a load balancer may shift: ECS then moves tasks only', () => {
    const arrangement = asked({ strategy: 'BLUE_GREEN', bakeMinutes: 0 }, service({}, { loadBalancers: [] }))
    expect(arrangement?.deploymentConfiguration).toMatchObject({ strategy: 'BLUE_GREEN', bakeTimeInMinutes: 0 })
  })
})

test('inputs win over slipway.yml, and a strategy of theirs leaves out what belongs to that of the file', () => {
  const file = { strategy: 'CANARY', canaryPercent: 5, bakeMinutes: 5, alarms: ['a'] } as const
  expect(combineSettings(file, { canaryPercent: 10 })).toEqual({ ...file, canaryPercent: 10 })
  expect(combineSettings(file, { strategy: 'ROLLING' })).toEqual({ strategy: 'ROLLING', alarms: ['a'] })
  expect(combineSettings(undefined, {})).toEqual({})
})
