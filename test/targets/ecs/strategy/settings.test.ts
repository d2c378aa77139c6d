import { describe, expect, test } from '@jest/globals'
import type { Details } from '../../../../src/deployment/details.ts'
import type { Service } from '../../../../src/ports.ts'
import type { DeploymentSettings } from '../../../../src/targets/ecs/request/requested-settings.ts'
import { renderText } from '../../../../src/text.ts'
import {
  codeDeployScene,
  type Ended,
  newImage,
  oldImage,
  region,
  rollingScene,
  runSeldom as run,
  servingImage,
} from '../../../deployment/scene.ts'
import { isLong } from '../../../often.ts'
import { type NativeOptions, seedNativeService } from '../../../simulator/fixtures.ts'
import { createSimulator, type Simulator } from '../../../simulator/simulator.ts'

type Strategy = NonNullable<DeploymentSettings['strategy']>

/** A service behind a load balancer with two target groups, whatever its strategy. */
function scene(strategy: Strategy, more: Partial<NativeOptions> = {}): Simulator {
  const sim = createSimulator()
  seedNativeService(sim, {
    desiredCount: 2,
    bakeTimeInMinutes: 1,
    ...more,
    strategy: strategy as NativeOptions['strategy'],
  })
  sim.recorder.clear()
  return sim
}

/** What the simulated ECS answers. */
async function ask<Output>(sim: Simulator, operation: string, input: object): Promise<Output> {
  const { handlers } = sim.world.region(region).ecs
  const at = sim.clock.now()
  return (await handlers[operation]?.(input, {
    service: 'ecs',
    operation,
    region,
    accessKeyId: '',
    at,
    input: {},
  })) as Output
}

async function serviceOf(sim: Simulator): Promise<Service> {
  const { services } = await ask<{ services: Service[] }>(sim, 'DescribeServices', {
    cluster: 'shop',
    services: ['api'],
  })
  return services[0] ?? {}
}

async function configurationOf(sim: Simulator) {
  return (await serviceOf(sim)).deploymentConfiguration
}

function deploy(sim: Simulator, settings: DeploymentSettings, more: Parameters<typeof run>[1] = {}): Promise<Ended> {
  return run(sim, { image: newImage, ...more, request: { settings, ...more.request } })
}

function changesOf({ state }: Ended): readonly string[] {
  return (state.plan?.settings ?? []).map(({ name, from, to }) => `${name} ${from} → ${to}`)
}

function detailsOf({ events }: Ended) {
  return events.flatMap((event) => (event.kind === 'details' ? [event.details] : []))
}

/** `Circuit breaker: 2 failed tasks, threshold 10`, of each gauge. */
function gaugesIn({ gauges }: Pick<Details, 'gauges'> = { gauges: [] }): readonly string[] {
  return gauges.map(({ label, value }) => `${label}: ${renderText(value, (theirs) => theirs)}`)
}

const switches: readonly (readonly [Strategy, DeploymentSettings & { readonly strategy: Strategy }, string])[] = [
  ['ROLLING', { strategy: 'BLUE_GREEN', bakeMinutes: 2 }, 'ROLLING → BLUE_GREEN'],
  ['ROLLING', { strategy: 'CANARY', canaryPercent: 20, canaryBakeMinutes: 3 }, 'ROLLING → CANARY 20% for 3 min'],
  [
    'ROLLING',
    { strategy: 'LINEAR', linearStepPercent: 50, linearStepBakeMinutes: 1 },
    'ROLLING → LINEAR 50% every 1 min',
  ],
  ['BLUE_GREEN', { strategy: 'ROLLING' }, 'BLUE_GREEN → ROLLING'],
  ['BLUE_GREEN', { strategy: 'CANARY' }, 'BLUE_GREEN → CANARY 5% for 10 min'],
  ['BLUE_GREEN', { strategy: 'LINEAR', linearStepPercent: 50 }, 'BLUE_GREEN → LINEAR 50% every 6 min'],
  ['LINEAR', { strategy: 'ROLLING' }, 'LINEAR 10% every 6 min → ROLLING'],
  ['LINEAR', { strategy: 'BLUE_GREEN' }, 'LINEAR 10% every 6 min → BLUE_GREEN'],
  ['LINEAR', { strategy: 'CANARY' }, 'LINEAR 10% every 6 min → CANARY 5% for 10 min'],
  ['CANARY', { strategy: 'ROLLING' }, 'CANARY 5% for 10 min → ROLLING'],
  ['CANARY', { strategy: 'BLUE_GREEN' }, 'CANARY 5% for 10 min → BLUE_GREEN'],
  ['CANARY', { strategy: 'LINEAR', linearStepPercent: 50 }, 'CANARY 5% for 10 min → LINEAR 50% every 6 min'],
]

