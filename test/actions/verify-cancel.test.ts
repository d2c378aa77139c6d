/** A cancel while checks and tasks are made of a deployment that is complete: what is live, and what is unproven, is stated. */
import { describe, expect, test } from '@jest/globals'
import { newImage, rollingScene, servingImage } from '../deployment/scene.ts'
import type { FakeRunner } from '../runner/fake-runner.ts'
import type { Simulator } from '../simulator/simulator.ts'
import { startedTasks } from './task-scene.ts'
import { configOf, deployWith, operations, probeOf, response, url } from './verify-scene.ts'

/** The main step until a moment of its last part, and the post step. */
async function cancelled(
  sim: Simulator,
  play: Parameters<typeof deployWith>[1],
  at: (cancel: () => void) => Parameters<typeof deployWith>[1],
) {
  let runner: FakeRunner | undefined
  const more = at(() => runner?.cancel())
  const main = await deployWith(sim, { ...play, ...more, onRunner: (one) => (runner = one) })
  const post = await deployWith(sim, { ...play, state: main.runner.savedState })
  sim.clock.advance(600_000)
  return { main, post: post.runner.summary }
}

const updates = (sim: Simulator) => operations(sim, /^(Stop\w+|UpdateService|Continue\w+)$/)

describe('after a rolling deployment', () => {
  test('a request: neither step promises a rollback, and both name the check that was not complete', async () => {
    const sim = rollingScene()
    const { main, post } = await cancelled(sim, { given: { verify: `- url: ${url}` } }, (cancel) => ({
      probe: probeOf(() => {
        cancel()
        return response(500)
      }),
    }))
    expect([main.outputs.verdict, servingImage(sim), updates(sim)]).toEqual(['cancelled', newImage, ['UpdateService']])
    expect(main.outputs.cause).toMatch(/deployment ecs-svc\/\d+ was complete and Verify GET \/health was not/)
    expect(main.log).toMatch(/The new revision stays live without that\. To undo it, run the rollback workflow/)
    expect(main.log).not.toMatch(/rolls back/)
    expect(post).toMatch(/had succeeded when this job ended, and Verify GET .*health was not complete/)
    expect(post).toMatch(/The new revision is live without that\. To undo it, run the rollback workflow/)
  })

  test.each([
    ['a check', configOf('', 'verify:\n  - { task: smoke, command: [node, check.js] }'), 'Verify smoke'],
    ['a task', configOf('tasks:\n  warm: { command: [node, check.js], when: after }', ''), 'Task warm'],
  ])('%s by a task: it is stopped, and that is told', async (_, config, name) => {
    const sim = rollingScene()
    sim.world.scenarios.set('$ node check.js', { kind: 'healthy' })
    const { post } = await cancelled(sim, { files: { 'slipway.yml': config } }, (cancel) => {
      const run = () => void sim.clock.after(30_000, cancel)
      sim.faults.add({ operation: 'RunTask', effect: { kind: 'callback', run } })
      return {}
    })
    expect(startedTasks(sim).map(({ lastStatus }) => lastStatus)).toEqual(['STOPPED'])
    expect([servingImage(sim), updates(sim)]).toEqual([newImage, ['UpdateService', 'StopTask']])
    expect(post).toMatch(new RegExp(`${name} was not complete; this run stopped the one-off task .*may be half done`))
  })

  test('a check that has passed, and nothing else is due: the cancel comes too late', async () => {
    const sim = rollingScene()
    const { main } = await cancelled(sim, { given: { verify: `- url: ${url}` } }, () => ({
      probe: probeOf(response(200)),
    }))
    expect(main.outputs.verdict).toBe('succeeded')
    expect(JSON.parse(main.runner.savedState.deployment ?? '')).not.toHaveProperty('unfinished')
  })
})
