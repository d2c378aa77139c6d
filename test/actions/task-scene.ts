/** The action run-task in this process: a service `shop/api` to inherit from, and what a one-off task of it says. */
import type { Task } from '@aws-sdk/client-ecs'
import { createRunTask } from '../../src/actions/run-task/index.ts'
import { runTaskInputs } from '../../src/actions/run-task/run-task-inputs.ts'
import { newImage, region, rollingScene } from '../deployment/scene.ts'
import { seldom } from '../often.ts'
import { type FakeRunner, fakeRunner, givenInputs } from '../runner/fake-runner.ts'
import type { Behaviour } from '../simulator/contract.ts'
import type { RollingOptions } from '../simulator/fixtures.ts'
import { ask } from '../simulator/seeding.ts'
import type { Simulator, SimulatorOptions } from '../simulator/simulator.ts'
import { environment, here } from './scene.ts'

export const migrate = { ...here, image: newImage, command: 'bin/migrate --all', preflight: 'off' }

/** The image of the task behaves so. */
export function taskScene(
  behaviour: Behaviour = { kind: 'crash', exitCode: 0 },
  options: RollingOptions = {},
  simulator: SimulatorOptions = {},
): Simulator {
  const sim = rollingScene(options, simulator)
  sim.world.scenarios.set(newImage, behaviour)
  return sim
}

export interface TaskStep {
  readonly runner: FakeRunner
  readonly log: string
  readonly outputs: Record<string, string>
  readonly isRed: boolean
  readonly error: unknown
}

export interface TaskStepOptions {
  readonly environment?: Record<string, string>
  readonly onRunner?: (runner: FakeRunner) => void
}

/** One step of run-task. */
export async function runStep(
  sim: Simulator,
  given: Record<string, string> = migrate,
  { environment: more = {}, onRunner }: TaskStepOptions = {},
): Promise<TaskStep> {
  const runner = await fakeRunner({ clock: sim.clock.forProgram, environment: { ...environment, ...more } })
  onRunner?.(runner)
  let error: unknown
  try {
    await createRunTask(worldOf(sim)).main(givenInputs(runTaskInputs, { ...seldom, ...given }), runner)
  } catch (thrown) {
    error = thrown
  }
  return {
    runner,
    log: runner.lines.join('\n'),
    outputs: runner.outputs,
    isRed: error !== undefined || runner.failed,
    error,
  }
}

/** The post step after it. */
export async function postStep(sim: Simulator, before: FakeRunner, given: Record<string, string> = migrate) {
  const runner = await fakeRunner({ clock: sim.clock.forProgram, environment, state: before.savedState })
  await createRunTask(worldOf(sim)).post?.(givenInputs(runTaskInputs, given), runner)
  return { log: runner.lines.join('\n'), outputs: runner.outputs, summary: runner.summary }
}

function worldOf(sim: Simulator) {
  return { requestHandler: sim.requestHandler, fetch: (url: string, init: RequestInit) => sim.fetch(url, init) }
}

/** The one-off tasks that the simulator shows, stopped ones too. */
export function startedTasks(sim: Simulator): readonly Task[] {
  const list = (desiredStatus: string) =>
    ask<{ taskArns: string[] }>(sim.world, region, 'ListTasks', { cluster: 'shop', desiredStatus }).taskArns
  const all = [...list('RUNNING'), ...list('STOPPED')]
  if (all.length === 0) return []
  const { tasks } = ask<{ tasks: Task[] }>(sim.world, region, 'DescribeTasks', { cluster: 'shop', tasks: all })
  return tasks.filter(({ group }) => !group?.startsWith('service:'))
}
