/** Plays one failure with the action `deploy`, in this process, on the virtual clock. */
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createDeploy } from '../../../src/actions/deploy.ts'
import { deployInputs } from '../../../src/actions/deploy-inputs.ts'
import { environment } from '../../actions/scene.ts'
import { codeDeployScene, newImage, rollingScene } from '../../deployment/scene.ts'
import { type FakeRunner, fakeRunner, givenInputs } from '../../runner/fake-runner.ts'
import { seededTaskDefinition, seedNativeService } from '../../simulator/fixtures.ts'
import { createSimulator, type Simulator } from '../../simulator/simulator.ts'
import { doneAt, readable } from './readable.ts'
import type { FailureScenario } from './scenario.ts'

export interface Played {
  readonly verdict: string
  /** As people read it, without the advice. */
  readonly cause: string
  /** What is missing or wrong in it; empty when it is right. */
  readonly wrong: readonly string[]
  /** Virtual seconds from the first decisive fact to the end of the step. */
  readonly seconds: number
  /** The same from the moment that decides: the third task that failed in the same way, or the first fact without such. */
  readonly sinceDecided: number
  /** The same from the moment at which AWS was done with its roll back; undefined where it made no deployment. */
  readonly sinceDone: number | undefined
}

/** After so many tasks the default of `fail-fast-after` lets a deployment fail. */
const policy = 3
const lookEvery = 500

const strategies = { 'blue/green': 'BLUE_GREEN', linear: 'LINEAR', canary: 'CANARY' } as const

function sceneOf(scenario: FailureScenario): Simulator {
  if (scenario.engine === 'rolling') return rollingScene(scenario.service)
  if (scenario.engine === 'CodeDeploy') return codeDeployScene({ terminationWaitMinutes: 0, ...scenario.service })
  const sim = createSimulator()
  seedNativeService(sim, { strategy: strategies[scenario.engine], ...scenario.service })
  sim.recorder.clear()
  return sim
}

interface Moments {
  readonly began: number
  decisive?: number
  decided?: number
}

/** Looks at what AWS shows, for as long as the returned function is not called. */
function observe(sim: Simulator, { decisive }: FailureScenario, moments: Moments): () => void {
  const since = moments.began
  let isOver = false
  const look = () => {
    if (isOver) return
    const { lines, failures } = readable(sim, since)
    if (decisive && lines.some((line) => decisive.test(line))) moments.decisive ??= sim.clock.now()
    if (failures >= policy) moments.decided ??= sim.clock.now()
    sim.clock.after(lookEvery, look)
  }
  if (!decisive) moments.decisive = since
  look()
  return () => {
    isOver = true
  }
}

async function inputsOf(scenario: FailureScenario, sim: Simulator, { workspace }: FakeRunner) {
  const files = { ...scenario.files }
  // Preflight would not let some of them begin.
  const always = { service: 'api', cluster: 'shop', image: newImage, 'github-token': '', preflight: 'off' }
  const given = { ...always, ...scenario.given }
  const { definition } = scenario
  if (definition) {
    files['task-definition.json'] = JSON.stringify(definition(seededTaskDefinition(sim.world)))
    Object.assign(given, { 'task-definition': 'task-definition.json', 'container-name': 'api' })
  }
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(workspace, path)), { recursive: true })
    await writeFile(join(workspace, path), content)
  }
  return givenInputs(deployInputs, given)
}

export async function play(scenario: FailureScenario): Promise<Played> {
  const sim = sceneOf(scenario)
  if (scenario.tasks) sim.world.scenarios.set(newImage, scenario.tasks)
  scenario.prepare?.(sim)
  const { meanwhile } = scenario
  const happen = () => void sim.clock.after((meanwhile?.afterSeconds ?? 0) * 1000, () => meanwhile?.happens(sim))
  if (meanwhile)
    sim.faults.add({ operation: /^(UpdateService|CreateDeployment)$/, effect: { kind: 'callback', run: happen } })
  const runner = await fakeRunner({ clock: sim.clock.forProgram, environment })
  const inputs = await inputsOf(scenario, sim, runner)
  const moments: Moments = { began: sim.clock.now() }
  const stop = observe(sim, scenario, moments)
  const action = createDeploy({ requestHandler: sim.requestHandler, fetch: (url, init) => sim.fetch(url, init) })
  await action.main(inputs, runner).catch((error: unknown) => {
    runner.outputs.verdict = `no verdict: ${error}`
  })
  stop()
  await rm(runner.workspace, { recursive: true, force: true })
  return judge(scenario, sim, runner, moments)
}

function judge(scenario: FailureScenario, sim: Simulator, runner: FakeRunner, moments: Moments): Played {
  const { verdict = '', cause = '' } = runner.outputs
  const says = (words: string | RegExp) =>
    typeof words === 'string' ? cause.toLowerCase().includes(words.toLowerCase()) : words.test(cause)
  const end = sim.clock.now()
  const { decisive } = moments
  const done = doneAt(sim, moments.began)
  const decided = Math.max(decisive ?? end, moments.decided ?? 0)
  return {
    verdict,
    cause,
    wrong: [
      ...scenario.cause.filter((words) => !says(words)).map((words) => `does not say ${words}`),
      ...(scenario.never ?? []).filter(says).map((words) => `says ${words}`),
      ...(verdict === scenario.verdict ? [] : [`verdict is ${verdict}, not ${scenario.verdict}`]),
      ...(decisive === undefined ? ['AWS never showed the decisive fact'] : []),
    ],
    seconds: (end - (decisive ?? Number.NaN)) / 1000,
    sinceDecided: (end - decided) / 1000,
    sinceDone: done === undefined ? undefined : (end - done) / 1000,
  }
}
