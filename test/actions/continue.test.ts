/** The action `continue`: who left what waiting, what it answers, and what people read. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { continueInputs } from '../../src/actions/continue/continue-inputs.ts'
import { createContinue } from '../../src/actions/continue/index.ts'
import { createDeploy } from '../../src/actions/deploy/index.ts'
import { deployInputs } from '../../src/actions/inputs/deploy-inputs.ts'
import type { Fetch } from '../../src/http/fetch.ts'
import { policiesOf, refusedBy } from '../cli/permissions-scene.ts'
import { codeDeployId, hook, hookScene, newestArn, stage } from '../deployment/pause-scene.ts'
import { codeDeployScene, newImage, oldImage, portsOf, region, runSeldom as run } from '../deployment/scene.ts'
import { onlyLong, seldom } from '../often.ts'
import { type FakeRunner, fakeRunner, givenInputs } from '../runner/fake-runner.ts'
import type { Simulator } from '../simulator/simulator.ts'
import { host, withRepository } from './doctor-scene.ts'
import { environment, here, slack, takenBySlack } from './scene.ts'

const minute = 60_000

const engines = [
  ['ECS', () => hookScene(hook(60)), stage],
  ['CodeDeploy', () => codeDeployScene({ readyWait: 60, terminationWaitMinutes: 0 }), 'READY_WAIT'],
] as const

function worldOf(sim: Simulator) {
  const sent: { readonly method: string; readonly body: Record<string, unknown> }[] = []
  const fetch: Fetch = async (url, init) => {
    if (url.includes('.dkr.ecr.')) return await sim.fetch(url, init)
    sent.push({ method: url.split('/').at(-1) ?? '', body: JSON.parse(String(init.body)) })
    return takenBySlack()
  }
  return { requestHandler: sim.requestHandler, fetch, sent }
}

async function said(sim: Simulator, play: (runner: FakeRunner, world: ReturnType<typeof worldOf>) => Promise<void>) {
  const runner = await fakeRunner({ clock: sim.clock.forProgram, environment })
  const world = worldOf(sim)
  await play(runner, world)
  return { runner, outputs: runner.outputs, log: runner.lines.join('\n'), sent: world.sent }
}

/** A deploy that ends as soon as the deployment waits. */
const leave = (sim: Simulator, given: Record<string, string> = {}) =>
  said(sim, async (runner, world) => {
    const inputs = { ...here, image: newImage, guard: 'off', 'on-pause': 'leave', ...given }
    await createDeploy(world).main(givenInputs(deployInputs, inputs), runner)
  })

const answer = (sim: Simulator, given: Record<string, string> = {}) =>
  said(sim, async (runner, world) => {
    await createContinue(world).main(
      givenInputs(continueInputs, { ...here, ...seldom, answer: 'continue', ...given }),
      runner,
    )
  })

function serving(sim: Simulator): unknown {
  const { ecs } = sim.world.region(region)
  const service = ecs.service('shop', 'api')
  const primary = service?.taskSets.find(({ status }) => status === 'PRIMARY')?.taskDefinitionArn
  return ecs.taskDefinition(primary ?? service?.taskDefinition ?? '')?.containerDefinitions[0]?.image
}

const answers = (sim: Simulator) =>
  sim.recorder.all.map(({ operation }) => operation).filter((name) => /^(Stop|Continue)/.test(name))

