import { describe, expect, test } from '@jest/globals'
import { newImage, oldImage, region } from '../deployment/scene.ts'
import { some } from '../often.ts'
import { expressDefinition } from '../simulator/express-fixture.ts'
import { seedRollingService } from '../simulator/fixtures.ts'
import { doctor } from './doctor-scene.ts'
import { changesOf, deployExpress, expressScene, rollBackExpress, serving } from './express-scene.ts'

const ownDefinition = (sim: Parameters<typeof serving>[0], options = {}) => ({
  'deploy/api.json': JSON.stringify(expressDefinition({ world: sim.world }, options)),
})

describe('deploy to a service in Express Mode', () => {
  test.each(some(['managed', 'own'] as const, 2))(
    'puts an image into a %s definition and watches the canary',
    async (definition) => {
      const { sim } = expressScene({ definition })
      const { runner, error, log } = await deployExpress(sim, { image: newImage })
      expect(error).toBe('')
      expect(serving(sim).images).toEqual({ Main: newImage })
      expect(changesOf(sim)).toEqual(['RegisterTaskDefinition', 'UpdateExpressGatewayService'])
      expect(runner.outputs).toMatchObject({ verdict: 'succeeded', 'task-definition-arn': serving(sim).taskDefinition })
      expect(log).toMatch(/ECS canary deployment of Express Mode/)
      expect(log).toMatch(/5% for 3 min/)
    },
  )

  test('deploys a definition with a sidecar from a file', async () => {
    const { sim } = expressScene()
    const [main] = expressDefinition({ world: sim.world }, { image: newImage }).containerDefinitions ?? []
    const sidecar = { name: 'router', image: 'registry.example.com/router:1', essential: false }
    const files = ownDefinition(sim, { taskDefinition: { containerDefinitions: [main, sidecar] } })
    const { error } = await deployExpress(sim, { 'task-definition': 'deploy/api.json' }, files)
    expect(error).toBe('')
    expect(serving(sim).images).toEqual({ Main: newImage, router: 'registry.example.com/router:1' })
  })

  test('the same content is unchanged', async () => {
    const { sim } = expressScene()
    const { runner } = await deployExpress(sim, { image: oldImage })
    expect(runner.outputs.verdict).toBe('unchanged')
    expect(changesOf(sim)).toEqual([])
  })

  test('force-new-deployment deploys a copy of the revision, as Express Mode cannot force one', async () => {
    const { sim } = expressScene()
    const before = serving(sim).taskDefinition
    const { error, runner } = await deployExpress(sim, { image: oldImage, 'force-new-deployment': 'true' })
    expect(error).toBe('')
    expect(runner.outputs.verdict).toBe('succeeded')
    expect(serving(sim).taskDefinition).not.toBe(before)
    expect(serving(sim).images).toEqual({ Main: oldImage })
  })

  // F8 of the peers: this ended green in aws-actions/amazon-ecs-deploy-express-service.
  test('a canary that an alarm rolls back is red, with the alarm as its cause', async () => {
    const { sim, alarm } = expressScene()
    sim.clock.after(100_000, () => sim.world.region(region).cloudwatch.setState(alarm, 'ALARM'))
    const { runner, error } = await deployExpress(sim, { image: newImage })
    expect(runner.outputs.verdict).toBe('rolled-back')
    expect(error + runner.lines.join('\n')).toContain(alarm)
    expect(serving(sim).images).toEqual({ Main: oldImage })
  })

  test('what Express Mode does not take is refused by name, all at once, before anything', async () => {
    const { sim } = expressScene()
    const given = { 'desired-count': '3', strategy: 'ROLLING', 'propagate-tags': 'SERVICE' }
    const { log } = await deployExpress(sim, { image: newImage, ...given })
    expect(log).toMatch(/does not support the input desired-count, the input propagate-tags, the input strategy/)
    expect(changesOf(sim)).toEqual([])
  })

  test.each([
    ['another container name', { container: { name: 'api' } }, /needs a container with the name Main/],
    ['a port without a name', { container: { portMappings: [{ containerPort: 80 }] } }, /one TCP port mapping/],
    ['EC2', { taskDefinition: { requiresCompatibilities: ['EC2'] } }, /FARGATE compatibility/],
  ])('a definition with %s is refused before it is registered', async (_, options, cause) => {
    const { sim } = expressScene()
    const { error, log } = await deployExpress(
      sim,
      { 'task-definition': 'deploy/api.json' },
      ownDefinition(sim, options),
    )
    expect(error + log).toMatch(cause)
    expect(changesOf(sim)).toEqual([])
  })

  test('a lost reply does not deploy twice', async () => {
    const { sim } = expressScene()
    sim.faults.add({ operation: 'UpdateExpressGatewayService', effect: { kind: 'apply-then-drop' }, times: 1 })
    const { error } = await deployExpress(sim, { image: newImage })
    expect(error).toBe('')
    expect(changesOf(sim).filter((one) => one === 'UpdateExpressGatewayService')).toHaveLength(1)
  })

  test('the revision is marked with its commit, which the next deployment compares', async () => {
    const { sim } = expressScene()
    await deployExpress(sim, { image: newImage })
    const marks = sim.recorder.calls('ecs', 'RegisterTaskDefinition')
    expect(JSON.stringify(marks[0]?.input)).toContain('slipway:commit')
  })

  test('rollback restores the revision before, by the same API', async () => {
    const { sim } = expressScene()
    const before = serving(sim).taskDefinition
    await deployExpress(sim, { image: newImage })
    sim.recorder.clear()
    const { error, runner } = await rollBackExpress(sim)
    expect(error).toBe('')
    expect(runner.outputs.verdict).toBe('succeeded')
    expect(serving(sim).taskDefinition).toBe(before)
    expect(changesOf(sim)).toEqual(['UpdateExpressGatewayService'])
  })
})

