/**
 * A main step that is killed (SIGKILL: by the runner after a cancel, by the machine for want of memory) at every moment at which it
 * waits for something: each call to AWS, GitHub and Slack as it leaves and as it is answered, and each pause. All that is left of it
 * is what it saved; what people see of it afterwards is the work of the post step.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { createDeploy } from '../../src/actions/deploy/index.ts'
import { deployInputs } from '../../src/actions/inputs/deploy-inputs.ts'
import { rollbackInputs } from '../../src/actions/inputs/rollback-inputs.ts'
import { createRollback } from '../../src/actions/rollback/index.ts'
import type { Action } from '../../src/runner/action.ts'
import type { InputSpec } from '../../src/runner/inputs.ts'
import { codeDeployScene, newImage, rollingScene, run } from '../deployment/scene.ts'
import { times } from '../often.ts'
import { type FakeRunner, fakeRunner, givenInputs } from '../runner/fake-runner.ts'
import type { InProcessHandler } from '../simulator/in-process.ts'
import type { Simulator } from '../simulator/simulator.ts'
import { environment } from './scene.ts'
import { cluster, repository, severalScene } from './several-scene.ts'

type World = Parameters<typeof createDeploy>[0]
type Handled = Parameters<InProcessHandler['handle']>

/** Where one action runs, and on what. */
interface Scene<Spec extends InputSpec> {
  readonly sim: Simulator
  readonly files: Readonly<Record<string, string>>
  readonly given: Record<string, string>
  readonly inputs: Spec
  readonly moments: Moments
  create(world: World): Action<Spec>
}

/** Where a process may be killed: whatever it waits for, or only at calls to those who are told. */
type Moments = 'all' | 'telling'

/** The world of one process, which is dead from its `moment`-th moment on: nothing that it waits for comes any more. */
function worldThatKills(sim: Simulator, counted: Moments, moment: number, kill: () => void) {
  let moments = 0
  let name = ''
  const never = new Promise<never>(() => undefined)
  const isAlive = (what: string) => {
    if (name !== '') return false
    if ((counted === 'telling' && !what.startsWith('http')) || ++moments < moment) return true
    name = what
    kill()
    return false
  }
  async function carriedOut<Answer>(what: string, handle: () => Promise<Answer>): Promise<Answer> {
    if (!isAlive(`${what} leaves`)) return await never
    const answer = await handle()
    return isAlive(`${what} is answered`) ? answer : await never
  }
  const requestHandler: InProcessHandler = {
    ...sim.requestHandler,
    handle: (...[request, options]: Handled) =>
      carriedOut(String(request.headers['x-amz-target'] ?? request.path), () =>
        sim.requestHandler.handle(request, options),
      ),
  }
  const clock = { ...sim.clock.forProgram }
  clock.sleep = async (milliseconds, signal) => {
    // What only bounds a call is no moment of its own.
    const isLimit = milliseconds >= 5_000 && Number.isInteger(milliseconds)
    if (name !== '' || (!isLimit && !isAlive(`a pause of ${milliseconds}`))) return await never
    await sim.clock.forProgram.sleep(milliseconds, signal)
    if (name !== '') await never
  }
  const fetch = (url: string, init: RequestInit) => carriedOut(url, () => sim.fetch(url, init))
  return { requestHandler, fetch, clock, dead: () => name }
}

async function prepared(runner: FakeRunner, files: Readonly<Record<string, string>>): Promise<FakeRunner> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(runner.workspace, name, '..'), { recursive: true })
    await writeFile(join(runner.workspace, name), content)
  }
  return runner
}

/** First words of a message about what is not over. */
const progress = /^(?:⏳|🚀)|^\S+ [^\n]*\): (?:failed, )?rolling back/

