/** Credentials that are planted wherever a step looks, against every place at which people could see something of it. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { createContinue } from '../../src/actions/continue/index.ts'
import { createDeploy } from '../../src/actions/deploy/index.ts'
import { createNotify } from '../../src/actions/notify/index.ts'
import { createRegisterTaskDefinition } from '../../src/actions/register-task-definition/index.ts'
import { createRollback } from '../../src/actions/rollback/index.ts'
import type { Action } from '../../src/runner/action.ts'
import type { InputSpec } from '../../src/runner/inputs.ts'
import { hook, hookScene } from '../deployment/pause-scene.ts'
import { codeDeployScene, newImage, region, rollingScene, run } from '../deployment/scene.ts'
import { type FakeRunner, fakeRunner } from '../runner/fake-runner.ts'
import type { Behaviour } from '../simulator/contract.ts'
import type { FaultRule } from '../simulator/faults.ts'
import { seededTaskDefinition } from '../simulator/fixtures.ts'
import type { Simulator } from '../simulator/simulator.ts'
import { doctor } from './doctor-scene.ts'
import { environment, here } from './scene.ts'
import { cluster, repository, severalScene } from './several-scene.ts'
import { canary, leaks, planted, sinksOf, step, variables } from './sinks.ts'

const key = [`${canary}MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7`, `${canary}VJTUt9Us8cKjMzEfYyjiWA4R4`]

/** What a careless program prints before it ends. The last three lines go to Slack. */
const careless = [
  `connecting to postgres://shop:${canary}-p@ss/word@db.internal/orders`,
  `retry with password=${canary}-in-a-line`,
  `{"headers":{"Authorization":"Bearer ${canary}.abc.def"},"clientSecret":"${canary} with words"}`,
  String.raw`{"msg":"{\"token\":\"${canary}-escaped\"}"}`,
  `Set-Cookie: session=${canary}; HttpOnly`,
  `aws_secret_access_key = ${canary}/K7MDENG/bPxRfiCYEXAMPLEKEY`,
  `git clone https://x-access-token:ghs_${canary}0123456789@github.com/acme/api`,
  `slack said no to xoxb-1111111111-${canary}0123456789`,
  '-----BEGIN RSA PRIVATE KEY-----',
  ...key,
  '-----END RSA PRIVATE KEY-----',
  `+ mysql -u root -p${canary}-flag shop; redis-cli -a ${canary}-flag ping; sshpass -p ${canary}-flag ssh host`,
  `{"auths":{"registry.example.com":{"auth":"${Buffer.from(`ann:${canary}`).toString('base64')}"}}}`,
  '{',
  '  "password":',
  `    "${canary}-below"`,
  '}',
  `\u001b[31mpassword\u001b[0m=${canary}-in-colour and password%3D${canary}-in-an-address`,
  `licence ${canary}-licence-value is over, as the password is ${canary}1`,
  `no entry for ann/hunter2, nor for ${Buffer.from('ann:hunter2').toString('base64')}, nor for 68756e74657232`,
  `Error: cannot reach ${canary}.db.internal:5432 with --password ${canary}-option`,
]

const told = { 'slack-token': `xoxb-${canary}-token`, 'slack-channel': 'C0123456789', 'github-token': `ghs_${canary}` }
const definition = (sim: Simulator) =>
  JSON.stringify(seededTaskDefinition(sim.world, { image: newImage, container: { environment: variables } }))
const config = `version: 1
services: { api: { container: api, task-definition: td.json } }
environments:
  production:
    region: ${region}
    account: "111122223333"
    services: { api: { cluster: shop, service: api } }
`

interface Played {
  readonly files?: Readonly<Record<string, string>>
  readonly given?: Record<string, string>
  readonly kind?: 'main' | 'post'
  readonly state?: Record<string, string>
}

