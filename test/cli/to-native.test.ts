/** `slipway to-native`: from CodeDeploy to the blue/green deployments of ECS, against the simulator. */
import type { TrafficRoutingConfig } from '@aws-sdk/client-codedeploy'
import type { DescribeServicesResponse } from '@aws-sdk/client-ecs'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { times } from '../often.ts'
import { type BlueGreenOptions, seedBlueGreen } from '../simulator/codedeploy/fixtures.ts'
import { appSpec } from '../simulator/codedeploy/scene.ts'
import { createSimulator, type Simulator } from '../simulator/simulator.ts'
import { cliScene, type Given } from './cli-scene.ts'

const region = 'eu-west-1'

interface SceneOptions extends BlueGreenOptions {
  /** Before the service is made. */
  readonly prepare?: (sim: Simulator) => void
}

function scene(options: SceneOptions = {}) {
  const sim = createSimulator()
  options.prepare?.(sim)
  const seeded = seedBlueGreen(sim, options)
  const role = sim.iam.role({ name: 'ecs-infrastructure', trustedServices: ['ecs.amazonaws.com'] })
  sim.recorder.clear()
  const { accessKeyId, secretAccessKey } = sim.iam.root
  const opened = cliScene()
  const world = {
    environment: {
      PATH: process.env.PATH,
      HOME: opened.directory,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
    },
    requestHandler: sim.requestHandler,
    fetch: (url: string | URL, init?: RequestInit) => sim.fetch(url, init),
    clock: sim.clock.forProgram,
  }
  const arn = `arn:aws:iam::${sim.world.accountId}:role/ecs-infrastructure`
  const slipwayWith = (more: Given, ...words: readonly string[]) =>
    opened.run(['to-native', 'api', '--cluster', 'shop', '--region', region, ...words], { ...world, ...more })
  const slipway = (...words: readonly string[]) => slipwayWith({}, ...words)
  return { sim, role, arn, slipway, slipwayWith, opened, world, ...seeded }
}

const changes = (sim: Simulator) =>
  sim.recorder
    .calls()
    .map(({ operation }) => operation)
    .filter((one) => /^(Modify|Update|Create|Delete|Stop)/.test(one))

const update = (sim: Simulator, more: object) =>
  sim.world.region(region).ecs.handlers.UpdateService?.({ cluster: 'shop', service: 'api', ...more }, {
    accessKeyId: '',
  } as never)

/** Stages of the pauses of the service. */
const pauses = (sim: Simulator) => {
  const { ecs } = sim.world.region(region)
  const described = ecs.handlers.DescribeServices?.({ cluster: 'shop', services: ['api'] }, {} as never)
  const [{ deploymentConfiguration } = {}] = (described as DescribeServicesResponse).services ?? []
  const hooks = deploymentConfiguration?.lifecycleHooks ?? []
  return hooks.flatMap(({ targetType, lifecycleStages = [] }) => (targetType === 'PAUSE' ? lifecycleStages : []))
}

const deleteGroup = (sim: Simulator) =>
  sim.world
    .region(region)
    .codedeploy.handlers.DeleteDeploymentGroup?.(
      { applicationName: 'AppECS-shop-api', deploymentGroupName: 'DgpECS-shop-api' },
      {} as never,
    )

const controller = (sim: Simulator) => sim.world.region(region).ecs.service('shop', 'api')?.deploymentControllerType

