import { DescribeExpressGatewayServiceCommand, ECSClient } from '@aws-sdk/client-ecs'
import { describe, expect, test } from '@jest/globals'
import { createDeployExpress } from '../../src/actions/deploy-express/index.ts'
import { deployExpressInputs } from '../../src/actions/inputs/deploy-express-inputs.ts'
import { newImage, oldImage, region } from '../deployment/scene.ts'
import { seldom } from '../often.ts'
import { said } from '../refusal.ts'
import { givenInputs } from '../runner/fake-runner.ts'
import { behaviours } from '../simulator/behaviours.ts'
import { expressDefinition } from '../simulator/express-fixture.ts'
import { ask } from '../simulator/seeding.ts'
import type { Simulator } from '../simulator/simulator.ts'
import { accountRole, changesOf, emptyCluster, expressScene, runnerFor, serving, worldOf } from './express-scene.ts'

const roles = (sim: Simulator) => ({
  'execution-role-arn': accountRole(sim, 'shop-execution'),
  'infrastructure-role-arn': accountRole(sim, 'ecsInfrastructureRoleForExpressServices'),
})

async function deploy(sim: Simulator, given: Record<string, string>, files: Record<string, string> = {}) {
  const runner = await runnerFor(sim, files)
  const where = { 'service-name': 'api', cluster: 'shop' }
  let error = ''
  try {
    await createDeployExpress(worldOf(sim)).main(
      givenInputs(deployExpressInputs, { ...where, ...seldom, ...given }),
      runner,
    )
  } catch (thrown) {
    error = said(thrown)
  }
  return { runner, error, log: runner.lines.join('\n') }
}

const express = async (sim: Simulator) => {
  const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' }
  const client = new ECSClient({ region, credentials, requestHandler: sim.requestHandler, maxAttempts: 1 })
  const serviceArn = sim.world.region(region).ecs.service('shop', 'api')?.serviceArn ?? ''
  return (await client.send(new DescribeExpressGatewayServiceCommand({ serviceArn, include: ['TAGS'] }))).service
}

describe('deploy-express creates a service', () => {
  test('from the inputs of the peer, and watches its first deployment', async () => {
    const sim = emptyCluster()
    const { runner, error, log } = await deploy(sim, {
      ...roles(sim),
      image: newImage,
      'container-port': '8080',
      'environment-variables': '[{"name":"LEVEL","value":"info"}]',
      'health-check-path': '/health',
      'min-task-count': '2',
      'max-task-count': '4',
      tags: 'team=shop',
    })
    expect(error).toBe('')
    expect(changesOf(sim)).toEqual(['CreateExpressGatewayService'])
    expect(runner.outputs).toMatchObject({ verdict: 'succeeded', endpoint: 'api.ecs.eu-west-1.on.aws' })
    expect(runner.outputs['service-arn']).toMatch(/service\/shop\/api$/)
    expect(log).toContain('api (shop)')
    expect(await express(sim)).toMatchObject({
      tags: [{ key: 'team', value: 'shop' }],
      activeConfigurations: [
        {
          healthCheckPath: '/health',
          scalingTarget: { minTaskCount: 2, maxTaskCount: 4 },
          primaryContainer: { image: newImage, containerPort: 8080, environment: [{ name: 'LEVEL', value: 'info' }] },
        },
      ],
    })
  })

  test('from a task definition of its own', async () => {
    const sim = emptyCluster()
    const { 'infrastructure-role-arn': infrastructure } = roles(sim)
    const files = { 'deploy/api.json': JSON.stringify(expressDefinition({ world: sim.world }, { image: newImage })) }
    const given = { 'infrastructure-role-arn': infrastructure, 'task-definition': 'deploy/api.json' }
    const { error } = await deploy(sim, given, files)
    expect(error).toBe('')
    expect(changesOf(sim)).toEqual(['RegisterTaskDefinition', 'CreateExpressGatewayService'])
    expect(serving(sim).images).toEqual({ Main: newImage })
  })

  test('never twice, whatever reply is lost', async () => {
    const sim = emptyCluster()
    sim.faults.add({ operation: 'CreateExpressGatewayService', effect: { kind: 'apply-then-drop' } })
    const { error, runner } = await deploy(sim, { ...roles(sim), image: newImage, 'container-port': '8080' })
    expect(error).toBe('')
    expect(runner.outputs.verdict).toBe('succeeded')
    expect(changesOf(sim)).toEqual(['CreateExpressGatewayService'])
  })

  test('and not one that another user makes while the reply is lost: that gets the image of this run', async () => {
    const sim = emptyCluster()
    const primaryContainer = { image: oldImage, containerPort: 8080 }
    const { 'infrastructure-role-arn': infrastructureRoleArn, 'execution-role-arn': executionRoleArn } = roles(sim)
    const theirs = { cluster: 'shop', serviceName: 'api', primaryContainer, infrastructureRoleArn, executionRoleArn }
    const run = () => void ask(sim.world, region, 'CreateExpressGatewayService', theirs)
    sim.faults.add({ operation: 'CreateExpressGatewayService', times: 1, effect: { kind: 'callback', run } })
    sim.faults.add({ operation: 'CreateExpressGatewayService', times: 1, effect: { kind: 'reset' } })
    const { runner } = await deploy(sim, { ...roles(sim), image: newImage, 'container-port': '8080' })
    expect([runner.outputs.verdict, serving(sim).images.Main]).toEqual(['succeeded', newImage])
  })

  test('a first deployment that fails names what is left and how to delete it', async () => {
    const sim = emptyCluster()
    sim.world.scenarios.set(newImage, behaviours.crash ?? { kind: 'healthy' })
    const { runner, log } = await deploy(sim, { ...roles(sim), image: newImage, 'container-port': '8080' })
    expect(runner.outputs.verdict).toBe('failed')
    expect(log).toMatch(/exit code 1/)
    expect(log).toMatch(/delete-express-gateway-service/)
  })

  test('a role that ECS cannot assume is the cause, in AWS’s words', async () => {
    const sim = emptyCluster()
    sim.world.region(region).ecs.denyInfrastructure(roles(sim)['infrastructure-role-arn'], 'sts:AssumeRole')
    const { log } = await deploy(sim, { ...roles(sim), image: newImage })
    expect(log).toMatch(/ECS was unable to assume the configured ECS Infrastructure Role/)
    expect(log).toMatch(/Let ecs\.amazonaws\.com assume the role/)
  })

  test('a missing service without the roles is not created', async () => {
    const sim = emptyCluster()
    const { log } = await deploy(sim, { image: newImage })
    expect(log).toMatch(
      /has no service api[\s\S]*set infrastructure-role-arn, and execution-role-arn or task-definition/,
    )
    expect(changesOf(sim)).toEqual([])
  })
})

