import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { continueInputs } from '../../src/actions/continue/continue-inputs.ts'
import { createContinue } from '../../src/actions/continue/index.ts'
import { rollbackInputs } from '../../src/actions/inputs/rollback-inputs.ts'
import { createRollback } from '../../src/actions/rollback/index.ts'
import { policiesOf, refusedBy } from '../cli/permissions-scene.ts'
import { lag } from '../deployment/lag.ts'
import {
  codeDeployScene,
  newImage,
  oldImage,
  region,
  rollingScene,
  runSeldom as run,
  servingImage,
} from '../deployment/scene.ts'
import { truthOf } from '../deployment/truth.ts'
import { isLong, seldom, some } from '../often.ts'
import { fakeRunner, givenInputs } from '../runner/fake-runner.ts'
import type { Call } from '../simulator/contract.ts'
import { seedImage } from '../simulator/ecr.ts'
import { seededTaskDefinition } from '../simulator/seeding.ts'
import type { Simulator } from '../simulator/simulator.ts'
import { host, withRepository } from './doctor-scene.ts'
import { environment, here, slack, takenBySlack } from './scene.ts'

async function prepare(sim: Simulator, state?: Record<string, string>) {
  const runner = await fakeRunner({ clock: sim.clock.forProgram, environment, ...(state && { state }) })
  const sent: unknown[] = []
  const action = createRollback({
    requestHandler: sim.requestHandler,
    async fetch(url, init) {
      if (url.includes('.dkr.ecr.')) return await sim.fetch(url, init)
      sent.push(JSON.parse(String(init.body)))
      return takenBySlack()
    },
  })
  return { runner, action, sent }
}

async function rollBack(sim: Simulator, given: Record<string, string> = {}) {
  const { runner, action, sent } = await prepare(sim)
  await action.main(givenInputs(rollbackInputs, { ...here, ...seldom, ...given }), runner)
  return { runner, sent, log: runner.lines.join('\n'), outputs: runner.outputs }
}

/** The action `continue`, as a message of a rollback names it. */
async function answer(sim: Simulator, given: Record<string, string>) {
  const runner = await fakeRunner({ clock: sim.clock.forProgram, environment })
  const fetch = () => Promise.reject(new Error('nobody is told'))
  const action = createContinue({ requestHandler: sim.requestHandler, fetch })
  await action.main(givenInputs(continueInputs, { ...here, ...seldom, ...given }), runner)
  return runner
}

const scenes = [
  ['rolling', rollingScene],
  ['CodeDeploy', codeDeployScene],
] as const

const thirdImage = 'registry.example.com/api:v3'
const fourthImage = 'registry.example.com/api:v4'

/** Starts a deployment at AWS that nobody watches. */
async function inFlight(sim: Simulator, image = newImage) {
  sim.world.scenarios.set(image, { kind: 'healthy', startSeconds: 120 })
  await run(sim, { image, request: { wait: false } })
  sim.clock.advance(20_000)
}

/** Asks ECS without the wire. */
function ask<Output>(sim: Simulator, operation: string, input: object): Output {
  return sim.world.region(region).ecs.handlers[operation]?.(input, {} as Call) as Output
}

const mutations = (sim: Simulator) =>
  sim.recorder.all
    .map(({ operation }) => operation)
    .filter((name) => /^(Update|Create|Register|Stop|Delete)/.test(name))

