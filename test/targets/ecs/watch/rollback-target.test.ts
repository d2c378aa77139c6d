/** Deployments whose old tasks have all ended: DescribeServices does not list what ECS can roll back to, and yet it can. */
import { expect, test } from '@jest/globals'
import { deny } from '../../../deployment/lag.ts'
import { newImage, oldImage, region, rollingScene, run } from '../../../deployment/scene.ts'
import { truthOf } from '../../../deployment/truth.ts'
import type { Call } from '../../../simulator/contract.ts'
import type { Simulator } from '../../../simulator/simulator.ts'

const crash = { kind: 'crash', exitCode: 1 } as const
const neverCompleted = /No deployment of this service has ever completed/

function listed(sim: Simulator): unknown {
  const input = { cluster: 'shop', services: ['api'] }
  const found = sim.world.region(region).ecs.handlers.DescribeServices?.(input, {} as Call)
  return (found as { services: { deployments: object[] }[] }).services[0]?.deployments.map(
    (one) => Object(one).rolloutState,
  )
}

/** A deployment of a broken image that nobody watches, once all tasks of the live revision have ended. */
async function begun(): Promise<Simulator> {
  const sim = rollingScene({ minimumHealthyPercent: 0, maximumPercent: 100, circuitBreaker: 'off' })
  sim.clock.advance(60_000)
  sim.world.scenarios.set(newImage, crash)
  await run(sim, { image: newImage, request: { wait: false } })
  sim.clock.advance(50_000)
  expect(listed(sim)).toEqual(['IN_PROGRESS'])
  return sim
}

const request = { failFastAfter: 3 }

test('a job that is run again stops the broken deployment with rollback', async () => {
  const sim = await begun()
  const ended = await run(sim, { image: newImage, request })
  expect(ended.outcome).toBe('rolled-back')
  expect(truthOf(sim).image).toBe(oldImage)
  expect(JSON.stringify(ended.events)).not.toMatch(neverCompleted)
})

test('so does a deployment that replaces the broken one and is broken, too', async () => {
  const sim = await begun()
  const image = 'registry.example.com/api:v3'
  sim.world.scenarios.set(image, crash)
  expect((await run(sim, { image, request })).outcome).toBe('rolled-back')
  expect(truthOf(sim).image).toBe(oldImage)
})

test('where the history may not be read, the deployment is left as it is', async () => {
  const sim = await begun()
  deny(sim, 'ListServiceDeployments')
  const ended = await run(sim, { image: newImage, request: { ...request, waitMinutes: 5 } })
  expect(ended.outcome).toBe('timed-out')
})

test('the first deployment of all has nothing to roll back to', async () => {
  const sim = rollingScene({ waitUntilSteady: false, image: newImage, circuitBreaker: 'off' })
  sim.world.scenarios.set(newImage, crash)
  const ended = await run(sim, { image: newImage, request })
  expect(ended.outcome).toBe('failed')
  expect(JSON.stringify(ended.events)).toMatch(neverCompleted)
})