describe('deploy-express updates a service', () => {
  test('image, variables and settings, with what is not given as it was', async () => {
    const { sim } = expressScene()
    const { error, log, runner } = await deploy(sim, {
      image: newImage,
      'environment-variables': '[{"name":"LEVEL","value":"debug"}]',
      cpu: '512',
      memory: '1024',
      'health-check-path': '/ready',
      'max-task-count': '9',
    })
    expect(error).toBe('')
    expect(runner.outputs.verdict).toBe('succeeded')
    expect(log).toMatch(/health check path.*\/health.*\/ready/)
    expect(await express(sim)).toMatchObject({
      activeConfigurations: [
        {
          cpu: '512',
          memory: '1024',
          healthCheckPath: '/ready',
          scalingTarget: { minTaskCount: 2, maxTaskCount: 9 },
          primaryContainer: { image: newImage, containerPort: 8080, environment: [{ name: 'LEVEL', value: 'debug' }] },
        },
      ],
    })
  })

  test('a sidecar of the live definition stays', async () => {
    const { world } = emptyCluster()
    const [main] = expressDefinition({ world }, { image: oldImage }).containerDefinitions ?? []
    const router = { name: 'router', image: 'registry.example.com/router:1', essential: false }
    const containerDefinitions = [main!, router]
    const { sim } = expressScene({ definition: 'own', taskDefinition: { containerDefinitions } })
    await deploy(sim, { image: newImage })
    expect(serving(sim).images).toEqual({ Main: newImage, router: 'registry.example.com/router:1' })
  })

  test('scaling alone is changed without a deployment, and the definition that ECS manages stays', async () => {
    const { sim } = expressScene()
    const before = serving(sim).taskDefinition
    const { runner } = await deploy(sim, { image: oldImage, 'max-task-count': '8' })
    expect(runner.outputs.verdict).toBe('succeeded')
    expect(changesOf(sim)).toEqual(['UpdateExpressGatewayService'])
    const [call] = sim.recorder.calls('ecs', 'UpdateExpressGatewayService')
    expect(call?.input).not.toHaveProperty('taskDefinitionArn')
    expect(serving(sim).taskDefinition).toBe(before)
  })

  test('another infrastructure role has no effect, which is said', async () => {
    const { sim, infrastructureRoleArn } = expressScene()
    const own = await deploy(sim, { image: oldImage, 'infrastructure-role-arn': infrastructureRoleArn })
    expect(own.log).not.toContain('has no effect')
    const other = await deploy(sim, { image: oldImage, 'infrastructure-role-arn': accountRole(sim, 'other') })
    expect(other.log).toContain(`has no effect on a service that exists: it keeps ${infrastructureRoleArn}`)
  })

  test('the same again is unchanged', async () => {
    const { sim } = expressScene()
    const { runner } = await deploy(sim, { image: oldImage, 'health-check-path': '/health', 'max-task-count': '4' })
    expect(runner.outputs).toMatchObject({ verdict: 'unchanged', endpoint: 'api.ecs.eu-west-1.on.aws' })
    expect(changesOf(sim)).toEqual([])
  })

  test('mutate-tags-on-update makes the tags those that are given', async () => {
    const { sim } = expressScene()
    await deploy(sim, { image: newImage, tags: '[{"key":"team","value":"shop"}]', 'mutate-tags-on-update': 'true' })
    await deploy(sim, { image: newImage, tags: 'owner=me', 'mutate-tags-on-update': 'true' })
    expect((await express(sim))?.tags).toEqual([{ key: 'owner', value: 'me' }])
  })

  test('tags that AWS refuses are refused before anything, and those that may not be set after the deployment say so', async () => {
    const { sim } = expressScene()
    const tags = JSON.stringify([{ key: 'aws:x' }, { key: 'team' }, { key: 'team' }, { key: '' }])
    const refused = await deploy(sim, { image: newImage, tags, 'mutate-tags-on-update': 'true' })
    expect(refused.error).toMatch(
      /tag 1 \(aws:x\): keys that start with aws: are reserved; tag 3 \(team\): the key occurs twice/,
    )
    expect(sim.recorder.calls()).toEqual([])
    sim.faults.add({ operation: 'TagResource', effect: { kind: 'access-denied' } })
    const denied = await deploy(sim, { image: newImage, tags: 'team=shop', 'mutate-tags-on-update': 'true' })
    expect(denied.error).toMatch(/ecs:TagResource[\s\S]*The deployment succeeded; the tags of the service are not/)
  })

  test('a count that does not fit the one that stays is refused before anything', async () => {
    const { sim } = expressScene()
    const { log } = await deploy(sim, { image: newImage, 'min-task-count': '50' })
    expect(log).toMatch(/min-task-count 50 does not fit the maximum task count of the service, 4/)
    expect(changesOf(sim)).toEqual([])
  })

  test('settings that stay after a rollback are named', async () => {
    const { sim } = expressScene()
    sim.world.scenarios.set(newImage, behaviours.crash ?? { kind: 'healthy' })
    const given = { image: newImage, 'health-check-path': '/ready', 'min-task-count': '3' }
    const { runner, log } = await deploy(sim, given)
    expect(runner.outputs.verdict).toBe('rolled-back')
    expect(log).toContain('health check path /ready (before: /health), minimum task count 3 (before: 2)')
    const { sim: other } = expressScene()
    other.world.scenarios.set(newImage, behaviours.crash ?? { kind: 'healthy' })
    other.faults.add({
      operation: 'DescribeExpressGatewayService',
      skip: 1,
      times: 9,
      effect: { kind: 'access-denied' },
    })
    expect((await deploy(other, given)).log).toMatch(/Whether settings are as before \(health check path, minimum/)
  })

  test('a service that is not in Express Mode is refused', async () => {
    const { rollingScene } = await import('../deployment/scene.ts')
    const sim = rollingScene()
    const { log } = await deploy(sim, { image: newImage })
    expect(log).toMatch(/is not an Express service/)
    expect(changesOf(sim)).toEqual([])
  })

  test('inputs that exclude each other are refused together, before any call', async () => {
    const { sim } = expressScene()
    const given = {
      'task-definition': 'api',
      cpu: '256',
      'log-group': '/x',
      'min-task-count': '5',
      'max-task-count': '2',
    }
    const { error } = await deploy(sim, given)
    expect(error).toMatch(/task-definition excludes .*cpu|excludes/)
    expect(error).toMatch(/min-task-count/)
    expect(sim.recorder.calls()).toEqual([])
  })

  test('without the permission, the action and the resource are named', async () => {
    const { sim } = expressScene()
    sim.faults.add({ operation: 'UpdateExpressGatewayService', effect: { kind: 'access-denied' } })
    const { log } = await deploy(sim, { image: newImage })
    expect(log).toMatch(/ecs:UpdateExpressGatewayService/)
    expect(log).toMatch(/service\/shop\/api/)
  })
})
