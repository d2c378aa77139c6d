import { describe, expect, test } from '@jest/globals'
import { onlyLong } from '../often.ts'
import type { Simulator } from '../simulator/simulator.ts'
import {
  codeDeployScene,
  newImage,
  oldImage,
  type RunOptions,
  rollingScene,
  runSeldom as run,
  servingImage,
} from './scene.ts'

const minute = 60_000

function silence(sim: Simulator): void {
  for (const service of ['ecs', 'codedeploy'] as const)
    sim.faults.add({ service, times: 1000, effect: { kind: 'hang' } })
}

async function timed(sim: Simulator, options: RunOptions) {
  const before = sim.clock.now()
  const ended = await run(sim, options)
  return { ...ended, minutes: (sim.clock.now() - before) / minute }
}

describe.each([
  ['rolling', rollingScene],
  ['CodeDeploy', codeDeployScene],
])('row F09: AWS that does not answer, %s', (engine, scene) => {
  test.each([
    [0, 2],
    [5, 5],
    [30, 10],
    [360, 10],
  ])('before anything was changed, with wait-for-minutes %i: given up after %i minutes', async (waitMinutes, most) => {
    const sim = scene()
    silence(sim)
    const ended = await timed(sim, { image: newImage, request: { waitMinutes } })
    expect(ended.error).toMatchObject({ message: 'aws-unreachable' })
    expect(ended.outcome).toBe('failed')
    expect(ended.minutes).toBeLessThanOrEqual(most + 0.2)
    expect(servingImage(sim)).toBe(oldImage)
  })

  test('to the call that changes the service: the end is not known, and that is what is said', async () => {
    const sim = scene()
    const ended = await timed(sim, {
      image: newImage,
      onKeep: ({ stage }) => stage === 'updating' && silence(sim),
    })
    expect(ended.outcome).toBe('detached')
    expect(ended.cause).toMatch(/did not respond .* its end is unknown/)
    expect(ended.minutes).toBeLessThanOrEqual(10.2)
  })

  test('while it is watched: the deadline of the deployment holds', async () => {
    const sim = scene()
    const ended = await timed(sim, {
      image: newImage,
      request: { waitMinutes: 20 },
      onEvent: ({ kind }) => kind === 'started' && silence(sim),
    })
    expect(ended.outcome).toBe('timed-out')
    expect(ended.minutes).toBeLessThanOrEqual(26)
  })

  // An hour of looks by CodeDeploy.
  const also = engine === 'rolling' ? test : onlyLong(test)
  also('after the end: what is known stays known', async () => {
    const sim = scene()
    sim.world.scenarios.set(newImage, { kind: 'crash', exitCode: 1 })
    const seen = { rollback: 0 }
    const ended = await timed(sim, {
      image: newImage,
      request: { waitMinutes: 120 },
      onEvent({ kind }) {
        if (kind !== 'rolling-back') return
        seen.rollback = sim.clock.now()
        // Everything but the object that is watched.
        sim.faults.add({
          operation: /^(DescribeServices|DescribeServiceRevisions|DescribeTask.*|ListTasks)$/,
          times: 1000,
          effect: { kind: 'hang' },
        })
      },
    })
    expect(ended.outcome).toBe('rolled-back')
    expect(sim.clock.now() - seen.rollback).toBeLessThan(10 * minute)
  })
})
