/** Settings of a service that are neither its strategy nor its definition: where its tasks get their tags from. */
import { describe, expect, test } from '@jest/globals'
import type { ServiceRequest } from '../../../../src/targets/ecs/request/service-request.ts'
import {
  codeDeployScene,
  newImage,
  oldImage,
  region,
  rollingScene,
  run,
  servingImage,
} from '../../../deployment/scene.ts'
import type { Simulator } from '../../../simulator/simulator.ts'

const tags: Partial<ServiceRequest> = { propagateTags: 'SERVICE', enableEcsManagedTags: true }
const applied = { propagateTags: 'SERVICE', enableECSManagedTags: true }
const settingsOf = (sim: Simulator) => sim.world.region(region).ecs.service('shop', 'api')
const count = (sim: Simulator, operation: string) =>
  sim.recorder.all.filter((call) => call.operation === operation).length
const warnings = ({ state }: Awaited<ReturnType<typeof run>>) => state.warnings.map(({ untrusted }) => untrusted).join()

describe.each([
  ['ECS', () => rollingScene()],
  ['CodeDeploy', () => codeDeployScene({ terminationWaitMinutes: 0 })],
])('tags of a service that %s deploys', (engine, scene) => {
  test('are changed where the content stays, without a deployment', async () => {
    const sim = scene()
    const ended = await run(sim, { image: oldImage, request: tags })
    expect(ended.outcome).toBe('succeeded')
    expect(ended.state.plan).toMatchObject({ does: 'settings' })
    expect(ended.state.plan?.settings).toEqual([
      { name: 'ECS managed tags', from: 'off', to: 'on' },
      { name: 'tags of tasks', from: 'NONE', to: 'SERVICE' },
    ])
    expect(settingsOf(sim)).toMatchObject({ settings: applied })
    expect(ended.state.deployment).toBeUndefined()
    expect(count(sim, 'CreateDeployment')).toBe(0)
  })

  test('come with a new version', async () => {
    const sim = scene()
    const ended = await run(sim, { image: newImage, request: tags })
    expect([ended.outcome, servingImage(sim)]).toEqual(['succeeded', newImage])
    expect(settingsOf(sim)).toMatchObject({ settings: applied })
  })

  test('that are there already are unchanged, and nothing is sent', async () => {
    const sim = scene()
    await run(sim, { image: oldImage, request: tags })
    sim.recorder.clear()
    expect((await run(sim, { image: oldImage, request: tags })).outcome).toBe('unchanged')
    expect(count(sim, 'UpdateService')).toBe(0)
  })

  test('are changed beside a deployment that is watched further', async () => {
    const sim = scene()
    sim.world.scenarios.set(newImage, { kind: 'healthy', startSeconds: 240 })
    await run(sim, { image: newImage, request: { wait: false } })
    const ended = await run(sim, { image: newImage, request: tags })
    expect([ended.outcome, servingImage(sim)]).toEqual(['succeeded', newImage])
    expect(ended.events.find(({ kind }) => kind === 'started')).toMatchObject({ adopted: true })
    expect(settingsOf(sim)).toMatchObject({ settings: applied })
  })

  test('are not changed by a dry run', async () => {
    const sim = scene()
    await run(sim, { image: oldImage, request: { ...tags, dryRun: true } })
    expect(settingsOf(sim)).toMatchObject({ settings: { propagateTags: 'NONE' } })
  })

  test('are sent once more when the reply is lost', async () => {
    const sim = scene()
    sim.faults.add({ operation: 'UpdateService', effect: { kind: 'reset' } })
    expect((await run(sim, { image: oldImage, request: tags })).outcome).toBe('succeeded')
    expect(settingsOf(sim)).toMatchObject({ settings: applied })
  })

  const volumeConfigurations = [
    { name: 'data', managedEBSVolume: { sizeInGiB: 1, roleArn: 'arn:aws:iam::1:role/ebs' } },
  ]
  if (engine === 'CodeDeploy')
    test.each([
      ['the same', oldImage, 'unchanged', 0],
      ['a new', newImage, 'succeeded', 1],
    ])(
      'a volume is no reason for a deployment, and not silently dropped: %s version',
      async (_, image, outcome, times) => {
        const sim = scene()
        const ended = await run(sim, { image, request: { volumeConfigurations } })
        expect([ended.outcome, count(sim, 'CreateDeployment')]).toEqual([outcome, times])
        expect(warnings(ended)).toMatch(/service-managed-ebs-volume is not applied/)
      },
    )
})