/** The service had no strategy before, or has none afterwards. */
const isRolling = (one: unknown) => one === 'ROLLING' || (one as DeploymentSettings).strategy === 'ROLLING'

describe('a service that changes its strategy', () => {
  test.each(isLong ? switches : switches.filter((each) => each.slice(0, 2).some(isRolling)))(
    'from %s with %j is deployed by the new one',
    async (from, settings, told) => {
      const sim = scene(from)
      const ended = await deploy(sim, settings, { request: { longestGap: 30_000 } })
      expect([ended.outcome, servingImage(sim)]).toEqual(['succeeded', newImage])
      expect(await configurationOf(sim)).toMatchObject({ strategy: settings.strategy })
      expect(changesOf(ended)).toContain(`strategy ${told}`)
      const isShifted = ended.state.phases.some(({ name }) => name === 'PRODUCTION_TRAFFIC_SHIFT')
      expect(isShifted).toBe(settings.strategy !== 'ROLLING')
    },
  )

  test('without a second target group hears what is missing, and nothing was changed', async () => {
    const sim = rollingScene()
    const { state, cause, outcome } = await deploy(sim, { strategy: 'BLUE_GREEN', bakeMinutes: 5 })
    expect(outcome).toBe('failed')
    expect(cause).toContain(
      'load-balancer-configuration has no alternateTargetGroupArn, productionListenerRule, roleArn for api',
    )
    expect(state.versioned).toBeUndefined()
    expect((await configurationOf(sim))?.bakeTimeInMinutes).toBeUndefined()
    expect(servingImage(sim)).toBe(oldImage)
  })

  test('with a load balancer configuration shifts traffic at once', async () => {
    const sim = rollingScene()
    const { elbv2 } = sim.world.region(region)
    const blue = (await serviceOf(sim)).loadBalancers?.[0]?.targetGroupArn ?? ''
    const green = elbv2.createTargetGroup('api-green').targetGroupArn
    const { ruleArn } = elbv2.createListener(81, { [blue]: 100, [green]: 0 })
    const loadBalancerConfiguration = {
      alternateTargetGroupArn: green,
      productionListenerRule: ruleArn,
      roleArn: `arn:aws:iam::${sim.world.accountId}:role/ecsInfrastructureRole`,
    }
    const settings = { strategy: 'CANARY', bakeMinutes: 1, loadBalancerConfiguration } as const
    const ended = await deploy(sim, settings, { request: { longestGap: 30_000 } })
    expect([ended.outcome, servingImage(sim)]).toEqual(['succeeded', newImage])
    expect(changesOf(ended)).toContain('load balancer one target group → alternate target group api-green')
    expect(elbv2.route(ruleArn)?.forward[green]).toBe(100)
    expect(ended.state.trafficPercent).toBe(100)
  })
})

describe('what only AWS can find out', () => {
  test('a production rule without the second target group is refused in its words, with what to do', async () => {
    const sim = rollingScene()
    const { elbv2 } = sim.world.region(region)
    const blue = (await serviceOf(sim)).loadBalancers?.[0]?.targetGroupArn ?? ''
    const green = elbv2.createTargetGroup('api-green').targetGroupArn
    const loadBalancerConfiguration = {
      alternateTargetGroupArn: green,
      productionListenerRule: elbv2.createListener(81, { [blue]: 100 }).ruleArn,
      roleArn: `arn:aws:iam::${sim.world.accountId}:role/ecsInfrastructureRole`,
    }
    const { outcome, cause } = await deploy(sim, { strategy: 'CANARY', loadBalancerConfiguration })
    expect([outcome, servingImage(sim)]).toEqual(['failed', oldImage])
    expect(cause).toContain('testListenerRule is required when productionListenerRule is not associated with both')
    expect(cause).toContain('Make the production listener rule forward to both target groups, with weights 100 and 0')
  })

  test('a target group that does not exist is refused with what to check', async () => {
    const sim = rollingScene()
    const { elbv2 } = sim.world.region(region)
    const blue = (await serviceOf(sim)).loadBalancers?.[0]?.targetGroupArn ?? ''
    const loadBalancerConfiguration = {
      alternateTargetGroupArn: `${blue}-gone`,
      productionListenerRule: elbv2.createListener(81, { [blue]: 100 }).ruleArn,
      roleArn: `arn:aws:iam::${sim.world.accountId}:role/ecsInfrastructureRole`,
    }
    const { outcome, cause } = await deploy(sim, { strategy: 'CANARY', loadBalancerConfiguration })
    expect(outcome).toBe('failed')
    expect(cause).toContain('Check the target groups of the input load-balancer-configuration')
  })
})