/** Runs one step of an action with a commit, a branch and a person that hold credentials, and GitHub's page for the job. */
async function play<Spec extends InputSpec>(
  sim: Simulator,
  create: (world: Parameters<typeof createDeploy>[0]) => Action<Spec>,
  { files = {}, given = {}, kind = 'main', state = {} }: Played = {},
): Promise<FakeRunner> {
  const { GITHUB_SHA: sha, GITHUB_REPOSITORY } = environment
  sim.github.deployments.create({ repository: GITHUB_REPOSITORY, environment: 'production', sha })
  const event = { head_commit: { id: sha, message: `fix: ${planted.replace('hunter2', '')}` } }
  const about = { GITHUB_EVENT_PATH: 'event.json', GITHUB_REF_NAME: 'main', GITHUB_EVENT_NAME: 'push' }
  const runner = await fakeRunner({ clock: sim.clock.forProgram, environment: { ...environment, ...about }, state })
  for (const [name, content] of Object.entries({ ...files, 'event.json': JSON.stringify(event) })) {
    await mkdir(join(runner.workspace, name, '..'), { recursive: true })
    await writeFile(join(runner.workspace, name), content)
  }
  const { requestHandler } = sim
  await step(create({ requestHandler, fetch: (url, init) => sim.fetch(url, init) }), kind, given, runner)
  return runner
}

const deploying = (sim: Simulator): Played => ({
  files: { 'td.json': definition(sim), 'slipway.yml': config },
  given: { ...told, environment: 'production', guard: 'off', preflight: 'off', 'fail-fast-after': '2' },
})

const pull = `CannotPullContainerError: failed to do request: Get "https://ann:${canary}-basic@registry.example.com/v2/?token=${canary}-query&as=hunter2": dial tcp 10.0.0.1:443: i/o timeout`

describe('what containers and AWS say of a deployment that goes wrong', () => {
  test.each([
    ['rolling, a crash', () => rollingScene(), { kind: 'crash', exitCode: 1, log: careless }, /\*\*\*\(DB_HOST\):5432/],
    ['CodeDeploy, a crash', () => codeDeployScene(), { kind: 'crash', exitCode: 1, log: careless }, /exit code 1\)/],
    ['rolling, no start', () => rollingScene(), { kind: 'fails-to-start', stoppedReason: pull }, /cannot reach/],
  ] as const)('%s: no place shows a credential, and each says why', async (_, scene, behaviour: Behaviour, why) => {
    const sim = scene()
    sim.world.scenarios.set(newImage, behaviour)
    const runner = await play(sim, createDeploy, deploying(sim))
    expect(runner.failed).toBe(true)
    expect(await leaks(runner, sim)).toEqual([])
    const seen = await sinksOf(runner, sim)
    for (const place of ['log', 'annotations', 'summary', 'slack', 'outputs', 'github'] as const)
      expect(seen[place]).toMatch(place === 'github' ? /failed, rolled back/ : why)
    const later = await doctor(sim, { given: { 'deployment-id': 'newest' } })
    expect(await leaks(later.runner, sim)).toEqual([])
  })

  test('a crash of one of several services', async () => {
    const sim = severalScene(['api', 'worker'])
    const behaviour = { worker: { kind: 'crash', exitCode: 1, log: careless } } as const
    const files = repository(sim, '[[api], [worker]]', ['api', 'worker'], behaviour)
    const given = { ...told, environment: 'production', cluster, guard: 'off', preflight: 'off' }
    const runner = await play(sim, createDeploy, { files, given })
    expect(runner.failed).toBe(true)
    // These definitions have no variables that the values could be known by.
    const known = new RegExp(`${canary}(-licence|\\.db\\.internal)`)
    expect((await leaks(runner, sim)).filter((leak) => !known.test(leak))).toEqual([])
  })
})

