import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { createDeploy } from '../../src/actions/deploy/index.ts'
import { doctorInputs } from '../../src/actions/doctor/doctor-inputs.ts'
import { createDoctor } from '../../src/actions/doctor/index.ts'
import { deployInputs } from '../../src/actions/inputs/deploy-inputs.ts'
import { rollbackInputs } from '../../src/actions/inputs/rollback-inputs.ts'
import { createRollback } from '../../src/actions/rollback/index.ts'
import { type FakeRunner, fakeRunner, givenInputs } from '../runner/fake-runner.ts'
import { seedCodeDeploy } from '../simulator/codedeploy/fixtures.ts'
import type { Behaviour } from '../simulator/contract.ts'
import { seedBlueGreenService, seededTaskDefinition, seedRollingService } from '../simulator/fixtures.ts'
import { createSimulator, type Simulator } from '../simulator/simulator.ts'
import { environment, slack, takenBySlack } from './scene.ts'
import { deploySeveral, repository, severalScene } from './several-scene.ts'

const where = { service: 'auth-token', cluster: 'secret-cluster' }
const image = 'registry.example.com/auth-token:1a2b3c4'

/** All that people read of a step, and what it keeps. */
function told(runner: FakeRunner, sent: readonly unknown[] = []): string {
  return [...runner.lines, runner.summary, JSON.stringify([runner.outputs, runner.savedState, sent])].join('\n')
}

async function prepare(sim: Simulator) {
  const runner = await fakeRunner({ clock: sim.clock.forProgram, environment })
  const sent: unknown[] = []
  const world = {
    requestHandler: sim.requestHandler,
    async fetch(_: string, init: RequestInit) {
      sent.push(JSON.parse(String(init.body)))
      return takenBySlack()
    },
  }
  return { runner, sent, world }
}

async function deploy(sim: Simulator, behaviour?: Behaviour): Promise<string> {
  if (behaviour) sim.world.scenarios.set(image, behaviour)
  const { runner, sent, world } = await prepare(sim)
  const given = { ...where, ...slack, image, 'container-name': 'api' }
  await createDeploy(world).main(givenInputs(deployInputs, given), runner)
  return told(runner, sent)
}

function rolling(): Simulator {
  const sim = createSimulator()
  seedRollingService(sim, where)
  return sim
}

function codeDeploy(): Simulator {
  const sim = createSimulator()
  seedCodeDeploy(sim, { service: seedBlueGreenService(sim, where), terminationWaitMinutes: 0 })
  return sim
}

describe('names of things are shown, also those that names of secrets look like', () => {
  test.each([
    ['rolling', rolling, undefined],
    ['rolling, rolled back', rolling, { kind: 'out-of-memory' }],
    ['CodeDeploy', codeDeploy, undefined],
    ['CodeDeploy, rolled back', codeDeploy, { kind: 'out-of-memory' }],
  ] as const)('a deployment: %s', async (_, scene, behaviour) => {
    const all = await deploy(scene(), behaviour)
    expect(all).toContain('auth-token:2 registered')
    expect(all).toContain('auth-token:1a2b3c4')
    expect(all).not.toContain('***')
  })

  test('a container whose image changes', async () => {
    const sim = createSimulator()
    seedRollingService(sim, { ...where, loadBalanced: false, container: { name: 'token' } })
    const { runner, sent, world } = await prepare(sim)
    const given = { ...where, ...slack, image, 'container-name': 'token' }
    await createDeploy(world).main(givenInputs(deployInputs, given), runner)
    const all = told(runner, sent)
    expect(all).toContain('containerDefinitions[token].image: "registry.example.com/auth-token:1a2b3c4"')
    expect(all).not.toContain('***')
  })

  test('several services', async () => {
    const services = ['auth-token', 'password-reset', 'my-auth']
    const sim = severalScene(services)
    const behaviour: Readonly<Record<string, Behaviour>> = { 'my-auth': { kind: 'out-of-memory' } }
    const files = repository(sim, '[[auth-token], [password-reset, my-auth]]', services, behaviour)
    const given = { environment: 'production', services: services.join(' '), ...slack }
    const { runner, sent } = await deploySeveral(sim, given, { files })
    const all = told(runner, sent)
    expect(all).toMatch(/my-auth: 3 of 3 new tasks stopped/)
    expect(all).not.toContain('***')
  })

  test('a rollback', async () => {
    const sim = rolling()
    await deploy(sim)
    const { runner, sent, world } = await prepare(sim)
    await createRollback(world).main(givenInputs(rollbackInputs, where), runner)
    const all = told(runner, sent)
    expect(all).toContain('auth-token:1')
    expect(all).not.toContain('***')
  })

  test('a file with mistakes, and what preflight says of it', async () => {
    const sim = rolling()
    const definition = seededTaskDefinition(sim.world, { service: 'auth-token', image: 'user-token:1a2b3c4' })
    const [container] = definition.containerDefinitions ?? []
    const secrets = [{ name: 'API_KEY', valueFrom: '/prod/db/password1' }]
    for (const more of [{ bogus: 1 }, {}]) {
      const { runner, sent, world } = await prepare(sim)
      const containers = [{ ...container, name: 'secret-api', secrets, ...more }]
      const content = JSON.stringify({ ...definition, containerDefinitions: containers }, null, 1)
      writeFileSync(join(runner.workspace, 'secrets.json'), content)
      const given = givenInputs(doctorInputs, { ...where, 'task-definition': 'secrets.json', 'fail-on': 'never' })
      const error = await createDoctor(world).main(given, runner).catch(String)
      expect(`${error}${told(runner, sent)}`).not.toContain('***')
    }
  })
})
