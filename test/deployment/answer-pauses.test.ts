/** Deployments that wait for an answer, by both engines: what people see, and what becomes of each answer. */
import { describe, expect, test } from '@jest/globals'
import type { DeploymentEvent } from '../../src/deployment/events.ts'
import { some } from '../often.ts'
import { seedNativeService } from '../simulator/fixtures.ts'
import { createSimulator, type Simulator } from '../simulator/simulator.ts'
import { answerAfter, codeDeployId, hook, hookScene, stage } from './pause-scene.ts'
import { codeDeployScene, newImage, oldImage, portsOf, region, run, servingImage } from './scene.ts'

const minute = 60_000
function serving(sim: Simulator): unknown {
  const { ecs } = sim.world.region(region)
  return ecs.taskDefinition(ecs.service('shop', 'api')?.taskDefinition ?? '')?.containerDefinitions[0]?.image
}

const scenes = [
  ['ECS', () => hookScene(hook(60))],
  ['CodeDeploy', () => codeDeployScene({ readyWait: 60 })],
] as const

/** Of waits for minutes, when nobody asks how soon their end is seen. */
const seldom = { longestGap: minute / 2 }

const waits = ({ events }: { readonly events: readonly DeploymentEvent[] }) =>
  events.flatMap((event) =>
    event.kind === 'paused' ? [event.pause.stage] : event.kind === 'resumed' ? [event.answer] : [],
  )