describe('the plan', () => {
  test('maps settings, names what has no counterpart and prints the exact calls; changes nothing', async () => {
    const { sim, slipway, arn, blueTargetGroupArn, greenTargetGroupArn } = scene({
      deploymentConfig: 'CodeDeployDefault.ECSCanary10Percent5Minutes',
      terminationWaitMinutes: 15,
      readyWait: 60,
      alarms: ['api-5xx'],
    })
    const { code, out } = await slipway('--infrastructure-role', arn, '--json')
    expect(code).toBe(0)
    const plan = JSON.parse(out)
    expect(plan.isReady).toBe(true)
    expect(plan.becomes).toEqual(
      expect.arrayContaining([
        { from: 'CodeDeployDefault.ECSCanary10Percent5Minutes', to: 'CANARY 10%, then the rest after 5 min' },
        { from: 'terminationWaitTimeInMinutes 15', to: 'bakeTimeInMinutes 15' },
        { from: 'alarms api-5xx', to: 'the same, rollback on' },
      ]),
    )
    const [modify, update, pause, remove] = plan.calls
    expect(modify).toMatchObject({
      api: 'elbv2 modify-listener',
      input: {
        DefaultActions: [
          {
            Type: 'forward',
            ForwardConfig: {
              TargetGroups: [
                { TargetGroupArn: blueTargetGroupArn, Weight: 1 },
                { TargetGroupArn: greenTargetGroupArn, Weight: 0 },
              ],
            },
          },
        ],
      },
    })
    expect(modify.input.DefaultActions[0]).not.toHaveProperty('TargetGroupArn')
    expect(update.input).toMatchObject({
      cluster: 'shop',
      service: 'api',
      deploymentController: { type: 'ECS' },
      deploymentConfiguration: {
        strategy: 'CANARY',
        canaryConfiguration: { canaryPercent: 10, canaryBakeTimeInMinutes: 5 },
        bakeTimeInMinutes: 15,
        alarms: { alarmNames: ['api-5xx'], enable: true, rollback: true },
      },
      loadBalancers: [
        {
          targetGroupArn: blueTargetGroupArn,
          containerName: 'api',
          containerPort: 8080,
          advancedConfiguration: { alternateTargetGroupArn: greenTargetGroupArn, roleArn: arn },
        },
      ],
    })
    expect(pause.input.deploymentConfiguration.lifecycleHooks).toEqual([
      {
        targetType: 'PAUSE',
        lifecycleStages: ['POST_TEST_TRAFFIC_SHIFT'],
        timeoutConfiguration: { timeoutInMinutes: 60, action: 'ROLLBACK' },
      },
    ])
    expect(remove.api).toBe('deploy delete-deployment-group')
    expect(changes(sim)).toEqual([])
  })

  test.each<[string, TrafficRoutingConfig, object]>([
    [
      'TimeBasedLinear',
      { type: 'TimeBasedLinear', timeBasedLinear: { linearPercentage: 2, linearInterval: 2000 } },
      { strategy: 'LINEAR', linearConfiguration: { stepPercent: 3, stepBakeTimeInMinutes: 1440 } },
    ],
    [
      'TimeBasedCanary',
      { type: 'TimeBasedCanary', timeBasedCanary: { canaryPercentage: 1, canaryInterval: 2000 } },
      { strategy: 'CANARY', canaryConfiguration: { canaryPercent: 1, canaryBakeTimeInMinutes: 1440 } },
    ],
  ])(
    'stays in the limits of ECS, which are narrower than those of CodeDeploy: %s',
    async (name, trafficRoutingConfig, mapped) => {
      const opened = scene({
        terminationWaitMinutes: 2000,
        readyWait: 2000,
        deploymentConfig: name,
        prepare: (sim) => {
          const { handlers } = sim.world.region(region).codedeploy
          handlers.CreateDeploymentConfig?.(
            { deploymentConfigName: name, computePlatform: 'ECS', trafficRoutingConfig },
            {} as never,
          )
        },
      })
      const { code, out } = await opened.slipway('--infrastructure-role', opened.arn, '--json')
      expect(code).toBe(0)
      expect(JSON.parse(out).calls[1].input.deploymentConfiguration).toMatchObject({
        ...mapped,
        bakeTimeInMinutes: 1440,
      })
    },
  )

  test('a ready wait without a time becomes a pause, too', async () => {
    const { sim, slipway, arn } = scene()
    sim.world.region(region).codedeploy.handlers.UpdateDeploymentGroup?.(
      {
        applicationName: 'AppECS-shop-api',
        currentDeploymentGroupName: 'DgpECS-shop-api',
        blueGreenDeploymentConfiguration: {
          deploymentReadyOption: { actionOnTimeout: 'STOP_DEPLOYMENT' },
          terminateBlueInstancesOnDeploymentSuccess: { action: 'TERMINATE', terminationWaitTimeInMinutes: 5 },
        },
      },
      {} as never,
    )
    const { out } = await slipway('--infrastructure-role', arn)
    expect(out).toContain('ready wait without a time -> PAUSE hook at POST_TEST_TRAFFIC_SHIFT, ROLLBACK after 1440 min')
  })

  test('reads like a plan: what becomes of it, what must hold, the calls, permissions and infrastructure code', async () => {
    const { slipway, arn } = scene()
    const { out } = await slipway('--infrastructure-role', arn)
    for (const part of ['Becomes', 'Has no counterpart', 'Must hold before', 'Calls', 'Permissions', 'Terraform'])
      expect(out).toContain(part)
    expect(out).toMatch(/iam:PassRole on arn:aws:iam::\d{12}:role\/ecs-infrastructure/)
    expect(out).toMatch(/cannot be undone in place/)
  })

  test('the target group that serves is that of the PRIMARY task set, not the first of the group', async () => {
    const { sim, slipway, arn, greenTargetGroupArn, blueTargetGroupArn } = scene({ terminationWaitMinutes: 0 })
    await deployOnce(sim)
    const { code, out } = await slipway('--infrastructure-role', arn, '--json')
    const update = JSON.parse(out).calls.find(({ api }: { api: string }) => api === 'ecs update-service')
    expect(code).toBe(0)
    expect(update.input.loadBalancers[0]).toMatchObject({
      targetGroupArn: greenTargetGroupArn,
      advancedConfiguration: { alternateTargetGroupArn: blueTargetGroupArn },
    })
  })

  test.each<[string, (opened: ReturnType<typeof scene>) => Promise<void> | void, readonly string[], RegExp]>([
    ['no role', () => undefined, [], /create a role with AmazonECSInfrastructureRolePolicyForLoadBalancers/],
    [
      'a role that is missing',
      () => undefined,
      ['--infrastructure-role', 'arn:aws:iam::111122223333:role/none'],
      /IAM has no role/,
    ],
    [
      'a role of another account',
      () => undefined,
      ['--infrastructure-role', 'arn:aws:iam::999999999999:role/ecs-infrastructure'],
      /Cross-account pass role is not allowed: \S+ is of account 999999999999/,
    ],
    [
      'what is no role',
      () => undefined,
      ['--infrastructure-role', 'arn:aws:iam::111122223333:user/ecs-infrastructure'],
      /is neither the name nor the ARN of a role/,
    ],
    ['a role that may not be read', ({ sim }) => denied(sim, 'GetRole'), [], /iam:GetRole on \S+: whether ECS can/],
    [
      'a deployment configuration that may not be read',
      ({ sim }) => denied(sim, 'GetDeploymentConfig'),
      [],
      /codedeploy:GetDeploymentConfig on CodeDeployDefault\.ECSAllAtOnce: how it shifts traffic is unknown/,
    ],
    [
      'a second rule that sends traffic to the same target group',
      ({ sim, productionListenerArn, blueTargetGroupArn }) =>
        void sim.world.region(region).elbv2.createRule(productionListenerArn, 5, { [blueTargetGroupArn]: 1 }),
      [],
      /2 do, and ECS shifts the traffic of one: join their conditions in one rule/,
    ],
    [
      'such a rule after many others',
      ({ sim, productionListenerArn, blueTargetGroupArn, greenTargetGroupArn }) => {
        const { elbv2 } = sim.world.region(region)
        const route = elbv2.listener(productionListenerArn)
        if (route) route.forward = { [greenTargetGroupArn]: 1 }
        for (let priority = 1; priority <= 40; priority++)
          elbv2.createRule(productionListenerArn, priority, {
            [priority % 39 ? greenTargetGroupArn : blueTargetGroupArn]: 1,
          })
        elbv2.createRule(productionListenerArn, 50, { [blueTargetGroupArn]: 1 })
      },
      [],
      /2 do, and ECS shifts the traffic of one/,
    ],
    [
      'a production rule that also authenticates',
      ({ sim, productionListenerArn }) =>
        sim.world.region(region).elbv2.authenticate(productionListenerArn, 'authenticate-cognito'),
      [],
      /has authenticate-cognito: deployments of ECS fail with it/,
    ],
    [
      'a role that ECS cannot assume',
      ({ sim }) => void sim.iam.role({ name: 'other', trustedServices: ['ec2.amazonaws.com'] }),
      ['--infrastructure-role', 'arn:aws:iam::111122223333:role/other'],
      /no statement for ecs\.amazonaws\.com/,
    ],
    [
      'a revision that was deregistered',
      ({ sim, taskDefinitionArn }) =>
        void sim.world
          .region(region)
          .ecs.handlers.DeregisterTaskDefinition?.({ taskDefinition: taskDefinitionArn }, {} as never),
      [],
      /api:1 is INACTIVE: deploy an ACTIVE revision/,
    ],
    ['an active deployment', ({ sim }) => deployOnce(sim, false), [], /d-[A-Z0-9]+ of DgpECS-shop-api: wait/],
    [
      'traffic that is split',
      ({ sim, productionListenerArn, blueTargetGroupArn, greenTargetGroupArn }) => {
        const route = sim.world.region(region).elbv2.listener(productionListenerArn)
        if (route) route.forward = { [blueTargetGroupArn]: 50, [greenTargetGroupArn]: 50 }
      },
      [],
      /it splits the traffic/,
    ],
    [
      'hooks of the AppSpec',
      ({ sim }) => deployOnce(sim, true, [{ AfterAllowTestTraffic: 'smoke-test' }]),
      [],
      /AfterAllowTestTraffic smoke-test: rewrite the handlers first/,
    ],
    [
      'hooks of an AppSpec of long ago',
      async ({ sim }) => {
        await deployOnce(sim, true, [{ AfterAllowTestTraffic: 'smoke-test' }])
        sim.clock.advance(120 * 86_400_000)
      },
      [],
      /AfterAllowTestTraffic smoke-test: rewrite the handlers first/,
    ],
    [
      'an AppSpec that may not be read',
      async ({ sim }) => {
        await deployOnce(sim)
        denied(sim, 'GetDeployment')
      },
      [],
      /the AppSpec of the live task set could not be read/,
    ],
  ])('with %s it is not ready, and --execute changes nothing', async (_, prepare, words, why) => {
    const opened = scene({ terminationWaitMinutes: 0 })
    await prepare(opened)
    opened.sim.recorder.clear()
    const given = words.length > 0 ? words : _ === 'no role' ? [] : ['--infrastructure-role', opened.arn]
    const { code, out } = await opened.slipway(...given)
    expect(code).toBe(1)
    expect(out).toMatch(why)
    const executed = await opened.slipway(...given, '--execute')
    expect(executed.code).toBe(1)
    expect(executed.err).toMatch(why)
    expect(changes(opened.sim)).toEqual([])
  })

  test('a role is named without its account, too, and a rule that sends no traffic to the tasks stays', async () => {
    const { sim, slipway, arn, productionListenerArn, blueTargetGroupArn, greenTargetGroupArn } = scene()
    const { elbv2 } = sim.world.region(region)
    elbv2.createRule(productionListenerArn, 5, { [greenTargetGroupArn]: 1, [blueTargetGroupArn]: 0 })
    const { code, out } = await slipway('--infrastructure-role', 'ecs-infrastructure', '--json')
    expect(code).toBe(0)
    expect(JSON.parse(out).calls[1].input.loadBalancers[0].advancedConfiguration.roleArn).toBe(arn)
  })

  test('of a service of slipway.yml is that of its account, and of no other one', async () => {
    const { sim, arn, opened, world } = scene()
    const config = (account: string) => `version: 1
services: { api: { container: api, task-definition: api } }
environments:
  production:
    region: eu-west-1
    account: "${account}"
    role: slipway-deploy
    services: { api: { cluster: shop, service: api } }
`
    const words = ['to-native', 'api', '--environment', 'production', '--infrastructure-role', arn]
    opened.write('slipway.yml', config('111122223333'))
    expect((await opened.run(words, world)).code).toBe(0)
    opened.write('slipway.yml', config('999999999999'))
    const { code, err } = await opened.run([...words, '--execute'], world)
    expect([code, changes(sim)]).toEqual([1, []])
    expect(err).toMatch(/account 111122223333[\s\S]*999999999999/)
  })

  test('that AWS throttles is given up after minutes, not after the time of a deployment', async () => {
    const { sim, slipway } = scene()
    sim.faults.add({ operation: 'DescribeServices', times: 100_000, effect: { kind: 'throttle' } })
    const from = sim.clock.now()
    expect((await slipway()).code).toBe(1)
    expect(sim.clock.now() - from).toBeLessThan(180_000)
  })

  test('that cannot be found names the options of the command', async () => {
    const { opened, world } = scene()
    const { code, err } = await opened.run(['to-native', 'web', '--cluster', 'shop', '--region', region], world)
    expect(code).toBe(1)
    expect(err).toMatch(/The cluster shop has no service web/)
    expect(err).toMatch(/Correct SERVICE, the option --cluster or the option --region/)
  })

  test('a service that ECS deploys already has no plan, and is done', async () => {
    const { sim, slipway, arn } = scene({ terminationWaitMinutes: 0, readyWait: 30 })
    expect((await slipway('--infrastructure-role', arn, '--execute')).code).toBe(0)
    sim.recorder.clear()
    const { code, err } = await slipway()
    expect(code).toBe(1)
    expect(err).toMatch(/deployment controller ECS, not CODE_DEPLOY[\s\S]*interrupted is continued by --execute/)
    expect((await slipway('--execute')).code).toBe(0)
    sim.clock.advance(120 * 86_400_000)
    expect((await slipway('--execute')).out).toMatch(/its deployments are of long ago/)
    expect(changes(sim)).toEqual([])
    await deleteGroup(sim)
    expect((await slipway('--execute')).err).toMatch(/deployment controller ECS, not CODE_DEPLOY/)
  })
})

