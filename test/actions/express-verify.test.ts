/** Checks of a service in Express Mode: by deploy-express, and by deploy with slipway.yml. */
import { describe, expect, test } from '@jest/globals'
import { createDeployExpress } from '../../src/actions/deploy-express/index.ts'
import { deployExpressInputs } from '../../src/actions/inputs/deploy-express-inputs.ts'
import { newImage, oldImage } from '../deployment/scene.ts'
import { seldom } from '../often.ts'
import { said } from '../refusal.ts'
import { givenInputs } from '../runner/fake-runner.ts'
import type { Simulator } from '../simulator/simulator.ts'
import { accountRole, changesOf, emptyCluster, expressScene, runnerFor, serving, worldOf } from './express-scene.ts'
import { configOf, deployWith, operations, probeOf, response, url } from './verify-scene.ts'

const verify = `- url: ${url}\n  within: 30s`

async function deploy(sim: Simulator, given: Record<string, string>, probe = probeOf(response(200))) {
  const runner = await runnerFor(sim)
  const all = { 'service-name': 'api', cluster: 'shop', image: newImage, guard: 'off', ...given }
  const error = await createDeployExpress({ ...worldOf(sim), probe: probe.open })
    .main(givenInputs(deployExpressInputs, { ...seldom, ...all }), runner)
    .then(() => '', said)
  return { outputs: runner.outputs, log: runner.lines.join('\n'), isRed: runner.failed, error }
}

describe('deploy-express with verify', () => {
  test('a good check is made once all traffic is shifted, and is in plan and log', async () => {
    const { sim } = expressScene()
    const probe = probeOf(response(503), response(200))
    const { outputs, log, isRed, error } = await deploy(sim, { verify }, probe)
    expect([error, isRed, outputs.verdict, serving(sim).images]).toEqual(['', false, 'succeeded', { Main: newImage }])
    expect(log).toContain(`verify   GET ${url}`)
    expect(log).toContain(`GET ${url} answered 200 in 12 ms`)
    expect(probe.asked).toHaveLength(2)
  })

  test('a bad one stops the canary in its bake time, and the response is the cause', async () => {
    const { sim } = expressScene()
    const { outputs, log, isRed } = await deploy(sim, { verify }, probeOf(response(503, 'no healthy upstream')))
    expect([isRed, outputs.verdict, serving(sim).images]).toEqual([true, 'rolled-back', { Main: oldImage }])
    expect(outputs['cause-code']).toBe('verify-failed')
    expect(outputs.cause).toMatch(
      /^Verify failed: GET https:\/\/api\.example\.com\/health answered 503, not 200; body begins .no healthy upstream/,
    )
    expect(outputs.endpoint).toBe('api.ecs.eu-west-1.on.aws')
    expect(operations(sim, /^(Stop|UpdateExpress)/)).toEqual(['UpdateExpressGatewayService', 'StopServiceDeployment'])
    expect(log).toMatch(/rolled back/)
  })

  test('after its end, the revision and the settings before are deployed again by the API of Express Mode', async () => {
    const { sim } = expressScene()
    const before = serving(sim).taskDefinition
    const given = { verify: `${verify}\n  when: after`, 'health-check-path': '/ready' }
    const { outputs, isRed } = await deploy(sim, given, probeOf(response(500)))
    expect([isRed, outputs.verdict, serving(sim).taskDefinition]).toEqual([true, 'rolled-back', before])
    const sent = sim.recorder.calls('ecs', 'UpdateExpressGatewayService').map(({ input }) => input)
    expect(sent).toMatchObject([
      { healthCheckPath: '/ready' },
      { taskDefinitionArn: before, healthCheckPath: '/health' },
    ])
  })

  test.each([
    [0, 'succeeded'],
    [22, 'rolled-back'],
  ])('a check that is a task and ends with exit code %s: %s', async (exitCode, verdict) => {
    const { sim } = expressScene()
    sim.world.scenarios.set('curlimages/curl:8', { kind: 'crash', exitCode })
    const task = '- { task: smoke, image: "curlimages/curl:8", command: [curl, -fsS, "http://api.internal/"] }'
    const { outputs, error } = await deploy(sim, { verify: task })
    expect([error, outputs.verdict]).toEqual(['', verdict])
    const [run] = sim.recorder.calls('ecs', 'RunTask').map(({ input }) => input)
    expect(run).toMatchObject({
      taskDefinition: expect.stringMatching(/shop-api-smoke:1$/),
      networkConfiguration: { awsvpcConfiguration: { subnets: expect.anything() } },
    })
  })

  test('a new service has nothing before it: a bad check is red, and says so', async () => {
    const sim = emptyCluster()
    const roles = {
      'execution-role-arn': accountRole(sim, 'shop-execution'),
      'infrastructure-role-arn': accountRole(sim, 'ecsInfrastructureRoleForExpressServices'),
    }
    const { outputs, log, isRed } = await deploy(sim, { ...roles, verify }, probeOf(response(500)))
    expect([isRed, outputs.verdict, outputs['cause-code']]).toEqual([true, 'failed', 'verify-failed'])
    expect(log).toContain('It was not rolled back: the service had no revision before.')
    expect(log).not.toContain('is rolled back after its end')
    expect(operations(sim, /^Stop/)).toEqual([])
  })

  test('mistakes are all told with their lines before AWS is asked', async () => {
    const { sim } = expressScene()
    const { error } = await deploy(sim, {
      verify: '- url: ftp://x\n  stats: 200\n- { url: "https://a.example/", within: 2h }',
    })
    expect(error).toMatch(/verify/)
    expect(error).toMatch(/stats/)
    expect(error).toMatch(/within/)
    expect(sim.recorder.all).toEqual([])
  })
})

describe('deploy with slipway.yml, to a service in Express Mode', () => {
  test.each([
    [200, 'succeeded', newImage],
    [500, 'rolled-back', oldImage],
  ])('a response of %s: %s', async (status, verdict, image) => {
    const { sim } = expressScene()
    const config = configOf('', `verify:\n  - { url: "${url}", within: 0 }`).replace(
      'container: api',
      'container: Main',
    )
    const played = await deployWith(sim, { files: { 'slipway.yml': config }, probe: probeOf(response(status)) })
    expect([played.error, played.outputs.verdict, serving(sim).images]).toEqual([undefined, verdict, { Main: image }])
    expect(changesOf(sim)).not.toContain('UpdateService')
  })
})
