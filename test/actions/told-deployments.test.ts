/** Deployments that go well, roll backs, cancels, one-off tasks and waves, as people are told about them. */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, test } from '@jest/globals'
import { createDeploy } from '../../src/actions/deploy/index.ts'
import { deployInputs } from '../../src/actions/inputs/deploy-inputs.ts'
import { rollbackInputs } from '../../src/actions/inputs/rollback-inputs.ts'
import { createRollback } from '../../src/actions/rollback/index.ts'
import { codeDeployScene, newImage, oldImage, rollingScene, run } from '../deployment/scene.ts'
import { some } from '../often.ts'
import { expectGolden } from '../report/golden.ts'
import { fakeRunner, givenInputs } from '../runner/fake-runner.ts'
import { seededTaskDefinition, seedNativeService } from '../simulator/fixtures.ts'
import { createSimulator, type Simulator } from '../simulator/simulator.ts'
import { emptyScene, environment, here, slack } from './scene.ts'
import { repository, severalScene } from './several-scene.ts'
import { toldBy, toldPage } from './told.ts'

interface Step {
  readonly sim: Simulator
  readonly given?: Record<string, string>
  readonly files?: Record<string, string>
  readonly cancelAfterSeconds?: number
  readonly action?: 'deploy' | 'rollback'
}

const everywhere = { ...slack, environment: 'production', 'github-token': 'ghs_1', preflight: 'off' }

/** Runs main and post step, and puts one page after the other. */
async function told({ sim, given = {}, files = {}, cancelAfterSeconds, action: name = 'deploy' }: Step) {
  const { GITHUB_REPOSITORY: owner, GITHUB_SHA: sha } = environment
  sim.github.deployments.create({ repository: owner, environment: 'production', sha })
  const main = await fakeRunner({ clock: sim.clock.forProgram, environment })
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(main.workspace, path)), { recursive: true })
    await writeFile(join(main.workspace, path), content)
  }
  if (cancelAfterSeconds !== undefined) sim.clock.after(cancelAfterSeconds * 1000, () => main.cancel())
  const world = {
    requestHandler: sim.requestHandler,
    fetch: (url: string, init: Parameters<Simulator['fetch']>[1]) => sim.fetch(url, init),
  }
  const isCancelled = cancelAfterSeconds !== undefined
  const post = async (state: Record<string, string>) =>
    await fakeRunner({ clock: sim.clock.forProgram, environment, workspace: main.workspace, state })
  if (name === 'deploy') {
    const [action, inputs] = [createDeploy(world), givenInputs(deployInputs, { ...everywhere, ...given })]
    await action.main(inputs, main).catch((error: unknown) => main.lines.push(`thrown ${error}`))
    const after = await post(main.savedState)
    await action.post?.(inputs, after)
    return [toldPage(toldBy(main, sim)), ...(isCancelled ? [`post step\n${toldPage(toldBy(after, sim))}`] : [])].join(
      '\n',
    )
  }
  const [action, inputs] = [createRollback(world), givenInputs(rollbackInputs, { ...slack, ...here, ...given })]
  await action.main(inputs, main)
  return toldPage(toldBy(main, sim))
}

function native(strategy: 'BLUE_GREEN' | 'LINEAR' | 'CANARY') {
  const sim = createSimulator()
  seedNativeService(sim, { strategy })
  sim.recorder.clear()
  return sim
}

const image = { ...here, image: newImage }

function definition(sim: Simulator) {
  return { 'task.json': JSON.stringify(seededTaskDefinition(sim.world, { image: newImage })) }
}

async function deployed(sim: Simulator) {
  await run(sim, { image: newImage })
  return sim
}

function exiting(sim: Simulator, exitCode: number) {
  sim.world.scenarios.set(newImage, { kind: 'crash', exitCode })
  return sim
}

const oneOff = (sim: Simulator): Step => ({
  sim,
  files: definition(sim),
  given: { ...here, 'task-definition': 'task.json', 'run-task': 'true', 'wait-for-task-stopped': 'true' },
})

function several(behaviour: Parameters<typeof repository>[3], given: Record<string, string>): Step {
  const services = ['api', 'web', 'worker']
  const sim = severalScene(services)
  return { sim, files: repository(sim, '[[api], [web, worker]]', services, behaviour), given }
}

const scenes: Readonly<Record<string, () => Step | Promise<Step>>> = {
  rolling: () => ({ sim: rollingScene(), given: image }),
  'blue-green': () => ({ sim: native('BLUE_GREEN'), given: image }),
  linear: () => ({ sim: native('LINEAR'), given: image }),
  canary: () => ({ sim: native('CANARY'), given: image }),
  codedeploy: () => ({ sim: codeDeployScene(), given: image }),
  unchanged: () => ({ sim: rollingScene(), given: { ...image, image: oldImage } }),
  'dry-run': () => ({ sim: rollingScene(), given: { ...image, 'dry-run': 'true' } }),
  settings: () => ({
    sim: rollingScene(),
    given: { ...here, 'keep-image': 'true', 'desired-count': '3', 'minimum-healthy-percent': '50' },
  }),
  'not-waited-for': () => ({ sim: rollingScene(), given: { ...image, 'wait-for-service-stability': 'false' } }),
  'timed-out': () => {
    const sim = rollingScene()
    sim.world.scenarios.set(newImage, { kind: 'healthy', startSeconds: 3_600 })
    return { sim, given: { ...image, 'wait-for-minutes': '2' } }
  },
  'first-deployment': () => {
    const sim = emptyScene()
    const service = {
      desiredCount: 2,
      launchType: 'FARGATE',
      networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-0aaa1111'], securityGroups: ['sg-0ccc3333'] } },
    }
    const files = { ...definition(sim), 'service.json': JSON.stringify(service) }
    return { sim, files, given: { ...image, 'task-definition': 'task.json', 'service-definition': 'service.json' } }
  },
  'one-off-task': () => {
    const sim = exiting(rollingScene(), 0)
    sim.clock.after(30_000, () => sim.world.scenarios.set(newImage, { kind: 'healthy' }))
    return oneOff(sim)
  },
  'one-off-task-fails': () => oneOff(exiting(rollingScene(), 3)),
  'cancelled-rolling': () => ({ sim: rollingScene(), given: image, cancelAfterSeconds: 20 }),
  'cancelled-codedeploy': () => ({
    sim: codeDeployScene(),
    given: { ...image, 'on-cancel': 'leave' },
    cancelAfterSeconds: 40,
  }),
  'rollback-rolling': async () => ({ sim: await deployed(rollingScene()), action: 'rollback' }),
  'rollback-codedeploy': async () => ({ sim: await deployed(codeDeployScene()), action: 'rollback' }),
  'rollback-to-nothing': () => ({ sim: rollingScene(), action: 'rollback' }),
  waves: () => several({}, {}),
  'waves-roll-back': () => several({ worker: { kind: 'crash', exitCode: 3 } }, {}),
  'waves-cancelled': () => ({ ...several({}, {}), cancelAfterSeconds: 60 }),
}

describe('a deployment is told in the same words as ever', () => {
  test.each(some(Object.entries(scenes), 4))('%s', async (name, scene) => {
    expectGolden(`deployments/${name}.txt`, await told(await scene()))
  })
})
