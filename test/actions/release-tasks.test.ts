/** Tasks of slipway.yml that are a part of a deployment: before it, at a stage, after it; one at a time by their lock. */
import { describe, expect, test } from '@jest/globals'
import { startedByLock } from '../../src/targets/ecs/request/started-by.ts'
import { cliScene } from '../cli/cli-scene.ts'
import { policyOf, refusedBy } from '../cli/permissions-scene.ts'
import { hook, hookScene } from '../deployment/pause-scene.ts'
import { newImage, oldImage, portsOf, region, rollingScene, servingImage } from '../deployment/scene.ts'
import { some } from '../often.ts'
import { seededTaskDefinition } from '../simulator/fixtures.ts'
import { ask } from '../simulator/seeding.ts'
import type { Simulator } from '../simulator/simulator.ts'
import { deploySeveral, repository, severalScene } from './several-scene.ts'
import { configOf, deployWith, operations, probeOf, response, url } from './verify-scene.ts'

const ends = (sim: Simulator, command: string, exitCode: number) =>
  sim.world.scenarios.set(`$ ${command}`, { kind: 'crash', exitCode })

const files = (tasks: string, placement = '') => ({ 'slipway.yml': configOf(`tasks:\n${tasks}`, placement) })
const started = (sim: Simulator) => sim.recorder.calls('ecs', 'RunTask').map(({ input }) => input)
const migrate = '  migrate: { command: [node, migrate.js], environment: { MODE: up }, lock: orders }'

describe('before', () => {
  test('they run in their order with the new revision, in the network of the service, and then it is updated', async () => {
    const sim = rollingScene()
    ends(sim, 'node migrate.js', 0)
    ends(sim, 'node seed.js', 0)
    const config = files(`${migrate}\n  seed: { command: [node, seed.js] }`)
    const { outputs, log } = await deployWith(sim, { files: config })
    expect([outputs.verdict, servingImage(sim)]).toEqual(['succeeded', newImage])
    expect(operations(sim, /^(RunTask|UpdateService|RegisterTaskDefinition)$/)).toEqual([
      'RegisterTaskDefinition',
      'RunTask',
      'RunTask',
      'UpdateService',
    ])
    const [first, second] = started(sim)
    expect(first).toMatchObject({
      taskDefinition: expect.stringMatching(/api:2$/),
      startedBy: startedByLock('orders'),
      overrides: {
        containerOverrides: [
          { name: 'api', command: ['node', 'migrate.js'], environment: [{ name: 'MODE', value: 'up' }] },
        ],
      },
      networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-0aaa1111', 'subnet-0bbb2222'] } },
    })
    expect(second?.clientToken).not.toBe(first?.clientToken)
    expect(log).toMatch(/before {3}migrate, seed, with the new revision/)
    expect(log).toMatch(/✔ Task migrate/)
  })

  test('a failed one leaves the service as it is, and the next ones do not run', async () => {
    const sim = rollingScene()
    ends(sim, 'node migrate.js', 3)
    const config = files(`${migrate}\n  seed: { command: [node, seed.js] }`)
    const { outputs, runner } = await deployWith(sim, { files: config })
    expect([outputs.verdict, servingImage(sim), runner.failed]).toEqual(['failed', oldImage, true])
    expect(outputs.cause).toMatch(
      /task migrate of api:2 failed, so the service was not changed: Essential container in task exited \("api", exit code 3\)/,
    )
    expect(operations(sim, /^(RunTask|UpdateService)$/)).toEqual(['RunTask'])
  })

  test.each([
    ['a task', files(migrate)['slipway.yml'], {}, /Task migrate: has run in this step before, and is not run again/],
    [
      'run-task',
      configOf('', ''),
      {
        'run-task': 'true',
        'wait-for-task-stopped': 'true',
        'run-task-container-overrides': '[{"name":"api","command":["node","migrate.js"]}]',
      },
      /run-task: has run/,
    ],
  ])(
    '%s runs once, also where others change the service meanwhile, and the deployment is tried again',
    async (_, config, given, words) => {
      const sim = rollingScene()
      ends(sim, 'node migrate.js', 0)
      const other = { ...seededTaskDefinition(sim.world), memory: '1024' }
      const run = () => {
        ask(sim.world, region, 'RegisterTaskDefinition', other)
        ask(sim.world, region, 'UpdateService', { cluster: 'shop', service: 'api', taskDefinition: 'api' })
      }
      sim.faults.add({ operation: 'RunTask', times: 1, effect: { kind: 'callback', run } })
      const { outputs, log } = await deployWith(sim, {
        files: { 'slipway.yml': config },
        given: { 'on-conflict': 'wait', ...given },
      })
      expect([outputs.verdict, outputs.cause]).toEqual(['succeeded', ''])
      expect(operations(sim, /^RunTask$/)).toEqual(['RunTask'])
      expect(log).toMatch(words)
    },
  )

  test('overrides that are too long are an error before anything is changed', async () => {
    const sim = rollingScene()
    const config = files(`  clean: { command: [node, ${'x'.repeat(8200)}], when: after }`)
    const { log } = await deployWith(sim, { files: config })
    expect(log).toMatch(/The overrides of the task clean have 82\d\d characters as JSON/)
    expect(operations(sim, /^(RegisterTaskDefinition|RunTask|UpdateService)$/)).toEqual([])
  })

  test('a container that the definition does not have is an error before anything is changed', async () => {
    const sim = rollingScene()
    const { outputs } = await deployWith(sim, { files: files('  m: { container: apo, command: [x] }') })
    expect(outputs.cause).toMatch(/task m names a container apo that the task definition does not have.*has api/i)
    expect(operations(sim, /^(Run|Update|Register)/)).toEqual([])
  })
})