describe('--execute', () => {
  test('changes the rule, then the controller, watches the deployment and sets the pause', async () => {
    const { sim, slipway, arn } = scene({ terminationWaitMinutes: 3, readyWait: 30 })
    const { code, out, err } = await slipway('--infrastructure-role', arn, '--execute')
    expect([code, out]).toEqual([
      0,
      'The service is on the deployment controller ECS, and all traffic is on its new tasks.\n',
    ])
    expect(err).toMatch(/1\. The production rule[\s\S]*2\. ECS becomes[\s\S]*BAKE_TIME[\s\S]*3\. A PAUSE hook/)
    expect(changes(sim)).toEqual(['ModifyListener', 'UpdateService', 'UpdateService'])
    expect(controller(sim)).toBe('ECS')
  })

  test.each<[string, BlueGreenOptions, boolean]>([
    ['at first', {}, false],
    ['after a deployment', {}, true],
    ['behind a Network Load Balancer', { loadBalancer: 'network' }, false],
  ])(
    'shifts the traffic and needs no more than the permissions that the plan lists, %s',
    async (_, options, isDeployed) => {
      const { sim, slipway, arn, productionListenerArn, ...groups } = scene({ terminationWaitMinutes: 1, ...options })
      if (isDeployed) await deployOnce(sim)
      const { permissions } = JSON.parse((await slipway('--infrastructure-role', arn, '--json')).out)
      const statement = ({ action, resource }: { action: string; resource: string }) => ({
        Effect: 'Allow' as const,
        Action: action,
        Resource: resource,
      })
      sim.iam.enforce({ Version: '2012-10-17', Statement: permissions.map(statement) })
      expect((await slipway('--infrastructure-role', arn, '--execute')).code).toBe(0)
      expect(sim.recorder.all.filter(({ outcome }) => /AccessDenied/.test(outcome ?? ''))).toEqual([])
      const { forward = {} } = sim.world.region(region).elbv2.listener(productionListenerArn) ?? {}
      const serving = isDeployed ? groups.blueTargetGroupArn : groups.greenTargetGroupArn
      expect(Object.keys(forward).filter((one) => (forward[one] ?? 0) > 0)).toEqual([serving])
    },
  )

  test('a refused update puts the rule back as it was', async () => {
    const { sim, slipway, arn, productionListenerArn } = scene()
    const before = { ...sim.world.region(region).elbv2.listener(productionListenerArn)?.forward }
    const effect = { kind: 'error', code: 'InvalidParameterException', message: 'Not possible.' } as const
    sim.faults.add({ operation: 'UpdateService', effect })
    const { code, err } = await slipway('--infrastructure-role', arn, '--execute')
    expect(code).toBe(1)
    expect(err).toMatch(/Not possible/)
    expect(err).toMatch(/The production rule is as before/)
    expect(Object.keys(sim.world.region(region).elbv2.listener(productionListenerArn)?.forward ?? {})).toEqual(
      Object.keys(before),
    )
    expect(controller(sim)).toBe('CODE_DEPLOY')
  })

  test('a deployment that may not be read is not green, and what continues is named', async () => {
    const { sim, slipway, arn } = scene()
    sim.faults.add({ operation: 'ListServiceDeployments', effect: { kind: 'access-denied' }, times: 100 })
    const { code, out } = await slipway('--infrastructure-role', arn, '--execute')
    expect(code).toBe(1)
    expect(out).toMatch(/ecs:ListServiceDeployments[\s\S]*The deployment of ECS continues/)
    expect(controller(sim)).toBe('ECS')
  })

  test('a deployment that ECS rolls back is a failure, with what serves', async () => {
    const { sim, slipway, arn } = scene()
    sim.world.region(region).ecs.denyInfrastructure(arn, 'elasticloadbalancing:ModifyListener')
    const { code, out } = await slipway('--infrastructure-role', arn, '--execute')
    expect(code).toBe(1)
    expect(out).toMatch(/rolled the deployment back|failed/)
    expect(out).toMatch(/The service is on the controller ECS/)
  })
})