describe('going back to the last good revision', () => {
  test.each(scenes)(
    '%s: deploys what served before, and tells everybody in the words of a rollback',
    async (_, scene) => {
      const sim = scene()
      await run(sim, { image: newImage })
      await run(sim, { image: thirdImage })
      sim.recorder.clear()
      const { runner, outputs, log, sent } = await rollBack(sim, slack)
      expect(servingImage(sim)).toBe(newImage)
      expect(runner.failed).toBe(false)
      expect(outputs).toMatchObject({
        verdict: 'succeeded',
        cause: '',
        'task-definition-arn': expect.stringMatching(/task-definition\/api:2$/),
        'previous-task-definition-arn': expect.stringMatching(/task-definition\/api:3$/),
      })
      expect(log).toMatch(
        /Rolling back api in shop to api:2 with .*: live before api:3; its deployment of 20\d\d.* succeeded/,
      )
      expect(log).toMatch(/✅ api \(shop\): rolled back to api:2 in /)
      expect(log).not.toMatch(/deployed\b/)
      expect(runner.summary).toMatch(/\): rolled back to api:2 in /)
      expect(JSON.stringify(sent.at(-1))).toMatch(/\): rolled back to api:2 in /)
      expect(sim.recorder.count('ecs', 'RegisterTaskDefinition')).toBe(0)
    },
  )

  test.each(some(scenes, 2))(
    '%s: twice goes two back, and never forward to what was gone away from',
    async (_, scene) => {
      const sim = scene()
      await run(sim, { image: newImage })
      await run(sim, { image: thirdImage })
      await run(sim, { image: fourthImage })
      await rollBack(sim)
      expect(servingImage(sim)).toBe(thirdImage)
      const { log } = await rollBack(sim)
      expect(servingImage(sim)).toBe(newImage)
      expect(log).toMatch(/was already rolled back from api:4 to api:3 at .*; this run rolls it back further, to api:2/)
    },
  )

  test('does nothing when ECS went back by itself already', async () => {
    const sim = rollingScene()
    await run(sim, { image: newImage })
    sim.world.scenarios.set(thirdImage, { kind: 'crash', exitCode: 1 })
    await run(sim, { image: thirdImage })
    sim.recorder.clear()
    const { outputs, log } = await rollBack(sim)
    expect(outputs.verdict).toBe('unchanged')
    expect(log).toMatch(/the newest deployment failed and was already rolled back to api:2/)
    expect(mutations(sim)).toEqual([])
  })

  test.each(some(scenes, 2))(
    '%s: falls back on the family where the history is gone, and says so',
    async (_, scene) => {
      const sim = scene()
      await run(sim, { image: newImage })
      sim.clock.advance(91 * 24 * 3_600_000)
      const { outputs, log } = await rollBack(sim)
      expect(outputs.verdict).toBe('succeeded')
      expect(servingImage(sim)).toBe(oldImage)
      expect(log).toMatch(/rolls back to api:1, the revision before; whether it was ever live is unknown/)
    },
  )

  test('names the permissions that the history needs when it falls back on the family', async () => {
    const sim = rollingScene()
    await run(sim, { image: newImage })
    sim.faults.add({ operation: 'ListServiceDeployments', times: 10, effect: { kind: 'access-denied' } })
    const { outputs, log } = await rollBack(sim)
    expect(outputs.verdict).toBe('succeeded')
    expect(log).toMatch(/Not authorized to perform ecs:ListServiceDeployments and ecs:DescribeServiceDeployments/)
  })
})