describe('at a stage', () => {
  const atStage = (stage: string) => files(`  warm: { command: [node, warm.js], when: ${stage} }`)

  test('it runs while the deployment pauses there, and its result answers the pause', async () => {
    const sim = hookScene(hook(60, 'ROLLBACK', 'PRE_SCALE_UP'))
    ends(sim, 'node warm.js', 0)
    const { outputs } = await deployWith(sim, { files: atStage('PRE_SCALE_UP') })
    expect([outputs.verdict, servingImage(sim)]).toEqual(['succeeded', newImage])
    expect(operations(sim, /^(RunTask|UpdateService|Continue\w+)$/)).toEqual([
      'UpdateService',
      'RunTask',
      'ContinueServiceDeployment',
    ])
  })

  test('a failed one rolls back there', async () => {
    const sim = hookScene(hook(60, 'ROLLBACK', 'PRE_SCALE_UP'))
    ends(sim, 'node warm.js', 1)
    const { outputs } = await deployWith(sim, { files: atStage('PRE_SCALE_UP') })
    expect([outputs.verdict, servingImage(sim), outputs['cause-code']]).toEqual([
      'rolled-back',
      oldImage,
      'container-crashed',
    ])
    expect(outputs.cause).toMatch(
      /task warm of api:2 failed: Essential container in task exited \("api", exit code 1\)/,
    )
  })

  test('a stage at which the service does not pause is an error before anything is changed', async () => {
    const sim = hookScene(hook(60))
    const { outputs } = await deployWith(sim, { files: atStage('PRE_SCALE_UP') })
    expect(outputs.cause).toMatch(
      /does not pause where it has Task warm at PRE_SCALE_UP: it pauses at POST_TEST_TRAFFIC_SHIFT/,
    )
    expect(operations(sim, /^(Run|Update|Register)/)).toEqual([])
  })

  test('on-pause: leave keeps a pause for a person, but not one that a task names', async () => {
    const sim = hookScene(hook(60, 'ROLLBACK', 'PRE_SCALE_UP'), hook(60))
    ends(sim, 'node warm.js', 0)
    const given = { 'on-pause': 'leave', verify: `- url: ${url}` }
    const played = await deployWith(sim, { files: atStage('PRE_SCALE_UP'), given, probe: probeOf(response(200)) })
    expect([played.outputs.verdict, played.outputs['paused-stage']]).toEqual(['paused', 'POST_TEST_TRAFFIC_SHIFT'])
    expect(operations(sim, /^(RunTask|Continue\w+)$/)).toEqual(['RunTask', 'ContinueServiceDeployment'])
    expect(played.log).toContain('answered 200')
  })
})

test('a stage without a pause in a later wave is found before the first one is deployed', async () => {
  const sim = severalScene(['data', 'api'])
  const files = repository(sim, '[[data], [api]]', ['data', 'api'])
  const tasks = 'api: { task-definition: deploy/api.json, tasks: { warm: { command: [x], when: PRE_SCALE_UP } } }'
  const config = files['slipway.yml']?.replace('api: { task-definition: deploy/api.json }', tasks) ?? ''
  const { runner } = await deploySeveral(
    sim,
    { environment: 'production' },
    { files: { ...files, 'slipway.yml': config } },
  )
  expect(runner.outputs.cause).toMatch(/does not pause where it has Task warm at PRE_SCALE_UP/)
  expect(operations(sim, /^(RunTask|UpdateService)$/)).toEqual([])
})

test('the input verify is of one service: with several it is an error', async () => {
  const sim = severalScene(['data', 'api'])
  const given = { cluster: 'shop', services: 'data api', image: newImage, verify: `- url: ${url}` }
  const { error } = await deploySeveral(sim, given)
  expect(JSON.stringify(error)).toMatch(/verify.* is not supported with several services/)
})

