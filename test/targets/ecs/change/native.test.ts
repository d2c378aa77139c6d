import { describe, expect, test } from '@jest/globals'
import { newImage, oldImage, region, run } from '../../../deployment/scene.ts'
import { some } from '../../../often.ts'
import { seedNativeService } from '../../../simulator/fixtures.ts'
import { createSimulator, type Simulator } from '../../../simulator/simulator.ts'

const strategies = ['BLUE_GREEN', 'LINEAR', 'CANARY'] as const

function scene(strategy: (typeof strategies)[number], more: object = {}): Simulator {
  const sim = createSimulator()
  seedNativeService(sim, { strategy, desiredCount: 2, ...more })
  return sim
}

/** Image of the revision that the service runs. */
function serving(sim: Simulator): unknown {
  const { ecs } = sim.world.region(region)
  const arn = ecs.service('shop', 'api')?.taskDefinition ?? ''
  return ecs.taskDefinition(arn)?.containerDefinitions[0]?.image
}

describe.each(some(strategies, 2))('the strategy %s of ECS', (strategy) => {
  test('is watched through its stages to the end', async () => {
    const sim = scene(strategy)
    const { outcome, state } = await run(sim, { image: newImage, request: { waitMinutes: 120, longestGap: 20_000 } })
    expect([outcome, serving(sim)]).toEqual(['succeeded', newImage])
    expect(state.phases.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['SCALE_UP', 'PRODUCTION_TRAFFIC_SHIFT', 'BAKE_TIME']),
    )
    expect(state.trafficPercent).toBe(100)
  })

  test('that is rolled back is red, says what serves and why', async () => {
    const sim = scene(strategy)
    sim.world.scenarios.set(newImage, { kind: 'crash', exitCode: 1, log: ['Error: no database'] })
    const { outcome, cause, state } = await run(sim, {
      image: newImage,
      request: { waitMinutes: 120, longestGap: 20_000 },
    })
    expect([outcome, serving(sim)]).toEqual(['rolled-back', oldImage])
    expect(cause).toMatch(/\("api", exit code 1\).*no database/s)
    expect(state.verdict?.serving?.id).toMatch(/:1$/)
  })

  test('an alarm while it bakes rolls it back, and the alarm is named', async () => {
    const sim = scene(strategy, { alarms: ['api-5xx'] })
    const { cloudwatch } = sim.world.region(region)
    const { outcome, cause } = await run(sim, {
      image: newImage,
      request: { waitMinutes: 120, longestGap: 20_000 },
      onEvent(event) {
        if (event.kind === 'phase' && event.name === 'BAKE_TIME')
          cloudwatch.setState('api-5xx', 'ALARM', 'Threshold Crossed')
      },
    })
    expect([outcome, serving(sim)]).toEqual(['rolled-back', oldImage])
    expect(cause).toMatch(/alarm.*api-5xx/)
  })
})