describe("CodeDeploy's hooks", () => {
  const lambda = (name: string) => `arn:aws:lambda:${region}:111122223333:function:${name}`
  const withHook = (name: string) => ({
    codeDeploy: {
      appSpec: JSON.stringify({
        version: '0.0',
        Resources: [
          {
            TargetService: {
              Type: 'AWS::ECS::Service',
              Properties: { TaskDefinition: '', LoadBalancerInfo: { ContainerName: 'api', ContainerPort: 8080 } },
            },
          },
        ],
        Hooks: [{ BeforeAllowTraffic: lambda(name) }],
      }),
    },
  })
  const sent = (sim: Simulator) => {
    const made = sim.recorder.calls('codedeploy', 'CreateDeployment').at(-1)?.input as {
      readonly revision: { readonly appSpecContent: { readonly content: string } }
    }
    return JSON.parse(made.revision.appSpecContent.content)
  }

  test.each(some<[Record<string, string>]>([[{}], [{ to: 'api:2' }], [{ image: newImage }]], 3))(
    'are those of the last good deployment of what is gone back to: %j',
    async (goal) => {
      const sim = codeDeployScene()
      await run(sim, { image: newImage, request: withHook('smoke') })
      await run(sim, { image: thirdImage, request: withHook('newer') })
      const { outputs, log } = await rollBack(sim, goal)
      expect(outputs.verdict).toBe('succeeded')
      expect(sent(sim).Hooks).toEqual([{ BeforeAllowTraffic: lambda('smoke') }])
      expect(sent(sim).Resources[0].TargetService.Properties.TaskDefinition).toMatch(/api:2$/)
      expect(log).toMatch(/Rolling back api .*, with the AppSpec and hooks of deployment d-\w+/)
    },
  )

  test('are found where descriptions have the hash of the AppSpec alone, in one call for each AppSpec', async () => {
    const sim = codeDeployScene()
    const { quirks } = sim.world.region(region).codedeploy as unknown as { quirks: Record<string, unknown> }
    quirks.hidesAppSpecs = true
    await run(sim, { image: newImage, request: withHook('smoke') })
    await run(sim, { image: thirdImage, request: withHook('newer') })
    const { outputs, log } = await rollBack(sim)
    expect(outputs.verdict).toBe('succeeded')
    expect(servingImage(sim)).toBe(newImage)
    expect(sent(sim).Hooks).toEqual([{ BeforeAllowTraffic: lambda('smoke') }])
    expect(log).toMatch(/live before api:3/)
    expect(sim.recorder.count('codedeploy', 'GetApplicationRevision')).toBeLessThanOrEqual(6)
  })

  test('are none where the group never deployed that revision, and the log says so', async () => {
    const sim = codeDeployScene()
    await run(sim, { image: newImage, request: withHook('smoke') })
    const { outputs, log } = await rollBack(sim, { to: 'api:1' })
    expect(outputs.verdict).toBe('succeeded')
    expect(sent(sim).Hooks).toBeUndefined()
    expect(log).toMatch(
      /generated from the service, without lifecycle hooks: its deployment group has no successful deployment of api:1/,
    )
  })

  test('are none where the past may not be read, and the log names what that needs', async () => {
    const sim = codeDeployScene()
    await run(sim, { image: newImage, request: withHook('smoke') })
    await run(sim, { image: thirdImage, request: withHook('smoke') })
    sim.faults.add({ operation: 'BatchGetDeployments', times: 10, effect: { kind: 'access-denied' } })
    const { outputs, log } = await rollBack(sim, { to: 'api:2' })
    expect(outputs.verdict).toBe('succeeded')
    expect(log).toMatch(/without lifecycle hooks: not authorized to perform .*codedeploy:BatchGetDeployments/)
  })
})