describe('a PAUSE hook of ECS', () => {
  test('that is answered with continue: the deployment goes on to its end', async () => {
    const sim = hookScene(hook(60))
    const ended = await run(sim, {
      image: newImage,
      request: seldom,
      onEvent: answerAfter(sim, 5 * minute, 'CONTINUE'),
    })
    expect([ended.outcome, serving(sim)]).toEqual(['succeeded', newImage])
    expect(waits(ended)).toEqual([stage, 'continue'])
    const paused = ended.events.find((event) => event.kind === 'paused')
    expect(paused).toMatchObject({ pause: { otherwise: 'roll-back', id: expect.stringMatching(/^ecs-pause-/) } })
    expect(ended.state.pauses).toEqual([])
  })

  test('that is answered with a rollback: it goes back, and the cause is the answer', async () => {
    const sim = hookScene(hook(60))
    const ended = await run(sim, { image: newImage, onEvent: answerAfter(sim, minute, 'ROLLBACK') })
    expect([ended.outcome, serving(sim)]).toEqual(['rolled-back', oldImage])
    expect(waits(ended)).toEqual([stage, 'roll-back'])
    expect(ended.cause).toMatch(
      /the pause was answered with a rollback.*pause at POST_TEST_TRAFFIC_SHIFT \(hook ecs-pause-/,
    )
  })

  test('that nobody answers: it goes back, and the cause names hook, stage, time and who could have answered', async () => {
    const sim = hookScene(hook(10))
    const ended = await run(sim, { image: newImage, request: seldom })
    expect([ended.outcome, serving(sim)]).toEqual(['rolled-back', oldImage])
    expect(waits(ended)).toEqual([stage, 'timed-out'])
    expect(ended.cause).toMatch(
      /pause timed out \| the pause at POST_TEST_TRAFFIC_SHIFT \(hook ecs-pause-\S+\) was not answered by 20\S+Z, so ECS rolled it back/,
    )
    expect(ended.cause).toMatch(
      /actions\/continue, or a principal with ecs:ContinueServiceDeployment.*timeoutConfiguration/,
    )
  })

  test('that nobody answers and that goes on then: so it does', async () => {
    const sim = hookScene(hook(10, 'CONTINUE'))
    const ended = await run(sim, { image: newImage, request: seldom })
    expect([ended.outcome, serving(sim)]).toEqual(['succeeded', newImage])
    expect(waits(ended)).toEqual([stage, 'timed-out'])
  })

  test('beside another one: both are shown, and the deployment goes on after both answers', async () => {
    const sim = hookScene(hook(60), hook(90))
    const ids: string[] = []
    const ended = await run(sim, {
      image: newImage,
      request: seldom,
      onEvent(event) {
        if (event.kind === 'paused') ids.push(event.pause.id)
        answerAfter(sim, ids.length === 1 ? 2 * minute : 8 * minute, 'CONTINUE')(event)
      },
    })
    expect(new Set(ids).size).toBe(2)
    expect(ended.outcome).toBe('succeeded')
    expect(waits(ended)).toEqual([stage, stage, 'continue', 'continue'])
  })

  test('one of two that nobody answers takes the deployment back: the other one is over without an answer', async () => {
    const sim = hookScene(hook(60), hook(5))
    const ended = await run(sim, { image: newImage, request: seldom })
    expect(ended.outcome).toBe('rolled-back')
    expect(waits(ended).toSorted()).toEqual([stage, stage, 'timed-out', 'unknown'])
    expect(ended.cause).toMatch(/the pause timed out/i)
  })

  test('a deployment that fails while it waits has that failure as its cause', async () => {
    const sim = createSimulator()
    const lifecycleHooks = [hook(60)]
    seedNativeService(sim, { strategy: 'BLUE_GREEN', desiredCount: 2, alarms: ['api-5xx'], lifecycleHooks })
    const ended = await run(sim, {
      image: newImage,
      onEvent: ({ kind }) =>
        kind === 'paused' &&
        sim.clock.after(minute, () => sim.world.region(region).cloudwatch.setState('api-5xx', 'ALARM')),
    })
    expect(ended.outcome).toBe('rolled-back')
    expect(ended.cause).toMatch(/alarm.*api-5xx/)
    expect(waits(ended)).toEqual([stage, 'unknown'])
  })
})

describe("CodeDeploy's ready wait", () => {
  test('that is answered: the traffic goes over', async () => {
    const sim = codeDeployScene({ readyWait: 60, terminationWaitMinutes: 0 })
    const ended = await run(sim, {
      image: newImage,
      onEvent: ({ kind }) =>
        kind === 'paused' &&
        sim.clock.after(3 * minute, async () => {
          await portsOf(sim).codeDeploy.continueDeployment(await codeDeployId(sim), 'READY_WAIT')
        }),
    })
    expect([ended.outcome, servingImage(sim)]).toEqual(['succeeded', newImage])
    expect(waits(ended)).toEqual(['READY_WAIT', 'continue'])
    expect(ended.state.phases.find(({ name }) => name === 'READY_WAIT')?.status).toBe('succeeded')
  })

  test('shows until when, counted from the end of the event before it', async () => {
    const sim = codeDeployScene({ readyWait: 60 })
    const ended = await run(sim, { image: newImage, request: { onPause: 'leave' } })
    const before = Math.max(...ended.state.phases.map(({ endedAt = 0 }) => endedAt))
    expect(ended.state.pauses).toEqual([
      expect.objectContaining({
        id: 'READY_WAIT',
        stage: 'READY_WAIT',
        until: before + 60 * minute,
        otherwise: 'roll-back',
      }),
    ])
  })

  test.each([
    ['that rolls back', {}, 'rolled-back'],
    ['that does not roll back', { autoRollback: [] }, 'stopped'],
  ])(
    'that nobody answers, with a group %s, leaves the old version and says who could have',
    async (_, group, outcome) => {
      const sim = codeDeployScene({ readyWait: 10, ...group })
      const ended = await run(sim, { image: newImage, request: seldom })
      expect([ended.outcome, servingImage(sim)]).toEqual([outcome, oldImage])
      expect(waits(ended)).toEqual(['READY_WAIT', 'timed-out'])
      expect(ended.cause).toMatch(/READY_WAIT \(before production traffic\) was not answered by 20.*stopped the deploy/)
      expect(ended.cause).toMatch(/codedeploy:ContinueDeployment.*waitTimeInMinutes/)
    },
  )

  test('that is stopped by somebody has that as its cause', async () => {
    const sim = codeDeployScene({ readyWait: 60 })
    const ended = await run(sim, {
      image: newImage,
      onEvent: ({ kind }) =>
        kind === 'paused' &&
        sim.clock.after(minute, async () => {
          await portsOf(sim).codeDeploy.stopDeployment(await codeDeployId(sim), true)
        }),
    })
    expect([ended.outcome, servingImage(sim)]).toEqual(['rolled-back', oldImage])
    expect(ended.cause).toMatch(/the pause was answered with a rollback/i)
  })
})

describe('the time of a wait', () => {
  test('does not count: a deployment of fifteen minutes may wait for two hours', async () => {
    const sim = hookScene(hook(20_160))
    const onEvent = answerAfter(sim, 120 * minute, 'CONTINUE')
    const ended = await run(sim, { image: newImage, request: { waitMinutes: 15, longestGap: 10 * minute }, onEvent })
    expect(ended.outcome).toBe('succeeded')
  })

  test('ends after six hours, as a job does, and says how to answer later', async () => {
    const sim = hookScene(hook(20_160))
    const before = sim.clock.now()
    const ended = await run(sim, { image: newImage, request: { longestGap: 10 * minute } })
    expect(ended.outcome).toBe('timed-out')
    expect(Math.abs((sim.clock.now() - before) / minute - 361)).toBeLessThan(1)
    expect(ended.cause).toMatch(/still paused after 360 minutes.*on-pause: leave.*deployment-id: service-deployment/)
  })

  test.each(some(scenes, 2))(
    '%s: costs at most 16 calls a minute, and the answer is seen within 6 seconds',
    async (_, scene) => {
      const sim = scene()
      let [began, calls, answered] = [0, 0, 0]
      const ended = await run(sim, {
        image: newImage,
        onEvent(event) {
          if (event.kind !== 'paused') return
          ;[began, calls] = [sim.clock.now(), sim.recorder.all.length]
          sim.clock.after(10 * minute, async () => {
            answered = sim.clock.now()
            calls = sim.recorder.all.length - calls
            if (event.pause.id === 'READY_WAIT')
              await portsOf(sim).codeDeploy.continueDeployment(await codeDeployId(sim), 'READY_WAIT')
            else answerAfter(sim, 0, 'CONTINUE')(event)
          })
        },
      })
      const resumed = ended.events.find(({ kind }) => kind === 'resumed')
      expect((resumed?.at ?? Number.NaN) - answered).toBeLessThanOrEqual(6000)
      expect(calls / ((answered - began) / minute)).toBeLessThanOrEqual(16)
    },
  )
})

test.each(scenes)(
  '%s: a deployment that is to be left ends the watch as paused, and is not touched',
  async (_, scene) => {
    const sim = scene()
    const ended = await run(sim, { image: newImage, request: { onPause: 'leave' } })
    expect([ended.outcome, ended.cause]).toEqual(['paused', ''])
    expect(ended.state.pauses).toHaveLength(1)
    expect(ended.record.stage).toBe('ended')
    expect(sim.recorder.all.filter(({ operation }) => /^(Stop|Continue)/.test(operation))).toEqual([])
  },
)
