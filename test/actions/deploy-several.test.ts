import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { Failure } from '../../src/failure.ts'
import { failureText } from '../../src/report/failure-text.ts'
import { renderText } from '../../src/text.ts'
import { oldImage, portsOf } from '../deployment/scene.ts'
import { times } from '../often.ts'
import type { FakeRunner } from '../runner/fake-runner.ts'
import { seedBlueGreen } from '../simulator/codedeploy/fixtures.ts'
import { seededTaskDefinition, seedRollingService } from '../simulator/fixtures.ts'
import { createSimulator, type Simulator } from '../simulator/simulator.ts'
import { host, withRepository } from './doctor-scene.ts'
import { slack } from './scene.ts'
import { cluster, deploySeveral, imageOf, repository, serving, severalScene, updates } from './several-scene.ts'

const readme = readFileSync(join(import.meta.dirname, '../../actions/deploy/README.md'), 'utf8')
const section = readme.slice(readme.indexOf('## Permissions'), readme.indexOf('## Inputs'))
const listed = new Set([...section.matchAll(/`([a-z]+:[A-Z]\w+)`/g)].map(([, action]) => action))

const shop = ['data', 'api', 'worker', 'edge']
const waves = '[[data], [api, worker], [edge]]'
/** A new version of a family that no service runs yet. */
const sharedDefinition = ({ world }: Simulator, service = 'api') =>
  seededTaskDefinition(world, { service, image: imageOf('shop', 'v2'), taskDefinition: { family: 'shop' } })

const often = { 'wait-max-delay-seconds': '' }
const crash = { kind: 'crash', exitCode: 1 } as const

function shopScene(behaviour: Parameters<typeof repository>[3] = {}, declared = waves) {
  const sim = severalScene(shop)
  return { sim, files: repository(sim, declared, shop, behaviour) }
}

describe('services of one task definition', () => {
  const services = ['api', 'worker', 'web']

  test('that nobody watches are told as started: a notice, and nobody is called', async () => {
    const sim = severalScene(services)
    const file = JSON.stringify(sharedDefinition(sim))
    const unwatched = { 'wait-for-service-stability': 'false', 'slack-mention': 'here' }
    const given = { ...slack, ...unwatched, cluster, services: 'api worker web', 'task-definition': 'td.json' }
    const { runner, log, sent } = await deploySeveral(sim, given, { files: { 'td.json': file } })
    expect([runner.failed, runner.outputs.verdict]).toEqual([false, 'detached'])
    expect(runner.lines.filter((line) => /^(error|notice) /.test(line))).toEqual([
      expect.stringMatching(
        /^notice 3 services \(shop\): in progress, no longer watched, after \S+: The deployments were started and are not watched: .*\nCheck the service/,
      ),
    ])
    expect(`${log} ${JSON.stringify(sent)}`).not.toMatch(/: failed|On the new revision|!here/)
  })

  test('are deployed side by side from one revision, and told together', async () => {
    const sim = severalScene(services)
    const file = JSON.stringify(sharedDefinition(sim))
    const given = { ...slack, cluster, services: 'api, worker web', 'task-definition': 'td.json' }
    const { runner, log, sent, services: told } = await deploySeveral(sim, given, { files: { 'td.json': file } })
    expect(runner.failed).toBe(false)
    expect(services.map((service) => serving(sim, service))).toEqual(Array(3).fill(imageOf('shop', 'v2')))
    expect(sim.recorder.count('ecs', 'RegisterTaskDefinition')).toBe(1)
    const moments = sim.recorder.calls('ecs', 'UpdateService').map(({ at }) => at)
    expect(Math.max(...moments) - Math.min(...moments)).toBeLessThan(5_000)
    expect(runner.outputs).toMatchObject({
      verdict: 'succeeded',
      cause: '',
      'task-definition-arn': expect.stringMatching(/shop:1$/),
      'deployment-id': '',
      'slack-message-ts': '1795165392.000100',
    })
    expect(told.worker).toMatchObject({
      verdict: 'succeeded',
      cause: '',
      'previous-task-definition-arn': expect.stringMatching(/worker:1$/),
      'console-url': expect.stringContaining('/services/worker/'),
    })
    expect(log).toMatch(/worker │ \d\d:\d\d {2}✅ worker \(shop\): deployed in/)
    expect(runner.summary).toContain('3 services (shop): deployed in')
    expect(runner.summary).toContain('<code>worker:1</code> → <code>shop:1</code>')
    expect(JSON.stringify(sent.at(-1))).toMatch(/3 services \(shop\): deployed in .*\*web\* deployed/)
    expect(new Set(sent.map(({ ts }) => ts)).size).toBe(2)
  })

  test('get one image each into what they run', async () => {
    const sim = severalScene(services)
    const { runner, services: told } = await deploySeveral(sim, {
      cluster,
      services: 'api worker',
      image: imageOf('shop', 'v2'),
    })
    expect(runner.outputs.verdict).toBe('succeeded')
    expect(told.api?.['task-definition-arn']).toMatch(/api:2$/)
    expect(told.worker?.['task-definition-arn']).toMatch(/worker:2$/)
    expect([serving(sim, 'web'), serving(sim, 'api')]).toEqual([oldImage, imageOf('shop', 'v2')])
  })
})

