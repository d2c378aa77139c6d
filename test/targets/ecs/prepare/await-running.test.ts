import { expect, test } from '@jest/globals'
import { newImage, portsOf, region, rollingScene, run } from '../../../deployment/scene.ts'
import type { Call } from '../../../simulator/contract.ts'
import type { Simulator } from '../../../simulator/simulator.ts'

const crash = { kind: 'crash', exitCode: 1, log: ['Error: connect ECONNREFUSED 10.0.0.5:5432'] } as const

/** A service whose deployment is complete, and whose tasks have crashed since, again and again. */
async function brokenService(): Promise<Simulator> {
  const sim = rollingScene()
  sim.world.scenarios.set(newImage, { ...crash, afterSeconds: 900 })
  expect((await run(sim, { image: newImage })).outcome).toBe('succeeded')
  sim.world.scenarios.set(newImage, crash)
  sim.clock.advance(1_000_000)
  sim.recorder.clear()
  return sim
}

const changes = (sim: Simulator) =>
  sim.recorder.all.map(({ operation }) => operation).filter((name) => /^(?:Update|Register|Create)/.test(name))

test('a service that is on the wanted revision and runs no task is red, with the reason of its tasks', async () => {
  const sim = await brokenService()
  const { outcome, cause, state } = await run(sim, { image: newImage })
  expect([outcome, state.verdict?.serving]).toEqual(['failed', undefined])
  expect(state.warnings.map(({ untrusted }) => untrusted).join()).toMatch(/tasks are running\. The step waits until /)
  expect(cause).toMatch(
    /^0 of 2 tasks keep running: \d+ of \d+ new tasks stopped \| .*ECONNREFUSED 10\.0\.0\.5:5432.* Nothing was deployed\. Correct what stops its tasks, or deploy another revision\.$/,
  )
  expect(changes(sim)).toEqual([])
})

test('one whose tasks come back is unchanged', async () => {
  const sim = await brokenService()
  sim.world.scenarios.set(newImage, { kind: 'healthy' })
  const { outcome } = await run(sim, { image: newImage })
  expect(outcome).toBe('unchanged')
  expect((await portsOf(sim).ecs.describeService('shop', 'api'))?.runningCount).toBeGreaterThan(0)
  expect(changes(sim)).toEqual([])
})

test('one whose task began to run just before the time is up is unchanged, too', async () => {
  const recovering = async (waitMinutes: number) => {
    const sim = await brokenService()
    sim.world.scenarios.set(newImage, { kind: 'healthy' })
    const before = sim.clock.now()
    const { outcome } = await run(sim, { image: newImage, request: { waitMinutes } })
    return { outcome, took: sim.clock.now() - before }
  }
  const { took } = await recovering(5)
  expect((await recovering((took - 8_000) / 60_000)).outcome).toBe('unchanged')
})

test('a wait of fewer minutes is no longer than that', async () => {
  const sim = await brokenService()
  const before = sim.clock.now()
  const { outcome } = await run(sim, { image: newImage, request: { waitMinutes: 2 } })
  expect(outcome).toBe('failed')
  expect(sim.clock.now() - before).toBeLessThan(4 * 60_000)
})

test('one that is scaled to 0 meanwhile is unchanged: no task of it is wanted', async () => {
  const sim = await brokenService()
  sim.clock.after(60_000, () => {
    sim.world
      .region(region)
      .ecs.handlers.UpdateService?.({ cluster: 'shop', service: 'api', desiredCount: 0 }, {} as Call)
  })
  expect((await run(sim, { image: newImage })).outcome).toBe('unchanged')
})

test('a cancel meanwhile changes nothing, and is one', async () => {
  const sim = await brokenService()
  const cancel = new AbortController()
  sim.clock.after(60_000, () => cancel.abort())
  expect((await run(sim, { image: newImage, signal: cancel.signal })).outcome).toBe('cancelled')
  expect(changes(sim)).toEqual([])
})

test.each([{ wait: false }, { dryRun: true }])('with %j nothing is waited for', async (request) => {
  const sim = await brokenService()
  const before = sim.clock.now()
  const { outcome, state } = await run(sim, { image: newImage, request })
  expect([outcome, sim.clock.now() - before < 30_000]).toEqual(['unchanged', true])
  expect(state.warnings.map(({ untrusted }) => untrusted).join()).toMatch(/only \d of 2 tasks are running\.$/)
})
