import { describe, expect, test } from '@jest/globals'
import { codeDeployScene, newImage, rollingScene, run } from '../deployment/scene.ts'
import type { Simulator } from '../simulator/simulator.ts'
import { changesOf, doctor } from './doctor-scene.ts'

describe('a look back', () => {
  const crashed = async (scene: () => Simulator) => {
    const sim = scene()
    sim.world.scenarios.set(newImage, { kind: 'crash', exitCode: 3, log: ['no such table: orders'] })
    const { record } = await run(sim, { image: newImage, request: { waitMinutes: 120 } })
    sim.recorder.clear()
    return { sim, record }
  }

  test.each([
    ['rolling, newest', rollingScene, 'rolled-back', () => 'newest'],
    ['rolling, by ARN', rollingScene, 'rolled-back', (arn: string) => arn],
    ['CodeDeploy, newest', codeDeployScene, 'rolled-back', () => 'newest'],
    ['CodeDeploy, by id', codeDeployScene, 'rolled-back', (_: string, id: string) => id],
  ])('%s: says why, changes nothing and is green', async (_, scene, verdict, idOf) => {
    const { sim, record } = await crashed(scene)
    const id = idOf(record.serviceDeploymentArn ?? '', record.deploymentId ?? '')
    const { runner, outputs, log } = await doctor(sim, { given: { 'deployment-id': id } })
    expect(outputs).toMatchObject({
      verdict,
      cause: expect.stringMatching(/container "api" exited with code 3/),
      findings: '[]',
      'task-definition-arn': expect.stringMatching(/api:2$/),
    })
    expect(log).toMatch(/api \(shop\) failed to deploy and was rolled back( to api:1)?, after/)
    expect(log).toMatch(/no such table: orders/)
    expect(runner.summary).toMatch(/no such table/)
    expect(runner.failed).toBe(false)
    expect(changesOf(sim)).toEqual([])
  })

  test('a CodeDeploy deployment is found by its id alone', async () => {
    const { sim, record } = await crashed(codeDeployScene)
    const given = { 'deployment-id': record.deploymentId ?? '', service: '', cluster: '' }
    const { log } = await doctor(sim, { given })
    expect(log).toMatch(/api \(shop\) failed to deploy/)
  })

  test('a deployment that went well, and one that still runs', async () => {
    const sim = rollingScene()
    await run(sim, { image: newImage })
    expect((await doctor(sim, { given: { 'deployment-id': 'newest' } })).log).toMatch(/api \(shop\) is deployed/)
    sim.world.scenarios.set('registry.example.com/api:v3', { kind: 'healthy', startSeconds: 600 })
    const { record } = await run(sim, { image: 'registry.example.com/api:v3', request: { wait: false } })
    sim.clock.advance(20_000)
    const { log, outputs } = await doctor(sim, { given: { 'deployment-id': record.deploymentId ?? '' } })
    expect(log).toMatch(/api \(shop\) is being deployed/)
    expect([outputs.verdict, outputs.cause]).toEqual(['', ''])
  })

  test('one that still runs and fails says why already', async () => {
    const sim = rollingScene({ circuitBreaker: 'off' })
    sim.world.scenarios.set(newImage, { kind: 'crash', exitCode: 3 })
    await run(sim, { image: newImage, request: { wait: false } })
    sim.clock.advance(120_000)
    const { outputs } = await doctor(sim, { given: { 'deployment-id': 'newest' } })
    expect([outputs.verdict, outputs.cause]).toEqual(['', expect.stringMatching(/exited with code 3/)])
  })

  test('says that the evidence is gone after hours', async () => {
    const { sim } = await crashed(rollingScene)
    sim.clock.advance(5 * 3_600_000)
    const { log, outputs } = await doctor(sim, { given: { 'deployment-id': 'newest' } })
    expect(outputs.verdict).toBe('rolled-back')
    expect(log).toMatch(/It ended \d hours ago, and Amazon ECS shows stopped tasks for about one/)
  })

  test('what is not there is said', async () => {
    await expect(doctor(rollingScene(), { given: { 'deployment-id': 'ecs-svc/1' } })).rejects.toMatchObject({
      parts: { code: 'inputs-invalid' },
    })
  })
})
