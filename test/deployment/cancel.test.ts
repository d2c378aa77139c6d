import { describe, expect, test } from '@jest/globals'
import { parseRecord } from '../../src/deployment/deployment-record.ts'
import type { DeploymentEvent } from '../../src/deployment/events.ts'
import type { CancelPolicy } from '../../src/deployment/policies.ts'
import { settleCancelled } from '../../src/deployment/settle-cancelled.ts'
import { fold, initialState } from '../../src/deployment/state.ts'
import { ecsSettlement } from '../../src/targets/ecs/index.ts'
import type { EcsRecord } from '../../src/targets/ecs/request/ecs-record.ts'
import { times } from '../often.ts'
import type { Simulator } from '../simulator/simulator.ts'
import { lag } from './lag.ts'
import {
  causeOf,
  codeDeployScene,
  newImage,
  oldImage,
  portsOf,
  region,
  rollingScene,
  run,
  savedRecord,
  servingImage,
} from './scene.ts'

/** Cancels a deployment as soon as `when` says so, and hands on what the post step would read. */
async function cancelled(sim: Simulator, onCancel: CancelPolicy, when: (event: DeploymentEvent) => boolean) {
  const job = new AbortController()
  const ended = await run(sim, {
    image: newImage,
    signal: job.signal,
    request: { onCancel },
    onEvent: (event) => when(event) && job.abort(new Error('cancelled')),
  })
  expect(ended.outcome).toBe('cancelled')
  expect(ended.error).toBeUndefined()
  return ended
}

async function settled(sim: Simulator, record: EcsRecord) {
  const ports = portsOf(sim)
  let state = initialState(ports.clock.now())
  const restored = parseRecord(JSON.stringify(savedRecord(record)))
  if (!restored) throw new Error('the record was lost')
  const settlement = await ecsSettlement(restored, ports, ports.clock)
  for await (const event of settleCancelled(restored, settlement, ports.clock)) state = fold(state, event)
  return { state, cause: causeOf(state) }
}

const started = ({ kind }: DeploymentEvent) => kind === 'started'
const engines = [
  ['rolling', () => rollingScene()],
  ['CodeDeploy', () => codeDeployScene()],
] as const

describe.each(engines)("peers' F16, row F01: a cancel while %s is in flight", (_, make) => {
  test('rolls back by policy, and says so', async () => {
    const sim = make()
    sim.world.scenarios.set(newImage, { kind: 'healthy', startSeconds: 90 })
    const { record } = await cancelled(sim, 'stop-and-roll-back', started)
    const { state, cause } = await settled(sim, record)
    expect(state.verdict?.outcome).toBe('cancelled')
    expect(cause).toMatch(/this run stopped the deployment .* rolls back to api:1/)
    sim.clock.advance(30 * 60_000)
    expect(servingImage(sim)).toBe(oldImage)
  })

  test('leaves it alone by policy, and says so', async () => {
    const sim = make()
    sim.world.scenarios.set(newImage, { kind: 'healthy', startSeconds: 90 })
    const { record } = await cancelled(sim, 'leave', started)
    const { cause } = await settled(sim, record)
    expect(cause).toMatch(/is still in progress and continues without this run \(on-cancel: leave\)/)
    sim.clock.advance(30 * 60_000)
    expect(servingImage(sim)).toBe(newImage)
  })

  test('row F02: before the service was changed there is nothing to stop', async () => {
    const sim = make()
    const { record } = await cancelled(sim, 'stop-and-roll-back', ({ kind }) => kind === 'versioned')
    const { cause } = await settled(sim, record)
    expect(cause).toMatch(/Nothing was deployed/)
    sim.clock.advance(30 * 60_000)
    expect(servingImage(sim)).toBe(oldImage)
  })

  test('one that has ended by then is told by its end', async () => {
    const sim = make()
    const { record } = await cancelled(sim, 'stop-and-roll-back', started)
    sim.clock.advance(30 * 60_000)
    const { cause } = await settled(sim, record)
    expect(cause).toMatch(/had succeeded/)
    expect(servingImage(sim)).toBe(newImage)
  })

  test('a reply that the cancel cut off does not hide the deployment', async () => {
    const sim = make()
    sim.world.scenarios.set(newImage, { kind: 'healthy', startSeconds: 90 })
    const { record } = await cancelled(sim, 'stop-and-roll-back', started)
    const { deploymentId: _, serviceDeploymentArn: _arn, ...lost } = record
    sim.clock.advance(10_000)
    const { cause } = await settled(sim, { ...lost, stage: 'updating' })
    expect(cause).toMatch(/this run stopped the deployment .* rolls back/)
  })

  test('what cannot be stopped is said to go on', async () => {
    const sim = make()
    const { record } = await cancelled(sim, 'stop-and-roll-back', started)
    sim.faults.add({
      operation: /^(StopDeployment|StopServiceDeployment)$/,
      times: 99,
      effect: { kind: 'access-denied' },
    })
    sim.clock.advance(5_000)
    const { state, cause } = await settled(sim, record)
    expect(state.verdict?.outcome).toBe('cancelled')
    expect(cause).toMatch(
      /may still be in progress, because on-cancel: stop-and-roll-back failed: AccessDeniedException: not authorized to perform (?:ecs|codedeploy):Stop\w+: User: arn:/,
    )
  })
})