/** What is wrong after a kill at this moment; undefined after the last moment. */
async function killAt<Spec extends InputSpec>(scene: Scene<Spec>, moment: number): Promise<string[] | undefined> {
  const { sim, files, given, inputs, moments, create } = scene
  let die = () => {}
  const died = new Promise<void>((resolve) => {
    die = resolve
  })
  const world = worldThatKills(sim, moments, moment, () => die())
  const main = await prepared(await fakeRunner({ clock: world.clock, environment }), files)
  const left = { state: {}, summary: '' }
  const finished = create(world).main(givenInputs(inputs, given), main)
  await Promise.race([
    finished,
    died.then(() => Object.assign(left, { state: { ...main.savedState }, summary: main.summary })),
  ])
  if (world.dead() === '') return undefined

  const options = { clock: sim.clock.forProgram, environment, state: left.state, workspace: main.workspace }
  const post = await fakeRunner(options)
  const fetch = (url: string, init: RequestInit) => sim.fetch(url, init)
  await create({ requestHandler: sim.requestHandler, fetch }).post?.(givenInputs(inputs, given), post)

  const messages = sim.slack.messages().map(({ content }) => String(content.text))
  const last = messages.at(-1)
  const unfinished = messages.filter((message) => progress.test(message))
  const problems: string[] = []
  const demand = (holds: boolean, problem: string) => void (holds || problems.push(problem))
  demand(last === undefined || !progress.test(last), `the last message is still: ${last}`)
  demand(
    unfinished.length === 0 || /^An earlier message of this run may be in this channel/m.test(last ?? ''),
    `${unfinished} stays, and nothing says so: ${last}`,
  )
  demand(messages.length <= 2, `the end was told more than once: ${messages.join('\n')}`)
  const [github] = sim.github.deployments.all()
  demand(github?.statuses.at(-1)?.state !== 'in_progress', "GitHub's page is in progress")
  demand(left.summary === '' || post.summary === '', 'there are two summaries')
  return problems.map((problem) => `${moment}, ${world.dead()}: ${problem}`)
}

/** GitHub has made its deployment for the job. */
function withPage(sim: Simulator): Simulator {
  const { GITHUB_REPOSITORY: repository, GITHUB_SHA: sha } = environment
  sim.github.deployments.create({ repository, environment: 'production', sha })
  return sim
}

const image = (sim: Simulator, behaviour: 'healthy' | 'crash') => {
  sim.world.scenarios.set(newImage, behaviour === 'crash' ? { kind: 'crash', exitCode: 1 } : { kind: 'healthy' })
  return withPage(sim)
}

const config = `version: 1
services: { api: { container: api } }
environments:
  production:
    region: eu-west-1
    account: "111122223333"
    services: { api: { cluster: shop, service: api } }
`
const told = {
  environment: 'production',
  'github-token': 'ghs_1',
  'slack-token': 'xoxb-not-a-real-token',
  'slack-channel': 'C0123456789',
  guard: 'off',
  // Every look is like the one before it.
  'wait-max-delay-seconds': '60',
}

const deploying = (sim: Simulator): Scene<typeof deployInputs> => ({
  sim,
  files: { 'slipway.yml': config },
  given: { ...told, image: newImage },
  inputs: deployInputs,
  moments: 'all',
  create: createDeploy,
})

async function rollingBack(): Promise<Scene<typeof rollbackInputs>> {
  const sim = rollingScene()
  await run(sim, { image: newImage })
  sim.clock.advance(60_000)
  const { guard: _, ...given } = told
  const files = { 'slipway.yml': config }
  return {
    sim: image(sim, 'healthy'),
    files,
    given,
    inputs: rollbackInputs,
    moments: 'telling',
    create: createRollback,
  }
}

function several(behaviour: 'healthy' | 'crash'): Scene<typeof deployInputs> {
  const sim = severalScene(['api', 'worker'])
  const bad = { kind: 'crash', exitCode: 1 } as const
  const files = repository(sim, '[[api], [worker]]', ['api', 'worker'], behaviour === 'crash' ? { worker: bad } : {})
  withPage(sim)
  return { sim, files, given: { ...told, cluster }, inputs: deployInputs, moments: 'telling', create: createDeploy }
}

describe('row F03: after a kill at any moment, what was begun is told to its end', () => {
  test.each<readonly [string, () => Promise<Scene<InputSpec>> | Scene<InputSpec>]>([
    ['rolling', () => deploying(image(rollingScene(), 'healthy'))],
    ['rolling, broken', () => deploying(image(rollingScene(), 'crash'))],
    ['CodeDeploy', () => deploying(image(codeDeployScene({ terminationWaitMinutes: 0 }), 'healthy'))],
    ['a rollback', rollingBack],
    ['several services', () => several('healthy')],
    ['several services, one broken', () => several('crash')],
  ])('%s', async (_, scene) => {
    const wrong: string[] = []
    const step = times('KILL_EVERY', 17, 1)
    let moment = 0
    for (let problems: string[] | undefined = []; problems; problems = await killAt(await scene(), moment)) {
      wrong.push(...problems)
      moment += step
    }
    expect(wrong).toEqual([])
    expect(moment).toBeGreaterThan(15)
  })
})
