/** Rows of the failure matrix that are about one deployment and are not told elsewhere. `row F10` in a test's name is its number there. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { createDeploy } from '../../src/actions/deploy/index.ts'
import { deployInputs } from '../../src/actions/inputs/deploy-inputs.ts'
import { codeDeployScene, newImage, oldImage, region, rollingScene, run, servingImage } from '../deployment/scene.ts'
import { some } from '../often.ts'
import { fakeRunner, givenInputs } from '../runner/fake-runner.ts'
import { seedImage } from '../simulator/ecr.ts'
import { seededTaskDefinition } from '../simulator/fixtures.ts'
import type { Simulator } from '../simulator/simulator.ts'
import { host, withRepository } from './doctor-scene.ts'
import { environment } from './scene.ts'

async function deploy(sim: Simulator, given: Record<string, string>, definition?: string) {
  const runner = await fakeRunner({ clock: sim.clock.forProgram, environment })
  if (definition) await writeFile(join(runner.workspace, 'td.json'), definition)
  const action = createDeploy({ requestHandler: sim.requestHandler, fetch: (url, init) => sim.fetch(url, init) })
  const inputs = { service: 'api', cluster: 'shop', 'github-token': 'ghs_1', ...given }
  await action.main(givenInputs(deployInputs, inputs), runner)
  const { verdict = '', cause = '' } = runner.outputs
  return { runner, log: runner.lines.join('\n'), verdict, cause }
}

const changes = (sim: Simulator) =>
  sim.recorder.all.filter(({ operation }) => /^(Register|Update|Create|Stop|Tag)/.test(operation))

const engines = [
  ['rolling', () => rollingScene()],
  ['CodeDeploy', () => codeDeployScene({ terminationWaitMinutes: 0 })],
] as const

test.each([
  ['throttled', { kind: 'throttle', retryAfter: 5 }],
  ['reset', { kind: 'reset' }],
  ['never answered', { kind: 'hang' }],
] as const)(
  'row F10: when nothing at all is answered for 45 s (%s), the deployment only takes longer',
  async (_, effect) => {
    const sim = rollingScene()
    const outage = sim.faults.add({ probability: 1, effect })
    sim.clock.after(45_000, () => outage.remove())
    const ended = await run(sim, { image: newImage })
    expect([ended.outcome, servingImage(sim)]).toEqual(['succeeded', newImage])
  },
)

test.each(some([-3_600_000, 3_600_000], 2))(
  'row F14: a wall clock that jumps by %i ms ends no wait early or late',
  async (jump) => {
    const sim = rollingScene()
    sim.world.scenarios.set(newImage, { kind: 'healthy', startSeconds: 3600 })
    const clock = { ...sim.clock.forProgram }
    const { now } = clock
    clock.now = () => now() + (clock.monotonic() > 60_000 ? jump : 0)
    const runner = await fakeRunner({ clock, environment })
    const action = createDeploy({ requestHandler: sim.requestHandler, fetch: (url, init) => sim.fetch(url, init) })
    const before = sim.clock.now()
    const inputs = { service: 'api', cluster: 'shop', image: newImage, 'wait-for-minutes': '10' }
    await action.main(givenInputs(deployInputs, inputs), runner)
    expect(runner.outputs.verdict).toBe('timed-out')
    expect(Math.abs(sim.clock.now() - before - 600_000)).toBeLessThan(10_000)
  },
)

describe.each(some(engines, 2))('row F18: a tag that moves after the build (%s)', (_, scene) => {
  test.each([
    ['by digest', (digest: string) => `${host}/api@${digest}`],
    ['by tag and digest', (digest: string) => `${host}/api:v2@${digest}`],
  ])('%s, what was built is what is deployed', async (_name, reference) => {
    const sim = scene()
    withRepository(sim)
    const built = seedImage(sim.world, region, 'api', 'v2')
    seedImage(sim.world, region, 'api', 'v2', { content: 'somebody else' })
    const { verdict } = await deploy(sim, { image: reference(built) })
    expect([verdict, servingImage(sim)]).toEqual(['succeeded', reference(built)])
  })
})

describe.each(engines)('row F19: an image that cannot run (%s) is refused before anything is changed', (_, scene) => {
  test.each([
    ['its tag is not there', (sim: Simulator) => withRepository(sim), `${host}/api:v3`, /v3/],
    [
      'its digest has expired',
      (sim: Simulator) => withRepository(sim),
      `${host}/api@sha256:${'0'.repeat(64)}`,
      /sha256/,
    ],
    ['it is of another platform', (sim: Simulator) => withRepository(sim, 'arm64'), `${host}/api:v2`, /linux\/arm64/],
    ['its repository is not there', () => undefined, `${host}/api:v2`, /repository/i],
  ])('as %s', async (_name, prepare, image, says) => {
    const sim = scene()
    prepare(sim)
    const { verdict, cause, runner } = await deploy(sim, { image, preflight: 'on' })
    expect([verdict, runner.failed, changes(sim)]).toEqual(['failed', true, []])
    expect(cause).toMatch(says)
  })
})

test('row F22: a rollback that was over before the first look is no success', async () => {
  const sim = rollingScene()
  sim.world.scenarios.set(newImage, { kind: 'crash', exitCode: 1 })
  // Nothing can be read for a quarter of an hour after the update.
  const blind = () => {
    const rule = sim.faults.add({
      operation: /^(List|Describe)/,
      probability: 1,
      effect: { kind: 'http', status: 503 },
    })
    sim.clock.after(15 * 60_000, () => rule.remove())
  }
  sim.faults.add({ operation: 'UpdateService', times: 1, effect: { kind: 'callback', run: blind } })
  const { verdict, cause, runner } = await deploy(sim, { image: newImage })
  expect([verdict, runner.failed, servingImage(sim)]).toEqual(['rolled-back', true, oldImage])
  expect(cause).toMatch(/exit code 1\)|circuit breaker/)
})

describe('row F23: services of which a success would say nothing', () => {
  const create = (sim: Simulator, members: object) => {
    const call = { service: 'ecs', operation: 'CreateService', region, accessKeyId: '', at: 0, input: {} }
    sim.world.region(region).ecs.handlers.CreateService?.({ cluster: 'shop', serviceName: 'other', ...members }, call)
    sim.recorder.clear()
  }

  test('without any task, the deployment is green and said to prove nothing', async () => {
    const sim = rollingScene({ desiredCount: 0 })
    const { verdict, log } = await deploy(sim, { image: newImage })
    expect(verdict).toBe('succeeded')
    expect(log).toMatch(/desired count is 0[^\n]*does not test the new revision/)
  })

  test('one that is being deleted is refused, and nothing is changed', async () => {
    const sim = rollingScene()
    const service = sim.world.region(region).ecs.service('shop', 'api')
    if (service) Object.assign(service, { status: 'DRAINING' })
    const { verdict, cause, runner } = await deploy(sim, { image: newImage })
    expect([verdict, runner.failed, changes(sim)]).toEqual(['failed', true, []])
    expect(cause).toMatch(/is being deleted/)
  })

  test('one with a controller of its own is refused, and nothing is changed', async () => {
    const sim = rollingScene()
    create(sim, { deploymentController: { type: 'EXTERNAL' }, desiredCount: 1 })
    const { verdict, cause, runner } = await deploy(sim, { service: 'other', 'task-definition': 'api:1' })
    expect([verdict, runner.failed, changes(sim)]).toEqual(['failed', true, []])
    expect(cause).toMatch(/deployment controller EXTERNAL/)
  })
})

test.each(engines)('row F30: of two containers, the one that failed is named (%s)', async (_, scene) => {
  const sim = scene()
  const image = 'registry.example.com/proxy:v1'
  sim.world.scenarios.set(image, { kind: 'crash', exitCode: 3, log: ['no certificate'] })
  const definition = seededTaskDefinition(sim.world)
  const [api] = definition.containerDefinitions ?? []
  const proxy = { ...api, name: 'proxy', image, portMappings: [] }
  const file = JSON.stringify({ ...definition, containerDefinitions: [api, proxy] })
  const { verdict, cause } = await deploy(sim, { 'task-definition': 'td.json' }, file)
  expect([verdict, servingImage(sim)]).toEqual(['rolled-back', oldImage])
  expect(cause).toMatch(/\("proxy", exit code 3\)/)
  expect(cause).not.toMatch(/container "api"/)
})

test('row F30: of two containers with a health check, the one whose check fails is named', async () => {
  const sim = rollingScene({ loadBalanced: false })
  const image = 'registry.example.com/proxy:v1'
  sim.world.scenarios.set(image, { kind: 'unhealthy', reason: 'Target.FailedHealthChecks' })
  const definition = seededTaskDefinition(sim.world)
  const healthCheck = { command: ['CMD-SHELL', 'curl -f http://localhost/health || exit 1'] }
  const api = { ...definition.containerDefinitions?.[0], healthCheck }
  const proxy = { ...api, name: 'proxy', image, portMappings: [] }
  const file = JSON.stringify({ ...definition, containerDefinitions: [api, proxy] })
  const { verdict, cause } = await deploy(sim, { 'task-definition': 'td.json' }, file)
  expect([verdict, servingImage(sim)]).toEqual(['rolled-back', oldImage])
  expect(cause).toMatch(/failed container health checks: the healthCheck command of container "proxy" fails/)
  expect(cause).not.toMatch(/"api"/)
})

test('row F31: a deployment of another region or account is refused before anything is read or changed', async () => {
  const sim = rollingScene()
  const { verdict, cause } = await deploy(sim, { image: newImage, 'allowed-account-ids': '999988887777' })
  expect([verdict, changes(sim)]).toEqual(['failed', []])
  expect(cause).toMatch(/111122223333/)
  const id = 'arn:aws:ecs:us-east-1:111122223333:service-deployment/shop/api/abc'
  const other = await deploy(sim, { 'deployment-id': id })
  expect([other.runner.failed, changes(sim)]).toEqual([true, []])
})
