/** The desired count is nobody's but its owner's: left alone unless it is asked for, refused where autoscaling owns it. */
import { describe, expect, test } from '@jest/globals'
import { initialState } from '../../../../src/deployment/state.ts'
import { logLines } from '../../../../src/report/log-lines.ts'
import { renderText } from '../../../../src/text.ts'
import {
  causeOf,
  codeDeployScene,
  newImage,
  region,
  rollingScene,
  runSeldom as run,
} from '../../../deployment/scene.ts'
import { subject } from '../../../report/stories.ts'
import type { Simulator } from '../../../simulator/simulator.ts'

const looking = 'application-autoscaling:DescribeScalableTargets'

function scaled(sim: Simulator, resource = 'service/shop/api', more: object = {}): Simulator {
  const { handlers } = sim.world.region(region)['application-autoscaling']
  const input = {
    ...{ ServiceNamespace: 'ecs', ResourceId: resource, ScalableDimension: 'ecs:service:DesiredCount' },
    ...{ MinCapacity: 2, MaxCapacity: 12 },
    ...more,
  }
  handlers.RegisterScalableTarget?.(input, {} as never)
  return sim
}

const countOf = (sim: Simulator) => sim.world.region(region).ecs.service('shop', 'api')?.desiredCount
const changes = (sim: Simulator) =>
  sim.recorder.all.filter(({ operation }) => /^(Update|Register|Create)/.test(operation)).length

describe('a count that autoscaling owns', () => {
  test.each([
    ['of a deployment', {}],
    ['of a dry run', { dryRun: true }],
  ])('is refused before anything is changed: %s', async (_, more) => {
    const sim = scaled(rollingScene())
    const { cause } = await run(sim, { image: newImage, request: { desiredCount: 5, ...more } })
    expect(cause).toMatch(/Application Auto Scaling owns the desired count of api, so it is not set to 5/)
    expect(cause).toMatch(/MinCapacity 2 and MaxCapacity 12; the desired count is 2/)
    expect(cause).toMatch(/force-desired-count: true/)
    expect([countOf(sim), changes(sim)]).toEqual([2, 0])
  })

  test('is set when that is forced, and nobody is asked', async () => {
    const sim = scaled(rollingScene())
    const { outcome } = await run(sim, { image: newImage, request: { desiredCount: 5, forceDesiredCount: true } })
    expect([outcome, countOf(sim), sim.iam.actionsUsed().includes(looking)]).toEqual(['succeeded', 5, false])
  })

  test('is nobody’s while all of its scaling is suspended, and stays owned while only a part of it is', async () => {
    const part = { DynamicScalingInSuspended: true, ScheduledScalingSuspended: true }
    const suspended = (state: object) => scaled(rollingScene(), 'service/shop/api', { SuspendedState: state })
    const off = suspended({ ...part, DynamicScalingOutSuspended: true })
    expect((await run(off, { image: newImage, request: { desiredCount: 5 } })).outcome).toBe('succeeded')
    expect(countOf(off)).toBe(5)
    const { cause } = await run(suspended(part), { image: newImage, request: { desiredCount: 5 } })
    expect(cause).toMatch(/Application Auto Scaling owns/)
  })

  test('may be named as it is', async () => {
    const sim = scaled(rollingScene())
    expect((await run(sim, { image: newImage, request: { desiredCount: 2 } })).outcome).toBe('succeeded')
  })

  const task = {
    ...{ subnets: [], securityGroups: [], startedBy: 'test' },
    ...{ awaitStop: true, waitMinutes: 10, idempotencyKey: 'one' },
  }
  test.each([
    ['a registration', 'owned', 6, {}],
    ['a one-off task', 'owned', 6, { runTask: task }],
    ['a registration', 'not known to be owned', 6, {}],
    ['a registration', 'forced', 2, { forceDesiredCount: true }],
    ['a one-off task', "nobody's", 2, { runTask: task }],
  ])('during %s the count changes, and is %s: %d tasks', async (_, whose, count, more) => {
    const sim = whose === "nobody's" ? rollingScene() : scaled(rollingScene())
    if (whose === 'not known to be owned')
      sim.faults.add({ service: 'application-autoscaling', times: 9, effect: { kind: 'access-denied' } })
    sim.world.scenarios.set(newImage, { kind: 'crash', exitCode: 0, afterSeconds: 60 })
    const scaleOut = () => {
      const service = sim.world.region(region).ecs.service('shop', 'api')
      if (service) service.desiredCount = 6
    }
    const operation = 'runTask' in more ? 'RunTask' : 'RegisterTaskDefinition'
    sim.faults.add({ operation, effect: { kind: 'callback', run: scaleOut } })
    sim.faults.add({ operation: 'RegisterTaskDefinition', effect: { kind: 'slow', milliseconds: 5_000 } })
    const request = { desiredCount: 2, wait: false, ...more }
    await run(sim, { image: newImage, request })
    expect(countOf(sim)).toBe(count)
  })

  test('is left alone by CodeDeploy anyway, which is said', async () => {
    const sim = scaled(codeDeployScene({ terminationWaitMinutes: 0 }))
    const { outcome, state } = await run(sim, { image: newImage, request: { desiredCount: 5 } })
    expect([outcome, countOf(sim)]).toEqual(['succeeded', 2])
    expect(state.warnings.map(({ untrusted }) => untrusted).join()).toMatch(/desired-count is not applied/)
  })
})

test('a count that nothing scales is set, also when the target is of another service', async () => {
  const sim = scaled(rollingScene(), 'service/shop/other')
  const { outcome, state } = await run(sim, { image: newImage, request: { desiredCount: 4 } })
  expect([outcome, countOf(sim)]).toEqual(['succeeded', 4])
  const said = logLines(initialState(0), state, subject).map((line) => renderText(line, (theirs) => theirs))
  expect(said.join('\n')).toContain('desired count 2 → 4')
})

test('without the permission to look, the count is set, with a warning that names it', async () => {
  const sim = scaled(rollingScene())
  sim.faults.add({ service: 'application-autoscaling', times: 9, effect: { kind: 'access-denied' } })
  const { outcome, state } = await run(sim, { image: newImage, request: { desiredCount: 4 } })
  expect([outcome, countOf(sim)]).toEqual(['succeeded', 4])
  expect(state.warnings.map(({ untrusted }) => untrusted).join()).toMatch(
    new RegExp(`Not authorized to perform ${looking}`),
  )
})

test('without a count, autoscaling is not asked and the count stays', async () => {
  const sim = scaled(rollingScene())
  const ended = await run(sim, { image: newImage })
  expect([ended.outcome, countOf(sim), causeOf(ended.state)]).toEqual(['succeeded', 2, ''])
  expect(sim.iam.actionsUsed()).not.toContain(looking)
})