describe('several services, one of them in Express Mode', () => {
  test('a wave that fails rolls it back by the API of Express Mode', async () => {
    const { sim } = expressScene()
    seedRollingService(sim, {
      service: 'web',
      container: { name: 'Main' },
      target: { containerName: 'Main', containerPort: 8080 },
    })
    sim.recorder.clear()
    const before = serving(sim).taskDefinition
    const crash = () => sim.world.scenarios.set(newImage, { kind: 'crash', exitCode: 1 })
    sim.faults.add({ operation: 'UpdateService', effect: { kind: 'callback', run: crash }, times: 1 })
    const given = { service: '', services: 'api\nweb', 'container-name': 'Main', image: newImage }
    const { runner } = await deployExpress(sim, given)
    expect(JSON.parse(runner.outputs.services ?? '{}')).toMatchObject({
      api: { verdict: 'rolled-back' },
      web: { verdict: 'rolled-back' },
    })
    expect(serving(sim).taskDefinition).toBe(before)
    expect(changesOf(sim).filter((one) => one === 'UpdateExpressGatewayService')).toHaveLength(2)
  })
})

describe('doctor of a service in Express Mode', () => {
  test('blocks what its API refuses, and advises nothing that only UpdateService has', async () => {
    const { sim } = expressScene()
    const unnamed = { container: { portMappings: [{ containerPort: 8080 }] } }
    const definition = { ...expressDefinition({ world: sim.world }, unnamed) }
    const { findings } = await doctor(sim, { definition })
    expect(findings.filter(({ severity }) => severity === 'blocks').map(({ code }) => code)).toEqual([
      'express-container',
    ])
    expect(findings.map(({ code }) => code)).not.toContain('no-automatic-rollback')
    const fitting = await doctor(sim, { definition: { ...expressDefinition({ world: sim.world }) } })
    expect(fitting.findings.filter(({ severity }) => severity === 'blocks')).toEqual([])
  })

  test('explains a past deployment', async () => {
    const { sim, alarm } = expressScene()
    sim.clock.after(100_000, () => sim.world.region(region).cloudwatch.setState(alarm, 'ALARM'))
    await deployExpress(sim, { image: newImage })
    const { log, outputs } = await doctor(sim, { given: { 'deployment-id': 'newest' } })
    expect(log + outputs.cause).toContain(alarm)
  })
})
