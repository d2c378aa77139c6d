import { CreateServiceCommand, DescribeServicesCommand, type Service, UpdateServiceCommand } from '@aws-sdk/client-ecs'
import { describe, expect, test } from '@jest/globals'
import { createRig } from './rig.ts'

const v2 = 'registry.example.com/api:v2'

type Rig = ReturnType<typeof createRig>

/** A rig whose scene is long past, and whose reads lag by so many looks. */
function lagging(looks: number, operation: string | readonly string[] = 'DescribeServices'): Rig {
  const rig = createRig()
  rig.sim.clock.advance(120_000)
  rig.sim.faults.add({ operation, effect: { kind: 'lag', looks } })
  return rig
}

const primaryOf = ({ deployments }: Service) =>
  deployments?.map(({ taskDefinition, status }) => `${taskDefinition?.split('/')[1]} ${status}`).join()

async function looks(rig: Rig, count: number) {
  const seen: (string | undefined)[] = []
  for (let look = 0; look < count; look++) seen.push(primaryOf(await rig.service()))
  return seen
}

describe('reads that lag', () => {
  test('show the service as it was before its last change, so many times', async () => {
    const rig = lagging(2)
    await rig.deploy(v2)
    expect(await looks(rig, 4)).toEqual([
      'api:1 PRIMARY',
      'api:1 PRIMARY',
      'api:2 PRIMARY,api:1 ACTIVE',
      'api:2 PRIMARY,api:1 ACTIVE',
    ])
  })

  test('do so after a change of its own accord as well', async () => {
    const rig = lagging(0)
    await rig.deploy(v2)
    rig.sim.clock.advance(10_000)
    rig.sim.faults.clear()
    await rig.finish()
    rig.sim.faults.add({ operation: 'DescribeServices', effect: { kind: 'lag', looks: 1 } })
    const [former, now] = [await rig.service(), await rig.service()]
    expect([former, now].map(({ deployments }) => deployments?.[0]?.rolloutState)).toEqual(['IN_PROGRESS', 'COMPLETED'])
  })

  test('show nothing of a service that was made a moment ago', async () => {
    const rig = lagging(1)
    await rig.ecs.send(
      new CreateServiceCommand({
        cluster: 'shop',
        serviceName: 'web',
        taskDefinition: 'api',
        desiredCount: 0,
        launchType: 'EC2',
        networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-1'] } },
      }),
    )
    const ask = () => rig.ecs.send(new DescribeServicesCommand({ cluster: 'shop', services: ['web'] }))
    expect(await ask()).toMatchObject({ services: [], failures: [{ reason: 'MISSING' }] })
    expect((await ask()).services).toHaveLength(1)
  })

  test('are over after a minute', async () => {
    const rig = lagging(5)
    await rig.deploy(v2)
    rig.sim.clock.advance(61_000)
    expect(await looks(rig, 1)).toEqual([expect.stringMatching(/^api:2 PRIMARY/)])
  })
})

test('a reply that lags names the new definition beside the old deployments, and the change is made', async () => {
  const rig = lagging(1, 'UpdateService')
  const taskDefinition = await rig.register(v2)
  const { service } = await rig.ecs.send(new UpdateServiceCommand({ ...rig.target, taskDefinition }))
  expect([service?.taskDefinition, primaryOf(service ?? {})]).toEqual([taskDefinition, 'api:1 PRIMARY'])
  expect(await looks(rig, 1)).toEqual(['api:2 PRIMARY,api:1 ACTIVE'])
})

test.each([
  ['former', 1],
  ['new', 2],
] as const)('a rollback goes to the %s deployment', async (rollbackDeployment, ids) => {
  const rig = createRig()
  rig.sim.world.region('eu-west-1').ecs.quirks.rollbackDeployment = rollbackDeployment
  const before = (await rig.service()).deployments?.[0]?.id
  rig.sim.world.scenarios.set(v2, { kind: 'crash', exitCode: 1 })
  await rig.deploy(v2)
  expect((await rig.finish()).status).toBe('ROLLBACK_SUCCESSFUL')
  const [now] = (await rig.service()).deployments ?? []
  expect(now?.taskDefinition).toMatch(/api:1$/)
  expect(new Set([before, now?.id]).size).toBe(ids)
})
