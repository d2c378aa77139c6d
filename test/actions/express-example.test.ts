/** The examples of Express Mode: the step of examples/workflows/express.yml, and the repository examples/express. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { createDeployExpress } from '../../src/actions/deploy-express/index.ts'
import { deployExpressInputs } from '../../src/actions/inputs/deploy-express-inputs.ts'
import { newImage, oldImage, region } from '../deployment/scene.ts'
import { seldom } from '../often.ts'
import { givenInputs } from '../runner/fake-runner.ts'
import { seedExpressService } from '../simulator/express-fixture.ts'
import { executionActions, seedCluster } from '../simulator/seeding.ts'
import { createSimulator, type Simulator } from '../simulator/simulator.ts'
import { changesOf, runnerFor, worldOf } from './express-scene.ts'
import { deployWith, probeOf, response } from './verify-scene.ts'

interface Step {
  readonly uses: string
  readonly with: Readonly<Record<string, string | number>>
}

const file = readFileSync(join(import.meta.dirname, '../../examples/workflows/express.yml'), 'utf8')
const { steps }: { steps: readonly Step[] } = parse(file).jobs.ship
const [given] = steps.flatMap((step) => (step.uses.includes('/actions/deploy-express@') ? [step.with] : []))

/** As the runner gives them to the action; the credentials are those of the job. */
function inputsOf(image: string): Record<string, string> {
  const written = Object.entries(given ?? {}).filter(([name]) => name !== 'role-to-assume')
  return Object.fromEntries(
    written.map(([name, value]) => [name, String(value).replace('${{ steps.build.outputs.image }}', image)]),
  )
}

async function push(sim: Simulator, image: string, status: number) {
  const probe = probeOf(response(status, JSON.stringify({ status: 'ok' })))
  const runner = await runnerFor(sim)
  sim.recorder.clear()
  await createDeployExpress({ ...worldOf(sim), probe: probe.open }).main(
    givenInputs(deployExpressInputs, { ...seldom, ...inputsOf(image) }),
    runner,
  )
  return { outputs: runner.outputs, isRed: runner.failed, asked: probe.asked, changes: changesOf(sim) }
}

const running = (sim: Simulator) => {
  const { ecs } = sim.world.region(region)
  return ecs.taskDefinition(ecs.service('default', 'shop')?.taskDefinition ?? '')?.containerDefinitions[0]?.image
}

test('creates the service, updates it, and takes back what does not pass the check', async () => {
  const sim = createSimulator()
  seedCluster(sim.world, { cluster: 'default', service: 'other' })
  sim.iam.role({ name: 'ecsTaskExecutionRole', trustedServices: ['ecs-tasks.amazonaws.com'], allows: executionActions })
  const first = await push(sim, oldImage, 200)
  expect([first.isRed, first.outputs.verdict, first.changes]).toEqual([
    false,
    'succeeded',
    ['CreateExpressGatewayService'],
  ])
  const bad = await push(sim, newImage, 500)
  expect([bad.isRed, bad.outputs.verdict, running(sim)]).toEqual([true, 'rolled-back', oldImage])
  const good = await push(sim, newImage, 200)
  expect([good.isRed, good.outputs.verdict, running(sim)]).toEqual([false, 'succeeded', newImage])
  expect(good.asked.map(({ url }) => url)).toEqual(['https://shop.example.com/health'])
})

describe('examples/express', () => {
  const read = (path: string) => readFileSync(join(import.meta.dirname, '../../examples/express', path), 'utf8')
  // The credentials are those of the job.
  const files = {
    'slipway.yml': read('slipway.yml').replace(/ +role: .*\n/, ''),
    'deploy/shop.json': read('deploy/shop.json'),
  }

  test('its workflow has at most ten lines, and those of the other examples', () => {
    const workflow = read('.github/workflows/ship.yml')
    expect(workflow.trim().split('\n').length).toBeLessThanOrEqual(10)
    expect(workflow).toBe(read('../seed-002/.github/workflows/ship.yml'))
  })

  test.each([
    [200, 'succeeded', 'v2'],
    [500, 'rolled-back', 'v1'],
  ])('a response of %s: %s', async (status, verdict, tag) => {
    const sim = createSimulator()
    sim.iam.role({
      name: 'ecsTaskExecutionRole',
      trustedServices: ['ecs-tasks.amazonaws.com'],
      allows: executionActions,
    })
    sim.world.region(region).logs.createGroup('/ecs/shop')
    seedExpressService(sim, { cluster: 'default', service: 'shop' })
    const probe = probeOf(response(status, JSON.stringify({ status: 'ok' })))
    const { outputs, error } = await deployWith(sim, { files, probe })
    expect([error, outputs.verdict, String(running(sim)).split(':').at(-1)]).toEqual([undefined, verdict, tag])
  })
})
