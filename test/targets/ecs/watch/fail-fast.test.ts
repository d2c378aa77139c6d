import { describe, expect, test } from '@jest/globals'
import {
  codeDeployScene,
  newImage,
  oldImage,
  rollingScene,
  runSeldom as run,
  servingImage,
} from '../../../deployment/scene.ts'
import { some } from '../../../often.ts'
import type { Behaviour } from '../../../simulator/contract.ts'

const minute = 60_000
/** Where nobody asks how soon an end is seen. */
const longestGap = 30_000
const crash: Behaviour = { kind: 'crash', exitCode: 3, afterSeconds: 8, log: ['no such table: orders'] }
const broken: readonly (readonly [string, Behaviour, RegExp])[] = [
  ['crash', crash, /exit code 3\)/],
  ['run out of memory', { kind: 'out-of-memory' }, /memory/],
  [
    'cannot pull their image',
    {
      kind: 'fails-to-start',
      stoppedReason: 'CannotPullContainerError: failed to resolve reference registry.example.com/api:v2: not found',
    },
    /image/i,
  ],
]

describe.each([
  ['rolling without a circuit breaker', () => rollingScene({ circuitBreaker: 'off' })],
  ['rolling with a high threshold of the circuit breaker', () => rollingScene({ desiredCount: 20 })],
  ['CodeDeploy', () => codeDeployScene()],
])('new tasks that fail in the same way, %s', (engine, scene) => {
  // How a deployment is stopped depends on the engine, and how the tasks failed does not.
  test.each(some(broken, engine === 'CodeDeploy' ? 1 : 3))(
    '%s: the deployment is stopped and rolled back, with the cause',
    async (_name, behaviour, cause) => {
      const sim = scene()
      sim.world.scenarios.set(newImage, behaviour)
      const ended = await run(sim, { image: newImage, request: { failFastAfter: 3, waitMinutes: 60 } })
      expect(ended.outcome).toBe('rolled-back')
      expect(ended.cause).toMatch(cause)
      const took = (ended.state.rollingBack?.since ?? Number.NaN) - (ended.state.deployment?.startedAt ?? 0)
      expect(took).toBeLessThan(6 * minute)
      sim.clock.advance(10 * minute)
      expect(servingImage(sim)).toBe(oldImage)
    },
  )

  test('0 turns it off', async () => {
    const sim = scene()
    sim.world.scenarios.set(newImage, crash)
    await run(sim, { image: newImage, request: { failFastAfter: 0, waitMinutes: 8, longestGap } })
    expect(sim.recorder.count('ecs', 'StopServiceDeployment')).toBe(0)
    expect(sim.recorder.count('codedeploy', 'StopDeployment')).toBe(0)
  })

  test("not allowed to stop it: it is watched on, with AWS's refusal as a warning", async () => {
    const sim = scene()
    sim.world.scenarios.set(newImage, crash)
    sim.faults.add({ operation: /^Stop/, times: 99, effect: { kind: 'access-denied' } })
    const ended = await run(sim, {
      image: newImage,
      request: { failFastAfter: 3, waitMinutes: 10, longestGap: 10_000 },
    })
    expect(['timed-out', 'rolled-back', 'failed']).toContain(ended.outcome)
    expect(ended.error).toBeUndefined()
    expect(ended.state.warnings.map(({ untrusted }) => untrusted).join()).toMatch(
      /new tasks failed with the same error \(fail-fast-after: 3\), but this run could not stop the deployment: AccessDeniedException: not authorized to perform (?:ecs|codedeploy):Stop/,
    )
  })
})

test('the circuit breaker decides where its threshold is as low', async () => {
  const sim = rollingScene({ desiredCount: 2 })
  sim.world.scenarios.set(newImage, crash)
  const ended = await run(sim, { image: newImage, request: { failFastAfter: 3 } })
  expect(ended.outcome).toBe('rolled-back')
  expect(sim.recorder.count('ecs', 'StopServiceDeployment')).toBe(0)
})

test('a slow start is no failure', async () => {
  const sim = rollingScene()
  sim.world.scenarios.set(newImage, { kind: 'healthy', startSeconds: 600 })
  expect((await run(sim, { image: newImage, request: { failFastAfter: 1, longestGap } })).outcome).toBe('succeeded')
})

describe('new tasks that cannot be placed, under CodeDeploy, which does not count them', () => {
  const noCapacity: Behaviour = { kind: 'no-capacity', reason: 'Capacity is unavailable at this time.' }

  test.each<[string, Behaviour, number]>([
    [
      'as their role cannot be assumed: at once',
      { kind: 'not-launched', error: 'ECS was unable to assume the role' },
      3,
    ],
    ['as there is no capacity: after ten minutes', noCapacity, 14],
  ])('%s', async (_, behaviour, minutes) => {
    const sim = codeDeployScene()
    sim.world.scenarios.set(newImage, behaviour)
    const ended = await run(sim, { image: newImage, request: { failFastAfter: 3, waitMinutes: 60, longestGap } })
    expect(ended.outcome).toBe('rolled-back')
    expect(ended.state.updatedAt - (ended.state.deployment?.startedAt ?? 0)).toBeLessThan(minutes * minute)
  })

  test('capacity that comes back in time is waited for', async () => {
    const sim = codeDeployScene({ terminationWaitMinutes: 0 })
    sim.world.scenarios.set(newImage, noCapacity)
    sim.clock.after(5 * minute, () => sim.world.scenarios.set(newImage, { kind: 'healthy' }))
    const ended = await run(sim, { image: newImage, request: { failFastAfter: 3, waitMinutes: 60, longestGap } })
    expect(ended.outcome).toBe('succeeded')
  })
})
