import { expect, test } from '@jest/globals'
import { newImage, portsOf, run } from '../deployment/scene.ts'
import type { FaultRule } from '../simulator/faults.ts'
import { seedRollingService } from '../simulator/fixtures.ts'
import { createSimulator } from '../simulator/simulator.ts'

const services = Array.from({ length: 200 }, (_, index) => `api-${index}`)

const effects: readonly FaultRule['effect'][] = [
  { kind: 'throttle' },
  { kind: 'reset' },
  { kind: 'http', status: 500 },
  { kind: 'http', status: 502 },
  { kind: 'html' },
  { kind: 'apply-then-drop' },
]

test('F07, F08, F12: with 30 % of all calls spoiled, every service is deployed, and nothing happens twice', async () => {
  const sim = createSimulator({ seed: 7 })
  for (const service of services) seedRollingService(sim, { service, waitUntilSteady: false })
  sim.clock.advance(180_000)
  for (const effect of effects) sim.faults.add({ service: 'ecs', probability: 0.3 / effects.length, effect })
  const ended = await Promise.all(services.map((service) => run(sim, { image: newImage, request: { service } })))
  expect(ended.filter(({ outcome }) => outcome !== 'succeeded').map(({ cause }) => cause)).toEqual([])
  sim.faults.clear()
  const { ecs } = portsOf(sim)
  for (const service of services) {
    expect((await ecs.describeTaskDefinition(service))?.revision).toBe(2)
    expect(await ecs.listServiceDeployments('shop', service, new Date(0))).toHaveLength(2)
  }
}, 120_000)