describe('an AppSpec', () => {
  const hook = 'arn:aws:lambda:eu-west-1:111122223333:function:smoke-web'
  const appSpec = JSON.stringify({
    version: 0.0,
    Resources: [
      {
        TargetService: {
          Type: 'AWS::ECS::Service',
          Properties: { TaskDefinition: '', LoadBalancerInfo: { ContainerName: 'api', ContainerPort: 8080 } },
        },
      },
    ],
    Hooks: [{ BeforeAllowTraffic: hook }],
  })
  const hooked = (sim: Simulator) =>
    sim.recorder
      .calls('codedeploy', 'CreateDeployment')
      .filter(({ input }) => JSON.stringify(input).includes(hook))
      .map(({ input }) => (input as { deploymentGroupName: string }).deploymentGroupName)
  const scene = (...names: readonly string[]) => {
    const sim = createSimulator()
    for (const service of names) seedBlueGreen(sim, { service, terminationWaitMinutes: 0 })
    return sim
  }
  const last = { image: imageOf('api', 'v2'), 'wait-for-service-stability': 'false' }

  test('at the root of the repository is for one service, and no one of several takes it', async () => {
    const files = { 'appspec.yaml': appSpec }
    const sim = scene('web', 'api')
    await deploySeveral(sim, { ...last, cluster, services: 'web api' }, { files })
    expect(sim.recorder.count('codedeploy', 'CreateDeployment')).toBe(2)
    expect(hooked(sim)).toEqual([])
    const alone = scene('web')
    await deploySeveral(alone, { ...last, cluster, service: 'web' }, { files })
    expect(hooked(alone)).toEqual(['DgpECS-shop-web'])
  })

  test.each([['waves'], ['one of several']])('of slipway.yml is that of its service: %s', async (which) => {
    const sim = scene('web', 'api')
    const wave = which === 'waves' ? '[[web, api]]' : ''
    const files = repository(sim, wave, ['web', 'api'])
    const own = files['slipway.yml']?.replace('deploy/web.json }', 'deploy/web.json, codedeploy-appspec: web.yml }')
    const given = { environment: 'production', 'wait-for-service-stability': 'false', image: imageOf('web', 'v2') }
    const all = { ...files, 'slipway.yml': own ?? '', 'web.yml': appSpec, 'appspec.yaml': appSpec }
    for (const service of which === 'waves' ? [undefined] : ['web', 'api'])
      await deploySeveral(sim, { ...given, ...(service && { service }) }, { files: all })
    expect(sim.recorder.count('codedeploy', 'CreateDeployment')).toBe(2)
    expect(hooked(sim)).toEqual(['DgpECS-shop-web'])
  })
})