describe('what was interrupted', () => {
  const interrupted = ['ModifyListener', 'UpdateService', 'ListServiceDeployments'] as const
  test.each(interrupted)('by a cancel at %s is said, and continued by the same command', async (operation) => {
    const { sim, slipway, slipwayWith, arn } = scene({ terminationWaitMinutes: 3, readyWait: 30 })
    const cancel = new AbortController()
    sim.faults.add({ operation, times: 1, effect: { kind: 'callback', run: () => cancel.abort() } })
    const words = ['--infrastructure-role', arn, '--execute']
    const { code, out, err } = await slipwayWith({ signal: cancel.signal }, ...words)
    expect(code).toBe(1)
    expect(out + err).toMatch(/repeat the command/)
    expect((await slipway(...words)).code).toBe(0)
    expect(controller(sim)).toBe('ECS')
    expect(pauses(sim)).toEqual(['POST_TEST_TRAFFIC_SHIFT'])
  })

  test('by a refusal of the pause is not done, and is done by the same command', async () => {
    const { sim, slipway, arn } = scene({ terminationWaitMinutes: 3, readyWait: 30 })
    sim.faults.add({ operation: 'UpdateService', skip: 1, effect: { kind: 'access-denied' } })
    const { code, out } = await slipway('--infrastructure-role', arn, '--execute')
    expect([code, pauses(sim)]).toEqual([1, []])
    expect(out).toMatch(/all traffic is on its new tasks\. The PAUSE hook that replaces the ready wait is not set yet/)
    expect(out).toMatch(/"Action":"ecs:UpdateService"/)
    expect((await slipway('--execute')).code).toBe(0)
    expect(pauses(sim)).toEqual(['POST_TEST_TRAFFIC_SHIFT'])
  })

  test('by a rollback of ECS still has its pause: the next deployment waits for an answer', async () => {
    const { sim, slipway, arn } = scene({ readyWait: 30 })
    sim.world.region(region).ecs.denyInfrastructure(arn, 'elasticloadbalancing:ModifyListener')
    sim.world.region(region).ecs.denyInfrastructure(arn, 'elasticloadbalancing:ModifyRule')
    const { code } = await slipway('--infrastructure-role', arn, '--execute')
    expect([code, pauses(sim)]).toEqual([1, ['POST_TEST_TRAFFIC_SHIFT']])
  })

  test('by the deployment of another user is theirs', async () => {
    const { sim, slipway, arn } = scene({ terminationWaitMinutes: 3, readyWait: 30 })
    const deploy = () => void update(sim, { forceNewDeployment: true })
    sim.faults.add({
      operation: 'ListServiceDeployments',
      skip: 9,
      times: 1,
      effect: { kind: 'callback', run: deploy },
    })
    const { code, out } = await slipway('--infrastructure-role', arn, '--execute')
    expect([code, pauses(sim)]).toEqual([1, []])
    expect(out).toMatch(/was replaced\. A newer deployment, which is not watched, was started by another user: arn:/)
    expect(out).toMatch(/The PAUSE hook that replaces the ready wait is not set yet/)
    expect((await slipway('--execute')).code).toBe(0)
    expect(pauses(sim)).toEqual(['POST_TEST_TRAFFIC_SHIFT'])
  })
})