describe('after', () => {
  const after = `${migrate}\n  drop: { command: [node, drop.js], when: after }`

  test('they run once the service is healthy and checked', async () => {
    const sim = rollingScene()
    for (const command of ['node migrate.js', 'node drop.js']) ends(sim, command, 0)
    const verify = `verify:\n  - url: ${url}`
    const probe = probeOf(response(200))
    const { outputs, log } = await deployWith(sim, { files: files(after, verify), probe })
    expect(outputs.verdict).toBe('succeeded')
    expect(operations(sim, /^(RunTask|UpdateService)$/)).toEqual(['RunTask', 'UpdateService', 'RunTask'])
    const lines = log.split('\n')
    expect(lines.findIndex((line) => line.includes('✔ Verify'))).toBeLessThan(
      lines.findIndex((line) => line.includes('▶ Task drop')),
    )
  })

  test('a rollback says that what a task changed stays', async () => {
    const sim = rollingScene()
    ends(sim, 'node migrate.js', 0)
    const verify = `verify:\n  - { url: "${url}", within: 0 }`
    const { outputs, log } = await deployWith(sim, { files: files(after, verify), probe: probeOf(response(500)) })
    expect([outputs.verdict, servingImage(sim)]).toEqual(['rolled-back', oldImage])
    expect(log).toContain('What the task migrate of this run changed, such as a database schema, was not rolled back.')
    expect(operations(sim, /^RunTask$/)).toHaveLength(1)
  })

  test('so does one by ECS itself', async () => {
    const sim = rollingScene()
    sim.world.scenarios.set(newImage, { kind: 'crash', exitCode: 1 })
    ends(sim, 'node migrate.js', 0)
    const { outputs, log } = await deployWith(sim, { files: files(migrate) })
    expect(outputs.verdict).toMatch(/rolled-back|failed/)
    expect(log).toContain('What the task migrate of this run changed')
  })

  test('nothing is run where nothing is deployed', async () => {
    const sim = rollingScene()
    const { outputs, log } = await deployWith(sim, { files: files(after), given: { image: oldImage } })
    expect(outputs.verdict).toBe('unchanged')
    expect(log).toContain('Task drop: not run, as nothing was deployed.')
    expect(operations(sim, /^RunTask$/)).toEqual([])
  })
})

describe('a lock', () => {
  const other = async (sim: Simulator, exitAfter: number) => {
    sim.world.scenarios.set('$ node migrate.js', { kind: 'crash', exitCode: 0, afterSeconds: exitAfter })
    const { ecs } = portsOf(sim)
    await ecs.runTask({
      cluster: 'shop',
      taskDefinition: 'api:1',
      startedBy: startedByLock('orders'),
      launchType: 'FARGATE',
      networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-0aaa1111'] } },
      overrides: { containerOverrides: [{ name: 'api', command: ['node', 'migrate.js'] }] },
      clientToken: 'of-another-repository',
    })
  }

  test('has a name that the action run-task can have as well', async () => {
    const sim = rollingScene()
    ends(sim, 'node migrate.js', 0)
    await deployWith(sim, { files: files(migrate.replace('lock: orders', 'lock: shop/orders')) })
    expect(started(sim)[0]?.startedBy).toBe(startedByLock('shop/orders'))
  })

  test('of a task in another repository is waited for', async () => {
    const sim = rollingScene()
    await other(sim, 100)
    const { outputs, log } = await deployWith(sim, { files: files(migrate) })
    expect(outputs.verdict).toBe('succeeded')
    expect(log).toMatch(/lock orders: held by task \S+; waiting/)
    const runs = sim.recorder.calls('ecs', 'RunTask')
    expect((runs[1]?.at ?? 0) - (runs[0]?.at ?? 0)).toBeGreaterThan(100_000)
  })

  test('that another run took in the same moment is left to it: the later task is stopped before it runs', async () => {
    const sim = rollingScene()
    // The other run starts its task between our look and our start.
    sim.faults.add({
      operation: 'ListTasks',
      match: ({ desiredStatus }) => desiredStatus === 'STOPPED',
      times: 1,
      effect: {
        kind: 'callback',
        async run() {
          await other(sim, 60)
          await sim.clock.forProgram.sleep(1_000)
        },
      },
    })
    const { outputs } = await deployWith(sim, { files: files(migrate) })
    expect([outputs.verdict, outputs.cause]).toEqual(['succeeded', ''])
    expect(operations(sim, /^(RunTask|StopTask)$/)).toEqual(['RunTask', 'RunTask', 'StopTask', 'RunTask'])
  })

  test('that is held for too long is the cause, and nothing is changed', async () => {
    const sim = rollingScene()
    await other(sim, 7200)
    const short = migrate.replace('lock:', 'timeout: 5m, lock:')
    const { outputs } = await deployWith(sim, { files: files(short) })
    expect([outputs.verdict, servingImage(sim)]).toEqual(['failed', oldImage])
    expect(outputs.cause).toMatch(
      /lock orders is held, so the service was not changed: task .* still ran after 5 minutes/,
    )
    expect(operations(sim, /^UpdateService$/)).toEqual([])
  })
})

