/** Checks while something else happens: cancels, answers of others, another job that goes on, and AWS that refuses. */
import { describe, expect, test } from '@jest/globals'
import { continueInputs } from '../../src/actions/continue/continue-inputs.ts'
import { createContinue } from '../../src/actions/continue/index.ts'
import { policiesOf, refusedBy } from '../cli/permissions-scene.ts'
import { answerWaiting, hook, hookScene } from '../deployment/pause-scene.ts'
import { codeDeployScene, newImage, oldImage, rollingScene, servingImage } from '../deployment/scene.ts'
import { some } from '../often.ts'
import { fakeRunner, givenInputs } from '../runner/fake-runner.ts'
import { seedNativeService } from '../simulator/fixtures.ts'
import { createSimulator } from '../simulator/simulator.ts'
import { environment, takenBySlack } from './scene.ts'
import { configOf, deployWith, operations, probeOf, response, url } from './verify-scene.ts'
import { writeFiles } from './write-files.ts'

const verify = `- { url: "${url}", within: 30s }`

/** A service of ECS that shifts its traffic and pauses nowhere. */
function shifting(strategy: 'BLUE_GREEN' | 'CANARY' | 'LINEAR') {
  const sim = createSimulator()
  seedNativeService(sim, { strategy, desiredCount: 2, bakeTimeInMinutes: 10 })
  sim.recorder.clear()
  return sim
}

describe('without a pause, a check is made once all traffic is shifted', () => {
  const engines = [
    ['BLUE_GREEN', () => shifting('BLUE_GREEN'), 'StopServiceDeployment'],
    ['CANARY', () => shifting('CANARY'), 'StopServiceDeployment'],
    ['CodeDeploy', () => codeDeployScene({ terminationWaitMinutes: 10 }), 'StopDeployment'],
  ] as const
  test.each(some(engines, 2))(
    '%s: a failed one stops the deployment with rollback, while the old tasks still run',
    async (_, scene, stop) => {
      const sim = scene()
      const { outputs, log } = await deployWith(sim, { given: { verify }, probe: probeOf(response(502)) })
      expect([outputs.verdict, servingImage(sim), outputs['cause-code']]).toEqual([
        'rolled-back',
        oldImage,
        'verify-failed',
      ])
      expect(operations(sim, /^(Stop\w+|UpdateService|CreateDeployment)$/).at(-1)).toBe(stop)
      expect(log).toMatch(/⏪ Rolling back to api:1: verify failed: GET/)
    },
  )

  test('and once only: it is not made again at the end', async () => {
    const sim = shifting('BLUE_GREEN')
    const probe = probeOf(response(200))
    const { outputs } = await deployWith(sim, { given: { verify }, probe })
    expect([outputs.verdict, servingImage(sim), probe.asked.length]).toEqual(['succeeded', newImage, 1])
  })

  test.each([
    ['', 'rolled-back', oldImage, ['StopServiceDeployment']],
    [', when: POST_TEST_TRAFFIC_SHIFT', 'succeeded', newImage, []],
  ])(
    'after a pause at which the address of production led to the version before%s',
    async (when, verdict, image, stops) => {
      const sim = hookScene(hook(60))
      const probe = probeOf(response(200), response(500))
      const given = { verify: `- { url: "${url}", within: 0${when} }` }
      const { outputs } = await deployWith(sim, { given, probe })
      expect([outputs.verdict, servingImage(sim)]).toEqual([verdict, image])
      expect(operations(sim, /^(ContinueServiceDeployment|StopServiceDeployment)$/)).toEqual([
        'ContinueServiceDeployment',
        ...stops,
      ])
    },
  )

  test('when: after is made at the end', async () => {
    const sim = shifting('BLUE_GREEN')
    const probe = probeOf(response(200))
    await deployWith(sim, { given: { verify: `- { url: "${url}", when: after }` }, probe })
    const [asked] = probe.asked
    const update = sim.recorder.calls('ecs', 'UpdateService')[0]
    expect((asked?.at ?? 0) - (update?.at ?? 0)).toBeGreaterThan(10 * 60_000)
  })
})