describe.each(engines)('%s: a deployment that was left waiting', (engine, scene, where) => {
  const also = engine === 'ECS' ? test : onlyLong(test)

  test('is green and paused, and every channel says what waits, until when and who may answer', async () => {
    const sim = scene()
    const { runner, outputs, log, sent } = await leave(sim, slack)
    expect(runner.failed).toBe(false)
    expect(outputs).toMatchObject({ verdict: 'paused', cause: '', 'paused-stage': where })
    expect(Date.parse(outputs['paused-until'] ?? '')).toBeGreaterThan(sim.clock.now() + 58 * minute)
    const permission = engine === 'ECS' ? 'ecs:ContinueServiceDeployment' : 'codedeploy:ContinueDeployment'
    const words = new RegExp(`paused at ${where} until 20.* UTC.*Without an answer the deployment is`, 's')
    for (const told of [log, runner.summary, JSON.stringify(sent.at(-1)?.body)]) {
      expect(told.replaceAll('&#95;', '_')).toMatch(words)
      expect(told).toContain(permission)
      expect(told).toMatch(/api \(shop\): paused at /)
    }
    expect(log).toMatch(/notice api \(shop\): paused at /)
    expect(log).not.toMatch(/^error /m)
    expect(answers(sim)).toEqual([])
  })

  test('is named by an id that crosses jobs where the account id is masked', async () => {
    const { outputs } = await leave(scene())
    expect(outputs['deployment-id']).toMatch(engine === 'ECS' ? /^service-deployment\/shop\/api\/\w+$/ : /^d-/)
    expect(outputs['deployment-id']).not.toContain('111122223333')
  })

  also('is not rolled back by the post step', async () => {
    const sim = scene()
    const { runner } = await leave(sim)
    const later = await fakeRunner({ clock: sim.clock.forProgram, environment, state: runner.savedState })
    await createDeploy(worldOf(sim)).post?.(givenInputs(deployInputs, here), later)
    sim.clock.advance(5 * minute)
    expect(answers(sim)).toEqual([])
    expect((await answer(sim)).outputs.verdict).toBe('succeeded')
  })

  test.each([['deployment-id'], [undefined]])(
    'goes on by the answer continue (found by %s), and the same Slack message says so',
    async (by) => {
      const sim = scene()
      const left = await leave(sim, slack)
      const given = by === undefined ? {} : { [by]: left.outputs[by] ?? '' }
      const ts = { 'slack-message-ts': left.outputs['slack-message-ts'] ?? '' }
      const { runner, outputs, log, sent } = await answer(sim, { ...given, ...slack, ...ts })
      expect([outputs.verdict, serving(sim), runner.failed]).toEqual(['succeeded', newImage, false])
      expect(outputs['deployment-id']).toBe(left.outputs['deployment-id'])
      expect(log).toMatch(new RegExp(`Pause at ${where} continued`))
      expect(new Set(sent.map(({ method }) => method))).toEqual(new Set(['chat.update']))
      expect(JSON.stringify(sent.at(-1)?.body)).toMatch(/api \(shop\): deployed in/)
    },
  )

  also('is answered, though the first looks are older than the wait', async () => {
    const sim = scene()
    const { outputs: left } = await leave(sim)
    const operation = engine === 'ECS' ? 'DescribeServiceDeployments' : 'GetDeployment'
    sim.faults.add({ operation, times: 2, effect: { kind: 'stale-read', calls: 6 } })
    const { outputs } = await answer(sim, { 'deployment-id': left['deployment-id'] ?? '' })
    expect([outputs.verdict, serving(sim)]).toEqual(['succeeded', newImage])
  })

  test('goes back by the answer roll-back, green, in the words of a rollback', async () => {
    const sim = scene()
    await leave(sim)
    const { runner, outputs, log } = await answer(sim, { answer: 'roll-back' })
    expect([outputs.verdict, serving(sim), runner.failed]).toEqual(['succeeded', oldImage, false])
    expect(log).toMatch(/✅ api \(shop\): rolled back to api:1/)
    expect(outputs.cause).toBe('')
  })

  also('is watched on when somebody else has answered, green if it succeeds', async () => {
    const sim = scene()
    const left = await leave(sim)
    const { ecs, codeDeploy } = portsOf(sim)
    if (engine === 'ECS') {
      const [newest] = await ecs.listServiceDeployments('shop', 'api', new Date(0))
      const id = newest?.lifecycleHookDetails?.at(-1)?.hookId ?? ''
      await ecs.continueServiceDeployment(newest?.serviceDeploymentArn ?? '', id, 'CONTINUE')
    } else await codeDeploy.continueDeployment(await codeDeployId(sim), 'READY_WAIT')
    sim.clock.advance(3000)
    sim.recorder.clear()
    const { outputs, log } = await answer(sim, { 'deployment-id': left.outputs['deployment-id'] ?? '' })
    expect(outputs.verdict).toBe('succeeded')
    expect(log).toMatch(/pause has already ended/i)
    expect(answers(sim)).toEqual([])
  })

  test('that nobody answered in time has gone back: red, with that as the cause', async () => {
    const sim = scene()
    const left = await leave(sim)
    sim.clock.advance(90 * minute)
    const { runner, outputs, log } = await answer(sim, { 'deployment-id': left.outputs['deployment-id'] ?? '' })
    expect([outputs.verdict, serving(sim), runner.failed]).toEqual(['rolled-back', oldImage, true])
    expect(log).toMatch(/The deployment has already ended/)
    expect(log).toMatch(/Continuing a deployment of api in shop/)
    expect(log).toMatch(/^error api \(shop\): failed, rolled back/m)
    expect(outputs.cause).toMatch(/pause hook timed out|TIMEOUT: timed out waiting for a notification to continue/)
  })

  test('is red with the permission that is missing, and goes on waiting', async () => {
    const sim = scene()
    await leave(sim)
    sim.faults.add({ operation: /^Continue/, effect: { kind: 'access-denied' } })
    const { runner, outputs } = await answer(sim)
    expect([outputs.verdict, runner.failed]).toEqual(['detached', true])
    expect(outputs.cause).toMatch(engine === 'ECS' ? /ecs:ContinueServiceDeployment/ : /codedeploy:ContinueDeployment/)
    expect((await answer(sim)).outputs.verdict).toBe('succeeded')
  })

  also('is answered once, also when the reply to the answer is lost', async () => {
    const sim = scene()
    await leave(sim)
    sim.faults.add({ operation: /^Continue/, effect: { kind: 'apply-then-drop' } })
    const { outputs, log } = await answer(sim)
    expect(outputs.verdict).toBe('succeeded')
    expect(log).toMatch(/Pause at \S+ continued/)
    expect(answers(sim)).toHaveLength(1)
  })
})