describe('settings alone', () => {
  test('are no deployment, and not unchanged: they hold from the next one on', async () => {
    const sim = scene('BLUE_GREEN')
    const before = (await serviceOf(sim)).currentServiceDeployment
    const ended = await deploy(sim, { circuitBreakerThreshold: { type: 'COUNT', value: 7 } }, { image: oldImage })
    expect([ended.outcome, ended.state.deployment]).toEqual(['succeeded', undefined])
    expect(ended.state.plan).toMatchObject({ does: 'settings' })
    expect((await serviceOf(sim)).currentServiceDeployment).toBe(before)
    expect(await configurationOf(sim)).toMatchObject({
      bakeTimeInMinutes: 1,
      deploymentCircuitBreaker: { enable: true, rollback: true, thresholdConfiguration: { type: 'COUNT', value: 7 } },
    })
  })

  test('that are there already are unchanged, and nothing is sent', async () => {
    const sim = scene('BLUE_GREEN')
    const ended = await deploy(sim, { strategy: 'BLUE_GREEN', bakeMinutes: 1 }, { image: oldImage })
    expect(ended.outcome).toBe('unchanged')
    expect(sim.recorder.all.map(({ operation }) => operation)).not.toContain('UpdateService')
  })

  test('of a dry run are told and not set', async () => {
    const sim = scene('CANARY')
    const ended = await deploy(sim, { canaryPercent: 10 }, { request: { dryRun: true } })
    expect(changesOf(ended)).toEqual(['strategy CANARY 5% for 10 min → CANARY 10% for 10 min'])
    expect((await configurationOf(sim))?.canaryConfiguration).toBeUndefined()
  })

  test('are set beside a deployment of the same content that is in flight, which goes on', async () => {
    const sim = scene('BLUE_GREEN')
    await run(sim, { image: newImage, request: { wait: false } })
    const ended = await deploy(sim, { alarms: ['api-5xx'] })
    expect(ended.state.deployment?.adopted).toBe(true)
    expect([ended.outcome, servingImage(sim)]).toEqual(['succeeded', newImage])
    expect((await configurationOf(sim))?.alarms).toEqual({ alarmNames: ['api-5xx'], enable: true, rollback: true })
  })

  test('of a service that CodeDeploy deploys are refused by name', async () => {
    const { outcome, cause } = await deploy(codeDeployScene(), { strategy: 'CANARY' })
    expect(outcome).toBe('failed')
    expect(cause).toContain('does not support the input strategy')
  })
})