describe('at a pause', () => {
  test.each([
    ['ECS', () => hookScene(hook(60))],
    ['CodeDeploy', () => codeDeployScene({ readyWait: 60, terminationWaitMinutes: 10 })],
  ] as const)(
    '%s: one that another user continues during a check is stopped all the same when it fails',
    async (_, scene) => {
      const sim = scene()
      let isAnswered = false
      const probe = probeOf(() => {
        if (!isAnswered) void answerWaiting(sim, 'CONTINUE')
        isAnswered = true
        return response(500)
      })
      const { outputs } = await deployWith(sim, { given: { verify }, probe })
      expect([outputs.verdict, servingImage(sim), outputs['cause-code']]).toEqual([
        'rolled-back',
        oldImage,
        'verify-failed',
      ])
    },
  )

  test('a cancel during a check rolls back by the post step', async () => {
    const sim = hookScene(hook(60))
    let cancel: () => void = () => undefined
    const probe = probeOf(() => {
      cancel()
      return response(500)
    })
    const played = await deployWith(sim, {
      given: { verify },
      probe,
      onRunner: (runner) => {
        cancel = () => runner.cancel()
      },
    })
    expect(played.outputs.verdict).toBe('cancelled')
    const post = await deployWith(sim, { state: played.runner.savedState, given: { verify } })
    sim.clock.advance(600_000)
    expect(operations(sim, /^Stop/)).toEqual(['StopServiceDeployment'])
    expect(servingImage(sim)).toBe(oldImage)
    expect(post.log).toMatch(/rolls? back|rolled back/)
  })

  test('a permission that is missing to answer is told, and the deployment is left to its time-out', async () => {
    const sim = hookScene(hook(60))
    sim.faults.add({ operation: 'ContinueServiceDeployment', effect: { kind: 'access-denied' } })
    const { outputs, runner } = await deployWith(sim, { given: { verify }, probe: probeOf(response(200)) })
    expect([runner.failed, outputs.verdict]).toEqual([true, 'detached'])
    expect(outputs.cause).toMatch(/ecs:ContinueServiceDeployment/)
  })

  test('so is one to roll back there, with the check that failed', async () => {
    const sim = hookScene(hook(60))
    for (const operation of ['ContinueServiceDeployment', 'StopServiceDeployment'])
      sim.faults.add({ operation, times: 9, effect: { kind: 'access-denied' } })
    const { runner, log } = await deployWith(sim, { given: { verify }, probe: probeOf(response(500)) })
    expect(runner.failed).toBe(true)
    expect(log).toMatch(/warning .*verify failed: GET \S+ answered 500, not 200/)
    expect(log).toMatch(/ecs:ContinueServiceDeployment/)
  })

  test.each([
    ['ECS', () => shifting('BLUE_GREEN'), 'StopServiceDeployment', 'UpdateService'],
    ['CodeDeploy', () => codeDeployScene({ terminationWaitMinutes: 10 }), 'StopDeployment', 'CreateDeployment'],
  ] as const)('%s: where stopping is not allowed, it is rolled back after its end', async (_, scene, stop, change) => {
    const sim = scene()
    sim.faults.add({ operation: stop, times: 9, effect: { kind: 'access-denied' } })
    const { outputs, log } = await deployWith(sim, { given: { verify }, probe: probeOf(response(502)) })
    expect([outputs.verdict, servingImage(sim), outputs['cause-code']]).toEqual([
      'rolled-back',
      oldImage,
      'verify-failed',
    ])
    expect(operations(sim, /^(Stop\w+|UpdateService|CreateDeployment)$/)).toEqual([change, stop, change])
    expect(log).toMatch(/The deployment was not stopped, and is rolled back after its end: .*AccessDenied/)
  })

  test.each([
    [200, 'succeeded', newImage],
    [500, 'rolled-back', oldImage],
  ])('the job that continues it makes the checks after the deployment: %s', async (status, verdict, image) => {
    const sim = hookScene(hook(60))
    const config = configOf('', `verify:\n  - { url: "${url}", within: 0, when: after }`)
    const files = { 'slipway.yml': config }
    const left = await deployWith(sim, { files, given: { 'on-pause': 'leave' }, probe: probeOf(response(200)) })
    expect(left.outputs.verdict).toBe('paused')
    const runner = await fakeRunner({ clock: sim.clock.forProgram, environment })
    writeFiles(runner.workspace, files)
    const probe = probeOf(response(status))
    const world = { requestHandler: sim.requestHandler, fetch: async () => takenBySlack(), probe: probe.open }
    const given = { environment: 'production', answer: 'continue' }
    await createContinue(world).main(givenInputs(continueInputs, given), runner)
    expect([runner.outputs.verdict, servingImage(sim), probe.asked.length]).toEqual([verdict, image, 1])
    const policies = [...(await policiesOf(sim, 'continue')), ...(await policiesOf(sim, 'deploy'))]
    expect(refusedBy(policies, sim)).toEqual([])
  })
})