describe('a deployment in flight', () => {
  test.each(scenes)('%s: is stopped, and followed until the old revision serves', async (_, scene) => {
    const sim = scene()
    await inFlight(sim)
    sim.recorder.clear()
    const { runner, outputs, log } = await rollBack(sim)
    expect([outputs.verdict, runner.failed]).toEqual(['succeeded', false])
    expect(servingImage(sim)).toBe(oldImage)
    expect(log).toMatch(/of api:2 is in progress; this run stops it with rollback/)
    expect(log).toMatch(/✅ api \(shop\): rolled back to api:1/)
    expect(mutations(sim)).toEqual([scene === rollingScene ? 'StopServiceDeployment' : 'StopDeployment'])
  })

  test.each(some(scenes, 2))('%s: a dry run says what would be stopped, and stops nothing', async (_, scene) => {
    const sim = scene()
    await inFlight(sim)
    sim.recorder.clear()
    const { runner, outputs, log } = await rollBack(sim, { 'dry-run': 'true' })
    expect(log).toMatch(/is in progress; this run stops it with rollback/)
    expect([outputs.verdict, runner.failed]).toEqual(['', false])
    expect(mutations(sim)).toEqual([])
  })

  test('what AWS says late is dated by the last look that told anything new, be it the name of a revision', async () => {
    const sim = rollingScene({ circuitBreaker: 'off', loadBalanced: false })
    sim.world.scenarios.set(newImage, { kind: 'healthy', startSeconds: 20 })
    sim.world.scenarios.set(thirdImage, { kind: 'crash', exitCode: 1 })
    await run(sim, { image: newImage, request: { waitFor: 'traffic-shifted' } })
    sim.clock.advance(5_000)
    await run(sim, { image: thirdImage, request: { wait: false } })
    sim.clock.advance(1_000)
    sim.recorder.clear()
    const begun = sim.clock.now()
    const { log } = await rollBack(sim, { 'wait-max-delay-seconds': '' })
    const [, minutes, seconds] = /info (\d\d):(\d\d) {2}· /.exec(log) ?? []
    const named = sim.recorder
      .calls('ecs', 'DescribeServiceRevisions')
      .map(({ at }) => Math.floor((at - begun) / 1_000))
    expect(named).toContain(60 * Number(minutes) + Number(seconds))
  })

  test('a second rollback follows the first one', async () => {
    const sim = rollingScene()
    await inFlight(sim)
    sim.world.scenarios.set(oldImage, { kind: 'healthy', startSeconds: 90 })
    await rollBack(sim, { 'wait-for-service-stability': 'false' })
    sim.recorder.clear()
    const { outputs, log } = await rollBack(sim)
    expect(outputs.verdict).toBe('succeeded')
    expect(log).toMatch(/is already rolling back, and this run watches it/)
    expect(mutations(sim)).toEqual([])
    expect(servingImage(sim)).toBe(oldImage)
  })

  test.each(some(scenes, 2))('%s: what is not waited for is watched by what the message says', async (_, scene) => {
    const sim = scene()
    await inFlight(sim)
    sim.world.scenarios.set(oldImage, { kind: 'healthy', startSeconds: 90 })
    const { runner, outputs } = await rollBack(sim, { 'wait-for-service-stability': 'false' })
    expect([outputs.verdict, runner.failed]).toEqual(['detached', false])
    const said = runner.lines.join('\n') + runner.summary
    expect(said).toMatch(/The rollback was started and is not watched/)
    expect(said).toMatch(/use actions\/continue with answer: roll-back, .*deployment-id: \S+\./)
    const [, id = ''] = /deployment-id: (\S+)\./.exec(runner.lines.join('\n')) ?? []
    for (const seconds of [6, 1800]) {
      sim.clock.advance(seconds * 1000)
      const again = await answer(sim, { answer: 'roll-back', 'deployment-id': id })
      expect([again.outputs.verdict, again.failed]).toEqual(['succeeded', false])
    }
    expect(servingImage(sim)).toBe(oldImage)
  })

  test.each(some(scenes, 2))('%s: a wait that ended too early says the same', async (_, scene) => {
    const sim = scene()
    await inFlight(sim)
    sim.world.scenarios.set(oldImage, { kind: 'healthy', startSeconds: 300 })
    const { outputs, log } = await rollBack(sim, { 'wait-for-minutes': '0' })
    expect(outputs.verdict).toBe('timed-out')
    expect(log).toMatch(/The rollback did not complete within 0 minutes/)
    expect(log).toMatch(/use actions\/continue with answer: roll-back, /)
    expect(log).not.toMatch(/not started again/)
  })

  test.each(some(scenes, 2))('%s: with a named revision, that one is deployed', async (_, scene) => {
    const sim = scene()
    await run(sim, { image: newImage })
    await inFlight(sim, thirdImage)
    const { outputs } = await rollBack(sim, { to: 'api:1' })
    expect(outputs.verdict).toBe('succeeded')
    expect(servingImage(sim)).toBe(oldImage)
  })
})

describe('a named goal', () => {
  test.each([
    ['a revision', { to: 'api:1' }],
    ['an image', { image: oldImage }],
    ['a tag', { image: 'v1' }],
  ])('%s', async (_, goal) => {
    const sim = rollingScene()
    await run(sim, { image: newImage })
    await run(sim, { image: thirdImage })
    const { outputs } = await rollBack(sim, goal)
    expect(outputs.verdict).toBe('succeeded')
    expect(servingImage(sim)).toBe(oldImage)
  })

  test.each<Record<string, string>>([{}, { 'dry-run': 'true' }])(
    'of another family is warned of, before anything is changed: %j',
    async (more) => {
      const sim = rollingScene()
      const web = { ...seededTaskDefinition(sim.world), family: 'web' }
      ask(sim, 'RegisterTaskDefinition', web)
      const { log } = await rollBack(sim, { to: 'web:1', ...more })
      expect(log).toMatch(
        /⚠ web:1 is of another family than the live revision api:1: check that web is a family of this service/,
      )
      expect(log.indexOf('another family')).toBeLessThan(log.indexOf('started') >>> 0)
      const { log: own } = await rollBack(rollingScene(), { to: 'api:1' })
      expect(own).not.toMatch(/another family/)
    },
  )

  test('what runs already is left as it is', async () => {
    const { outputs, runner } = await rollBack(rollingScene(), { to: 'api:1' })
    expect([outputs.verdict, runner.failed]).toEqual(['unchanged', false])
  })

  test('revision and image exclude each other', async () => {
    await expect(rollBack(rollingScene(), { to: 'api:1', image: 'v1' })).rejects.toMatchObject({
      parts: { code: 'inputs-invalid' },
    })
  })
})

