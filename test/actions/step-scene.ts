/** One step of whichever action, in this process: what it says when it is refused, and what it asked AWS for. */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createBuildPush } from '../../src/actions/build-push/index.ts'
import { createContinue } from '../../src/actions/continue/index.ts'
import { createDeploy } from '../../src/actions/deploy/index.ts'
import { createDoctor } from '../../src/actions/doctor/index.ts'
import { action as plan } from '../../src/actions/plan/index.ts'
import { action as planImages } from '../../src/actions/plan-images/index.ts'
import { createPromote } from '../../src/actions/promote/index.ts'
import { createRegisterTaskDefinition } from '../../src/actions/register-task-definition/index.ts'
import { createRollback } from '../../src/actions/rollback/index.ts'
import type { World } from '../../src/actions/world/world.ts'
import type { Action } from '../../src/runner/action.ts'
import type { InputSpec } from '../../src/runner/inputs.ts'
import { said } from '../refusal.ts'
import { fakeRunner, givenInputs } from '../runner/fake-runner.ts'
import type { Simulator } from '../simulator/simulator.ts'
import { environment as jobEnvironment } from './scene.ts'

const actions: Readonly<Record<string, (world: World) => Action<InputSpec>>> = {
  deploy: createDeploy,
  doctor: createDoctor,
  rollback: createRollback,
  continue: createContinue,
  plan: () => plan,
  'plan-images': () => planImages,
  'register-task-definition': createRegisterTaskDefinition,
  'build-push': createBuildPush,
  promote: createPromote,
}

/** Inputs that action.yml has a default for, and that may not be empty. */
const defaults: Readonly<Record<string, Record<string, string>>> = { continue: { answer: 'continue' } }

export interface Around {
  readonly files?: Readonly<Record<string, string | object>>
  readonly environment?: Record<string, string>
}

export async function step(sim: Simulator, name: string, given: Record<string, string>, around: Around = {}) {
  const { files = {}, environment = jobEnvironment } = around
  const runner = await fakeRunner({ clock: sim.clock.forProgram, environment })
  for (const [file, content] of Object.entries(files)) {
    await mkdir(dirname(join(runner.workspace, file)), { recursive: true })
    await writeFile(join(runner.workspace, file), typeof content === 'string' ? content : JSON.stringify(content))
  }
  sim.recorder.clear()
  const action = actions[name]?.({ requestHandler: sim.requestHandler, fetch: (url, init) => sim.fetch(url, init) })
  const begin = async () => await action?.main(givenInputs(action.inputs, { ...defaults[name], ...given }), runner)
  const error: unknown = await begin().then(
    () => undefined,
    (thrown) => thrown,
  )
  return {
    /** What a failure says that ended the step before it had anything to report. */
    message: error === undefined ? '' : said(error),
    log: runner.lines.join('\n'),
    outputs: runner.outputs,
    isRed: error !== undefined || runner.failed,
    calls: sim.recorder.count(),
  }
}