describe('a check by a task inside the VPC', () => {
  const inside =
    'verify:\n  - { task: smoke, image: "curlimages/curl:8", command: [curl, -fsS, "http://api.internal/health"] }'

  test('runs an image where tasks of the service run, with a definition of its own', async () => {
    const sim = rollingScene()
    ends(sim, 'curl -fsS http://api.internal/health', 0)
    const { outputs } = await deployWith(sim, { files: { 'slipway.yml': configOf('', inside) } })
    expect(outputs.verdict).toBe('succeeded')
    const registered = sim.recorder.calls('ecs', 'RegisterTaskDefinition').at(-1)?.input
    expect(registered).toMatchObject({
      family: 'api-smoke',
      containerDefinitions: [{ name: 'check', image: 'curlimages/curl:8', logConfiguration: { logDriver: 'awslogs' } }],
    })
    expect(started(sim)[0]).toMatchObject({
      taskDefinition: expect.stringMatching(/api-smoke:1$/),
      networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-0aaa1111', 'subnet-0bbb2222'] } },
    })
  })

  test('whose definition is registered is not registered again by the next commit', async () => {
    const sim = rollingScene()
    ends(sim, 'curl -fsS http://api.internal/health', 0)
    for (const [image, revision] of [
      [newImage, 'a'.repeat(40)],
      [oldImage, 'b'.repeat(40)],
    ] as const) {
      const given = { image, revision, guard: 'on', 'allow-older': 'true' }
      await deployWith(sim, { files: { 'slipway.yml': configOf('', inside) }, given })
    }
    const families = sim.recorder.calls('ecs', 'RegisterTaskDefinition').map(({ input }) => input.family)
    expect(families.filter((family) => family === 'api-smoke')).toHaveLength(1)
  })

  test.each(
    some(
      [
        ['another check', '  - { task: smoke, container: api, command: [node, other.js] }', ''],
        ['the same check once more', '  - { task: smoke, container: api, command: [node, check.js] }', ''],
        ['a task of the release', '', 'tasks:\n  smoke: { command: [node, migrate.js] }\n'],
      ],
      2,
    ),
  )('is run where %s has its name', async (_, check, tasks) => {
    const sim = rollingScene()
    for (const command of ['node migrate.js', 'node other.js', 'node check.js']) ends(sim, command, 0)
    const verify = `verify:\n${check}\n  - { task: smoke, container: api, command: [node, check.js] }`
    const { outputs, log } = await deployWith(sim, { files: { 'slipway.yml': configOf(tasks, verify) } })
    expect(outputs.verdict).toBe('succeeded')
    expect(new Set(started(sim).map(({ clientToken }) => clientToken)).size).toBe(2)
    expect(log).not.toContain('ConflictException')
    if (check !== '') expect(log).toMatch(/✔ Verify smoke \(2\)/)
  })

  test('that fails rolls back, with its exit code as the cause', async () => {
    const sim = rollingScene()
    ends(sim, 'curl -fsS http://api.internal/health', 22)
    const { outputs } = await deployWith(sim, { files: { 'slipway.yml': configOf('', inside) } })
    expect([outputs.verdict, servingImage(sim), outputs['cause-code']]).toEqual([
      'rolled-back',
      oldImage,
      'verify-failed',
    ])
    expect(outputs.cause).toMatch(
      /^Verify failed: the task smoke of api-smoke:1 failed: Essential container in task exited \("check", exit code 22\)/,
    )
  })
})

describe('the policy of slipway permissions allows it all', () => {
  const placement = `verify:
  - url: ${url}
  - { task: smoke, image: "curlimages/curl:8", command: [curl, x] }`
  const tasks = `task-definition: td.json
tasks:
${migrate}
  drop: { command: [node, drop.js], when: after }`

  test.each([
    ['a good deployment', 200],
    ['one that is rolled back', 500],
  ])('%s at a pause', async (_, status) => {
    const sim = hookScene(hook(60))
    for (const command of ['node migrate.js', 'node drop.js', 'curl x']) ends(sim, command, 0)
    const config = configOf(tasks, placement.replace('url:', 'within: 0\n    url:'))
    const files = { 'slipway.yml': config, 'td.json': JSON.stringify(seededTaskDefinition(sim.world)) }
    const { outputs } = await deployWith(sim, { files, probe: probeOf(response(status)) })
    expect(outputs.verdict).toBe(status === 200 ? 'succeeded' : 'rolled-back')
    const policy = await policyOf(cliScene(files), '--action', 'deploy')
    expect(refusedBy([policy], sim)).toEqual([])
  })
})
