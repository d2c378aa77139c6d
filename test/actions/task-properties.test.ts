/**
 * One-off tasks whatever goes wrong on the way: a command never runs twice, whatever reply is lost; its log is shown whole and once;
 * and a run that is killed at any of its calls leaves nothing running behind its post step.
 */
import { describe, expect, test } from '@jest/globals'
import { createRunTask } from '../../src/actions/run-task/index.ts'
import { runTaskInputs } from '../../src/actions/run-task/run-task-inputs.ts'
import { region } from '../deployment/scene.ts'
import { times } from '../often.ts'
import { fakeRunner, givenInputs } from '../runner/fake-runner.ts'
import type { Effect } from '../simulator/faults.ts'
import type { Simulator } from '../simulator/simulator.ts'
import { killing } from './killing.ts'
import { environment } from './scene.ts'
import { migrate, postStep, runStep, startedTasks, taskScene } from './task-scene.ts'

/** A small generator of numbers, so that a run can be repeated by its seed. */
function numbers(seed: number) {
  let state = seed * 2654435761 + 1
  const next = () => {
    state = (state * 1664525 + 1013904223) % 4294967296
    return state / 4294967296
  }
  return {
    below: (most: number) => Math.floor(next() * most),
    one: <T>(all: readonly T[]): T => all[Math.floor(next() * all.length)] as T,
  }
}

const losses: readonly Effect[] = [
  { kind: 'apply-then-drop' },
  { kind: 'truncate' },
  { kind: 'reset' },
  { kind: 'http', status: 500 },
  { kind: 'http', status: 503 },
  { kind: 'empty' },
  { kind: 'html' },
  { kind: 'throttle' },
]

const lines = (count: number) => Array.from({ length: count }, (_, index) => `step ${index} of the migration`)

function printed(log: string): readonly string[] {
  return log.split('\n').flatMap((line) => (line.includes('│ ') ? [line.slice(line.indexOf('│ ') + 2)] : []))
}

/** Lost, late and repeated replies, by a seed. */
function spoil(sim: Simulator, seed: number): void {
  const { below, one } = numbers(seed)
  const { ecs, logs } = sim.world.region(region)
  ecs.quirks.taskShownAfterSeconds = below(30)
  ecs.quirks.deprovisioningSeconds = below(8)
  logs.ingestionSeconds = () => below(5)
  for (let faults = 0; faults < 2; faults++)
    sim.faults.add({ operation: 'RunTask', skip: below(2), effect: one(losses) })
  for (const operation of ['DescribeTasks', 'GetLogEvents', 'RegisterTaskDefinition'])
    sim.faults.add({ operation, skip: below(6), times: 1 + below(3), effect: one(losses) })
  sim.faults.add({ operation: 'DescribeTasks', skip: below(4), times: 2, effect: { kind: 'stale-read', calls: 1 } })
  if (below(3) === 0) ecs.quirks.shortage = { reason: 'RESOURCE:CPU', until: sim.clock.now() + below(60) * 1000 }
}

test('a command runs once, and its log is shown whole and once, whatever reply is lost or late', async () => {
  for (let seed = 0; seed < times('SLIPWAY_TASKS', 4, 400); seed++) {
    const { below } = numbers(seed + 7)
    const said = lines(1 + below(30))
    const exitCode = below(2)
    const seconds = below(40)
    const sim = taskScene({
      kind: 'crash',
      exitCode,
      afterSeconds: seconds + 1,
      logEverySeconds: seconds / said.length || 0.001,
      log: said,
    })
    spoil(sim, seed)
    const { isRed, log, outputs } = await runStep(sim)
    const shown = { seed, tasks: startedTasks(sim).length, isRed, exitCode: outputs['exit-code'], log: printed(log) }
    expect(shown).toEqual({ seed, tasks: 1, isRed: exitCode !== 0, exitCode: String(exitCode), log: said })
  }
})

describe('a run that is killed', () => {
  const moments = Array.from({ length: times('SLIPWAY_KILLS', 13, 60) }, (_, index) => index)
  test.each(moments)('at moment %i leaves no task behind its post step, and starts no second one', async (moment) => {
    const sim = taskScene({ kind: 'healthy', log: ['working'] })
    const runner = await fakeRunner({ clock: sim.clock.forProgram, environment })
    const { world, killed } = killing(sim, moment)
    const main = createRunTask(world).main(givenInputs(runTaskInputs, migrate), runner)
    const end = await Promise.race([
      killed,
      main.then(
        () => 'ended',
        () => 'failed',
      ),
    ])
    const { summary } = await postStep(sim, runner)
    sim.clock.advance(60_000)
    const tasks = startedTasks(sim)
    expect({
      end,
      count: tasks.length <= 1,
      running: tasks.filter(({ lastStatus }) => lastStatus !== 'STOPPED').length,
    }).toEqual({ end, count: true, running: 0 })
    if (tasks.length === 1) expect(summary).toContain('may be half done')
  })
})