describe('what cannot be answered', () => {
  test.each(engines)(
    '%s: a deployment that has not come to its wait: red, and it goes on',
    async (_, scene, _where) => {
      const sim = scene()
      await run(sim, { image: newImage, request: { wait: false } })
      sim.clock.advance(8000)
      const { runner, outputs } = await answer(sim)
      expect([outputs.verdict, runner.failed]).toEqual(['detached', true])
      expect(outputs.cause).toMatch(/is not paused: its status is (IN_PROGRESS|InProgress|Queued|Created|PENDING)/)
      expect(answers(sim)).toEqual([])
    },
  )

  test('another stage than the one that waits', async () => {
    const sim = hookScene(hook(60))
    await leave(sim)
    const { outputs } = await answer(sim, { stage: 'PRE_SCALE_UP' })
    expect(outputs.cause).toMatch(/is not paused at PRE_SCALE_UP: it is paused at POST_TEST_TRAFFIC_SHIFT/)
    expect(answers(sim)).toEqual([])
    expect((await answer(sim, { stage })).outputs.verdict).toBe('succeeded')
  })

  test.each(engines)('%s: a service that is steady', async (_, scene, _where) => {
    const { runner, outputs } = await answer(scene())
    expect(runner.failed).toBe(true)
    expect(outputs.cause).toMatch(
      /The service api has no paused deployment to continue: none of its deployments is in progress/,
    )
    expect(runner.lines.join('\n')).toMatch(/api \(shop\): no deployment to continue/)
  })

  test('an id that ECS does not show any more says how the newest deployment ended', async () => {
    const sim = hookScene(hook(10))
    const left = await leave(sim, { 'wait-for-service-stability': 'false' })
    expect(left.outputs['deployment-id']).toMatch(/^ecs-svc/)
    sim.clock.advance(30 * minute)
    const { outputs } = await answer(sim, { 'deployment-id': left.outputs['deployment-id'] ?? '' })
    expect(outputs.cause).toMatch(/ROLLBACK_SUCCESSFUL.*pause hook timed out/)
  })

  test('what somebody else let go on is not rolled back by an answer', async () => {
    const sim = hookScene(hook(60))
    await leave(sim)
    const arn = await newestArn(sim)
    const [deployment] = await portsOf(sim).ecs.listServiceDeployments('shop', 'api', new Date(0))
    const id = deployment?.lifecycleHookDetails?.[0]?.hookId ?? ''
    await portsOf(sim).ecs.continueServiceDeployment(arn, id, 'CONTINUE')
    sim.recorder.clear()
    const { runner, outputs } = await answer(sim, { answer: 'roll-back' })
    expect(runner.failed).toBe(true)
    expect(outputs.cause).toMatch(/is not paused/)
    expect(answers(sim)).toEqual([])
  })
})

test('an image for another processor is told with both platforms, when its tasks fail after the answer', async () => {
  const sim = hookScene(hook(60, 'ROLLBACK', 'PRE_SCALE_UP'))
  withRepository(sim, 'arm64')
  const image = `${host}/api:v2`
  sim.world.scenarios.set(image, { kind: 'crash', exitCode: 255, log: ['exec /app/server: exec format error'] })
  // Preflight would not let it begin.
  await leave(sim, { image, preflight: 'off' })
  const { outputs } = await answer(sim)
  expect(outputs).toMatchObject({
    verdict: 'rolled-back',
    cause: expect.stringMatching(
      /does not contain descriptor matching platform 'linux\/amd64': it is built for linux\/arm64/,
    ),
  })
})

test('all hooks that wait at once are answered; a later wait is a new question', async () => {
  const sim = hookScene(hook(60), hook(90))
  await leave(sim)
  const { outputs } = await answer(sim)
  expect(outputs.verdict).toBe('succeeded')
  expect(answers(sim)).toEqual(['ContinueServiceDeployment', 'ContinueServiceDeployment'])
})

const roles = [
  ['continue', {}],
  ['roll-back', { answer: 'roll-back' }],
] as const

test.each(engines.flatMap(([engine, scene]) => roles.map(([name, given]) => [engine, name, scene, given] as const)))(
  'IAM: %s, %s needs nothing that the README does not list',
  async (_engine, _name, scene, given) => {
    const readme = readFileSync(join(import.meta.dirname, '../../actions/continue/README.md'), 'utf8')
    const section = readme.slice(readme.indexOf('## Permissions'), readme.indexOf('## Inputs'))
    const listed = new Set([...section.matchAll(/`([a-z]+:[A-Z]\w+)`/g)].map(([, action]) => action))
    const sim = scene()
    await leave(sim)
    sim.recorder.clear()
    await answer(sim, given)
    const used = sim.iam.actionsUsed()
    expect(used).toContain('ecs:DescribeServices')
    expect(used.filter((action) => !listed.has(action))).toEqual([])
    expect(refusedBy(await policiesOf(sim, 'continue'), sim)).toEqual([])
  },
)

test('takes the inputs that its action.yml declares', () => {
  const { inputs } = parse(readFileSync(join(import.meta.dirname, '../../actions/continue/action.yml'), 'utf8'))
  expect(Object.keys(inputs).toSorted()).toEqual(Object.keys(continueInputs).toSorted())
})
