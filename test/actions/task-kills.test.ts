/** Tasks of a deployment whose run is killed: the post step finds them, or else the next attempt does. */
import { describe, expect, test } from '@jest/globals'
import { cliScene } from '../cli/cli-scene.ts'
import { policyOf, refusedBy } from '../cli/permissions-scene.ts'
import { newImage, rollingScene, servingImage } from '../deployment/scene.ts'
import { isLong, times } from '../often.ts'
import type { FakeRunner } from '../runner/fake-runner.ts'
import type { Behaviour } from '../simulator/contract.ts'
import { seededTaskDefinition } from '../simulator/seeding.ts'
import { killing } from './killing.ts'
import { startedTasks } from './task-scene.ts'
import { configOf, deployWith, operations } from './verify-scene.ts'

/** So long a task runs that ends by itself. */
const afterSeconds = isLong ? 300 : 60
const running: Behaviour = { kind: 'healthy', log: ['working'] }
const command = 'node migrate.js'

function scene(behaviour: Behaviour = running) {
  const sim = rollingScene()
  sim.world.scenarios.set(`$ ${command}`, behaviour)
  return sim
}

type Sim = ReturnType<typeof scene>

const ofConfig = { files: { 'slipway.yml': configOf('tasks:\n  migrate: { command: [node, migrate.js] }', '') } }
const ofInputs = {
  given: {
    'run-task': 'true',
    'wait-for-task-stopped': 'true',
    'run-task-container-overrides': '[{"name":"api","command":["node","migrate.js"]}]',
  },
}

/** Runs the main step until it is dead, at this moment. */
async function killed(sim: Sim, play: Parameters<typeof deployWith>[1], moment: number): Promise<FakeRunner> {
  const { world, killed: dead } = killing(sim, moment)
  let runner: FakeRunner | undefined
  const main = deployWith(sim, { ...play, requestHandler: world.requestHandler, onRunner: (one) => (runner = one) })
  await Promise.race([dead, main])
  if (runner === undefined) throw new Error('the step did not begin')
  return runner
}

const stillRunning = (sim: Sim) => startedTasks(sim).filter(({ lastStatus }) => lastStatus !== 'STOPPED')

/** The moment at which the request of this operation leaves, or its reply arrives. */
async function momentOf(operation: string, play: Parameters<typeof deployWith>[1], part: 'leaves' | 'answered') {
  const sim = scene({ kind: 'crash', exitCode: 0 })
  await deployWith(sim, play)
  const index = operations(sim, /./).indexOf(operation)
  return 2 * index + (part === 'leaves' ? 1 : 2)
}

describe.each([
  ['slipway.yml', ofConfig],
  ['run-task', ofInputs],
])('a task of %s', (_, play) => {
  test('that was sent when the run was killed is found and stopped by the post step', async () => {
    const around = await momentOf('RunTask', play, 'leaves')
    const moments = Array.from({ length: times('SLIPWAY_KILLS', 4, 40) }, (__, index) => around - 1 + index)
    for (const moment of moments) {
      const sim = scene()
      const runner = await killed(sim, play, moment)
      const count = startedTasks(sim).length
      const { runner: post } = await deployWith(sim, { ...play, state: runner.savedState })
      sim.clock.advance(120_000)
      expect({ moment, left: stillRunning(sim), count }).toEqual({ moment, left: [], count: Math.min(count, 1) })
      if (count === 1) expect(post.summary).toContain('may be half done')
    }
  })

  test('that a killed attempt has left, post step and all, is watched by the next one, and is not run again', async () => {
    const sim = scene({ kind: 'crash', exitCode: 0, afterSeconds })
    await killed(sim, play, await momentOf('RunTask', play, 'answered'))
    expect(stillRunning(sim)).toHaveLength(1)
    const { outputs, log } = await deployWith(sim, { ...play, environment: { GITHUB_RUN_ATTEMPT: '2' } })
    expect([outputs.verdict, servingImage(sim)]).toEqual(['succeeded', newImage])
    expect(startedTasks(sim)).toHaveLength(1)
    expect(log).toMatch(/of an earlier attempt of this run, still runs\. It is watched, and no other is started/)
  })

  test('of another revision is waited for, and then run', async () => {
    const sim = scene({ kind: 'crash', exitCode: 0, afterSeconds })
    await killed(sim, play, await momentOf('RunTask', play, 'answered'))
    const given = { ...('given' in play ? play.given : {}), 'environment-variables': 'MODE=other' }
    const { outputs, log } = await deployWith(sim, { ...play, given, environment: { GITHUB_RUN_ATTEMPT: '3' } })
    expect([outputs.verdict, log]).toEqual(['succeeded', expect.stringMatching(/still runs; waiting for its end/)])
    const [first, second] = startedTasks(sim).toSorted(
      (one, other) => (one.createdAt?.getTime() ?? 0) - (other.createdAt?.getTime() ?? 0),
    )
    expect(second?.createdAt?.getTime()).toBeGreaterThanOrEqual(first?.stoppedAt?.getTime() ?? Number.NaN)
  })

  test('whose earlier attempts cannot be looked for is run, and that is said', async () => {
    const sim = scene({ kind: 'crash', exitCode: 0 })
    sim.faults.add({ operation: 'ListTasks', times: 9, effect: { kind: 'access-denied' } })
    const { outputs, log } = await deployWith(sim, { ...play, environment: { GITHUB_RUN_ATTEMPT: '2' } })
    expect(outputs.verdict).toBe('succeeded')
    expect(log).toMatch(/Whether a task of an earlier attempt still runs is unknown: .*ecs:ListTasks/)
  })
})

test('the policy of slipway permissions is enough to find and stop it', async () => {
  const sim = scene()
  const files = { ...ofConfig.files, 'td.json': JSON.stringify(seededTaskDefinition(sim.world)) }
  const config = files['slipway.yml'].replace('container: api', 'container: api\n    task-definition: td.json')
  const play = { files: { ...files, 'slipway.yml': config } }
  const policy = await policyOf(cliScene(play.files), '--action', 'deploy', '--without', 'evidence')
  const runner = await killed(sim, play, await momentOf('RunTask', play, 'leaves'))
  sim.recorder.clear()
  await deployWith(sim, { ...play, state: runner.savedState })
  expect(operations(sim, /^(ListTasks|StopTask)$/)).toEqual(['ListTasks', 'StopTask'])
  expect(refusedBy([policy], sim)).toEqual([])
})
