/** What other deployers get wrong, and what is right instead. `peers' F7` in a test's name is its number in the project's study of them. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { createDeploy } from '../../src/actions/deploy/index.ts'
import { deployInputs } from '../../src/actions/inputs/deploy-inputs.ts'
import {
  codeDeployScene,
  newImage,
  oldImage,
  portsOf,
  region,
  rollingScene,
  servingImage,
} from '../deployment/scene.ts'
import { seldom } from '../often.ts'
import { fakeRunner, givenInputs } from '../runner/fake-runner.ts'
import type { Handler } from '../simulator/contract.ts'
import { seededTaskDefinition, seedNativeService, seedRollingService } from '../simulator/fixtures.ts'
import { createSimulator, type Simulator } from '../simulator/simulator.ts'
import { environment } from './scene.ts'

async function deploy(sim: Simulator, given: Record<string, string> = {}, definition?: object) {
  const place = given['aws-region'] ? { AWS_REGION: given['aws-region'] } : {}
  const runner = await fakeRunner({ clock: sim.clock.forProgram, environment: { ...environment, ...place } })
  if (definition) await writeFile(join(runner.workspace, 'td.json'), JSON.stringify(definition))
  const source: Record<string, string> = definition ? { 'task-definition': 'td.json' } : { image: newImage }
  const action = createDeploy({ requestHandler: sim.requestHandler, fetch: (url, init) => sim.fetch(url, init) })
  const before = sim.clock.now()
  await action.main(
    givenInputs(deployInputs, { service: 'api', cluster: 'shop', ...seldom, ...source, ...given }),
    runner,
  )
  const { verdict = '', cause = '' } = runner.outputs
  const errors = runner.lines.filter((line) => line.startsWith('error '))
  return { runner, errors, verdict, cause, isRed: runner.failed, minutes: (sim.clock.now() - before) / 60_000 }
}

const crash = (sim: Simulator, image = newImage) => sim.world.scenarios.set(image, { kind: 'crash', exitCode: 1 })

describe("peers' F7: a rollback is no success, and takes nothing away that serves", () => {
  test.each([
    ['rolling', () => rollingScene()],
    ['rolling, without a circuit breaker', () => rollingScene({ circuitBreaker: 'off' })],
    ['CodeDeploy', () => codeDeployScene()],
  ])('%s', async (_, scene) => {
    const sim = scene()
    crash(sim)
    const { verdict, isRed, errors } = await deploy(sim)
    expect([verdict, isRed, errors.length]).toEqual(['rolled-back', true, 1])
    sim.clock.advance(30 * 60_000)
    const { ecs } = portsOf(sim)
    expect(servingImage(sim)).toBe(oldImage)
    expect((await ecs.describeTaskDefinition('api:1'))?.status).toBe('ACTIVE')
    expect((await ecs.describeService('shop', 'api'))?.runningCount).toBe(2)
    expect(sim.recorder.count('ecs', 'DeregisterTaskDefinition')).toBe(0)
  })

  test('and a service of more tasks than one page lists is seen to its end', async () => {
    const sim = rollingScene({ desiredCount: 120 })
    expect(await deploy(sim)).toMatchObject({ verdict: 'succeeded', isRed: false })
    expect((await portsOf(sim).ecs.describeService('shop', 'api'))?.runningCount).toBe(120)
  })
})

describe("peers' F8: what ECS rolled back, what is too slow and what cannot be seen is red", () => {
  test.each(['BLUE_GREEN', 'LINEAR', 'CANARY'] as const)('a %s deployment that was rolled back', async (strategy) => {
    const sim = createSimulator()
    seedNativeService(sim, { strategy, desiredCount: 2 })
    crash(sim)
    const { verdict, isRed, cause } = await deploy(sim, { 'wait-for-minutes': '120' })
    expect([verdict, isRed]).toEqual(['rolled-back', true])
    expect(cause).toMatch(/exit code 1\)/)
  })

  test('one that is too slow, after as long as was asked for', async () => {
    const sim = rollingScene()
    sim.world.scenarios.set(newImage, { kind: 'healthy', startSeconds: 3600 })
    const { verdict, isRed, minutes } = await deploy(sim, { 'wait-for-minutes': '20' })
    expect([verdict, isRed]).toEqual(['timed-out', true])
    expect(minutes).toBeGreaterThanOrEqual(20)
    expect(minutes).toBeLessThan(20.5)
  })

  test('one that must not be looked at, at once, with the permission that is missing', async () => {
    const sim = rollingScene()
    sim.world.scenarios.set(newImage, { kind: 'healthy', startSeconds: 3600 })
    const looks = /^(ListServiceDeployments|DescribeService(Deployment|Revision)?s)$/
    const deny = () => void sim.faults.add({ operation: looks, times: 1000, effect: { kind: 'access-denied' } })
    sim.faults.add({ operation: 'UpdateService', times: 1, effect: { kind: 'callback', run: deny } })
    const { isRed, verdict, errors, minutes } = await deploy(sim)
    expect([isRed, verdict]).toEqual([true, 'detached'])
    expect(errors.join()).toMatch(/ecs:DescribeServices/)
    expect(minutes).toBeLessThan(1)
  })

  test('and no ARN is of a partition that the region is not in', async () => {
    const sim = createSimulator()
    const there = 'us-gov-west-1'
    seedRollingService(sim, { region: there })
    const effect = { kind: 'error', code: 'AccessDeniedException', message: 'Not authorized.', status: 400 } as const
    sim.faults.add({ operation: 'UpdateService', times: 9, effect })
    const { errors } = await deploy(sim, { 'aws-region': there })
    expect(errors.join()).toMatch(/arn:aws-us-gov:ecs:us-gov-west-1:/)
    expect(errors.join()).not.toMatch(/arn:aws:/)
  })
})

test("peers' F11: a service keeps the volumes and the count that it has", async () => {
  const sim = rollingScene()
  await deploy(sim)
  const [update] = sim.recorder.calls('ecs', 'UpdateService')
  expect(Object.keys(update?.input ?? {}).sort()).toEqual(['cluster', 'service', 'taskDefinition'])
})

test("peers' F12: empty texts and nulls in lists arrive as they were written, or are refused", async () => {
  const sim = rollingScene()
  const { containerDefinitions: [api] = [], ...rest } = seededTaskDefinition(sim.world)
  const written = { command: ['sh', '-c', ''], entryPoint: ['', 'tini'], environment: [{ name: 'EMPTY', value: '' }] }
  await deploy(sim, {}, { ...rest, containerDefinitions: [{ ...api, ...written }] })
  expect(sim.world.region(region).ecs.taskDefinition('api:2')?.containerDefinitions[0]).toMatchObject(written)
})

describe("peers' F14: a zero is a zero, and one mistake is one annotation", () => {
  test('wait-for-minutes: 0 looks once', async () => {
    const sim = rollingScene()
    const { verdict, minutes } = await deploy(sim, { 'wait-for-minutes': '0' })
    expect(verdict).toBe('timed-out')
    expect(minutes).toBeLessThan(1)
  })

  test('fail-fast-after: 0 turns it off', async () => {
    const sim = rollingScene({ circuitBreaker: 'off' })
    crash(sim)
    expect((await deploy(sim, { 'fail-fast-after': '0', 'wait-for-minutes': '10' })).verdict).toBe('timed-out')
  })

  test('a registration that ECS refuses', async () => {
    const sim = rollingScene()
    const { errors, isRed } = await deploy(sim, {}, { ...seededTaskDefinition(sim.world), cpu: '17' })
    expect([errors.length, isRed]).toEqual([1, true])
  })
})

describe("peers' F17: nothing that is not seen is taken for a success", () => {
  test('(a) a forced deployment of the same revision that is rolled back is red', async () => {
    const sim = rollingScene()
    crash(sim, oldImage)
    const { verdict, isRed } = await deploy(sim, { image: oldImage, 'force-new-deployment': 'true' })
    expect(verdict).toMatch(/^(rolled-back|rollback-failed)$/)
    expect(isRed).toBe(true)
  })

  test('(b) a CodeDeploy deployment that fails before the first look is red', async () => {
    const sim = codeDeployScene()
    crash(sim)
    const blind = () => {
      const rule = sim.faults.add({
        service: 'codedeploy',
        operation: /^(Get|List)/,
        probability: 1,
        effect: { kind: 'reset' },
      })
      sim.clock.after(20 * 60_000, () => rule.remove())
    }
    sim.faults.add({ operation: 'CreateDeployment', times: 1, effect: { kind: 'callback', run: blind } })
    const { isRed, verdict } = await deploy(sim, { 'wait-for-minutes': '60' })
    expect([verdict, isRed, servingImage(sim)]).toEqual(['rolled-back', true, oldImage])
  })

  test('(c) a service deployment that ECS does not list for half a minute is waited for', async () => {
    const sim = rollingScene()
    crash(sim)
    const { handlers } = sim.world.region(region).ecs
    const list = handlers.ListServiceDeployments
    const from = sim.clock.now() + 30_000
    Object.assign(handlers, {
      ListServiceDeployments: (...asked: Parameters<Handler>) =>
        sim.clock.now() < from ? { serviceDeployments: [] } : list?.(...asked),
    })
    const { verdict, isRed } = await deploy(sim)
    expect([verdict, isRed]).toEqual(['rolled-back', true])
  })

  test('(d, e) a look that fails ends nothing, and the reason of a stop is told', async () => {
    const sim = rollingScene()
    crash(sim)
    sim.faults.add({ operation: 'DescribeServiceDeployments', times: 4, effect: { kind: 'http', status: 500 } })
    const { verdict, cause } = await deploy(sim)
    expect(verdict).toBe('rolled-back')
    expect(cause).toMatch(/\("api", exit code 1\)/)
  })
})