describe('what AWS says when it refuses a call', () => {
  const refused = (operation: string, more: Partial<FaultRule> = {}): FaultRule => ({
    operation,
    times: 1000,
    effect: { kind: 'error', code: 'InvalidParameterException', message: planted },
    ...more,
  })

  test.each([
    ['RegisterTaskDefinition', () => rollingScene()],
    ['UpdateService', () => rollingScene()],
    ['CreateDeployment', () => codeDeployScene()],
    ['DescribeServices', () => rollingScene()],
    ['GetDeployment', () => codeDeployScene()],
    ['DescribeServiceDeployments', () => rollingScene()],
  ])('%s', async (operation, scene) => {
    const sim = scene()
    // The definition is known by what runs, also where nothing is registered.
    await run(sim, { image: newImage })
    sim.faults.add(refused(operation))
    const runner = await play(sim, createDeploy, deploying(sim))
    const own = (await leaks(runner, sim)).filter(
      (leak) => operation !== 'DescribeServices' || !leak.includes('hunter2'),
    )
    expect(own).toEqual([])
    expect(runner.lines.join('\n')).toContain('secret=***')
  })

  test('in a rollback', async () => {
    const sim = rollingScene({ container: { environment: variables } })
    await run(sim, { image: newImage })
    sim.clock.advance(60_000)
    sim.faults.add(refused('UpdateService'))
    const runner = await play(sim, createRollback, { given: { ...here, ...told } })
    expect(runner.lines.join('\n')).toContain('secret=***')
    expect(await leaks(runner, sim)).toEqual([])
  })

  test('in an answer to a deployment that waits', async () => {
    const sim = hookScene(hook(60))
    await run(sim, { image: newImage, request: { onPause: 'leave' } })
    sim.faults.add(refused('ContinueServiceDeployment'))
    const runner = await play(sim, createContinue, { given: { ...here, ...told, answer: 'continue' } })
    expect(runner.lines.join('\n')).toContain('secret=***')
    expect((await leaks(runner, sim)).filter((leak) => !leak.includes('hunter2'))).toEqual([])
  })

  test('after a cancel, in the post step', async () => {
    const sim = rollingScene()
    sim.world.scenarios.set(newImage, { kind: 'healthy', startSeconds: 600 })
    const { files, given } = deploying(sim)
    let main: FakeRunner | undefined
    sim.faults.add({
      operation: 'DescribeServiceDeployments',
      skip: 2,
      times: 1,
      effect: { kind: 'callback', run: () => main?.cancel() },
    })
    const create: typeof createDeploy = (world) => {
      const action = createDeploy(world)
      return {
        ...action,
        main: (inputs, runner) => {
          main = runner as FakeRunner
          return action.main(inputs, runner)
        },
      }
    }
    const runner = await play(sim, create, { files, given })
    sim.faults.add(refused('StopServiceDeployment'))
    const state = runner.savedState
    const post = await play(sim, createDeploy, { files, given, kind: 'post', state })
    expect(post.lines.join('\n')).toContain('ecs:StopServiceDeployment')
    expect(await leaks(post, sim)).toEqual([])
  })

  test('when a definition is only registered', async () => {
    const sim = rollingScene()
    sim.faults.add(refused('RegisterTaskDefinition'))
    const files = { 'td.json': definition(sim) }
    const runner = await play(sim, createRegisterTaskDefinition, { files, given: { 'task-definition': 'td.json' } })
    expect(runner.lines.join('\n')).toContain('secret=***')
    expect((await leaks(runner, sim)).filter((leak) => !leak.includes('hunter2'))).toEqual([])
  })
})

test('what a service said before, while and after it was deployed', async () => {
  const sim = rollingScene()
  const service = sim.world.region(region).ecs.service('shop', 'api')
  sim.world.scenarios.set(newImage, { kind: 'healthy', startSeconds: 60 })
  sim.clock.after(20_000, () => service?.addEvent(`(service api) ${planted}`))
  const runner = await play(sim, createDeploy, deploying(sim))
  expect(runner.lines.join('\n')).toContain('secret=***')
  expect(await leaks(runner, sim)).toEqual([])
})

test('a message in the words of a workflow', async () => {
  const sim = rollingScene()
  const words = planted.replace('hunter2', '')
  const { 'github-token': _, ...slack } = told
  const given = {
    ...slack,
    status: 'succeeded',
    title: `Import: ${words}`,
    text: `a\npassword:\n  ${canary}-below\n${words}`,
    fields: `API key=${canary}\nlog=${words}`,
  }
  const runner = await play(sim, ({ fetch }) => createNotify(fetch), { given })
  expect(sim.slack.messages()).toHaveLength(1)
  expect(await leaks(runner, sim)).toEqual([])
})

test.each([
  ['a text that ends too early', (text: string) => text.slice(0, text.indexOf('hunter2') + 9)],
  ['a comma that is missing', (text: string) => text.replace('"hunter2"', '"hunter2" "x"')],
  ['a member of the wrong kind', (text: string) => text.replace(/"image":"[^"]*"/, '"image":[]')],
])('a definition with %s is refused without a word of its values', async (_, broken) => {
  const sim = rollingScene()
  const files = { 'td.json': broken(definition(sim)) }
  const runner = await play(sim, createRegisterTaskDefinition, { files, given: { 'task-definition': 'td.json' } })
  expect(runner.lines.join('\n')).toMatch(/^error .*(td\.json|containerDefinitions\[0\])/m)
  expect(await leaks(runner, sim)).toEqual([])
})
