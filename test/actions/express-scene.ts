/** Steps that deploy a service in Express Mode, in this process. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createDeploy } from '../../src/actions/deploy/index.ts'
import { deployInputs } from '../../src/actions/inputs/deploy-inputs.ts'
import { rollbackInputs } from '../../src/actions/inputs/rollback-inputs.ts'
import { createRollback } from '../../src/actions/rollback/index.ts'
import { region } from '../deployment/scene.ts'
import { seldom } from '../often.ts'
import { said } from '../refusal.ts'
import { fakeRunner, givenInputs } from '../runner/fake-runner.ts'
import { type ExpressOptions, seedExpressService } from '../simulator/express-fixture.ts'
import { seedCluster, seedExecutionRole } from '../simulator/seeding.ts'
import { createSimulator, type Simulator } from '../simulator/simulator.ts'
import { environment, here, takenBySlack } from './scene.ts'

export function expressScene(options: ExpressOptions = {}) {
  const sim = createSimulator()
  const seeded = seedExpressService(sim, options)
  sim.recorder.clear()
  return { sim, ...seeded }
}

/** The cluster `shop` without a service. */
export function emptyCluster(): Simulator {
  const sim = createSimulator()
  seedCluster(sim.world, { service: 'other' })
  seedExecutionRole(sim)
  sim.world.region(region).logs.createGroup('/shop/api')
  sim.recorder.clear()
  return sim
}

export const accountRole = (sim: Simulator, name: string) => `arn:aws:iam::${sim.world.accountId}:role/${name}`

export const worldOf = (sim: Simulator) => ({ requestHandler: sim.requestHandler, fetch: async () => takenBySlack() })

export async function runnerFor(sim: Simulator, files: Readonly<Record<string, string>> = {}) {
  const runner = await fakeRunner({ clock: sim.clock.forProgram, environment })
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(runner.workspace, name, '..'), { recursive: true })
    await writeFile(join(runner.workspace, name), content)
  }
  return runner
}

/** Runs `deploy`; `error`: what people read of what was thrown. */
export async function deployExpress(
  sim: Simulator,
  given: Record<string, string>,
  files: Readonly<Record<string, string>> = {},
) {
  const runner = await runnerFor(sim, files)
  const inputs = givenInputs(deployInputs, { ...here, ...seldom, ...given })
  const error = await createDeploy(worldOf(sim))
    .main(inputs, runner)
    .then(() => '', said)
  return { runner, error, log: runner.lines.join('\n') }
}

/** Runs `rollback`. */
export async function rollBackExpress(sim: Simulator, given: Record<string, string> = {}) {
  const runner = await runnerFor(sim)
  const inputs = givenInputs(rollbackInputs, { ...here, ...seldom, ...given })
  const error = await createRollback(worldOf(sim))
    .main(inputs, runner)
    .then(() => '', said)
  return { runner, error, log: runner.lines.join('\n') }
}

/** The service as AWS shows it: what its newest deployment runs, by container. */
export function serving(sim: Simulator, service = 'api') {
  const { ecs } = sim.world.region(region)
  const found = ecs.service('shop', service)
  const definition = ecs.taskDefinition(found?.taskDefinition ?? '')
  return {
    taskDefinition: found?.taskDefinition,
    images: Object.fromEntries((definition?.containerDefinitions ?? []).map(({ name, image }) => [name, image])),
  }
}

export const changesOf = (sim: Simulator): readonly string[] =>
  sim.recorder
    .calls()
    .map(({ operation }) => operation)
    .filter((one) => /^(Create|Update|Register|Stop|Delete)/.test(one))