describe('waves', () => {
  test('begin when the one before has ended well, each service by its own task definition', async () => {
    const { sim, files } = shopScene({ data: { kind: 'healthy', startSeconds: 60 } })
    const { runner, log } = await deploySeveral(sim, { environment: 'production' }, { files })
    expect(runner.outputs.verdict).toBe('succeeded')
    expect(shop.map((service) => serving(sim, service))).toEqual(shop.map((service) => imageOf(service, 'v2')))
    expect(
      updates(sim).toSorted(
        (one, other) => shop.indexOf(one.split(' ')[0] ?? '') - shop.indexOf(other.split(' ')[0] ?? ''),
      ),
    ).toEqual(shop.map((service) => `${service} ${service}:2`))
    const at = (service: string) =>
      sim.recorder.calls('ecs', 'UpdateService').find(({ input }) => (input as { service: string }).service === service)
        ?.at ?? 0
    const ended = (service: string) => {
      const line = runner.lines.findIndex((entry) => entry.includes(`${service} (production): deployed in`))
      const began = (wave: number) => runner.lines.findIndex((entry) => entry.includes(`Wave ${wave} of 3`))
      return { line, began }
    }
    expect(at('api')).toBeGreaterThan(at('data') + 60_000)
    expect(at('edge')).toBeGreaterThan(Math.max(at('api'), at('worker')) + 20_000)
    expect(ended('data').began(2)).toBeGreaterThan(ended('data').line)
    expect(ended('worker').began(3)).toBeGreaterThan(Math.max(ended('worker').line, ended('api').line))
    expect(log).toContain('4 services (production): deployed in')
  })

  test('that fail take everything back, the last wave first, and nothing new begins', async () => {
    const { sim, files } = shopScene({ worker: crash })
    const {
      runner,
      log,
      sent,
      services: told,
    } = await deploySeveral(
      sim,
      // As often as usual, so that the message is written between two ends.
      { environment: 'production', 'slack-token': slack['slack-token'], 'slack-mention': 'U0123ABCD', ...often },
      { files },
    )
    expect(runner.failed).toBe(true)
    expect(shop.map((service) => serving(sim, service))).toEqual(Array(4).fill(oldImage))
    expect(updates(sim).filter((update) => update.startsWith('edge'))).toEqual([])
    expect(updates(sim).slice(-2)).toEqual(['api api:1', 'data data:1'])
    expect(runner.outputs.verdict).toBe('rolled-back')
    expect(runner.outputs.cause).toMatch(
      /^worker: .*\("api", exit code 1\).* 2 services rolled back: data, api\. Not started: edge\.$/,
    )
    expect(Object.entries(told).map(([name, { verdict }]) => `${name} ${verdict}`)).toEqual([
      'data rolled-back',
      'api rolled-back',
      'worker rolled-back',
      'edge ',
    ])
    expect(runner.lines.filter((line) => line.startsWith('error'))).toEqual([
      expect.stringMatching(
        /^error 4 services \(production\): failed, all rolled back, after \S+ \S+: worker: .*2 services rolled back/,
      ),
    ])
    expect(log).toMatch(/worker failed, rolling back the 2 deployed services/)
    expect(runner.summary).toMatch(/^### .*\n\n> \[!CAUTION\]\n> worker: .*2 services rolled back: data, api/)
    expect(runner.summary).toContain('<code>data:1</code> → <code>data:2</code> → <code>data:1</code>')
    const last = JSON.stringify(sent.at(-1))
    expect(JSON.stringify(sent)).toMatch(/4 services \(production\): failed, all rolled back/)
    expect(JSON.stringify(sent)).toMatch(
      /rolling back all\. \*worker: 3 of 3 new tasks stopped.*\*data\* deployed, then rolled back · `data:1`.*\*worker\* failed, rolled back · `worker:1`/,
    )
    expect(JSON.stringify(sent)).toMatch(/\*edge\* not started/)
    expect(last).toContain('<@U0123ABCD>')
  })

  test('that fail for an image of another processor say so with both platforms', async () => {
    const { sim, files } = shopScene()
    withRepository(sim, 'arm64')
    const image = `${host}/api:v2`
    sim.world.scenarios.set(image, { kind: 'crash', exitCode: 255, log: ['exec /app/server: exec format error'] })
    files['deploy/data.json'] = (files['deploy/data.json'] ?? '').replace(imageOf('data', 'v2'), image)
    // Preflight would not let it begin.
    const { runner } = await deploySeveral(sim, { environment: 'production', preflight: 'off' }, { files })
    expect(runner.outputs.cause).toMatch(
      /^data: .*does not contain descriptor matching platform 'linux\/amd64': it is built for linux\/arm64/,
    )
  })

  test('get the settings back that this run has changed, also those that failed', async () => {
    const { sim, files } = shopScene({ worker: crash })
    const { ecs } = portsOf(sim)
    const configurations = async () =>
      await Promise.all(shop.map(async (name) => (await ecs.describeService(cluster, name))?.deploymentConfiguration))
    const before = await configurations()
    const settings = { 'minimum-healthy-percent': '50', 'circuit-breaker-threshold': '5', 'circuit-breaker': 'on' }
    const { runner, log } = await deploySeveral(sim, { environment: 'production', ...settings }, { files })
    expect(log).toContain('minimum healthy percent 100% → 50%')
    expect(log).toContain('minimum healthy percent 50% → 100%')
    expect(await configurations()).toEqual(before)
    expect(shop.map((service) => serving(sim, service))).toEqual(Array(4).fill(oldImage))
    expect(runner.outputs.verdict).toBe('rolled-back')
    expect(runner.outputs.cause).toMatch(/2 services rolled back: data, api\. Not started: edge\.$/)
  })

  test('with on-wave-failure: leave, stay where they are, and the verdict says that not all is back', async () => {
    const { sim, files } = shopScene({ worker: crash })
    const given = { environment: 'production', 'on-wave-failure': 'leave' }
    const { runner } = await deploySeveral(sim, given, { files })
    expect(shop.map((service) => serving(sim, service))).toEqual([
      imageOf('data', 'v2'),
      imageOf('api', 'v2'),
      oldImage,
      oldImage,
    ])
    expect(runner.outputs.verdict).toBe('failed')
    expect(runner.outputs.cause).toMatch(/On the new revision: data, api\. Not started: edge\.$/)
  })

  test('that cannot go back end as rollback-failed, with one error for all and one for each', async () => {
    const { sim, files } = shopScene({ worker: crash, api: { kind: 'healthy', startSeconds: 60 } })
    const running = {
      files,
      onRunner: () => {
        sim.faults.add({
          operation: 'UpdateService',
          skip: 3,
          times: 20,
          effect: { kind: 'error', code: 'AccessDeniedException', message: 'no', status: 400 } as never,
        })
      },
    }
    const { runner, services: told } = await deploySeveral(sim, { environment: 'production' }, running)
    expect(runner.outputs.verdict).toBe('rollback-failed')
    expect(runner.outputs.cause).toMatch(/^worker: .*Rollback failed: data, api\. Not started: edge\.$/)
    expect([told.data?.verdict, told.api?.verdict, told.worker?.verdict]).toEqual([
      'rollback-failed',
      'rollback-failed',
      'rolled-back',
    ])
    const errors = runner.lines.filter((line) => line.startsWith('error'))
    expect(errors[0]).toMatch(/worker: /)
    expect(errors.slice(1).map((line) => line.split(',')[0])).toEqual([
      'error data (production): rollback failed',
      'error api (production): rollback failed',
      'error worker (production): failed',
    ])
  })

  test('leave what was unchanged untouched when they go back', async () => {
    const { sim, files } = shopScene({ worker: crash })
    const data = JSON.stringify(seededTaskDefinition(sim.world, { service: 'data' }))
    const { runner, services: told } = await deploySeveral(
      sim,
      { environment: 'production' },
      { files: { ...files, 'deploy/data.json': data } },
    )
    expect(runner.outputs.verdict).toBe('rolled-back')
    expect(told.data?.verdict).toBe('unchanged')
    expect(updates(sim).some((update) => update.startsWith('data'))).toBe(false)
  })

  test.each([
    ['timed out', { kind: 'healthy', startSeconds: 3600 } as const, 'timed-out', 'did not complete within 5 minutes'],
    ['failed without a rollback of its own', crash, 'failed', '\\("api", exit code 1\\)'],
  ])('take a service back that %s', async (_, behaviour, outcome, why) => {
    const sim = createSimulator()
    for (const service of ['data', 'worker'])
      seedRollingService(sim, { service, circuitBreaker: 'stop', waitUntilSteady: false })
    sim.clock.advance(180_000)
    const files = repository(sim, '[[data], [worker]]', ['data', 'worker'], { worker: behaviour })
    const given = { environment: 'production', 'wait-for-minutes': '5', 'fail-fast-after': '0' }
    const { runner, services: told, log } = await deploySeveral(sim, given, { files })
    expect(log).toContain(
      outcome === 'failed' ? 'worker (production): failed, not rolled back' : 'worker (production): timed out',
    )
    expect([serving(sim, 'data'), serving(sim, 'worker')]).toEqual([oldImage, oldImage])
    expect(runner.outputs.verdict).toBe('rolled-back')
    expect(runner.outputs.cause).toMatch(new RegExp(`^worker: .*${why}.*2 services rolled back: data, worker`))
    expect(told.worker?.verdict).toBe('rolled-back')
  })

  test('take a service of CodeDeploy back by its own engine, beside one of ECS', async () => {
    const sim = createSimulator()
    seedRollingService(sim, { service: 'worker' })
    seedBlueGreen(sim, { service: 'data', terminationWaitMinutes: 60 })
    const files = repository(sim, '[[data], [worker]]', ['data', 'worker'], { worker: crash })
    const given = { environment: 'production', 'wait-for': 'traffic-shifted' }
    const { runner, services: told } = await deploySeveral(sim, given, { files })
    expect(runner.outputs.verdict).toBe('rolled-back')
    expect(told.data).toMatchObject({ verdict: 'rolled-back', 'deployment-id': expect.stringMatching(/^d-/) })
    const service = sim.world.region('eu-west-1').ecs.service(cluster, 'data')
    const primary = service?.taskSets.find(({ status }) => status === 'PRIMARY')
    expect(primary?.taskDefinitionArn).toMatch(/data:1$/)
    expect(sim.iam.actionsUsed().filter((action) => !listed.has(action))).toEqual([])
  })

  test('do not take back what somebody else has deployed meanwhile', async () => {
    const { sim, files } = shopScene({ worker: crash })
    const { ecs } = sim.world.region('eu-west-1')
    let isDone = false
    const running = {
      files,
      onRunner: () => {
        sim.faults.add({
          operation: 'UpdateService',
          skip: 1,
          times: 1,
          effect: {
            kind: 'callback',
            run() {
              const definition = seededTaskDefinition(sim.world, { service: 'data', image: imageOf('data', 'theirs') })
              const call = { service: 'ecs', region: 'eu-west-1', accessKeyId: '', at: sim.clock.now() }
              const ask = (operation: string, input: object) =>
                ecs.handlers[operation]?.({ ...input }, { ...call, operation, input: { ...input } } as never)
              ask('RegisterTaskDefinition', definition)
              ask('UpdateService', { cluster, service: 'data', taskDefinition: 'data:3' })
              isDone = true
            },
          },
        })
      },
    }
    const { runner, services: told } = await deploySeveral(sim, { environment: 'production' }, running)
    expect(isDone).toBe(true)
    expect(serving(sim, 'data')).toBe(imageOf('data', 'theirs'))
    expect(runner.outputs.verdict).toBe('rollback-failed')
    expect(told.data?.cause).toMatch(/The live revision is data:3, no longer data:2/)
    expect(serving(sim, 'api')).toBe(oldImage)
  })

  test('print all plans in a dry run, and change nothing', async () => {
    const { sim, files } = shopScene()
    const { runner, log } = await deploySeveral(sim, { environment: 'production', 'dry-run': 'true' }, { files })
    for (const service of shop) expect(log).toContain(`Deploying ${service} to production`)
    expect(sim.recorder.all.filter(({ operation }) => /^(Register|Update|Create)/.test(operation))).toEqual([])
    expect(runner.outputs.verdict).toBe('')
    expect(runner.summary).toContain('4 services (production): dry run, nothing changed')
  })

  test('may be given by the input, for some of the services', async () => {
    const { sim, files } = shopScene()
    const given = { environment: 'production', services: 'worker\nedge' }
    const { log } = await deploySeveral(sim, given, { files })
    expect(updates(sim)).toEqual(['worker worker:2', 'edge edge:2'])
    expect(log).toContain('Wave 2 of 2: edge')
  })

  test('a single service of them is deployed alone', async () => {
    const { sim, files } = shopScene()
    const { runner } = await deploySeveral(sim, { environment: 'production', service: 'api' }, { files })
    expect(updates(sim)).toEqual(['api api:2'])
    expect(runner.outputs['deployment-id']).toMatch(/^service-deployment/)
  })
})

describe('a cancelled run of waves', () => {
  test('ends at once, and the post step settles what is in flight and tells what was done', async () => {
    const { sim, files } = shopScene({
      api: { kind: 'healthy', startSeconds: 120 },
      worker: { kind: 'healthy', startSeconds: 120 },
    })
    const given = { environment: 'production', 'slack-token': slack['slack-token'] }
    const main = await deploySeveral(sim, given, {
      files,
      onRunner: (runner) =>
        void sim.faults.add({
          operation: 'UpdateService',
          skip: 2,
          times: 1,
          effect: { kind: 'callback', run: () => void sim.clock.after(40_000, () => runner.cancel()) },
        }),
    })
    expect(main.runner.failed).toBe(true)
    expect(main.runner.outputs.verdict).toBe('cancelled')
    const after = await deploySeveral(sim, given, { files, state: main.runner.savedState })
    expect(after.error).toBeUndefined()
    expect(after.log).toMatch(/api +│ .*now rolls back to api:1/)
    expect(after.log).toMatch(/worker │ .*now rolls back to worker:1/)
    expect(after.log).toMatch(
      /2 deployments were in progress: api, worker.*Rollback in progress, continues after this job: data\. Not started: edge/,
    )
    expect(after.log).toMatch(
      /data +│ .*Rolling back data in production to data:1 with Amazon ECS: the run was cancelled/,
    )
    expect(after.runner.summary).toMatch(/cancelled/)
    expect(JSON.stringify(after.sent)).toMatch(/\*api\* cancelled/)
    expect(after.sent[0]?.ts).toBe('1795165392.000100')
    sim.clock.advance(30 * 60_000)
    expect(shop.map((service) => serving(sim, service))).toEqual(Array(4).fill(oldImage))
  })

  test.each([
    ['on-cancel: leave', { 'on-cancel': 'leave' }, /Deployed before the cancel, not rolled back: data\./, false],
    ['credentials that may no longer do it', {}, /Rollback failed: data\./, true],
  ])('with %s says for each service how it goes back', async (_, more, says, isDenied) => {
    const { sim, files } = shopScene({ api: { kind: 'healthy', startSeconds: 120 } })
    const given = { environment: 'production', ...more }
    const cancel = (runner: FakeRunner) => () => void sim.clock.after(40_000, () => runner.cancel())
    const onRunner = (runner: FakeRunner) =>
      void sim.faults.add({
        operation: 'UpdateService',
        skip: 2,
        times: 1,
        effect: { kind: 'callback', run: cancel(runner) },
      })
    const main = await deploySeveral(sim, given, { files, onRunner })
    if (isDenied)
      sim.faults.add({
        operation: 'UpdateService',
        times: 9,
        effect: { kind: 'error', code: 'AccessDeniedException', message: 'no', status: 400 } as never,
      })
    const after = await deploySeveral(sim, { ...given, ...slack }, { files, state: main.runner.savedState })
    for (const told of [after.log, after.runner.summary, JSON.stringify(after.sent)]) {
      expect(told).toMatch(says)
      expect(told).toMatch(/Roll them back with the action rollback: .*data to data:1/)
    }
  })

  test('on its way back lets the services go back, as nobody chose otherwise', async () => {
    const { sim, files } = shopScene({ worker: crash })
    const given = { environment: 'production', 'on-cancel': 'stop-and-roll-back' }
    const onRunner = (runner: FakeRunner) =>
      void sim.faults.add({
        operation: 'UpdateService',
        skip: 3,
        times: 1,
        effect: { kind: 'callback', run: () => void sim.clock.after(10_000, () => runner.cancel()) },
      })
    const main = await deploySeveral(sim, given, { files, onRunner })
    const after = await deploySeveral(sim, given, { files, state: main.runner.savedState })
    expect(main.log).not.toMatch(/on-cancel/)
    expect(main.log).toMatch(/the deployment continues without this run, as it is a rollback/)
    expect(after.log).not.toMatch(/on-cancel/)
    expect(after.log).toMatch(/api .*the rollback by deployment \S+ continues without this run/)
    sim.clock.advance(30 * 60_000)
    expect(serving(sim, 'api')).toBe(oldImage)
  })

  test('at any moment leaves nothing in flight, and says of no service what is not so', async () => {
    const order = ['data', 'api', 'worker']
    const step = times('CANCEL_EVERY', 100, 1)
    let cancelled = 0
    for (let moment = 3; ; moment += step) {
      const sim = severalScene(order)
      // The second wave fails, so that there is also a way back to be cancelled.
      const files = repository(sim, '[[data], [api, worker]]', order, { worker: crash })
      const given = { environment: 'production' }
      const onRunner = (runner: FakeRunner) =>
        void sim.faults.add({ skip: moment, times: 1, effect: { kind: 'callback', run: () => runner.cancel() } })
      const main = await deploySeveral(sim, given, { files, onRunner })
      expect(main.error).toBeUndefined()
      sim.faults.clear()
      const after = await deploySeveral(sim, given, { files, state: main.runner.savedState })
      expect(after.error).toBeUndefined()
      if (main.runner.outputs.verdict !== 'cancelled') break
      cancelled++
      expect(after.log).toContain('3 services (production): cancelled')
      sim.clock.advance(30 * 60_000)
      for (const service of order) {
        const told = after.runner.summary.split('\n').find((line) => line.includes(`<code>${service}</code>`)) ?? ''
        const isBack = told.includes('then rolled back')
        const isNew = isBack ? /had not been changed/ : /✅ deployed|had succeeded/
        if (isNew.test(told)) expect([moment, serving(sim, service)]).toEqual([moment, imageOf(service, 'v2')])
        else if (isBack || /rolled back|not started|had not been changed/.test(told))
          expect([moment, serving(sim, service)]).toEqual([moment, oldImage])
      }
      // Services that belong together are together again.
      expect([moment, ...order.map((service) => serving(sim, service))]).toEqual([moment, ...Array(3).fill(oldImage)])
    }
    expect(cancelled * step).toBeGreaterThan(104)
  })

  test('the post step does nothing after a normal end', async () => {
    const { sim, files } = shopScene()
    const { runner } = await deploySeveral(sim, { environment: 'production' }, { files })
    sim.recorder.clear()
    const after = await deploySeveral(sim, {}, { state: runner.savedState })
    expect([after.log, after.runner.summary, sim.recorder.all]).toEqual(['', '', []])
  })
})

describe('what does not fit several services', () => {
  const said = (error: unknown) =>
    error instanceof Failure ? renderText(failureText(error), (theirs) => theirs) : String(error)

  test('is refused all at once, before anything is changed', async () => {
    const { sim, files } = shopScene()
    const given = {
      environment: 'production',
      service: 'api',
      services: 'api wroker\napi',
      'desired-count': '3',
      'run-task': 'true',
      'on-pause': 'leave',
      'wait-for-service-stability': 'false',
    }
    const { error } = await deploySeveral(sim, given, { files })
    expect(said(error).split('\n').slice(1, -1)).toEqual([
      '- service is not supported with several services: services names all of them',
      '- desired-count is not supported with several services: each service has its own count',
      '- run-task is not supported with several services: the task would run once for each; run it in an earlier step without service',
      '- on-pause: leave is not supported with several services: a later job continues one deployment, and waves wait for each other',
      '- wait-for-service-stability must be true with waves: each starts after the one before has succeeded',
      '- services names api more than once',
      '- services names wroker, which the environment production of slipway.yml does not have; did you mean worker?',
    ])
    expect(sim.recorder.all).toEqual([])
  })

  test('an environment with several services and no waves says how to name them', async () => {
    const { sim, files } = shopScene({}, '')
    const { error } = await deploySeveral(sim, { environment: 'production' }, { files })
    expect(said(error)).toContain(
      'Set the input service to one of them. The action deploy also deploys several together: by its input services, or by waves',
    )
  })
})