test('at whatever second a rolling deployment is settled, what is told is what serves in the end', async () => {
  for (let seconds = 0, ended = false; !ended; seconds += times('SETTLE_EVERY', 7, 1)) {
    const sim = rollingScene()
    const { record } = await cancelled(sim, 'stop-and-roll-back', started)
    sim.clock.advance(seconds * 1000)
    const { cause } = await settled(sim, record)
    sim.clock.advance(30 * 60_000)
    const isBack = /now rolls back/.test(cause)
    expect([seconds, cause, servingImage(sim)]).toEqual([seconds, cause, isBack ? oldImage : newImage])
    ended = /had succeeded/.test(cause)
  }
})

describe('a cancel while reads lag', () => {
  const without = (sim: Simulator) => {
    // Nothing is listed, so that the service itself has to tell.
    sim.world.region(region).ecs.quirks.listedAfterSeconds = 3600
  }

  test.each([1, 3])('a service that is shown as it was for %d looks has not been given up', async (looks) => {
    const sim = rollingScene()
    sim.clock.advance(120_000)
    lag(sim, looks)
    sim.world.scenarios.set(newImage, { kind: 'healthy', startSeconds: 90 })
    const { record } = await cancelled(sim, 'stop-and-roll-back', started)
    const { cause } = await settled(sim, record)
    expect(cause).toMatch(/this run stopped the deployment .* rolls back to api:1/)
    sim.clock.advance(30 * 60_000)
    expect(servingImage(sim)).toBe(oldImage)
  })

  test('one that was replaced by somebody else is told so when looks agree', async () => {
    const sim = rollingScene()
    without(sim)
    sim.world.scenarios.set(newImage, { kind: 'healthy', startSeconds: 90 })
    const { record } = await cancelled(sim, 'leave', started)
    await run(sim, { image: 'registry.example.com/api:v3', request: { wait: false } })
    expect((await settled(sim, record)).cause).toMatch(/had been superseded by another deployment/)
  })

  test('the same revision anew is not taken for complete because the old one is', async () => {
    const sim = rollingScene()
    without(sim)
    sim.clock.advance(120_000)
    lag(sim, 3)
    const job = new AbortController()
    const { record } = await run(sim, {
      signal: job.signal,
      request: { onCancel: 'leave', forceNewDeployment: true },
      onEvent: (event) => started(event) && job.abort(new Error('cancelled')),
    })
    expect((await settled(sim, record)).cause).not.toMatch(/rolloutState COMPLETED/)
  })
})

test('nothing, and what an older version kept, is no record', () => {
  for (const saved of [undefined, '', 'null', '{', '{"cluster":1}']) expect(parseRecord(saved)).toBeUndefined()
})