test('a deployment of CodeDeploy that begins meanwhile stops the change before the controller is changed', async () => {
  const opened = scene({ terminationWaitMinutes: 1 })
  const { sim, slipway, arn } = opened
  const lost = watchTraffic(opened)
  const run = () => deployOnce(sim, false)
  sim.faults.add({ operation: 'ModifyListener', times: 1, effect: { kind: 'callback', run } })
  const { code, err } = await slipway('--infrastructure-role', arn, '--execute')
  expect([code, controller(sim)]).toEqual([1, 'CODE_DEPLOY'])
  expect(err).toMatch(/already has an active deployment, d-[A-Z0-9]+/)
  sim.clock.advance(1_800_000)
  expect(lost()).toEqual([])
})

test('a desired count of 0 is changed, too, and proves no traffic', async () => {
  const { sim, slipway, arn } = scene({ terminationWaitMinutes: 1 })
  update(sim, { desiredCount: 0 })
  sim.clock.advance(600_000)
  const { code, out } = await slipway('--infrastructure-role', arn, '--execute')
  expect([code, controller(sim)]).toEqual([0, 'ECS'])
  expect(out).toMatch(/Its desired count is 0: whether its tasks get traffic is unknown/)
})

test('the clock of this machine may be fast', async () => {
  const { sim, slipwayWith, arn } = scene({ terminationWaitMinutes: 1 })
  const clock = { ...sim.clock.forProgram, now: () => sim.clock.now() + 120_000 }
  expect((await slipwayWith({ clock }, '--infrastructure-role', arn, '--execute')).code).toBe(0)
})