test('a cancel during the rollback does not bring the failed version back', async () => {
  const sim = rollingScene()
  let cancel: () => void = () => undefined
  sim.faults.add({ operation: 'UpdateService', skip: 1, times: 1, effect: { kind: 'callback', run: () => cancel() } })
  const played = await deployWith(sim, {
    given: { verify },
    probe: probeOf(response(500)),
    onRunner: (runner) => {
      cancel = () => void sim.clock.after(20_000, () => runner.cancel())
    },
  })
  expect(played.outputs.verdict).toBe('cancelled')
  await deployWith(sim, { state: played.runner.savedState, given: { verify } })
  sim.clock.advance(600_000)
  expect(servingImage(sim)).toBe(oldImage)
  expect(operations(sim, /^(Stop\w+|UpdateService)$/)).toEqual(['UpdateService', 'UpdateService'])
})

test('a rollback that fails is the verdict, with the check as its cause', async () => {
  const sim = rollingScene()
  sim.faults.add({ operation: 'UpdateService', skip: 1, effect: { kind: 'access-denied' } })
  const { outputs, log } = await deployWith(sim, { given: { verify }, probe: probeOf(response(500)) })
  expect([outputs.verdict, servingImage(sim), outputs['cause-code']]).toEqual([
    'rollback-failed',
    newImage,
    'verify-failed',
  ])
  expect(log).toMatch(/Its rollback failed: .*ecs:UpdateService/)
})

test('what is live already is checked, too, and stays', async () => {
  const sim = rollingScene()
  const { outputs, runner } = await deployWith(sim, {
    given: { verify, image: oldImage },
    probe: probeOf(response(500)),
  })
  expect([outputs.verdict, servingImage(sim), runner.failed]).toEqual(['failed', oldImage, true])
  expect(operations(sim, /^UpdateService$/)).toEqual([])
})

test('a dry run names the checks and makes none', async () => {
  const sim = rollingScene()
  const probe = probeOf(response(500))
  const { log, runner } = await deployWith(sim, { given: { verify, 'dry-run': 'true' }, probe })
  expect([runner.failed, probe.asked]).toEqual([false, []])
  expect(log).toMatch(/verify {3}GET https:\/\/api\.example\.com\/health/)
})

test('a deployment that is not watched cannot be checked: an error before anything is changed', async () => {
  const sim = rollingScene()
  const { outputs } = await deployWith(sim, { given: { verify, 'wait-for-service-stability': 'false' } })
  expect(outputs.cause).toMatch(/need a deployment that is watched to its end/)
  expect(operations(sim, /^(Update|Register)/)).toEqual([])
})

test('a deployment that is only watched, by deployment-id, is checked and not rolled back', async () => {
  const sim = hookScene(hook(60))
  const left = await deployWith(sim, { given: { 'on-pause': 'leave' } })
  await answerWaiting(sim, 'CONTINUE')
  const given = { verify, 'deployment-id': left.outputs['deployment-id'] ?? '', image: '' }
  const { outputs } = await deployWith(sim, { given, probe: probeOf(response(500)) })
  expect([outputs.verdict, servingImage(sim)]).toEqual(['failed', newImage])
  expect(operations(sim, /^Stop/)).toEqual([])
})