describe('refusals', () => {
  const deregister = (sim: Simulator) => ask(sim, 'DeregisterTaskDefinition', { taskDefinition: 'api:1' })
  const fromEcr = `111122223333.dkr.ecr.${region}.amazonaws.com/api:v1`

  async function ecrScene() {
    const sim = rollingScene()
    const { ecr } = sim.world.region(region)
    ecr.createRepository('api')
    seedImage(sim.world, region, 'api', 'v1')
    await run(sim, { image: fromEcr })
    await run(sim, { image: newImage })
    return sim
  }

  test('row F21: there is nothing to go back to', async () => {
    const sim = rollingScene()
    sim.recorder.clear()
    const { runner, outputs, log } = await rollBack(sim)
    expect(runner.failed).toBe(true)
    expect(outputs).toMatchObject({
      verdict: 'failed',
      cause: expect.stringMatching(/api has no revision to roll back to/),
    })
    expect(log).toMatch(
      /rollback failed, after 0s\. The service api has no revision to roll back to: it has no successful deployment of a revision other than api:1/,
    )
    expect(mutations(sim)).toEqual([])
  })

  test('row F20: the revision was deregistered', async () => {
    const sim = rollingScene()
    await run(sim, { image: newImage })
    deregister(sim)
    sim.recorder.clear()
    const { runner, outputs } = await rollBack(sim)
    expect(runner.failed).toBe(true)
    expect(outputs).toMatchObject({
      verdict: 'failed',
      cause: expect.stringMatching(/api:1 can no longer be deployed: it was deregistered \(its status is INACTIVE\)/),
    })
    expect(mutations(sim)).toEqual([])
  })

  test('the revision is being deleted', async () => {
    const sim = rollingScene()
    await run(sim, { image: newImage })
    deregister(sim)
    ask(sim, 'DeleteTaskDefinitions', { taskDefinitions: ['api:1'] })
    const { outputs } = await rollBack(sim, { to: 'api:1' })
    expect(outputs.cause).toMatch(
      /api:1 can no longer be deployed: it is being deleted \(its status is DELETE_IN_PROGRESS\)/,
    )
  })

  test('the image is archived: it is described, and cannot be pulled', async () => {
    const sim = await ecrScene()
    const archive = { repositoryName: 'api', imageId: { imageTag: 'v1' }, targetStorageClass: 'ARCHIVE' }
    sim.world.region(region).ecr.handlers.UpdateImageStorageClass?.(archive, {} as Call)
    sim.recorder.clear()
    const { outputs } = await rollBack(sim)
    expect(outputs.cause).toMatch(/api:v1 of api:2 no longer exists: ImageNotFoundException, or imageStatus ARCHIVED/)
    expect(mutations(sim)).toEqual([])
  })

  test('row F20: the image is gone from ECR', async () => {
    const sim = await ecrScene()
    sim.world
      .region(region)
      .ecr.handlers.BatchDeleteImage?.({ repositoryName: 'api', imageIds: [{ imageTag: 'v1' }] }, {} as Call)
    sim.recorder.clear()
    const { outputs } = await rollBack(sim)
    expect(outputs).toMatchObject({
      verdict: 'failed',
      cause: expect.stringMatching(/api:v1 of api:2 no longer exists/),
    })
    expect(mutations(sim)).toEqual([])
  })

  test('an image that may not be looked at is no reason to stay', async () => {
    const sim = await ecrScene()
    sim.faults.add({ operation: 'DescribeImages', effect: { kind: 'access-denied' } })
    const { outputs, log } = await rollBack(sim)
    expect(outputs.verdict).toBe('succeeded')
    expect(log).toMatch(/Not authorized to perform ecr:DescribeImages: whether .*api:v1 still exists is unknown/)
  })

  test('a tag that was moved would bring the same image back: that is said', async () => {
    const sim = rollingScene()
    await run(sim, {
      request: { wanted: async (_, current) => ({ definition: { ...current, cpu: '512', memory: '1024' } }) },
    })
    const { outputs, log } = await rollBack(sim)
    expect(outputs.verdict).toBe('succeeded')
    expect(log).toMatch(/api:1 has the same image tag as the live revision/)
  })

  test('row F20: the way back fails too: it says so, what serves and what to type', async () => {
    const sim = rollingScene()
    await run(sim, { image: newImage })
    sim.world.scenarios.set(oldImage, { kind: 'crash', exitCode: 3, log: ['no such table: orders'] })
    const { runner, outputs, log } = await rollBack(sim)
    expect(runner.failed).toBe(true)
    expect(outputs.verdict).toBe('rollback-failed')
    expect(log).toMatch(/🚨 api \(shop\): rollback failed, after/)
    expect(log).toMatch(/Act now/)
    expect(runner.summary).toMatch(/aws ecs update-service --cluster shop --service api --task-definition api:1/)
    expect(servingImage(sim)).toBe(newImage)
  })

  test('an image for another processor is told with both platforms', async () => {
    const sim = rollingScene()
    withRepository(sim, 'arm64')
    const image = `${host}/api:v2`
    sim.world.scenarios.set(image, { kind: 'crash', exitCode: 255, log: ['exec /app/server: exec format error'] })
    await run(sim, { image })
    const { outputs } = await rollBack(sim, { to: 'api:2' })
    expect(outputs).toMatchObject({
      verdict: 'rollback-failed',
      cause: expect.stringMatching(
        /does not contain descriptor matching platform 'linux\/amd64': it is built for linux\/arm64/,
      ),
    })
  })

  test('row F20: the update is refused', async () => {
    const sim = rollingScene()
    await run(sim, { image: newImage })
    sim.faults.add({ operation: 'UpdateService', effect: { kind: 'access-denied' } })
    const { runner, outputs } = await rollBack(sim)
    expect(runner.failed).toBe(true)
    expect(outputs).toMatchObject({
      verdict: 'failed',
      cause: expect.stringMatching(/not authorized to perform ecs:UpdateService/),
    })
    expect(servingImage(sim)).toBe(newImage)
  })
})

