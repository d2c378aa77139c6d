/** Credentials that do not last as long as the deployment: said before, survived, and gone on with by the printed id. */
import { describe, expect, test } from '@jest/globals'
import { createDeploy } from '../../src/actions/deploy/index.ts'
import { deployInputs } from '../../src/actions/inputs/deploy-inputs.ts'
import { codeDeployScene, newImage, oldImage, rollingScene, servingImage } from '../deployment/scene.ts'
import { fakeRunner, givenInputs } from '../runner/fake-runner.ts'
import type { Simulator } from '../simulator/simulator.ts'
import { keys } from './scene.ts'

const session = { ...keys, AWS_SESSION_TOKEN: 'token' }

async function deploy(sim: Simulator, given: Record<string, string>, environment: Record<string, string> = keys) {
  const runner = await fakeRunner({ clock: sim.clock.forProgram, environment })
  const action = createDeploy({ requestHandler: sim.requestHandler, fetch: (url, init) => sim.fetch(url, init) })
  const inputs = givenInputs(deployInputs, { service: 'api', cluster: 'shop', ...given })
  await action.main(inputs, runner).catch((error: unknown) => runner.lines.push(String(error)))
  return { runner, log: runner.lines.join('\n'), verdict: runner.outputs.verdict }
}

const engines = [
  ['rolling', () => rollingScene()],
  ['CodeDeploy', () => codeDeployScene({ terminationWaitMinutes: 0 })],
] as const

const ends = [
  ['that succeeds', { kind: 'healthy', startSeconds: 240 }, 'succeeded', newImage],
  ['that fails', { kind: 'crash', exitCode: 1 }, 'rolled-back', oldImage],
] as const

/** From then on, AWS takes these credentials for nothing. */
function expireAfter(sim: Simulator, seconds: number): void {
  const expire = () => {
    for (const service of ['ecs', 'codedeploy', 'elbv2', 'logs'])
      sim.faults.add({ service, times: 10_000, effect: { kind: 'expired-token' } })
  }
  const run = () => void sim.clock.after(seconds * 1000, expire)
  sim.faults.add({ operation: /^(UpdateService|CreateDeployment)$/, effect: { kind: 'callback', run } })
}

describe.each(engines)('a %s deployment that outlives its credentials', (_, scene) => {
  test.each(ends)(
    '%s: the printed id, with fresh credentials, leads to the right end',
    async (_name, kind, verdict, image) => {
      const sim = scene()
      sim.world.scenarios.set(newImage, kind)
      expireAfter(sim, 30)
      const first = await deploy(sim, { image: newImage, 'fail-fast-after': '0' })
      expect(first.verdict).toBe('detached')
      expect(first.runner.failed).toBe(true)
      const [, id = ''] = /deployment-id: (\S+?)\.?(?:\s|$)/.exec(first.log) ?? []
      expect(id).toMatch(/^(d-|service-deployment\/)/)
      sim.faults.clear()
      const changes = sim.recorder.all.filter(({ operation }) => /^(Update|Create|Register)/.test(operation)).length
      const again = await deploy(sim, { 'deployment-id': id, 'wait-for-minutes': '120' })
      expect([again.verdict, servingImage(sim)]).toEqual([verdict, image])
      expect(sim.recorder.all.filter(({ operation }) => /^(Update|Create|Register)/.test(operation))).toHaveLength(
        changes,
      )
    },
  )
})

describe('before it begins', () => {
  const expiry = (sim: Simulator, minutes: number) => ({
    AWS_CREDENTIAL_EXPIRATION: new Date(sim.clock.now() + minutes * 60_000).toISOString(),
  })

  test('credentials that end first are named, with the time and what to do', async () => {
    const sim = rollingScene()
    const { log, verdict } = await deploy(sim, { image: newImage }, { ...session, ...expiry(sim, 20) })
    expect(verdict).toBe('succeeded')
    expect(log).toMatch(/credentials expire at \d{4}-\d\d-\d\d \d\d:\d\d UTC, before the deadline of the deployment/)
    expect(log).toMatch(/set role-to-assume .*permission id-token.*role-duration-seconds/)
  })

  test("the waits of CodeDeploy's group count", async () => {
    const sim = codeDeployScene({ terminationWaitMinutes: 5 })
    const waiting = { image: newImage, 'wait-for-minutes': '10' }
    const { log } = await deploy(sim, waiting, { ...session, ...expiry(sim, 13) })
    expect(log).toMatch(/credentials expire at/)
    const early = codeDeployScene({ terminationWaitMinutes: 5 })
    const given = { ...waiting, 'wait-for': 'traffic-shifted' }
    expect((await deploy(early, given, { ...session, ...expiry(early, 13) })).log).not.toMatch(/credentials expire/)
  })

  test.each<[string, Record<string, string>, Record<string, string>, boolean]>([
    ['a session that tells no end, and a wait of more than an hour', session, { 'wait-for-minutes': '90' }, true],
    ['a session that tells no end, and a usual wait', session, {}, false],
    ['keys that do not expire', keys, { 'wait-for-minutes': '90' }, false],
    ['an end that nobody can read', { ...session, AWS_CREDENTIAL_EXPIRATION: 'soon' }, {}, false],
    ['nothing to do', session, { 'wait-for-minutes': '90', image: oldImage }, false],
    ['nobody who waits', session, { 'wait-for-minutes': '90', 'wait-for-service-stability': 'false' }, false],
  ])('%s', async (_, environment, given, warns) => {
    const { log } = await deploy(rollingScene(), { image: newImage, ...given }, environment)
    expect(/AWS credentials have no known expiry/.test(log)).toBe(warns)
    expect(log).not.toMatch(/credentials expire at/)
  })
})

test('a one-off task without a service is no deployment that would go on unwatched', async () => {
  const sim = rollingScene()
  sim.world.scenarios.set(oldImage, { kind: 'crash', exitCode: 0 })
  const task = { 'run-task': 'true', 'wait-for-task-stopped': 'true', 'wait-for-minutes': '90' }
  const network = { 'run-task-subnets': 'subnet-0aaa1111', 'run-task-security-groups': 'sg-0ccc3333' }
  const { log } = await deploy(sim, { service: '', 'task-definition-arn': 'api:1', ...task, ...network }, session)
  expect(log).toMatch(/run-task: succeeded/)
  expect(log).not.toMatch(/credentials/)
})
