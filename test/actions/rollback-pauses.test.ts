/** Rollbacks of services whose deployments pause: of a deployment that waits, and by a deployment that waits itself. */
import { describe, expect, test } from '@jest/globals'
import { rollbackInputs } from '../../src/actions/inputs/rollback-inputs.ts'
import { createRollback } from '../../src/actions/rollback/index.ts'
import { answerWaiting, hook, hookScene } from '../deployment/pause-scene.ts'
import { codeDeployScene, newImage, oldImage, runSeldom as run, servingImage } from '../deployment/scene.ts'
import { seldom, some } from '../often.ts'
import { fakeRunner, givenInputs } from '../runner/fake-runner.ts'
import type { Simulator } from '../simulator/simulator.ts'
import { environment, here, takenBySlack } from './scene.ts'
import { operations } from './verify-scene.ts'

interface Paused {
  readonly scene: () => Simulator
  readonly stop: string
  readonly goOn: string
}

const scenes: readonly (readonly [string, Paused])[] = [
  ['ECS', { scene: () => hookScene(hook(60)), stop: 'StopServiceDeployment', goOn: 'ContinueServiceDeployment' }],
  [
    'CodeDeploy',
    {
      scene: () => codeDeployScene({ readyWait: 60, terminationWaitMinutes: 0 }),
      stop: 'StopDeployment',
      goOn: 'ContinueDeployment',
    },
  ],
]

async function rollBack(sim: Simulator, given: Record<string, string> = {}) {
  sim.recorder.clear()
  const runner = await fakeRunner({ clock: sim.clock.forProgram, environment })
  const action = createRollback({ requestHandler: sim.requestHandler, fetch: async () => takenBySlack() })
  await action.main(givenInputs(rollbackInputs, { ...here, ...seldom, ...given }), runner)
  return { verdict: runner.outputs.verdict, isRed: runner.failed, log: runner.lines.join('\n') }
}

const answers = (sim: Simulator) => operations(sim, /^(Continue|Stop)/)

/** A deployment that waits for an answer, and that no run watches any more. */
async function paused(scene: () => Simulator): Promise<Simulator> {
  const sim = scene()
  await run(sim, { image: newImage, request: { onPause: 'leave' } })
  sim.clock.advance(60_000)
  return sim
}

/** A deployment whose pause was answered: the new revision is live. */
async function deployed(scene: () => Simulator): Promise<Simulator> {
  const sim = scene()
  const onEvent = ({ kind }: { readonly kind: string }) => {
    if (kind === 'paused') sim.clock.after(1_000, () => answerWaiting(sim, 'CONTINUE'))
  }
  await run(sim, { image: newImage, onEvent })
  expect(servingImage(sim)).toBe(newImage)
  return sim
}

describe('a deployment that waits for an answer', () => {
  test.each(scenes)('%s: is stopped, and its rollback is watched to its end', async (_, { scene, stop }) => {
    const sim = await paused(scene)
    const { verdict, isRed, log } = await rollBack(sim)

    expect([verdict, isRed, servingImage(sim), answers(sim)]).toEqual(['succeeded', false, oldImage, [stop]])
    expect(log).not.toMatch(/Paused|was answered/)
  })
})

describe('a rollback that pauses itself', () => {
  test.each(scenes)('%s: is continued by this run', async (_, { scene, goOn }) => {
    const sim = await deployed(scene)
    const { verdict, isRed } = await rollBack(sim)
    expect([verdict, isRed, servingImage(sim), answers(sim)]).toEqual(['succeeded', false, oldImage, [goOn]])
  })

  test('waits for another user with on-pause: wait', async () => {
    const sim = await deployed(() => hookScene(hook(60)))
    sim.clock.after(600_000, () => answerWaiting(sim, 'CONTINUE'))
    const { verdict } = await rollBack(sim, { 'on-pause': 'wait' })
    expect([verdict, servingImage(sim), sim.recorder.calls('ecs', 'ContinueServiceDeployment').length]).toEqual([
      'succeeded',
      oldImage,
      1,
    ])
  })

  test.each(some(scenes, 2))(
    '%s: waits with a warning where this run is not authorized to continue it',
    async (_, { scene, goOn }) => {
      const sim = await deployed(scene)
      sim.faults.add({ operation: goOn, effect: { kind: 'access-denied' } })
      sim.clock.after(600_000, () => answerWaiting(sim, 'CONTINUE'))
      const { verdict, log } = await rollBack(sim)
      expect([verdict, servingImage(sim)]).toEqual(['succeeded', oldImage])
      expect(log).toMatch(
        /The rollback is paused at \S+, and this run could not continue it: AccessDeniedException: not authorized/,
      )
    },
  )
})