describe('reads that lag', () => {
  test.each(scenes)('%s: what is in flight is stopped, though the service is shown as it was', async (_, scene) => {
    const sim = scene()
    await run(sim, { image: newImage })
    sim.clock.advance(120_000)
    lag(sim, 2)
    sim.world.scenarios.set(thirdImage, { kind: 'healthy', startSeconds: 120 })
    await run(sim, { image: thirdImage, request: { wait: false } })
    sim.clock.advance(5_000)
    const { outputs } = await rollBack(sim)
    // One further back would be the first image.
    expect([outputs.verdict, truthOf(sim).image]).toEqual(['succeeded', newImage])
    expect(truthOf(sim).rolloutState).toBe('COMPLETED')
  })

  test('CodeDeploy: a rollback is green only where the service shows the old revision with the traffic', async () => {
    const sim = codeDeployScene({ terminationWaitMinutes: isLong ? 60 : 10 })
    await run(sim, { image: newImage, request: { waitFor: 'traffic-shifted' } })
    const { handlers } = sim.world.region(region).ecs
    const shown = handlers.DescribeServices?.({ cluster: 'shop', services: ['api'] }, {} as Call)
    Object.assign(handlers, { DescribeServices: () => shown })
    const { outputs } = await rollBack(sim, { 'wait-for-minutes': '3' })
    expect([truthOf(sim).image, outputs.verdict]).toEqual([oldImage, 'timed-out'])
  })

  test('is not "unchanged" while another revision is on its way', async () => {
    const sim = rollingScene()
    sim.clock.advance(120_000)
    lag(sim, 2)
    await run(sim, { image: newImage, request: { wait: false } })
    const { outputs } = await rollBack(sim, { to: 'api:1' })
    expect([outputs.verdict, truthOf(sim).image]).toEqual(['succeeded', oldImage])
    expect(truthOf(sim).rolloutState).toBe('COMPLETED')
  })

  test('an older rollback by ECS is no reason to stay at what has come since', async () => {
    const sim = rollingScene()
    sim.world.scenarios.set(newImage, { kind: 'crash', exitCode: 1 })
    await run(sim, { image: newImage })
    sim.clock.advance(120_000)
    // Deployed since, and not listed yet.
    sim.world.region(region).ecs.quirks.listedAfterSeconds = 600
    await run(sim, { image: thirdImage })
    const { outputs, log } = await rollBack(sim)
    expect(log).not.toMatch(/was rolled back already/)
    expect([outputs.verdict, truthOf(sim).image]).toEqual(['succeeded', oldImage])
  })

  test('a deployment that ends before it can be stopped is told by its end', async () => {
    const sim = rollingScene()
    await inFlight(sim)
    const message = 'The service deployment is in a terminal state and cannot be stopped.'
    const effect = { kind: 'error', code: 'ConflictException', message } as const
    sim.faults.add({ operation: 'StopServiceDeployment', effect })
    const { outputs } = await rollBack(sim)
    expect(outputs).toMatchObject({
      verdict: 'failed',
      cause: expect.stringMatching(/had completed before it could be stopped/),
    })
    expect(servingImage(sim)).toBe(newImage)
  })
})

