/** Plays one failure with the action `deploy`, in this process, on the virtual clock. */
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createDeploy } from '../../../src/actions/deploy/index.ts'
import { deployInputs } from '../../../src/actions/inputs/deploy-inputs.ts'
import { environment, here, slack } from '../../actions/scene.ts'
import { type Told, toldBy } from '../../actions/told.ts'
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
  /** When people were told why, for the first time and while the deployment went on. */
  readonly early: Early
  /** Everything that people and later steps were given. */
  readonly told: Told
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
  /** When AWS showed the first new task that failed, unhealthy target, task without a place, or the bad end itself. */
  failed?: number
  /** When all had heard a cause. */
  told?: number
}

/** What people were told before the end. */
export interface Early {
  /** Virtual seconds from the first failure that AWS showed until log, Slack and GitHub's page said why; undefined: it began with nothing. */
  readonly seconds: number | undefined
  /** The reason as it was told last before the end, without the number of tasks; undefined: none was. */
  readonly reason: string | undefined
  /** Whether the end says another one. */
  readonly isReplaced: boolean
}

const suspicion = /So far: (.*)/

/** Whether Slack and GitHub's page show a cause. */
function isToldAbroad(sim: Simulator): boolean {
  const slack = JSON.stringify(sim.slack.messages())
  const github = sim.github.deployments.all().flatMap(({ statuses }) => statuses.map(({ description }) => description))
  return suspicion.test(slack) && github.some((description) => suspicion.test(description))
}

/** Without what failed: the number of tasks grows. */
const reasonIn = (sentence: string) => sentence.slice(sentence.indexOf(': ') + 2)

/** Looks at what AWS shows, for as long as the returned function is not called. */
function observe(
  sim: Simulator,
  { decisive }: FailureScenario,
  { lines: log }: FakeRunner,
  moments: Moments,
): () => void {
  const since = moments.began
  let isOver = false
  const look = () => {
    if (isOver) return
    const { lines, failures } = readable(sim, since)
    const said = decisive ? lines.filter((line) => decisive.test(line)) : []
    if (said.length > 0) moments.decisive ??= sim.clock.now()
    // A line of a log is no failure yet.
    if (failures > 0 || said.some((line) => !line.startsWith('log '))) moments.failed ??= sim.clock.now()
    if (failures >= policy) moments.decided ??= sim.clock.now()
    if (log.some((line) => suspicion.test(line)) && isToldAbroad(sim)) moments.told ??= sim.clock.now()
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
  const always = {
    ...here,
    ...slack,
    environment: 'production',
    'github-token': 'ghs_1',
    image: newImage,
    preflight: 'off',
  }
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
  const { GITHUB_REPOSITORY: repository, GITHUB_SHA: sha } = environment
  sim.github.deployments.create({ repository, environment: 'production', sha })
  const runner = await fakeRunner({ clock: sim.clock.forProgram, environment })
  const inputs = await inputsOf(scenario, sim, runner)
  const moments: Moments = { began: sim.clock.now() }
  const stop = observe(sim, scenario, runner, moments)
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
    early: earlyOf(runner, moments, end),
    seconds: (end - (decisive ?? Number.NaN)) / 1000,
    sinceDecided: (end - decided) / 1000,
    told: toldBy(runner, sim),
    sinceDone: done === undefined ? undefined : (end - done) / 1000,
  }
}

function earlyOf({ lines, outputs }: FakeRunner, { failed, told }: Moments, end: number): Early {
  const last = lines.findLast((line) => suspicion.test(line))
  const reason = last && reasonIn(suspicion.exec(last)?.[1] ?? '')
  return {
    seconds: failed === undefined ? undefined : Math.max(0, (told ?? end) - failed) / 1000,
    reason,
    isReplaced: reason !== undefined && !outputs.cause?.includes(reason),
  }
}