describe('what a deployment heeds', () => {
  test('a threshold of its own ends it after so many failed tasks', async () => {
    const sim = rollingScene()
    sim.world.scenarios.set(newImage, { kind: 'crash', exitCode: 1 })
    const ended = await deploy(sim, { circuitBreakerThreshold: { type: 'COUNT', value: 5 } })
    expect(ended.outcome).toBe('rolled-back')
    // One more may have failed until it was seen.
    expect(gaugesIn(ended.state.details)).toEqual([
      expect.stringMatching(/^Circuit breaker: ([5-9]|\d\d) failed tasks, threshold 5 \(TRIGGERED\)$/),
    ])
  })

  test('an alarm that was added rolls it back when it fires, and is named', async () => {
    const sim = scene('ROLLING')
    const { cloudwatch } = sim.world.region(region)
    cloudwatch.setState('api-5xx', 'OK')
    const settings = { strategy: 'BLUE_GREEN', alarms: ['api-5xx'] } as const
    const ended = await deploy(sim, settings, {
      onEvent(event) {
        if (event.kind === 'phase' && event.name === 'BAKE_TIME') cloudwatch.setState('api-5xx', 'ALARM', 'Threshold')
      },
    })
    expect([ended.outcome, servingImage(sim)]).toEqual(['rolled-back', oldImage])
    expect(ended.cause).toMatch(/alarm.*api-5xx/)
    expect(detailsOf(ended).map(({ fired }) => fired)).toContainEqual(['api-5xx'])
  })

  test('an early success ends a rolling deployment before the old tasks are gone', async () => {
    const seconds = async (settings: DeploymentSettings) => {
      const sim = rollingScene({ desiredCount: 4, minimumHealthyPercent: 50, maximumPercent: 150 })
      const { outcome, state } = await deploy(sim, settings)
      expect([outcome, servingImage(sim)]).toEqual(['succeeded', newImage])
      const isWarned = state.warnings.some((warning) => warning.untrusted.startsWith('After an early success'))
      expect(isWarned).toBe(settings.earlySuccess !== undefined)
      return (state.updatedAt - state.startedAt) / 1000
    }
    expect(await seconds({ earlySuccess: { healthyPercent: 50 } })).toBeLessThan(await seconds({}))
  })

  test('a Lambda hook that fails is named with its function and its stage', async () => {
    const sim = scene('BLUE_GREEN')
    const hookTargetArn = `arn:aws:lambda:${region}:${sim.world.accountId}:function:smoke-test`
    sim.world.region(region).ecs.lambdaHooks.set(hookTargetArn, { kind: 'failed' })
    const roleArn = `arn:aws:iam::${sim.world.accountId}:role/hooks`
    const ended = await deploy(sim, {
      lifecycleHooks: [{ hookTargetArn, roleArn, lifecycleStages: ['POST_TEST_TRAFFIC_SHIFT'] }],
    })
    expect([ended.outcome, servingImage(sim)]).toEqual(['rolled-back', oldImage])
    expect(ended.cause).toMatch(/smoke-test/)
    expect(ended.cause).toMatch(/POST_TEST_TRAFFIC_SHIFT/)
    expect(gaugesIn(ended.state.details)).toEqual(['Hooks: smoke-test failed'])
  })
})

describe('what is shown of a deployment', () => {
  test('a canary: shares of both revisions by their names, breaker, alarms, and how long it bakes', async () => {
    const sim = scene('CANARY', { alarms: ['api-5xx'], bakeTimeInMinutes: 5 })
    const ended = await run(sim, { image: newImage, request: { longestGap: 30_000 } })
    const details = detailsOf(ended)
    const at = (share: number) => details.find(({ shares }) => shares[0]?.percent === share)
    expect(at(5)).toMatchObject({
      shares: [
        { version: 'api:2', side: 'new', percent: 5 },
        { version: 'api:1', side: 'old', percent: 95 },
      ],
      failureLimit: 'circuit breaker threshold 3',
      fired: [],
    })
    expect(gaugesIn(at(5))).toContain('Alarms: api-5xx monitored')
    const timed = ended.events.flatMap((event) => {
      const { shares = [], notices = [] } = event.kind === 'details' ? event.details : {}
      const endsAt = notices.find(({ label }) => label === 'bake')?.endsAt
      return endsAt === undefined ? [] : [{ percent: shares[0]?.percent, minutes: (endsAt - event.at) / 60_000 }]
    })
    expect(timed).toEqual([
      { percent: 5, minutes: 10 },
      { percent: 100, minutes: 5 },
    ])
    expect(ended.outcome).toBe('succeeded')
  })

  test('needs no call for the names of two revisions', async () => {
    const sim = scene('CANARY')
    await run(sim, { image: newImage, request: { longestGap: 30_000 } })
    const calls = sim.recorder.all.filter(({ operation }) => operation === 'DescribeServiceRevisions')
    // The one that makes sure that the service deployment is ours.
    expect(calls).toHaveLength(1)
  })

  test('the bake times of a strategy do not eat into the minutes that a deployment may take', async () => {
    const sim = scene('LINEAR', { bakeTimeInMinutes: 30 })
    const { outcome } = await run(sim, { image: newImage, request: { waitMinutes: 15, longestGap: 180_000 } })
    expect(outcome).toBe('succeeded')
  })

  test('both task sets of CodeDeploy with their shares', async () => {
    const ended = await run(codeDeployScene(), { image: newImage, request: { waitMinutes: 60 } })
    const names = new Set(
      detailsOf(ended).flatMap(({ shares }) => shares.map(({ version, side }) => `${version} ${side}`)),
    )
    expect(names).toEqual(new Set(['api:1 old', 'api:2 new']))
    expect(detailsOf(ended).at(-1)?.shares[0]).toMatchObject({ version: 'api:2', percent: 100 })
  })
})