describe('the past that AWS tells', () => {
  test.each(some([80, 86, 120], 2))('after %d days, no request reaches further back than AWS takes', async (days) => {
    const sim = rollingScene()
    await run(sim, { image: newImage })
    sim.clock.advance(days * 24 * 3_600_000)
    sim.recorder.clear()
    const { outputs, log } = await rollBack(sim)
    expect([outputs.verdict, servingImage(sim)]).toEqual(['succeeded', oldImage])
    if (days < 85) expect(log).toMatch(/live before api:2/)
    const asked = sim.recorder.calls('ecs', 'ListServiceDeployments')
    expect(asked.length).toBeGreaterThan(0)
    expect(asked.filter(({ outcome }) => outcome !== undefined)).toEqual([])
  })

  test('a refusal of the time that is asked for means that nothing is known', async () => {
    const sim = rollingScene()
    await run(sim, { image: newImage })
    const message = 'Before and After time filter must be within the last 3 months.'
    const effect = { kind: 'error', code: 'InvalidParameterException', message } as const
    sim.faults.add({ operation: 'ListServiceDeployments', times: 3, effect })
    const { outputs, log } = await rollBack(sim)
    expect([outputs.verdict, servingImage(sim)]).toEqual(['succeeded', oldImage])
    expect(log).toMatch(/rolls back to api:1, the revision before; whether it was ever live is unknown/)
  })
})

test('a cancelled rollback is left to go on, and the post step says so', async () => {
  const sim = rollingScene()
  await run(sim, { image: newImage })
  const { runner, action } = await prepare(sim)
  sim.world.scenarios.set(oldImage, { kind: 'healthy', startSeconds: 120 })
  const cancel = () => runner.cancel()
  sim.faults.add({
    operation: 'DescribeServiceDeployments',
    skip: 4,
    times: 1,
    effect: { kind: 'callback', run: cancel },
  })
  const inputs = givenInputs(rollbackInputs, here)
  await action.main(inputs, runner)
  expect(runner.outputs.verdict).toBe('cancelled')
  const after = await prepare(sim, runner.savedState)
  await after.action.post?.(inputs, after.runner)
  expect(after.runner.lines.join('\n')).toMatch(
    /is still in progress and continues without this run \(on-cancel: leave\)/,
  )
  expect(after.runner.summary).toMatch(/rollback cancelled, after/)
  sim.clock.advance(20 * 60_000)
  expect(servingImage(sim)).toBe(oldImage)
})

test('action.yml declares exactly the inputs that the action reads', () => {
  const declared = parse(readFileSync(join(import.meta.dirname, '../../actions/rollback/action.yml'), 'utf8'))
  expect(Object.keys(declared.inputs).sort()).toEqual(Object.keys(rollbackInputs).sort())
})

test.each(scenes)('a %s rollback is refused nothing by the policies of slipway permissions', async (_, scene) => {
  const sim = scene()
  expect((await run(sim, { image: newImage })).outcome).toBe('succeeded')
  sim.recorder.clear()
  const { outputs } = await rollBack(sim)
  expect(outputs.verdict).toBe('succeeded')
  expect(refusedBy(await policiesOf(sim, 'rollback'), sim)).toEqual([])
})