test('whatever fails at whatever step, traffic is never to nowhere', async () => {
  const effects = [
    { kind: 'reset' },
    { kind: 'apply-then-drop' },
    { kind: 'truncate' },
    { kind: 'http', status: 503 },
    { kind: 'access-denied' },
    { kind: 'error', code: 'InvalidParameterException', message: 'Refused.' },
  ] as const
  const operations = [
    'ModifyListener',
    'UpdateService',
    'DescribeServices',
    'DescribeRules',
    'ListServiceDeployments',
    'DescribeServiceDeployments',
  ]
  const fault = fc.record({
    operation: fc.constantFrom(...operations),
    effect: fc.constantFrom(...effects),
    skip: fc.nat(6),
    times: fc.integer({ min: 1, max: 30 }),
  })
  const behaviour = fc.constantFrom('healthy', 'no-role', 'alarm')
  await fc.assert(
    fc.asyncProperty(fc.array(fault, { maxLength: 3 }), behaviour, async (faults, how) => {
      const opened = scene({ terminationWaitMinutes: 1, alarms: ['api-5xx'], readyWait: 30 })
      const { sim, arn, slipway } = opened
      for (const one of faults) sim.faults.add(one)
      if (how === 'no-role') sim.world.region(region).ecs.denyInfrastructure(arn, 'elasticloadbalancing:ModifyRule')
      if (how === 'alarm')
        sim.clock.after(60_000, () => sim.world.region(region).cloudwatch.setState('api-5xx', 'ALARM'))
      const lost = watchTraffic(opened)
      const { code } = await slipway('--infrastructure-role', arn, '--execute')
      sim.clock.advance(1_800_000)
      expect(lost()).toEqual([])
      // Green only where it is so.
      if (code === 0) expect(controller(sim)).toBe('ECS')
      // And the same command goes on from wherever it was.
      sim.faults.clear()
      const again = await slipway('--infrastructure-role', arn, '--execute')
      expect(lost()).toEqual([])
      if (how === 'healthy') expect([again.code, controller(sim), pauses(sim).length]).toEqual([0, 'ECS', 1])
    }),
    { numRuns: times('TO_NATIVE_RUNS', 2, 300) },
  )
})

