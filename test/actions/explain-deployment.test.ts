import { describe, expect, test } from '@jest/globals'
import { failure } from '../aws/simulated.ts'
import {
  codeDeployScene,
  newImage,
  oldImage,
  portsOf,
  region,
  rollingScene,
  runSeldom as run,
} from '../deployment/scene.ts'
import { onlyLong, some } from '../often.ts'
import type { Call } from '../simulator/contract.ts'
import type { Simulator } from '../simulator/simulator.ts'
import { changesOf, doctor, host, withRepository } from './doctor-scene.ts'

describe('a look back', () => {
  const crashed = async (scene: () => Simulator) => {
    const sim = scene()
    sim.world.scenarios.set(newImage, { kind: 'crash', exitCode: 3, log: ['no such table: orders'] })
    const { record } = await run(sim, { image: newImage, request: { waitMinutes: 120, failFastAfter: 3 } })
    sim.recorder.clear()
    return { sim, record }
  }

  const asked = [
    ['rolling, newest', rollingScene, 'rolled-back', () => 'newest'],
    ['rolling, by ARN', rollingScene, 'rolled-back', (arn: string) => arn],
    ['CodeDeploy, newest', codeDeployScene, 'rolled-back', () => 'newest'],
    ['CodeDeploy, by id', codeDeployScene, 'rolled-back', (_: string, id: string) => id],
  ] as const

  test.each(some(asked, 3))('%s: says why, changes nothing and is green', async (_, scene, verdict, idOf) => {
    const { sim, record } = await crashed(scene)
    const id = idOf(record.serviceDeploymentArn ?? '', record.deploymentId ?? '')
    const { runner, outputs, log } = await doctor(sim, { given: { 'deployment-id': id } })
    expect(outputs).toMatchObject({
      verdict,
      cause: expect.stringMatching(/\("api", exit code 3\)/),
      findings: '[]',
      'task-definition-arn': expect.stringMatching(/api:2$/),
    })
    expect(log).toMatch(/api \(shop\): failed, rolled back( to api:1)?, after/)
    expect(log).toMatch(/no such table: orders/)
    expect(runner.summary).toMatch(/no such table/)
    expect(runner.failed).toBe(false)
    expect(changesOf(sim)).toEqual([])
  })

  test('a CodeDeploy deployment is found by its id alone', async () => {
    const { sim, record } = await crashed(codeDeployScene)
    const given = { 'deployment-id': record.deploymentId ?? '', service: '', cluster: '' }
    const { log } = await doctor(sim, { given })
    expect(log).toMatch(/api \(shop\): failed/)
  })

  onlyLong(test)('the newest of a deployment group is found, whatever its name', async () => {
    const sim = codeDeployScene({ application: 'shop', group: 'live' })
    sim.world.scenarios.set(newImage, { kind: 'crash', exitCode: 3, log: ['boom'] })
    await run(sim, { image: newImage, request: { waitMinutes: 90 } })
    const { outputs } = await doctor(sim, { given: { 'deployment-id': 'newest' } })
    expect(outputs).toMatchObject({ verdict: 'rolled-back', cause: expect.stringMatching(/exit code 3\)/) })
  })

  test('a deployment that went well, and one that still runs', async () => {
    const sim = rollingScene()
    await run(sim, { image: newImage })
    expect((await doctor(sim, { given: { 'deployment-id': 'newest' } })).log).toMatch(/api \(shop\): deployed in/)
    sim.world.scenarios.set('registry.example.com/api:v3', { kind: 'healthy', startSeconds: 600 })
    const { record } = await run(sim, { image: 'registry.example.com/api:v3', request: { wait: false } })
    sim.clock.advance(20_000)
    const { log, outputs } = await doctor(sim, { given: { 'deployment-id': record.deploymentId ?? '' } })
    expect(log).toMatch(/api \(shop\): deploying/)
    expect([outputs.verdict, outputs.cause]).toEqual(['', ''])
  })

  test('one that still runs and fails says why already', async () => {
    const sim = rollingScene({ circuitBreaker: 'off' })
    sim.world.scenarios.set(newImage, { kind: 'crash', exitCode: 3 })
    await run(sim, { image: newImage, request: { wait: false } })
    sim.clock.advance(120_000)
    const { outputs } = await doctor(sim, { given: { 'deployment-id': 'newest' } })
    expect([outputs.verdict, outputs.cause]).toEqual(['', expect.stringMatching(/exit code 3\)/)])
  })

  const stopByHand = async (sim: Simulator) => {
    sim.clock.advance(20_000)
    const { ecs } = portsOf(sim)
    const [newest] = await ecs.listServiceDeployments('shop', 'api', new Date(0))
    const input = { serviceDeploymentArn: newest?.serviceDeploymentArn, stopType: 'ABORT' }
    sim.world.region(region).ecs.handlers.StopServiceDeployment?.(input, { input } as unknown as Call)
    sim.clock.advance(60_000)
  }

  const alarmed = (autoRollback?: []) => () => {
    const sim = codeDeployScene({
      alarms: ['api-5xx'],
      terminationWaitMinutes: 5,
      ...(autoRollback && { autoRollback }),
    })
    sim.world.region(region).cloudwatch.setState('api-5xx', 'OK')
    return sim
  }
  const alarm = (sim: Simulator) => {
    sim.world.scenarios.set(newImage, { kind: 'healthy' })
    sim.clock.after(60_000, () =>
      sim.world.region(region).cloudwatch.setState('api-5xx', 'ALARM', 'Threshold Crossed: 12 errors'),
    )
  }

  type End = readonly [
    name: string,
    scene: () => Simulator,
    prepare: (sim: Simulator) => void,
    verdict: string,
    cause: RegExp,
    later?: (sim: Simulator) => Promise<void>,
  ]
  const crash = (sim: Simulator) => sim.world.scenarios.set(newImage, { kind: 'crash', exitCode: 3 })
  const ends: readonly End[] = [
    ['rolling, SUCCESSFUL', rollingScene, () => {}, 'succeeded', /^$/],
    ['rolling, ROLLBACK_SUCCESSFUL', rollingScene, crash, 'rolled-back', /exit code 3\)/],
    [
      'rolling, ROLLBACK_FAILED',
      () => rollingScene({ minimumHealthyPercent: 0, maximumPercent: 100 }),
      (sim) => {
        crash(sim)
        sim.world.scenarios.set(oldImage, { kind: 'fails-to-start', stoppedReason: 'CannotPullContainerError: gone' })
      },
      'rollback-failed',
      /exit code 3\)/,
    ],
    [
      'rolling, STOPPED by somebody',
      rollingScene,
      (sim) => sim.world.scenarios.set(newImage, { kind: 'healthy', startSeconds: 900 }),
      'stopped',
      /stopped manually/,
      stopByHand,
    ],
    ['rolling, STOPPED by the breaker', () => rollingScene({ circuitBreaker: 'stop' }), crash, 'failed', /code 3/],
    [
      'CodeDeploy, rolled back by a deployment of its own',
      alarmed(),
      alarm,
      'rolled-back',
      /ALARM_ACTIVE: alarm api-5xx went into ALARM .*: `Threshold Crossed: 12 errors`/,
    ],
    ['CodeDeploy, failed without rollback', alarmed([]), alarm, 'failed', /alarm api-5xx went into ALARM/],
    [
      'CodeDeploy, its rollback fails',
      alarmed(),
      (sim) => {
        alarm(sim)
        const { quirks } = sim.world.region(region).codedeploy as unknown as { quirks: Record<string, unknown> }
        quirks.rollbackFailure = { code: 'INTERNAL_ERROR', message: 'There was an internal error.' }
      },
      'rollback-failed',
      /alarm api-5xx went into ALARM/,
    ],
  ]

  test.each(some(ends, 2).map((end) => [end[0], end] as const))(
    '%s: the same verdict and cause as at the time',
    async (_, end) => {
      const [, scene, prepare, verdict, cause, later] = end
      const sim = scene()
      prepare(sim)
      const { record, outcome } = await run(sim, {
        image: newImage,
        request: { waitMinutes: 120, wait: later === undefined, failFastAfter: 0 },
      })
      await later?.(sim)
      if (later === undefined) expect(outcome).toBe(verdict)
      const id = record.serviceDeploymentArn ?? record.deploymentId
      const given = { 'deployment-id': id?.startsWith('d-') || id?.startsWith('arn:') ? id : 'newest' }
      const { runner, outputs, log } = await doctor(sim, { given })
      expect([outputs.verdict, outputs.cause]).toEqual([verdict, expect.stringMatching(cause)])
      expect(outputs['task-definition-arn']).toMatch(/api:2$/)
      if (end[0].startsWith('rolling, ROLLBACK_S')) expect(log).toMatch(/api:1/)
      expect(runner.failed).toBe(false)
    },
  )

  test('an image for another processor is told with both platforms', async () => {
    const sim = rollingScene()
    withRepository(sim, 'arm64')
    const image = `${host}/api:v2`
    sim.world.scenarios.set(image, { kind: 'crash', exitCode: 255, log: ['exec /app/server: exec format error'] })
    await run(sim, { image, request: { waitMinutes: 90 } })
    const { outputs } = await doctor(sim, { given: { 'deployment-id': 'newest' } })
    expect(outputs.cause).toMatch(
      /image 111122223333\S+\/api:v2 does not contain descriptor matching platform 'linux\/amd64': it is built for linux\/arm64/,
    )
  })

  test('an image for the right processor whose command is no program', async () => {
    const sim = rollingScene()
    withRepository(sim)
    const image = `${host}/api:v2`
    sim.world.scenarios.set(image, { kind: 'crash', exitCode: 255, log: ['exec /entry.sh: exec format error'] })
    await run(sim, { image, request: { waitMinutes: 90 } })
    const { outputs } = await doctor(sim, { given: { 'deployment-id': 'newest' } })
    expect(outputs.cause).toMatch(/is built for linux\/amd64 like the task, but the file that it executes is not/)
  })

  test.each(['newest', 'ecs-svc'])(
    '%s: one of which AWS has no history any more is told by the service',
    async (id) => {
      const sim = rollingScene()
      const { state } = await run(sim, { image: newImage, request: { wait: false } })
      const own = /ecs-svc\/\d+/.exec(state.deployment?.id ?? '')?.[0] ?? ''
      sim.clock.advance(120 * 24 * 3_600_000)
      sim.recorder.clear()
      const { outputs, log, runner } = await doctor(sim, { given: { 'deployment-id': id === 'newest' ? id : own } })
      expect([outputs.verdict, outputs['task-definition-arn'], runner.failed]).toEqual([
        'succeeded',
        expect.stringMatching(/api:2$/),
        false,
      ])
      expect(log).toMatch(/api \(shop\): deployed in /)
      const refused = sim.recorder.all.filter(({ outcome }) => outcome !== undefined)
      expect(refused).toEqual([])
    },
  )

  test('an id that ECS shows means its own deployment, and no older or newer one of the same revision', async () => {
    const sim = rollingScene()
    const { state } = await run(sim, { image: newImage, request: { wait: false } })
    sim.clock.advance(600_000)
    sim.world.scenarios.set(newImage, { kind: 'crash', exitCode: 3 })
    await run(sim, { image: newImage, request: { forceNewDeployment: true } })
    const own = /ecs-svc\/\d+/.exec(state.deployment?.id ?? '')?.[0] ?? ''
    expect((await doctor(sim, { given: { 'deployment-id': own } })).outputs.verdict).toBe('succeeded')
    expect((await doctor(sim, { given: { 'deployment-id': 'newest' } })).outputs.verdict).toBe('rolled-back')
  })

  test('the newest is not the one before it, as long as it is not listed', async () => {
    const sim = rollingScene()
    await run(sim, { image: newImage })
    sim.world.scenarios.set('registry.example.com/api:v3', { kind: 'healthy', startSeconds: 600 })
    sim.world.region(region).ecs.quirks.listedAfterSeconds = 60
    await run(sim, { image: 'registry.example.com/api:v3', request: { wait: false } })
    const { outputs } = await doctor(sim, { given: { 'deployment-id': 'newest' } })
    expect([outputs.verdict, outputs['task-definition-arn']]).toEqual(['', expect.stringMatching(/api:3$/)])
  })

  test('says that the evidence is gone after hours', async () => {
    const { sim } = await crashed(rollingScene)
    sim.clock.advance(5 * 3_600_000)
    const { log, outputs } = await doctor(sim, { given: { 'deployment-id': 'newest' } })
    expect(outputs.verdict).toBe('rolled-back')
    expect(log).toMatch(/The deployment ended \d hours ago, and ECS keeps stopped tasks for about one hour/)
  })

  test.each([
    ['d-ABCDE1234', rollingScene],
    ['d-ABCDE1234', codeDeployScene],
    ['ecs-svc/1', rollingScene],
    [`arn:aws:ecs:${region}:111122223333:service-deployment/shop/api/abcdefghijklmnopqrstu`, rollingScene],
  ])('%s, which is not there: is said', async (id, scene) => {
    await expect(failure(doctor(scene(), { given: { 'deployment-id': id } }))).resolves.toMatchObject({
      code: 'inputs-invalid',
      what: `The deployment ${id} of the input deployment-id was not found in eu-west-1`,
    })
  })

  test.each([
    ['rolling', rollingScene, 'ecs:DescribeServices'],
    ['CodeDeploy', codeDeployScene, 'codedeploy:GetDeployment'],
  ])('%s: without the permission to look, it is named', async (_, scene, action) => {
    const { sim, record } = await crashed(scene)
    sim.faults.add({ operation: action.split(':')[1] ?? '', times: 99, effect: { kind: 'access-denied' } })
    const id = record.deploymentId?.startsWith('d-') ? record.deploymentId : 'newest'
    await expect(failure(doctor(sim, { given: { 'deployment-id': id } }))).resolves.toMatchObject({
      code: 'permission-missing',
      what: expect.stringContaining(action),
    })
  })

  test('without the permissions for evidence, the end is told and they are named', async () => {
    const { sim, record } = await crashed(rollingScene)
    for (const operation of ['ListTasks', 'DescribeTargetHealth'])
      sim.faults.add({ operation, times: 99, effect: { kind: 'access-denied' } })
    const { outputs, log } = await doctor(sim, { given: { 'deployment-id': record.serviceDeploymentArn ?? '' } })
    expect(outputs.verdict).toBe('rolled-back')
    expect(log).toMatch(/ecs:ListTasks and ecs:DescribeTasks, for the stopped tasks/)
  })
})
