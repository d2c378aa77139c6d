import { expect, test } from '@jest/globals'
import { seededTaskDefinition, seedRollingService } from '../fixtures.ts'
import { createClients } from './rig.ts'

test('two hundred rolling deployments at once are simulated', () => {
  const { sim, home } = createClients()
  const names = Array.from({ length: 200 }, (_, index) => `api-${index}`)
  for (const service of names) seedRollingService(sim, { service, waitUntilSteady: false })
  sim.clock.advance(120_000)
  for (const service of names) {
    const ask = (operation: string, input: object) => home.ecs.handlers[operation]!(input, {} as never)
    const definition = seededTaskDefinition(sim.world, { service, image: 'registry.example.com/api:v2' })
    ask('RegisterTaskDefinition', definition)
    ask('UpdateService', { cluster: 'shop', service, taskDefinition: service })
  }
  sim.clock.advance(300_000)
  const running = names.map((service) => home.ecs.service('shop', service)!.taskDefinition.split(':').at(-1))
  expect(new Set(running)).toEqual(new Set(['2']))
})