/** Moments at which the production listener sent traffic to a target group without a healthy target. */
function watchTraffic({ sim, productionListenerArn }: ReturnType<typeof scene>): () => readonly string[] {
  const lost: string[] = []
  const { elbv2 } = sim.world.region(region)
  const look = () => {
    const forward = Object.entries(elbv2.listener(productionListenerArn)?.forward ?? {})
    const serving = forward.filter(([, weight]) => weight > 0)
    const areHealthy = serving.every(([arn]) => {
      const reply = elbv2.handlers.DescribeTargetHealth?.({ TargetGroupArn: arn }, {} as never) as {
        TargetHealthDescriptions: { TargetHealth: { State: string } }[]
      }
      return reply.TargetHealthDescriptions.some(({ TargetHealth }) => TargetHealth.State === 'healthy')
    })
    if (serving.length === 0 || !areHealthy) lost.push(`${sim.clock.now()}: ${JSON.stringify(forward)}`)
    sim.clock.after(1_000, look)
  }
  look()
  return () => lost
}

function denied(sim: Simulator, operation: string): void {
  sim.faults.add({ operation, times: 100, effect: { kind: 'access-denied' } })
}

/** One deployment by CodeDeploy; `isWhole`: to its end. */
async function deployOnce(
  sim: Simulator,
  isWhole = true,
  hooks: readonly Record<string, string>[] = [],
): Promise<void> {
  const { handlers } = sim.world.region(region).codedeploy
  const { ecs } = sim.world.region(region)
  const taskDefinition = ecs.service('shop', 'api')?.taskDefinition
  const content = appSpec(taskDefinition ?? '', hooks)
  handlers.CreateDeployment?.(
    {
      applicationName: 'AppECS-shop-api',
      deploymentGroupName: 'DgpECS-shop-api',
      revision: { revisionType: 'AppSpecContent', appSpecContent: { content } },
    },
    { service: 'codedeploy', operation: 'CreateDeployment', region, accessKeyId: '', at: 0, input: {} } as never,
  )
  if (isWhole) sim.clock.advance(1_800_000)
}
